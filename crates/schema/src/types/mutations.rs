//! Types that only mutations use: inputs of rows and changes, responses, conflict options.

use super::{
    EnumValue, FieldInfo, FieldKind, InputInfo, InputKind, MutationType, RoleSchema, TableKey,
    TypeKey, TypeRef, builtin, input,
};
use crate::model::{Member, RelationshipKind};
use howdah_ir::catalog::ColumnId;
use howdah_ir::permit::{InsertPermit, UpdatePermit};
use howdah_ir::scalars::{Family, facts};
use std::sync::Arc;

impl MutationType {
    /// What follows the table's name in the type's name.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Response => "_mutation_response",
            Self::InsertInput => "_insert_input",
            Self::ObjectRelationInsert => "_obj_rel_insert_input",
            Self::ArrayRelationInsert => "_arr_rel_insert_input",
            Self::OnConflict => "_on_conflict",
            Self::Constraint => "_constraint",
            Self::UpdateColumn => "_update_column",
            Self::SetInput => "_set_input",
            Self::IncInput => "_inc_input",
            Self::AppendInput => "_append_input",
            Self::PrependInput => "_prepend_input",
            Self::DeleteKeyInput => "_delete_key_input",
            Self::DeleteElemInput => "_delete_elem_input",
            Self::DeleteAtPathInput => "_delete_at_path_input",
            Self::PkColumnsInput => "_pk_columns_input",
            Self::Updates => "_updates",
        }
    }

    /// The type's description.
    pub(super) fn description(self, table: &str) -> Option<String> {
        Some(match self {
            Self::Response => format!("response of any mutation on the table {table:?}"),
            Self::InsertInput => format!("input type for inserting data into table {table:?}"),
            Self::ObjectRelationInsert => {
                format!("input type for inserting object relation for remote table {table:?}")
            }
            Self::ArrayRelationInsert => {
                format!("input type for inserting array relation for remote table {table:?}")
            }
            Self::OnConflict => format!("on_conflict condition type for table {table:?}"),
            Self::Constraint => format!("unique or primary key constraints on table {table:?}"),
            Self::UpdateColumn => format!("update columns of table {table:?}"),
            Self::SetInput => format!("input type for updating data in table {table:?}"),
            Self::IncInput => {
                format!("input type for incrementing numeric columns in table {table:?}")
            }
            Self::PkColumnsInput => format!("primary key columns input for table: {table}"),
            Self::Updates => return None,
            change => change_description(change)?.to_owned(),
        })
    }
}

/// The operators of an update: argument name, type, description.
const CHANGES: [(&str, MutationType, &str); 7] = [
    (
        "_append",
        MutationType::AppendInput,
        "append existing jsonb value of filtered columns with new jsonb value",
    ),
    (
        "_delete_at_path",
        MutationType::DeleteAtPathInput,
        "delete the field or element with specified path (for JSON arrays, negative integers count from the end)",
    ),
    (
        "_delete_elem",
        MutationType::DeleteElemInput,
        "delete the array element with specified index (negative integers count from the end). throws an error if top level container is not an array",
    ),
    (
        "_delete_key",
        MutationType::DeleteKeyInput,
        "delete key/value pair or string element. key/value pairs are matched based on their key value",
    ),
    (
        "_inc",
        MutationType::IncInput,
        "increments the numeric columns with given value of the filtered values",
    ),
    (
        "_prepend",
        MutationType::PrependInput,
        "prepend existing jsonb value of filtered columns with new jsonb value",
    ),
    (
        "_set",
        MutationType::SetInput,
        "sets the columns of the filtered rows to the given values",
    ),
];

fn change_description(change: MutationType) -> Option<&'static str> {
    CHANGES
        .iter()
        .find(|(_, ty, _)| *ty == change)
        .map(|(_, _, description)| *description)
}

