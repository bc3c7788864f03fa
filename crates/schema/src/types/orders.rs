//! Inputs of `order_by`.

use super::{InputInfo, InputKind, RoleSchema, TableKey, TypeKey, TypeRef, builtin};
use crate::model::{ComputedReturn, Member, RelationshipKind};
use crate::rules::simple_call;
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::AggregateFunction;
use std::sync::Arc;

impl RoleSchema<'_> {
    /// Everything rows of a table can be ordered by.
    pub(super) fn order_inputs(&self, key: TableKey) -> Vec<InputInfo> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        table
            .members
            .iter()
            .filter_map(|(name, member)| self.order_member(key, name, *member))
            .collect()
    }

    /// One of them by name.
    pub(super) fn order_input(&self, key: TableKey, name: &str) -> Option<InputInfo> {
        let member = self.member(key, name)?;
        self.order_member(key, name, member)
    }

    fn order_member(&self, key: TableKey, name: &str, member: Member) -> Option<InputInfo> {
        let table = self.table(key)?;
        let permit = self.select_permit(key)?;
        let (ty, kind): (TypeRef, InputKind) = match member {
            Member::Column(column) => {
                permit.column(column)?;
                (builtin("order_by"), InputKind::Column(column))
            }
            Member::Relationship(i) => {
                let (_, relationship) = table.relationships.get_index(i)?;
                if relationship.kind == RelationshipKind::Array {
                    return None;
                }
                let target = TableKey(key.0, relationship.target);
                self.select_permit(target)?;
                (TypeKey::OrderBy(target).into(), InputKind::Relationship(i))
            }
            Member::RelationshipAggregate(i) => {
                let (_, relationship) = table.relationships.get_index(i)?;
                let target = TableKey(key.0, relationship.target);
                self.select_permit(target)
                    .filter(SelectPermit::aggregations)?;
                (
                    TypeKey::AggregateOrderBy(target).into(),
                    InputKind::RelationshipAggregate(i),
                )
            }
            Member::NativeRelationship(_) => return None,
            Member::Computed(i) => {
                let (_, computed) = table.computed_fields.get_index(i)?;
                simple_call(self.source(key.0), computed).ok()?;
                let ComputedReturn::Scalar(_) = computed.returns else {
                    return None;
                };
                permit.computed_field(&computed.name)?;
                (builtin("order_by"), InputKind::Computed(i))
            }
            Member::ComputedAggregate(i) => {
                let (_, computed) = table.computed_fields.get_index(i)?;
                simple_call(self.source(key.0), computed).ok()?;
                let ComputedReturn::Rows(target) = computed.returns else {
                    return None;
                };
                let target = TableKey(key.0, target);
                self.select_permit(target)
                    .filter(SelectPermit::aggregations)?;
                (
                    TypeKey::AggregateOrderBy(target).into(),
                    InputKind::ComputedAggregate(i),
                )
            }
        };
        Some(InputInfo {
            name: name.into(),
            description: None,
            ty,
            default: None,
            shown: None,
            kind,
        })
    }

    /// `count` and the functions that have columns.
    pub(super) fn aggregate_order_inputs(&self, key: TableKey) -> Vec<InputInfo> {
        let mut inputs = vec![InputInfo {
            name: "count".into(),
            description: None,
            ty: builtin("order_by"),
            default: None,
            shown: None,
            kind: InputKind::Function(AggregateFunction::Count),
        }];
        for function in super::aggregates::FUNCTIONS {
            if self.aggregatable_columns(key, function).is_empty() {
                continue;
            }
            inputs.push(InputInfo {
                name: function.name().into(),
                description: None,
                ty: TypeKey::AggregateOverOrderBy(key, function).into(),
                default: None,
                shown: None,
                kind: InputKind::Function(function),
            });
        }
        inputs
    }

    /// Columns of one function.
    pub(super) fn aggregate_over_order_inputs(
        &self,
        key: TableKey,
        function: AggregateFunction,
    ) -> Vec<InputInfo> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        self.aggregatable_columns(key, function)
            .into_iter()
            .map(|(name, column): (Arc<str>, _)| InputInfo {
                name,
                description: table
                    .columns
                    .get(column.index())
                    .and_then(|c| c.description.clone()),
                ty: builtin("order_by"),
                default: None,
                shown: None,
                kind: InputKind::Column(column),
            })
            .collect()
    }
}
