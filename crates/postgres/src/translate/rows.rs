//! Rows: where they come from, which of them, in what order, as lists and objects.
//!
//! Two shapes. Rows that are not sliced, or that lead nowhere, are one select:
//!
//! ```sql
//! select coalesce(json_agg(t2.*), '[]'::json) as root
//! from (select t1."id" as "id" from "public"."author" as t1 where … order by …) as t2
//! ```
//!
//! PostgreSQL feeds a sorted subquery to an aggregate in its order as long as nothing is joined
//! between them, which is documented, so that `json_agg` needs no order of its own here. Rows that
//! are sliced (limit, offset, distinct) and lead to related rows are sliced first, in a select of
//! their own, and joined above; as a join may disturb the order, it is then stated again:
//!
//! ```sql
//! select coalesce(json_agg(t4.*), '[]'::json) as root
//! from (select t2.c0 as "id", t3.v as "author"
//!       from (select t1."id" as c0, t1."author_id" as c1, t1."id" as x0
//!             from "public"."article" as t1 order by t1."id" limit 10) as t2
//!       left join lateral (select row_to_json(…) as v from …) as t3 on true
//!       order by t2.x0) as t4
//! ```

use super::Compiler;
use super::fields::{Layers, any_related};
use super::grouping::stored;
use super::implied::{Way, remaining};
use super::names::Row;
use super::objects::{Shape, array};
use super::operands::Scope;
use crate::sql::{ColumnName, Expr, FromItem, Order, Select, SqlType};
use howdah_error::Result;
use howdah_ir::catalog::ColumnId;
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::Predicate;
use howdah_ir::query::{Field, FieldValue, Output, Related, RowSource, Rows};
use std::borrow::Cow;

/// How rows hang on a row around them.
#[derive(Clone, Copy)]
pub(super) struct Link<'r> {
    parent: &'r Row,
    mapping: &'r [(ColumnId, ColumnId)],
    seen_by: Option<&'r SelectPermit>,
}

impl<'r> Link<'r> {
    /// By columns: (column of the parent, column of the child). `seen_by` is the right that has let
    /// the parent through, if it is a row of that right's table.
    pub fn related(
        parent: &'r Row,
        mapping: &'r [(ColumnId, ColumnId)],
        seen_by: Option<&'r SelectPermit>,
    ) -> Self {
        Link {
            parent,
            mapping,
            seen_by,
        }
    }

    /// By the arguments of the function that returns the rows.
    pub fn call(parent: &'r Row) -> Self {
        Link {
            parent,
            mapping: &[],
            seen_by: None,
        }
    }
}

/// How many rows are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Most {
    /// What the client asks for.
    Asked,
    /// What the client asks for, the permit's limit at most.
    Permitted,
    /// One.
    One,
}

/// A select of rows that has no columns yet.
pub(super) struct Source {
    pub select: Select,
    pub row: Row,
}

