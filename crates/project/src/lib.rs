//! The project folder: `config.yaml`, the metadata as YAML files, migrations and seeds.
//!
//! What is read becomes the types of `howdah-metadata`; what is to be done with migrations is
//! planned here without doing it. This crate knows files, but neither servers nor databases.

mod config;
mod document;
mod error;
pub mod folder;
mod migrations;
mod plan;
mod project;
mod state;
mod text;
mod yaml;

pub use config::{CONFIG_FILE, Config, is_true};
pub use document::{read_document, write_document};
pub use error::{Error, Place, Result, Warning};
pub use folder::ReadMetadata;
pub use migrations::{Migration, migrations, migrations_by_database, misnamed_migrations, seeds};
pub use plan::{Direction, Refusal, Step, Target, plan};
pub use project::Project;
pub use state::MigrationState;
pub use text::{of_bytes, read_text};
pub use yaml::{from_yaml, to_yaml};
