//! `insert`, `update` and `delete`.

use super::arguments::{
    Delete as DeleteArguments, Insert as InsertArguments, Update as UpdateArguments, objects,
};
use super::rights::Write;
use super::{Lowering, args_path, within_args};
use crate::json_value;
use crate::lower::plain_decimal;
use crate::model::{Source, Table};
use howdah_error::{Code, Error, Result, Within};
use howdah_ir::catalog::ColumnId;
use howdah_ir::mutation::{
    Assignment, Delete, Insert, InsertTree, Mutation, MutationField, MutationFieldValue,
    MutationOutput, Update, WriteValue,
};
use howdah_ir::params::{Params, ValueType};
use howdah_ir::permit::{InsertPermit, SelectPermit, UpdatePermit};
use howdah_ir::predicate::Operand;
use howdah_ir::query::{Field, FieldValue};
use howdah_ir::session::Session;
use serde_json::{Map, Value};

/// Lowers `insert`. Its value, as that of the other writes, is `{returning?, affected_rows}`.
///
/// # Errors
/// When the arguments have the wrong form, name what does not exist, or the role may not do it.
pub fn insert(source: &Source, session: &Session, args: &Value) -> Result<(Mutation, Params)> {
    let arguments = InsertArguments::read(args)?;
    let mut lowering = Lowering::new(source, session);
    let insert = within_args(lowering.insert(&arguments))?;
    let paths = vec![args_path(); insert.rows.len()];
    let tree = InsertTree {
        insert,
        nested: Vec::new(),
        paths,
    };
    Ok((Mutation::Insert(tree), lowering.params))
}

/// Lowers `update`.
///
/// # Errors
/// As [`insert`].
pub fn update(source: &Source, session: &Session, args: &Value) -> Result<(Mutation, Params)> {
    let arguments = UpdateArguments::read(args)?;
    let mut lowering = Lowering::new(source, session);
    let update = within_args(lowering.update(&arguments))?;
    Ok((Mutation::Update(update), lowering.params))
}

/// Lowers `delete`.
///
/// # Errors
/// As [`insert`].
pub fn delete(source: &Source, session: &Session, args: &Value) -> Result<(Mutation, Params)> {
    let arguments = DeleteArguments::read(args)?;
    let mut lowering = Lowering::new(source, session);
    let delete = within_args(lowering.delete(&arguments))?;
    Ok((Mutation::Delete(delete), lowering.params))
}

