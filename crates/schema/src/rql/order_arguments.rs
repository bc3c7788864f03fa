//! The form of `order_by` in all its spellings: `"col"`, `"+col"`, `"-rel.col"`,
//! `{column, type, nulls}` and lists of them. A column is a name, a path with dots, a list of names
//! or nested objects.

use super::arguments::{list, optional, required, text};
use howdah_error::{Error, Result, Within};
use howdah_ir::query::Direction;
use serde_json::{Map, Value};

/// Steps that a path may have.
const MAX_STEPS: usize = 100;

/// A term of an order.
pub(super) struct OrderItem<'v> {
    /// Relationships, then a column; never empty.
    pub path: Vec<&'v str>,
    pub direction: Direction,
}

/// The value of `order_by`.
pub(super) fn order_items(value: &Value) -> Result<Vec<OrderItem<'_>>> {
    match value {
        Value::Array(_) => list(value, item),
        Value::String(_) | Value::Object(_) => Ok(vec![item(value)?]),
        _ => Err(Error::parse_failed("Expecting : array/string/object")),
    }
}

fn item(value: &Value) -> Result<OrderItem<'_>> {
    let item = match value {
        Value::String(text) => shorthand(text)?,
        Value::Object(entries) => spelled_out(entries)?,
        _ => {
            return Err(Error::parse_failed(
                "expecting an object or string for order by",
            ));
        }
    };
    if item.path.len() > MAX_STEPS {
        return Err(Error::parse_failed("the path of a column is too long"));
    }
    Ok(item)
}

fn shorthand(text: &str) -> Result<OrderItem<'_>> {
    let (path, direction) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
        (Some(path), _) => (path, Direction::DescNullsFirst),
        (_, Some(path)) => (path, Direction::AscNullsLast),
        _ => (text, Direction::AscNullsLast),
    };
    Ok(OrderItem {
        path: dotted(path)?,
        direction,
    })
}

fn spelled_out(entries: &Map<String, Value>) -> Result<OrderItem<'_>> {
    let descending = match word(entries, "type")? {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => {
            return Err(Error::parse_failed("Expecting \"asc\" or \"desc\"").within("type"));
        }
    };
    let nulls_first = match word(entries, "nulls")? {
        // PostgreSQL's own choice.
        None => descending,
        Some("first") => true,
        Some("last") => false,
        Some(_) => {
            return Err(Error::parse_failed("Expecting \"first\" or \"last\"").within("nulls"));
        }
    };
    let mut path = Vec::new();
    column(required(entries, "column")?, &mut path).within("column")?;
    Ok(OrderItem {
        path,
        direction: match (descending, nulls_first) {
            (false, false) => Direction::AscNullsLast,
            (false, true) => Direction::AscNullsFirst,
            (true, true) => Direction::DescNullsFirst,
            (true, false) => Direction::DescNullsLast,
        },
    })
}

fn word<'v>(entries: &'v Map<String, Value>, key: &str) -> Result<Option<&'v str>> {
    optional(entries, key).map(text).transpose().within(key)
}

/// Adds the steps that a `column` stands for.
fn column<'v>(mut value: &'v Value, path: &mut Vec<&'v str>) -> Result<()> {
    loop {
        match value {
            Value::String(name) => {
                path.extend(dotted(name)?);
                return Ok(());
            }
            Value::Array(_) => {
                let steps = list(value, text)?;
                if steps.is_empty() {
                    return Err(Error::parse_failed(
                        "failed to parse an OrderByColumn: found empty cols",
                    ));
                }
                if steps.contains(&"") {
                    return Err(empty_step());
                }
                path.extend(steps);
                return Ok(());
            }
            Value::Object(entries) => match entries.iter().next() {
                Some((relationship, rest)) if entries.len() == 1 => {
                    path.push(relationship);
                    value = rest;
                }
                _ => {
                    return Err(Error::parse_failed(
                        "expecting exactly one relationship in a column of order_by",
                    ));
                }
            },
            _ => {
                return Err(Error::parse_failed(
                    "expecting a string, array or object for a column of order_by",
                ));
            }
        }
    }
}

fn dotted(path: &str) -> Result<Vec<&str>> {
    let steps: Vec<&str> = path.split('.').collect();
    if steps.contains(&"") {
        return Err(empty_step());
    }
    Ok(steps)
}

fn empty_step() -> Error {
    Error::parse_failed("col/rel cannot be empty")
}
