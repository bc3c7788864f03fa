//! Rows and the fields selected of them.

use super::Lowerer;
use super::json_path;
use super::selection::Collected;
use super::values::Input;
use crate::model::{ComputedReturn, Member, RelationshipKind};
use crate::types::{FieldInfo, FieldKind, InputKind, TableKey, TypeKey};
use howdah_error::Result;
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::{Comparison, ComputedUse, Operator, Predicate};
use howdah_ir::query::{Field, FieldValue, Output, Related, RowSource, Rows};
use std::sync::Arc;

impl<'a> Lowerer<'a> {
    /// The role's right to read a table.
    pub(super) fn permit(&self, key: TableKey) -> Result<SelectPermit> {
        self.schema
            .select_permit(key)
            .ok_or_else(|| self.fail("the table cannot be read"))
    }

    /// Rows of a table with the usual arguments, as a list.
    pub(super) fn list(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Rows> {
        let mut rows = self.sliced(key, field, info)?;
        rows.output = Output::List(self.row_fields(key, field)?);
        Ok(rows)
    }

    /// Rows with `where`, `order_by`, `distinct_on`, `limit`, `offset` applied, output still open.
    pub(super) fn sliced(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Rows> {
        let permit = self.permit(key)?;
        self.check_arguments(field, info)?;
        let filter = self.optional_where(key, self.argument(field, "where"))?;
        let order = self.order_argument(key, self.argument(field, "order_by"))?;
        let limit = self.limit(field, key.0)?;
        let offset = self.offset(field, key.0)?;
        let distinct = self.argument(field, "distinct_on");
        let distinct_on = self.distinct_argument(key, distinct, &order)?;
        Ok(Rows {
            permit,
            source: RowSource::Table,
            filter,
            distinct_on,
            order,
            limit,
            offset,
            output: Output::List(Vec::new()),
        })
    }

    /// The row with a primary key, or none.
    pub(super) fn by_primary_key(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Rows> {
        let permit = self.permit(key)?;
        let mut parts = Vec::new();
        for argument in &info.args {
            let InputKind::Column(column) = argument.kind else {
                continue;
            };
            let Some(value) = self.argument(field, &argument.name) else {
                continue;
            };
            let ty = self.schema.source(key.0).catalog.column(key.1, column).ty;
            let operand = self.within(["args", &argument.name], |l| {
                l.operand(key.0, ty, &argument.ty, value)
            })?;
            let column = self.column_use(key, column)?;
            parts.push(Predicate::Column(
                column,
                Comparison::Binary(Operator::Equal, operand),
            ));
        }
        let output = Output::Object(self.row_fields(key, field)?);
        Ok(Rows {
            permit,
            source: RowSource::Table,
            filter: Predicate::all(parts),
            distinct_on: Vec::new(),
            order: Vec::new(),
            limit: None,
            offset: None,
            output,
        })
    }

    /// The selection on a table's object type.
    pub(super) fn row_fields(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
    ) -> Result<Vec<Field>> {
        let ty = TypeKey::Row(key);
        let selected = self.subselection(field, &ty)?;
        let mut fields = Vec::with_capacity(selected.len());
        for item in &selected {
            let value =
                self.within(["selectionSet", item.name], |l| l.row_field(key, &ty, item))?;
            fields.push(Field {
                key: item.key.into(),
                value,
            });
        }
        Ok(fields)
    }

    fn row_field(
        &mut self,
        key: TableKey,
        ty: &TypeKey,
        field: &Collected<'a>,
    ) -> Result<FieldValue> {
        if field.name == "__typename" {
            self.no_selection(field)?;
            return Ok(FieldValue::Literal(self.schema.type_name(ty).into()));
        }
        let Some(info) = self.schema.field(ty, field.name) else {
            let type_name = self.schema.type_name(ty);
            return Err(self.fail(format!(
                "field '{}' not found in type: '{type_name}'",
                field.name
            )));
        };
        let FieldKind::Member(member) = info.kind else {
            return Err(self.fail(format!(
                "the field '{}' cannot be selected here",
                field.name
            )));
        };
        self.check_arguments(field, &info)?;
        let table = self.schema.table(key);
        match member {
            Member::Column(column) => {
                self.no_selection(field)?;
                let path = self.path_argument(field)?;
                let style = &self.schema.source(key.0).names;
                if style.renames() && self.schema.column_enum(key, column).is_some() {
                    return Ok(FieldValue::UpperCase(self.column_use(key, column)?));
                }
                Ok(FieldValue::Column {
                    column: self.column_use(key, column)?,
                    path,
                })
            }
            Member::Relationship(i) => {
                let Some((_, relationship)) = table.and_then(|t| t.relationships.get_index(i))
                else {
                    return Err(self.fail("the relationship does not exist"));
                };
                let target = TableKey(key.0, relationship.target);
                let rows = match relationship.kind {
                    RelationshipKind::Array => self.list(target, field, &info)?,
                    RelationshipKind::Object => {
                        let mut rows = self.sliced(target, field, &info)?;
                        rows.output = Output::Object(self.row_fields(target, field)?);
                        rows
                    }
                };
                Ok(FieldValue::Related(Box::new(Related {
                    mapping: relationship.mapping.clone(),
                    rows,
                })))
            }
            Member::RelationshipAggregate(i) => {
                let Some((_, relationship)) = table.and_then(|t| t.relationships.get_index(i))
                else {
                    return Err(self.fail("the relationship does not exist"));
                };
                let target = TableKey(key.0, relationship.target);
                let rows = self.aggregate(target, field, &info)?;
                Ok(FieldValue::Related(Box::new(Related {
                    mapping: relationship.mapping.clone(),
                    rows,
                })))
            }
            Member::NativeRelationship(i) => {
                let Some((_, relationship)) =
                    table.and_then(|t| t.native_relationships.get_index(i))
                else {
                    return Err(self.fail("the relationship does not exist"));
                };
                let target = TableKey(key.0, relationship.target);
                let rows = match relationship.kind {
                    RelationshipKind::Array => self.native_list(target, field, &info)?,
                    RelationshipKind::Object => self.native_object(target, field, &info)?,
                };
                Ok(FieldValue::Related(Box::new(Related {
                    mapping: relationship.mapping.clone(),
                    rows,
                })))
            }
            Member::Computed(i) => {
                let Some((_, computed)) = table.and_then(|t| t.computed_fields.get_index(i)) else {
                    return Err(self.fail("the computed field does not exist"));
                };
                let call = self.computed_call_with_arguments(key, i, computed, field)?;
                match computed.returns {
                    ComputedReturn::Scalar(_) => {
                        self.no_selection(field)?;
                        let redaction = self
                            .permit(key)?
                            .computed_field(&computed.name)
                            .ok_or_else(|| self.fail("the computed field cannot be read"))?;
                        let path = self.path_argument(field)?;
                        let computed = ComputedUse { call, redaction };
                        Ok(FieldValue::Computed { computed, path })
                    }
                    ComputedReturn::Rows(table) => {
                        let target = TableKey(key.0, table);
                        let mut rows = self.list(target, field, &info)?;
                        rows.source = RowSource::Function(call);
                        Ok(FieldValue::ComputedRows(Box::new(rows)))
                    }
                }
            }
            Member::ComputedAggregate(i) => {
                let Some((_, computed)) = table.and_then(|t| t.computed_fields.get_index(i)) else {
                    return Err(self.fail("the computed field does not exist"));
                };
                let ComputedReturn::Rows(table) = computed.returns else {
                    return Err(self.fail("the computed field returns no rows"));
                };
                let call = self.computed_call_with_arguments(key, i, computed, field)?;
                let mut rows = self.aggregate(TableKey(key.0, table), field, &info)?;
                rows.source = RowSource::Function(call);
                Ok(FieldValue::ComputedRows(Box::new(rows)))
            }
        }
    }

    /// The `path` argument of json and jsonb; no steps count as none.
    fn path_argument(&mut self, field: &Collected<'a>) -> Result<Option<Vec<Arc<str>>>> {
        let Some(input) = self.argument(field, "path") else {
            return Ok(None);
        };
        self.within(["args", "path"], |l| {
            let input = l.resolve_shape(input, &crate::types::builtin("String"))?;
            if matches!(input, Input::Absent) {
                return Ok(None);
            }
            let Some(text) = input.string() else {
                return Err(l.fail(format!(
                    "expected a string for type 'String', but found {}",
                    input.describe()
                )));
            };
            let steps = json_path::parse(text).ok_or_else(|| {
                l.fail(format!(
                    "parse json path error: {text}. Accept letters, digits, underscore (_) or hyphen (-) only. Use single quotes enclosed in bracket (['...']) if there is any special character"
                ))
            })?;
            Ok((!steps.is_empty()).then_some(steps))
        })
    }
}
