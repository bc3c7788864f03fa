//! The row that expressions are about, and aliases.

use super::Compiler;
use crate::sql::{Alias, ColumnName, Expr, Name, SqlType};
use howdah_ir::catalog::{ColumnId, Table, TableId};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A row in scope: its table and where its columns stand.
pub(super) struct Row {
    pub alias: Alias,
    pub table: TableId,
    place: Place,
}

enum Place {
    /// The alias is the table (or a function that returns its rows).
    Direct,
    /// The alias is a derived table that copies columns under names of our own; the set says which
    /// ones it has to copy.
    Copied(RefCell<BTreeSet<ColumnId>>),
}

impl Row {
    /// A row of the table itself.
    pub fn direct(alias: Alias, table: TableId) -> Self {
        Row {
            alias,
            table,
            place: Place::Direct,
        }
    }

    /// A row of a derived table.
    pub fn copied(alias: Alias, table: TableId) -> Self {
        Row {
            alias,
            table,
            place: Place::Copied(RefCell::default()),
        }
    }

    /// Takes over what another alias of the same derived table has to copy.
    pub fn note_copies_of(&self, other: &Row) {
        if let Place::Copied(columns) = &self.place {
            columns.borrow_mut().extend(other.copies());
        }
    }

    /// The columns that the derived table has to copy.
    pub fn copies(&self) -> Vec<ColumnId> {
        match &self.place {
            Place::Direct => Vec::new(),
            Place::Copied(columns) => columns.borrow().iter().copied().collect(),
        }
    }
}

impl Compiler<'_> {
    /// A fresh alias.
    pub fn alias(&self) -> Alias {
        let n = self.aliases.get() + 1;
        self.aliases.set(n);
        Alias(n)
    }

    pub fn table(&self, id: TableId) -> &Table {
        self.catalog.table(id)
    }

    pub fn column_name(&self, table: TableId, column: ColumnId) -> &Name {
        &self.catalog.column(table, column).name
    }

    /// A column of a row, with no redaction.
    pub fn raw_column(&self, row: &Row, column: ColumnId) -> Expr {
        match &row.place {
            Place::Direct => Expr::column(row.alias, self.column_name(row.table, column)),
            Place::Copied(columns) => {
                columns.borrow_mut().insert(column);
                Expr::Column(row.alias, ColumnName::Copied(column.0))
            }
        }
    }

    /// The whole row as a value of the table's row type, for an argument of a function.
    pub fn whole_row(&self, row: &Row) -> Expr {
        match &row.place {
            Place::Direct => Expr::Row(row.alias),
            Place::Copied(_) => {
                let table = self.table(row.table);
                let columns = table
                    .columns_with_ids()
                    .map(|(id, _)| self.raw_column(row, id))
                    .collect();
                Expr::RowOf(columns).cast(SqlType::row_of(&table.schema, &table.name))
            }
        }
    }
}
