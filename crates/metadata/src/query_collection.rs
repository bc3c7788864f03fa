//! Collections of GraphQL documents and the list of allowed collections.

use crate::wire::{Extra, non_empty, some_names};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

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
#[serde(try_from = "WrittenScope")]
pub struct AllowlistScope {
    /// Whether every role may use it.
    pub global: bool,
    /// The roles that may use it when it is not global.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
}

/// A scope as written, of which the parts may not fit together.
#[derive(Deserialize)]
struct WrittenScope {
    global: bool,
    #[serde(default, deserialize_with = "some_names")]
    roles: Option<Vec<String>>,
}

impl TryFrom<WrittenScope> for AllowlistScope {
    type Error = &'static str;

    /// Either everybody or certain roles: whoever names roles must not be understood to mean everybody.
    fn try_from(WrittenScope { global, roles }: WrittenScope) -> Result<Self, &'static str> {
        match (global, &roles) {
            (true, Some(_)) => return Err("roles are not allowed when global is true"),
            (false, None) => return Err("key \"roles\" not found"),
            (false, Some(names)) if has_duplicates(names) => {
                return Err("duplicate roles are not allowed");
            }
            _ => {}
        }
        Ok(AllowlistScope { global, roles })
    }
}

fn has_duplicates(names: &[String]) -> bool {
    let mut seen = HashSet::new();
    !names.iter().all(|name| seen.insert(name))
}
