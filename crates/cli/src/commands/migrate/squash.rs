//! `migrate squash`: one migration instead of several. The server must have all of them or none:
//! what it has is noted for the new one instead, when the old ones go.

use super::create::NewMigration;
use super::sides::current_state;
use crate::databases::{self, Database};
use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::remote;
use howdah_project::{Migration, read_text};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// `migrate squash`.
#[derive(Debug, clap::Args)]
pub struct Squash {
    #[command(flatten)]
    database: Database,
    /// The first version
    #[arg(long, value_name = "VERSION")]
    from: u64,
    /// The last version [default: the last there is]
    #[arg(long, value_name = "VERSION", allow_negative_numbers = true, default_value_t = -1, hide_default_value = true)]
    to: i64,
    /// Name of the new migration
    #[arg(long, value_name = "NAME", default_value = "squashed")]
    name: String,
    /// Remove the old migrations without asking
    #[arg(long)]
    delete_source: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Carries out `migrate squash`.
pub async fn run(args: &Squash, context: &Context) -> Outcome {
    let project = context.project()?;
    let client = context.client()?;
    let source =
        databases::one_chosen(&client, args.database.database_name.as_deref(), context).await?;
    let folder = project.migrations_folder(&source.name);
    let all = howdah_project::migrations(&folder)?;
    let chosen = between(&all, args.from, args.to)?;
    let mut state = current_state(&client, std::slice::from_ref(&source)).await?;
    let applied = state.applied(&source.name);
    let (done, missing): (Vec<&Migration>, Vec<&Migration>) = chosen
        .iter()
        .partition(|migration| applied.contains(&migration.version));
    if !done.is_empty() && !missing.is_empty() {
        return Err(Stop::failed(format!(
            "the server has some of these migrations but not all: {} are applied, {} are not ({})",
            done.len(),
            missing.len(),
            listed(&missing)
        ))
        .hint("apply or revert the rest first: `migrate apply`"));
    }
    if args.dry_run {
        for migration in &chosen {
            context.output.line(migration.folder.display().to_string());
        }
        return Ok(Exit::Done);
    }
    let is_last = all.last().map(|m| m.version) == chosen.last().map(|m| m.version);
    let version = version_after(&all, &chosen, is_last)?;
    context.output.info(format!(
        "squashing {} of {} into {version}_{}",
        names::count(chosen.len(), "migration"),
        source.name,
        names::slug(&args.name)
    ));
    let (up, down) = texts(&chosen)?;
    let new = NewMigration {
        name: &args.name,
        up: Some(&up),
        down: Some(&down),
    };
    let made = new.write(&folder, version)?;
    context.output.info(format!("created {}", made.display()));
    let removes = args.delete_source
        || context
            .prompt
            .confirm(
                "Remove the migrations that were squashed?",
                "--delete-source",
            )
            .is_ok();
    if !removes {
        context.output.warn(
            "the old migrations are still there: remove them (and note the new one as applied) \
             before you apply migrations again",
        );
        context.output.line(version.to_string());
        return Ok(Exit::Done);
    }
    if missing.is_empty() {
        for migration in &chosen {
            state.remove(&source.name, migration.version);
        }
        state.insert(&source.name, version);
        if let Err(error) = remote::store_state(&client, &state).await {
            // The server still knows the old ones: so does the folder then.
            let _ = fs::remove_dir_all(&made);
            return Err(Stop::server("note the new migration as applied", &error));
        }
    }
    for migration in &chosen {
        fs::remove_dir_all(&migration.folder).map_err(Stop::io(&migration.folder))?;
    }
    if missing.is_empty() {
        context.output.info(format!(
            "on other servers that have them: `{} migrate apply --skip-execution --version \
             {version} --database-name {}`",
            context.name(),
            source.name
        ));
    }
    context.output.line(version.to_string());
    Ok(Exit::Done)
}

fn listed(migrations: &[&Migration]) -> String {
    let versions: Vec<String> = migrations.iter().map(|m| m.version.to_string()).collect();
    versions.join(", ")
}

fn between(all: &[Migration], from: u64, to: i64) -> Outcome<Vec<Migration>> {
    let known = |version: u64| all.iter().any(|m| m.version == version);
    let to = u64::try_from(to).ok();
    for version in [Some(from), to].into_iter().flatten() {
        if !known(version) {
            return Err(Stop::failed(format!(
                "there is no migration {version} in the folder"
            )));
        }
    }
    let chosen: Vec<Migration> = all
        .iter()
        .filter(|m| m.version >= from && to.is_none_or(|to| m.version <= to))
        .cloned()
        .collect();
    if chosen.len() < 2 {
        return Err(Stop::failed(
            "there is nothing to squash: less than two migrations lie between these versions",
        ));
    }
    Ok(chosen)
}

/// The new one must stand where the old ones stood: before those that come after them.
fn version_after(all: &[Migration], chosen: &[Migration], is_last: bool) -> Outcome<u64> {
    let last = chosen.last().map(|m| m.version).unwrap_or_default();
    if is_last {
        return Ok(names::version_now().max(last + 1));
    }
    if all.iter().any(|m| m.version == last + 1) {
        return Err(Stop::failed(format!(
            "there is no version left between {last} and the next migration"
        )));
    }
    Ok(last + 1)
}

/// All statements: up in order, down in reverse order.
fn texts(chosen: &[Migration]) -> Outcome<(String, String)> {
    let up = chosen.iter().map(|m| (m, &m.up));
    let down = chosen.iter().rev().map(|m| (m, &m.down));
    Ok((joined(up)?, joined(down)?))
}

fn joined<'a>(
    files: impl Iterator<Item = (&'a Migration, &'a Option<PathBuf>)>,
) -> Outcome<String> {
    let mut joined = String::new();
    for (migration, file) in files {
        let Some(file) = file else { continue };
        let text = read_text(file).map_err(Stop::io(file))?;
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let _ = writeln!(joined, "-- {}_{}", migration.version, migration.name);
        // The next file's first statement must not become part of this one's last; a line
        // comment must not swallow the semicolon.
        let end = if ends_statement(text) { "" } else { "\n;" };
        let _ = writeln!(joined, "{text}{end}\n");
    }
    Ok(joined)
}

