//! Reading values at their positions: builtin types, enums, database values.

use super::Lowerer;
use super::rebinding::{Bound, Coercion, Position};
use super::selection::Collected;
use super::values::{Input, whole_number, with_fraction};
use crate::document::{MAX_DEPTH, Value};
use crate::json_value;
use crate::model::{SourceId, is_graphql_name};
use crate::types::{TypeKey, TypeRef, builtin};
use howdah_error::{Error, Result, quoted_list};
use howdah_ir::catalog::TypeId;
use howdah_ir::params::{Param, ParamId, ParamSource, ValueType};
use howdah_ir::predicate::Operand;
use howdah_ir::values::array_literal;
use serde_json::Value as Json;
use std::sync::Arc;

impl<'a> Lowerer<'a> {
    /// An argument as given.
    ///
    /// A naming convention may show it in another case; whether the name is right was checked before.
    pub(super) fn argument(&self, field: &Collected<'a>, name: &str) -> Option<Input<'a>> {
        let shown = crate::naming::camel(name);
        field
            .arguments
            .iter()
            .find(|(n, _)| *n == name || *n == shown)
            .map(|(_, value)| Input::Literal(value))
    }

    /// The value behind variables, checked against the type of the position.
    pub(super) fn resolve(&mut self, input: Input<'a>, ty: &TypeRef) -> Result<Input<'a>> {
        // Whoever reads more of it than a plain value makes the tree depend on it; plain values take
        // the note of this reading back by binding a parameter (see `bind`).
        self.variables
            .resolve(input, ty, false)
            .map_err(|e| e.at(self.path.clone()))
    }

    /// As [`Self::resolve`], for positions where the value decides the form of the tree.
    pub(super) fn resolve_shape(&mut self, input: Input<'a>, ty: &TypeRef) -> Result<Input<'a>> {
        let value = self.resolve(input, ty)?;
        if let Some(name) = value.variable() {
            self.variables.note_shape(name);
        }
        Ok(value)
    }

    fn expected(&self, what: &str, type_name: &str, found: Input<'_>) -> Error {
        self.fail(format!(
            "expected {what} for type '{type_name}', but found {}",
            found.describe()
        ))
    }

    /// `Boolean!` that decides the form of the tree.
    pub(super) fn boolean_value(&mut self, value: &'a Value) -> Result<bool> {
        let input = self.resolve_shape(Input::Literal(value), &builtin("Boolean").non_null())?;
        input
            .boolean()
            .ok_or_else(|| self.expected("a boolean", "Boolean", input))
    }

    /// `Boolean` that decides the form of the tree; null counts as false.
    pub(super) fn optional_boolean(&mut self, input: Input<'a>) -> Result<bool> {
        let input = self.resolve_shape(input, &builtin("Boolean"))?;
        if input.is_null() || matches!(input, Input::Absent) {
            return Ok(false);
        }
        input
            .boolean()
            .ok_or_else(|| self.expected("a boolean", "Boolean", input))
    }

    /// `Boolean` that decides the form of the tree and may be left out, but not be null.
    pub(super) fn given_boolean(&mut self, input: Input<'a>) -> Result<bool> {
        let input = self.resolve_shape(input, &builtin("Boolean"))?;
        if matches!(input, Input::Absent) {
            return Ok(false);
        }
        input
            .boolean()
            .ok_or_else(|| self.expected("a boolean", "Boolean", input))
    }

    /// `Int` that is only checked.
    pub(super) fn int_value(&mut self, value: &'a Value) -> Result<()> {
        let input = self.resolve_shape(Input::Literal(value), &builtin("Int"))?;
        self.check_int(input)
    }

    /// `String!` that decides the form of the tree.
    pub(super) fn string_value(&mut self, value: &'a Value) -> Result<String> {
        let input = self.resolve_shape(Input::Literal(value), &builtin("String").non_null())?;
        input
            .string()
            .map(str::to_owned)
            .ok_or_else(|| self.expected("a string", "String", input))
    }

    /// The digits of an integer: a literal without point or exponent, or any number of the variables.
    fn integer_digits(input: Input<'_>) -> Option<String> {
        match input {
            Input::Literal(Value::Float(_)) => None,
            other => other.number(),
        }
    }

    /// An integer within bounds, from its digits.
    fn in_range<T: TryFrom<i128>>(&self, digits: &str) -> Result<T> {
        whole_number(digits)
            .and_then(|n| T::try_from(n).ok())
            .ok_or_else(|| json_value::not_in_range(digits).at(self.path.clone()))
    }

    fn check_int(&self, input: Input<'_>) -> Result<()> {
        match Self::integer_digits(input) {
            Some(digits) => self.in_range::<i32>(&digits).map(|_| ()),
            None => Err(self.expected("a 32-bit integer", "Int", input)),
        }
    }

    /// A limit: a non-negative 32-bit integer or null.
    pub(super) fn limit(
        &mut self,
        field: &Collected<'a>,
        source: SourceId,
    ) -> Result<Option<ParamId>> {
        let Some(input) = self.argument(field, "limit") else {
            return Ok(None);
        };
        self.within(["args", "limit"], |l| {
            let input = l.resolve(input, &builtin("Int"))?;
            if l.absent(input) {
                return Ok(None);
            }
            let text = l.limit_text(input)?;
            l.bigint(source, text, input, Coercion::Limit)
        })
    }

    pub(super) fn limit_text(&self, input: Input<'a>) -> Result<String> {
        match Self::integer_digits(input).filter(|digits| !digits.starts_with('-')) {
            Some(digits) => self.in_range::<i32>(&digits).map(|n| n.to_string()),
            None => Err(self.expected("a non-negative 32-bit integer", "Int", input)),
        }
    }

    /// An offset: a bigint, also as a string, or null.
    pub(super) fn offset(
        &mut self,
        field: &Collected<'a>,
        source: SourceId,
    ) -> Result<Option<ParamId>> {
        let Some(input) = self.argument(field, "offset") else {
            return Ok(None);
        };
        self.within(["args", "offset"], |l| {
            let input = l.resolve(input, &builtin("Int"))?;
            if l.absent(input) {
                return Ok(None);
            }
            let text = l.offset_text(input)?;
            l.bigint(source, text, input, Coercion::Offset)
        })
    }

    /// That an offset is not negative, the database says.
    pub(super) fn offset_text(&self, input: Input<'a>) -> Result<String> {
        let digits = Self::integer_digits(input).or_else(|| {
            let text = input.string()?;
            let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| text.to_owned())
        });
        match digits {
            Some(digits) => self.in_range::<i64>(&digits).map(|n| n.to_string()),
            None => Err(self.expected(
                "a 32-bit integer, or a 64-bit integer represented as a string",
                "Int",
                input,
            )),
        }
    }

    /// Whether a nullable input counts as not given; the null of a variable decides the form.
    pub(super) fn absent(&self, input: Input<'_>) -> bool {
        let absent = input.is_null() || matches!(input, Input::Absent);
        if absent && let Some(name) = input.variable() {
            self.variables.note_shape(name);
        }
        absent
    }

    fn bigint(
        &mut self,
        source: SourceId,
        text: String,
        from: Input<'a>,
        how: Coercion,
    ) -> Result<Option<ParamId>> {
        let ty = self.named_type(source, "int8")?;
        Ok(Some(self.bind(ValueType::One(ty), text, from, how)))
    }

    /// A type of the source's database by its internal name.
    pub(super) fn named_type(&self, source: SourceId, name: &str) -> Result<TypeId> {
        self.schema
            .source(source)
            .catalog
            .type_named(name)
            .ok_or_else(|| {
                Error::unexpected(format!("the database does not have the type {name:?}"))
                    .at(self.path.clone())
            })
    }

    /// Makes a parameter; it remembers the variable whose whole value it is, and `how` it was read.
    pub(super) fn bind(
        &mut self,
        ty: ValueType,
        text: String,
        from: Input<'a>,
        how: Coercion,
    ) -> ParamId {
        let source = match from.variable() {
            Some(name) => ParamSource::Variable(name.into()),
            None => ParamSource::Literal,
        };
        let param = self.params.push(Param {
            ty,
            text: Some(text.into()),
            source,
        });
        if let Some(name) = from.variable() {
            self.variables.note_bound(name);
            self.bound.push(Bound {
                param,
                variable: name.into(),
                how,
            });
        }
        param
    }

    /// A value of a database type at a position; null is an error.
    pub(super) fn operand(
        &mut self,
        source: SourceId,
        ty: TypeId,
        location: &TypeRef,
        input: Input<'a>,
    ) -> Result<Operand> {
        let input = self.resolve(input, location)?;
        if input.is_null() || matches!(input, Input::Absent) {
            if let TypeRef::Named(key @ TypeKey::EnumValues(_)) = location.nullable() {
                let type_name = self.schema.type_name(key);
                return Err(self.expected("an enum value", &type_name, Input::Absent));
            }
            return Err(self.unexpected_null(location));
        }
        let text = self.typed_text(source, ty, location, input)?;
        let how = Coercion::Value(Position::new(source, ty, location));
        let param = self.bind(ValueType::One(ty), text, input, how);
        Ok(Operand::Param(param))
    }

    /// A list of values of a database type at a position; null is an error.
    pub(super) fn list_operand(
        &mut self,
        source: SourceId,
        ty: TypeId,
        location: &TypeRef,
        input: Input<'a>,
    ) -> Result<Operand> {
        // `any` of an array of arrays would go over the innermost values, so that a list of them
        // is as many operands.
        let nested = self
            .schema
            .source(source)
            .catalog
            .element_type(ty)
            .is_some();
        let input = if nested {
            self.resolve_shape(input, location)?
        } else {
            self.resolve(input, location)?
        };
        if input.is_null() || matches!(input, Input::Absent) {
            return Err(self.fail("expected a list, but found null"));
        }
        let texts = self.item_texts(source, ty, location, input)?;
        if nested {
            let operands = texts.into_iter().map(|text| {
                Operand::Param(self.params.push(Param {
                    ty: ValueType::One(ty),
                    text: Some(text.into()),
                    source: ParamSource::Literal,
                }))
            });
            return Ok(Operand::List(ty, operands.collect()));
        }
        let literal = array_literal(texts.iter().map(|t| Some(t.as_str())));
        let how = Coercion::List(Position::new(source, ty, location));
        let param = self.bind(ValueType::ArrayOf(ty), literal, input, how);
        Ok(Operand::Param(param))
    }

    /// The texts of the elements of a list at a position; null is an error.
    pub(super) fn item_texts(
        &mut self,
        source: SourceId,
        ty: TypeId,
        location: &TypeRef,
        input: Input<'a>,
    ) -> Result<Vec<String>> {
        let element_location = match location.nullable() {
            TypeRef::List(inner) => (**inner).clone(),
            other => other.clone(),
        };
        let mut texts = Vec::new();
        for (i, item) in input.items().into_iter().enumerate() {
            let read = |l: &mut Self| {
                let item = l.resolve(item, &element_location)?;
                if item.is_null() || matches!(item, Input::Absent) {
                    return Err(l.unexpected_null(&element_location));
                }
                if let Some(name) = item.variable() {
                    l.variables.note_shape(name);
                }
                l.typed_text(source, ty, &element_location, item)
            };
            let text = self.at_index(i, read)?;
            texts.push(text);
        }
        Ok(texts)
    }

    pub(super) fn unexpected_null(&self, location: &TypeRef) -> Error {
        // Of a list of a database the element is named.
        let mut named = location.nullable();
        while let TypeRef::List(inner) = named {
            named = inner.nullable();
        }
        self.fail(format!(
            "unexpected null value for type '{}'",
            self.schema.display(named)
        ))
    }

    /// The text of a value whose GraphQL type may be an enum table's.
    pub(super) fn typed_text(
        &mut self,
        source: SourceId,
        ty: TypeId,
        location: &TypeRef,
        input: Input<'a>,
    ) -> Result<String> {
        if let TypeRef::Named(key @ TypeKey::EnumValues(_)) = location.nullable() {
            let name = self.enum_value(key, input)?;
            return Ok(name.to_string());
        }
        self.text(source, ty, input)
    }

    /// A value of an enum type.
    pub(super) fn enum_value(&mut self, key: &TypeKey, input: Input<'a>) -> Result<Arc<str>> {
        let type_name = self.schema.type_name(key);
        let Some(name) = input.enum_name().filter(|name| is_graphql_name(name)) else {
            return Err(self.expected("an enum value", &type_name, input));
        };
        let values = self.schema.enum_values(key);
        if let Some(known) = values.iter().find(|v| *v.name == *name) {
            return Ok(known.value.clone());
        }
        let mut names: Vec<&str> = values.iter().map(|v| &*v.name).collect();
        names.sort_unstable();
        Err(self.fail(format!(
            "expected one of the values {} for type '{type_name}', but found '{name}'",
            quoted_list(names)
        )))
    }

    /// The text of a value of a database type. The value is resolved and not null.
    pub(super) fn text(
        &mut self,
        source: SourceId,
        ty: TypeId,
        input: Input<'a>,
    ) -> Result<String> {
        let schema = self.schema;
        let catalog = &schema.source(source).catalog;
        let read = match input {
            Input::Json(json, _) => json_value::text(catalog, ty, json),
            other => json_value::text(catalog, ty, &self.json(other)?),
        };
        // Where in a list a fault is has never been told.
        let text = read
            .map_err(|e| e.at(self.path.clone()))?
            .ok_or_else(|| self.fail("unexpected null value"))?;
        if input.number().is_some() && &*catalog.ty(catalog.base_type(ty)).name == "numeric" {
            return Ok(with_fraction(text));
        }
        Ok(text)
    }

    /// A value as JSON; variables inside literals are put in.
    pub(super) fn json(&mut self, input: Input<'a>) -> Result<Json> {
        Ok(match input {
            Input::Json(json, _) => json.clone(),
            Input::Absent => Json::Null,
            Input::Literal(value) => match value {
                Value::Variable(name) => {
                    self.variables.note_shape(name);
                    let value = self
                        .variables
                        .untyped(name)
                        .map_err(|e| e.at(self.path.clone()))?;
                    self.json(value)?
                }
                Value::Int(text) | Value::Float(text) => text
                    .parse::<serde_json::Number>()
                    .map(Json::Number)
                    .map_err(|_| self.fail(format!("{text} is not a number")))?,
                Value::String(text) => Json::String(text.clone()),
                Value::Boolean(value) => Json::Bool(*value),
                Value::Null => Json::Null,
                Value::Enum(name) => Json::String(name.clone()),
                Value::List(items) => Json::Array(
                    items
                        .iter()
                        .map(|i| self.json(Input::Literal(i)))
                        .collect::<Result<_>>()?,
                ),
                Value::Object(entries) => {
                    let mut map = serde_json::Map::new();
                    for (key, value) in entries {
                        map.insert(key.clone(), self.json(Input::Literal(value))?);
                    }
                    Json::Object(map)
                }
            },
        })
    }

    /// The entries of an input object at a position.
    pub(super) fn object(
        &mut self,
        key: &TypeKey,
        input: Input<'a>,
    ) -> Result<Vec<(&'a str, Input<'a>)>> {
        // Documents have a bound of their own, values of variables have not.
        if self.path.segments().len() > MAX_DEPTH {
            return Err(self.fail("the value is nested too deeply"));
        }
        let Some(entries) = input.entries() else {
            let type_name = self.schema.type_name(key);
            return Err(self.expected("an object", &type_name, input));
        };
        // The document's own names are names, those of variables may be anything.
        let odd = entries.iter().find(|(name, _)| !is_graphql_name(name));
        match odd {
            Some((name, _)) => Err(self.fail(format!(
                "variable value contains object with key {name:?}, which is not a legal GraphQL name"
            ))),
            None => Ok(entries),
        }
    }

    /// The error for an entry that the input type does not have.
    pub(super) fn no_input(&self, key: &TypeKey, name: &str) -> Error {
        self.fail(format!(
            "field '{name}' not found in type: '{}'",
            self.schema.type_name(key)
        ))
        .at(self.path.child(name))
    }
}
