//! Commands on inherited roles.

use crate::commands::{AddInheritedRole, DropInheritedRole};
use crate::document::Metadata;
use crate::object::MetadataObject;
use crate::role::InheritedRole;
use crate::wire::Extra;
use howdah_error::{Code, Error, Result};

/// Adds an inherited role, or replaces one of the same name. Cycles through other roles are
/// found by building the result.
///
/// # Errors
/// `invalid-params` when a role is its own parent.
pub fn add_inherited_role(
    metadata: &mut Metadata,
    args: &AddInheritedRole,
) -> Result<MetadataObject> {
    if args.role_set.contains(&args.role_name) {
        return Err(Error::new(
            Code::InvalidParams,
            "an inherited role name cannot be in the role combination",
        ));
    }
    let role = InheritedRole {
        role_name: args.role_name.clone(),
        role_set: args.role_set.clone(),
        extra: Extra::default(),
    };
    let existing = metadata
        .inherited_roles
        .iter_mut()
        .find(|entry| entry.role_name == args.role_name);
    match existing {
        Some(entry) => *entry = role,
        None => metadata.inherited_roles.push(role),
    }
    Ok(MetadataObject::InheritedRole(args.role_name.clone()))
}

/// Takes an inherited role out.
///
/// # Errors
/// `not-exists`.
pub fn drop_inherited_role(
    metadata: &mut Metadata,
    args: &DropInheritedRole,
) -> Result<MetadataObject> {
    let object = MetadataObject::InheritedRole(args.role_name.clone());
    if object.remove(metadata) {
        return Ok(object);
    }
    Err(Error::not_exists(format!(
        "\"{}\" inherited role doesn't exist",
        args.role_name
    )))
}
