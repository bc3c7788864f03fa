//! Root fields of `mutation_root`: updates, deletes, and what all mutations answer.

use super::Lowerer;
use super::selection::Collected;
use super::values::Input;
use crate::model::TableRoot;
use crate::types::{FieldInfo, FieldKind, InputKind, MutationType, TableKey, TypeKey, TypeRef};
use howdah_error::{Result, quoted_list};
use howdah_ir::catalog::ColumnId;
use howdah_ir::mutation::{
    Assignment, Delete, Mutation, MutationField, MutationFieldValue, MutationOutput, Update,
    WriteValue,
};
use howdah_ir::params::ValueType;
use howdah_ir::predicate::{Comparison, Operand, Operator, Predicate};

impl<'a> Lowerer<'a> {
    /// A table's mutation field.
    pub(super) fn mutation(
        &mut self,
        key: TableKey,
        kind: TableRoot,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Mutation> {
        self.written += 1;
        let webhook = match kind {
            TableRoot::Update | TableRoot::UpdateByPk | TableRoot::UpdateMany => {
                let permit = self.schema.update_permit(key);
                permit.and_then(|permit| permit.rules()?.validation.clone())
            }
            TableRoot::Delete | TableRoot::DeleteByPk => {
                let permit = self.schema.delete_permit(key);
                permit.and_then(|permit| permit.rules()?.validation.clone())
            }
            _ => None,
        };
        self.judge_arguments(key, webhook, field, kind == TableRoot::DeleteByPk)?;
        Ok(match kind {
            TableRoot::Insert => Mutation::Insert(self.insert(key, field)?),
            TableRoot::InsertOne => Mutation::Insert(self.insert_one(key, field)?),
            TableRoot::Update => {
                let filter = self.where_argument(key, self.argument(field, "where"))?;
                let output = self.response(key, field)?;
                self.path.push("args");
                let given = field
                    .arguments
                    .iter()
                    .map(|(n, v)| (n.as_str(), Input::Literal(v)));
                let update = self.update(key, given.collect(), filter, output)?;
                self.path.pop();
                Mutation::Update(update)
            }
            TableRoot::UpdateByPk => {
                let filter = match self.argument(field, "pk_columns") {
                    Some(input) => {
                        self.within(["args", "pk_columns"], |l| l.primary_key_object(key, input))?
                    }
                    None => Predicate::FALSE,
                };
                let output = self.single(key, field)?;
                self.path.push("args");
                let given = field
                    .arguments
                    .iter()
                    .map(|(n, v)| (n.as_str(), Input::Literal(v)));
                let update = self.update(key, given.collect(), filter, output)?;
                self.path.pop();
                Mutation::Update(update)
            }
            TableRoot::UpdateMany => Mutation::UpdateMany(self.update_many(key, field)?),
            TableRoot::Delete => {
                let permit = self.delete_permit(key)?;
                let filter = self.where_argument(key, self.argument(field, "where"))?;
                let output = self.response(key, field)?;
                Mutation::Delete(Delete {
                    permit,
                    filter,
                    output,
                })
            }
            TableRoot::DeleteByPk => {
                let permit = self.delete_permit(key)?;
                let mut parts = Vec::new();
                for argument in &info.args {
                    let InputKind::Column(column) = argument.kind else {
                        continue;
                    };
                    let Some(value) = self.argument(field, &argument.name) else {
                        continue;
                    };
                    let part = self.within(["args", &argument.name], |l| {
                        l.key_equality(key, column, &argument.ty, value)
                    })?;
                    parts.push(part);
                }
                let output = self.single(key, field)?;
                Mutation::Delete(Delete {
                    permit,
                    filter: Predicate::all(parts),
                    output,
                })
            }
            _ => return Err(self.fail(format!("the field '{}' is no mutation", field.name))),
        })
    }

    fn delete_permit(&self, key: TableKey) -> Result<howdah_ir::permit::DeletePermit> {
        self.schema
            .delete_permit(key)
            .ok_or_else(|| self.fail("the table cannot be deleted from"))
    }

    fn key_equality(
        &mut self,
        key: TableKey,
        column: ColumnId,
        ty: &TypeRef,
        value: Input<'a>,
    ) -> Result<Predicate> {
        let column_type = self.schema.source(key.0).catalog.column(key.1, column).ty;
        let operand = self.operand(key.0, column_type, ty, value)?;
        let column = self.column_use(key, column)?;
        Ok(Predicate::Column(
            column,
            Comparison::Binary(Operator::Equal, operand),
        ))
    }

    fn primary_key_object(&mut self, key: TableKey, input: Input<'a>) -> Result<Predicate> {
        let ty = TypeKey::Mutation(key, MutationType::PkColumnsInput);
        let input = self.resolve_shape(input, &TypeRef::from(ty.clone()).non_null())?;
        let entries = self.object(&ty, input)?;
        for (name, _) in &entries {
            if self.schema.input_field(&ty, name).is_none() {
                return Err(self.no_input(&ty, name));
            }
        }
        let mut parts = Vec::new();
        for info in self.schema.inputs(&ty) {
            let InputKind::Column(column) = info.kind else {
                continue;
            };
            let Some((name, value)) = entries.iter().find(|(name, _)| **name == *info.name) else {
                self.path.push(info.name.clone());
                return Err(self.fail(format!("missing required field '{}'", info.name)));
            };
            let part = self.within([name], |l| l.key_equality(key, column, &info.ty, *value))?;
            parts.push(part);
        }
        Ok(Predicate::all(parts))
    }

    /// An update from its operators; entries that are no operators are passed over.
    fn update(
        &mut self,
        key: TableKey,
        given: Vec<(&'a str, Input<'a>)>,
        filter: Predicate,
        output: MutationOutput,
    ) -> Result<Update> {
        let Some(permit) = self.schema.update_permit(key) else {
            return Err(self.fail("the table cannot be updated"));
        };
        let mut assignments: Vec<(ColumnId, Assignment)> = Vec::new();
        let mut repeated: Vec<&str> = Vec::new();
        for (name, value) in given {
            let Some(operator) = update_operator(name) else {
                continue;
            };
            let ty = TypeKey::Mutation(key, operator);
            self.path.push(name);
            let value = self.resolve_shape(value, &ty.clone().into())?;
            if !matches!(value, Input::Absent) {
                for (column_name, operand) in self.object(&ty, value)? {
                    let Some(info) = self.schema.input_field(&ty, column_name) else {
                        return Err(self.no_input(&ty, column_name));
                    };
                    let InputKind::Column(column) = info.kind else {
                        continue;
                    };
                    let assignment = self.within([column_name], |l| {
                        l.assignment(key, operator, column, &info.ty, operand)
                    })?;
                    if let Some(assignment) = assignment {
                        if assignments.iter().any(|(used, _)| *used == column)
                            && !repeated.contains(&column_name)
                        {
                            repeated.push(column_name);
                        }
                        assignments.push((column, assignment));
                    }
                }
            }
            self.path.pop();
        }
        if !repeated.is_empty() {
            return Err(self.fail(format!(
                "Column found in multiple operators: {}.",
                quoted_list(repeated)
            )));
        }
        if let Some(rules) = permit.rules() {
            for (column, value) in &rules.presets {
                assignments.push((*column, Assignment::Set(value.clone())));
            }
        }
        Ok(Update {
            permit,
            filter,
            assignments,
            output,
        })
    }

    fn assignment(
        &mut self,
        key: TableKey,
        operator: MutationType,
        column: ColumnId,
        ty: &TypeRef,
        value: Input<'a>,
    ) -> Result<Option<Assignment>> {
        let column_type = self.schema.source(key.0).catalog.column(key.1, column).ty;
        if operator == MutationType::SetInput {
            return Ok(self
                .write_value(key, column, ty, value)?
                .map(Assignment::Set));
        }
        let value = self.resolve(value, ty)?;
        if matches!(value, Input::Absent) {
            return Ok(None);
        }
        let operand_type = match operator {
            MutationType::DeleteKeyInput => self.named_type(key.0, "text")?,
            MutationType::DeleteElemInput => self.named_type(key.0, "int4")?,
            _ => column_type,
        };
        // What is combined with NULL becomes NULL, where the column may hold that.
        let nullable = match operator {
            MutationType::DeleteKeyInput => true,
            MutationType::DeleteElemInput => false,
            _ => self.column_is_nullable(key, column),
        };
        let operand = |l: &mut Self| {
            if nullable && value.is_null() {
                l.absent(value);
                return Ok(l.null(ValueType::One(operand_type)));
            }
            l.operand(key.0, operand_type, ty, value)
        };
        Ok(Some(match operator {
            MutationType::IncInput => Assignment::Increment(operand(self)?),
            MutationType::AppendInput => Assignment::Append(operand(self)?),
            MutationType::PrependInput => Assignment::Prepend(operand(self)?),
            MutationType::DeleteKeyInput => Assignment::DeleteKey(operand(self)?),
            MutationType::DeleteElemInput => Assignment::DeleteElement(operand(self)?),
            _ => {
                let text = self.named_type(key.0, "text")?;
                Assignment::DeleteAtPath(self.list_operand(key.0, text, ty, value)?)
            }
        }))
    }

    /// A value to write: null is NULL, nothing is nothing.
    pub(super) fn write_value(
        &mut self,
        key: TableKey,
        column: ColumnId,
        ty: &TypeRef,
        value: Input<'a>,
    ) -> Result<Option<WriteValue>> {
        let value = self.resolve(value, ty)?;
        if matches!(value, Input::Absent) {
            return Ok(None);
        }
        if value.is_null() && self.column_is_nullable(key, column) {
            self.absent(value);
            return Ok(Some(WriteValue::Null));
        }
        let column_type = self.schema.source(key.0).catalog.column(key.1, column).ty;
        let operand: Operand = self.operand(key.0, column_type, ty, value)?;
        Ok(Some(WriteValue::Operand(operand)))
    }

    fn column_is_nullable(&self, key: TableKey, column: ColumnId) -> bool {
        let catalog = &self.schema.source(key.0).catalog;
        catalog.column(key.1, column).nullable
    }

    fn update_many(&mut self, key: TableKey, field: &Collected<'a>) -> Result<Vec<Update>> {
        let ty = TypeKey::Mutation(key, MutationType::Updates);
        let output = self.response(key, field)?;
        let Some(input) = self.argument(field, "updates") else {
            return Ok(Vec::new());
        };
        self.within(["args", "updates"], |l| {
            let element = TypeRef::from(ty.clone()).non_null();
            let input = l.resolve_shape(input, &element.clone().list().non_null())?;
            if l.absent(input) {
                return Err(l.fail("expected a list, but found null"));
            }
            let mut updates = Vec::new();
            for (i, item) in input.items().into_iter().enumerate() {
                let update = l.at_index(i, |l| {
                    let item = l.resolve_shape(item, &element)?;
                    let entries = l.object(&ty, item)?;
                    for (name, _) in &entries {
                        if l.schema.input_field(&ty, name).is_none() {
                            return Err(l.no_input(&ty, name));
                        }
                    }
                    let Some((_, condition)) = entries.iter().find(|(name, _)| *name == "where")
                    else {
                        l.path.push("where");
                        return Err(l.fail("missing required field 'where'"));
                    };
                    let filter = l.within(["where"], |l| l.condition_input(key, *condition))?;
                    l.update(key, entries, filter, output.clone())
                })?;
                updates.push(update);
            }
            Ok(updates)
        })
    }

    /// The selection on `t_mutation_response`.
    pub(super) fn response(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
    ) -> Result<MutationOutput> {
        let ty = TypeKey::Mutation(key, MutationType::Response);
        let selected = self.subselection(field, &ty)?;
        let mut fields = Vec::with_capacity(selected.len());
        for item in &selected {
            let value = self.within(["selectionSet", item.name], |l| {
                if item.name == "__typename" {
                    l.no_selection(item)?;
                    return Ok(MutationFieldValue::Literal(l.schema.type_name(&ty).into()));
                }
                let Some(info) = l.schema.field(&ty, item.name) else {
                    let type_name = l.schema.type_name(&ty);
                    return Err(l.fail(format!(
                        "field '{}' not found in type: '{type_name}'",
                        item.name
                    )));
                };
                l.check_arguments(item, &info)?;
                if info.kind == FieldKind::AffectedRows {
                    l.no_selection(item)?;
                    return Ok(MutationFieldValue::AffectedRows);
                }
                Ok(MutationFieldValue::Returning(
                    l.permit(key)?,
                    l.row_fields(key, item)?,
                ))
            })?;
            fields.push(MutationField {
                key: item.key.into(),
                value,
            });
        }
        Ok(MutationOutput::Response(fields))
    }

    /// The selection on the single row of `*_one` and `*_by_pk`.
    pub(super) fn single(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
    ) -> Result<MutationOutput> {
        Ok(MutationOutput::Single(
            self.permit(key)?,
            self.row_fields(key, field)?,
        ))
    }
}

fn update_operator(name: &str) -> Option<MutationType> {
    Some(match name {
        "_set" => MutationType::SetInput,
        "_inc" => MutationType::IncInput,
        "_append" => MutationType::AppendInput,
        "_prepend" => MutationType::PrependInput,
        "_delete_key" | "_deleteKey" => MutationType::DeleteKeyInput,
        "_delete_elem" | "_deleteElem" => MutationType::DeleteElemInput,
        "_delete_at_path" | "_deleteAtPath" => MutationType::DeleteAtPathInput,
        _ => return None,
    })
}
