//! Boolean expressions of permissions: their form, and renames inside of them. Only as much of their
//! meaning as is needed to know what joins conditions, and on which table a key stands.

use crate::export::to_value;
use crate::name::QualifiedName;
use crate::parse::{BOOLEAN_EXPRESSION, parse};
use crate::permission::BoolExp;
use crate::rename::{FieldRenames, FieldTarget};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Reads an expression: what joins conditions has its form, and one spelling. What stands below a
/// column or relationship stays as it is written.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BoolExp, D::Error> {
    Joined::deserialize(deserializer).map(|exp| exp.0)
}

/// As [`read`]; null is none.
pub(crate) fn read_optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BoolExp>, D::Error> {
    Ok(Option::<Joined>::deserialize(deserializer)?.map(|exp| exp.0))
}

struct Joined(BoolExp);

/// An `_exists`.
#[derive(Deserialize)]
struct Exists {
    #[serde(rename = "_table", alias = "$table")]
    table: Value,
    #[serde(rename = "_where", alias = "$where")]
    filter: Joined,
}

impl<'de> Deserialize<'de> for Joined {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct JoinedVisitor;

        impl<'de> Visitor<'de> for JoinedVisitor {
            type Value = Joined;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(BOOLEAN_EXPRESSION)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Joined, A::Error> {
                let mut entries: Vec<(String, Value)> = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    entries.push(match key.as_str() {
                        "_and" | "$and" | "_or" | "$or" => {
                            let list: Vec<Joined> = map.next_value()?;
                            let list = list.into_iter().map(|exp| Value::Object(exp.0)).collect();
                            (key.replacen('$', "_", 1), Value::Array(list))
                        }
                        "_not" | "$not" => {
                            let exp: Joined = map.next_value()?;
                            ("_not".to_owned(), Value::Object(exp.0))
                        }
                        "_exists" | "$exists" => {
                            let exists: Exists = map.next_value()?;
                            let exists = json!({"_table": exists.table, "_where": exists.filter.0});
                            ("_exists".to_owned(), exists)
                        }
                        _ => {
                            let value = map.next_value()?;
                            (key, value)
                        }
                    });
                }
                Ok(Joined(all_of(entries)))
            }
        }

        deserializer.deserialize_map(JoinedVisitor)
    }
}

/// An expression of all these; with two of one key, as the two spellings of one make them, a list.
fn all_of(entries: Vec<(String, Value)>) -> BoolExp {
    let mut names = HashSet::with_capacity(entries.len());
    if entries.iter().all(|(key, _)| names.insert(key.as_str())) {
        return entries.into_iter().collect();
    }
    let list = entries
        .into_iter()
        .map(|entry| Value::Object(Map::from_iter([entry])))
        .collect();
    Map::from_iter([("_and".to_owned(), Value::Array(list))])
}

/// What got another name.
pub(crate) enum Change<'a> {
    /// Tables, by the names before.
    Tables(&'a HashMap<QualifiedName, QualifiedName>),
    /// Columns or relationships.
    Fields(&'a FieldRenames),
}

impl Change<'_> {
    fn field(&self, on: &QualifiedName, name: String) -> String {
        let new = match self {
            Change::Fields(renamed) => renamed.get(on).and_then(|fields| fields.get(&name)),
            Change::Tables(_) => None,
        };
        new.cloned().unwrap_or(name)
    }
}

/// Operators that compare with another column, without the `_` or `$` in front.
const COLUMN_OPERATORS: [&str; 7] = ["ceq", "cne", "cneq", "cgt", "clt", "cgte", "clte"];

/// The expression with the change made. `table` is where its keys stand, `root` the table of
/// the permission.
pub(crate) fn rewrite(
    exp: BoolExp,
    table: &QualifiedName,
    root: &QualifiedName,
    change: &Change<'_>,
    target: &FieldTarget<'_>,
) -> BoolExp {
    let again = |value: Value, table: &QualifiedName| match value {
        Value::Object(exp) => Value::Object(rewrite(exp, table, root, change, target)),
        other => other,
    };
    let entries = exp
        .into_iter()
        .map(|(key, value)| match key.as_str() {
            "_and" | "$and" | "_or" | "$or" => match value {
                Value::Array(list) => {
                    let list = list.into_iter().map(|part| again(part, table)).collect();
                    (key, Value::Array(list))
                }
                other => (key, again(other, table)),
            },
            "_not" | "$not" => (key, again(value, table)),
            "_exists" | "$exists" => (key, exists(value, root, change, target)),
            field => {
                let value = match target(table, field) {
                    Some(next) => again(value, &next),
                    None => operators(value, table, root, change),
                };
                (change.field(table, key), value)
            }
        })
        .collect();
    // A new name may be that of a relationship: no condition is lost for that.
    all_of(entries)
}

fn exists(
    mut value: Value,
    root: &QualifiedName,
    change: &Change<'_>,
    target: &FieldTarget<'_>,
) -> Value {
    let Value::Object(map) = &mut value else {
        return value;
    };
    let name = map
        .get("_table")
        .and_then(|name| parse::<QualifiedName>(name.clone()).ok());
    let Some(name) = name else { return value };
    if let Some(Value::Object(filter)) = map.get_mut("_where") {
        *filter = rewrite(std::mem::take(filter), &name, root, change, target);
    }
    if let Change::Tables(renamed) = change
        && let Some(new) = renamed.get(&name)
    {
        map.insert("_table".into(), to_value(new));
    }
    value
}

/// The operators of a column: those that name another column follow its renaming.
fn operators(
    mut value: Value,
    table: &QualifiedName,
    root: &QualifiedName,
    change: &Change<'_>,
) -> Value {
    let Value::Object(map) = &mut value else {
        return value;
    };
    for (operator, operand) in map.iter_mut() {
        let Some(name) = operator.strip_prefix(['_', '$']) else {
            continue;
        };
        if !COLUMN_OPERATORS.contains(&name) {
            continue;
        }
        match operand {
            Value::String(column) => *column = change.field(table, std::mem::take(column)),
            Value::Array(path) => {
                let on = if path.first().and_then(Value::as_str) == Some("$") {
                    root
                } else {
                    table
                };
                if let Some(Value::String(column)) = path.last_mut() {
                    *column = change.field(on, std::mem::take(column));
                }
            }
            _ => {}
        }
    }
    value
}
