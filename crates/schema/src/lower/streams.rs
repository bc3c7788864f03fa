//! Streaming subscriptions: `t_stream(batch_size, cursor, where)` (I5).

use super::Lowerer;
use super::rebinding::Coercion;
use super::selection::Collected;
use super::values::Input;
use crate::types::{FieldInfo, InputKind, TableKey, TypeKey, TypeRef, builtin};
use howdah_error::Result;
use howdah_ir::params::{ParamId, ValueType};
use howdah_ir::predicate::Operand;
use howdah_ir::query::{Output, RowSource, Rows};
use howdah_ir::stream::{Cursor, Stream};

impl<'a> Lowerer<'a> {
    /// A stream of a table's rows.
    pub(super) fn stream(
        &mut self,
        key: TableKey,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<Stream> {
        let permit = self.permit(key)?;
        self.check_arguments(field, info)?;
        let batch_size = self.batch_size(key, field)?;
        let cursor = self.cursor_argument(key, field)?;
        let filter = self.optional_where(key, self.argument(field, "where"))?;
        let output = Output::List(self.row_fields(key, field)?);
        Ok(Stream {
            rows: Rows {
                permit,
                source: RowSource::Table,
                filter,
                distinct_on: Vec::new(),
                order: Vec::new(),
                limit: None,
                offset: None,
                output,
            },
            cursor,
            batch_size,
        })
    }

    fn batch_size(&mut self, key: TableKey, field: &Collected<'a>) -> Result<ParamId> {
        let Some(input) = self.argument(field, "batch_size") else {
            return Err(self.fail("missing required field 'batch_size'"));
        };
        self.within(["args", "batch_size"], |l| {
            let input = l.resolve(input, &builtin("Int").non_null())?;
            let text = l.limit_text(input)?;
            let ty = l.named_type(key.0, "int8")?;
            Ok(l.bind(ValueType::One(ty), text, input, Coercion::Limit))
        })
    }

    /// Exactly one cursor; nulls in the list count as none.
    fn cursor_argument(&mut self, key: TableKey, field: &Collected<'a>) -> Result<Cursor> {
        let Some(input) = self.argument(field, "cursor") else {
            return Err(self.fail("missing required field 'cursor'"));
        };
        self.within(["args", "cursor"], |l| {
            let element = TypeRef::from(TypeKey::StreamCursor(key));
            let input = l.resolve_shape(input, &element.clone().list().non_null())?;
            if l.absent(input) {
                return Err(l.fail("expected a list, but found null"));
            }
            let mut found = None;
            for (i, item) in input.items().into_iter().enumerate() {
                let read = |l: &mut Self| {
                    let item = l.resolve_shape(item, &element)?;
                    if l.absent(item) {
                        return Ok(None);
                    }
                    l.cursor(key, item).map(Some)
                };
                if let Some(cursor) = l.at_index(i, read)?
                    && found.replace(cursor).is_some()
                {
                    return Err(l.fail("multiple column cursors are not supported yet"));
                }
            }
            found.ok_or_else(|| l.fail("one streaming column field is expected"))
        })
    }

    fn cursor(&mut self, key: TableKey, input: Input<'a>) -> Result<Cursor> {
        let ty = TypeKey::StreamCursor(key);
        let mut ascending = true;
        let mut start = None;
        for (name, value) in self.object(&ty, input)? {
            let Some(info) = self.schema.input_field(&ty, name) else {
                return Err(self.no_input(&ty, name));
            };
            self.path.push(name);
            let value = self.resolve_shape(value, &info.ty)?;
            if info.ty.is_non_null() {
                start = Some(self.initial_value(key, value)?);
            } else if !self.absent(value) {
                let order = self.enum_value(info.ty.key(), value)?;
                ascending = !order.eq_ignore_ascii_case("desc");
            }
            self.path.pop();
        }
        let Some((mut cursor, initial)) = start else {
            self.path.push("initial_value");
            return Err(self.fail("missing required field 'initial_value'"));
        };
        cursor.initial = initial;
        cursor.ascending = ascending;
        Ok(cursor)
    }

    fn initial_value(
        &mut self,
        key: TableKey,
        input: Input<'a>,
    ) -> Result<(Cursor, Option<ParamId>)> {
        let ty = TypeKey::StreamCursorValue(key);
        let mut found = None;
        for (name, value) in self.object(&ty, input)? {
            let column = match self.schema.input_field(&ty, name) {
                Some(info) => match info.kind {
                    InputKind::Column(column) => (column, info.ty),
                    _ => return Err(self.no_input(&ty, name)),
                },
                None => return Err(self.no_input(&ty, name)),
            };
            let (column, location) = column;
            if found.is_some() {
                return Err(self.fail("multiple column cursors are not supported yet"));
            }
            let db_type = self.schema.source(key.0).catalog.column(key.1, column).ty;
            let initial = self.within([name], |l| {
                let value = l.resolve(value, &location)?;
                if l.absent(value) {
                    return Ok(None);
                }
                match l.operand(key.0, db_type, &location, value)? {
                    Operand::Param(id) => Ok(Some(id)),
                    _ => Err(l.fail("the cursor cannot begin here")),
                }
            })?;
            let cursor = Cursor {
                name: name.into(),
                column: self.column_use(key, column)?,
                ascending: true,
                initial: None,
            };
            found = Some((cursor, initial));
        }
        found.ok_or_else(|| self.fail("one streaming column field is expected"))
    }
}
