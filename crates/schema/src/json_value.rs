//! Values that a request gives as JSON for a database type: their form is checked and they become
//! PostgreSQL's text. Numbers keep their digits. Knows nothing of roles or of where a value stands.

use crate::lower::{check_form, geojson, whole_number};
use howdah_error::{Error, Result, Within};
use howdah_ir::catalog::{Catalog, TypeId, TypeKind};
use howdah_ir::scalars::{Family, facts};
use howdah_ir::values::array_literal;
use serde_json::Value;

/// What a JSON value is, as error texts say it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "Number",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    }
}

/// The error for a value of another kind than `expected`, found while reading a `parsed`.
pub(crate) fn wrong_kind(parsed: &str, expected: &str, found: &Value) -> Error {
    Error::parse_failed(format!(
        "parsing {parsed} failed, expected {expected}, but encountered {}",
        kind(found)
    ))
}

/// The text of a value of a type; `None` is NULL. A string always counts as PostgreSQL's own text
/// form, which PostgreSQL checks.
///
/// # Errors
/// `parse-failed` when the JSON cannot stand for a value of the type; inside lists the path leads
/// to the element.
pub(crate) fn text(catalog: &Catalog, ty: TypeId, value: &Value) -> Result<Option<String>> {
    let base = catalog.base_type(ty);
    let info = catalog.ty(base);
    let facts = facts(catalog, base);
    if value.is_null() {
        return Ok(None);
    }
    if matches!(facts.family, Family::Json | Family::Jsonb) {
        return Ok(Some(value.to_string()));
    }
    if let Value::String(text) = value {
        check_form(&info.name, text).map_err(Error::parse_failed)?;
        return Ok(Some(text.clone()));
    }
    if let TypeKind::Array(element) = info.kind {
        return match value {
            Value::Array(items) => array_text(catalog, element, items).map(Some),
            other => Err(wrong_kind("[]", "Array", other)),
        };
    }
    if matches!(facts.family, Family::Geometry | Family::Geography) {
        geojson(value).map_err(Error::parse_failed)?;
        return Ok(Some(value.to_string()));
    }
    let name = &*info.name;
    match (name, value) {
        ("bool", Value::Bool(flag)) => Ok(Some(flag.to_string())),
        ("bool", other) => Err(wrong_kind("Bool", "Bool", other)),
        ("int2" | "int4" | "int8", Value::Number(number)) => {
            integer(name, &number.to_string()).map(Some)
        }
        ("int2" | "int4" | "int8", other) => Err(wrong_kind("Int", "Number", other)),
        (_, other) if facts.numeric => match other {
            Value::Number(number) => Ok(Some(number.to_string())),
            other => Err(wrong_kind("Scientific", "Number", other)),
        },
        // Types that are not known here may well be written as numbers (`oid`).
        (_, Value::Number(number)) if !facts.text => Ok(Some(number.to_string())),
        (_, other) => Err(wrong_kind("Text", "String", other)),
    }
}

/// An array literal of values of the element type; nested lists become nested arrays.
pub(crate) fn array_text(catalog: &Catalog, element: TypeId, items: &[Value]) -> Result<String> {
    let is_json = matches!(facts(catalog, element).family, Family::Json | Family::Jsonb);
    // An array type has no dimensions of its own in PostgreSQL: `[[1],[2]]` fits `int4[]`.
    if !is_json && !items.is_empty() && items.iter().all(Value::is_array) {
        let mut inner = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            if let Value::Array(nested) = item {
                inner.push(array_text(catalog, element, nested).within(i)?);
            }
        }
        return Ok(format!("{{{}}}", inner.join(",")));
    }
    let mut texts = Vec::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        texts.push(text(catalog, element, item).within(i)?);
    }
    Ok(array_literal(texts.iter().map(Option::as_deref)))
}

fn integer(name: &str, digits: &str) -> Result<String> {
    let fits = |n: &i128| match name {
        "int2" => i16::try_from(*n).is_ok(),
        "int4" => i32::try_from(*n).is_ok(),
        _ => i64::try_from(*n).is_ok(),
    };
    whole_number(digits)
        .filter(fits)
        .map(|n| n.to_string())
        .ok_or_else(|| {
            Error::parse_failed(format!(
                "The value {digits} lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?"
            ))
        })
}
