//! The second level of a key: the values of the variables that change the form of the SQL.

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Values longer than this are not kept: they hardly come twice.
const LONGEST: usize = 2048;

/// The names of the shape variables that one walk found.
pub(super) type Shape = Arc<[Box<str>]>;

/// A shape from what lowering found.
pub(super) fn shape(names: &BTreeSet<String>) -> Shape {
    names.iter().map(|name| name.as_str().into()).collect()
}

/// The values of a shape's variables, unambiguously; a variable that is not given differs from null.
/// `None` when they are too long to be kept.
pub(super) fn values(shape: &Shape, variables: &Map<String, Value>) -> Option<String> {
    let mut text = String::new();
    for name in shape.iter() {
        match variables.get(&**name) {
            None => text.push('-'),
            Some(value) => write_value(value, &mut text)?,
        }
        text.push('\n');
    }
    Some(text)
}

/// JSON has no line break outside of strings, and none unescaped within.
fn write_value(value: &Value, text: &mut String) -> Option<()> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        other => text.push_str(&serde_json::to_string(other).ok()?),
    }
    (text.len() <= LONGEST).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(variables: Value) -> Option<String> {
        let names = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        let Value::Object(map) = variables else {
            return None;
        };
        values(&shape(&names), &map)
    }

    #[test]
    fn different_values_have_different_keys() {
        let all = [
            json!({}),
            json!({"a": null}),
            json!({"b": null}),
            json!({"a": "-"}),
            json!({"a": "null"}),
            json!({"a": "x\ny"}),
            json!({"a": "x", "b": "y"}),
            json!({"a": {"k": 1, "l": 2}}),
            json!({"a": {"l": 2, "k": 1}}),
            json!({"a": 1}),
            json!({"a": true}),
        ];
        let keys: BTreeSet<_> = all.iter().cloned().map(key).collect();
        assert_eq!(keys.len(), all.len());
        assert!(!keys.contains(&None));
    }

    #[test]
    fn long_values_are_not_kept() {
        assert_eq!(key(json!({"a": "x".repeat(3000)})), None);
    }
}
