//! Native queries: the user's SQL as common table expressions in front of a select.
//!
//! ```sql
//! with "native query 1" as (select q."id"::int4 as "id", … from (
//! …the user's SQL with ($1::int4) where an argument stands…
//! ) as q)
//! select … from "native query 1" as t2 where …
//! ```
//!
//! The SQL stands in a subquery, where PostgreSQL's grammar has no place for anything that writes,
//! and on lines of its own, so that a comment at its end hides nothing. Two calls with the same
//! arguments share one expression. The expressions go with the select that they were collected
//! for, wherever it is put: inside of another one their values may come from its rows.

use super::Compiler;
use super::names::Row;
use crate::sql::{Alias, Cte, Expr, FromItem, Name, Select, SqlPiece, SqlType, Write};
use howdah_error::{Error, Result};
use howdah_ir::catalog::{NativePiece, TableId};
use howdah_ir::query::NativeCall;
use std::cell::RefCell;

/// The native queries that a select calls.
#[derive(Default)]
pub(super) struct Natives(RefCell<Vec<(NativeCall, Cte)>>);

impl Natives {
    /// Hands out what was collected.
    pub fn take(&self) -> Vec<Cte> {
        let collected = self.0.take();
        collected.into_iter().map(|(_, cte)| cte).collect()
    }

    fn named(&self, call: &NativeCall) -> Option<Alias> {
        let known = self.0.borrow();
        let found = known.iter().find(|(other, _)| other == call)?;
        Some(found.1.name)
    }
}

impl Compiler<'_> {
    /// A plain select from the rows of a native query. `rows` is the table that the permit opened.
    ///
    /// # Errors
    /// When the permit is one for something else.
    pub fn native_rows(&self, call: &NativeCall, rows: TableId) -> Result<(Select, Row)> {
        if self.catalog.native_query(call.query).rows != rows {
            return Err(Error::unexpected("a native query without its own permit"));
        }
        let name = match self.natives.named(call) {
            Some(name) => name,
            None => self.native_expression(call)?,
        };
        let row = Row::direct(self.alias(), rows);
        let select = Select {
            from: Some(FromItem::Cte(name, row.alias)),
            ..Select::default()
        };
        Ok((select, row))
    }

    /// The columns that are declared, of the types that are declared: readers of the rows rely on
    /// these.
    fn native_columns(&self, rows: TableId) -> Vec<(Name, SqlType)> {
        let columns = self.table(rows).columns.iter();
        columns
            .map(|column| {
                let ty = self.sql_type(self.catalog.base_type(column.ty));
                (column.name.clone(), ty)
            })
            .collect()
    }

    fn native_expression(&self, call: &NativeCall) -> Result<Alias> {
        let query = self.catalog.native_query(call.query);
        // Nobody knows what the functions do that its SQL calls.
        self.calls_volatile.set(true);
        let values = call
            .arguments
            .iter()
            .map(|argument| self.operand(argument, None))
            .collect::<Result<Vec<Expr>>>()?;
        let pieces = query
            .code
            .iter()
            .map(|piece| match piece {
                NativePiece::Sql(text) => Ok(SqlPiece::Text(text.clone())),
                NativePiece::Argument(position) => values
                    .get(*position)
                    .cloned()
                    .map(SqlPiece::Value)
                    .ok_or_else(|| Error::unexpected("a native query lacks an argument")),
            })
            .collect::<Result<Vec<SqlPiece>>>()?;
        let name = self.alias();
        let cte = Cte {
            name,
            body: Write::Native {
                columns: self.native_columns(query.rows),
                code: pieces,
            },
        };
        self.natives.0.borrow_mut().push((call.clone(), cte));
        Ok(name)
    }
}
