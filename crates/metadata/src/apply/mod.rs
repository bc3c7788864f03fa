//! What commands do to the document, without any database: each function changes a copy and
//! answers which object is concerned. Names are checked against the document only; whether
//! tables, columns and foreign keys exist is found out by building the result against the
//! catalogue. Paths of errors are relative to the arguments.

mod collection;
mod document;
mod function;
mod native;
mod permission;
mod relationship;
mod role;
mod settings;
mod source;
mod table;

pub use collection::{
    add_collection_to_allowlist, add_query_to_collection, create_query_collection,
    drop_collection_from_allowlist, drop_query_collection, drop_query_from_collection,
    rename_query_collection, update_allowlist_scope,
};
pub use document::{clear_metadata, replace_metadata};
pub use function::{
    create_function_permission, drop_function_permission, set_function_customization,
    track_function, untrack_function,
};
pub use native::{
    create_logical_model_permission, drop_logical_model_permission, track_logical_model,
    track_native_query, untrack_logical_model, untrack_native_query,
};
pub use permission::{PermissionList, create_permission, drop_permission, set_permission_comment};
pub use relationship::{
    add_computed_field, create_array_relationship, create_object_relationship, drop_computed_field,
    drop_relationship, name_taken, rename_relationship, set_relationship_comment,
};
pub use role::{add_inherited_role, drop_inherited_role};
pub use settings::{
    add_host_to_tls_allowlist, drop_host_from_tls_allowlist, set_metrics_config, set_query_tags,
};
pub use source::{add_source, dependency_error, drop_source, rename_source, update_source};
pub use table::{
    set_apollo_federation_config, set_table_custom_fields, set_table_customization,
    set_table_is_enum, track_table, untrack_table,
};

use crate::commands::Command;
use crate::document::Metadata;
use crate::function::Function;
use crate::limits::ApiLimits;
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
        Command::TrackNativeQuery(args) => track_native_query(metadata, args)?,
        Command::UntrackNativeQuery(args) => untrack_native_query(metadata, args)?,
        Command::TrackLogicalModel(args) => track_logical_model(metadata, args)?,
        Command::UntrackLogicalModel(args) => untrack_logical_model(metadata, args)?,
        Command::CreateLogicalModelPermission(args) => {
            create_logical_model_permission(metadata, args)?
        }
        Command::DropLogicalModelPermission(args) => drop_logical_model_permission(metadata, args)?,
        Command::AddInheritedRole(args) => add_inherited_role(metadata, args)?,
        Command::DropInheritedRole(args) => drop_inherited_role(metadata, args)?,
        Command::SetQueryTags(args) => set_query_tags(metadata, args)?,
        other => return of_document(metadata, other),
    };
    Ok(Applied::Changed(Some(object)))
}

/// Applies a command that concerns no single object that could be inconsistent.
fn of_document(metadata: &mut Metadata, command: &Command) -> Result<Applied> {
    match command {
        Command::CreateQueryCollection(args) => create_query_collection(metadata, args)?,
        Command::RenameQueryCollection(args) => rename_query_collection(metadata, args)?,
        Command::DropQueryCollection(args) => drop_query_collection(metadata, args)?,
        Command::AddQueryToCollection(args) => add_query_to_collection(metadata, args)?,
        Command::DropQueryFromCollection(args) => drop_query_from_collection(metadata, args)?,
        Command::AddCollectionToAllowlist(args) => {
            add_collection_to_allowlist(metadata, args)?;
        }
        Command::UpdateAllowlistScope(args) => update_allowlist_scope(metadata, args)?,
        Command::DropCollectionFromAllowlist(args) => {
            drop_collection_from_allowlist(metadata, args)?;
        }
        Command::SetApiLimits(limits) => metadata.api_limits = limits.clone(),
        Command::RemoveApiLimits => metadata.api_limits = ApiLimits::default(),
        Command::SetMetricsConfig(args) => set_metrics_config(metadata, args),
        Command::RemoveMetricsConfig => metadata.metrics_config = None,
        Command::SetIntrospectionOptions(options) => {
            metadata.graphql_schema_introspection = options.clone();
        }
        Command::AddHostToTlsAllowlist(args) => add_host_to_tls_allowlist(metadata, args)?,
        Command::DropHostFromTlsAllowlist(args) => drop_host_from_tls_allowlist(metadata, args)?,
        Command::ClearMetadata => {
            clear_metadata(metadata);
        }
        Command::ReplaceMetadata(args) => {
            replace_metadata(metadata, args)?;
        }
        _ => return Ok(Applied::Elsewhere),
    }
    Ok(Applied::Changed(None))
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
