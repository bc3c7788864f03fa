//! `aggregate` and `nodes`.

use super::Lowerer;
use super::selection::Collected;
use crate::types::{FieldInfo, FieldKind, TableKey, TypeKey, TypeRef};
use howdah_error::Result;
use howdah_ir::predicate::{AggregateFunction, ComputedUse};
use howdah_ir::query::{
    AggregateArgument, AggregateField, AggregateFieldValue, AggregateItem, AggregateValue, Output,
    Rows,
};
use std::sync::Arc;

impl<'a> Lowerer<'a> {
    /// Rows of a table with the usual arguments, aggregated.
    pub(super) fn aggregate(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Rows> {
        let mut rows = self.sliced(key, field, info)?;
        let ty = TypeKey::Aggregate(key);
        let selected = self.subselection(field, &ty)?;
        let mut fields = Vec::with_capacity(selected.len());
        for item in &selected {
            let value = self.within(["selectionSet", item.name], |l| {
                if item.name == "__typename" {
                    l.no_selection(item)?;
                    return Ok(AggregateFieldValue::Literal(l.schema.type_name(&ty).into()));
                }
                let info = l.known_field(&ty, item)?;
                match info.kind {
                    FieldKind::Aggregate => Ok(AggregateFieldValue::Aggregate(
                        l.aggregate_items(key, item)?,
                    )),
                    _ => Ok(AggregateFieldValue::Nodes(l.row_fields(key, item)?)),
                }
            })?;
            fields.push(AggregateField {
                key: item.key.into(),
                value,
            });
        }
        rows.output = Output::Aggregate(fields);
        Ok(rows)
    }

    fn known_field(&mut self, ty: &TypeKey, field: &Collected<'a>) -> Result<FieldInfo> {
        let Some(info) = self.schema.field(ty, field.name) else {
            let type_name = self.schema.type_name(ty);
            return Err(self.fail(format!(
                "field '{}' not found in type: '{type_name}'",
                field.name
            )));
        };
        self.check_arguments(field, &info)?;
        Ok(info)
    }

    fn aggregate_items(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
    ) -> Result<Vec<AggregateItem>> {
        let ty = TypeKey::AggregateFields(key);
        let selected = self.subselection(field, &ty)?;
        let mut items = Vec::with_capacity(selected.len());
        for item in &selected {
            let value = self.within(["selectionSet", item.name], |l| {
                if item.name == "__typename" {
                    l.no_selection(item)?;
                    return Ok(AggregateValue::Literal(l.schema.type_name(&ty).into()));
                }
                let info = l.known_field(&ty, item)?;
                match info.kind {
                    FieldKind::AggregateOver(function) => l.aggregate_function(key, function, item),
                    _ => l.count(key, item),
                }
            })?;
            items.push(AggregateItem {
                key: item.key.into(),
                value,
            });
        }
        Ok(items)
    }

    fn count(&mut self, key: TableKey, field: &Collected<'a>) -> Result<AggregateValue> {
        self.no_selection(field)?;
        let mut columns = Vec::new();
        if let Some(input) = self.argument(field, "columns") {
            columns = self.within(["args", "columns"], |l| {
                let ty = TypeRef::from(TypeKey::SelectColumn(key)).non_null().list();
                let input = l.resolve_shape(input, &ty)?;
                if l.absent(input) {
                    Ok(Vec::new())
                } else {
                    l.columns(key, input)
                }
            })?;
        }
        let distinct = match self.argument(field, "distinct") {
            Some(input) => self.within(["args", "distinct"], |l| l.given_boolean(input))?,
            None => false,
        };
        Ok(AggregateValue::Count { columns, distinct })
    }

    fn aggregate_function(
        &mut self,
        key: TableKey,
        function: AggregateFunction,
        field: &Collected<'a>,
    ) -> Result<AggregateValue> {
        let ty = TypeKey::AggregateOver(key, function);
        let selected = self.subselection(field, &ty)?;
        let mut fields: Vec<(Arc<str>, AggregateArgument)> = Vec::with_capacity(selected.len());
        for item in &selected {
            let argument = self.within(["selectionSet", item.name], |l| {
                if item.name == "__typename" {
                    l.no_selection(item)?;
                    return Ok(AggregateArgument::Literal(l.schema.type_name(&ty).into()));
                }
                let info = l.known_field(&ty, item)?;
                l.no_selection(item)?;
                match info.kind {
                    FieldKind::AggregateColumn(column) => {
                        Ok(AggregateArgument::Column(l.column_use(key, column)?))
                    }
                    FieldKind::AggregateComputed(i) => {
                        let table = l.schema.table(key);
                        let Some((_, computed)) =
                            table.and_then(|t| t.computed_fields.get_index(i))
                        else {
                            return Err(l.fail("the computed field does not exist"));
                        };
                        let call = l.computed_call_with_arguments(key, i, computed, item)?;
                        let redaction = l
                            .permit(key)?
                            .computed_field(&computed.name)
                            .ok_or_else(|| l.fail("the computed field cannot be read"))?;
                        Ok(AggregateArgument::Computed(ComputedUse { call, redaction }))
                    }
                    _ => Err(l.fail(format!("the field '{}' cannot be selected here", item.name))),
                }
            })?;
            fields.push((item.key.into(), argument));
        }
        Ok(AggregateValue::Function { function, fields })
    }
}
