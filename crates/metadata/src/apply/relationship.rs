//! Commands on relationships and computed fields.

use super::{source_mut, table_mut};
use crate::commands::{
    AddComputedField, CreateArrayRelationship, CreateObjectRelationship, DropComputedField,
    DropRelationship, RenameRelationship, SetRelationshipComment,
};
use crate::document::Metadata;
use crate::function::ComputedField;
use crate::name::QualifiedName;
use crate::object::{MetadataObject, TableObject};
use crate::relationship::{Relationship, RelationshipKind};
use crate::rename::{self, FieldTarget};
use howdah_error::{Error, Result, Within};

/// Adds an object relationship.
///
/// # Errors
/// `not-exists` for source and table; `already-exists` when the table has such a field.
pub fn create_object_relationship(
    metadata: &mut Metadata,
    args: &CreateObjectRelationship,
) -> Result<MetadataObject> {
    create(
        metadata,
        &args.source,
        &args.table,
        RelationshipKind::Object,
        args.into(),
    )
}

/// Adds an array relationship.
///
/// # Errors
/// As [`create_object_relationship`].
pub fn create_array_relationship(
    metadata: &mut Metadata,
    args: &CreateArrayRelationship,
) -> Result<MetadataObject> {
    create(
        metadata,
        &args.source,
        &args.table,
        RelationshipKind::Array,
        args.into(),
    )
}

fn create(
    metadata: &mut Metadata,
    source: &str,
    name: &QualifiedName,
    kind: RelationshipKind,
    relationship: Relationship,
) -> Result<MetadataObject> {
    let table = table_mut(metadata, source, name)?;
    if table.has_field(&relationship.name) {
        return Err(Error::already_exists(format!(
            "field with name \"{}\" already exists in table \"{name}\"",
            relationship.name
        )));
    }
    let object = TableObject::Relationship(kind, relationship.name.clone());
    table.relationships_mut(kind).push(relationship);
    Ok(MetadataObject::in_table(source, name.clone(), object))
}

/// Takes a relationship out. What else needs it is found by building the result.
///
/// # Errors
/// `not-exists`.
pub fn drop_relationship(
    metadata: &mut Metadata,
    args: &DropRelationship,
) -> Result<MetadataObject> {
    let table = table_mut(metadata, &args.source, &args.table)?;
    let (kind, _) = table
        .relationship(&args.relationship)
        .ok_or_else(|| missing(&args.relationship))?;
    table
        .relationships_mut(kind)
        .retain(|entry| entry.name != args.relationship);
    let object = TableObject::Relationship(kind, args.relationship.clone());
    Ok(MetadataObject::in_table(
        &args.source,
        args.table.clone(),
        object,
    ))
}

/// The refusal of a new name that a column or relationship has.
pub fn name_taken(args: &RenameRelationship) -> String {
    format!(
        "cannot rename relationship \"{}\" to \"{}\" in table \"{}\" as a column/relationship with \
         the name already exists",
        args.name, args.new_name, args.table
    )
}

/// Gives a relationship another name, also where permissions of the source follow it.
///
/// # Errors
/// `not-exists`; `already-exists` when the table has a field of the new name.
pub fn rename_relationship(
    metadata: &mut Metadata,
    args: &RenameRelationship,
    target: &FieldTarget<'_>,
) -> Result<MetadataObject> {
    let table = table_mut(metadata, &args.source, &args.table)?;
    let (kind, _) = table
        .relationship(&args.name)
        .ok_or_else(|| missing(&args.name))?;
    if table.has_field(&args.new_name) {
        return Err(Error::already_exists(name_taken(args)));
    }
    let source = source_mut(metadata, &args.source)?;
    rename::relationship(source, &args.table, &args.name, &args.new_name, target);
    let object = TableObject::Relationship(kind, args.new_name.clone());
    Ok(MetadataObject::in_table(
        &args.source,
        args.table.clone(),
        object,
    ))
}

/// Changes the comment of a relationship.
///
/// # Errors
/// `not-exists`.
pub fn set_relationship_comment(
    metadata: &mut Metadata,
    args: &SetRelationshipComment,
) -> Result<MetadataObject> {
    let table = table_mut(metadata, &args.source, &args.table)?;
    let (kind, _) = table
        .relationship(&args.relationship)
        .ok_or_else(|| missing(&args.relationship))?;
    for entry in table.relationships_mut(kind) {
        if entry.name == args.relationship {
            entry.comment = args.comment.clone();
        }
    }
    let object = TableObject::Relationship(kind, args.relationship.clone());
    Ok(MetadataObject::in_table(
        &args.source,
        args.table.clone(),
        object,
    ))
}

/// Adds a computed field, or replaces one of the same name.
///
/// # Errors
/// `not-exists` for source and table; `already-exists` when a relationship has the name.
pub fn add_computed_field(
    metadata: &mut Metadata,
    args: &AddComputedField,
) -> Result<MetadataObject> {
    let table = table_mut(metadata, &args.source, &args.table).within("table")?;
    let field = ComputedField::from(args);
    if let Some(existing) = table
        .computed_fields
        .iter_mut()
        .find(|entry| entry.name == args.name)
    {
        *existing = field;
    } else if table.has_field(&args.name) {
        return Err(Error::already_exists(format!(
            "field with name \"{}\" already exists in table \"{}\"",
            args.name, args.table
        )));
    } else {
        table.computed_fields.push(field);
    }
    let object = TableObject::ComputedField(args.name.clone());
    Ok(MetadataObject::in_table(
        &args.source,
        args.table.clone(),
        object,
    ))
}

/// Takes a computed field out. What else needs it is found by building the result.
///
/// # Errors
/// `not-exists`.
pub fn drop_computed_field(
    metadata: &mut Metadata,
    args: &DropComputedField,
) -> Result<MetadataObject> {
    table_mut(metadata, &args.source, &args.table).within("table")?;
    let object = TableObject::ComputedField(args.name.clone());
    let object = MetadataObject::in_table(&args.source, args.table.clone(), object);
    if object.remove(metadata) {
        return Ok(object);
    }
    Err(Error::not_exists(format!(
        "computed field \"{}\" does not exist",
        args.name
    )))
    .within("name")
}

fn missing(relationship: &str) -> Error {
    Error::not_exists(format!("relationship \"{relationship}\" does not exist"))
}
