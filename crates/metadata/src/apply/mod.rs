//! What commands do to the document, without any database: each function changes a copy and
//! answers which object is concerned. Names are checked against the document only; whether
//! tables, columns and foreign keys exist is found out by building the result against the
//! catalogue. Paths of errors are relative to the arguments.

mod document;
mod function;
mod permission;
mod relationship;
mod role;
mod source;
mod table;

pub use document::{clear_metadata, replace_metadata};
pub use function::{
    create_function_permission, drop_function_permission, set_function_customization,
    track_function, untrack_function,
};
pub use permission::{PermissionList, create_permission, drop_permission, set_permission_comment};
pub use relationship::{
    add_computed_field, create_array_relationship, create_object_relationship, drop_computed_field,
    drop_relationship, rename_relationship, set_relationship_comment,
};
pub use role::{add_inherited_role, drop_inherited_role};
pub use source::{add_source, dependency_error, drop_source, rename_source, update_source};
pub use table::{
    set_apollo_federation_config, set_table_custom_fields, set_table_customization,
    set_table_is_enum, track_table, untrack_table,
};

use crate::commands::Command;
use crate::document::Metadata;
use crate::function::Function;
use crate::name::QualifiedName;
use crate::object::MetadataObject;
use crate::rename::FieldTarget;
use crate::source::Source;
use crate::table::Table;
use howdah_error::{Error, Result};

/// What became of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Applied {
    /// The document changed; the object that was made, changed or removed, if there is one.
    Changed(Option<MetadataObject>),
    /// The command is not one that this module knows: it needs the database, reads only, or
    /// consists of other commands.
    Elsewhere,
}

/// Applies a command that needs no database.
///
/// `target` tells which table a relationship or computed field leads to, as the database had it
/// before the change: renaming a relationship follows it through permissions.
///
/// # Errors
/// Those of the single functions. The document may be changed in part then: work on a copy.
pub fn command(
    metadata: &mut Metadata,
    command: &Command,
    target: &FieldTarget<'_>,
) -> Result<Applied> {
    let object = match command {
        Command::AddSource(kind, args) => add_source(metadata, *kind, args)?,
        Command::UpdateSource(args) => update_source(metadata, args)?,
        Command::DropSource(args) => drop_source(metadata, args)?,
        Command::RenameSource(args) => rename_source(metadata, args)?,
        Command::TrackTable(args) => track_table(metadata, args)?,
        Command::UntrackTable(args) => untrack_table(metadata, args)?,
        Command::SetTableCustomization(args) => set_table_customization(metadata, args)?,
        Command::SetTableCustomFields(args) => set_table_custom_fields(metadata, args)?,
        Command::SetTableIsEnum(args) => set_table_is_enum(metadata, args)?,
        Command::SetApolloFederationConfig(args) => set_apollo_federation_config(metadata, args)?,
        Command::CreateInsertPermission(args) => create_permission(metadata, args)?,
        Command::CreateSelectPermission(args) => create_permission(metadata, args)?,
        Command::CreateUpdatePermission(args) => create_permission(metadata, args)?,
        Command::CreateDeletePermission(args) => create_permission(metadata, args)?,
        Command::DropPermission(kind, args) => drop_permission(metadata, *kind, args)?,
        Command::SetPermissionComment(args) => set_permission_comment(metadata, args)?,
        Command::CreateObjectRelationship(args) => create_object_relationship(metadata, args)?,
        Command::CreateArrayRelationship(args) => create_array_relationship(metadata, args)?,
        Command::DropRelationship(args) => drop_relationship(metadata, args)?,
        Command::RenameRelationship(args) => rename_relationship(metadata, args, target)?,
        Command::SetRelationshipComment(args) => set_relationship_comment(metadata, args)?,
        Command::AddComputedField(args) => add_computed_field(metadata, args)?,
        Command::DropComputedField(args) => drop_computed_field(metadata, args)?,
        Command::TrackFunction(args) => track_function(metadata, args)?,
        Command::UntrackFunction(args) => untrack_function(metadata, args)?,
        Command::SetFunctionCustomization(args) => set_function_customization(metadata, args)?,
        Command::CreateFunctionPermission(args) => create_function_permission(metadata, args)?,
        Command::DropFunctionPermission(args) => drop_function_permission(metadata, args)?,
        Command::AddInheritedRole(args) => add_inherited_role(metadata, args)?,
        Command::DropInheritedRole(args) => drop_inherited_role(metadata, args)?,
        Command::ClearMetadata => {
            clear_metadata(metadata);
            return Ok(Applied::Changed(None));
        }
        Command::ReplaceMetadata(args) => {
            replace_metadata(metadata, args)?;
            return Ok(Applied::Changed(None));
        }
        _ => return Ok(Applied::Elsewhere),
    };
    Ok(Applied::Changed(Some(object)))
}

/// The source of a command.
fn source_mut<'a>(metadata: &'a mut Metadata, name: &str) -> Result<&'a mut Source> {
    metadata.source_mut(name).ok_or_else(|| no_source(name))
}

fn no_source(name: &str) -> Error {
    Error::not_exists(format!("source with name \"{name}\" does not exist"))
}

/// The tracked table of a command.
fn table_mut<'a>(
    metadata: &'a mut Metadata,
    source: &str,
    table: &QualifiedName,
) -> Result<&'a mut Table> {
    source_mut(metadata, source)?
        .table_mut(table)
        .ok_or_else(|| {
            Error::not_exists(format!(
                "table \"{table}\" does not exist in source: {source}"
            ))
        })
}

/// The tracked function of a command.
fn function_mut<'a>(
    metadata: &'a mut Metadata,
    source: &str,
    function: &QualifiedName,
) -> Result<&'a mut Function> {
    source_mut(metadata, source)?
        .function_mut(function)
        .ok_or_else(|| {
            Error::not_exists(format!(
                "function \"{function}\" does not exist in source: {source}"
            ))
        })
}