/// Whether nothing is open at the end of a text.
fn ends_statement(text: &str) -> bool {
    let last = text.lines().last().unwrap_or_default();
    last.trim_end().ends_with(';') && !last.contains("--")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn migration(folder: &std::path::Path, version: u64, up: &str, down: &str) -> Migration {
        let folder = folder.join(format!("{version}_m"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("up.sql"), up).unwrap();
        fs::write(folder.join("down.sql"), down).unwrap();
        Migration {
            version,
            name: "m".into(),
            up: Some(folder.join("up.sql")),
            down: Some(folder.join("down.sql")),
            folder,
        }
    }

    #[test]
    fn statements_of_files_stay_apart_and_reverting_runs_backwards() {
        let folder = tempfile::tempdir().unwrap();
        let all = [
            migration(folder.path(), 1, "create table a ()", "drop table a;"),
            migration(folder.path(), 2, "create table b (); -- b", "drop table b;"),
        ];
        let (up, down) = texts(&all).unwrap();
        assert_eq!(
            up,
            "-- 1_m\ncreate table a ()\n;\n\n-- 2_m\ncreate table b (); -- b\n;\n\n"
        );
        assert_eq!(down, "-- 2_m\ndrop table b;\n\n-- 1_m\ndrop table a;\n\n");
    }

    #[test]
    fn the_new_version_keeps_the_order() {
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<Migration> = [10, 20, 30]
            .map(|version| migration(folder.path(), version, "", ""))
            .into();
        let chosen = between(&all, 10, 20).unwrap();
        assert_eq!(version_after(&all, &chosen, false).unwrap(), 21);
        let chosen = between(&all, 20, -1).unwrap();
        assert!(version_after(&all, &chosen, true).unwrap() > 30);
        assert!(between(&all, 15, -1).is_err());
        assert!(between(&all, 30, -1).is_err());
    }
}
