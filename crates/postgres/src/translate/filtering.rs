//! Conditions on rows.

use super::Compiler;
use super::names::Row;
use super::operands::Scope;
use crate::sql::{ColumnName, Expr, FromItem, Select};
use howdah_error::{Error, Result};
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_ir::permit::Target;
use howdah_ir::predicate::{
    AggregatePredicate, ComputedRowsPredicate, Predicate, RelatedPredicate,
};

/// Most conditions on single rows that become joins of a statement.
const MOST_JOINED: u32 = 8;

impl Compiler<'_> {
    /// A condition. `scope.root` is the row of the table that the rule was written for; within a
    /// related row's own rules it is that row.
    pub fn predicate(&self, predicate: &Predicate, scope: Scope<'_>) -> Result<Expr> {
        Ok(match predicate {
            Predicate::And(all) => Expr::all(self.predicates(all, scope)?),
            Predicate::Or(any) => match self.predicates(any, scope)? {
                mut one if one.len() == 1 => one.remove(0),
                any => Expr::Or(any),
            },
            Predicate::Not(inner) => Expr::Not(Box::new(self.predicate(inner, scope)?)),
            Predicate::Column(column, comparison) => {
                let left = self.column_use(column, scope.current)?;
                self.comparison(left, comparison, scope)?
            }
            Predicate::Computed(computed, comparison) => {
                let left = self.computed(computed, scope)?;
                self.comparison(left, comparison, scope)?
            }
            Predicate::Related(related) => {
                let (mut select, row) = self.related_rows(related, scope)?;
                select.restrict(self.predicate(&related.predicate, scope.related(&row))?);
                exists(select)
            }
            Predicate::Exists(target, inner) => {
                let (mut select, row) = self.target(target)?;
                select.restrict(self.predicate(inner, scope.related(&row))?);
                exists(select)
            }
            Predicate::ComputedRows(computed) => {
                let (mut select, row) = self.computed_rows(computed, scope)?;
                select.restrict(self.predicate(&computed.predicate, scope.related(&row))?);
                exists(select)
            }
            Predicate::Aggregate(aggregate) => self.aggregate_predicate(aggregate, scope)?,
        })
    }

    /// Lets a select have only those of its rows for which a predicate holds.
    ///
    /// Related rows that there is one of at most are joined rather than asked for by `exists`: that
    /// says the same, and the planner may begin with any of the tables then, however deep
    /// they are nested. Only so many in a statement: planning time grows with the square of joins
    /// and worse, and whoever sends hundreds of conditions must not buy minutes of it.
    pub fn keep(&self, select: &mut Select, predicate: &Predicate, scope: Scope<'_>) -> Result<()> {
        match predicate {
            Predicate::And(all) => all
                .iter()
                .try_for_each(|part| self.keep(select, part, scope)),
            Predicate::Related(related)
                if self.joined.get() < MOST_JOINED
                    && self.leads_to_one(related.target.table(), &related.mapping) =>
            {
                self.joined.set(self.joined.get() + 1);
                let (mut inner, row) = self.table_rows(related.target.table())?;
                inner.restrict(self.link(&related.mapping, scope.current, &row));
                if let Some(filter) = related.target.filter() {
                    self.keep(&mut inner, filter, Scope::at(&row))?;
                }
                self.keep(&mut inner, &related.predicate, scope.related(&row))?;
                select.required.push((inner, self.alias()));
                Ok(())
            }
            other => {
                select.restrict(self.predicate(other, scope)?);
                Ok(())
            }
        }
    }

    fn predicates(&self, list: &[Predicate], scope: Scope<'_>) -> Result<Vec<Expr>> {
        list.iter().map(|p| self.predicate(p, scope)).collect()
    }

    /// `exists (select 1 from (select agg(…) as v from … where …) as t2 where t2.v > …)`
    fn aggregate_predicate(
        &self,
        aggregate: &AggregatePredicate,
        scope: Scope<'_>,
    ) -> Result<Expr> {
        let (mut inner, row) = self.target(&aggregate.target)?;
        inner.restrict_first(self.link(&aggregate.mapping, scope.current, &row));
        inner.restrict(self.predicate(&aggregate.filter, scope.related(&row))?);
        let arguments = aggregate
            .arguments
            .iter()
            .map(|a| self.column_use(a, &row))
            .collect::<Result<Vec<_>>>()?;
        let value = if aggregate.function == howdah_ir::predicate::AggregateFunction::Count {
            super::aggregates::count(arguments, aggregate.distinct)
        } else {
            Expr::Aggregate {
                name: aggregate.function.name(),
                distinct: aggregate.distinct,
                arguments,
                order: Vec::new(),
            }
        };
        inner.columns = vec![(value, Some(ColumnName::Value))];
        let alias = self.alias();
        let left = Expr::Column(alias, ColumnName::Value);
        let mut select = Select {
            from: Some(FromItem::Select(Box::new(inner), alias)),
            ..Select::default()
        };
        select.restrict(self.comparisons(&left, &aggregate.comparisons, scope)?);
        Ok(exists(select))
    }

    /// A plain select from a table.
    ///
    /// # Errors
    /// When it is no relation of the database.
    pub fn table_rows(&self, id: TableId) -> Result<(Select, Row)> {
        if !self.catalog.is_relation(id) {
            return Err(Error::unexpected("a native query where a table must stand"));
        }
        let row = Row::direct(self.alias(), id);
        let table = self.table(id);
        let select = Select {
            from: Some(FromItem::Table(
                table.schema.clone(),
                table.name.clone(),
                row.alias,
            )),
            ..Select::default()
        };
        Ok((select, row))
    }

    /// The rows of a target that its filter lets through. The filter is a rule of that table.
    pub fn target(&self, target: &Target) -> Result<(Select, Row)> {
        let (mut select, row) = self.table_rows(target.table())?;
        if let Some(filter) = target.filter() {
            select.restrict(self.predicate(filter, Scope::at(&row))?);
        }
        Ok((select, row))
    }

    /// The related rows that a condition looks at, whether it holds for them or not.
    pub fn related_rows(
        &self,
        related: &RelatedPredicate,
        scope: Scope<'_>,
    ) -> Result<(Select, Row)> {
        let (mut select, row) = self.target(&related.target)?;
        select.restrict_first(self.link(&related.mapping, scope.current, &row));
        Ok((select, row))
    }

    /// The rows of a computed field that a condition looks at, whether it holds for them or not.
    pub fn computed_rows(
        &self,
        computed: &ComputedRowsPredicate,
        scope: Scope<'_>,
    ) -> Result<(Select, Row)> {
        let row = Row::direct(self.alias(), computed.target.table());
        let mut select = Select {
            from: Some(FromItem::Function(
                self.function(&computed.call),
                self.arguments(&computed.call, Some(scope))?,
                row.alias,
            )),
            ..Select::default()
        };
        if let Some(filter) = computed.target.filter() {
            select.restrict(self.predicate(filter, Scope::at(&row))?);
        }
        Ok((select, row))
    }

    /// The condition that joins a related row to its parent.
    pub fn link(&self, mapping: &[(ColumnId, ColumnId)], parent: &Row, child: &Row) -> Expr {
        Expr::all(mapping.iter().map(|(of_parent, of_child)| {
            self.raw_column(child, *of_child)
                .binary("=", self.raw_column(parent, *of_parent))
        }))
    }

    /// Whether at most one related row can match.
    pub fn leads_to_one(&self, table: TableId, mapping: &[(ColumnId, ColumnId)]) -> bool {
        let table = self.table(table);
        !table.has_children
            && table.keys().any(|key| {
                key.columns
                    .iter()
                    .all(|column| mapping.iter().any(|(_, of_child)| of_child == column))
            })
    }
}

fn exists(mut select: Select) -> Expr {
    select.columns = vec![(Expr::Number(1), None)];
    Expr::Exists(Box::new(select))
}