impl Compiler<'_> {
    /// The value of a root field as the column `root` of exactly one row.
    pub fn root(&self, rows: &Rows) -> Result<Select> {
        let mut select = self.value(rows, None)?;
        let with = self.natives.take();
        if matches!(rows.output, Output::Object(_)) {
            let value = Expr::Coalesce(vec![
                Expr::Scalar(Box::new(select)),
                Expr::Text("null".into()).cast(SqlType::json()),
            ]);
            return Ok(Select {
                with,
                ..Select::value(value, ColumnName::Root, None)
            });
        }
        for (_, name) in &mut select.columns {
            *name = Some(ColumnName::Root);
        }
        select.with = with;
        Ok(select)
    }

    /// A select of one column `v` with the JSON of the rows: one row, or for an object perhaps none.
    pub fn value(&self, rows: &Rows, link: Option<Link<'_>>) -> Result<Select> {
        match &rows.output {
            Output::List(fields) => self.list(rows, fields, link),
            Output::Object(fields) => {
                let (select, shape) = self.objects(rows, fields, link, Most::One)?;
                let alias = self.alias();
                let from = FromItem::Select(Box::new(select), alias);
                Ok(Select::value(
                    shape.object(alias),
                    ColumnName::Value,
                    Some(from),
                ))
            }
            Output::Aggregate(fields) => self.aggregate(rows, fields, link),
        }
    }

    /// A JSON array of objects.
    pub fn list(&self, rows: &Rows, fields: &[Field], link: Option<Link<'_>>) -> Result<Select> {
        let (select, shape) = self.objects(rows, fields, link, Most::Permitted)?;
        let alias = self.alias();
        let from = FromItem::Select(Box::new(select), alias);
        let list = array(shape.element(alias), Vec::new());
        Ok(Select::value(list, ColumnName::Value, Some(from)))
    }

    /// One object for each row, in order.
    fn objects(
        &self,
        rows: &Rows,
        fields: &[Field],
        link: Option<Link<'_>>,
        most: Most,
    ) -> Result<(Select, Shape)> {
        self.shaped(rows, fields, link, most, |layers, select| {
            let entries = self.entries(fields, layers, select)?;
            Ok(self.set_object(select, entries))
        })
    }

    /// The rows in order, with what `shape` makes of them. It may set columns and add joins.
    pub fn shaped<T>(
        &self,
        rows: &Rows,
        fields: &[Field],
        link: Option<Link<'_>>,
        most: Most,
        shape: impl FnOnce(&Layers, &mut Select) -> Result<T>,
    ) -> Result<(Select, T)> {
        let mut source = self.source(rows, link, most)?;
        if is_sliced(rows, most) && any_related(fields) && !self.joins_below(rows, fields, link) {
            return self.shaped_slice(rows, source, shape);
        }
        if most == Most::One && !self.is_single(rows, link) {
            source.select.limit = Some(Expr::Number(1));
        }
        let mut select = source.select;
        let whole = link.is_none() && self.is_whole(rows, most);
        let layers = Layers::flat(source.row).of(rows, whole);
        let shaped = shape(&layers, &mut select)?;
        if layers.has_grouped() && select.order.is_empty() {
            select.order.push(stored(layers.base()));
        }
        Ok((select, shaped))
    }

    /// Whether rows with their related ones may be sliced after these were joined: the few rows of
    /// a parent that lead to one row each, by a key. PostgreSQL then reads a small table once for
    /// all parents, and need not order twice. What is computed for lists it computes after the
    /// slice by itself, if there is nothing but a limit.
    fn joins_below(&self, rows: &Rows, fields: &[Field], link: Option<Link<'_>>) -> bool {
        link.is_some_and(|link| !link.mapping.is_empty())
            && rows.offset.is_none()
            && rows.distinct_on.is_empty()
            && fields.iter().all(|field| match &field.value {
                FieldValue::Related(related) => match &related.rows.output {
                    Output::Object(fields) => self.is_light(related, fields),
                    Output::List(_) | Output::Aggregate(_) => true,
                },
                _ => true,
            })
    }

    /// Whether an object is a row found by its key, made of columns and of other such objects.
    fn is_light(&self, related: &Related, fields: &[Field]) -> bool {
        related.rows.source == RowSource::Table
            && self.leads_to_one(related.rows.permit.table(), &related.mapping)
            && fields.iter().all(|field| match &field.value {
                FieldValue::Literal(_) | FieldValue::Column { .. } | FieldValue::UpperCase(_) => {
                    true
                }
                FieldValue::Related(related) => match &related.rows.output {
                    Output::Object(fields) => self.is_light(related, fields),
                    Output::List(_) | Output::Aggregate(_) => false,
                },
                FieldValue::Computed { .. } | FieldValue::ComputedRows(_) => false,
            })
    }

    fn shaped_slice<T>(
        &self,
        rows: &Rows,
        source: Source,
        shape: impl FnOnce(&Layers, &mut Select) -> Result<T>,
    ) -> Result<(Select, T)> {
        let mut inner = source.select;
        let above = Row::copied(self.alias(), source.row.table);
        let alias = above.alias;
        let layers = Layers::sliced(source.row, above).of(rows, false);
        let mut select = Select::default();
        let shaped = shape(&layers, &mut select)?;
        if !select.joins.is_empty() {
            select.order = lifted_order(&inner, &layers);
        }
        inner.columns = self.lifted_columns(&layers);
        select.from = Some(FromItem::Select(Box::new(inner), alias));
        Ok((select, shaped))
    }

    /// The rows: filtered by the permit and the client, ordered and sliced.
    pub fn source(&self, rows: &Rows, link: Option<Link<'_>>, most: Most) -> Result<Source> {
        let (mut select, row) = match &rows.source {
            RowSource::Table => self.table_rows(rows.permit.table())?,
            RowSource::Native(call) => self.native_rows(call, rows.permit.table())?,
            RowSource::Function(call) => {
                let row = Row::direct(self.alias(), rows.permit.table());
                let scope = link.map(|l| Scope::at(l.parent));
                let item = match (link, self.called.get()) {
                    (None, Some(called)) => self.returned_by(called, row.alias),
                    _ => FromItem::Function(
                        self.function(call),
                        self.arguments(call, scope)?,
                        row.alias,
                    ),
                };
                let select = Select {
                    from: Some(item),
                    ..Select::default()
                };
                (select, row)
            }
        };
        if let Some(link) = link {
            select.restrict(self.link(link.mapping, link.parent, &row));
        }
        let scope = Scope::at(&row);
        self.keep(&mut select, &self.permitted(rows, link), scope)?;
        self.keep(&mut select, &rows.filter, scope)?;
        self.set_order(&mut select, &row, &rows.distinct_on, &rows.order)?;
        select.limit = self.limit(rows, most);
        select.offset = rows.offset.map(|offset| self.param(offset));
        Ok(Source { select, row })
    }

    /// The permit's filter, without what is known to hold for rows that hang on the parent's.
    fn permitted<'p>(&self, rows: &'p Rows, link: Option<Link<'_>>) -> Cow<'p, Predicate> {
        let filter = rows.permit.filter();
        let Some((link, parent)) = link.and_then(|link| Some((link, link.seen_by?))) else {
            return Cow::Borrowed(filter);
        };
        let child = rows.permit.table();
        let way = Way {
            parent,
            mapping: link.mapping,
            child,
            single: self.leads_to_one(child, link.mapping),
        };
        remaining(filter, way)
    }

    fn limit(&self, rows: &Rows, most: Most) -> Option<Expr> {
        let asked = rows.limit.map(|limit| self.param(limit));
        let permitted = match most {
            Most::Permitted => rows.permit.limit().map(Expr::Number),
            Most::Asked | Most::One => None,
        };
        match (asked, permitted) {
            (Some(asked), Some(permitted)) => Some(Expr::Least(vec![asked, permitted])),
            (asked, permitted) => asked.or(permitted),
        }
    }

    /// Whether a key makes sure that there is one row at most.
    fn is_single(&self, rows: &Rows, link: Option<Link<'_>>) -> bool {
        rows.source == RowSource::Table
            && link.is_some_and(|l| self.leads_to_one(rows.permit.table(), l.mapping))
    }
}

/// Whether not all matching rows are wanted.
pub(super) fn is_sliced(rows: &Rows, most: Most) -> bool {
    rows.limit.is_some()
        || rows.offset.is_some()
        || !rows.distinct_on.is_empty()
        || (most == Most::Permitted && rows.permit.limit().is_some())
}

/// The order of the inner select, said again at the top layer.
pub(super) fn lifted_order(inner: &Select, layers: &Layers) -> Vec<Order> {
    inner
        .order
        .iter()
        .map(|term| Order {
            by: layers.lift(term.by.clone()),
            direction: term.direction,
        })
        .collect()
}
