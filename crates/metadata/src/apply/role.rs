//! Commands on inherited roles.

use crate::commands::{AddInheritedRole, DropInheritedRole};
use crate::document::Metadata;
use crate::object::MetadataObject;
use crate::role::InheritedRole;
use crate::wire::Extra;
use howdah_error::{Code, Error, Result};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Adds an inherited role, or replaces one of the same name.
///
/// # Errors
/// `invalid-params` when a role is its own parent; as [`check_cycles`].
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
    check_cycles(metadata)?;
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

/// Refuses roles that inherit from themselves through others: nobody could say what they may.
///
/// # Errors
/// `cyclic-dependency` with the roles of a circle, from one of them back to it.
pub(crate) fn check_cycles(metadata: &Metadata) -> Result<()> {
    let parents: HashMap<&str, &[String]> = metadata
        .inherited_roles
        .iter()
        .map(|role| (role.role_name.as_str(), role.role_set.as_slice()))
        .collect();
    let mut done = HashSet::new();
    for role in &metadata.inherited_roles {
        let mut way = Vec::new();
        if let Some(circle) = circle(&role.role_name, &parents, &mut way, &mut done) {
            let roles = Value::from_iter(circle).to_string();
            return Err(Error::new(
                Code::CyclicDependency,
                format!("found cycle(s) in roles: {roles}"),
            ));
        }
    }
    Ok(())
}

/// The first circle that is met on the way up from a role.
fn circle<'a>(
    role: &'a str,
    parents: &HashMap<&'a str, &'a [String]>,
    way: &mut Vec<&'a str>,
    done: &mut HashSet<&'a str>,
) -> Option<Vec<&'a str>> {
    if let Some(begin) = way.iter().position(|passed| *passed == role) {
        let mut circle = way.split_off(begin);
        circle.push(role);
        return Some(circle);
    }
    if !done.insert(role) {
        return None;
    }
    way.push(role);
    let above = parents.get(role).copied().unwrap_or_default();
    let found = above.iter().find_map(|p| circle(p, parents, way, done));
    if found.is_none() {
        way.pop();
    }
    found
}
