//! Arguments of commands on inherited roles.

use crate::wire::{name_set, non_empty};
use serde::Deserialize;

/// `add_inherited_role`: replaces one of the same name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AddInheritedRole {
    /// The new role.
    #[serde(deserialize_with = "non_empty")]
    pub role_name: String,
    /// Its parents.
    #[serde(deserialize_with = "name_set")]
    pub role_set: Vec<String>,
}

/// `drop_inherited_role`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropInheritedRole {
    /// Which.
    pub role_name: String,
}
