//! Bringing a project to a server: sources, migrations, seeds, metadata, in this order.
//!
//! Migrations run without comparing the metadata with the database after each: what is tracked
//! while they run is the metadata of last time, and it must neither hinder nor be changed by
//! them. The metadata of the project comes last, when everything it speaks of is there, rows of
//! enum tables included.

use crate::api::Api;
use crate::contents::Contents;
use crate::failure::Failure;
use howdah_metadata::{Metadata, Source};
use howdah_project::{MigrationState, Step, Target, plan, read_text};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What to do about seeds.
#[derive(Debug, Clone)]
pub enum Seeding {
    /// Nothing.
    No,
    /// Those that a log does not name yet.
    Remaining(SeedLog),
}

/// A file with the seeds that were applied, so that a first start that failed half-way goes on
/// where it stopped.
#[derive(Debug, Clone)]
pub struct SeedLog {
    path: PathBuf,
}

impl SeedLog {
    /// The log at that path; it is made when the first line is added.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        SeedLog { path: path.into() }
    }

    fn read(&self) -> Result<BTreeSet<String>, Failure> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(fault) => Err(Failure::io(&self.path)(fault)),
        }
    }

    fn add(&self, entry: &str) -> Result<(), Failure> {
        fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .and_then(|mut file| writeln!(file, "{entry}"))
            .map_err(Failure::io(&self.path))
    }
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// How many migrations were run.
    pub migrations: usize,
    /// How many seed files were run.
    pub seeds: usize,
    /// Whether the metadata was replaced.
    pub metadata: bool,
    /// Databases whose migrations and seeds were left out, because they are none of `databases`
    /// or because the metadata has no such source.
    pub left_out: Vec<String>,
    /// The objects that do not fit the database, with the reason, as the server tells them.
    pub inconsistent: Vec<String>,
}

/// Brings a project to a server. Migrations and seeds run on `databases` only.
///
/// # Errors
/// The first thing that fails. A file that fails leaves nothing behind; what was done before it
/// stays, and the next call goes on from there.
pub async fn apply(
    api: &impl Api,
    contents: &Contents,
    databases: &BTreeSet<String>,
    seeding: &Seeding,
) -> Result<Applied, Failure> {
    let mut applied = Applied::default();
    let mut state = migration_state(api).await?;
    let steps = pending(contents, databases, &state, &mut applied)?;
    let seeds = remaining_seeds(contents, databases, seeding, &mut applied)?;
    let needed: BTreeSet<&str> = steps
        .iter()
        .map(|(database, _)| *database)
        .chain(seeds.iter().map(|seed| seed.database))
        .collect();
    add_sources(api, contents, &needed).await?;
    for (database, step) in &steps {
        run_file(api, database, &step.file).await?;
        state.insert(database, step.version);
        store_state(api, &state).await?;
        applied.migrations += 1;
    }
    for seed in &seeds {
        run_file(api, seed.database, seed.file).await?;
        if let Seeding::Remaining(log) = seeding {
            log.add(&seed.entry)?;
        }
        applied.seeds += 1;
    }
    if applied.migrations + applied.seeds > 0 {
        let body = json!({"type": "reload_metadata", "args": {"reload_sources": true}});
        api.metadata(body)
            .await
            .map_err(Failure::server("reload the metadata"))?;
    }
    if let Some(metadata) = &contents.metadata {
        replace_metadata(api, metadata).await?;
        applied.metadata = true;
    }
    applied.inconsistent = inconsistent(api).await?;
    Ok(applied)
}

/// What the folder has and the databases have not.
fn pending<'a>(
    contents: &'a Contents,
    databases: &BTreeSet<String>,
    state: &MigrationState,
    applied: &mut Applied,
) -> Result<Vec<(&'a str, Step)>, Failure> {
    let mut pending = Vec::new();
    for (database, migrations) in &contents.migrations {
        if !databases.contains(database) {
            leave_out(applied, database);
            continue;
        }
        let done = state.applied(database);
        let steps = plan(migrations, &done, Target::Up(None)).map_err(|refusal| Failure::Plan {
            database: database.clone(),
            refusal,
        })?;
        pending.extend(steps.into_iter().map(|step| (database.as_str(), step)));
    }
    Ok(pending)
}

struct Remaining<'a> {
    database: &'a str,
    file: &'a Path,
    /// As the log names it.
    entry: String,
}

