//! A schema as types of TypeScript, named as the schema names them.

use super::introspection::{Field, Kind, Ref, Schema, Type};
use super::type_names::TypeNames;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What PostgreSQL's types come as in JSON, where it is not text.
const SCALARS: [(&str, &str); 16] = [
    ("Int", "number"),
    ("Float", "number"),
    ("Boolean", "boolean"),
    ("ID", "string"),
    ("String", "string"),
    ("smallint", "number"),
    ("bigint", "number"),
    ("numeric", "number"),
    ("float8", "number"),
    ("real", "number"),
    ("oid", "number"),
    ("json", "unknown"),
    ("jsonb", "unknown"),
    ("geometry", "Record<string, unknown>"),
    ("geography", "Record<string, unknown>"),
    ("raster", "Record<string, unknown>"),
];

/// The text of the types; `chosen` says what scalars are.
pub fn print(schema: &Schema, chosen: &BTreeMap<String, String>, role: &str) -> String {
    let mut out = String::new();
    let role: String = role.chars().filter(|c| !c.is_control()).collect();
    let _ = writeln!(
        out,
        "// What the role {} sees. Written by `howdah types typescript`; changes are lost.\n",
        role.replace("*/", "")
    );
    scalars(&mut out, schema, chosen);
    let mut names = TypeNames::new(schema);
    for of in &schema.types {
        match of.kind {
            Kind::Scalar => {}
            Kind::Enum => {
                let values: Vec<String> = of
                    .values
                    .iter()
                    .map(|value| Value::from(value.name.as_str()).to_string())
                    .collect();
                comment(&mut out, of.description.as_deref(), "");
                let _ = writeln!(
                    out,
                    "export type {} = {};\n",
                    names.of(&of.name),
                    union(&values)
                );
            }
            Kind::Union => {
                comment(&mut out, of.description.as_deref(), "");
                let members: Vec<String> = of
                    .members
                    .iter()
                    .map(|name| names.of(name).to_owned())
                    .collect();
                let _ = writeln!(
                    out,
                    "export type {} = {};\n",
                    names.of(&of.name),
                    union(&members)
                );
            }
            Kind::Input => input(&mut out, schema, &names, of),
            Kind::Object | Kind::Interface => object(&mut out, schema, &mut names, of),
        }
    }
    for (word, name) in &schema.roots {
        let alias = match *word {
            "query" => "QueryRoot",
            "mutation" => "MutationRoot",
            _ => "SubscriptionRoot",
        };
        if !schema.types.iter().any(|of| of.name == alias) {
            let _ = writeln!(out, "export type {alias} = {};", names.of(name));
        }
    }
    out
}

fn union(members: &[String]) -> String {
    match members {
        [] => "never".to_owned(),
        members => members.join(" | "),
    }
}

fn scalars(out: &mut String, schema: &Schema, chosen: &BTreeMap<String, String>) {
    out.push_str("/** What scalars come as. */\nexport interface Scalars {\n");
    let built_in = ["Boolean", "Float", "ID", "Int", "String"];
    let own = schema.types.iter().filter(|of| of.kind == Kind::Scalar);
    let names = built_in.into_iter().chain(own.map(|of| of.name.as_str()));
    for name in names {
        let known = SCALARS.iter().find(|(known, _)| *known == name);
        let of = chosen
            .get(name)
            .map(String::as_str)
            .or(known.map(|(_, of)| *of))
            .unwrap_or("string");
        let _ = writeln!(out, "  {name}: {of};");
    }
    out.push_str("}\n\n");
}

fn object(out: &mut String, schema: &Schema, names: &mut TypeNames<'_>, of: &Type) {
    comment(out, of.description.as_deref(), "");
    let _ = writeln!(out, "export interface {} {{", names.of(&of.name));
    if of.kind == Kind::Object {
        let _ = writeln!(out, "  __typename?: {};", Value::from(of.name.as_str()));
    }
    for field in &of.fields {
        comment_of(out, field);
        let _ = writeln!(out, "  {}: {};", field.name, type_of(schema, names, field));
    }
    out.push_str("}\n\n");
    for field in of.fields.iter().filter(|field| !field.arguments.is_empty()) {
        // Another type may have that name, or another pair of type and field.
        let name = names.another(&format!("{}_{}_args", of.name, field.name));
        let _ = writeln!(out, "export interface {name} {{");
        inputs(out, schema, names, &field.arguments);
        out.push_str("}\n\n");
    }
}

fn input(out: &mut String, schema: &Schema, names: &TypeNames<'_>, of: &Type) {
    comment(out, of.description.as_deref(), "");
    let _ = writeln!(out, "export interface {} {{", names.of(&of.name));
    inputs(out, schema, names, &of.fields);
    out.push_str("}\n\n");
}

fn inputs(out: &mut String, schema: &Schema, names: &TypeNames<'_>, fields: &[Field]) {
    for field in fields {
        comment_of(out, field);
        let needed = matches!(field.of, Some(Ref::NonNull(_))) && field.default.is_none();
        let mark = if needed { "" } else { "?" };
        let of = type_of(schema, names, field);
        let _ = writeln!(out, "  {}{mark}: {of};", field.name);
    }
}

fn type_of(schema: &Schema, names: &TypeNames<'_>, field: &Field) -> String {
    match &field.of {
        Some(of) => reference(schema, names, of, " | null"),
        None => "unknown".to_owned(),
    }
}

