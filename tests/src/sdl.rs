//! An introspection answer as schema text, the way clients' tools do it.

use serde_json::Value;
use std::fmt::Write;

/// What tools ask to learn a whole schema.
pub const INTROSPECTION: &str = "query IntrospectionQuery { __schema {
  description queryType { name } mutationType { name } subscriptionType { name }
  types { ...FullType }
  directives { name description locations isRepeatable args(includeDeprecated: true) { ...InputValue } } } }
fragment FullType on __Type { kind name description specifiedByURL
  fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue }
    type { ...TypeRef } isDeprecated deprecationReason }
  inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue
  isDeprecated deprecationReason }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

const BUILT_IN_SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];
const BUILT_IN_DIRECTIVES: [&str; 4] = ["include", "skip", "deprecated", "specifiedBy"];

/// Prints the schema in an answer to [`INTROSPECTION`].
///
/// # Panics
/// When the answer lacks something.
pub fn print(data: &Value) -> String {
    let schema = &data["__schema"];
    let mut out = String::from("schema {\n");
    for (operation, key) in [
        ("query", "queryType"),
        ("mutation", "mutationType"),
        ("subscription", "subscriptionType"),
    ] {
        if let Some(name) = schema[key]["name"].as_str() {
            let _ = writeln!(out, "  {operation}: {name}");
        }
    }
    out.push_str("}\n");
    for directive in list(&schema["directives"]) {
        let name = text(&directive["name"]);
        if BUILT_IN_DIRECTIVES.contains(&name) {
            continue;
        }
        let locations: Vec<&str> = list(&directive["locations"]).iter().map(text).collect();
        describe(&mut out, directive, "");
        let _ = writeln!(
            out,
            "directive @{name}{} on {}",
            arguments(&directive["args"]),
            locations.join(" | ")
        );
    }
    for ty in list(&schema["types"]) {
        if !text(&ty["name"]).starts_with("__") {
            print_type(&mut out, ty);
        }
    }
    out
}

fn print_type(out: &mut String, ty: &Value) {
    let name = text(&ty["name"]);
    let kind = text(&ty["kind"]);
    if kind == "SCALAR" {
        if !BUILT_IN_SCALARS.contains(&name) {
            describe(out, ty, "");
            let _ = writeln!(out, "scalar {name}");
        }
        return;
    }
    describe(out, ty, "");
    match kind {
        "OBJECT" => {
            let _ = writeln!(out, "type {name} {{");
            for field in list(&ty["fields"]) {
                describe(out, field, "  ");
                let _ = writeln!(
                    out,
                    "  {}{}: {}",
                    text(&field["name"]),
                    arguments(&field["args"]),
                    reference(&field["type"])
                );
            }
        }
        "INPUT_OBJECT" => {
            let _ = writeln!(out, "input {name} {{");
            for field in list(&ty["inputFields"]) {
                describe(out, field, "  ");
                let _ = writeln!(out, "  {}", input(field));
            }
        }
        "ENUM" => {
            let _ = writeln!(out, "enum {name} {{");
            for value in list(&ty["enumValues"]) {
                describe(out, value, "  ");
                let _ = writeln!(out, "  {}", text(&value["name"]));
            }
        }
        other => panic!("{name} is a {other}: this engine has none"),
    }
    out.push_str("}\n");
}

fn describe(out: &mut String, of: &Value, indent: &str) {
    if let Some(description) = of["description"].as_str() {
        let quoted = Value::from(description).to_string();
        let _ = writeln!(out, "{indent}{quoted}");
    }
}

fn arguments(of: &Value) -> String {
    let all: Vec<String> = list(of).iter().map(input).collect();
    if all.is_empty() {
        String::new()
    } else {
        format!("({})", all.join(", "))
    }
}

fn input(of: &Value) -> String {
    let default = of["defaultValue"]
        .as_str()
        .map(|d| format!(" = {d}"))
        .unwrap_or_default();
    format!("{}: {}{default}", text(&of["name"]), reference(&of["type"]))
}

fn reference(ty: &Value) -> String {
    match text(&ty["kind"]) {
        "NON_NULL" => format!("{}!", reference(&ty["ofType"])),
        "LIST" => format!("[{}]", reference(&ty["ofType"])),
        _ => text(&ty["name"]).to_owned(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a text was expected in the introspection: {value}"))
}
