//! Variables that an operation uses without declaring them. They are looked for before anything is read,
//! also where a directive leaves a selection out.

use crate::document::{Directive, Document, Operation, Selection, Value};
use howdah_error::{Error, Result};
use std::collections::BTreeSet;

/// Refuses the first variable that `is_declared` does not know.
pub(super) fn check(
    document: &Document,
    operation: &Operation,
    is_declared: impl Fn(&str) -> bool,
) -> Result<()> {
    let mut walk = Walk {
        document,
        is_declared,
        done: BTreeSet::new(),
    };
    walk.directives(&operation.directives)?;
    walk.selection(&operation.selection)
}

/// The error for a variable that is not declared.
pub(super) fn unbound(name: &str) -> Error {
    Error::validation(format!("unbound variable \"{name}\""))
}

struct Walk<'d, F> {
    document: &'d Document,
    is_declared: F,
    /// Fragments that were walked: each is looked at once, however often it is spread.
    done: BTreeSet<&'d str>,
}

impl<'d, F: Fn(&str) -> bool> Walk<'d, F> {
    fn selection(&mut self, selection: &'d [Selection]) -> Result<()> {
        for item in selection {
            match item {
                Selection::Field(field) => {
                    self.arguments(&field.arguments)?;
                    self.directives(&field.directives)?;
                    if let Some(selection) = &field.selection {
                        self.selection(selection)?;
                    }
                }
                Selection::Spread { name, directives } => {
                    self.directives(directives)?;
                    let document = self.document;
                    if let Some(fragment) = document.fragments.get(name)
                        && self.done.insert(name)
                    {
                        self.selection(&fragment.selection)?;
                    }
                }
                Selection::Inline {
                    directives,
                    selection,
                    ..
                } => {
                    self.directives(directives)?;
                    self.selection(selection)?;
                }
            }
        }
        Ok(())
    }

    fn directives(&self, directives: &[Directive]) -> Result<()> {
        directives
            .iter()
            .try_for_each(|directive| self.arguments(&directive.arguments))
    }

    fn arguments(&self, arguments: &[(String, Value)]) -> Result<()> {
        arguments
            .iter()
            .try_for_each(|(_, value)| self.value(value))
    }

    fn value(&self, value: &Value) -> Result<()> {
        match value {
            Value::Variable(name) if !(self.is_declared)(name) => Err(unbound(name)),
            Value::List(items) => items.iter().try_for_each(|item| self.value(item)),
            Value::Object(entries) => self.arguments(entries),
            _ => Ok(()),
        }
    }
}
