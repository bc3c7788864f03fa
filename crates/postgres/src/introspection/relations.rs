//! Tables, views, materialised views, foreign tables and partitions.

use super::{Comments, Oid, USER_SCHEMAS, get, letter, text};
use howdah_error::Result;
use howdah_ir::TableId;
use howdah_ir::catalog::{Table, TableKind, Writable};
use std::collections::HashMap;
use std::sync::LazyLock;
use tokio_postgres::Row;

/// One row per relation. Views are asked with their triggers counted: a view with an
/// `INSTEAD OF` trigger can be written.
pub(super) static QUERY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select c.oid, n.nspname, c.relname, c.relkind, c.relispartition, \
         case c.relkind when 'v' then pg_catalog.pg_relation_is_updatable(c.oid, true) end, \
         c.relkind = 'r' and c.relhassubclass \
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where c.relkind in ('r', 'v', 'm', 'f', 'p') and {USER_SCHEMAS} \
         order by n.nspname, c.relname"
    )
});

// Bits of pg_relation_is_updatable: 1 << CmdType.
const UPDATE: i32 = 1 << 2;
const INSERT: i32 = 1 << 3;
const DELETE: i32 = 1 << 4;

/// Tables without columns and keys, and where to find them by `oid`.
pub(super) fn read(
    rows: &[Row],
    comments: &Comments,
) -> Result<(Vec<Table>, HashMap<Oid, TableId>)> {
    let mut tables = Vec::with_capacity(rows.len());
    let mut by_oid = HashMap::with_capacity(rows.len());
    for row in rows {
        let oid: Oid = get(row, 0)?;
        let kind = match letter(row, 3)? {
            b'p' => TableKind::Partitioned,
            b'v' => TableKind::View,
            b'm' => TableKind::MaterializedView,
            b'f' => TableKind::Foreign,
            _ => TableKind::Table,
        };
        by_oid.insert(oid, TableId(tables.len() as u32));
        tables.push(Table {
            schema: text(row, 1)?,
            name: text(row, 2)?,
            oid,
            kind,
            is_partition: get(row, 4)?,
            has_children: get(row, 6)?,
            columns: Vec::new(),
            primary_key: None,
            unique_keys: Vec::new(),
            foreign_keys: Vec::new(),
            comment: comments.of(oid, 0),
            writable: writable(kind, get::<Option<i32>>(row, 5)?.unwrap_or(0)),
        });
    }
    Ok((tables, by_oid))
}

fn writable(kind: TableKind, bits: i32) -> Writable {
    let (insert, update, delete) = match kind {
        TableKind::View => (bits & INSERT != 0, bits & UPDATE != 0, bits & DELETE != 0),
        TableKind::MaterializedView | TableKind::Virtual => (false, false, false),
        TableKind::Table | TableKind::Partitioned | TableKind::Foreign => (true, true, true),
    };
    Writable {
        insert,
        update,
        delete,
    }
}
