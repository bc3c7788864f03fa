//! Commands on native queries and logical models.

use crate::commands::{
    CreateLogicalModelPermission, DropLogicalModelPermission, TrackLogicalModel, TrackNativeQuery,
    UntrackLogicalModel, UntrackNativeQuery,
};
use crate::document::Metadata;
use crate::native_query::TemplateError;
use crate::object::{MetadataObject, ModelPlace};
use crate::permission::{Permission, SelectPermission};
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

/// Lets a role read rows of a logical model or of a native query that has a shape of its own; what it
/// was allowed before is replaced.
///
/// # Errors
/// `not-found` for the source, the model and the query; `constraint-violation` for the role `admin`, which
/// may do everything anyway; `not-supported` when the query returns a logical model.
pub fn create_logical_model_permission(
    metadata: &mut Metadata,
    args: &CreateLogicalModelPermission,
) -> Result<MetadataObject> {
    let place = args.kind.place(&args.name);
    let permissions = permissions_mut(metadata, &args.source, &place)?;
    if args.role == ADMIN {
        return Err(Error::new(
            Code::ConstraintViolation,
            format!(
                "permission already defined on {} \"{}\" with role \"{}\"",
                match place {
                    ModelPlace::Model(_) => "logical model",
                    ModelPlace::Query(_) => "native query",
                },
                args.name,
                args.role
            ),
        ));
    }
    permissions.retain(|p| p.role != args.role);
    permissions.push(Permission {
        role: args.role.clone(),
        permission: args.permission.clone(),
        comment: args.comment.clone(),
        extra: Extra::default(),
    });
    Ok(place.object(&args.source))
}

/// Takes the right to read rows away; a role that has none keeps none.
///
/// # Errors
/// `not-found` for the source, the model and the query; `not-supported` when the query returns a logical
/// model.
pub fn drop_logical_model_permission(
    metadata: &mut Metadata,
    args: &DropLogicalModelPermission,
) -> Result<MetadataObject> {
    let place = args.kind.place(&args.name);
    permissions_mut(metadata, &args.source, &place)?.retain(|p| p.role != args.role);
    Ok(place.object(&args.source))
}

fn permissions_mut<'m>(
    metadata: &'m mut Metadata,
    source: &str,
    place: &ModelPlace,
) -> Result<&'m mut Vec<Permission<SelectPermission>>> {
    let found = source_mut(metadata, source, source_not_found)?;
    match place {
        ModelPlace::Model(name) if found.logical_model(name).is_none() => {
            return Err(missing("Logical model", name, source));
        }
        ModelPlace::Query(name) if found.native_query(name).is_none() => {
            return Err(missing("Native query", name, source));
        }
        _ => {}
    }
    place.permissions_mut(found).ok_or_else(|| {
        // To say nothing would leave people believing in what is not there.
        Error::not_supported(format!(
            "the native query {:?} returns a logical model: its permissions are those of the logical model",
            place.name()
        ))
    })
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
