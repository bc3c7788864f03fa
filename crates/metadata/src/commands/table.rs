//! Arguments of commands on tables.

use super::{default_source, null_on, on, source_name};
use crate::name::QualifiedName;
use crate::parse::parse;
use crate::table::ApolloFederationConfig;
use crate::table_configuration::{CustomRootFields, TableConfiguration};
use crate::wire::null_default;
use howdah_error::Result;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

/// `track_table`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TrackTable {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which table.
    pub table: QualifiedName,
    /// Whether its rows are the values of an enum.
    #[serde(default, deserialize_with = "null_default")]
    pub is_enum: bool,
    /// Names in the GraphQL schema.
    #[serde(default, deserialize_with = "null_default")]
    pub configuration: TableConfiguration,
    /// Federation.
    #[serde(default)]
    pub apollo_federation_config: Option<ApolloFederationConfig>,
    /// The logical model of its rows.
    #[serde(default)]
    pub logical_model: Option<String>,
}

impl TrackTable {
    /// Tracks a table without any configuration.
    pub fn new(source: impl Into<String>, table: QualifiedName) -> Self {
        TrackTable {
            source: source.into(),
            table,
            is_enum: false,
            configuration: TableConfiguration::default(),
            apollo_federation_config: None,
            logical_model: None,
        }
    }

    /// Reads arguments in both forms: the object, and the old bare table name.
    ///
    /// # Errors
    /// `parse-failed` where they do not fit.
    pub fn from_args(args: Value) -> Result<Self> {
        if args.get("table").is_some() {
            parse(args)
        } else {
            Ok(TrackTable::new(default_source(), parse(args)?))
        }
    }
}

/// `track_tables`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TrackTables {
    /// Which.
    pub tables: Vec<TrackTable>,
    /// Whether a table that cannot be tracked is only warned about.
    #[serde(default = "on", deserialize_with = "null_on")]
    pub allow_warnings: bool,
}

/// `untrack_table`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UntrackTable {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which table.
    pub table: QualifiedName,
    /// Whether objects that need it are dropped too.
    #[serde(default, deserialize_with = "null_default")]
    pub cascade: bool,
}

/// `untrack_tables`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UntrackTables {
    /// Which.
    pub tables: Vec<UntrackTable>,
    /// Whether a table that cannot be untracked is only warned about.
    #[serde(default = "on", deserialize_with = "null_on")]
    pub allow_warnings: bool,
}

/// `set_table_customization`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SetTableCustomization {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which table.
    pub table: QualifiedName,
    /// Replaces the whole configuration; never by forgetting to say with what.
    pub configuration: TableConfiguration,
}

/// `set_table_custom_fields`, the older form of [`SetTableCustomization`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SetTableCustomFields {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which table.
    pub table: QualifiedName,
    /// Names of root fields.
    #[serde(default, deserialize_with = "null_default")]
    pub custom_root_fields: CustomRootFields,
    /// Names of columns.
    #[serde(default, deserialize_with = "null_default")]
    pub custom_column_names: IndexMap<String, String>,
}

/// `set_table_is_enum`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SetTableIsEnum {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which table.
    pub table: QualifiedName,
    /// Whether its rows are the values of an enum.
    pub is_enum: bool,
}

/// `set_apollo_federation_config`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SetApolloFederationConfig {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which table.
    pub table: QualifiedName,
    /// Off when absent.
    #[serde(default)]
    pub apollo_federation_config: Option<ApolloFederationConfig>,
}
