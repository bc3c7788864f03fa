//! Inserts, updates and deletes.
//!
//! ```sql
//! with w1 as (insert into "public"."author" as t2 ("id", "name") values (…), (…)
//!             returning t2."id" as c0, coalesce(<check>, false) as "check")
//! select json_build_object('affected_rows', (select count(*) from w1 as t4), …) as root,
//!        (select coalesce(bool_and(t3."check"), true) from w1 as t3) as "check"
//! ```
//!
//! A permission's check is judged on the rows as written; where it does not hold, the caller rolls
//! the transaction back.

use super::names::Row;
use super::operands::Scope;
use super::returning::{Written, reads_tables};
use super::{Closing, Compiler, MutationStatement, Wanted};
use crate::sql::tree::{Conflict, ConflictUpdate, Write};
use crate::sql::{Alias, ColumnName, Cte, Expr, FromItem, Name, Select, SqlType};
use howdah_error::Result;
use howdah_ir::catalog::{ColumnId, TableId, TableKind};
use howdah_ir::mutation::{
    Assignment, Delete, Insert, MutationOutput, OnConflict, Update, WriteValue,
};
use howdah_ir::predicate::Predicate;

/// A write whose `returning` is not known yet.
struct Draft {
    write: Write,
    row: Row,
    /// What every written row must satisfy.
    check: Option<Expr>,
}