fn remaining_seeds<'a>(
    contents: &'a Contents,
    databases: &BTreeSet<String>,
    seeding: &Seeding,
    applied: &mut Applied,
) -> Result<Vec<Remaining<'a>>, Failure> {
    let Seeding::Remaining(log) = seeding else {
        return Ok(Vec::new());
    };
    let done = log.read()?;
    let mut remaining = Vec::new();
    for (database, files) in &contents.seeds {
        if !databases.contains(database) {
            leave_out(applied, database);
            continue;
        }
        for seed in files {
            let entry = format!("{database}/{}", seed.name);
            if !done.contains(&entry) {
                remaining.push(Remaining {
                    database,
                    file: &seed.file,
                    entry,
                });
            }
        }
    }
    Ok(remaining)
}

fn leave_out(applied: &mut Applied, database: &str) {
    if !applied.left_out.iter().any(|name| name == database) {
        applied.left_out.push(database.to_owned());
    }
}

/// Makes the server know the sources that statements are about to run on.
async fn add_sources(
    api: &impl Api,
    contents: &Contents,
    needed: &BTreeSet<&str>,
) -> Result<(), Failure> {
    const DOING: &str = "add a source";
    let Some(wanted) = &contents.metadata else {
        return Ok(());
    };
    let current = current_metadata(api).await?;
    for source in &wanted.sources {
        let is_known = current
            .source(&source.name)
            .is_some_and(|known| known.configuration == source.configuration);
        if !is_known && needed.contains(source.name.as_str()) {
            let body = add_source(source).map_err(Failure::server(DOING))?;
            api.metadata(body).await.map_err(Failure::server(DOING))?;
        }
    }
    Ok(())
}

fn add_source(source: &Source) -> howdah_error::Result<Value> {
    let configuration = serde_json::to_value(&source.configuration)
        .map_err(|fault| howdah_error::Error::unexpected(fault.to_string()))?;
    let prefix = match source.kind.as_str() {
        "postgres" => "pg",
        other => other,
    };
    Ok(json!({
        "type": format!("{prefix}_add_source"),
        "args": {
            "name": source.name,
            "configuration": configuration,
            "replace_configuration": true,
        },
    }))
}

async fn current_metadata(api: &impl Api) -> Result<Metadata, Failure> {
    const DOING: &str = "read the metadata";
    let body = json!({"type": "export_metadata", "args": {}});
    let document = api.metadata(body).await.map_err(Failure::server(DOING))?;
    Metadata::from_any_version(document, &Metadata::default()).map_err(Failure::server(DOING))
}

async fn migration_state(api: &impl Api) -> Result<MigrationState, Failure> {
    let body = json!({"type": "get_catalog_state", "args": {}});
    let state = api
        .metadata(body)
        .await
        .map_err(Failure::server("read the state of the migrations"))?;
    Ok(MigrationState::from_value(
        state.get("cli_state").unwrap_or(&Value::Null),
    ))
}

async fn store_state(api: &impl Api, state: &MigrationState) -> Result<(), Failure> {
    let body = json!({
        "type": "set_catalog_state",
        "args": {"type": "cli", "state": state.to_value()},
    });
    api.metadata(body)
        .await
        .map_err(Failure::server("note a migration as applied"))?;
    Ok(())
}

async fn run_file(api: &impl Api, database: &str, file: &Path) -> Result<(), Failure> {
    let sql = read_text(file).map_err(Failure::io(file))?;
    if sql.trim().is_empty() {
        return Ok(());
    }
    let body = json!({
        "type": "run_sql",
        "args": {
            "source": database,
            "sql": sql,
            "cascade": false,
            "read_only": false,
            "check_metadata_consistency": false,
        },
    });
    api.query(body).await.map_err(|error| Failure::File {
        file: file.to_owned(),
        error,
    })?;
    Ok(())
}

async fn replace_metadata(api: &impl Api, metadata: &Metadata) -> Result<(), Failure> {
    let body = json!({
        "type": "replace_metadata",
        "version": 2,
        "args": {"allow_inconsistent_metadata": true, "metadata": metadata.to_export()},
    });
    api.metadata(body)
        .await
        .map_err(Failure::server("apply the metadata"))?;
    Ok(())
}

async fn inconsistent(api: &impl Api) -> Result<Vec<String>, Failure> {
    let body = json!({"type": "get_inconsistent_metadata", "args": {}});
    let answer = api
        .metadata(body)
        .await
        .map_err(Failure::server("compare the metadata with the database"))?;
    let objects = answer.get("inconsistent_objects").and_then(Value::as_array);
    Ok(objects
        .into_iter()
        .flatten()
        .map(|object| {
            let part = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
            format!("{}: {}", part("name"), part("reason"))
        })
        .collect())
}
