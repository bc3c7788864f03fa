//! The object type of a table: columns, relationships, computed fields.

use super::{FieldInfo, FieldKind, RoleSchema, TableKey, TypeKey, TypeRef, builtin, input};
use crate::model::{ComputedReturn, Member, Relationship, RelationshipKind};
use howdah_ir::catalog::{ColumnId, TypeId};
use howdah_ir::permit::SelectPermit;
use howdah_ir::scalars::{Family, facts};
use std::sync::Arc;

impl RoleSchema<'_> {
    /// All fields that the role may select.
    pub(super) fn row_fields(&self, key: TableKey) -> Vec<FieldInfo> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        table
            .members
            .iter()
            .filter_map(|(name, member)| self.row_field(key, name, *member))
            .collect()
    }

    /// One field, if the role may select it.
    pub(super) fn row_field(&self, key: TableKey, name: &str, member: Member) -> Option<FieldInfo> {
        let table = self.table(key)?;
        let permit = self.select_permit(key)?;
        let kind = FieldKind::Member(member);
        let name: Arc<str> = name.into();
        match member {
            Member::Column(column) => {
                let column_use = permit.column(column)?;
                let info = self.source(key.0).catalog.column(key.1, column);
                let ty = self.column_type(key, column);
                let nullable = info.nullable || column_use.redaction().is_some();
                Some(FieldInfo {
                    name,
                    description: table.columns.get(column.index())?.description.clone(),
                    args: self.path_argument(key, info.ty),
                    ty: if nullable { ty } else { ty.non_null() },
                    kind,
                })
            }
            Member::Relationship(i) => {
                let (_, relationship) = table.relationships.get_index(i)?;
                let target = TableKey(key.0, relationship.target);
                let target_permit = self.select_permit(target)?;
                let row = TypeRef::from(TypeKey::Row(target));
                let (args, ty) = match relationship.kind {
                    RelationshipKind::Array => (
                        self.select_arguments(target),
                        row.non_null().list().non_null(),
                    ),
                    RelationshipKind::Object => {
                        let nullable =
                            self.object_is_nullable(key, relationship, &permit, &target_permit);
                        (Vec::new(), if nullable { row } else { row.non_null() })
                    }
                };
                Some(FieldInfo {
                    name,
                    description: relationship.description.clone(),
                    args,
                    ty,
                    kind,
                })
            }
            Member::RelationshipAggregate(i) => {
                let (_, relationship) = table.relationships.get_index(i)?;
                let target = TableKey(key.0, relationship.target);
                self.select_permit(target)
                    .filter(SelectPermit::aggregations)?;
                Some(FieldInfo {
                    name,
                    description: Some("An aggregate relationship".into()),
                    args: self.select_arguments(target),
                    ty: TypeRef::from(TypeKey::Aggregate(target)).non_null(),
                    kind,
                })
            }
            Member::NativeRelationship(i) => {
                let (_, relationship) = table.native_relationships.get_index(i)?;
                self.native_relationship_field(&permit, key, relationship, member)
            }
            Member::Computed(i) => {
                let (_, computed) = table.computed_fields.get_index(i)?;
                let mut args = self.computed_arguments(key, i);
                let ty = match computed.returns {
                    ComputedReturn::Scalar(ty) => {
                        permit.computed_field(&computed.name)?;
                        args.extend(self.path_argument(key, ty));
                        self.value_type(key.0, ty)
                    }
                    ComputedReturn::Rows(target) => {
                        let target = TableKey(key.0, target);
                        self.select_permit(target)?;
                        args.extend(self.select_arguments(target));
                        TypeRef::from(TypeKey::Row(target)).non_null().list()
                    }
                };
                Some(FieldInfo {
                    name,
                    description: computed.description.clone(),
                    args,
                    ty,
                    kind,
                })
            }
            Member::ComputedAggregate(i) => {
                let (_, computed) = table.computed_fields.get_index(i)?;
                let ComputedReturn::Rows(target) = computed.returns else {
                    return None;
                };
                let target = TableKey(key.0, target);
                self.select_permit(target)
                    .filter(SelectPermit::aggregations)?;
                let mut args = self.computed_arguments(key, i);
                args.extend(self.select_arguments(target));
                Some(FieldInfo {
                    name,
                    description: computed.description.clone(),
                    args,
                    ty: TypeRef::from(TypeKey::Aggregate(target)).non_null(),
                    kind,
                })
            }
        }
    }

    /// An object relationship is promised to exist only when the database promises it and the role
    /// sees every row that could be there (B13).
    fn object_is_nullable(
        &self,
        _key: TableKey,
        relationship: &Relationship,
        _permit: &SelectPermit,
        target_permit: &SelectPermit,
    ) -> bool {
        relationship.nullable || !target_permit.filter().is_true()
    }

    /// `path: String` of json and jsonb.
    fn path_argument(&self, key: TableKey, ty: TypeId) -> Vec<super::InputInfo> {
        match facts(&self.source(key.0).catalog, ty).family {
            Family::Json | Family::Jsonb => {
                vec![input("path", Some("JSON select path"), builtin("String"))]
            }
            _ => Vec::new(),
        }
    }

    /// Columns with a GraphQL name that the role may read, by name.
    pub(crate) fn readable_columns(&self, key: TableKey) -> Vec<(Arc<str>, ColumnId)> {
        let (Some(table), Some(permit)) = (self.table(key), self.select_permit(key)) else {
            return Vec::new();
        };
        table
            .members
            .iter()
            .filter_map(|(name, member)| match member {
                Member::Column(column) => permit.column(*column).map(|_| (name.clone(), *column)),
                _ => None,
            })
            .collect()
    }

    /// `where`, `order_by`, `distinct_on`, `limit`, `offset`.
    pub(crate) fn select_arguments(&self, key: TableKey) -> Vec<super::InputInfo> {
        let mut args = Vec::with_capacity(5);
        if !self.readable_columns(key).is_empty() {
            args.push(input(
                "distinct_on",
                Some("distinct select on columns"),
                TypeRef::from(TypeKey::SelectColumn(key)).non_null().list(),
            ));
        }
        args.push(input(
            "limit",
            Some("limit the number of rows returned"),
            builtin("Int"),
        ));
        args.push(input(
            "offset",
            Some("skip the first n rows. Use only with order_by"),
            builtin("Int"),
        ));
        args.push(input(
            "order_by",
            Some("sort the rows by one or more columns"),
            TypeRef::from(TypeKey::OrderBy(key)).non_null().list(),
        ));
        args.push(input(
            "where",
            Some("filter the rows returned"),
            TypeRef::from(TypeKey::BoolExp(key)),
        ));
        args
    }
}
