//! The metadata store: the schema `hdb_catalog` of the metadata database, in the shape of
//! catalogue version 48.
//!
//! * [`install`]: makes the schema, or takes over one that is there.
//! * [`store`]: the metadata document with its version, and word of changes to other instances.
//! * [`state`]: the notes of the CLI and the console.
//!
//! The document is text to this module; nothing here knows what it means.

mod install;
mod state;
mod store;

pub use state::{CatalogState, StateOwner};
pub use store::{Change, StoredMetadata};

use crate::execution::{Expected, Pool};
use howdah_error::Result;

/// The metadata store of one engine instance.
#[derive(Debug, Clone)]
pub struct MetadataStore {
    pool: Pool,
    instance_id: String,
    database_id: String,
}

impl MetadataStore {
    /// Installs the catalogue in an empty database, or takes over the one that is there.
    /// `instance_id` is this process's UUID, by which it knows its own changes again.
    ///
    /// # Errors
    /// Texts for people: the catalogue belongs to another version, or which grant is lacking.
    /// Nothing is changed then.
    pub async fn open(pool: Pool, instance_id: impl Into<String>) -> Result<Self> {
        let database_id = install::install(&pool).await?;
        Ok(MetadataStore {
            pool,
            instance_id: instance_id.into(),
            database_id,
        })
    }

    /// The UUID of this metadata database.
    pub fn database_id(&self) -> &str {
        &self.database_id
    }

    /// The UUID of this instance.
    pub fn instance_id(&self) -> &str {
        &self.instance_id
    }

    /// The pool of the metadata database.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Whether the metadata database answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn check_health(&self) -> Result<()> {
        self.pool
            .query_rows(
                "select 1 from hdb_catalog.hdb_version limit 1",
                &[],
                Expected::Nothing,
            )
            .await
            .map(drop)
    }
}
