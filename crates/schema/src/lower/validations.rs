//! Input that webhooks must judge before it is written (H23): what the client gave, as JSON.
//!
//! The values of variables are part of it, so that such an operation depends on all of them.

use super::Lowerer;
use super::selection::Collected;
use super::values::Input;
use crate::types::TableKey;
use howdah_error::Result;
use howdah_ir::validation::InputValidation;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// Input for one webhook.
#[derive(Debug, Clone)]
pub struct Validation {
    /// Who is asked.
    pub webhook: Arc<InputValidation>,
    /// What is judged: rows to insert, or the arguments of updates or of a delete.
    pub input: Vec<Json>,
    /// The table, and which root field it belongs to.
    table: (usize, TableKey),
}

impl<'a> Lowerer<'a> {
    /// Notes a row to insert; rows of a table within one root field are judged together.
    pub(super) fn judge_row(
        &mut self,
        key: TableKey,
        webhook: Option<Arc<InputValidation>>,
        row: Input<'a>,
    ) -> Result<()> {
        let Some(webhook) = webhook else {
            return Ok(());
        };
        let row = self.given(row)?;
        let table = (self.written, key);
        match self.validations.iter_mut().find(|v| v.table == table) {
            Some(known) => known.input.push(row),
            None => self.validations.push(Validation {
                webhook,
                input: vec![row],
                table,
            }),
        }
        Ok(())
    }

    /// Notes the arguments of an update or a delete. Those that name a row by its key stand below
    /// `pk_columns`.
    pub(super) fn judge_arguments(
        &mut self,
        key: TableKey,
        webhook: Option<Arc<InputValidation>>,
        field: &Collected<'a>,
        keyed: bool,
    ) -> Result<()> {
        let Some(webhook) = webhook else {
            return Ok(());
        };
        let mut arguments = Map::new();
        for (name, value) in field.arguments {
            arguments.insert(name.clone(), self.given(Input::Literal(value))?);
        }
        // `updates` is the list itself.
        let input = match arguments.remove("updates") {
            Some(Json::Array(updates)) => updates,
            Some(one) => vec![one],
            None if keyed => vec![Json::Object(
                [("pk_columns".to_owned(), Json::Object(arguments))]
                    .into_iter()
                    .collect(),
            )],
            None => vec![Json::Object(arguments)],
        };
        self.validations.push(Validation {
            webhook,
            input,
            table: (self.written, key),
        });
        Ok(())
    }

    fn given(&mut self, input: Input<'a>) -> Result<Json> {
        if let Some(name) = input.variable() {
            self.variables.note_shape(name);
        }
        self.json(input)
    }
}
