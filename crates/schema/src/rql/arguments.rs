//! The first stage: the form of the operations' arguments, without a look at the database.
//! Errors are `parse-failed` with paths relative to `args`.

use super::order_arguments::{OrderItem, order_items};
use crate::json_value::wrong_kind;
use crate::lower::whole_number;
use howdah_error::{Code, Error, Result, Within};
use howdah_metadata::QualifiedName;
use serde_json::{Map, Value};

/// Nesting of relationships that a selection may have.
const MAX_DEPTH: usize = 100;

/// Stars that one wildcard may have.
const MAX_STARS: usize = 20;

/// Arguments of `select`.
pub(super) struct Select<'v> {
    pub table: QualifiedName,
    pub query: Query<'v>,
}

/// What is read of a table or relationship.
pub(super) struct Query<'v> {
    pub columns: Vec<Column<'v>>,
    pub filter: Option<&'v Map<String, Value>>,
    pub order: Option<Vec<OrderItem<'v>>>,
    pub limit: Option<i64>,
    pub offset: Option<i64>,
}

/// An entry of `columns`.
pub(super) enum Column<'v> {
    /// `*`, `*.*` …: all columns, and all relationships to a depth of one less than the stars.
    Star(usize),
    /// A name.
    Name(&'v str),
    /// `{name, alias, columns, …}`
    Expanded {
        name: &'v str,
        alias: Option<&'v str>,
        query: Query<'v>,
    },
}

/// Arguments of `count`.
pub(super) struct Count<'v> {
    pub table: QualifiedName,
    pub distinct: Option<Vec<&'v str>>,
    pub filter: Option<&'v Map<String, Value>>,
}

/// Arguments of `insert`.
pub(super) struct Insert<'v> {
    pub table: QualifiedName,
    /// Read later, see [`objects`].
    pub objects: &'v Value,
    pub on_conflict: Option<OnConflict<'v>>,
    pub returning: Option<Vec<&'v str>>,
}

/// `on_conflict` of `insert`.
pub(super) struct OnConflict<'v> {
    pub update: bool,
    pub constraint: Option<&'v str>,
    pub constraint_on: Option<Vec<&'v str>>,
}

/// Arguments of `update`.
pub(super) struct Update<'v> {
    pub table: QualifiedName,
    pub filter: &'v Map<String, Value>,
    pub set: Option<&'v Map<String, Value>>,
    pub increment: Option<&'v Map<String, Value>>,
    pub multiply: Option<&'v Map<String, Value>>,
    pub default: Vec<&'v str>,
    pub returning: Option<Vec<&'v str>>,
}

/// Arguments of `delete`.
pub(super) struct Delete<'v> {
    pub table: QualifiedName,
    pub filter: &'v Map<String, Value>,
    pub returning: Option<Vec<&'v str>>,
}

impl<'v> Select<'v> {
    pub fn read(args: &'v Value) -> Result<Self> {
        let args = object("args", args)?;
        Ok(Select {
            table: table(args)?,
            query: Query::read(args, 0)?,
        })
    }
}

impl<'v> Query<'v> {
    fn read(args: &'v Map<String, Value>, depth: usize) -> Result<Self> {
        if depth > MAX_DEPTH {
            return Err(Error::parse_failed("the columns are nested too deeply"));
        }
        let columns = list(required(args, "columns")?, |column| {
            Column::read(column, depth)
        });
        Ok(Query {
            columns: columns.within("columns")?,
            filter: condition(args)?,
            order: optional(args, "order_by")
                .map(order_items)
                .transpose()
                .within("order_by")?,
            limit: optional(args, "limit")
                .map(int)
                .transpose()
                .within("limit")?,
            offset: optional(args, "offset")
                .map(int)
                .transpose()
                .within("offset")?,
        })
    }
}

impl<'v> Column<'v> {
    fn read(value: &'v Value, depth: usize) -> Result<Self> {
        match value {
            Value::String(name) if name.split('.').all(|part| part == "*") => {
                match name.split('.').count() {
                    stars if stars > MAX_STARS => Err(Error::parse_failed("too many stars")),
                    stars => Ok(Column::Star(stars)),
                }
            }
            Value::String(name) => Ok(Column::Name(name)),
            Value::Object(entries) => Ok(Column::Expanded {
                name: text(required(entries, "name")?).within("name")?,
                alias: optional(entries, "alias")
                    .map(text)
                    .transpose()
                    .within("alias")?,
                query: Query::read(entries, depth + 1)?,
            }),
            _ => Err(Error::parse_failed(
                "A column should either be a string or an object (relationship)",
            )),
        }
    }
}

impl<'v> Count<'v> {
    pub fn read(args: &'v Value) -> Result<Self> {
        let args = object("args", args)?;
        Ok(Count {
            table: table(args)?,
            distinct: names(args, "distinct")?,
            filter: condition(args)?,
        })
    }
}

impl<'v> Insert<'v> {
    pub fn read(args: &'v Value) -> Result<Self> {
        let args = object("args", args)?;
        Ok(Insert {
            table: table(args)?,
            objects: required(args, "objects")?,
            on_conflict: optional(args, "on_conflict")
                .map(OnConflict::read)
                .transpose()
                .within("on_conflict")?,
            returning: names(args, "returning")?,
        })
    }
}

