//! `order_by` and `distinct_on`.

use super::Lowerer;
use super::values::Input;
use crate::model::{ComputedReturn, Member};
use crate::rules::simple_call;
use crate::types::{InputKind, TableKey, TypeKey, TypeRef};
use howdah_error::Result;
use howdah_ir::permit::ColumnUse;
use howdah_ir::predicate::{AggregateFunction, ComputedUse, FunctionCall};
use howdah_ir::query::{Direction, OrderAggregate, OrderBy, OrderTerm};

impl<'a> Lowerer<'a> {
    /// The `order_by` argument; empty when it is not given.
    pub(super) fn order_argument(
        &mut self,
        key: TableKey,
        input: Option<Input<'a>>,
    ) -> Result<Vec<OrderTerm>> {
        let Some(input) = input else {
            return Ok(Vec::new());
        };
        self.within(["args", "order_by"], |l| {
            let element = TypeRef::from(TypeKey::OrderBy(key)).non_null();
            let input = l.resolve_shape(input, &element.clone().list())?;
            if l.absent(input) {
                return Ok(Vec::new());
            }
            let mut terms = Vec::new();
            for (i, item) in input.items().into_iter().enumerate() {
                let read = |l: &mut Self| {
                    let item = l.resolve_shape(item, &element)?;
                    l.order(key, item)
                };
                terms.extend(l.at_index(i, read)?);
            }
            Ok(terms)
        })
    }

    fn order(&mut self, key: TableKey, input: Input<'a>) -> Result<Vec<OrderTerm>> {
        let ty = TypeKey::OrderBy(key);
        let mut terms = Vec::new();
        for (name, value) in self.object(&ty, input)? {
            let Some(info) = self.schema.input_field(&ty, name) else {
                return Err(self.no_input(&ty, name));
            };
            self.path.push(name);
            let value = self.resolve_shape(value, &info.ty)?;
            // A null direction or object orders by nothing.
            if !self.absent(value) {
                match info.kind {
                    InputKind::Column(column) => {
                        let column = self.column_use(key, column)?;
                        let direction = self.direction(info.ty.key(), value)?;
                        terms.push(OrderTerm {
                            by: OrderBy::Column(column),
                            direction,
                        });
                    }
                    InputKind::Relationship(i) => {
                        terms.extend(self.order_related(key, i, value)?);
                    }
                    InputKind::RelationshipAggregate(i) => {
                        terms.extend(self.order_aggregate(key, i, value)?);
                    }
                    InputKind::Computed(i) => {
                        terms.extend(self.order_computed(key, i, info.ty.key(), value)?)
                    }
                    InputKind::ComputedAggregate(i) => {
                        terms.extend(self.order_computed_aggregate(key, i, value)?);
                    }
                    _ => return Err(self.no_input(&ty, name)),
                }
            }
            self.path.pop();
        }
        Ok(terms)
    }

    fn direction(&mut self, ty: &TypeKey, value: Input<'a>) -> Result<Direction> {
        let name = self.enum_value(ty, value)?;
        Ok(match &*name {
            "asc_nulls_first" => Direction::AscNullsFirst,
            "desc" | "desc_nulls_first" => Direction::DescNullsFirst,
            "desc_nulls_last" => Direction::DescNullsLast,
            _ => Direction::AscNullsLast,
        })
    }

    fn order_related(
        &mut self,
        key: TableKey,
        index: usize,
        value: Input<'a>,
    ) -> Result<Vec<OrderTerm>> {
        let table = self.schema.table(key);
        let Some((_, relationship)) = table.and_then(|t| t.relationships.get_index(index)) else {
            return Err(self.fail("the relationship does not exist"));
        };
        let target = TableKey(key.0, relationship.target);
        let Some(permit) = self.schema.select_permit(target) else {
            return Err(self.fail("the relationship cannot be read"));
        };
        let inner = self.order(target, value)?;
        Ok(inner
            .into_iter()
            .map(|term| OrderTerm {
                by: OrderBy::Related {
                    mapping: relationship.mapping.clone(),
                    target: permit.target(),
                    by: Box::new(term.by),
                },
                direction: term.direction,
            })
            .collect())
    }

    fn order_aggregate(
        &mut self,
        key: TableKey,
        index: usize,
        value: Input<'a>,
    ) -> Result<Vec<OrderTerm>> {
        let table = self.schema.table(key);
        let Some((_, relationship)) = table.and_then(|t| t.relationships.get_index(index)) else {
            return Err(self.fail("the relationship does not exist"));
        };
        let target = TableKey(key.0, relationship.target);
        let Some(permit) = self.schema.select_permit(target) else {
            return Err(self.fail("the relationship cannot be read"));
        };
        let aggregates = self.order_aggregates(target, value)?;
        Ok(aggregates
            .into_iter()
            .map(|(aggregate, direction)| OrderTerm {
                by: OrderBy::Aggregate {
                    mapping: relationship.mapping.clone(),
                    target: permit.target(),
                    aggregate,
                },
                direction,
            })
            .collect())
    }

    fn order_aggregates(
        &mut self,
        target: TableKey,
        value: Input<'a>,
    ) -> Result<Vec<(OrderAggregate, Direction)>> {
        let ty = TypeKey::AggregateOrderBy(target);
        let mut terms = Vec::new();
        for (name, given) in self.object(&ty, value)? {
            let Some(info) = self.schema.input_field(&ty, name) else {
                return Err(self.no_input(&ty, name));
            };
            self.path.push(name);
            let given = self.resolve_shape(given, &info.ty)?;
            if !self.absent(given) {
                match info.kind {
                    InputKind::Function(AggregateFunction::Count) => {
                        let direction = self.direction(info.ty.key(), given)?;
                        terms.push((OrderAggregate::Count, direction));
                    }
                    InputKind::Function(function) => {
                        terms.extend(self.order_function(target, function, given)?);
                    }
                    _ => return Err(self.no_input(&ty, name)),
                }
            }
            self.path.pop();
        }
        Ok(terms)
    }

