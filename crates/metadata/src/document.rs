//! The whole metadata document, version 3. Order and unknown parts survive; what this version
//! does not serve is kept as it came. Knows neither storage nor HTTP.

use crate::limits::ApiLimits;
use crate::network::Network;
use crate::query_collection::{AllowlistEntry, QueryCollection};
use crate::role::InheritedRole;
use crate::source::{OpaqueSource, Source};
use crate::wire::{Extra, is_default, name_set, null_default, says_nothing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that is configured: sources with their tables, and all that belongs to none.
///
/// Read documents with [`Metadata::from_document`] and write them with
/// [`Metadata::to_export`]: the derived serde impls know neither the version key, nor old
/// versions, nor sources that are not served. Parts typed as [`Value`] are kept and exported
/// unchanged.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// PostgreSQL sources (and those that speak its protocol).
    #[serde(default, deserialize_with = "null_default")]
    pub sources: Vec<Source>,
    /// Sources of other kinds: kept, exported among the others, not served.
    #[serde(skip)]
    pub opaque_sources: Vec<OpaqueSource>,
    /// Remote GraphQL schemas.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub remote_schemas: Vec<Value>,
    /// Named sets of GraphQL documents.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub query_collections: Vec<QueryCollection>,
    /// Collections whose documents are allowed.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub allowlist: Vec<AllowlistEntry>,
    /// Actions.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub actions: Vec<Value>,
    /// Types of actions.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "says_nothing"
    )]
    pub custom_types: Option<Value>,
    /// Cron triggers.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub cron_triggers: Vec<Value>,
    /// REST endpoints.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub rest_endpoints: Vec<Value>,
    /// Limits of requests. This part restricts access.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub api_limits: ApiLimits,
    /// What metrics may say.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Option::is_none"
    )]
    pub metrics_config: Option<Value>,
    /// Roles made of other roles.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub inherited_roles: Vec<InheritedRole>,
    /// Roles that may not introspect. This part restricts access.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub graphql_schema_introspection: IntrospectionOptions,
    /// Hosts whose certificates are trusted.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub network: Network,
    /// Settings of kinds of sources.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "says_nothing"
    )]
    pub backend_configs: Option<Value>,
    /// Where traces and metrics go.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "says_nothing"
    )]
    pub opentelemetry: Option<Value>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Who may introspect.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IntrospectionOptions {
    /// Roles that get an error instead of an introspection answer.
    #[serde(deserialize_with = "name_set")]
    pub disabled_for_roles: Vec<String>,
}
