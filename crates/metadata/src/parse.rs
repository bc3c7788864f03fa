//! From JSON values to typed objects, with errors that say where and in the words of the
//! format: `parse-failed` at a JSON path. Callers put their own prefix (`$.args`) in front.

use crate::strict_json::Strict;
use howdah_error::{Error, JsonPath, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

/// What a name of a table or function is expected to be.
pub(crate) const QUALIFIED_NAME: &str = "a string/object for QualifiedObject";

/// What a condition is expected to be.
pub(crate) const BOOLEAN_EXPRESSION: &str = "boolean expression";

/// Reads a typed object.
///
/// # Errors
/// `parse-failed` at the path of the first part that does not fit, relative to `value`.
pub fn parse<T: DeserializeOwned>(value: Value) -> Result<T> {
    let read = if has_wide_integer(&value) {
        // What serde sets aside of unknown keys has no room for these; as text they keep their digits.
        let text = value.to_string();
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(&text))
    } else {
        serde_path_to_error::deserialize(Strict(value))
    };
    read.map_err(|fault| {
        let mut path = JsonPath::root();
        for segment in fault.path() {
            match segment {
                Segment::Map { key } => path.push(key.as_str()),
                Segment::Seq { index } => path.push(*index),
                Segment::Enum { variant } => path.push(variant.as_str()),
                Segment::Unknown => {}
            }
        }
        let text = fault.inner().to_string();
        let text = text
            .split_once(" at line ")
            .map_or(&*text, |(text, _)| text);
        Error::parse_failed(wording(text)).at(path)
    })
}

/// Reads a typed object from what must be an object: serde would take its values from a list as well.
///
/// # Errors
/// As [`parse`].
pub fn parse_object<T: DeserializeOwned>(value: Value) -> Result<T> {
    if value.is_array() {
        return Err(Error::parse_failed(
            "parsing Object failed, expected Object, but encountered Array",
        ));
    }
    parse(value)
}

/// Whether there is an integer of more than 64 bits anywhere.
fn has_wide_integer(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_u64().is_none()
                && number.as_i64().is_none()
                && number
                    .to_string()
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b == b'-')
        }
        Value::Array(list) => list.iter().any(has_wide_integer),
        Value::Object(map) => map.values().any(has_wide_integer),
        _ => false,
    }
}

/// serde's texts in the words of the format.
fn wording(text: &str) -> String {
    if let Some(rest) = text.strip_prefix("missing field `") {
        let key = rest.trim_end_matches('`');
        return format!("key \"{key}\" not found");
    }
    let Some(rest) = text.strip_prefix("invalid type: ") else {
        return text.to_owned();
    };
    let Some((found, expected)) = rest.split_once(", expected ") else {
        return text.to_owned();
    };
    // Two kinds of their own, and truth values, which are read without saying so.
    match expected {
        QUALIFIED_NAME => return format!("expecting {expected}"),
        BOOLEAN_EXPRESSION => {
            return format!(
                "parsing {expected} failed, expected Object, but encountered {}",
                kind(found)
            );
        }
        "a boolean" => return format!("expected Bool, but encountered {}", kind(found)),
        _ => {}
    }
    let expected = expected_kind(expected);
    format!(
        "parsing {} failed, expected {expected}, but encountered {}",
        parsed(expected),
        kind(found)
    )
}

fn kind(found: &str) -> &str {
    match found.split([' ', '`']).next() {
        Some("string" | "character") => "String",
        Some("integer" | "floating" | "number") => "Number",
        Some("boolean") => "Boolean",
        Some("null" | "unit" | "Option") => "Null",
        Some("sequence") => "Array",
        Some("map") => "Object",
        _ => found,
    }
}

fn expected_kind(expected: &str) -> &str {
    match expected {
        "a string" | "variant identifier" | "string or map" => "String",
        "a map" => "Object",
        "a sequence" => "Array",
        "u64" | "u32" | "u16" | "i64" | "i32" | "usize" | "a JSON number" => "Number",
        _ if expected.starts_with("struct ") => "Object",
        _ => expected,
    }
}

fn parsed(expected: &str) -> &str {
    match expected {
        "String" => "Text",
        "Array" => "[]",
        "Object" | "Number" => expected,
        _ => "value",
    }
}
