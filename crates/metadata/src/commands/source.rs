//! Arguments of commands on sources.

use super::{default_source, source_name};
use crate::connection::SourceConfiguration;
use crate::name::QualifiedName;
use crate::source::SourceCustomization;
use crate::wire::non_empty;
use crate::wire::null_default;
use serde::Deserialize;
use serde_json::Value;

/// `add_source`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AddSource {
    /// The new source's name.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// How to connect.
    pub configuration: SourceConfiguration,
    /// Names in the GraphQL schema.
    #[serde(default, deserialize_with = "null_default")]
    pub customization: SourceCustomization,
    /// Whether an existing source of the name gets this configuration, keeping its tables.
    #[serde(default, deserialize_with = "null_default")]
    pub replace_configuration: bool,
    /// A periodic check.
    #[serde(default)]
    pub health_check: Option<Value>,
}

/// `update_source`: what is absent stays.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UpdateSource {
    /// Which.
    pub name: String,
    /// How to connect.
    #[serde(default)]
    pub configuration: Option<SourceConfiguration>,
    /// Names in the GraphQL schema.
    #[serde(default)]
    pub customization: Option<SourceCustomization>,
    /// A periodic check.
    #[serde(default)]
    pub health_check: Option<Value>,
}

/// `drop_source`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropSource {
    /// Which.
    pub name: String,
    /// Whether objects of other sources that need it are dropped too.
    #[serde(default, deserialize_with = "null_default")]
    pub cascade: bool,
}

/// `rename_source`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RenameSource {
    /// Which.
    pub name: String,
    /// Its new name.
    #[serde(deserialize_with = "non_empty")]
    pub new_name: String,
}

/// `get_source_kind_capabilities`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct GetSourceKindCapabilities {
    /// Which kind.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
}

/// `get_source_tables`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct GetSourceTables {
    /// Which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
}

/// `get_table_info`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct GetTableInfo {
    /// Which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which table.
    pub table: QualifiedName,
}
