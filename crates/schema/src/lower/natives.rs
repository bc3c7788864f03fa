//! Calls of native queries with the client's arguments.

use super::Lowerer;
use super::selection::Collected;
use super::values::Input;
use crate::types::{FieldInfo, InputKind, TableKey, TypeKey};
use howdah_error::Result;
use howdah_ir::params::ValueType;
use howdah_ir::predicate::Operand;
use howdah_ir::query::{NativeCall, Output, RowSource, Rows};

impl<'a> Lowerer<'a> {
    /// Rows of a native query as a list.
    pub(super) fn native_list(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Rows> {
        // The role's right comes before anything that the client says.
        self.permit(key)?;
        let call = self.native_call(key, field)?;
        let mut rows = self.list(key, field, info)?;
        rows.source = RowSource::Native(call);
        Ok(rows)
    }

    /// One row of a native query.
    pub(super) fn native_object(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Rows> {
        let mut rows = self.native_list(key, field, info)?;
        if let Output::List(fields) = rows.output {
            rows.output = Output::Object(fields);
        }
        Ok(rows)
    }

    /// A value for every argument: what is left out, which only a nullable one can be, is NULL.
    fn native_call(&mut self, key: TableKey, field: &Collected<'a>) -> Result<NativeCall> {
        let Some(query) = self.schema.native(key) else {
            return Err(self.fail("the native query does not exist"));
        };
        let id = query.id;
        let types: Vec<_> = query.arguments.iter().map(|argument| argument.ty).collect();
        let mut given: Vec<Option<Operand>> = vec![None; types.len()];
        if let Some(input) = self.argument(field, "args") {
            self.path.push("args");
            self.path.push("args");
            let args_type = TypeKey::NativeArgs(key);
            let args_ref = crate::types::TypeRef::from(args_type.clone()).non_null();
            let input = self.resolve_shape(input, &args_ref)?;
            if !matches!(input, Input::Absent) {
                for (name, value) in self.object(&args_type, input)? {
                    let Some(info) = self.schema.input_field(&args_type, name) else {
                        return Err(self.no_input(&args_type, name));
                    };
                    let InputKind::NativeArgument(position) = info.kind else {
                        continue;
                    };
                    let (Some(ty), Some(place)) = (types.get(position), given.get_mut(position))
                    else {
                        continue;
                    };
                    self.path.push(name);
                    let value = self.resolve(value, &info.ty)?;
                    if !matches!(value, Input::Absent) {
                        *place = Some(if value.is_null() && !info.ty.is_non_null() {
                            self.absent(value);
                            self.null(ValueType::One(*ty))
                        } else {
                            self.operand(key.0, *ty, &info.ty, value)?
                        });
                    }
                    self.path.pop();
                }
            }
            self.path.pop();
            self.path.pop();
        }
        let missing = query.arguments.iter().zip(&given);
        let missing = missing.map(|(argument, given)| (argument, given.is_none()));
        for (argument, is_missing) in missing {
            if is_missing && !argument.nullable {
                let name = argument.name.clone();
                return self.within(["args", "args", &name], |l| {
                    Err(l.fail(format!("missing required field '{name}'")))
                });
            }
        }
        let arguments = given
            .into_iter()
            .zip(types)
            .map(|(given, ty)| given.unwrap_or_else(|| self.null(ValueType::One(ty))))
            .collect();
        Ok(NativeCall {
            query: id,
            arguments,
        })
    }
}
