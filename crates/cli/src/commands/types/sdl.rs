//! A schema in the definition language of GraphQL.

use super::introspection::{Field, Kind, Schema, Type};
use serde_json::Value;
use std::fmt::Write;

/// The names that roots have where nothing else is said.
const USUAL_ROOTS: [(&str, &str); 3] = [
    ("query", "Query"),
    ("mutation", "Mutation"),
    ("subscription", "Subscription"),
];

/// The text of a schema.
pub fn print(schema: &Schema) -> String {
    let mut out = String::new();
    let is_usual =
        |(word, name): &(&'static str, String)| USUAL_ROOTS.contains(&(*word, name.as_str()));
    if !schema.roots.iter().all(is_usual) {
        out.push_str("schema {\n");
        for (word, name) in &schema.roots {
            let _ = writeln!(out, "  {word}: {name}");
        }
        out.push_str("}\n\n");
    }
    for directive in &schema.directives {
        description(&mut out, directive.description.as_deref(), "");
        let _ = write!(out, "directive @{}", directive.name);
        arguments(&mut out, &directive.arguments, "");
        let _ = writeln!(out, " on {}\n", directive.locations.join(" | "));
    }
    for of in &schema.types {
        print_type(&mut out, of);
        out.push('\n');
    }
    if out.ends_with("\n\n") {
        out.pop();
    }
    out
}

fn print_type(out: &mut String, of: &Type) {
    description(out, of.description.as_deref(), "");
    let keyword = match of.kind {
        Kind::Scalar => "scalar",
        Kind::Object => "type",
        Kind::Interface => "interface",
        Kind::Union => "union",
        Kind::Enum => "enum",
        Kind::Input => "input",
    };
    let _ = write!(out, "{keyword} {}", of.name);
    if !of.interfaces.is_empty() {
        let _ = write!(out, " implements {}", of.interfaces.join(" & "));
    }
    match of.kind {
        Kind::Scalar => out.push('\n'),
        Kind::Union => {
            let _ = writeln!(out, " = {}", of.members.join(" | "));
        }
        Kind::Enum => block(out, &of.values),
        Kind::Object | Kind::Interface | Kind::Input => block(out, &of.fields),
    }
}

fn block(out: &mut String, fields: &[Field]) {
    out.push_str(" {\n");
    for field in fields {
        description(out, field.description.as_deref(), "  ");
        let _ = write!(out, "  {}", field.name);
        arguments(out, &field.arguments, "  ");
        rest(out, field);
        out.push('\n');
    }
    out.push_str("}\n");
}

/// Type, default and deprecation of a field or argument.
fn rest(out: &mut String, field: &Field) {
    if let Some(of) = &field.of {
        let _ = write!(out, ": {}", of.text());
    }
    if let Some(default) = &field.default {
        let _ = write!(out, " = {default}");
    }
    match field.deprecated.as_deref() {
        None => {}
        Some("" | "No longer supported") => out.push_str(" @deprecated"),
        Some(reason) => {
            let _ = write!(out, " @deprecated(reason: {})", Value::from(reason));
        }
    }
}

fn arguments(out: &mut String, arguments: &[Field], indent: &str) {
    if arguments.is_empty() {
        return;
    }
    let described = arguments
        .iter()
        .any(|argument| argument.description.is_some());
    if !described {
        out.push('(');
        for (index, argument) in arguments.iter().enumerate() {
            out.push_str(if index > 0 { ", " } else { "" });
            out.push_str(&argument.name);
            rest(out, argument);
        }
        out.push(')');
        return;
    }
    out.push_str("(\n");
    let inner = format!("{indent}  ");
    for argument in arguments {
        description(out, argument.description.as_deref(), &inner);
        let _ = write!(out, "{inner}{}", argument.name);
        rest(out, argument);
        out.push('\n');
    }
    let _ = write!(out, "{indent})");
}

fn description(out: &mut String, text: Option<&str>, indent: &str) {
    let Some(text) = text else { return };
    // In a block nothing can be escaped but the quotes, and its edges are trimmed.
    let plain = !text.contains('\n')
        || text.starts_with([' ', '\t', '\n'])
        || text.ends_with(['"', '\\', '\n', ' '])
        || text.chars().any(|c| c.is_control() && c != '\n');
    if plain {
        let _ = writeln!(out, "{indent}{}", Value::from(text));
        return;
    }
    let _ = writeln!(out, "{indent}\"\"\"");
    for line in text.replace("\"\"\"", "\\\"\"\"").lines() {
        let _ = writeln!(out, "{}", format!("{indent}{line}").trim_end());
    }
    let _ = writeln!(out, "{indent}\"\"\"");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Schema {
        let named = |kind: &str, name: &str| json!({"kind": kind, "name": name});
        let data = json!({"__schema": {
            "queryType": {"name": "query_root"},
            "mutationType": null,
            "types": [
                {"kind": "OBJECT", "name": "query_root", "fields": [
                    {"name": "users", "description": "all\nof them", "args": [
                        {"name": "limit", "type": named("SCALAR", "Int"), "description": "how many"},
                        {"name": "ids", "type": {"kind": "LIST", "ofType": {"kind": "NON_NULL", "ofType": named("SCALAR", "Int")}}, "defaultValue": "[1]"},
                    ], "type": {"kind": "NON_NULL", "ofType": {"kind": "LIST", "ofType": {"kind": "NON_NULL", "ofType": named("OBJECT", "users")}}}},
                ]},
                {"kind": "SCALAR", "name": "Int"},
                {"kind": "SCALAR", "name": "uuid", "description": "an \"id\""},
                {"kind": "OBJECT", "name": "__Type", "fields": []},
                {"kind": "OBJECT", "name": "users", "interfaces": [{"name": "Node"}], "fields": [
                    {"name": "id", "args": [], "type": named("SCALAR", "uuid"), "isDeprecated": true, "deprecationReason": "say \"x\""},
                ]},
                {"kind": "ENUM", "name": "order", "enumValues": [{"name": "asc"}, {"name": "desc", "description": "down"}]},
                {"kind": "UNION", "name": "any", "possibleTypes": [{"name": "users"}, {"name": "query_root"}]},
            ],
            "directives": [
                {"name": "include", "locations": ["FIELD"], "args": []},
                {"name": "cached", "locations": ["QUERY"], "args": [
                    {"name": "ttl", "type": named("SCALAR", "Int"), "defaultValue": "60"},
                ]},
            ],
        }});
        Schema::read(&data).unwrap()
    }

    #[test]
    fn schemas_are_written_as_the_language_wants_it() {
        let expected = r#"schema {
  query: query_root
}

directive @cached(ttl: Int = 60) on QUERY

union any = users | query_root

enum order {
  asc
  "down"
  desc
}

type query_root {
  """
  all
  of them
  """
  users(
    "how many"
    limit: Int
    ids: [Int!] = [1]
  ): [users!]!
}

type users implements Node {
  id: uuid @deprecated(reason: "say \"x\"")
}

"an \"id\""
scalar uuid
"#;
        assert_eq!(print(&schema()), expected);
    }
}
