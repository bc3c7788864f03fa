//! Arguments of commands on query collections and the allow list.

use crate::query_collection::{AllowlistScope, CollectionDefinition};
use crate::wire::non_empty;
use serde::Deserialize;

/// `create_query_collection`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CreateQueryCollection {
    /// The new collection's name.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// What is in it.
    pub definition: CollectionDefinition,
    /// A text for people.
    #[serde(default)]
    pub comment: Option<String>,
}

/// `rename_query_collection`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RenameQueryCollection {
    /// Which.
    pub name: String,
    /// Its new name.
    #[serde(deserialize_with = "non_empty")]
    pub new_name: String,
}

/// `drop_query_collection`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropQueryCollection {
    /// Which.
    pub collection: String,
    /// Whether it is taken off the allow list too.
    pub cascade: bool,
}

/// `add_query_to_collection`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AddQueryToCollection {
    /// Which collection.
    pub collection_name: String,
    /// The new query's name.
    #[serde(deserialize_with = "non_empty")]
    pub query_name: String,
    /// Its text.
    pub query: String,
}

/// `drop_query_from_collection`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropQueryFromCollection {
    /// Which collection.
    pub collection_name: String,
    /// Which query.
    pub query_name: String,
}

/// `add_collection_to_allowlist`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AddCollectionToAllowlist {
    /// Which collection.
    pub collection: String,
    /// For whom; for everybody when absent.
    #[serde(default)]
    pub scope: Option<AllowlistScope>,
}

/// `update_scope_of_collection_in_allowlist`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UpdateAllowlistScope {
    /// Which collection.
    pub collection: String,
    /// For whom.
    pub scope: AllowlistScope,
}

/// `drop_collection_from_allowlist`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropCollectionFromAllowlist {
    /// Which collection.
    pub collection: String,
}
