//! Calls of tracked functions and computed fields with the client's arguments.

use super::Lowerer;
use super::selection::Collected;
use super::values::Input;
use crate::model::{ComputedField, SourceId};
use crate::types::{FieldInfo, InputKind, TableKey, TypeKey};
use howdah_error::{Error, Result};
use howdah_ir::catalog::FunctionId;
use howdah_ir::params::{Param, ParamSource, ValueType};
use howdah_ir::predicate::{ArgumentValue, CallArgument, FunctionCall, Operand};
use howdah_ir::query::{Output, RowSource, Rows};

impl<'a> Lowerer<'a> {
    /// The rows of a tracked function.
    pub(super) fn function_rows(
        &mut self,
        source: SourceId,
        index: usize,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Rows> {
        let (key, call, returns_set) = self.tracked_call(source, index, field)?;
        let mut rows = self.list(key, field, info)?;
        if !returns_set && let Output::List(fields) = rows.output {
            rows.output = Output::Object(fields);
        }
        rows.source = RowSource::Function(call);
        Ok(rows)
    }

    /// The aggregate over the rows of a tracked function.
    pub(super) fn function_aggregate(
        &mut self,
        source: SourceId,
        index: usize,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Rows> {
        let (key, call, _) = self.tracked_call(source, index, field)?;
        let mut rows = self.aggregate(key, field, info)?;
        rows.source = RowSource::Function(call);
        Ok(rows)
    }

    fn tracked_call(
        &mut self,
        source: SourceId,
        index: usize,
        field: &Collected<'a>,
    ) -> Result<(TableKey, FunctionCall, bool)> {
        let Some(tracked) = self.schema.source(source).functions.get(index) else {
            return Err(self.fail("the function does not exist"));
        };
        let call = self.call(
            source,
            tracked.id,
            None,
            tracked.session_argument,
            &TypeKey::FunctionArgs(source, index),
            field,
        )?;
        Ok((TableKey(source, tracked.table), call, tracked.returns_set))
    }

    /// The call of a computed field.
    pub(super) fn computed_call_with_arguments(
        &mut self,
        key: TableKey,
        index: usize,
        computed: &ComputedField,
        field: &Collected<'a>,
    ) -> Result<FunctionCall> {
        self.call(
            key.0,
            computed.function,
            Some(computed.row_argument),
            computed.session_argument,
            &TypeKey::ComputedArgs(key, index),
            field,
        )
    }

    /// Arguments in order; what is left out takes its default, and whatever follows is named.
    /// An argument without default that is left out is NULL.
    fn call(
        &mut self,
        source: SourceId,
        function: FunctionId,
        row: Option<usize>,
        session: Option<usize>,
        args_type: &TypeKey,
        field: &Collected<'a>,
    ) -> Result<FunctionCall> {
        let given = self.given_arguments(source, function, args_type, field)?;
        let info = self.schema.source(source).catalog.function(function);
        let mut arguments = Vec::with_capacity(info.arguments.len());
        let mut omitted = false;
        for (i, argument) in info.arguments.iter().enumerate() {
            let value = if Some(i) == row {
                ArgumentValue::Row
            } else if Some(i) == session {
                ArgumentValue::Operand(Operand::SessionObject(argument.ty))
            } else if let Some((_, operand)) = given.iter().find(|(position, _)| *position == i) {
                ArgumentValue::Operand(operand.clone())
            } else if argument.has_default {
                omitted = true;
                continue;
            } else {
                return Err(self.unsupported_call("Non default arguments cannot be omitted"));
            };
            if omitted && argument.name.is_none() {
                let message = "Only last set of positional arguments can be omitted";
                return Err(self.unsupported_call(message));
            }
            let name = if omitted { argument.name.clone() } else { None };
            arguments.push(CallArgument { name, value });
        }
        Ok(FunctionCall {
            function,
            arguments,
        })
    }

    /// PostgreSQL would not know which function is meant, or would be told NULL where nothing was
    /// said.
    fn unsupported_call(&self, message: &str) -> Error {
        let mut path = self.path.clone();
        path.push("args");
        path.push("args");
        Error::not_supported(message).at(path)
    }

    fn given_arguments(
        &mut self,
        source: SourceId,
        function: FunctionId,
        args_type: &TypeKey,
        field: &Collected<'a>,
    ) -> Result<Vec<(usize, Operand)>> {
        let Some(input) = self.argument(field, "args") else {
            return Ok(Vec::new());
        };
        self.path.push("args");
        self.path.push("args");
        let input = self.resolve_shape(input, &args_type.clone().into())?;
        let mut given = Vec::new();
        if !matches!(input, Input::Absent) {
            for (name, value) in self.object(args_type, input)? {
                let Some(info) = self.schema.input_field(args_type, name) else {
                    return Err(self.no_input(args_type, name));
                };
                let InputKind::Argument(position) = info.kind else {
                    continue;
                };
                let catalog = &self.schema.source(source).catalog;
                let Some(ty) = catalog
                    .function(function)
                    .arguments
                    .get(position)
                    .map(|a| a.ty)
                else {
                    continue;
                };
                self.path.push(name);
                let value = self.resolve(value, &info.ty)?;
                if matches!(value, Input::Absent) {
                    self.path.pop();
                    continue;
                }
                let operand = if value.is_null() {
                    self.absent(value);
                    self.null(ValueType::One(ty))
                } else {
                    self.operand(source, ty, &info.ty, value)?
                };
                given.push((position, operand));
                self.path.pop();
            }
        }
        self.path.pop();
        self.path.pop();
        Ok(given)
    }

    pub(super) fn null(&mut self, ty: ValueType) -> Operand {
        Operand::Param(self.params.push(Param {
            ty,
            text: None,
            source: ParamSource::Literal,
        }))
    }
}
