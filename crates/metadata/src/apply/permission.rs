//! Commands on permissions of tables.

use super::table_mut;
use crate::commands::{CreatePermission, DropPermission, SetPermissionComment};
use crate::document::Metadata;
use crate::name::QualifiedName;
use crate::object::{MetadataObject, TableObject};
use crate::permission::{
    AnyPermission, DeletePermission, InsertPermission, Permission, PermissionKind,
    SelectPermission, UpdatePermission,
};
use crate::role::ADMIN;
use crate::table::Table;
use howdah_error::{Code, Error, Result};

/// A kind of permission with its list in a table.
pub trait PermissionList: AnyPermission + Clone {
    /// The table's permissions of this kind.
    fn list(table: &mut Table) -> &mut Vec<Permission<Self>>;
}

impl PermissionList for InsertPermission {
    fn list(table: &mut Table) -> &mut Vec<Permission<Self>> {
        &mut table.insert_permissions
    }
}

impl PermissionList for SelectPermission {
    fn list(table: &mut Table) -> &mut Vec<Permission<Self>> {
        &mut table.select_permissions
    }
}

impl PermissionList for UpdatePermission {
    fn list(table: &mut Table) -> &mut Vec<Permission<Self>> {
        &mut table.update_permissions
    }
}

impl PermissionList for DeletePermission {
    fn list(table: &mut Table) -> &mut Vec<Permission<Self>> {
        &mut table.delete_permissions
    }
}

/// Gives a role a permission.
///
/// # Errors
/// `not-exists` for source and table; `already-exists`; `constraint-violation` for the role
/// `admin`, which may do everything anyway.
pub fn create_permission<P: PermissionList>(
    metadata: &mut Metadata,
    args: &CreatePermission<P>,
) -> Result<MetadataObject> {
    let (source, name, entry) = args.clone().into_entry();
    let table = table_mut(metadata, &source, &name)?;
    if entry.role == ADMIN || table.has_permission(P::KIND, &entry.role) {
        let code = if entry.role == ADMIN {
            Code::ConstraintViolation
        } else {
            Code::AlreadyExists
        };
        return Err(Error::new(
            code,
            format!(
                "permission already defined on table \"{name}\" with role \"{}\"",
                entry.role
            ),
        ));
    }
    let object = permission_object(&source, name, P::KIND, &entry.role);
    P::list(table).push(entry);
    Ok(object)
}

/// Takes a permission away.
///
/// # Errors
/// `not-exists` for source and table; `permission-denied` when the role has none.
pub fn drop_permission(
    metadata: &mut Metadata,
    kind: PermissionKind,
    args: &DropPermission,
) -> Result<MetadataObject> {
    table_mut(metadata, &args.source, &args.table)?;
    let object = permission_object(&args.source, args.table.clone(), kind, &args.role);
    if object.remove(metadata) {
        Ok(object)
    } else {
        Err(not_defined(kind, &args.table, &args.role))
    }
}

/// Changes the comment of a permission.
///
/// # Errors
/// As [`drop_permission`].
pub fn set_permission_comment(
    metadata: &mut Metadata,
    args: &SetPermissionComment,
) -> Result<MetadataObject> {
    fn comment<P: PermissionList>(table: &mut Table, args: &SetPermissionComment) -> bool {
        let found = P::list(table)
            .iter_mut()
            .find(|entry| entry.role == args.role);
        found
            .map(|entry| entry.comment = args.comment.clone())
            .is_some()
    }
    let table = table_mut(metadata, &args.source, &args.table)?;
    let found = match args.kind {
        PermissionKind::Insert => comment::<InsertPermission>(table, args),
        PermissionKind::Select => comment::<SelectPermission>(table, args),
        PermissionKind::Update => comment::<UpdatePermission>(table, args),
        PermissionKind::Delete => comment::<DeletePermission>(table, args),
    };
    if found {
        Ok(permission_object(
            &args.source,
            args.table.clone(),
            args.kind,
            &args.role,
        ))
    } else {
        Err(not_defined(args.kind, &args.table, &args.role))
    }
}

fn permission_object(
    source: &str,
    table: QualifiedName,
    kind: PermissionKind,
    role: &str,
) -> MetadataObject {
    MetadataObject::in_table(
        source,
        table,
        TableObject::Permission(kind, role.to_owned()),
    )
}

fn not_defined(kind: PermissionKind, table: &QualifiedName, role: &str) -> Error {
    Error::new(
        Code::PermissionDenied,
        format!(
            "{} permission on \"{table}\" for role \"{role}\" does not exist",
            kind.as_str()
        ),
    )
}
