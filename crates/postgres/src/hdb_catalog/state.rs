//! Notes that the CLI and the console keep in the catalogue.

use super::MetadataStore;
use super::store::get;
use crate::execution::{Expected, TextParam};
use howdah_error::{Error, Result};
use serde_json::{Value, json};

/// Whose notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateOwner {
    /// The CLI: which migrations have run, above all.
    Cli,
    /// The console.
    Console,
}

/// All notes.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogState {
    /// The UUID of the metadata database.
    pub id: String,
    /// The CLI's.
    pub cli_state: Value,
    /// The console's.
    pub console_state: Value,
}

impl CatalogState {
    /// As `get_catalog_state` answers.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "cli_state": self.cli_state,
            "console_state": self.console_state,
        })
    }
}

impl MetadataStore {
    /// Reads the notes.
    ///
    /// # Errors
    /// `postgres-error` or `unexpected` when they cannot be read.
    pub async fn catalog_state(&self) -> Result<CatalogState> {
        let sql = "select hasura_uuid::text, cli_state::text, console_state::text \
             from hdb_catalog.hdb_version";
        let rows = self.pool.query_rows(sql, &[], Expected::Nothing).await?;
        let Some(row) = rows.first() else {
            return Err(Error::unexpected("hdb_catalog.hdb_version has no row"));
        };
        let parse = |text: &str| {
            serde_json::from_str(text)
                .map_err(|e| Error::unexpected(format!("the catalogue state cannot be read: {e}")))
        };
        Ok(CatalogState {
            id: get(row, 0)?,
            cli_state: parse(get(row, 1)?)?,
            console_state: parse(get(row, 2)?)?,
        })
    }

    /// Replaces one owner's notes.
    ///
    /// # Errors
    /// `postgres-error` or `unexpected` when they cannot be written.
    pub async fn set_catalog_state(&self, owner: StateOwner, state: &Value) -> Result<()> {
        let sql = match owner {
            StateOwner::Cli => "update hdb_catalog.hdb_version set cli_state = $1::jsonb",
            StateOwner::Console => "update hdb_catalog.hdb_version set console_state = $1::jsonb",
        };
        let connection = self.pool.get().await?;
        connection
            .query_rows(
                sql,
                &[TextParam::new(Some(state.to_string().into()))],
                Expected::Nothing,
            )
            .await
            .map(drop)
    }
}
