//! Types of aggregates: `t_aggregate`, `t_aggregate_fields`, `t_sum_fields` …

use super::{FieldInfo, FieldKind, RoleSchema, TableKey, TypeKey, TypeRef, builtin, input};
use crate::model::{ComputedReturn, Member};
use howdah_ir::catalog::{ColumnId, TypeId};
use howdah_ir::predicate::AggregateFunction;
use howdah_ir::scalars::facts;
use std::sync::Arc;

/// Aggregates that need numbers.
const NUMERIC: [AggregateFunction; 8] = [
    AggregateFunction::Sum,
    AggregateFunction::Avg,
    AggregateFunction::Stddev,
    AggregateFunction::StddevPop,
    AggregateFunction::StddevSamp,
    AggregateFunction::Variance,
    AggregateFunction::VarPop,
    AggregateFunction::VarSamp,
];

/// Aggregates that need an order.
const COMPARABLE: [AggregateFunction; 2] = [AggregateFunction::Max, AggregateFunction::Min];

/// All aggregates over single columns.
pub(super) const FUNCTIONS: [AggregateFunction; 10] = [
    NUMERIC[0],
    NUMERIC[1],
    NUMERIC[2],
    NUMERIC[3],
    NUMERIC[4],
    NUMERIC[5],
    NUMERIC[6],
    NUMERIC[7],
    COMPARABLE[0],
    COMPARABLE[1],
];

impl RoleSchema<'_> {
    /// `aggregate` and `nodes`.
    pub(super) fn aggregate_fields(&self, key: TableKey) -> Vec<FieldInfo> {
        vec![
            FieldInfo {
                name: "aggregate".into(),
                description: None,
                args: Vec::new(),
                ty: TypeKey::AggregateFields(key).into(),
                kind: FieldKind::Aggregate,
            },
            FieldInfo {
                name: "nodes".into(),
                description: None,
                args: Vec::new(),
                ty: TypeRef::from(TypeKey::Row(key))
                    .non_null()
                    .list()
                    .non_null(),
                kind: FieldKind::Nodes,
            },
        ]
    }

    /// `count` and the functions that have something to work on.
    pub(super) fn aggregate_functions(&self, key: TableKey) -> Vec<FieldInfo> {
        let mut args = Vec::new();
        if !self.readable_columns(key).is_empty() {
            args.push(input(
                "columns",
                None,
                TypeRef::from(TypeKey::SelectColumn(key)).non_null().list(),
            ));
        }
        args.push(input("distinct", None, builtin("Boolean")));
        let mut fields = vec![FieldInfo {
            name: "count".into(),
            description: None,
            args,
            ty: builtin("Int").non_null(),
            kind: FieldKind::Count,
        }];
        for function in FUNCTIONS {
            if self.aggregate_columns(key, function).is_empty() {
                continue;
            }
            fields.push(FieldInfo {
                name: function.name().into(),
                description: None,
                args: Vec::new(),
                ty: TypeKey::AggregateOver(key, function).into(),
                kind: FieldKind::AggregateOver(function),
            });
        }
        fields
    }

    /// Columns and computed fields that a function can be taken over.
    pub(super) fn aggregate_columns(
        &self,
        key: TableKey,
        function: AggregateFunction,
    ) -> Vec<FieldInfo> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        let Some(permit) = self.select_permit(key) else {
            return Vec::new();
        };
        let mut fields: Vec<FieldInfo> = self
            .aggregatable_columns(key, function)
            .into_iter()
            .map(|(name, column)| FieldInfo {
                description: table
                    .columns
                    .get(column.index())
                    .and_then(|c| c.description.clone()),
                args: Vec::new(),
                ty: self.aggregate_type(function, self.column_type(key, column)),
                kind: FieldKind::AggregateColumn(column),
                name,
            })
            .collect();
        for (i, (name, computed)) in table.computed_fields.iter().enumerate() {
            let ComputedReturn::Scalar(ty) = computed.returns else {
                continue;
            };
            if permit.computed_field(name).is_none() || !self.fits(key, function, ty) {
                continue;
            }
            fields.push(FieldInfo {
                name: name.clone(),
                description: computed.description.clone(),
                args: self.computed_arguments(key, i),
                ty: self.aggregate_type(function, self.value_type(key.0, ty)),
                kind: FieldKind::AggregateComputed(i),
            });
        }
        fields
    }

    fn aggregate_type(&self, function: AggregateFunction, column: TypeRef) -> TypeRef {
        match function {
            AggregateFunction::Max | AggregateFunction::Min | AggregateFunction::Sum => column,
            _ => builtin("Float"),
        }
    }

    /// Whether a function can be taken over a type.
    fn fits(&self, key: TableKey, function: AggregateFunction, ty: TypeId) -> bool {
        let facts = facts(&self.source(key.0).catalog, ty);
        if COMPARABLE.contains(&function) {
            facts.comparable
        } else {
            facts.numeric
        }
    }

    /// Readable columns that a function can be taken over; values of enum tables are left out.
    pub(super) fn aggregatable_columns(
        &self,
        key: TableKey,
        function: AggregateFunction,
    ) -> Vec<(Arc<str>, ColumnId)> {
        let catalog = &self.source(key.0).catalog;
        self.readable_columns(key)
            .into_iter()
            .filter(|(_, column)| self.column_enum(key, *column).is_none())
            .filter(|(_, column)| self.fits(key, function, catalog.column(key.1, *column).ty))
            .collect()
    }

    /// A column or computed field of a table by its GraphQL name.
    pub(crate) fn member(&self, key: TableKey, name: &str) -> Option<Member> {
        self.table(key)?.members.get(name).copied()
    }
}
