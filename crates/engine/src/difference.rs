//! What SQL did to the objects that metadata speaks of: two catalogues compared by `oid` and column
//! number (M2).

use howdah_ir::catalog::{Catalog, ColumnId, FunctionId, Table, TableId};
use howdah_schema::model::Source;

/// Changes of tracked tables and of functions in use. Ids are those of the catalogue before.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    pub(crate) tables: Vec<TableChange>,
    /// Functions that are gone.
    pub(crate) dropped_functions: Vec<FunctionId>,
    /// Functions of whose name there are several now.
    pub(crate) overloaded_functions: Vec<FunctionId>,
}

/// What happened to a table.
#[derive(Debug)]
pub(crate) enum TableChange {
    /// It is gone.
    Dropped(TableId),
    /// It is there, by another name or with other columns.
    Altered {
        /// The table before.
        table: TableId,
        /// Schema and name now, if they are others.
        renamed: Option<(String, String)>,
        /// Columns that are gone.
        dropped: Vec<ColumnId>,
        /// Columns with other names, and the names.
        renamed_columns: Vec<(ColumnId, String)>,
        /// Columns of another type.
        retyped: Vec<ColumnId>,
        /// Foreign keys that are gone, by position.
        dropped_keys: Vec<usize>,
    },
}

/// Compares what a source uses of its database with the database as it is now.
pub(crate) fn difference(source: &Source, after: &Catalog) -> Difference {
    let before = &source.catalog;
    let mut found = Difference::default();
    for id in source.tables.keys() {
        let table = before.table(*id);
        let by_oid = after.tables.iter().find(|other| other.oid == table.oid);
        match by_oid {
            Some(now) => found.tables.extend(compare(before, after, *id, now)),
            // Another table may have its name now: what was allowed on this one says nothing of that.
            None => found.tables.push(TableChange::Dropped(*id)),
        }
    }
    for id in functions_in_use(source) {
        let function = before.function(id);
        match after.functions_named(&function.schema, &function.name) {
            [] => found.dropped_functions.push(id),
            [_] => {}
            _ => found.overloaded_functions.push(id),
        }
    }
    found
}

/// Functions that are tracked or compute fields, each once.
fn functions_in_use(source: &Source) -> Vec<FunctionId> {
    let tracked = source.functions.iter().map(|function| function.id);
    let computed = source
        .tables
        .values()
        .flat_map(|table| table.computed_fields.values().map(|field| field.function));
    let mut all: Vec<FunctionId> = tracked.chain(computed).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn compare(before: &Catalog, after: &Catalog, id: TableId, now: &Table) -> Option<TableChange> {
    let table = before.table(id);
    let renamed = (table.schema != now.schema || table.name != now.name)
        .then(|| (now.schema.to_string(), now.name.to_string()));
    let mut dropped = Vec::new();
    let mut renamed_columns = Vec::new();
    let mut retyped = Vec::new();
    for (column_id, column) in table.columns_with_ids() {
        let Some(other) = now
            .columns
            .iter()
            .find(|other| other.number == column.number)
        else {
            dropped.push(column_id);
            continue;
        };
        if column.name != other.name {
            renamed_columns.push((column_id, other.name.to_string()));
        }
        let (old, new) = (before.ty(column.ty), after.ty(other.ty));
        if (&old.schema, &old.name) != (&new.schema, &new.name) {
            retyped.push(column_id);
        }
    }
    let dropped_keys: Vec<usize> = table
        .foreign_keys
        .iter()
        .enumerate()
        .filter(|(_, key)| {
            !now.foreign_keys
                .iter()
                .any(|other| other.oid == key.oid || other.name == key.name)
        })
        .map(|(position, _)| position)
        .collect();
    let unchanged = renamed.is_none()
        && dropped.is_empty()
        && renamed_columns.is_empty()
        && retyped.is_empty()
        && dropped_keys.is_empty();
    (!unchanged).then_some(TableChange::Altered {
        table: id,
        renamed,
        dropped,
        renamed_columns,
        retyped,
        dropped_keys,
    })
}
