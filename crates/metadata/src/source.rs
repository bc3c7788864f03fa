//! A source: one database with everything that is tracked in it. Knows nothing of whether the
//! database can be reached.

use crate::connection::SourceConfiguration;
use crate::function::Function;
use crate::logical_model::LogicalModel;
use crate::native_query::NativeQuery;
use crate::table::Table;
use crate::wire::{Extra, graphql_name, is_default, non_empty, null_default};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// The source of commands that name none.
pub const DEFAULT_SOURCE: &str = "default";

/// A database of a kind that speaks PostgreSQL.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Source {
    /// Its name, unique in the document.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub kind: SourceKind,
    /// Tracked tables and views. Documents share those that a change leaves alone.
    #[serde(
        default,
        deserialize_with = "null_default",
        serialize_with = "crate::sorted::list"
    )]
    pub tables: Vec<Arc<Table>>,
    /// Tracked functions.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub functions: Vec<Function>,
    /// Native queries.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub native_queries: Vec<NativeQuery>,
    /// Stored procedures.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub stored_procedures: Vec<Value>,
    /// Logical models.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub logical_models: Vec<LogicalModel>,
    /// How to connect.
    pub configuration: SourceConfiguration,
    /// Names in the GraphQL schema.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub customization: SourceCustomization,
    /// Comments added to SQL.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Option::is_none"
    )]
    pub query_tags: Option<Value>,
    /// A periodic check.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Option::is_none"
    )]
    pub health_check: Option<Value>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Kinds of sources that are PostgreSQL or behave like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// PostgreSQL.
    #[default]
    #[serde(alias = "pg")]
    Postgres,
    /// PostgreSQL with Citus.
    Citus,
    /// CockroachDB.
    Cockroach,
}

impl SourceKind {
    /// As documents name it.
    pub fn as_str(self) -> &'static str {
        match self {
            SourceKind::Postgres => "postgres",
            SourceKind::Citus => "citus",
            SourceKind::Cockroach => "cockroach",
        }
    }

    /// The kind of that name; `pg` is PostgreSQL too.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "postgres" | "pg" => Some(SourceKind::Postgres),
            "citus" => Some(SourceKind::Citus),
            "cockroach" => Some(SourceKind::Cockroach),
            _ => None,
        }
    }
}

/// A source of a kind that is not served: kept as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct OpaqueSource {
    /// Its name.
    pub name: String,
    /// Its kind, such as `mssql`.
    pub kind: String,
    /// The whole object, `name` and `kind` included.
    pub document: serde_json::Map<String, Value>,
}

/// How names of a source appear in the GraphQL schema.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SourceCustomization {
    /// How SQL names become GraphQL names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub naming_convention: Option<NamingConvention>,
    /// Names of root fields.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub root_fields: RootFieldsCustomization,
    /// Names of types.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub type_names: TypeNamesCustomization,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How root fields of a source are named.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RootFieldsCustomization {
    /// A field below which all root fields lie.
    #[serde(
        default,
        deserialize_with = "graphql_name",
        skip_serializing_if = "Option::is_none"
    )]
    pub namespace: Option<String>,
    /// Put in front of each name.
    #[serde(
        default,
        deserialize_with = "graphql_name",
        skip_serializing_if = "Option::is_none"
    )]
    pub prefix: Option<String>,
    /// Put behind each name.
    #[serde(
        default,
        deserialize_with = "graphql_name",
        skip_serializing_if = "Option::is_none"
    )]
    pub suffix: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How types of a source are named.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TypeNamesCustomization {
    /// Put in front of each name.
    #[serde(
        default,
        deserialize_with = "graphql_name",
        skip_serializing_if = "Option::is_none"
    )]
    pub prefix: Option<String>,
    /// Put behind each name.
    #[serde(
        default,
        deserialize_with = "graphql_name",
        skip_serializing_if = "Option::is_none"
    )]
    pub suffix: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How SQL names become GraphQL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum NamingConvention {
    /// As in the database.
    #[serde(rename = "hasura-default")]
    HasuraDefault,
    /// camelCase fields, PascalCase types.
    #[serde(rename = "graphql-default")]
    GraphqlDefault,
}

impl<'de> Deserialize<'de> for NamingConvention {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "hasura-default" => Ok(NamingConvention::HasuraDefault),
            "graphql-default" => Ok(NamingConvention::GraphqlDefault),
            _ => Err(D::Error::custom(
                "naming_convention can either be \"hasura-default\" or \"graphql-default\"",
            )),
        }
    }
}
