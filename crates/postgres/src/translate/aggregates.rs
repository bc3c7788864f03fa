//! Aggregates over rows, alone or beside the rows themselves.
//!
//! The client's condition, order and slice apply to `aggregate` and `nodes` alike; the permit's
//! limit applies to `nodes` only (E7).

use super::Compiler;
use super::fields::Layers;
use super::names::Row;
use super::objects::{Entries, Shape, array, object, or_empty};
use super::rows::{Link, Most, is_sliced, lifted_order};
use crate::sql::{ColumnName, Expr, FromItem, Join, JoinKind, Order, Select};
use howdah_error::{Error, Result};
use howdah_ir::predicate::AggregateFunction;
use howdah_ir::query::{
    AggregateArgument, AggregateField, AggregateFieldValue, AggregateItem, AggregateValue, Field,
    RowSource, Rows,
};
use std::sync::Arc;

/// `count(*)`, `count(a)`, `count(row(a, b))`, with `distinct`.
pub(super) fn count(mut columns: Vec<Expr>, distinct: bool) -> Expr {
    let arguments = if columns.len() > 1 {
        vec![Expr::RowOf(std::mem::take(&mut columns))]
    } else {
        columns
    };
    Expr::Aggregate {
        name: "count",
        // `count(distinct *)` is no SQL.
        distinct: distinct && !arguments.is_empty(),
        arguments,
        order: Vec::new(),
    }
}

impl Compiler<'_> {
    /// A select of one column `v`: `{aggregate, nodes}`.
    pub fn aggregate(
        &self,
        rows: &Rows,
        fields: &[AggregateField],
        link: Option<Link<'_>>,
    ) -> Result<Select> {
        let has_nodes = fields
            .iter()
            .any(|f| matches!(f.value, AggregateFieldValue::Nodes(_)));
        let has_aggregate = fields
            .iter()
            .any(|f| matches!(f.value, AggregateFieldValue::Aggregate(_)));
        match (has_nodes, &rows.source, rows.permit.limit()) {
            (false, _, _) if !fields.iter().any(computes) => {
                let value = aggregate_object(fields, |part| match part {
                    Part::Items(items) => Ok(constant(items)),
                    Part::Nodes(_) => Err(Error::unexpected("nodes among constants")),
                })?;
                Ok(Select::value(value, ColumnName::Value, None))
            }
            (false, _, _) => self.aggregate_only(rows, link, |layers| {
                aggregate_object(fields, |part| match part {
                    Part::Items(items) => self.items(items, layers),
                    Part::Nodes(_) => Err(Error::unexpected("nodes among aggregates alone")),
                })
            }),
            // Two selects, so that no row is shaped that the limit leaves out.
            (true, RowSource::Table, Some(_)) => self.aggregate_apart(rows, fields, link),
            (true, _, _) if !has_aggregate => self.aggregate_apart(rows, fields, link),
            // A function is called once, whatever its limit.
            (true, _, limit) => self.aggregate_with_nodes(rows, fields, link, limit),
        }
    }

    /// A select of one value over the rows, without the rows themselves.
    fn aggregate_only(
        &self,
        rows: &Rows,
        link: Option<Link<'_>>,
        value: impl FnOnce(&Layers) -> Result<Expr>,
    ) -> Result<Select> {
        let mut source = self.source(rows, link, Most::Asked)?;
        if !is_sliced(rows, Most::Asked) {
            // No order can matter, so that its joins are not needed either.
            source.select.order.clear();
            source.select.joins.clear();
            let layers = Layers::flat(source.row);
            source.select.columns = vec![(value(&layers)?, Some(ColumnName::Value))];
            return Ok(source.select);
        }
        let mut inner = source.select;
        let above = Row::copied(self.alias(), source.row.table);
        let alias = above.alias;
        let layers = Layers::sliced(source.row, above);
        let value = value(&layers)?;
        inner.columns = self.lifted_columns(&layers);
        Ok(Select::value(
            value,
            ColumnName::Value,
            Some(FromItem::Select(Box::new(inner), alias)),
        ))
    }

    /// Each part as a select of its own.
    fn aggregate_apart(
        &self,
        rows: &Rows,
        fields: &[AggregateField],
        link: Option<Link<'_>>,
    ) -> Result<Select> {
        let value = aggregate_object(fields, |part| {
            let select = match part {
                Part::Nodes(nodes) => self.list(rows, nodes, link)?,
                Part::Items(items) if !items.iter().any(item_computes) => {
                    return Ok(constant(items));
                }
                Part::Items(items) => {
                    self.aggregate_only(rows, link, |layers| self.items(items, layers))?
                }
            };
            Ok(Expr::Scalar(Box::new(select)))
        })?;
        Ok(Select::value(value, ColumnName::Value, None))
    }

    /// One select for all parts.
    fn aggregate_with_nodes(
        &self,
        rows: &Rows,
        fields: &[AggregateField],
        link: Option<Link<'_>>,
        limit: Option<u64>,
    ) -> Result<Select> {
        let source = self.source(rows, link, Most::Asked)?;
        let mut inner = source.select;
        let above = Row::copied(self.alias(), source.row.table);
        let alias = above.alias;
        let layers = Layers::sliced(source.row, above);
        let order = lifted_order(&inner, &layers);
        let mut select = Select::default();
        let value = aggregate_object(fields, |part| match part {
            Part::Items(items) => self.items(items, &layers),
            Part::Nodes(nodes) => self.nodes(nodes, &layers, &mut select, order.clone(), limit),
        })?;
        inner.columns = self.lifted_columns(&layers);
        select.columns = vec![(value, Some(ColumnName::Value))];
        select.from = Some(FromItem::Select(Box::new(inner), alias));
        Ok(select)
    }

    /// `coalesce(json_agg(t5.* order by …), '[]')` where `t5` is joined to the rows:
    /// `cross join lateral (select t4.c0 as "id", …) as t5`.
    fn nodes(
        &self,
        fields: &[Field],
        layers: &Layers,
        select: &mut Select,
        order: Vec<Order>,
        limit: Option<u64>,
    ) -> Result<Expr> {
        let entries = self.entries(fields, layers, select)?;
        let mut node = Select::default();
        let shape = self.set_object(&mut node, entries);
        let alias = self.alias();
        select.joins.push(Join {
            kind: JoinKind::Cross,
            select: node,
            alias,
        });
        Ok(match limit {
            None => array(shape.element(alias), order),
            Some(limit) => limited_array(shape, alias, order, limit),
        })
    }

    fn items(&self, items: &[AggregateItem], layers: &Layers) -> Result<Expr> {
        let entries = items
            .iter()
            .map(|item| {
                let value = match &item.value {
                    AggregateValue::Literal(text) => Expr::text(text.clone()),
                    AggregateValue::Count { columns, distinct } => {
                        let columns = columns
                            .iter()
                            .map(|c| self.layered_column(c, layers))
                            .collect::<Result<_>>()?;
                        count(columns, *distinct)
                    }
                    AggregateValue::Function { function, fields } => {
                        self.aggregated(*function, fields, layers)?
                    }
                };
                Ok((item.key.clone(), value))
            })
            .collect::<Result<Entries>>()?;
        Ok(object(entries))
    }

    fn aggregated(
        &self,
        function: AggregateFunction,
        fields: &[(Arc<str>, AggregateArgument)],
        layers: &Layers,
    ) -> Result<Expr> {
        let entries = fields
            .iter()
            .map(|(key, argument)| {
                let (ty, argument) = match argument {
                    AggregateArgument::Literal(text) => {
                        return Ok((key.clone(), Expr::text(text.clone())));
                    }
                    AggregateArgument::Column(column) => (
                        self.catalog.column(layers.base().table, column.column()).ty,
                        self.layered_column(column, layers)?,
                    ),
                    AggregateArgument::Computed(computed) => (
                        self.computed_type(computed),
                        self.layered_computed(computed, layers)?,
                    ),
                };
                let value = Expr::Aggregate {
                    name: function.name(),
                    distinct: false,
                    arguments: vec![argument],
                    order: Vec::new(),
                };
                // As in the old engine the column's type decides what is a string, whatever the
                // aggregate's own type is.
                Ok((key.clone(), self.output(ty, value)))
            })
            .collect::<Result<Entries>>()?;
        Ok(object(entries))
    }
}

