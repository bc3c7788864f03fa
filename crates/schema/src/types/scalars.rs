//! GraphQL names of database types, and the type of a column at its position.

use super::{RoleSchema, TableKey, TypeKey, TypeRef};
use crate::model::SourceId;
use howdah_ir::catalog::{Catalog, ColumnId, TypeId, TypeKind};
use std::sync::Arc;

/// The GraphQL scalar of a type: its own name, but for the five that GraphQL has itself and a few
/// that PostgreSQL names by another word in SQL. Domains go by their base type; the row types of
/// tables, whose names are those of object types, have a suffix.
pub fn scalar_name(catalog: &Catalog, ty: TypeId) -> Arc<str> {
    let ty = catalog.ty(catalog.base_type(ty));
    let name: &str = match &*ty.name {
        "int4" => "Int",
        "float4" => "Float",
        "bool" => "Boolean",
        "text" | "varchar" => "String",
        "int8" => "bigint",
        "int2" => "smallint",
        "char" => "bpchar",
        name if matches!(ty.kind, TypeKind::Composite(_)) => {
            return format!("{name}_scalar").into();
        }
        _ => return ty.name.clone(),
    };
    name.into()
}

/// Whether values of the type are GraphQL lists.
pub fn is_list(catalog: &Catalog, ty: TypeId, opaque_arrays: bool) -> Option<TypeId> {
    if opaque_arrays {
        return None;
    }
    match catalog.ty(catalog.base_type(ty)).kind {
        TypeKind::Array(element) => Some(element),
        _ => None,
    }
}

impl RoleSchema<'_> {
    /// The GraphQL type of a database type, nullable.
    pub(crate) fn value_type(&self, source: SourceId, ty: TypeId) -> TypeRef {
        let catalog = &self.source(source).catalog;
        match is_list(catalog, ty, self.snapshot.options.disable_postgres_arrays) {
            Some(element) => TypeRef::from(TypeKey::Scalar(source, catalog.base_type(element)))
                .non_null()
                .list(),
            None => TypeRef::from(TypeKey::Scalar(source, catalog.base_type(ty))),
        }
    }

    /// The GraphQL type of a column's values, nullable: enum tables become enums.
    pub(crate) fn column_type(&self, key: TableKey, column: ColumnId) -> TypeRef {
        match self.column_enum(key, column) {
            Some(enum_table) => TypeRef::from(TypeKey::EnumValues(enum_table)),
            None => {
                let ty = self.source(key.0).catalog.column(key.1, column).ty;
                self.value_type(key.0, ty)
            }
        }
    }

    /// The enum table whose values a column holds.
    pub(crate) fn column_enum(&self, key: TableKey, column: ColumnId) -> Option<TableKey> {
        let view = self.table(key)?.columns.get(column.index())?;
        view.enum_table.map(|table| TableKey(key.0, table))
    }
}
