//! Inputs of `where`: `t_bool_exp` and the predicates over aggregates of related rows.

use super::{InputInfo, InputKind, RoleSchema, TableKey, TypeKey, TypeRef, builtin, input};
use crate::model::{ComputedReturn, Member};
use crate::rules::simple_call;
use howdah_ir::catalog::ColumnId;
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::AggregateFunction;
use std::sync::Arc;

/// Aggregates that conditions can be put on, besides `count`.
const PREDICATES: [AggregateFunction; 10] = [
    AggregateFunction::BoolAnd,
    AggregateFunction::BoolOr,
    AggregateFunction::Avg,
    AggregateFunction::Corr,
    AggregateFunction::CovarSamp,
    AggregateFunction::Max,
    AggregateFunction::Min,
    AggregateFunction::Sum,
    AggregateFunction::StddevSamp,
    AggregateFunction::VarSamp,
];

impl RoleSchema<'_> {
    /// Everything rows of a table can be filtered by.
    pub(super) fn condition_inputs(&self, key: TableKey) -> Vec<InputInfo> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        let mut inputs = connectives(key);
        inputs.extend(
            table
                .members
                .iter()
                .filter_map(|(name, member)| self.condition_member(key, name, *member)),
        );
        inputs
    }

    /// One of them by name.
    pub(super) fn condition_input(&self, key: TableKey, name: &str) -> Option<InputInfo> {
        if let Some(member) = self.member(key, name) {
            return self.condition_member(key, name, member);
        }
        connectives(key).into_iter().find(|i| &*i.name == name)
    }

    fn condition_member(&self, key: TableKey, name: &str, member: Member) -> Option<InputInfo> {
        let table = self.table(key)?;
        let permit = self.select_permit(key)?;
        let (ty, kind): (TypeKey, InputKind) = match member {
            Member::Column(column) => {
                permit.column(column)?;
                let ty = match self.column_enum(key, column) {
                    Some(enum_table) => TypeKey::EnumComparison(enum_table),
                    None => {
                        let ty = self.source(key.0).catalog.column(key.1, column).ty;
                        self.comparison_type(key, ty)
                    }
                };
                (ty, InputKind::Column(column))
            }
            Member::Relationship(i) => {
                let (_, relationship) = table.relationships.get_index(i)?;
                let target = TableKey(key.0, relationship.target);
                self.select_permit(target)?;
                (TypeKey::BoolExp(target), InputKind::Relationship(i))
            }
            Member::RelationshipAggregate(i) => {
                if self.snapshot.options.hide_aggregation_predicates {
                    return None;
                }
                let (_, relationship) = table.relationships.get_index(i)?;
                let target = TableKey(key.0, relationship.target);
                self.select_permit(target)
                    .filter(SelectPermit::aggregations)?;
                (
                    TypeKey::AggregateBoolExp(target),
                    InputKind::RelationshipAggregate(i),
                )
            }
            Member::Computed(i) => {
                let (_, computed) = table.computed_fields.get_index(i)?;
                simple_call(self.source(key.0), computed).ok()?;
                let ty = match computed.returns {
                    ComputedReturn::Scalar(ty) => {
                        permit.computed_field(&computed.name)?;
                        self.comparison_type(key, ty)
                    }
                    ComputedReturn::Rows(target) => {
                        let target = TableKey(key.0, target);
                        self.select_permit(target)?;
                        TypeKey::BoolExp(target)
                    }
                };
                (ty, InputKind::Computed(i))
            }
            // Native queries take arguments, for which there is no place here.
            Member::ComputedAggregate(_) | Member::NativeRelationship(_) => return None,
        };
        Some(InputInfo {
            name: name.into(),
            description: None,
            ty: ty.into(),
            default: None,
            shown: None,
            kind,
        })
    }

    fn comparison_type(&self, key: TableKey, ty: howdah_ir::TypeId) -> TypeKey {
        let catalog = &self.source(key.0).catalog;
        let base = catalog.base_type(ty);
        match super::is_list(catalog, base, self.snapshot.options.disable_postgres_arrays) {
            Some(_) => TypeKey::ArrayComparison(key.0, base),
            None => TypeKey::Comparison(key.0, base),
        }
    }

    /// Functions of `t_aggregate_bool_exp`.
    pub(super) fn aggregate_condition_inputs(&self, key: TableKey) -> Vec<InputInfo> {
        let mut inputs = vec![function_input(key, AggregateFunction::Count)];
        for function in PREDICATES {
            if !self.aggregate_argument_columns(key, function).is_empty() {
                inputs.push(function_input(key, function));
            }
        }
        inputs
    }

    /// `arguments`, `distinct`, `filter`, `predicate` of one function.
    pub(super) fn aggregate_condition_of_inputs(
        &self,
        key: TableKey,
        function: AggregateFunction,
    ) -> Vec<InputInfo> {
        let arguments: TypeRef = match function {
            AggregateFunction::Count => TypeRef::from(TypeKey::SelectColumn(key)).non_null().list(),
            _ => TypeRef::from(TypeKey::AggregateBoolExpArguments(key, function)).non_null(),
        };
        let catalog = &self.source(key.0).catalog;
        let compared = match function {
            AggregateFunction::Count => "int4",
            AggregateFunction::BoolAnd | AggregateFunction::BoolOr => "bool",
            _ => "float8",
        };
        let mut inputs = vec![
            input("arguments", None, arguments),
            input("distinct", None, builtin("Boolean")),
            input("filter", None, TypeKey::BoolExp(key).into()),
        ];
        if let Some(ty) = catalog.type_named(compared) {
            inputs.push(input(
                "predicate",
                None,
                TypeRef::from(TypeKey::Comparison(key.0, ty)).non_null(),
            ));
        }
        inputs
    }

    /// `X` and `Y` of functions with two arguments.
    pub(super) fn aggregate_pair_inputs(
        &self,
        key: TableKey,
        function: AggregateFunction,
    ) -> Vec<InputInfo> {
        // The columns of both arguments form the enum of the single-argument form.
        let columns = TypeRef::from(TypeKey::AggregateBoolExpArguments(
            key,
            match function {
                AggregateFunction::Corr | AggregateFunction::CovarSamp => AggregateFunction::Avg,
                other => other,
            },
        ))
        .non_null();
        vec![input("X", None, columns.clone()), input("Y", None, columns)]
    }

    /// Columns that a predicate's function can be taken over.
    pub(super) fn aggregate_argument_columns(
        &self,
        key: TableKey,
        function: AggregateFunction,
    ) -> Vec<(Arc<str>, ColumnId)> {
        let wanted = match function {
            AggregateFunction::BoolAnd | AggregateFunction::BoolOr => "bool",
            _ => "float8",
        };
        let catalog = &self.source(key.0).catalog;
        self.readable_columns(key)
            .into_iter()
            .filter(|(_, column)| {
                let ty = catalog.base_type(catalog.column(key.1, *column).ty);
                &*catalog.ty(ty).name == wanted
            })
            .collect()
    }

    /// Name of the type of a predicate's `arguments`.
    pub(super) fn aggregate_arguments_name(
        &self,
        key: TableKey,
        function: AggregateFunction,
    ) -> String {
        let source = self.source(key.0);
        let base = source.table(key.1).map_or("", |t| &*t.type_base);
        let name = function.name();
        match function {
            AggregateFunction::Corr | AggregateFunction::CovarSamp => source
                .names
                .type_of(base, &format!("_aggregate_bool_exp_{name}_arguments")),
            _ => source.names.type_of(
                base,
                &format!("_select_column_{base}_aggregate_bool_exp_{name}_arguments_columns"),
            ),
        }
    }
}

fn function_input(key: TableKey, function: AggregateFunction) -> InputInfo {
    InputInfo {
        name: function.name().into(),
        description: None,
        ty: TypeKey::AggregateBoolExpOf(key, function).into(),
        default: None,
        shown: None,
        kind: InputKind::Function(function),
    }
}

fn connectives(key: TableKey) -> Vec<InputInfo> {
    let one = TypeRef::from(TypeKey::BoolExp(key));
    let many = one.clone().non_null().list();
    [
        ("_and", many.clone(), InputKind::And),
        ("_not", one, InputKind::Not),
        ("_or", many, InputKind::Or),
    ]
    .into_iter()
    .map(|(name, ty, kind)| InputInfo {
        name: name.into(),
        description: None,
        ty,
        default: None,
        shown: None,
        kind,
    })
    .collect()
}
