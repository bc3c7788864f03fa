//! Collections of GraphQL documents and the list of allowed collections.

use crate::wire::{Extra, non_empty};
use serde::{Deserialize, Serialize};

/// A named set of documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueryCollection {
    /// Its name.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// What is in it.
    pub definition: CollectionDefinition,
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The documents of a collection.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CollectionDefinition {
    /// The documents, in order.
    pub queries: Vec<ListedQuery>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A named document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListedQuery {
    /// Its name within the collection.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// Its text.
    pub query: String,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An allowed collection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllowlistEntry {
    /// The collection's name.
    pub collection: String,
    /// For whom it is allowed; for everybody when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<AllowlistScope>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// For whom a collection is allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllowlistScope {
    /// Whether every role may use it.
    pub global: bool,
    /// The roles that may use it when it is not global.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
}
