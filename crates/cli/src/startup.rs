//! Bringing metadata and migrations to a server that is just starting, within its process: many
//! instances may start at once, so whoever calls holds a lock meanwhile. What is in force already
//! is left alone, so that a restart changes nothing.

use crate::api::Api;
use crate::commands::migrate::runner::{self, Manner};
use crate::contents::default_source;
use crate::databases::as_folder;
use crate::program::exit::{Outcome, Stop};
use crate::program::output::Output;
use crate::remote;
use howdah_metadata::{DEFAULT_SOURCE, Metadata, Source};
use howdah_project::{Migration, Project, Target, folder, migrations_by_database, plan};
use serde_json::Value;
use std::path::Path;

/// What the folders hold, read before anything is changed.
#[derive(Debug, Clone, Default)]
pub struct StartFolders {
    metadata: Option<Metadata>,
    /// Whether the metadata does not say how its database is connected.
    is_old: bool,
    migrations: Vec<(String, Vec<Migration>)>,
    /// Keys of the metadata that have no effect, with their places.
    pub warnings: Vec<String>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StartReport {
    /// How many migrations ran.
    pub migrations: usize,
    /// Whether the metadata was replaced.
    pub metadata: bool,
    /// Databases with migrations that the metadata does not have.
    pub left_out: Vec<String>,
    /// Objects that do not fit the databases.
    pub inconsistent: Vec<Value>,
}

impl StartFolders {
    /// Reads a metadata folder and a folder of migrations (a folder per database in it).
    ///
    /// # Errors
    /// The first file that does not fit, with the place.
    pub fn read(metadata: Option<&Path>, migrations: Option<&Path>) -> Outcome<Self> {
        let mut folders = StartFolders::default();
        if let Some(path) = metadata {
            folders.is_old = folder::is_old(path)?;
            folders.take(folder::read(path, path, &base())?);
        }
        if let Some(path) = migrations {
            folders.migrations = migrations_by_database(path)?;
        }
        Ok(folders)
    }

    /// Reads a whole project.
    ///
    /// # Errors
    /// As [`StartFolders::read`]; the folder is no project.
    pub fn of_project(root: &Path, variable: impl Fn(&str) -> Option<String>) -> Outcome<Self> {
        let project = Project::open(root, variable)?;
        let mut folders = StartFolders {
            migrations: project.migrations()?,
            ..StartFolders::default()
        };
        if project.has_metadata() {
            folders.is_old = project.has_old_metadata()?;
            folders.take(project.read_metadata(&base())?);
        }
        Ok(folders)
    }

    fn take(&mut self, read: folder::ReadMetadata) {
        self.warnings = read.warnings.iter().map(ToString::to_string).collect();
        self.metadata = Some(read.metadata);
    }
}

/// What an old layout is read with.
fn base() -> Metadata {
    Metadata {
        sources: vec![default_source()],
        ..Metadata::default()
    }
}

fn known_sources(document: &Value) -> Vec<Source> {
    let known = Metadata::from_any_version(document.clone(), &Metadata::default());
    known.map(|known| known.sources).unwrap_or_default()
}

/// Gives the one source of an old layout what the server knows of it besides tables and functions.
fn connect(metadata: &mut Metadata, document: &Value) {
    let mut known = known_sources(document).into_iter();
    if let Some(source) = known.find(|source| source.name == DEFAULT_SOURCE)
        && let Some(own) = metadata.sources.first_mut()
    {
        let (tables, functions) = (
            std::mem::take(&mut own.tables),
            std::mem::take(&mut own.functions),
        );
        *own = Source {
            tables,
            functions,
            ..source
        };
    }
}

/// Applies metadata, migrations on all databases, and has the server read the databases again.
///
/// # Errors
/// The first thing that fails; what was done before stays, and the next start goes on from there.
pub async fn apply_at_start(api: &impl Api, folders: &StartFolders) -> Outcome<StartReport> {
    let mut report = StartReport::default();
    let current = remote::export(api)
        .await
        .map_err(|error| Stop::server("read the metadata", &error))?;
    let mut document = current;
    if let Some(metadata) = &folders.metadata {
        let mut metadata = metadata.clone();
        if metadata.sources.is_empty() && metadata.opaque_sources.is_empty() {
            // A new project names no source yet: the server's stay.
            metadata.sources = known_sources(&document);
        }
        if folders.is_old {
            connect(&mut metadata, &document);
        }
        let wanted = metadata.to_export();
        if wanted != document {
            remote::replace(api, &metadata, true)
                .await
                .map_err(|error| Stop::server("apply the metadata", &error))?;
            report.metadata = true;
            document = wanted;
        }
    }
    let sources = remote::sources_in(&document);
    for (database, migrations) in &folders.migrations {
        as_folder(database)?;
        let Some(source) = sources.iter().find(|source| source.name == *database) else {
            report.left_out.push(database.clone());
            continue;
        };
        let state = remote::state(api)
            .await
            .map_err(|error| Stop::server("read which migrations are applied", &error))?;
        let steps = plan(migrations, &state.applied(database), Target::Up(None))
            .map_err(|refusal| Stop::failed(format!("{database}: {refusal}")))?;
        let manner = Manner::default();
        report.migrations +=
            runner::run(api, source, &steps, &state, &manner, Output::quiet()).await?;
    }
    if report.migrations > 0 {
        remote::reload(api, false, true)
            .await
            .map_err(|error| Stop::server("reload the metadata", &error))?;
    }
    report.inconsistent = remote::inconsistent(api)
        .await
        .map_err(|error| Stop::server("compare the metadata with the databases", &error))?;
    Ok(report)
}