/// The rows of an `insert`. They are read with the database at hand, so that their errors stand below
/// `$.args`.
pub(super) fn objects(value: &Value) -> Result<Vec<&Map<String, Value>>> {
    let objects = list(value, |row| object("HashMap", row))?;
    if objects.is_empty() {
        return Err(Error::new(
            Code::UnexpectedPayload,
            "objects should not be empty",
        ));
    }
    Ok(objects)
}

impl<'v> OnConflict<'v> {
    fn read(value: &'v Value) -> Result<Self> {
        let entries = object("OnConflict", value)?;
        let action = text(required(entries, "action")?).within("action")?;
        Ok(OnConflict {
            update: match action {
                "update" => true,
                "ignore" => false,
                _ => {
                    return Err(
                        Error::parse_failed("Expecting 'ignore' or 'update'").within("action")
                    );
                }
            },
            constraint: optional(entries, "constraint")
                .map(text)
                .transpose()
                .within("constraint")?,
            constraint_on: optional(entries, "constraint_on")
                .map(|columns| match columns {
                    Value::String(column) => Ok(vec![&**column]),
                    Value::Array(_) => list(columns, text),
                    _ => Err(Error::parse_failed("Expecting String or Array")),
                })
                .transpose()
                .within("constraint_on")?,
        })
    }
}

impl<'v> Update<'v> {
    pub fn read(args: &'v Value) -> Result<Self> {
        let args = object("args", args)?;
        let set = match values(args, "$set")? {
            Some(set) => Some(set),
            None => values(args, "values")?,
        };
        Ok(Update {
            table: table(args)?,
            filter: boolean_expression(required(args, "where")?).within("where")?,
            set,
            increment: values(args, "$inc")?,
            multiply: values(args, "$mul")?,
            default: names(args, "$default")?.unwrap_or_default(),
            returning: names(args, "returning")?,
        })
    }
}

impl<'v> Delete<'v> {
    pub fn read(args: &'v Value) -> Result<Self> {
        let args = object("args", args)?;
        Ok(Delete {
            table: table(args)?,
            filter: boolean_expression(required(args, "where")?).within("where")?,
            returning: names(args, "returning")?,
        })
    }
}

fn table(args: &Map<String, Value>) -> Result<QualifiedName> {
    howdah_metadata::parse(required(args, "table")?.clone()).within("table")
}

fn condition(args: &Map<String, Value>) -> Result<Option<&Map<String, Value>>> {
    optional(args, "where")
        .map(boolean_expression)
        .transpose()
        .within("where")
}

/// A condition. What joins conditions is looked through already; what columns and relationships are
/// asked for only the tables tell.
fn boolean_expression(value: &Value) -> Result<&Map<String, Value>> {
    let condition = object("boolean expression", value)?;
    for (key, value) in condition {
        match key.as_str() {
            "$and" | "_and" | "$or" | "_or" => list(value, boolean_expression).map(|_| ()),
            "$not" | "_not" => boolean_expression(value).map(|_| ()),
            _ => Ok(()),
        }
        .within(key.as_str())?;
    }
    Ok(condition)
}

fn values<'v>(args: &'v Map<String, Value>, key: &str) -> Result<Option<&'v Map<String, Value>>> {
    optional(args, key)
        .map(|value| object("HashMap", value))
        .transpose()
        .within(key)
}

fn names<'v>(args: &'v Map<String, Value>, key: &str) -> Result<Option<Vec<&'v str>>> {
    optional(args, key)
        .map(|value| list(value, text))
        .transpose()
        .within(key)
}

/// A value that must be there.
pub(super) fn required<'v>(args: &'v Map<String, Value>, key: &str) -> Result<&'v Value> {
    args.get(key)
        .ok_or_else(|| Error::parse_failed(format!("key {key:?} not found")))
}

/// A value that may be left out or null.
pub(super) fn optional<'v>(args: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    args.get(key).filter(|value| !value.is_null())
}

pub(super) fn object<'v>(parsed: &str, value: &'v Value) -> Result<&'v Map<String, Value>> {
    value
        .as_object()
        .ok_or_else(|| wrong_kind(parsed, "Object", value))
}

pub(super) fn text(value: &Value) -> Result<&str> {
    value
        .as_str()
        .ok_or_else(|| wrong_kind("Text", "String", value))
}

pub(super) fn list<'v, T>(
    value: &'v Value,
    mut item: impl FnMut(&'v Value) -> Result<T>,
) -> Result<Vec<T>> {
    let Value::Array(items) = value else {
        return Err(wrong_kind("[]", "Array", value));
    };
    items
        .iter()
        .enumerate()
        .map(|(i, value)| item(value).within(i))
        .collect()
}

fn int(value: &Value) -> Result<i64> {
    let Value::Number(number) = value else {
        return Err(wrong_kind("Int", "Number", value));
    };
    let digits = number.to_string();
    whole_number(&digits)
        .and_then(|n| i64::try_from(n).ok())
        .ok_or_else(|| {
            Error::parse_failed(format!(
                "parsing Int failed, value is either floating or will cause over or underflow {digits}"
            ))
        })
}
