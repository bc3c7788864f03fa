//! Types: those that columns and functions mention, what they are made of, and the common ones
//! that casts need whether or not a table has them.

use super::{Oid, get, letter, quote_identifier, text};
use crate::execution::errors::internal_query_error;
use howdah_error::Result;
use howdah_ir::catalog::{Type, TypeKind};
use howdah_ir::{TableId, TypeId};
use std::collections::HashMap;
use std::sync::Arc;
use tokio_postgres::types::Type as WireType;
use tokio_postgres::{Client, Row};

/// `$1` are the mentioned types. Element and base types are followed downwards; the array type
/// is added for whatever is found except rows of tables (they are many, and nobody asks).
const QUERY: &str = "with recursive wanted (oid) as (\
     select t.oid from pg_catalog.pg_type t where t.oid = any ($1) \
     union select t.oid from pg_catalog.pg_type t \
       join pg_catalog.pg_namespace n on n.oid = t.typnamespace \
       where n.nspname = 'pg_catalog' and t.typname = any ($2) \
     union select t.oid from pg_catalog.pg_type t \
       where t.typname = any ($3) and t.typrelid = 0 \
     union select part.oid from wanted w join pg_catalog.pg_type t on t.oid = w.oid, \
       lateral (values (t.typelem), (t.typbasetype), \
         (case when t.typrelid = 0 then t.typarray else 0::oid end)) part (oid) \
       where part.oid <> 0) \
     select t.oid, n.nspname, t.typname, t.typtype, t.typbasetype, t.typrelid, t.typnotnull, \
     case when t.typcategory = 'A' and t.typlen = -1 and t.typstorage <> 'p' \
       then t.typelem else 0::oid end \
     from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace \
     where t.oid in (select oid from wanted) \
     order by n.nspname <> 'pg_catalog', n.nspname, t.typname";

/// Types of `pg_catalog` that are always there.
const COMMON: [&str; 27] = [
    "int2",
    "int4",
    "int8",
    "float4",
    "float8",
    "numeric",
    "money",
    "bool",
    "text",
    "varchar",
    "bpchar",
    "char",
    "name",
    "json",
    "jsonb",
    "uuid",
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "interval",
    "bytea",
    "inet",
    "oid",
    "xml",
    "void",
];

/// Types of extensions, looked up in any schema.
const EXTENSIONS: [&str; 8] = [
    "geometry",
    "geography",
    "raster",
    "ltree",
    "lquery",
    "ltxtquery",
    "citext",
    "hstore",
];

/// Labels of all enum types.
pub(super) const ENUM_LABELS: &str =
    "select enumtypid, enumlabel from pg_catalog.pg_enum order by enumtypid, enumsortorder";

/// Reads the types with these `oid`s and their company.
pub(super) async fn fetch(client: &Client, mentioned: Vec<Oid>) -> Result<Vec<Row>> {
    client
        .query_typed(
            QUERY,
            &[
                (&mentioned, WireType::OID_ARRAY),
                (&COMMON.as_slice(), WireType::TEXT_ARRAY),
                (&EXTENSIONS.as_slice(), WireType::TEXT_ARRAY),
            ],
        )
        .await
        .map_err(|e| internal_query_error(&e, QUERY))
}

/// The types found, with a way to find them by `oid`.
pub(super) struct Types {
    types: Vec<Type>,
    by_oid: HashMap<Oid, TypeId>,
    not_null: Vec<bool>,
}

impl Types {
    pub(super) fn build(
        rows: Vec<Row>,
        enum_labels: &[Row],
        tables: &HashMap<Oid, TableId>,
    ) -> Result<Self> {
        let mut labels: HashMap<Oid, Vec<Arc<str>>> = HashMap::new();
        for row in enum_labels {
            labels.entry(get(row, 0)?).or_default().push(text(row, 1)?);
        }
        let by_oid = rows
            .iter()
            .enumerate()
            .map(|(i, row)| Ok((get(row, 0)?, TypeId(i as u32))))
            .collect::<Result<HashMap<Oid, TypeId>>>()?;
        let mut types = Vec::with_capacity(rows.len());
        let mut not_null = Vec::with_capacity(rows.len());
        for row in &rows {
            let oid = get(row, 0)?;
            let (base, relation, element): (Oid, Oid, Oid) =
                (get(row, 4)?, get(row, 5)?, get(row, 7)?);
            let kind = match (letter(row, 3)?, by_oid.get(&base), by_oid.get(&element)) {
                (b'd', Some(&base), _) => TypeKind::Domain(base),
                (b'e', ..) => TypeKind::Enum(labels.remove(&oid).unwrap_or_default()),
                (b'c', ..) => TypeKind::Composite(tables.get(&relation).copied()),
                (b'p', ..) => TypeKind::Pseudo,
                (_, _, Some(&element)) => TypeKind::Array(element),
                _ => TypeKind::Base,
            };
            not_null.push(get(row, 6)?);
            types.push(Type {
                oid,
                schema: text(row, 1)?,
                name: text(row, 2)?,
                sql: "".into(),
                kind,
            });
        }
        for i in 0..types.len() {
            let sql = cast_text(&types, i);
            types[i].sql = sql.into();
        }
        Ok(Types {
            types,
            by_oid,
            not_null,
        })
    }

    pub(super) fn id(&self, oid: Oid) -> Option<TypeId> {
        self.by_oid.get(&oid).copied()
    }

    /// Whether this is a domain that refuses NULL, itself or through what it is based on.
    pub(super) fn is_not_null(&self, oid: Oid) -> bool {
        let mut next = self.id(oid);
        // A domain cannot contain itself; the bound only guards against torn reads.
        for _ in 0..64 {
            let Some(id) = next else { return false };
            if self.not_null.get(id.index()) == Some(&true) {
                return true;
            }
            next = match self.types.get(id.index()).map(|t| &t.kind) {
                Some(TypeKind::Domain(base)) => Some(*base),
                _ => None,
            };
        }
        false
    }

    pub(super) fn into_vec(self) -> Vec<Type> {
        self.types
    }
}

/// The text that names a type in a cast, whatever the search path.
fn cast_text(types: &[Type], index: usize) -> String {
    let Some(ty) = types.get(index) else {
        return String::new();
    };
    if let TypeKind::Array(element) = ty.kind
        && element.index() != index
    {
        return format!("{}[]", cast_text(types, element.index()));
    }
    let plain = |name: &str| {
        name.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    match (&*ty.schema, &*ty.name) {
        // Unquoted, the grammar reads these two as other types: char(1) and bit(1).
        ("pg_catalog", name @ ("char" | "bit")) => quote_identifier(name),
        ("pg_catalog", name) if plain(name) => name.to_owned(),
        (schema, name) => format!("{}.{}", quote_identifier(schema), quote_identifier(name)),
    }
}
