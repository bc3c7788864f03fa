//! JSON values as YAML texts: two spaces per level, lists indented below their key.

use super::scalar;
use serde_json::Value;

/// The text of a document, with a line break at its end.
pub(crate) fn write(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Array(list) if !list.is_empty() => sequence(&mut text, list, 0),
        Value::Object(map) if !map.is_empty() => mapping(&mut text, map, 0, false),
        other => {
            text.push_str(&flow(other, 0));
            text.push('\n');
        }
    }
    text
}

fn indent(text: &mut String, levels: usize) {
    text.extend(std::iter::repeat_n("  ", levels));
}

fn sequence(text: &mut String, list: &[Value], level: usize) {
    for (index, value) in list.iter().enumerate() {
        if index > 0 || level == 0 || text.ends_with('\n') {
            indent(text, level);
        }
        text.push_str("- ");
        match value {
            Value::Object(map) if !map.is_empty() => mapping(text, map, level + 1, true),
            Value::Array(inner) if !inner.is_empty() => sequence(text, inner, level + 1),
            other => {
                text.push_str(&flow(other, level + 1));
                text.push('\n');
            }
        }
    }
}

/// The entries of a map; the first one continues the line of a list item if `inline`.
fn mapping(text: &mut String, map: &serde_json::Map<String, Value>, level: usize, inline: bool) {
    for (index, (key, value)) in map.iter().enumerate() {
        if index > 0 || !inline {
            indent(text, level);
        }
        text.push_str(&scalar::inline(key));
        text.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                text.push('\n');
                mapping(text, inner, level + 1, false);
            }
            Value::Array(list) if !list.is_empty() => {
                text.push('\n');
                sequence(text, list, level + 1);
            }
            other => {
                text.push(' ');
                text.push_str(&flow(other, level + 1));
                text.push('\n');
            }
        }
    }
}

/// A scalar or an empty collection. `level` is the indentation of a literal block.
fn flow(value: &Value, level: usize) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Array(_) => "[]".into(),
        Value::Object(_) => "{}".into(),
        Value::String(value) => match scalar::literal(value) {
            Some((header, lines)) => {
                let mut block = header.to_owned();
                for line in lines {
                    block.push('\n');
                    if !line.is_empty() {
                        indent(&mut block, level.max(1));
                        block.push_str(line);
                    }
                }
                block
            }
            None => scalar::inline(value),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{locate, read};
    use super::write;
    use howdah_error::Segment;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::path::Path;

    #[test]
    fn texts_are_written_as_the_tools_of_the_format_write_them() {
        let value = json!({
            "table": { "name": "users", "schema": "auth" },
            "tables": ["!include a.yaml", []],
            "columns": "*",
            "handler": "{{BASE_URL}}/x",
            "comment": "",
            "text": ["true", "10", "1.5", "2001-01-01", "X-Hasura-User-Id", "a: b", "a #b", "it's", "- x", "-x1", "0 0 * * *"],
            "empty": {},
            "code": "select 1\nfrom t\n\nwhere x",
            "odd": "a\n b \n",
            "null": null
        });
        let expected = "\
table:
  name: users
  schema: auth
tables:
  - \"!include a.yaml\"
  - []
columns: '*'
handler: '{{BASE_URL}}/x'
comment: \"\"
text:
  - \"true\"
  - \"10\"
  - \"1.5\"
  - \"2001-01-01\"
  - X-Hasura-User-Id
  - 'a: b'
  - 'a #b'
  - it's
  - '- x'
  - -x1
  - 0 0 * * *
empty: {}
code: |-
  select 1
  from t

  where x
odd: \"a\\n b \\n\"
\"null\": null
";
        assert_eq!(write(&value), expected);
        assert_eq!(read(expected, Path::new("f")).unwrap(), value);
    }

    #[test]
    fn positions_are_found_again() {
        let text = "- name: a\n  tables:\n    - x: 1\n    - x: [1, 2]\n- name: b\n";
        let at = |path: &[Segment]| locate(text, path);
        assert_eq!(at(&[Segment::Index(1)]), Some((5, 3)));
        assert_eq!(
            at(&[
                Segment::Index(0),
                "tables".into(),
                Segment::Index(1),
                "x".into()
            ]),
            Some((4, 10))
        );
        // What is not there is looked for at its parent.
        assert_eq!(at(&[Segment::Index(0), "nothing".into()]), Some((1, 3)));
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>()
                .prop_filter("finite", |f| f.is_finite())
                .prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[-+.:0-9xeEnNtT_ ~#'\"&*!|>%@`{}\\[\\],\n\t]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec(("[-+.:0-9a-zA-Z#'\"<~ \n]{0,5}", inner), 0..5).prop_map(
                    |pairs| Value::Object(
                        pairs.into_iter().filter(|(key, _)| key != "<<").collect()
                    )
                ),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn what_is_written_is_read_again(value in json_value()) {
            let text = write(&value);
            let again = read(&text, Path::new("f")).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
            prop_assert_eq!(again, value, "{}", text);
        }
    }
}
