//! Arguments of commands on relationships and computed fields.

use super::{default_source, source_name};
use crate::checks::check_array_using;
use crate::function::{ComputedField, ComputedFieldDefinition};
use crate::name::QualifiedName;
use crate::parse::parse;
use crate::relationship::{Relationship, RelationshipUsing};
use crate::wire::{Extra, non_empty, null_default};
use howdah_error::{Result, Within};
use serde::Deserialize;
use serde_json::Value;

/// `create_object_relationship`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CreateObjectRelationship {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// The field's name.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// What connects the tables.
    pub using: RelationshipUsing,
    /// A text for people.
    #[serde(default)]
    pub comment: Option<String>,
}

/// `create_array_relationship`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CreateArrayRelationship {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// The field's name.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// What connects the tables; never a foreign key of this table.
    pub using: RelationshipUsing,
    /// A text for people.
    #[serde(default)]
    pub comment: Option<String>,
}

impl CreateArrayRelationship {
    /// Reads arguments.
    ///
    /// # Errors
    /// `parse-failed` where they do not fit.
    pub fn from_args(args: Value) -> Result<Self> {
        let args: Self = parse(args)?;
        check_array_using(&args.using).within("using")?;
        Ok(args)
    }
}

impl From<&CreateObjectRelationship> for Relationship {
    fn from(args: &CreateObjectRelationship) -> Self {
        Relationship {
            name: args.name.clone(),
            using: args.using.clone(),
            comment: args.comment.clone(),
            extra: Extra::default(),
        }
    }
}

impl From<&CreateArrayRelationship> for Relationship {
    fn from(args: &CreateArrayRelationship) -> Self {
        Relationship {
            name: args.name.clone(),
            using: args.using.clone(),
            comment: args.comment.clone(),
            extra: Extra::default(),
        }
    }
}

/// `drop_relationship`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropRelationship {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// Which.
    pub relationship: String,
    /// Whether objects that need it are dropped too.
    #[serde(default, deserialize_with = "null_default")]
    pub cascade: bool,
}

/// `rename_relationship`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RenameRelationship {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// Which.
    pub name: String,
    /// Its new name.
    #[serde(deserialize_with = "non_empty")]
    pub new_name: String,
}

/// `set_relationship_comment`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SetRelationshipComment {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// Which.
    pub relationship: String,
    /// The new text; none when absent.
    #[serde(default)]
    pub comment: Option<String>,
}

/// `suggest_relationships`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SuggestRelationships {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Between which tables: all tracked ones when absent.
    #[serde(default)]
    pub tables: Option<Vec<QualifiedName>>,
    /// Whether relationships that exist are left out.
    #[serde(default, deserialize_with = "null_default")]
    pub omit_tracked: bool,
}

/// `add_computed_field`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AddComputedField {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// The field's name.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// What computes it.
    pub definition: ComputedFieldDefinition,
    /// A text for people.
    #[serde(default)]
    pub comment: Option<String>,
}

impl From<&AddComputedField> for ComputedField {
    fn from(args: &AddComputedField) -> Self {
        ComputedField {
            name: args.name.clone(),
            definition: args.definition.clone(),
            comment: args.comment.clone(),
            extra: Extra::default(),
        }
    }
}

/// `drop_computed_field`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropComputedField {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which table.
    pub table: QualifiedName,
    /// Which.
    pub name: String,
    /// Whether objects that need it are dropped too.
    #[serde(default, deserialize_with = "null_default")]
    pub cascade: bool,
}
