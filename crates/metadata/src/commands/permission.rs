//! Arguments of commands on permissions of tables.

use super::{default_source, source_name};
use crate::name::QualifiedName;
use crate::permission::{Permission, PermissionKind};
use crate::wire::{Extra, non_empty};
use serde::Deserialize;

/// `create_{insert,select,update,delete}_permission`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CreatePermission<P> {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// Who.
    #[serde(deserialize_with = "non_empty")]
    pub role: String,
    /// What.
    pub permission: P,
    /// A text for people.
    #[serde(default)]
    pub comment: Option<String>,
}

impl<P> CreatePermission<P> {
    /// The entry of the table's list, and where it goes.
    pub(crate) fn into_entry(self) -> (String, QualifiedName, Permission<P>) {
        let entry = Permission {
            role: self.role,
            permission: self.permission,
            comment: self.comment,
            extra: Extra::default(),
        };
        (self.source, self.table, entry)
    }
}

/// `drop_{insert,select,update,delete}_permission`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropPermission {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// Whose.
    pub role: String,
}

/// `set_permission_comment`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SetPermissionComment {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// Whose.
    pub role: String,
    /// Which of the role's permissions.
    #[serde(rename = "type")]
    pub kind: PermissionKind,
    /// The new text; none when absent.
    #[serde(default)]
    pub comment: Option<String>,
}