fn reference(schema: &Schema, names: &TypeNames<'_>, of: &Ref, null: &str) -> String {
    match of {
        Ref::NonNull(of) => reference(schema, names, of, ""),
        Ref::List(of) => format!("Array<{}>{null}", reference(schema, names, of, " | null")),
        Ref::Named(name) if is_scalar(schema, name) => format!("Scalars[\"{name}\"]{null}"),
        Ref::Named(name) => format!("{}{null}", names.of(name)),
    }
}

/// Scalars are looked up, so that their names cannot clash with those of the language.
fn is_scalar(schema: &Schema, name: &str) -> bool {
    // What is not listed is built in.
    let found = schema
        .types
        .binary_search_by(|of| of.name.as_str().cmp(name))
        .ok()
        .and_then(|index| schema.types.get(index));
    found.is_none_or(|of| of.kind == Kind::Scalar)
}

fn comment_of(out: &mut String, field: &Field) {
    match (&field.description, &field.deprecated) {
        (description, None) => comment(out, description.as_deref(), "  "),
        (description, Some(reason)) => {
            let text = description.as_deref().unwrap_or_default();
            comment(
                out,
                Some(format!("{text}\n@deprecated {reason}").trim()),
                "  ",
            );
        }
    }
}

fn comment(out: &mut String, text: Option<&str>, indent: &str) {
    let Some(text) = text else { return };
    let text = text.replace("*/", "*\\/");
    let mut lines = text.lines();
    match (lines.next(), lines.next()) {
        (Some(line), None) => {
            let _ = writeln!(out, "{indent}/** {line} */");
        }
        _ => {
            let _ = writeln!(out, "{indent}/**");
            for line in text.lines() {
                let _ = writeln!(out, "{}", format!("{indent} * {line}").trim_end());
            }
            let _ = writeln!(out, "{indent} */");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_of_the_language_and_of_arguments_give_way() {
        let int = json!({"kind": "SCALAR", "name": "Int"});
        let field = |name: &str| {
            json!({"name": name, "args": [{"name": "n", "type": int}],
                   "type": {"kind": "OBJECT", "name": "class"}})
        };
        let object =
            |name: &str, of: &str| json!({"kind": "OBJECT", "name": name, "fields": [field(of)]});
        let data = json!({"__schema": {
            "queryType": {"name": "class"},
            "types": [object("a", "b_c"), object("a_b", "c"), object("class", "Array"),
                      object("class_", "it")],
            "directives": [],
        }});
        let schema = Schema::read(&data).unwrap();
        let text = print(&schema, &BTreeMap::new(), "user");
        for part in [
            "export interface a_b_c_args {",
            "export interface a_b_c_args_ {",
            "export interface class__ {\n  __typename?: \"class\";\n  Array: class__ | null;",
            "export interface class_ {\n  __typename?: \"class_\";\n  it: class__ | null;",
            "export type QueryRoot = class__;",
        ] {
            assert!(text.contains(part), "{part}\n---\n{text}");
        }
    }

    #[test]
    fn types_say_what_may_be_null_and_left_out() {
        let named = |kind: &str, name: &str| json!({"kind": kind, "name": name});
        let needed = |of: Value| json!({"kind": "NON_NULL", "ofType": of});
        let data = json!({"__schema": {
            "queryType": {"name": "query_root"},
            "types": [
                {"kind": "OBJECT", "name": "query_root", "fields": [
                    {"name": "users", "args": [{"name": "limit", "type": named("SCALAR", "Int")}],
                     "type": needed(json!({"kind": "LIST", "ofType": needed(named("OBJECT", "users"))}))},
                ]},
                {"kind": "SCALAR", "name": "numeric"},
                {"kind": "OBJECT", "name": "users", "description": "who */ we know", "fields": [
                    {"name": "id", "args": [], "type": needed(named("SCALAR", "uuid"))},
                    {"name": "worth", "args": [], "type": named("SCALAR", "numeric")},
                ]},
                {"kind": "SCALAR", "name": "uuid"},
                {"kind": "INPUT_OBJECT", "name": "users_set_input", "inputFields": [
                    {"name": "id", "type": named("SCALAR", "uuid")},
                    {"name": "by", "type": needed(named("ENUM", "way"))},
                ]},
                {"kind": "ENUM", "name": "way", "enumValues": [{"name": "asc"}, {"name": "desc"}]},
            ],
            "directives": [],
        }});
        let schema = Schema::read(&data).unwrap();
        let chosen = BTreeMap::from([("numeric".to_owned(), "string".to_owned())]);
        let text = print(&schema, &chosen, "user");
        for part in [
            "  numeric: string;\n  uuid: string;\n",
            "/** who *\\/ we know */\nexport interface users {\n  __typename?: \"users\";\n  id: Scalars[\"uuid\"];\n  worth: Scalars[\"numeric\"] | null;\n}",
            "  users: Array<users>;",
            "export interface query_root_users_args {\n  limit?: Scalars[\"Int\"] | null;\n}",
            "  id?: Scalars[\"uuid\"] | null;\n  by: way;",
            "export type way = \"asc\" | \"desc\";",
        ] {
            assert!(text.contains(part), "{part}\n---\n{text}");
        }
    }
}