impl RoleSchema<'_> {
    /// The role's right to insert into a table that is part of the schema.
    pub(crate) fn insert_permit(&self, key: TableKey) -> Option<InsertPermit> {
        let source = self.source(key.0);
        source.table(key.1).filter(|t| t.exposed)?;
        source.catalog.table(key.1).writable.insert.then_some(())?;
        source.roles.open_insert(self.role, key.1, self.backend)
    }

    /// The role's right to update a table that is part of the schema.
    pub(crate) fn update_permit(&self, key: TableKey) -> Option<UpdatePermit> {
        let source = self.source(key.0);
        source.table(key.1).filter(|t| t.exposed)?;
        source.catalog.table(key.1).writable.update.then_some(())?;
        source.roles.open_update(self.role, key.1, self.backend)
    }

    /// Columns the role may give when inserting, by GraphQL name.
    pub(crate) fn insertable_columns(&self, key: TableKey) -> Vec<(Arc<str>, ColumnId)> {
        let Some(permit) = self.insert_permit(key) else {
            return Vec::new();
        };
        self.writable_columns(key, |column| match permit.rules() {
            None => true,
            Some(rules) => {
                rules.columns.contains(&column) && !rules.presets.iter().any(|(c, _)| *c == column)
            }
        })
    }

    /// Columns the role may change, by GraphQL name.
    pub(crate) fn updatable_columns(&self, key: TableKey) -> Vec<(Arc<str>, ColumnId)> {
        let Some(permit) = self.update_permit(key) else {
            return Vec::new();
        };
        self.writable_columns(key, |column| match permit.rules() {
            None => true,
            Some(rules) => {
                rules.columns.contains(&column) && !rules.presets.iter().any(|(c, _)| *c == column)
            }
        })
    }

    fn writable_columns(
        &self,
        key: TableKey,
        allowed: impl Fn(ColumnId) -> bool,
    ) -> Vec<(Arc<str>, ColumnId)> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        let catalog = &self.source(key.0).catalog;
        table
            .members
            .iter()
            .filter_map(|(name, member)| match member {
                Member::Column(column) => Some((name.clone(), *column)),
                _ => None,
            })
            .filter(|(_, column)| {
                !catalog.column(key.1, *column).generated_always && allowed(*column)
            })
            .collect()
    }

    /// `affected_rows`, `returning`.
    pub(super) fn response_fields(&self, key: TableKey) -> Vec<FieldInfo> {
        let mut fields = vec![FieldInfo {
            name: "affected_rows".into(),
            description: Some("number of rows affected by the mutation".into()),
            args: Vec::new(),
            ty: builtin("Int").non_null(),
            kind: FieldKind::AffectedRows,
        }];
        if self.select_permit(key).is_some() {
            fields.push(FieldInfo {
                name: "returning".into(),
                description: Some("data from the rows affected by the mutation".into()),
                args: Vec::new(),
                ty: TypeRef::from(TypeKey::Row(key))
                    .non_null()
                    .list()
                    .non_null(),
                kind: FieldKind::Returning,
            });
        }
        fields
    }

    /// Fields of a mutation's input types.
    pub(super) fn mutation_inputs(&self, key: TableKey, ty: MutationType) -> Vec<InputInfo> {
        let of = |ty| TypeRef::from(TypeKey::Mutation(key, ty));
        match ty {
            MutationType::InsertInput => self.insert_fields(key),
            MutationType::ObjectRelationInsert | MutationType::ArrayRelationInsert => {
                let row = of(MutationType::InsertInput).non_null();
                let data = if ty == MutationType::ObjectRelationInsert {
                    row
                } else {
                    row.list().non_null()
                };
                let mut inputs = vec![input("data", None, data)];
                inputs.extend(self.on_conflict_argument(key));
                inputs
            }
            MutationType::OnConflict => {
                let mut columns = input(
                    "update_columns",
                    None,
                    of(MutationType::UpdateColumn).non_null().list().non_null(),
                );
                columns.default = Some("[]");
                let mut inputs = vec![
                    input("constraint", None, of(MutationType::Constraint).non_null()),
                    columns,
                ];
                inputs.push(input("where", None, TypeKey::BoolExp(key).into()));
                inputs
            }
            MutationType::SetInput
            | MutationType::IncInput
            | MutationType::AppendInput
            | MutationType::PrependInput
            | MutationType::DeleteKeyInput
            | MutationType::DeleteElemInput
            | MutationType::DeleteAtPathInput => self.change_fields(key, ty),
            MutationType::PkColumnsInput => self.primary_key_inputs(key),
            MutationType::Updates => {
                let mut inputs = self.change_arguments(key);
                inputs.push(input(
                    "where",
                    Some("filter the rows which have to be updated"),
                    TypeRef::from(TypeKey::BoolExp(key)).non_null(),
                ));
                inputs
            }
            MutationType::Response | MutationType::Constraint | MutationType::UpdateColumn => {
                Vec::new()
            }
        }
    }

    fn insert_fields(&self, key: TableKey) -> Vec<InputInfo> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        let mut inputs: Vec<InputInfo> = self
            .insertable_columns(key)
            .into_iter()
            .map(|(name, column)| self.column_input(key, name, column))
            .collect();
        for (i, (name, relationship)) in table.relationships.iter().enumerate() {
            let target = TableKey(key.0, relationship.target);
            if self.insert_permit(target).is_none() {
                continue;
            }
            let ty = match relationship.kind {
                RelationshipKind::Object => MutationType::ObjectRelationInsert,
                RelationshipKind::Array => MutationType::ArrayRelationInsert,
            };
            inputs.push(InputInfo {
                name: name.clone(),
                description: None,
                ty: TypeKey::Mutation(target, ty).into(),
                default: None,
                shown: None,
                kind: InputKind::Relationship(i),
            });
        }
        inputs
    }

    fn column_input(&self, key: TableKey, name: Arc<str>, column: ColumnId) -> InputInfo {
        let view = self.table(key).and_then(|t| t.columns.get(column.index()));
        InputInfo {
            name,
            description: view.and_then(|v| v.description.clone()),
            ty: self.column_type(key, column),
            default: None,
            shown: None,
            kind: InputKind::Column(column),
        }
    }

    fn change_fields(&self, key: TableKey, ty: MutationType) -> Vec<InputInfo> {
        let catalog = &self.source(key.0).catalog;
        self.updatable_columns(key)
            .into_iter()
            .filter_map(|(name, column)| {
                let facts = facts(catalog, catalog.column(key.1, column).ty);
                let is_enum = self.column_enum(key, column).is_some();
                let fits = match ty {
                    MutationType::SetInput => true,
                    MutationType::IncInput => facts.numeric && !is_enum,
                    _ => facts.family == Family::Jsonb,
                };
                if !fits {
                    return None;
                }
                let mut info = self.column_input(key, name, column);
                match ty {
                    MutationType::DeleteKeyInput => info.ty = builtin("String"),
                    MutationType::DeleteElemInput => info.ty = builtin("Int"),
                    MutationType::DeleteAtPathInput => {
                        info.ty = builtin("String").non_null().list();
                    }
                    _ => {}
                }
                Some(info)
            })
            .collect()
    }

    /// `_set`, `_inc` … as far as there are columns for them.
    pub(super) fn change_arguments(&self, key: TableKey) -> Vec<InputInfo> {
        CHANGES
            .iter()
            .filter(|(_, ty, _)| !self.change_fields(key, *ty).is_empty())
            .map(|(name, ty, description)| {
                input(name, Some(description), TypeKey::Mutation(key, *ty).into())
            })
            .collect()
    }

    /// `on_conflict`, where there are constraints.
    pub(super) fn on_conflict_argument(&self, key: TableKey) -> Option<InputInfo> {
        if self.constraint_values(key).is_empty() {
            return None;
        }
        Some(input(
            "on_conflict",
            Some("upsert condition"),
            TypeKey::Mutation(key, MutationType::OnConflict).into(),
        ))
    }

    /// One required input per primary key column.
    pub(super) fn primary_key_inputs(&self, key: TableKey) -> Vec<InputInfo> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        let info = self.source(key.0).catalog.table(key.1);
        let Some(primary_key) = &info.primary_key else {
            return Vec::new();
        };
        primary_key
            .columns
            .iter()
            .filter_map(|column| {
                let view = table.columns.get(column.index())?;
                let mut input = self.column_input(key, view.name.clone()?, *column);
                input.ty = input.ty.non_null();
                Some(input)
            })
            .collect()
    }

    /// Values of `t_constraint`.
    pub(super) fn constraint_values(&self, key: TableKey) -> Vec<EnumValue> {
        let info = self.source(key.0).catalog.table(key.1);
        info.keys()
            .filter(|constraint| crate::model::is_graphql_name(&constraint.name))
            .map(|constraint| {
                let columns: Vec<String> = constraint
                    .columns
                    .iter()
                    .filter_map(|c| info.columns.get(c.index()))
                    .map(|c| format!("{:?}", &*c.name))
                    .collect();
                EnumValue::new(
                    constraint.name.clone(),
                    Some(
                        format!(
                            "unique or primary key constraint on columns {}",
                            columns.join(", ")
                        )
                        .into(),
                    ),
                )
            })
            .collect()
    }

    /// Values of `t_update_column`; an enum cannot be empty, so that a placeholder stands in.
    pub(super) fn update_column_values(&self, key: TableKey) -> Vec<EnumValue> {
        let values: Vec<EnumValue> = self
            .updatable_columns(key)
            .into_iter()
            .map(|(name, _)| EnumValue::new(name, Some("column name".into())))
            .collect();
        if values.is_empty() {
            return vec![EnumValue::new(
                "_PLACEHOLDER".into(),
                Some("placeholder (do not use)".into()),
            )];
        }
        values
    }
}
