//! What writes answer.
//!
//! A statement does not see what it writes itself: a subquery of the same statement reads the
//! tables as they were. Answers of plain columns are therefore made in the writing statement from
//! the rows it returns; where something must look into tables (relationships, functions,
//! redactions) the write hands out its rows as one text, an array of the table's row type, and a
//! second statement of the transaction reads them back and answers.

use super::Compiler;
use super::fields::Layers;
use super::names::Row;
use super::objects::{Entries, array, object};
use crate::sql::{Alias, Binding, ColumnName, Expr, FromItem, Function, Select, SqlType};
use howdah_error::Result;
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::mutation::{MutationField, MutationFieldValue, MutationOutput};
use howdah_ir::query::{Field, FieldValue};

/// Where written rows are found.
#[derive(Clone, Copy)]
pub(super) enum Written<'r> {
    /// In a common table expression with copied columns; the row notes which ones.
    Here(Alias, &'r Row),
    /// In the argument that the write before handed out.
    Before,
}

/// Whether an answer must be made by a second statement.
pub(super) fn reads_tables(output: &MutationOutput) -> bool {
    match output {
        MutationOutput::Single(_, fields) => any_reads(fields),
        MutationOutput::Response(fields) => fields.iter().any(|f| match &f.value {
            MutationFieldValue::Returning(_, fields) => any_reads(fields),
            MutationFieldValue::Literal(_)
            | MutationFieldValue::Known(_)
            | MutationFieldValue::AffectedRows => false,
        }),
    }
}

fn any_reads(fields: &[Field]) -> bool {
    fields.iter().any(|f| match &f.value {
        FieldValue::Literal(_) => false,
        FieldValue::Column { column, .. } | FieldValue::UpperCase(column) => {
            column.redaction().is_some()
        }
        FieldValue::Computed { .. } | FieldValue::Related(_) | FieldValue::ComputedRows(_) => true,
    })
}

impl Compiler<'_> {
    /// The row type of a table.
    pub fn row_type(&self, table: TableId) -> SqlType {
        let table = self.table(table);
        SqlType::row_of(&table.schema, &table.name)
    }

    /// The written rows as the text of an array, for [`Written::Before`].
    pub fn rows_text(&self, name: Alias, written: &Row) -> Select {
        let rows = Expr::Aggregate {
            name: "array_agg",
            distinct: false,
            arguments: vec![self.whole_row(written)],
            order: Vec::new(),
        };
        let text = Expr::Coalesce(vec![rows, Expr::Text("{}".into())]).cast(SqlType::text());
        Select::value(
            text,
            ColumnName::Value,
            Some(FromItem::Cte(name, written.alias)),
        )
    }

    /// Columns of the written rows as a list of lists of texts, or the number of rows.
    pub fn keys(&self, name: Alias, written: &Row, columns: &[ColumnId]) -> Expr {
        if columns.is_empty() {
            let from = FromItem::Cte(name, self.alias());
            let count = super::aggregates::count(Vec::new(), false);
            let select = Select::value(count, ColumnName::Value, Some(from));
            return Expr::builtin("to_json", vec![Expr::Scalar(Box::new(select))]);
        }
        let texts = columns
            .iter()
            .map(|c| self.raw_column(written, *c).cast(SqlType::text()))
            .collect();
        let texts = Expr::Array(texts).cast(SqlType::texts());
        let list = array(Expr::builtin("array_to_json", vec![texts]), Vec::new());
        let from = FromItem::Cte(name, written.alias);
        Expr::Scalar(Box::new(Select::value(list, ColumnName::Value, Some(from))))
    }

    /// The answer of a write.
    pub fn write_answer(
        &self,
        table: TableId,
        output: &MutationOutput,
        written: Written<'_>,
    ) -> Result<Expr> {
        match output {
            MutationOutput::Single(_, fields) => self.single(table, fields, written),
            MutationOutput::Response(fields) => {
                let entries = fields
                    .iter()
                    .map(|field| self.response_entry(table, field, written))
                    .collect::<Result<Entries>>()?;
                Ok(object(entries))
            }
        }
    }

    fn response_entry(
        &self,
        table: TableId,
        field: &MutationField,
        written: Written<'_>,
    ) -> Result<(std::sync::Arc<str>, Expr)> {
        let value = match &field.value {
            MutationFieldValue::Literal(text) => Expr::text(text.clone()),
            MutationFieldValue::Known(number) => Expr::Number(*number),
            MutationFieldValue::AffectedRows => {
                let (from, _) = self.written(table, written);
                let count = super::aggregates::count(Vec::new(), false);
                Expr::Scalar(Box::new(Select::value(
                    count,
                    ColumnName::Value,
                    Some(from),
                )))
            }
            MutationFieldValue::Returning(_, fields) => {
                let (select, shape) = self.returned(table, fields, written)?;
                let alias = self.alias();
                let list = array(shape.element(alias), Vec::new());
                let from = FromItem::Select(Box::new(select), alias);
                Expr::Scalar(Box::new(Select::value(list, ColumnName::Value, Some(from))))
            }
        };
        Ok((field.key.clone(), value))
    }

    fn single(&self, table: TableId, fields: &[Field], written: Written<'_>) -> Result<Expr> {
        let (mut select, shape) = self.returned(table, fields, written)?;
        select.limit = Some(Expr::Number(1));
        let alias = self.alias();
        let from = FromItem::Select(Box::new(select), alias);
        let value = Select::value(shape.object(alias), ColumnName::Value, Some(from));
        Ok(Expr::Coalesce(vec![
            Expr::Scalar(Box::new(value)),
            Expr::Text("null".into()).cast(SqlType::json()),
        ]))
    }

    fn returned(
        &self,
        table: TableId,
        fields: &[Field],
        written: Written<'_>,
    ) -> Result<(Select, super::objects::Shape)> {
        let (from, row) = self.written(table, written);
        let mut select = Select {
            from: Some(from),
            ..Select::default()
        };
        let layers = Layers::flat(row);
        let entries = self.entries(fields, &layers, &mut select)?;
        let shape = self.set_object(&mut select, entries);
        if let Written::Here(_, noted) = written {
            noted.note_copies_of(layers.base());
        }
        Ok((select, shape))
    }

    /// The written rows under an alias of their own.
    fn written(&self, table: TableId, written: Written<'_>) -> (FromItem, Row) {
        let alias = self.alias();
        match written {
            Written::Here(name, _) => (FromItem::Cte(name, alias), Row::copied(alias, table)),
            Written::Before => {
                let rows = Expr::Placeholder(Binding::Rows, self.row_type(table).array());
                let unnest = Function::Builtin("unnest");
                (
                    FromItem::Function(unnest, vec![(None, rows)], alias),
                    Row::direct(alias, table),
                )
            }
        }
    }
}
