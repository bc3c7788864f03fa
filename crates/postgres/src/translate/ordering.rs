//! Order and `distinct on`.

use super::Compiler;
use super::names::Row;
use super::operands::Scope;
use crate::sql::{ColumnName, Expr, FromItem, Join, JoinKind, Order, Select};
use howdah_error::Result;
use howdah_ir::permit::{ColumnUse, Target};
use howdah_ir::query::{Direction, OrderAggregate, OrderBy, OrderTerm};

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::AscNullsLast => "asc nulls last",
        Direction::AscNullsFirst => "asc nulls first",
        Direction::DescNullsFirst => "desc nulls first",
        Direction::DescNullsLast => "desc nulls last",
    }
}

impl Compiler<'_> {
    /// Sets order and `distinct on` of a select from `row`; joins that order terms need are added
    /// to it.
    pub fn set_order(
        &self,
        select: &mut Select,
        row: &Row,
        distinct_on: &[ColumnUse],
        order: &[OrderTerm],
    ) -> Result<()> {
        select.distinct_on = distinct_on
            .iter()
            .map(|column| self.column_use(column, row))
            .collect::<Result<_>>()?;
        for term in order {
            let same = match &term.by {
                OrderBy::Column(column) => distinct_on.iter().position(|d| d == column),
                _ => None,
            };
            // PostgreSQL wants the very expression of `distinct on`, down to its aliases.
            let by = match same.and_then(|i| select.distinct_on.get(i)) {
                Some(same) => same.clone(),
                None => self.order_by(&term.by, row, &mut select.joins)?,
            };
            select.order.push(Order {
                by,
                direction: direction(term.direction),
            });
        }
        Ok(())
    }

    fn order_by(&self, by: &OrderBy, row: &Row, joins: &mut Vec<Join>) -> Result<Expr> {
        match by {
            OrderBy::Column(column) => self.column_use(column, row),
            OrderBy::Computed(computed) => self.computed(computed, Scope::at(row)),
            OrderBy::Related {
                mapping,
                target,
                by,
            } => {
                let (mut select, related) = self.target(target)?;
                select.restrict_first(self.link(mapping, row, &related));
                let value = self.order_by(by, &related, &mut select.joins)?;
                select.columns = vec![(value, Some(ColumnName::Value))];
                if !self.leads_to_one(target.table(), mapping) {
                    select.limit = Some(Expr::Number(1));
                }
                let alias = self.alias();
                joins.push(Join {
                    kind: JoinKind::Left,
                    select,
                    alias,
                });
                Ok(Expr::Column(alias, ColumnName::Value))
            }
            OrderBy::Aggregate {
                mapping,
                target,
                aggregate,
            } => {
                let (mut select, related) = self.target(target)?;
                select.restrict_first(self.link(mapping, row, &related));
                self.order_aggregate(select, &related, aggregate)
            }
            OrderBy::ComputedAggregate {
                call,
                target,
                aggregate,
            } => {
                let (select, related) = self.called_target(call, target, row)?;
                self.order_aggregate(select, &related, aggregate)
            }
        }
    }

    fn called_target(
        &self,
        call: &howdah_ir::predicate::FunctionCall,
        target: &Target,
        row: &Row,
    ) -> Result<(Select, Row)> {
        let returned = Row::direct(self.alias(), target.table());
        let arguments = self.arguments(call, Some(Scope::at(row)))?;
        let item = FromItem::Function(self.function(call), arguments, returned.alias);
        let mut select = Select {
            from: Some(item),
            ..Select::default()
        };
        if let Some(filter) = target.filter() {
            select.restrict(self.predicate(filter, Scope::at(&returned))?);
        }
        Ok((select, returned))
    }

    fn order_aggregate(
        &self,
        mut select: Select,
        row: &Row,
        aggregate: &OrderAggregate,
    ) -> Result<Expr> {
        let (name, arguments) = match aggregate {
            OrderAggregate::Count => ("count", Vec::new()),
            OrderAggregate::Column(function, column) => {
                (function.name(), vec![self.column_use(column, row)?])
            }
            OrderAggregate::Computed(function, computed) => (
                function.name(),
                vec![self.computed(computed, Scope::at(row))?],
            ),
        };
        let value = Expr::Aggregate {
            name,
            distinct: false,
            arguments,
            order: Vec::new(),
        };
        select.columns = vec![(value, None)];
        Ok(Expr::Scalar(Box::new(select)))
    }
}
