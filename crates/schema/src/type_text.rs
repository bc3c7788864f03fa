//! Names of types as error texts print them: those of SQL rather than PostgreSQL's own.

use howdah_ir::catalog::{Catalog, TypeId, TypeKind};

/// The name of a type in texts.
pub(crate) fn type_text(catalog: &Catalog, ty: TypeId) -> String {
    let info = catalog.ty(ty);
    if let TypeKind::Array(element) = info.kind {
        return format!("{}[]", type_text(catalog, element));
    }
    match &*info.name {
        "int2" => "smallint",
        "int4" => "integer",
        "int8" => "bigint",
        "float4" => "real",
        "bool" => "boolean",
        "char" => "bpchar",
        other => other,
    }
    .to_owned()
}

/// Whether it is known of a type which operators it has.
pub(crate) fn is_well_known(catalog: &Catalog, ty: TypeId) -> bool {
    let info = catalog.ty(catalog.base_type(ty));
    if matches!(info.kind, TypeKind::Array(_) | TypeKind::Enum(_)) {
        return true;
    }
    matches!(
        &*info.name,
        "int2"
            | "int4"
            | "int8"
            | "float4"
            | "float8"
            | "numeric"
            | "money"
            | "bool"
            | "bpchar"
            | "varchar"
            | "text"
            | "citext"
            | "date"
            | "timestamp"
            | "timestamptz"
            | "timetz"
            | "json"
            | "jsonb"
            | "geometry"
            | "geography"
            | "raster"
            | "uuid"
            | "ltree"
            | "lquery"
            | "ltxtquery"
    )
}