impl Compiler<'_> {
    pub fn insert(&self, insert: &Insert, closing: Closing) -> Result<MutationStatement> {
        let draft = self.insert_draft(insert)?;
        self.answered(draft, &insert.output, closing)
    }

    pub fn update(&self, update: &Update, closing: Closing) -> Result<MutationStatement> {
        let draft = self.update_draft(update)?;
        self.answered(draft, &update.output, closing)
    }

    pub fn delete(&self, delete: &Delete, closing: Closing) -> Result<MutationStatement> {
        let draft = self.delete_draft(delete)?;
        self.answered(draft, &delete.output, closing)
    }

    /// A level of an insert of many levels.
    pub fn insert_level(&self, insert: &Insert, wanted: Wanted<'_>) -> Result<super::Statement> {
        let draft = self.insert_draft(insert)?;
        let name = self.alias();
        let written = Row::copied(self.alias(), draft.row.table);
        let rows = match wanted.rows {
            true => Expr::Scalar(Box::new(self.rows_text(name, &written))),
            false => Expr::Null.cast(SqlType::text()),
        };
        let keys = self.keys(name, &written, wanted.keys);
        let (body, holds) = self.returning(draft, name, &written);
        let select = Select {
            columns: vec![
                (rows, Some(ColumnName::Root)),
                (holds.unwrap_or(Expr::Bool(true)), Some(ColumnName::Check)),
                (keys, Some(ColumnName::Value)),
            ],
            ..Select::default()
        };
        self.print(vec![Cte { name, body }], select)
    }

    /// The statement that answers from rows handed out by a write.
    pub fn answer_from_rows(
        &self,
        table: TableId,
        output: &MutationOutput,
    ) -> Result<super::Statement> {
        let answer = self.write_answer(table, output, Written::Before)?;
        self.print(Vec::new(), Select::value(answer, ColumnName::Root, None))
    }

    fn answered(
        &self,
        draft: Draft,
        output: &MutationOutput,
        closing: Closing,
    ) -> Result<MutationStatement> {
        let table = draft.row.table;
        let name = self.alias();
        let written = Row::copied(self.alias(), table);
        if reads_tables(output) {
            // Parameters are numbered by each printer on its own.
            let read = self.answer_from_rows(table, output)?;
            let rows = Expr::Scalar(Box::new(self.rows_text(name, &written)));
            let write = self.finished(draft, name, &written, rows, Closing::Open)?;
            return Ok(MutationStatement {
                write,
                read: Some(read),
            });
        }
        let answer = self.write_answer(table, output, Written::Here(name, &written))?;
        let write = self.finished(draft, name, &written, answer, closing)?;
        Ok(MutationStatement { write, read: None })
    }

    fn finished(
        &self,
        draft: Draft,
        name: Alias,
        written: &Row,
        answer: Expr,
        closing: Closing,
    ) -> Result<super::Statement> {
        let (body, holds) = self.returning(draft, name, written);
        let select = if closing == Closing::Open {
            Select {
                columns: vec![
                    (answer, Some(ColumnName::Root)),
                    (holds.unwrap_or(Expr::Bool(true)), Some(ColumnName::Check)),
                ],
                ..Select::default()
            }
        } else {
            let answer = match holds {
                Some(holds) => self.guarded(answer, holds),
                None => answer,
            };
            let select = Select::value(answer, ColumnName::Root, None);
            match closing {
                Closing::Alone => self.alone(select),
                _ => select,
            }
        };
        self.print(vec![Cte { name, body }], select)
    }

    /// The write with the columns that were asked of `written`, and whether all checks hold, if
    /// there are any.
    fn returning(&self, draft: Draft, name: Alias, written: &Row) -> (Write, Option<Expr>) {
        let mut returning: Vec<(Expr, ColumnName)> = written
            .copies()
            .into_iter()
            .map(|c| (self.raw_column(&draft.row, c), ColumnName::Copied(c.0)))
            .collect();
        let holds = draft.check.map(|check| {
            let check = if self.options.checks_pass_on_null {
                check
            } else {
                Expr::Coalesce(vec![check, Expr::Bool(false)])
            };
            returning.push((check, ColumnName::Check));
            self.all_hold(name)
        });
        if returning.is_empty() {
            returning.push((Expr::Number(1), ColumnName::Value));
        }
        let mut body = draft.write;
        match &mut body {
            Write::Insert { returning: r, .. }
            | Write::Update { returning: r, .. }
            | Write::Delete { returning: r, .. } => *r = returning,
            Write::Select(select) => {
                select.columns = returning.into_iter().map(|(e, n)| (e, Some(n))).collect();
            }
            // Drafts are never native queries.
            Write::Native { .. } => {}
        }
        (body, holds)
    }

    /// `(select coalesce(bool_and(t3."check"), true) from w1 as t3)`
    fn all_hold(&self, name: Alias) -> Expr {
        let alias = self.alias();
        let all = Expr::Aggregate {
            name: "bool_and",
            distinct: false,
            arguments: vec![Expr::Column(alias, ColumnName::Check)],
            order: Vec::new(),
        };
        Expr::Scalar(Box::new(Select::value(
            Expr::Coalesce(vec![all, Expr::Bool(true)]),
            ColumnName::Value,
            Some(FromItem::Cte(name, alias)),
        )))
    }

    fn names(&self, table: TableId) -> (Name, Name) {
        let table = self.table(table);
        (table.schema.clone(), table.name.clone())
    }

    /// A write that writes nothing.
    fn nothing(&self, table: TableId) -> Result<Draft> {
        let (mut select, row) = self.table_rows(table)?;
        select.filter = Some(Expr::Bool(false));
        Ok(Draft {
            write: Write::Select(Box::new(select)),
            row,
            check: None,
        })
    }

    fn insert_draft(&self, insert: &Insert) -> Result<Draft> {
        let table = insert.permit.table();
        if insert.rows.is_empty() {
            return self.nothing(table);
        }
        let row = Row::direct(self.alias(), table);
        let (columns, source) = self.insert_source(table, &insert.rows)?;
        let conflict = insert
            .on_conflict
            .as_ref()
            .map(|c| self.conflict(c, &row))
            .transpose()?;
        let check = self.insert_check(insert, &row)?;
        let write = Write::Insert {
            table: self.names(table),
            alias: row.alias,
            columns,
            source,
            conflict,
            returning: Vec::new(),
        };
        Ok(Draft { write, row, check })
    }

    pub(super) fn write_value(&self, value: &WriteValue) -> Result<Expr> {
        match value {
            WriteValue::Operand(operand) => self.operand(operand, None),
            WriteValue::Null => Ok(Expr::Null),
            WriteValue::Default => Ok(Expr::Default),
        }
    }

    fn conflict(&self, conflict: &OnConflict, row: &Row) -> Result<Conflict> {
        let update = match &conflict.update {
            None => None,
            Some(update) => {
                let mut set: Vec<(Name, Expr)> = update
                    .columns
                    .iter()
                    .map(|c| {
                        let name = self.column_name(row.table, *c).clone();
                        (name.clone(), Expr::Excluded(name))
                    })
                    .collect();
                for (column, value) in &update.presets {
                    let name = self.column_name(row.table, *column).clone();
                    set.push((name, self.write_value(value)?));
                }
                let scope = Scope::at(row);
                let permitted = update.permit.rules().map(|r| &*r.filter);
                let mut condition = Select::default();
                for filter in permitted.into_iter().chain([&update.filter]) {
                    condition.restrict(self.predicate(filter, scope)?);
                }
                (!set.is_empty()).then_some(ConflictUpdate {
                    set,
                    filter: condition.filter,
                })
            }
        };
        Ok(Conflict {
            constraint: conflict.constraint.clone(),
            update,
        })
    }

    fn check(&self, check: Option<&Predicate>, row: &Row) -> Result<Option<Expr>> {
        match check {
            Some(check) if !check.is_true() => Ok(Some(self.predicate(check, Scope::at(row))?)),
            _ => Ok(None),
        }
    }

    /// The check of inserted rows; of an upsert the updated rows obey the update's check, or the
    /// insert's where the update has none.
    fn insert_check(&self, insert: &Insert, row: &Row) -> Result<Option<Expr>> {
        let of_insert = insert.permit.rules().map(|r| &*r.check);
        let inserted = self.check(of_insert, row)?;
        let Some(update) = insert.on_conflict.as_ref().and_then(|c| c.update.as_ref()) else {
            return Ok(inserted);
        };
        let of_update = match update.permit.rules() {
            Some(rules) => rules.check.as_deref().or(of_insert),
            None => None,
        };
        let updated = self.check(of_update, row)?;
        if inserted == updated {
            return Ok(inserted);
        }
        let inserted = inserted.unwrap_or(Expr::Bool(true));
        let updated = updated.unwrap_or(Expr::Bool(true));
        Ok(Some(match self.table(row.table).kind {
            // An updated row carries the mark of the transaction that locked it.
            TableKind::Table => Expr::Case(
                Box::new(Expr::Column(row.alias, ColumnName::Xmax).binary("=", Expr::Number(0))),
                Box::new(inserted),
                Box::new(updated),
            ),
            // Others do not show it; both checks are on the safe side.
            _ => Expr::all([inserted, updated]),
        }))
    }

    fn update_draft(&self, update: &Update) -> Result<Draft> {
        let table = update.permit.table();
        if update.assignments.is_empty() {
            return self.nothing(table);
        }
        let row = Row::direct(self.alias(), table);
        let set = update
            .assignments
            .iter()
            .map(|(column, assignment)| {
                let name = self.column_name(table, *column).clone();
                Ok((name, self.assignment(*column, assignment, &row)?))
            })
            .collect::<Result<_>>()?;
        let rules = update.permit.rules();
        let filter = self.condition(rules.map(|r| &*r.filter), &update.filter, &row)?;
        let check = self.check(rules.and_then(|r| r.check.as_deref()), &row)?;
        let write = Write::Update {
            table: self.names(table),
            alias: row.alias,
            set,
            filter,
            returning: Vec::new(),
        };
        Ok(Draft { write, row, check })
    }

    fn assignment(&self, column: ColumnId, assignment: &Assignment, row: &Row) -> Result<Expr> {
        let old = || self.raw_column(row, column);
        let operand = |o| self.operand(o, None);
        Ok(match assignment {
            Assignment::Set(value) => self.write_value(value)?,
            Assignment::Increment(by) => old().binary("+", operand(by)?),
            Assignment::Multiply(by) => old().binary("*", operand(by)?),
            Assignment::Append(value) => old().binary("||", operand(value)?),
            Assignment::Prepend(value) => operand(value)?.binary("||", old()),
            Assignment::DeleteKey(key) => old().binary("-", operand(key)?),
            Assignment::DeleteElement(position) => old().binary("-", operand(position)?),
            Assignment::DeleteAtPath(path) => old().binary("#-", operand(path)?),
        })
    }

    fn delete_draft(&self, delete: &Delete) -> Result<Draft> {
        let table = delete.permit.table();
        let row = Row::direct(self.alias(), table);
        let rules = delete.permit.rules();
        let filter = self.condition(rules.map(|r| &*r.filter), &delete.filter, &row)?;
        let write = Write::Delete {
            table: self.names(table),
            alias: row.alias,
            filter,
            returning: Vec::new(),
        };
        Ok(Draft {
            write,
            row,
            check: None,
        })
    }

    /// The permit's filter and the client's.
    fn condition(
        &self,
        permitted: Option<&Predicate>,
        asked: &Predicate,
        row: &Row,
    ) -> Result<Option<Expr>> {
        let mut select = Select::default();
        for filter in permitted.into_iter().chain([asked]) {
            select.restrict(self.predicate(filter, Scope::at(row))?);
        }
        Ok(select.filter)
    }
}
