//! Primary keys, unique constraints and foreign keys.

use super::{Oid, get, letter, text};
use howdah_error::Result;
use howdah_ir::catalog::{ForeignKey, Key, Table};
use howdah_ir::{ColumnId, TableId};
use std::collections::HashMap;
use tokio_postgres::Row;

/// One row per constraint, by name. A foreign key to a partitioned table has one more row for
/// each partition it refers to; those say nothing new and are left out, while the key that a
/// partition inherits from its parent is kept.
pub(super) const QUERY: &str = "select k.oid, k.conrelid, k.conname, k.contype, k.conkey, \
     k.confrelid, k.confkey \
     from pg_catalog.pg_constraint k \
     left join pg_catalog.pg_constraint parent \
     on parent.oid = k.conparentid and k.contype = 'f' and parent.conrelid = k.conrelid \
     where k.contype in ('p', 'u', 'f') and k.conrelid <> 0 and parent.oid is null \
     order by k.conname";

/// Puts the keys into their tables.
pub(super) fn fill(
    tables: &mut [Table],
    by_oid: &HashMap<Oid, TableId>,
    rows: &[Row],
) -> Result<()> {
    for row in rows {
        let Some(&table) = by_oid.get(&get::<Oid>(row, 1)?) else {
            continue;
        };
        let Some(columns) = column_ids(tables, table, get(row, 4)?) else {
            continue;
        };
        let (oid, name): (Oid, _) = (get(row, 0)?, text(row, 2)?);
        let kind = letter(row, 3)?;
        let foreign = match by_oid.get(&get::<Oid>(row, 5)?) {
            Some(&target) if kind == b'f' => {
                column_ids(tables, target, get(row, 6)?).map(|columns| (target, columns))
            }
            _ => None,
        };
        let Some(table) = tables.get_mut(table.index()) else {
            continue;
        };
        match (kind, foreign) {
            (b'p', _) => table.primary_key = Some(Key { name, oid, columns }),
            (b'u', _) => table.unique_keys.push(Key { name, oid, columns }),
            (b'f', Some((target, target_columns))) => table.foreign_keys.push(ForeignKey {
                name,
                oid,
                columns,
                target,
                target_columns,
            }),
            _ => {}
        }
    }
    Ok(())
}

/// Attribute numbers as positions; `None` when one is not there (dropped meanwhile).
fn column_ids(
    tables: &[Table],
    table: TableId,
    numbers: Option<Vec<i16>>,
) -> Option<Vec<ColumnId>> {
    let columns = &tables.get(table.index())?.columns;
    numbers?
        .iter()
        .map(|number| {
            columns
                .binary_search_by_key(number, |c| c.number)
                .ok()
                .map(|i| ColumnId(i as u32))
        })
        .collect()
}
