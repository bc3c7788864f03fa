//! The fields of answer objects.
//!
//! Object relationships become left lateral joins, which PostgreSQL turns into ordinary joins
//! where a key makes the related row unique; array relationships become subqueries in the list
//! of columns, which PostgreSQL computes for the rows that are answered only.

use super::Compiler;
use super::names::Row;
use super::objects::Entries;
use super::operands::Scope;
use super::rows::Link;
use crate::sql::{ColumnName, Expr, Join, JoinKind, Select};
use howdah_error::Result;
use howdah_ir::catalog::ColumnId;
use howdah_ir::permit::{ColumnUse, SelectPermit};
use howdah_ir::predicate::ComputedUse;
use howdah_ir::query::{Field, FieldValue, Output, Related, RowSource, Rows};
use std::cell::{Cell, RefCell};

/// Where the values of a row are computed: at the row itself, or at the row and then again above
/// it, where the rows have been ordered and sliced.
pub(super) struct Layers {
    base: Row,
    above: Option<Row>,
    /// The right that has let the rows through, if they are rows of its table.
    seen_by: Option<SelectPermit>,
    /// Whether they are all the rows of the table.
    whole: bool,
    /// Whether lists of children were joined.
    grouped: Cell<bool>,
    /// Values computed at the row and handed up under the names `x0`, `x1` …
    extras: RefCell<Vec<Expr>>,
}

impl Layers {
    /// One layer.
    pub fn flat(base: Row) -> Self {
        Layers {
            base,
            above: None,
            seen_by: None,
            whole: false,
            grouped: Cell::default(),
            extras: RefCell::default(),
        }
    }

    /// Two layers: `above` is a copied row.
    pub fn sliced(base: Row, above: Row) -> Self {
        Layers {
            base,
            above: Some(above),
            seen_by: None,
            whole: false,
            grouped: Cell::default(),
            extras: RefCell::default(),
        }
    }

    /// Layers of rows that [`Compiler::source`] has let through; `whole`: none is left out.
    pub fn of(mut self, rows: &Rows, whole: bool) -> Self {
        self.seen_by = (rows.source == RowSource::Table).then(|| rows.permit.clone());
        self.whole = whole;
        self
    }

    /// Whether these are all the rows of their table.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Notes that a join may have disturbed the order.
    pub fn note_grouped(&self) {
        self.grouped.set(true);
    }

    /// Whether a list of children was joined.
    pub fn has_grouped(&self) -> bool {
        self.grouped.get()
    }

    /// How rows hang on these by columns.
    pub fn link<'r>(&'r self, mapping: &'r [(ColumnId, ColumnId)]) -> Link<'r> {
        Link::related(self.top(), mapping, self.seen_by.as_ref())
    }

    /// The row at which values are computed first.
    pub fn base(&self) -> &Row {
        &self.base
    }

    /// The row that the answer's select stands on.
    pub fn top(&self) -> &Row {
        self.above.as_ref().unwrap_or(&self.base)
    }

    /// Hands a value of the base row up.
    pub fn lift(&self, value: Expr) -> Expr {
        match &self.above {
            None => value,
            Some(above) => {
                let mut extras = self.extras.borrow_mut();
                let n = extras.iter().position(|e| *e == value).unwrap_or_else(|| {
                    extras.push(value);
                    extras.len() - 1
                });
                Expr::Column(above.alias, ColumnName::Extra(n as u32))
            }
        }
    }
}

impl Compiler<'_> {
    /// The columns of the base select of two layers: copies and handed-up values.
    pub fn lifted_columns(&self, layers: &Layers) -> Vec<(Expr, Option<ColumnName>)> {
        let copies = layers.top().copies();
        let copies = copies.into_iter().map(|c| {
            (
                self.raw_column(&layers.base, c),
                Some(ColumnName::Copied(c.0)),
            )
        });
        let extras = layers.extras.borrow();
        let extras = extras
            .iter()
            .enumerate()
            .map(|(n, e)| (e.clone(), Some(ColumnName::Extra(n as u32))));
        copies.chain(extras).collect()
    }

    /// A column as the role may see it, at the top layer.
    pub fn layered_column(&self, column: &ColumnUse, layers: &Layers) -> Result<Expr> {
        if column.redaction().is_some() {
            return Ok(layers.lift(self.column_use(column, layers.base())?));
        }
        Ok(self.raw_column(layers.top(), column.column()))
    }

    /// A scalar computed field at the top layer. It is computed at the base row, which is of the
    /// table's row type.
    pub fn layered_computed(&self, computed: &ComputedUse, layers: &Layers) -> Result<Expr> {
        Ok(layers.lift(self.computed(computed, Scope::at(layers.base()))?))
    }

    /// The values of fields at the top layer; joins that they need are added to `select`.
    pub fn entries(
        &self,
        fields: &[Field],
        layers: &Layers,
        select: &mut Select,
    ) -> Result<Entries> {
        fields
            .iter()
            .map(|field| {
                let value = self.field(&field.value, layers, select)?;
                Ok((field.key.clone(), value))
            })
            .collect()
    }

    /// The value of a field at the top layer; joins that it needs are added to `select`.
    pub fn field(&self, value: &FieldValue, layers: &Layers, select: &mut Select) -> Result<Expr> {
        Ok(match value {
            FieldValue::Literal(text) => Expr::text(text.clone()),
            FieldValue::Column { column, path } => {
                let ty = self.catalog.column(layers.base().table, column.column()).ty;
                let value = self.layered_column(column, layers)?;
                self.output_at(ty, value, path.as_deref())
            }
            FieldValue::UpperCase(column) => {
                Expr::builtin("upper", vec![self.layered_column(column, layers)?])
            }
            FieldValue::Computed { computed, path } => {
                let value = self.layered_computed(computed, layers)?;
                self.output_at(self.computed_type(computed), value, path.as_deref())
            }
            FieldValue::Related(related) => self.related(related, layers, select)?,
            FieldValue::ComputedRows(rows) => {
                let value = self.value(rows, Some(Link::call(layers.base())))?;
                layers.lift(Expr::Scalar(Box::new(value)))
            }
        })
    }

    fn related(&self, related: &Related, layers: &Layers, select: &mut Select) -> Result<Expr> {
        if let Some(fields) = self.grouped_fields(related, layers) {
            return self.grouped_list(related, fields, layers, select);
        }
        let value = self.value(&related.rows, Some(layers.link(&related.mapping)))?;
        if !matches!(related.rows.output, Output::Object(_)) {
            return Ok(Expr::Scalar(Box::new(value)));
        }
        let alias = self.alias();
        select.joins.push(Join {
            kind: JoinKind::Left,
            select: value,
            alias,
        });
        Ok(Expr::Column(alias, ColumnName::Value))
    }
}

/// Whether there are fields that lead to other rows by columns.
pub(super) fn any_related(fields: &[Field]) -> bool {
    fields
        .iter()
        .any(|f| matches!(f.value, FieldValue::Related(_)))
}
