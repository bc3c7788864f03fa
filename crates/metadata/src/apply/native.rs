//! Commands on native queries and logical models.

use crate::commands::{
    CreateLogicalModelPermission, DropLogicalModelPermission, TrackLogicalModel, TrackNativeQuery,
    UntrackLogicalModel, UntrackNativeQuery,
};
use crate::document::Metadata;
use crate::native_query::TemplateError;
use crate::object::MetadataObject;
use crate::permission::Permission;
use crate::role::ADMIN;
use crate::source::Source;
use crate::wire::Extra;
use howdah_error::{Code, Error, Result};

/// Adds a native query.
///
/// # Errors
/// `not-found` for the source; `already-tracked`; `parse-failed` for an argument that does not end.
/// Whatever else is wrong with the SQL makes an inconsistent object of the query.
pub fn track_native_query(
    metadata: &mut Metadata,
    args: &TrackNativeQuery,
) -> Result<MetadataObject> {
    let source = source_mut(metadata, &args.source, |name| {
        format!("Source '{name}' of kind postgres not found.")
    })?;
    let name = &args.query.root_field_name;
    if source.native_query(name).is_some() {
        return Err(Error::new(
            Code::AlreadyTracked,
            format!("Native query '{name}' is already tracked."),
        ));
    }
    if let Err(fault @ TemplateError::Unclosed) = args.query.pieces() {
        return Err(Error::parse_failed(fault.to_string()));
    }
    source.native_queries.push(args.query.clone());
    Ok(MetadataObject::native_query(&args.source, name))
}

/// Takes a native query out.
///
/// # Errors
/// `not-found` for the source and the query.
pub fn untrack_native_query(
    metadata: &mut Metadata,
    args: &UntrackNativeQuery,
) -> Result<MetadataObject> {
    let name = &args.root_field_name;
    if source_mut(metadata, &args.source, source_not_found)?
        .native_query(name)
        .is_none()
    {
        return Err(missing("Native query", name, &args.source));
    }
    let object = MetadataObject::native_query(&args.source, name);
    object.remove(metadata);
    Ok(object)
}

/// Adds a logical model.
///
/// # Errors
/// `not-found` for the source; `already-tracked`.
pub fn track_logical_model(
    metadata: &mut Metadata,
    args: &TrackLogicalModel,
) -> Result<MetadataObject> {
    let source = source_mut(metadata, &args.source, |name| {
        format!("Source {name} not found.")
    })?;
    let name = &args.model.name;
    if source.logical_model(name).is_some() {
        return Err(Error::new(
            Code::AlreadyTracked,
            format!("Logical model '{name}' is already tracked."),
        ));
    }
    source.logical_models.push(args.model.clone());
    Ok(MetadataObject::logical_model(&args.source, name))
}

/// Takes a logical model out, with its permissions.
///
/// # Errors
/// `not-found` for the source and the model.
pub fn untrack_logical_model(
    metadata: &mut Metadata,
    args: &UntrackLogicalModel,
) -> Result<MetadataObject> {
    if source_mut(metadata, &args.source, source_not_found)?
        .logical_model(&args.name)
        .is_none()
    {
        return Err(missing("Logical model", &args.name, &args.source));
    }
    let object = MetadataObject::logical_model(&args.source, &args.name);
    object.remove(metadata);
    Ok(object)
}

/// Lets a role read a logical model; what it was allowed before is replaced.
///
/// # Errors
/// `not-found` for the source and the model; `constraint-violation` for the role `admin`, which may do everything anyway.
pub fn create_logical_model_permission(
    metadata: &mut Metadata,
    args: &CreateLogicalModelPermission,
) -> Result<MetadataObject> {
    let model = source_mut(metadata, &args.source, source_not_found)?
        .logical_model_mut(&args.name)
        .ok_or_else(|| missing("Logical model", &args.name, &args.source))?;
    if args.role == ADMIN {
        return Err(Error::new(
            Code::ConstraintViolation,
            format!(
                "permission already defined on logical model \"{}\" with role \"{}\"",
                args.name, args.role
            ),
        ));
    }
    model.select_permissions.retain(|p| p.role != args.role);
    model.select_permissions.push(Permission {
        role: args.role.clone(),
        permission: args.permission.clone(),
        comment: args.comment.clone(),
        extra: Extra::default(),
    });
    Ok(MetadataObject::logical_model(&args.source, &args.name))
}

/// Takes the right to read a logical model away; a role that has none keeps none.
///
/// # Errors
/// `not-found` for the source and the model.
pub fn drop_logical_model_permission(
    metadata: &mut Metadata,
    args: &DropLogicalModelPermission,
) -> Result<MetadataObject> {
    if source_mut(metadata, &args.source, source_not_found)?
        .logical_model(&args.name)
        .is_none()
    {
        return Err(missing("Logical model", &args.name, &args.source));
    }
    let object = MetadataObject::model_permission(&args.source, &args.name, &args.role);
    object.remove(metadata);
    Ok(object)
}

/// The source of a command; its absence is told in the words of these commands.
fn source_mut<'m>(
    metadata: &'m mut Metadata,
    name: &str,
    absent: impl FnOnce(&str) -> String,
) -> Result<&'m mut Source> {
    metadata
        .source_mut(name)
        .ok_or_else(|| Error::new(Code::NotFound, absent(name)).with_status(400))
}

fn source_not_found(name: &str) -> String {
    format!("Source \"{name}\" not found.")
}

fn missing(what: &str, name: &str, source: &str) -> Error {
    Error::new(
        Code::NotFound,
        format!("{what} \"{name}\" not found in source \"{source}\"."),
    )
    .with_status(400)
}
