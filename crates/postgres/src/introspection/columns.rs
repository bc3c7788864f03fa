//! Columns of the relations.

use super::types::Types;
use super::{Comments, Oid, USER_SCHEMAS, get, letter, text};
use howdah_error::Result;
use howdah_ir::TableId;
use howdah_ir::catalog::{Column, Table};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use tokio_postgres::Row;

/// One row per column, in order within each relation.
pub(super) static QUERY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select a.attrelid, a.attnum, a.attname, a.atttypid, a.attnotnull, a.atthasdef, \
         a.attidentity, a.attgenerated \
         from pg_catalog.pg_attribute a \
         join pg_catalog.pg_class c on c.oid = a.attrelid \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where c.relkind in ('r', 'v', 'm', 'f', 'p') and a.attnum > 0 and not a.attisdropped \
         and {USER_SCHEMAS} order by a.attrelid, a.attnum"
    )
});

/// A row of the query: a column whose type is not looked up yet.
pub(super) struct RawColumn {
    relation: Oid,
    number: i16,
    name: Arc<str>,
    pub(super) type_oid: Oid,
    not_null: bool,
    has_default: bool,
    identity: u8,
    generated: u8,
}

pub(super) fn read(rows: &[Row]) -> Result<Vec<RawColumn>> {
    // Column names repeat from table to table (id, name, created_at): one allocation each.
    let mut names: HashMap<&str, Arc<str>> = HashMap::new();
    rows.iter()
        .map(|row| {
            let name: &str = get(row, 2)?;
            let name = match names.get(name) {
                Some(known) => known.clone(),
                None => {
                    let new = text(row, 2)?;
                    names.insert(name, new.clone());
                    new
                }
            };
            Ok(RawColumn {
                relation: get(row, 0)?,
                number: get(row, 1)?,
                name,
                type_oid: get(row, 3)?,
                not_null: get(row, 4)?,
                has_default: get(row, 5)?,
                identity: letter(row, 6)?,
                generated: letter(row, 7)?,
            })
        })
        .collect()
}

/// Puts the columns into their tables. A column whose table or type vanished meanwhile is
/// left out.
pub(super) fn fill(
    tables: &mut [Table],
    by_oid: &HashMap<Oid, TableId>,
    columns: Vec<RawColumn>,
    types: &Types,
    comments: &Comments,
) {
    for raw in columns {
        let table = by_oid
            .get(&raw.relation)
            .and_then(|id| tables.get_mut(id.index()));
        let (Some(table), Some(ty)) = (table, types.id(raw.type_oid)) else {
            continue;
        };
        table.columns.push(Column {
            comment: comments.of(raw.relation, i32::from(raw.number)),
            name: raw.name,
            number: raw.number,
            ty,
            nullable: !raw.not_null && !types.is_not_null(raw.type_oid),
            has_default: raw.has_default || raw.identity != 0,
            generated_always: raw.identity == b'a' || raw.generated != 0,
        });
    }
}