/// What has to be computed for a key.
enum Part<'f> {
    Items(&'f [AggregateItem]),
    Nodes(&'f [Field]),
}

/// Whether a field's value comes from the rows. A select of constants alone would have a row for each.
fn computes(field: &AggregateField) -> bool {
    match &field.value {
        AggregateFieldValue::Literal(_) => false,
        AggregateFieldValue::Aggregate(items) => items.iter().any(item_computes),
        AggregateFieldValue::Nodes(_) => true,
    }
}

fn item_computes(item: &AggregateItem) -> bool {
    match &item.value {
        AggregateValue::Literal(_) => false,
        AggregateValue::Count { .. } => true,
        AggregateValue::Function { fields, .. } => fields
            .iter()
            .any(|(_, argument)| !matches!(argument, AggregateArgument::Literal(_))),
    }
}

/// Items that do not compute anything.
fn constant(items: &[AggregateItem]) -> Expr {
    let entries = items.iter().map(|item| {
        let value = match &item.value {
            AggregateValue::Literal(text) => Expr::text(text.clone()),
            AggregateValue::Count { .. } => count(Vec::new(), false),
            AggregateValue::Function { fields, .. } => object(
                fields
                    .iter()
                    .map(|(key, argument)| {
                        let text = match argument {
                            AggregateArgument::Literal(text) => text.clone(),
                            _ => key.clone(),
                        };
                        (key.clone(), Expr::text(text))
                    })
                    .collect(),
            ),
        };
        (item.key.clone(), value)
    });
    object(entries.collect())
}

fn aggregate_object(
    fields: &[AggregateField],
    mut value: impl FnMut(Part<'_>) -> Result<Expr>,
) -> Result<Expr> {
    let entries = fields
        .iter()
        .map(|field| {
            let value = match &field.value {
                AggregateFieldValue::Literal(text) => Expr::text(text.clone()),
                AggregateFieldValue::Aggregate(items) => value(Part::Items(items))?,
                AggregateFieldValue::Nodes(fields) => value(Part::Nodes(fields))?,
            };
            Ok((field.key.clone(), value))
        })
        .collect::<Result<Entries>>()?;
    Ok(object(entries))
}

/// `coalesce(array_to_json((array_agg(… order by …))[1:n]), '[]')`
fn limited_array(shape: Shape, alias: crate::sql::Alias, order: Vec<Order>, limit: u64) -> Expr {
    let all = Expr::Aggregate {
        name: "array_agg",
        distinct: false,
        arguments: vec![shape.object(alias)],
        order,
    };
    or_empty(Expr::builtin(
        "array_to_json",
        vec![Expr::Slice(Box::new(all), limit)],
    ))
}
