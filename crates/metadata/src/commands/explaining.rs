//! Arguments of the command that explains permissions.

use super::{default_source, source_name};
use crate::name::QualifiedName;
use crate::wire::null_default;
use serde::Deserialize;
use serde_json::{Map, Value};

/// `howdah_explain_permission`: what the rules of a role say about one row. A command of howdah's
/// own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ExplainPermission {
    /// The source of the table.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// A tracked table.
    pub table: QualifiedName,
    /// Whose rules.
    pub role: String,
    /// Session variables by name, in any case; texts, numbers and booleans.
    #[serde(default, deserialize_with = "null_default")]
    pub session: Map<String, Value>,
    /// Values of columns that only this row has: of its primary key, usually.
    pub pk: Map<String, Value>,
}
