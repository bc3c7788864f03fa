//! What `serve` applies before it serves.

use crate::config::setting::{AnySetting, Setting};
use crate::config::value;
use std::path::PathBuf;

/// `HASURA_GRAPHQL_METADATA_DIR`.
pub static METADATA_DIR: Setting<PathBuf> = Setting::new(value::path, "FOLDER")
    .variables(&["HASURA_GRAPHQL_METADATA_DIR"])
    .without("none")
    .meaning(
        "Metadata folder of a project, applied before the server answers; instances that start \
         together take turns, and what is in force already is left alone",
    );

/// `HASURA_GRAPHQL_MIGRATIONS_DIR`.
pub static MIGRATIONS_DIR: Setting<PathBuf> = Setting::new(value::path, "FOLDER")
    .variables(&["HASURA_GRAPHQL_MIGRATIONS_DIR"])
    .without("none")
    .meaning(
        "Migrations of a project, a folder per database, applied after the metadata; a migration \
         that fails stops the start with its reason. `serve --project FOLDER` names a whole \
         project instead",
    );

/// Every setting of this file, in the order of the documentation.
pub static ALL: &[&dyn AnySetting] = &[&METADATA_DIR, &MIGRATIONS_DIR];
