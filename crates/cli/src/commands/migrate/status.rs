//! `migrate status`: which migrations the project has and which the server.

use super::sides::{Sides, of};
use crate::databases::Databases;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome};
use crate::program::output::{Format, ListOutput};
use howdah_project::{Migration, MigrationState};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// `migrate status`.
#[derive(Debug, clap::Args)]
pub struct Status {
    #[command(flatten)]
    databases: Databases,
    #[command(flatten)]
    list: ListOutput,
}

/// Carries out `migrate status`.
pub async fn run(args: &Status, context: &Context) -> Outcome {
    let sides = Sides::read(&args.databases, context).await?;
    let mut all = Vec::new();
    for source in &sides.sources {
        let found = of(&sides.migrations, source);
        let rows = rows(&source.name, found, &sides.state);
        if args.list.output == Format::Table {
            if sides.sources.len() > 1 {
                context.output.line(format!("Database: {}", source.name));
            }
            let columns = [
                ("version", "VERSION"),
                ("name", "NAME"),
                ("source_status", "SOURCE STATUS"),
                ("database_status", "DATABASE STATUS"),
            ];
            context.output.list(&rows, &columns, Format::Table);
        } else {
            all.extend(rows);
        }
    }
    if args.list.output != Format::Table {
        context.output.list(&all, &[], args.list.output);
    }
    Ok(Exit::Done)
}

/// How many migrations of the project a database has not.
pub fn missing(migrations: &[Migration], state: &MigrationState, database: &str) -> usize {
    let applied = state.applied(database);
    migrations
        .iter()
        .filter(|migration| !applied.contains(&migration.version))
        .count()
}

fn rows(
    database: &str,
    migrations: &[Migration],
    state: &MigrationState,
) -> Vec<Map<String, Value>> {
    let mut versions: BTreeMap<u64, Option<&str>> = migrations
        .iter()
        .map(|migration| (migration.version, Some(migration.name.as_str())))
        .collect();
    let applied = state.applied(database);
    for version in &applied {
        versions.entry(*version).or_default();
    }
    let told = |present: bool| match present {
        true => "Present",
        false => "Not Present",
    };
    versions
        .into_iter()
        .filter_map(|(version, name)| {
            let row = json!({
                "database": database,
                "version": version,
                "name": name.unwrap_or("-"),
                "source_status": told(name.is_some()),
                "database_status": told(applied.contains(&version)),
            });
            row.as_object().cloned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_listed_by_version() {
        let migration = |version: u64| Migration {
            version,
            name: format!("m{version}"),
            folder: "f".into(),
            up: None,
            down: None,
        };
        let mut state = MigrationState::default();
        state.insert("default", 1);
        state.insert("default", 3);
        let migrations = [migration(1), migration(2)];
        let told: Vec<String> = rows("default", &migrations, &state)
            .iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str().unwrap_or_default();
                format!(
                    "{} {} {} {}",
                    row["version"],
                    text("name"),
                    text("source_status"),
                    text("database_status")
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "1 m1 Present Present",
                "2 m2 Present Not Present",
                "3 - Not Present Present"
            ]
        );
        assert_eq!(missing(&migrations, &state, "default"), 1);
    }
}
