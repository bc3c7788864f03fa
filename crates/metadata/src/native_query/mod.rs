//! Native queries (F11, F12): SQL of the user's own as a root field. Whether the SQL is valid, the
//! database says.

mod returned;
mod template;

pub use returned::{OwnModel, Returned};
pub use template::{Piece, TemplateError, pieces};

use crate::relationship::{ManualConfiguration, RelationshipKind};
use crate::wire::{Extra, null_default};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A query written in SQL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NativeQuery {
    /// Arguments by name.
    #[serde(default, deserialize_with = "null_default")]
    pub arguments: IndexMap<String, NativeQueryArgument>,
    /// Relationships to many rows.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub array_relationships: Vec<NativeQueryRelationship>,
    /// The SQL, with `{{name}}` where arguments stand.
    pub code: String,
    /// A text for people, also the description in the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Relationships to one row.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub object_relationships: Vec<NativeQueryRelationship>,
    /// The shape of its rows.
    pub returns: Returned,
    /// The root field, which is its name: unique in the source.
    pub root_field_name: String,
    /// Where it is a field.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<NativeQueryKind>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where a native query is a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NativeQueryKind {
    /// In queries and subscriptions.
    Query,
}

/// An argument of a native query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NativeQueryArgument {
    /// A text for people, also the description in the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it may be left out or null.
    #[serde(default, deserialize_with = "null_default")]
    pub nullable: bool,
    /// Its type as SQL writes it.
    #[serde(rename = "type")]
    pub ty: String,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A relationship of the rows of a native query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NativeQueryRelationship {
    /// The field's name.
    pub name: String,
    /// What it reaches, and by which columns.
    pub using: ManualConfiguration,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

impl NativeQuery {
    /// The relationships of one kind.
    pub fn relationships(&self, kind: RelationshipKind) -> &[NativeQueryRelationship] {
        match kind {
            RelationshipKind::Object => &self.object_relationships,
            RelationshipKind::Array => &self.array_relationships,
        }
    }

    /// The SQL in pieces.
    ///
    /// # Errors
    /// Why it cannot be one: see [`pieces`].
    pub fn pieces(&self) -> Result<Vec<Piece<'_>>, TemplateError> {
        let found = pieces(&self.code, |name| self.arguments.get_index_of(name))?;
        let arguments = self.arguments.keys();
        let unused: BTreeSet<String> = arguments
            .filter(|name| !template::mentions(&self.code, name))
            .cloned()
            .collect();
        match unused.is_empty() {
            true => Ok(found),
            false => Err(TemplateError::Unused(unused)),
        }
    }
}
