//! The two sides of migrations: which the project has, and which the databases.

use crate::api::Api;
use crate::client::Client;
use crate::databases::{self, Databases};
use crate::program::context::Context;
use crate::program::exit::{Outcome, Stop};
use crate::remote::{self, RemoteSource};
use howdah_project::{Migration, MigrationState, Project};
use std::path::Path;

/// Both, for the databases that a command is about.
pub struct Sides<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its migrations, by database.
    pub migrations: Vec<(String, Vec<Migration>)>,
    /// The server.
    pub client: Client,
    /// The databases.
    pub sources: Vec<RemoteSource>,
    /// What is applied.
    pub state: MigrationState,
}

impl<'a> Sides<'a> {
    /// Reads the project first, so that nobody waits for a server to hear of a wrong file.
    ///
    /// # Errors
    /// One side cannot be read.
    pub async fn read(wish: &Databases, context: &'a Context) -> Outcome<Self> {
        let project = context.project()?;
        let migrations = project.migrations()?;
        let client = context.client()?;
        let sources = databases::chosen(&client, wish, context).await?;
        let state = current_state(&client, &sources).await?;
        if wish.all_databases {
            warn_of_left_out("migrations", &migrations, &sources, context);
        }
        for source in &sources {
            warn_of_misnamed(&project.migrations_folder(&source.name), context)?;
        }
        Ok(Sides {
            project,
            migrations,
            client,
            sources,
            state,
        })
    }
}

/// Tells of files for databases that the server has not.
pub fn warn_of_left_out<T>(
    what: &str,
    files: &[(String, Vec<T>)],
    sources: &[RemoteSource],
    context: &Context,
) {
    for (database, files) in files {
        let is_known = sources.iter().any(|source| source.name == *database);
        if !is_known && !files.is_empty() {
            context.output.warn(format!(
                "the {what} of \"{database}\" are left out: the server has no such database"
            ));
        }
    }
}

/// Tells of what looks like a migration but for its name.
fn warn_of_misnamed(folder: &Path, context: &Context) -> Outcome<()> {
    for path in howdah_project::misnamed_migrations(folder)? {
        context.output.warn(format!(
            "{} is left out: a migration is a folder <version>_<name> with up.sql in it",
            path.display()
        ));
    }
    Ok(())
}

/// The migrations of one database.
pub fn of<'a>(
    migrations: &'a [(String, Vec<Migration>)],
    source: &RemoteSource,
) -> &'a [Migration] {
    migrations
        .iter()
        .find(|(name, _)| *name == source.name)
        .map_or(&[], |(_, found)| found.as_slice())
}

/// Which migrations are applied; what an older project kept elsewhere is taken over.
///
/// # Errors
/// The server does not say.
pub async fn current_state(api: &impl Api, sources: &[RemoteSource]) -> Outcome<MigrationState> {
    let mut state = remote::state(api)
        .await
        .map_err(|error| Stop::server("read which migrations are applied", &error))?;
    if state.is_copied() || !state.is_empty() {
        return Ok(state);
    }
    let Some(source) = sources
        .iter()
        .find(|source| source.is_postgres() && source.name == howdah_metadata::DEFAULT_SOURCE)
    else {
        return Ok(state);
    };
    // There is no such table on servers that never had an older project: then there is nothing.
    let versions = remote::old_state(api, source).await.unwrap_or_default();
    if !versions.is_empty() {
        for version in versions {
            state.insert(&source.name, version);
        }
        state.set_copied();
        remote::store_state(api, &state)
            .await
            .map_err(|error| Stop::server("take over which migrations are applied", &error))?;
    }
    Ok(state)
}
