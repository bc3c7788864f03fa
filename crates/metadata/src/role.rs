//! Roles that are unions of other roles.

use crate::wire::{Extra, name_set, non_empty};
use serde::{Deserialize, Serialize};

/// The name of the role that may do everything.
pub const ADMIN: &str = "admin";

/// A role with the permissions of all its parents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InheritedRole {
    /// Its name.
    #[serde(deserialize_with = "non_empty")]
    pub role_name: String,
    /// The names of its parents; these may be inherited roles too.
    #[serde(deserialize_with = "name_set")]
    pub role_set: Vec<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}