    fn order_function(
        &mut self,
        target: TableKey,
        function: AggregateFunction,
        value: Input<'a>,
    ) -> Result<Vec<(OrderAggregate, Direction)>> {
        let ty = TypeKey::AggregateOverOrderBy(target, function);
        let mut terms = Vec::new();
        for (name, given) in self.object(&ty, value)? {
            let Some(info) = self.schema.input_field(&ty, name) else {
                return Err(self.no_input(&ty, name));
            };
            let InputKind::Column(column) = info.kind else {
                return Err(self.no_input(&ty, name));
            };
            self.path.push(name);
            let given = self.resolve_shape(given, &info.ty)?;
            if !self.absent(given) {
                let column = self.column_use(target, column)?;
                let direction = self.direction(info.ty.key(), given)?;
                terms.push((OrderAggregate::Column(function, column), direction));
            }
            self.path.pop();
        }
        Ok(terms)
    }

    fn computed_call(
        &self,
        key: TableKey,
        index: usize,
    ) -> Result<(&'a crate::model::ComputedField, FunctionCall)> {
        let table = self.schema.table(key);
        let Some((_, computed)) = table.and_then(|t| t.computed_fields.get_index(index)) else {
            return Err(self.fail("the computed field does not exist"));
        };
        let call = simple_call(self.schema.source(key.0), computed)
            .map_err(|e| e.at(self.path.clone()))?;
        Ok((computed, call))
    }

    fn order_computed(
        &mut self,
        key: TableKey,
        index: usize,
        ty: &TypeKey,
        value: Input<'a>,
    ) -> Result<Vec<OrderTerm>> {
        let (computed, call) = self.computed_call(key, index)?;
        let Some(redaction) = self
            .schema
            .select_permit(key)
            .and_then(|p| p.computed_field(&computed.name))
        else {
            return Err(self.fail("the computed field cannot be read"));
        };
        let direction = self.direction(ty, value)?;
        Ok(vec![OrderTerm {
            by: OrderBy::Computed(ComputedUse { call, redaction }),
            direction,
        }])
    }

    fn order_computed_aggregate(
        &mut self,
        key: TableKey,
        index: usize,
        value: Input<'a>,
    ) -> Result<Vec<OrderTerm>> {
        let (computed, call) = self.computed_call(key, index)?;
        let ComputedReturn::Rows(table) = computed.returns else {
            return Err(self.fail("the computed field returns no rows"));
        };
        let target = TableKey(key.0, table);
        let Some(permit) = self.schema.select_permit(target) else {
            return Err(self.fail("the computed field cannot be read"));
        };
        let aggregates = self.order_aggregates(target, value)?;
        Ok(aggregates
            .into_iter()
            .map(|(aggregate, direction)| OrderTerm {
                by: OrderBy::ComputedAggregate {
                    call: call.clone(),
                    target: permit.target(),
                    aggregate,
                },
                direction,
            })
            .collect())
    }

    /// A column through the role's permit.
    pub(super) fn column_use(
        &self,
        key: TableKey,
        column: howdah_ir::ColumnId,
    ) -> Result<ColumnUse> {
        self.schema
            .select_permit(key)
            .and_then(|permit| permit.column(column))
            .ok_or_else(|| self.fail("the column cannot be read"))
    }

    /// A readable column by its GraphQL name.
    pub(super) fn readable_column(&self, key: TableKey, name: &str) -> Result<ColumnUse> {
        match self.schema.member(key, name) {
            Some(Member::Column(column)) => self.column_use(key, column),
            _ => Err(self.fail(format!("'{name}' is no column"))),
        }
    }

    /// A list of `t_select_column`. The value is resolved.
    pub(super) fn columns(&mut self, key: TableKey, input: Input<'a>) -> Result<Vec<ColumnUse>> {
        let ty = TypeKey::SelectColumn(key);
        let element = TypeRef::from(ty.clone()).non_null();
        let mut columns = Vec::new();
        for (i, item) in input.items().into_iter().enumerate() {
            let read = |l: &mut Self| {
                let item = l.resolve_shape(item, &element)?;
                let name = l.enum_value(&ty, item)?;
                l.readable_column(key, &name)
            };
            columns.push(self.at_index(i, read)?);
        }
        Ok(columns)
    }

    /// The `distinct_on` argument; its columns must lead the order.
    pub(super) fn distinct_argument(
        &mut self,
        key: TableKey,
        input: Option<Input<'a>>,
        order: &[OrderTerm],
    ) -> Result<Vec<ColumnUse>> {
        let Some(input) = input else {
            return Ok(Vec::new());
        };
        let ty = TypeRef::from(TypeKey::SelectColumn(key)).non_null().list();
        let columns = self.within(["args", "distinct_on"], |l| {
            let input = l.resolve_shape(input, &ty)?;
            if l.absent(input) {
                Ok(Vec::new())
            } else {
                l.columns(key, input)
            }
        })?;
        if !order.is_empty() && !columns.is_empty() {
            let leading: Vec<_> = order.iter().take(columns.len()).collect();
            let matches = leading.len() == columns.len()
                && leading.iter().all(|term| match &term.by {
                    OrderBy::Column(column) => {
                        columns.iter().any(|c| c.column() == column.column())
                    }
                    _ => false,
                });
            if !matches {
                self.path.push("args");
                return Err(
                    self.fail("\"distinct_on\" columns must match initial \"order_by\" columns")
                );
            }
        }
        Ok(columns)
    }
}
