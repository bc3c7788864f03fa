//! A project that was read: everything that can be wrong with its files is found here, before
//! anything is changed anywhere.

use howdah_metadata::{
    ConnectionInfo, DEFAULT_SOURCE, Metadata, Source, SourceConfiguration, UrlConfig,
};
use howdah_project::{Migration, Project, Result};
use std::path::PathBuf;

/// The variable that names the database of the source `default`.
pub const DATABASE_VARIABLE: &str = "HASURA_GRAPHQL_DATABASE_URL";

/// What a project folder holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// The metadata, if the project has any.
    pub metadata: Option<Metadata>,
    /// Keys of the metadata that have no effect, with their places.
    pub warnings: Vec<String>,
    /// Migrations by database.
    pub migrations: Vec<(String, Vec<Migration>)>,
    /// Seed files by database.
    pub seeds: Vec<(String, Vec<Seed>)>,
}

impl Contents {
    /// Reads a project. One whose metadata names no source (as a new one does) gets the source
    /// `default`, connected by `HASURA_GRAPHQL_DATABASE_URL`.
    ///
    /// # Errors
    /// The first file that cannot be read or does not fit, with the place.
    pub fn read(project: &Project) -> Result<Self> {
        let base = Metadata {
            sources: vec![default_source()],
            ..Metadata::default()
        };
        let (metadata, warnings) = if project.has_metadata() {
            let read = project.read_metadata(&base)?;
            let mut metadata = read.metadata;
            if metadata.sources.is_empty() && metadata.opaque_sources.is_empty() {
                metadata.sources = base.sources;
            }
            let warnings = read.warnings.iter().map(ToString::to_string).collect();
            (Some(metadata), warnings)
        } else {
            (None, Vec::new())
        };
        Ok(Contents {
            metadata,
            warnings,
            migrations: project.migrations()?,
            seeds: seeds(project)?,
        })
    }
}

/// A seed file.
#[derive(Debug, Clone, PartialEq)]
pub struct Seed {
    /// Its name within the database's folder of seeds.
    pub name: String,
    /// Where it is.
    pub file: PathBuf,
}

fn seeds(project: &Project) -> Result<Vec<(String, Vec<Seed>)>> {
    let of_database = |(database, files): (String, Vec<PathBuf>)| {
        let folder = project.seeds_folder(&database);
        let seed = |file: PathBuf| Seed {
            name: file
                .strip_prefix(&folder)
                .unwrap_or(&file)
                .display()
                .to_string(),
            file,
        };
        (database, files.into_iter().map(seed).collect())
    };
    Ok(project.seeds()?.into_iter().map(of_database).collect())
}

/// The source of the server's own database.
pub(crate) fn default_source() -> Source {
    Source {
        name: DEFAULT_SOURCE.to_owned(),
        configuration: SourceConfiguration {
            connection_info: ConnectionInfo {
                database_url: UrlConfig::FromEnv(DATABASE_VARIABLE.to_owned()),
                use_prepared_statements: true,
                ..ConnectionInfo::default()
            },
            ..SourceConfiguration::default()
        },
        ..Source::default()
    }
}
