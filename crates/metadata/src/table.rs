//! A tracked table with everything that hangs on it. Knows nothing of its columns' types.

use crate::function::ComputedField;
use crate::name::QualifiedName;
use crate::permission::{
    DeletePermission, InsertPermission, Permission, SelectPermission, UpdatePermission,
};
use crate::relationship::Relationship;
use crate::table_configuration::TableConfiguration;
use crate::wire::{Extra, is_default, null_default};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A tracked table, view, materialised view or foreign table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Which.
    pub table: QualifiedName,
    /// Whether its rows are the values of an enum.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub is_enum: bool,
    /// Names in the GraphQL schema.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub configuration: TableConfiguration,
    /// Relationships to one row.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub object_relationships: Vec<Relationship>,
    /// Relationships to many rows.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub array_relationships: Vec<Relationship>,
    /// Functions shown as fields.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub computed_fields: Vec<ComputedField>,
    /// Relationships to other sources and remote schemas.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub remote_relationships: Vec<Value>,
    /// Who may insert.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub insert_permissions: Vec<Permission<InsertPermission>>,
    /// Who may read.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub select_permissions: Vec<Permission<SelectPermission>>,
    /// Who may update.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub update_permissions: Vec<Permission<UpdatePermission>>,
    /// Who may delete.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub delete_permissions: Vec<Permission<DeletePermission>>,
    /// Event triggers.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub event_triggers: Vec<Value>,
    /// Whether the table is an entity of a federated graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apollo_federation_config: Option<ApolloFederationConfig>,
    /// The logical model of its rows (only of data connectors).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logical_model: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Table {
    /// A table without anything on it.
    pub fn new(table: QualifiedName) -> Self {
        Table {
            table,
            is_enum: false,
            configuration: TableConfiguration::default(),
            object_relationships: Vec::new(),
            array_relationships: Vec::new(),
            computed_fields: Vec::new(),
            remote_relationships: Vec::new(),
            insert_permissions: Vec::new(),
            select_permissions: Vec::new(),
            update_permissions: Vec::new(),
            delete_permissions: Vec::new(),
            event_triggers: Vec::new(),
            apollo_federation_config: None,
            logical_model: None,
            extra: Extra::default(),
        }
    }
}

/// Federation of one table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApolloFederationConfig {
    /// The version.
    pub enable: ApolloFederationVersion,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A version of Apollo Federation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ApolloFederationVersion {
    /// `v1`
    #[serde(rename = "v1")]
    V1,
}

impl<'de> Deserialize<'de> for ApolloFederationVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "v1" => Ok(ApolloFederationVersion::V1),
            _ => Err(D::Error::custom(
                "enable takes the version of apollo federation. Supported value is v1 only.",
            )),
        }
    }
}
