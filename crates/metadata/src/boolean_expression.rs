//! Renames inside of boolean expressions of permissions. Only as much of their meaning as is
//! needed to know on which table a key stands.

use crate::export::to_value;
use crate::name::QualifiedName;
use crate::parse::parse;
use crate::permission::BoolExp;
use crate::rename::FieldTarget;
use serde_json::Value;

/// What got another name.
pub(crate) enum Change<'a> {
    /// A table.
    Table {
        /// The name before.
        old: &'a QualifiedName,
        /// The name now.
        new: &'a QualifiedName,
    },
    /// A column or relationship.
    Field {
        /// Where it is.
        table: &'a QualifiedName,
        /// The name before.
        old: &'a str,
        /// The name now.
        new: &'a str,
    },
}

impl Change<'_> {
    fn field(&self, on: &QualifiedName, name: String) -> String {
        match self {
            Change::Field { table, old, new } if *table == on && *old == name => (*new).to_owned(),
            _ => name,
        }
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
    exp.into_iter()
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
        .collect()
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
    if let Change::Table { old, new } = change
        && **old == name
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
