//! Arguments of `run_sql`.

use super::{default_source, source_name};
use crate::wire::null_default;
use serde::Deserialize;

/// `run_sql`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RunSql {
    /// The statements.
    pub sql: String,
    /// Where they run.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Whether objects that need what is dropped are dropped too.
    #[serde(default, deserialize_with = "null_default")]
    pub cascade: bool,
    /// Whether the metadata is compared with the database afterwards: guessed from the text
    /// when absent.
    #[serde(default)]
    pub check_metadata_consistency: Option<bool>,
    /// Whether the transaction may only read.
    #[serde(default, deserialize_with = "null_default")]
    pub read_only: bool,
    /// Whether the statements run outside of a transaction.
    #[serde(default, deserialize_with = "null_default")]
    pub no_transaction: bool,
}
