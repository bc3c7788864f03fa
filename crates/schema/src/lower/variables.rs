//! Variables of an operation: declared types, given values, and how they are read at a position.

use super::unbound::{self, unbound};
use super::values::Input;
use crate::document::{Document, Operation, TypeExpr, Value};
use crate::types::{RoleSchema, TypeRef};
use howdah_error::{Error, Result};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A variable with its value.
struct Variable<'a> {
    ty: &'a TypeExpr,
    value: Given<'a>,
    has_default: bool,
}

/// What a variable holds.
#[derive(Clone, Copy)]
enum Given<'a> {
    Json(&'a Json),
    Default(&'a Value),
    /// Nullable, without default and value: null, or absent under an experimental flag.
    Unbound,
}

/// All variables of an operation.
pub(super) struct Variables<'a> {
    schema: RoleSchema<'a>,
    by_name: BTreeMap<&'a str, Variable<'a>>,
    shape: RefCell<BTreeSet<String>>,
    /// How often a variable was read without its value having become a parameter since.
    unbound_reads: RefCell<BTreeMap<&'a str, i64>>,
}

impl<'a> Variables<'a> {
    /// Binds given values to definitions.
    pub(super) fn new(
        schema: RoleSchema<'a>,
        document: &Document,
        operation: &'a Operation,
        given: &'a serde_json::Map<String, Json>,
    ) -> Result<Self> {
        let mut by_name = BTreeMap::new();
        for definition in &operation.variables {
            let value = match given.get(&definition.name) {
                Some(Json::Null)
                    if definition.ty.is_non_null()
                        && !schema.snapshot.options.null_in_non_nullable_variables =>
                {
                    return Err(Error::validation(format!(
                        "null value found for non-nullable type: \"{}\"",
                        definition.ty
                    )));
                }
                Some(value) => Given::Json(value),
                None => match &definition.default {
                    Some(default) => Given::Default(default),
                    None if definition.ty.is_non_null() => {
                        return Err(Error::validation(format!(
                            "expecting a value for non-nullable variable: \"{}\"",
                            definition.name
                        )));
                    }
                    None => Given::Unbound,
                },
            };
            let variable = Variable {
                ty: &definition.ty,
                value,
                // A default of null lets no variable in where null is not allowed.
                has_default: definition
                    .default
                    .as_ref()
                    .is_some_and(|d| *d != Value::Null),
            };
            if by_name.insert(definition.name.as_str(), variable).is_some() {
                return Err(Error::parse_failed(format!(
                    "multiple definitions for variable \"{}\"",
                    definition.name
                )));
            }
        }
        unbound::check(document, operation, |name| by_name.contains_key(name))?;
        let unexpected: Vec<&str> = given
            .keys()
            .map(String::as_str)
            .filter(|name| !by_name.contains_key(name))
            .collect();
        if !unexpected.is_empty() {
            return Err(Error::validation(format!(
                "unexpected variables in variableValues: {}",
                unexpected.join(", ")
            )));
        }
        Ok(Variables {
            schema,
            by_name,
            shape: RefCell::default(),
            unbound_reads: RefCell::default(),
        })
    }

    /// No variables at all.
    pub(super) fn none(schema: RoleSchema<'a>) -> Self {
        Variables {
            schema,
            by_name: BTreeMap::new(),
            shape: RefCell::default(),
            unbound_reads: RefCell::default(),
        }
    }

    /// The variables whose values changed the form of the tree: those that were noted, and, to be on
    /// the safe side, those that were read somewhere without becoming a parameter there.
    pub(super) fn into_shape(self) -> BTreeSet<String> {
        let mut shape = self.shape.into_inner();
        let reads = self.unbound_reads.into_inner();
        let unbound = reads.into_iter().filter(|(_, count)| *count > 0);
        shape.extend(unbound.map(|(name, _)| name.to_owned()));
        shape
    }

    /// Notes that a value read from a variable became a parameter.
    pub(super) fn note_bound(&self, name: &str) {
        if let Some(count) = self.unbound_reads.borrow_mut().get_mut(name) {
            *count -= 1;
        }
    }

    /// Notes that a variable's value changes the form of the tree.
    pub(super) fn note_shape(&self, name: &str) {
        self.shape.borrow_mut().insert(name.to_owned());
    }

    /// The value behind an input at a position of a type. `location_default` says whether the
    /// position has a default of its own, which lets a nullable variable in.
    pub(super) fn resolve(
        &self,
        input: Input<'a>,
        location: &TypeRef,
        location_default: bool,
    ) -> Result<Input<'a>> {
        let Input::Literal(Value::Variable(name)) = input else {
            return Ok(input);
        };
        let variable = self.variable(name)?;
        *self.unbound_reads.borrow_mut().entry(name).or_default() += 1;
        if !self.usable(variable, location, location_default) {
            return Err(Error::validation(format!(
                "variable '{name}' is declared as '{}', but used where '{}' is expected",
                variable.ty,
                self.schema.display(location)
            )));
        }
        Ok(self.value(name, variable))
    }

    /// The value of a variable used inside a JSON literal, where no type is expected.
    pub(super) fn untyped(&self, name: &str) -> Result<Input<'a>> {
        let (name, variable) = self
            .by_name
            .get_key_value(name)
            .ok_or_else(|| unbound(name))?;
        Ok(self.value(name, variable))
    }

    fn value(&self, name: &'a str, variable: &Variable<'a>) -> Input<'a> {
        match variable.value {
            Given::Json(value) => Input::Json(value, Some(name)),
            Given::Default(value) => {
                self.note_shape(name);
                Input::Literal(value)
            }
            Given::Unbound => {
                self.note_shape(name);
                if self
                    .schema
                    .snapshot
                    .options
                    .no_null_unbound_variable_default
                {
                    Input::Absent
                } else {
                    Input::Literal(&Value::Null)
                }
            }
        }
    }

    fn variable(&self, name: &str) -> Result<&Variable<'a>> {
        self.by_name.get(name).ok_or_else(|| unbound(name))
    }

    fn usable(&self, variable: &Variable<'_>, location: &TypeRef, location_default: bool) -> bool {
        if location.is_non_null() && !variable.ty.is_non_null() {
            let has_default = variable.has_default || location_default;
            return has_default && self.fits(variable.ty, location.nullable());
        }
        self.fits(variable.ty, location)
    }

    fn fits(&self, declared: &TypeExpr, location: &TypeRef) -> bool {
        match (declared, location) {
            (declared, TypeRef::NonNull(inner)) => {
                declared.is_non_null() && self.fits(declared, inner)
            }
            (TypeExpr::List(declared, _), TypeRef::List(inner)) => self.fits(declared, inner),
            (TypeExpr::Named(name, _), TypeRef::Named(key)) => *name == self.schema.type_name(key),
            _ => false,
        }
    }
}
