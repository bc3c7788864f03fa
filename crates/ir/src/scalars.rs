//! Facts about scalar types that decide which operators and aggregates exist, as data.
//!
//! Facts go by the internal type name with domains resolved (`int4`, `text`, `geometry`).

use crate::catalog::{Catalog, TypeId, TypeKind};

/// What can be done with values of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScalarFacts {
    /// `sum`, `avg`, `stddev` … and `_inc`.
    pub numeric: bool,
    /// `min`, `max`.
    pub comparable: bool,
    /// `_like` and the other pattern operators.
    pub text: bool,
    /// Printed as a string when numbers are to be stringified.
    pub big_number: bool,
    /// Special family of operators.
    pub family: Family,
}

/// Families of types with operators of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// None.
    Plain,
    /// `json`: path argument.
    Json,
    /// `jsonb`: path argument, containment, keys, cast to text.
    Jsonb,
    /// PostGIS geometry.
    Geometry,
    /// PostGIS geography.
    Geography,
    /// PostGIS raster.
    Raster,
    /// `ltree`.
    Ltree,
    /// An array type.
    Array,
}

const PLAIN: ScalarFacts = ScalarFacts {
    numeric: false,
    comparable: true,
    text: false,
    big_number: false,
    family: Family::Plain,
};

/// The facts of a type by its internal name; `None` for names without special facts.
fn by_name(name: &str) -> Option<ScalarFacts> {
    let number = ScalarFacts {
        numeric: true,
        ..PLAIN
    };
    let big = ScalarFacts {
        big_number: true,
        ..number
    };
    let text = ScalarFacts {
        text: true,
        ..PLAIN
    };
    let special = |family| ScalarFacts {
        comparable: false,
        family,
        ..PLAIN
    };
    Some(match name {
        "int2" | "int4" | "float4" => number,
        "int8" | "float8" | "numeric" | "money" => big,
        "text" | "varchar" | "bpchar" | "char" | "citext" => text,
        "date" | "timestamp" | "timestamptz" | "timetz" | "uuid" | "lquery" | "ltxtquery" => PLAIN,
        "json" => special(Family::Json),
        "jsonb" => special(Family::Jsonb),
        "geometry" => special(Family::Geometry),
        "geography" => special(Family::Geography),
        "raster" => ScalarFacts {
            family: Family::Raster,
            ..PLAIN
        },
        "ltree" => ScalarFacts {
            family: Family::Ltree,
            ..PLAIN
        },
        _ => return None,
    })
}

/// The facts of a type.
pub fn facts(catalog: &Catalog, ty: TypeId) -> ScalarFacts {
    let ty = catalog.ty(catalog.base_type(ty));
    match &ty.kind {
        TypeKind::Array(_) => ScalarFacts {
            family: Family::Array,
            ..PLAIN
        },
        TypeKind::Enum(_) => PLAIN,
        _ => by_name(&ty.name).unwrap_or(ScalarFacts {
            comparable: false,
            ..PLAIN
        }),
    }
}
