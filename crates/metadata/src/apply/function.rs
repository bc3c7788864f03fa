//! Commands on functions.

use super::function_mut;
use crate::commands::{
    CreateFunctionPermission, DropFunctionPermission, SetFunctionCustomization, TrackFunction,
    UntrackFunction,
};
use crate::document::Metadata;
use crate::function::Function;
use crate::name::QualifiedName;
use crate::object::{MetadataObject, SourceObject};
use crate::permission::FunctionPermission;
use crate::wire::Extra;
use howdah_error::{Code, Error, Result};

/// Tracks a function.
///
/// # Errors
/// `not-exists` for the source, `already-tracked`, `not-supported` when a table of the name is
/// tracked.
pub fn track_function(metadata: &mut Metadata, args: &TrackFunction) -> Result<MetadataObject> {
    let source = metadata.source_mut(&args.source).ok_or_else(|| {
        Error::not_exists(format!("{:?} is not a known postgres source", args.source))
    })?;
    if source.function(&args.function).is_some() {
        return Err(Error::new(
            Code::AlreadyTracked,
            format!("function already tracked: \"{}\"", args.function),
        ));
    }
    if source.table(&args.function).is_some() {
        return Err(Error::not_supported(format!(
            "table with name \"{}\" already exists",
            args.function
        )));
    }
    source.functions.push(Function {
        configuration: args.configuration.clone(),
        comment: args.comment.clone(),
        ..Function::new(args.function.clone())
    });
    Ok(MetadataObject::function(
        &args.source,
        args.function.clone(),
    ))
}

/// Takes a function out, with its permissions.
///
/// # Errors
/// `not-exists`.
pub fn untrack_function(metadata: &mut Metadata, args: &UntrackFunction) -> Result<MetadataObject> {
    function_mut(metadata, &args.source, &args.function)?;
    let object = MetadataObject::function(&args.source, args.function.clone());
    object.remove(metadata);
    Ok(object)
}

/// Replaces how a function is exposed.
///
/// # Errors
/// `not-exists`.
pub fn set_function_customization(
    metadata: &mut Metadata,
    args: &SetFunctionCustomization,
) -> Result<MetadataObject> {
    let function = function_mut(metadata, &args.source, &args.function)?;
    function.configuration = args.configuration.clone();
    Ok(MetadataObject::function(
        &args.source,
        args.function.clone(),
    ))
}

/// Lets a role call a function.
///
/// # Errors
/// `not-exists` for source and function, `already-exists`.
pub fn create_function_permission(
    metadata: &mut Metadata,
    args: &CreateFunctionPermission,
) -> Result<MetadataObject> {
    let function = function_mut(metadata, &args.source, &args.function)?;
    if function
        .permissions
        .iter()
        .any(|entry| entry.role == args.role)
    {
        return Err(Error::already_exists(format!(
            "permission of role \"{}\" already exists for function \"{}\" in source: \"{}\"",
            args.role, args.function, args.source
        )));
    }
    function.permissions.push(FunctionPermission {
        role: args.role.clone(),
        extra: Extra::default(),
    });
    Ok(permission_object(&args.source, &args.function, &args.role))
}

/// Takes the right to call a function away.
///
/// # Errors
/// `not-exists`.
pub fn drop_function_permission(
    metadata: &mut Metadata,
    args: &DropFunctionPermission,
) -> Result<MetadataObject> {
    let object = permission_object(&args.source, &args.function, &args.role);
    if object.remove(metadata) {
        return Ok(object);
    }
    Err(Error::not_exists(format!(
        "permission of role \"{}\" does not exist for function \"{}\" in source: \"{}\"",
        args.role, args.function, args.source
    )))
}

fn permission_object(source: &str, function: &QualifiedName, role: &str) -> MetadataObject {
    MetadataObject::in_source(
        source,
        SourceObject::FunctionPermission {
            function: function.clone(),
            role: role.to_owned(),
        },
    )
}
