//! Opening tables and columns for a role, with the texts for what it may not do.

use super::Lowering;
use crate::model::Table;
use howdah_error::{Code, Error, Result};
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::permit::{ColumnUse, DeletePermit, InsertPermit, SelectPermit, UpdatePermit};

/// What a table is opened for.
#[derive(Clone, Copy)]
pub(super) enum Write {
    Insert,
    Update,
    Delete,
}

impl Lowering<'_> {
    fn refused(&self, what: &str, table: TableId) -> Error {
        Error::new(
            Code::PermissionDenied,
            format!(
                "{what} on {:?} for role {:?} is not allowed. ",
                self.table_text(table),
                self.role()
            ),
        )
    }

    /// The right to read, or an error that ends with `note`.
    pub fn select_permit(&self, table: TableId, note: &str) -> Result<SelectPermit> {
        self.source
            .roles
            .open_select(self.role(), table)
            .ok_or_else(|| {
                let error = self.refused("select", table);
                let message = format!("{}{note}", error.message());
                error.with_message(message)
            })
    }

    pub fn insert_permit(&self, table: TableId) -> Result<InsertPermit> {
        self.source
            .roles
            .open_insert(self.role(), table, self.session.backend_only())
            .ok_or_else(|| self.refused("insert", table))
    }

    pub fn update_permit(&self, table: TableId) -> Result<UpdatePermit> {
        self.open_update(table)
            .ok_or_else(|| self.refused("update", table))
    }

    pub fn open_update(&self, table: TableId) -> Option<UpdatePermit> {
        self.source
            .roles
            .open_update(self.role(), table, self.session.backend_only())
    }

    pub fn delete_permit(&self, table: TableId) -> Result<DeletePermit> {
        self.source
            .roles
            .open_delete(self.role(), table, self.session.backend_only())
            .ok_or_else(|| self.refused("delete", table))
    }

    /// Refuses views that PostgreSQL cannot write through.
    pub fn check_writable(&self, table: TableId, write: Write) -> Result<()> {
        let writable = self.source.catalog.table(table).writable;
        let (possible, word) = match write {
            Write::Insert => (writable.insert, "insertable"),
            Write::Update => (writable.update, "updatable"),
            Write::Delete => (writable.delete, "deletable"),
        };
        if possible {
            return Ok(());
        }
        Err(Error::not_supported(format!(
            "view {:?} is not {word}",
            self.table_text(table)
        )))
    }

    /// A column that the role may read.
    pub fn readable_column(&self, permit: &SelectPermit, name: &str) -> Result<ColumnUse> {
        self.column_named(permit.table(), name)
            .and_then(|column| permit.column(column))
            .ok_or_else(|| self.no_column("select", name))
    }

    /// The error for a column that the role may not use. That a column does not exist is told to
    /// administrators only.
    pub fn no_column(&self, what: &str, name: &str) -> Error {
        let message = if self.session.is_admin() {
            format!("no such column exists: {name:?}")
        } else {
            format!(
                "role {:?} does not have permission to {what} column {name:?}",
                self.role()
            )
        };
        Error::new(Code::PermissionDenied, message)
    }

    /// A column of a table by name, whatever the role may do with it.
    pub fn written_column(&self, table: &Table, name: &str, note: &str) -> Result<ColumnId> {
        if let Some(column) = self.column_named(table.id, name) {
            return Ok(column);
        }
        let other = if table.relationships.contains_key(name) {
            "relationship"
        } else if table.computed_fields.contains_key(name) {
            "computed field"
        } else {
            return Err(Error::not_exists(format!("column {name:?} does not exist")));
        };
        Err(Error::new(
            Code::UnexpectedPayload,
            format!("expecting a database column; but, {name:?} is a {other}; {note}"),
        ))
    }
}
