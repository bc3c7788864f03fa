//! The two sides of migrations: which the project has, and which the databases.

use crate::api::Api;
use crate::client::Client;
use crate::databases::{self, Databases};
use crate::program::context::Context;
use crate::program::exit::{Outcome, Stop};
use crate::remote::{self, RemoteSource};
use howdah_project::{Migration, MigrationState, Project};

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
        Ok(Sides {
            project,
            migrations,
            client,
            sources,
            state,
        })
    }
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