impl Lowering<'_> {
    fn insert(&mut self, arguments: &InsertArguments<'_>) -> Result<Insert> {
        let objects = objects(arguments.objects).within("objects")?;
        let table = self.table(&arguments.table)?;
        self.check_writable(table.id, Write::Insert)?;
        let permit = self.insert_permit(table.id)?;
        let returning = match &arguments.returning {
            // Reading is not needed for writing alone.
            Some(names) => {
                let select = self.select_permit(
                    table.id,
                    "; \"returning\" can only be used if the role has \"select\" permission on the table",
                )?;
                Some(self.returning(select, names)?)
            }
            None => None,
        };
        let mut given: Vec<ColumnId> = Vec::new();
        let mut rows = Vec::with_capacity(objects.len());
        for (i, object) in objects.iter().enumerate() {
            let row = self
                .inserted_row(table, &permit, object, &mut given)
                .within(i)
                .within("objects")?;
            rows.push(row);
        }
        let on_conflict = match &arguments.on_conflict {
            Some(conflict) => Some(match self.on_conflict(table, conflict, &given) {
                // It is told as the database would tell it: of the whole statement.
                Err(error) if *error.code() == Code::ConstraintError => return Err(error),
                other => other.within("on_conflict")?,
            }),
            None => None,
        };
        Ok(Insert {
            permit,
            rows,
            on_conflict,
            output: answer(returning),
        })
    }

    fn inserted_row(
        &mut self,
        table: &Table,
        permit: &InsertPermit,
        object: &Map<String, Value>,
        given: &mut Vec<ColumnId>,
    ) -> Result<Vec<(ColumnId, WriteValue)>> {
        let mut row = Vec::with_capacity(object.len());
        for (name, value) in object {
            let column = self.written_column(table, name, "relationships can't be inserted")?;
            if let Some(rules) = permit.rules() {
                if rules.presets.iter().any(|(preset, _)| *preset == column) {
                    return Err(Error::not_supported(format!(
                        "column {name:?} is not insertable for role {:?}",
                        self.role()
                    )));
                }
                if !rules.columns.contains(&column) {
                    return Err(self.no_column("insert", name));
                }
            }
            let value = self
                .write_value(table, column, value)
                .within(name.as_str())?;
            row.push((column, value));
            if !given.contains(&column) {
                given.push(column);
            }
        }
        if let Some(rules) = permit.rules() {
            row.extend(rules.presets.iter().cloned());
        }
        Ok(row)
    }

    fn update(&mut self, arguments: &UpdateArguments<'_>) -> Result<Update> {
        let table = self.table(&arguments.table).within("table")?;
        self.check_writable(table.id, Write::Update)?;
        let permit = self.update_permit(table.id)?;
        let select = self.select_permit(
            table.id,
            "; \"update\" is only allowed if the role has \"select\" permission as \"where\" can't be used without \"select\" permission on the table",
        )?;
        let assignments = self.assignments(table, &permit, arguments)?;
        let returning = match &arguments.returning {
            Some(names) => Some(self.returning(select, names)?),
            None => None,
        };
        if assignments.is_empty() {
            return Err(Error::new(
                Code::UnexpectedPayload,
                "atleast one of $set, $inc, $mul has to be present",
            ));
        }
        let filter = self.filter(table.id, Some(arguments.filter))?;
        Ok(Update {
            permit,
            filter,
            assignments,
            output: answer(returning),
        })
    }

    fn assignments(
        &mut self,
        table: &Table,
        permit: &UpdatePermit,
        arguments: &UpdateArguments<'_>,
    ) -> Result<Vec<(ColumnId, Assignment)>> {
        let mut assignments = Vec::new();
        if let Some(rules) = permit.rules() {
            let presets = rules.presets.iter().cloned();
            assignments.extend(presets.map(|(column, value)| (column, Assignment::Set(value))));
        }
        for (name, value) in arguments.set.into_iter().flatten() {
            let column = self.updated_column(table, permit, name).within("$set")?;
            let value = self.write_value(table, column, value).within("$set")?;
            assignments.push((column, Assignment::Set(value)));
        }
        type Arithmetic = fn(Operand) -> Assignment;
        let increment: Arithmetic = Assignment::Increment;
        for (key, values, assignment) in [
            ("$inc", arguments.increment, increment),
            ("$mul", arguments.multiply, Assignment::Multiply),
        ] {
            for (name, value) in values.into_iter().flatten() {
                let column = self.updated_column(table, permit, name).within(key)?;
                let operand = self.operand(table, column, value).within(key)?;
                assignments.push((column, assignment(operand)));
            }
        }
        for name in &arguments.default {
            let column = self
                .updated_column(table, permit, name)
                .within("$default")?;
            assignments.push((column, Assignment::Set(WriteValue::Default)));
        }
        Ok(assignments)
    }

    fn updated_column(&self, table: &Table, permit: &UpdatePermit, name: &str) -> Result<ColumnId> {
        let column = self.column_named(table.id, name);
        if let Some(rules) = permit.rules() {
            if rules
                .presets
                .iter()
                .any(|(preset, _)| Some(*preset) == column)
            {
                return Err(Error::not_supported(format!(
                    "column {name:?} is not updatable for role {:?}; its value is predefined in permission",
                    self.role()
                )));
            }
            if !column.is_some_and(|column| rules.columns.contains(&column)) {
                return Err(self.no_column("update", name));
            }
        } else if column.is_none() {
            return Err(self.no_column("update", name));
        }
        self.written_column(table, name, "relationships can't be updated")
    }

    fn delete(&mut self, arguments: &DeleteArguments<'_>) -> Result<Delete> {
        let table = self.table(&arguments.table)?;
        self.check_writable(table.id, Write::Delete)?;
        let permit = self.delete_permit(table.id)?;
        let select = self.select_permit(
            table.id,
            "; \"delete\" is only allowed if the role has \"select\" permission as \"where\" can't be used without \"select\" permission on the table",
        )?;
        let returning = match &arguments.returning {
            Some(names) => Some(self.returning(select, names)?),
            None => None,
        };
        let filter = self.filter(table.id, Some(arguments.filter))?;
        Ok(Delete {
            permit,
            filter,
            output: answer(returning),
        })
    }

    fn write_value(
        &mut self,
        table: &Table,
        column: ColumnId,
        value: &Value,
    ) -> Result<WriteValue> {
        if value.is_null() {
            return Ok(WriteValue::Null);
        }
        self.operand(table, column, value).map(WriteValue::Operand)
    }

    fn operand(&mut self, table: &Table, column: ColumnId, value: &Value) -> Result<Operand> {
        let catalog = &self.source.catalog;
        let ty = catalog.column(table.id, column).ty;
        let mut text = json_value::text(catalog, ty, value)?;
        if value.is_number() && &*catalog.ty(catalog.base_type(ty)).name == "numeric" {
            text = text.map(|digits| in_groups_of_four(&digits));
        }
        Ok(Operand::Param(self.bind(ValueType::One(ty), text)))
    }

    fn returning(&self, permit: SelectPermit, names: &[&str]) -> Result<MutationField> {
        let mut fields: Vec<Field> = Vec::with_capacity(names.len());
        for name in names {
            let column = self.readable_column(&permit, name).within("returning")?;
            if fields.iter().all(|field| &*field.key != *name) {
                fields.push(Field {
                    key: (*name).into(),
                    value: FieldValue::Column { column, path: None },
                });
            }
        }
        Ok(MutationField {
            key: "returning".into(),
            value: MutationFieldValue::Returning(permit, fields),
        })
    }
}

/// Digits behind the point filled up to groups of four: what these operations write has always had
/// such a scale, as that is how numbers go over the wire in binary.
fn in_groups_of_four(number: &str) -> String {
    let mut text = plain_decimal(number);
    if let Some((_, fraction)) = text.split_once('.')
        && fraction.bytes().all(|b| b.is_ascii_digit())
    {
        let missing = fraction.len().next_multiple_of(4) - fraction.len();
        text.push_str(&"0".repeat(missing));
    }
    text
}

fn answer(returning: Option<MutationField>) -> MutationOutput {
    let affected_rows = MutationField {
        key: "affected_rows".into(),
        value: MutationFieldValue::AffectedRows,
    };
    MutationOutput::Response(returning.into_iter().chain([affected_rows]).collect())
}

#[cfg(test)]
mod tests {
    use super::in_groups_of_four;

    #[test]
    fn fractions_are_filled_up() {
        for (given, written) in [
            ("12345.67", "12345.6700"),
            ("-0.00001", "-0.00001000"),
            ("1.2345", "1.2345"),
            ("12", "12"),
            ("1e-3", "0.0010"),
            ("1e-999", "1e-999"),
            ("1.5e-999", "1.5e-999"),
        ] {
            assert_eq!(in_groups_of_four(given), written);
        }
    }
}
