//! Answers to `__schema` and `__type`, written as JSON text from the types of a role.

use crate::lower::{Collected, Lowerer};
use crate::types::{
    EnumValue, FieldInfo, InputInfo, RoleSchema, TypeKey, TypeKind, TypeRef, builtin,
};
use howdah_error::Result;
use serde_json::Value;
use std::collections::BTreeMap;

/// Something an introspection field can be asked about.
enum Node {
    Schema,
    Type(TypeRef),
    Field(FieldInfo),
    Input(InputInfo),
    EnumValue(EnumValue),
    Directive(&'static Directive),
}

struct Directive {
    name: &'static str,
    description: &'static str,
    locations: &'static [&'static str],
    args: &'static [(
        &'static str,
        &'static str,
        &'static str,
        bool,
        Option<&'static str>,
    )],
}

const DIRECTIVES: [Directive; 3] = [
    Directive {
        name: "cached",
        description: "whether this query should be cached (Hasura Cloud only)",
        locations: &["QUERY"],
        args: &[
            (
                "refresh",
                "refresh the cache entry",
                "Boolean",
                true,
                Some("false"),
            ),
            ("ttl", "measured in seconds", "Int", true, Some("60")),
        ],
    },
    Directive {
        name: "include",
        description: "whether this query should be included",
        locations: &["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
        args: &[("if", "", "Boolean", true, None)],
    },
    Directive {
        name: "skip",
        description: "whether this query should be skipped",
        locations: &["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
        args: &[("if", "", "Boolean", true, None)],
    },
];

/// Longest answer, in bytes. Nested questions about types multiply; those of honest tools stay far
/// below, also on thousands of tables.
const MAX_ANSWER: usize = 256 << 20;

impl Node {
    fn type_name(&self) -> &'static str {
        match self {
            Node::Schema => "__Schema",
            Node::Type(_) => "__Type",
            Node::Field(_) => "__Field",
            Node::Input(_) => "__InputValue",
            Node::EnumValue(_) => "__EnumValue",
            Node::Directive(_) => "__Directive",
        }
    }
}

/// What an introspection field answers.
enum Answer {
    Value(Value),
    Node(Box<Node>),
    Nodes(Vec<Node>),
    Null,
}

/// Writes the answer of `__schema`.
pub(crate) fn schema<'a>(
    lowerer: &mut Lowerer<'a>,
    field: &Collected<'a>,
    out: &mut String,
) -> Result<()> {
    write_node(lowerer, field, &Node::Schema, out)
}

/// Writes the answer of `__type(name:)`; `null` for unknown names.
pub(crate) fn named_type<'a>(
    lowerer: &mut Lowerer<'a>,
    field: &Collected<'a>,
    name: &str,
    out: &mut String,
) -> Result<()> {
    match all_types(lowerer.schema()).remove(name) {
        Some(key) => write_node(lowerer, field, &Node::Type(key.into()), out),
        None => {
            out.push_str("null");
            Ok(())
        }
    }
}

fn write_node<'a>(
    lowerer: &mut Lowerer<'a>,
    field: &Collected<'a>,
    node: &Node,
    out: &mut String,
) -> Result<()> {
    if out.len() > MAX_ANSWER {
        return Err(lowerer.error("the answer of the introspection is too large".into()));
    }
    let type_name = node.type_name();
    let selected = lowerer.subselection(field, &TypeKey::Builtin(type_name))?;
    out.push('{');
    for (i, item) in selected.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        push_json(out, &item.key.into());
        out.push(':');
        lowerer.enter(["selectionSet", item.name], |l| {
            let Some(answer) = answer(l, node, item)? else {
                return Err(l.error(format!(
                    "field '{}' not found in type: '{type_name}'",
                    item.name
                )));
            };
            write_answer(l, item, answer, out)
        })?;
    }
    out.push('}');
    Ok(())
}

fn write_answer<'a>(
    lowerer: &mut Lowerer<'a>,
    field: &Collected<'a>,
    answer: Answer,
    out: &mut String,
) -> Result<()> {
    match answer {
        Answer::Value(value) => {
            lowerer.no_selection(field)?;
            push_json(out, &value);
        }
        Answer::Null => out.push_str("null"),
        Answer::Node(node) => write_node(lowerer, field, &node, out)?,
        Answer::Nodes(nodes) => {
            out.push('[');
            for (i, node) in nodes.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_node(lowerer, field, node, out)?;
            }
            out.push(']');
        }
    }
    Ok(())
}

fn push_json(out: &mut String, value: &Value) {
    out.push_str(&value.to_string());
}

fn text(value: Option<&str>) -> Answer {
    Answer::Value(value.map_or(Value::Null, Value::from))
}

fn answer<'a>(
    lowerer: &mut Lowerer<'a>,
    node: &Node,
    field: &Collected<'a>,
) -> Result<Option<Answer>> {
    if field.name == "__typename" {
        return Ok(Some(text(Some(node.type_name()))));
    }
    let schema = lowerer.schema();
    let with_deprecated = matches!(
        (node, field.name),
        (Node::Type(_), "fields" | "enumValues" | "inputFields")
            | (Node::Field(_) | Node::Directive(_), "args")
    );
    for (name, value) in field.arguments {
        if with_deprecated && name == "includeDeprecated" {
            lowerer.check_boolean(value)?;
        } else {
            return Err(lowerer.error(format!("'{}' has no argument named '{name}'", field.name)));
        }
    }
    Ok(match node {
        Node::Schema => schema_answer(schema, field.name),
        Node::Type(ty) => type_answer(schema, ty, field.name),
        Node::Field(info) => field_answer(info, field.name),
        Node::Input(info) => input_answer(info, field.name),
        Node::EnumValue(value) => match field.name {
            "name" => Some(text(Some(&value.name))),
            "description" => Some(text(value.description.as_deref())),
            "isDeprecated" => Some(Answer::Value(false.into())),
            "deprecationReason" => Some(text(None)),
            _ => None,
        },
        Node::Directive(directive) => directive_answer(directive, field.name),
    })
}

fn schema_answer(schema: RoleSchema<'_>, name: &str) -> Option<Answer> {
    let root = |key: TypeKey| Answer::Node(Box::new(Node::Type(key.into())));
    Some(match name {
        "description" => Answer::Null,
        "queryType" => root(TypeKey::QueryRoot),
        "mutationType" if schema.has_mutations() => root(TypeKey::MutationRoot),
        "subscriptionType" if schema.has_subscriptions() => root(TypeKey::SubscriptionRoot),
        "mutationType" | "subscriptionType" => Answer::Null,
        "types" => Answer::Nodes(
            all_types(schema)
                .into_values()
                .map(|key| Node::Type(key.into()))
                .collect(),
        ),
        "directives" => Answer::Nodes(DIRECTIVES.iter().map(Node::Directive).collect()),
        _ => return None,
    })
}

fn type_answer(schema: RoleSchema<'_>, ty: &TypeRef, name: &str) -> Option<Answer> {
    let key = match ty {
        TypeRef::Named(key) => Some(key),
        _ => None,
    };
    let kind = key.map(|key| schema.type_kind(key));
    Some(match name {
        "kind" => text(Some(match (ty, kind) {
            (TypeRef::NonNull(_), _) => "NON_NULL",
            (TypeRef::List(_), _) => "LIST",
            (_, Some(TypeKind::Object)) => "OBJECT",
            (_, Some(TypeKind::Input)) => "INPUT_OBJECT",
            (_, Some(TypeKind::Enum)) => "ENUM",
            _ => "SCALAR",
        })),
        "name" => match key {
            Some(key) => text(Some(&schema.type_name(key))),
            None => Answer::Value(Value::Null),
        },
        "description" => match key {
            Some(key) => text(schema.type_description(key).as_deref()),
            None => Answer::Value(Value::Null),
        },
        "specifiedByURL" => Answer::Value(Value::Null),
        "fields" => match (key, kind) {
            (Some(key), Some(TypeKind::Object)) => {
                let mut fields = fields_of(schema, key);
                fields.sort_by(|a, b| a.name.cmp(&b.name));
                Answer::Nodes(fields.into_iter().map(Node::Field).collect())
            }
            _ => Answer::Null,
        },
        "interfaces" => match kind {
            Some(TypeKind::Object) => Answer::Nodes(Vec::new()),
            _ => Answer::Null,
        },
        "possibleTypes" => Answer::Null,
        "enumValues" => match (key, kind) {
            (Some(key), Some(TypeKind::Enum)) => {
                let mut values = enum_values_of(schema, key);
                values.sort_by(|a, b| a.name.cmp(&b.name));
                Answer::Nodes(values.into_iter().map(Node::EnumValue).collect())
            }
            _ => Answer::Null,
        },
        "inputFields" => match (key, kind) {
            (Some(key), Some(TypeKind::Input)) => {
                let mut inputs = schema.inputs(key);
                inputs.sort_by(|a, b| a.shown().cmp(b.shown()));
                Answer::Nodes(inputs.into_iter().map(Node::Input).collect())
            }
            _ => Answer::Null,
        },
        "ofType" => match ty {
            TypeRef::NonNull(inner) | TypeRef::List(inner) => {
                Answer::Node(Box::new(Node::Type((**inner).clone())))
            }
            TypeRef::Named(_) => Answer::Null,
        },
        _ => return None,
    })
}

fn field_answer(info: &FieldInfo, name: &str) -> Option<Answer> {
    Some(match name {
        "name" => text(Some(&info.name)),
        "description" => text(info.description.as_deref()),
        "args" => {
            let mut args = info.args.clone();
            args.sort_by(|a, b| a.shown().cmp(b.shown()));
            Answer::Nodes(args.into_iter().map(Node::Input).collect())
        }
        "type" => Answer::Node(Box::new(Node::Type(info.ty.clone()))),
        "isDeprecated" => Answer::Value(false.into()),
        "deprecationReason" => text(None),
        _ => return None,
    })
}

fn input_answer(info: &InputInfo, name: &str) -> Option<Answer> {
    Some(match name {
        "name" => text(Some(info.shown())),
        "description" => text(info.description.as_deref()),
        "type" => Answer::Node(Box::new(Node::Type(info.ty.clone()))),
        "defaultValue" => text(info.default),
        "isDeprecated" => Answer::Value(false.into()),
        "deprecationReason" => text(None),
        _ => return None,
    })
}

fn directive_answer(directive: &'static Directive, name: &str) -> Option<Answer> {
    Some(match name {
        "name" => text(Some(directive.name)),
        "description" => text(Some(directive.description)),
        "locations" => Answer::Value(Value::from(directive.locations.to_vec())),
        "isRepeatable" => Answer::Value(false.into()),
        "args" => Answer::Nodes(
            directive
                .args
                .iter()
                .map(|(name, description, ty, required, default)| {
                    let ty = builtin(ty);
                    let description = (!description.is_empty()).then_some(*description);
                    let ty = if *required { ty.non_null() } else { ty };
                    let mut info = crate::types::input(name, description, ty);
                    info.default = *default;
                    Node::Input(info)
                })
                .collect(),
        ),
        _ => return None,
    })
}

/// Every type that can be reached from the roots, by name.
pub(crate) fn all_types(schema: RoleSchema<'_>) -> BTreeMap<String, TypeKey> {
    let mut found = BTreeMap::new();
    let mut todo = vec![TypeKey::QueryRoot];
    if schema.has_mutations() {
        todo.push(TypeKey::MutationRoot);
    }
    if schema.has_subscriptions() {
        todo.push(TypeKey::SubscriptionRoot);
    }
    todo.extend(
        [
            "Boolean",
            "Int",
            "String",
            "__Schema",
            "__Type",
            "__Directive",
        ]
        .map(TypeKey::Builtin),
    );
    while let Some(key) = todo.pop() {
        let name = schema.type_name(&key);
        if found.contains_key(&name) {
            continue;
        }
        match schema.type_kind(&key) {
            TypeKind::Object => {
                for field in fields_of(schema, &key) {
                    todo.push(field.ty.key().clone());
                    todo.extend(field.args.iter().map(|a| a.ty.key().clone()));
                }
            }
            TypeKind::Input => {
                todo.extend(schema.inputs(&key).iter().map(|i| i.ty.key().clone()));
            }
            TypeKind::Enum | TypeKind::Scalar => {}
        }
        found.insert(name, key);
    }
    found
}

fn fields_of(schema: RoleSchema<'_>, key: &TypeKey) -> Vec<FieldInfo> {
    match key {
        TypeKey::Builtin(name) => meta_fields(name),
        key => schema.fields(key),
    }
}

fn enum_values_of(schema: RoleSchema<'_>, key: &TypeKey) -> Vec<EnumValue> {
    let names: &[&str] = match key {
        TypeKey::Builtin("__TypeKind") => &[
            "ENUM",
            "INPUT_OBJECT",
            "INTERFACE",
            "LIST",
            "NON_NULL",
            "OBJECT",
            "SCALAR",
            "UNION",
        ],
        TypeKey::Builtin("__DirectiveLocation") => &[
            "QUERY",
            "MUTATION",
            "SUBSCRIPTION",
            "FIELD",
            "FRAGMENT_DEFINITION",
            "FRAGMENT_SPREAD",
            "INLINE_FRAGMENT",
            "VARIABLE_DEFINITION",
            "SCHEMA",
            "SCALAR",
            "OBJECT",
            "FIELD_DEFINITION",
            "ARGUMENT_DEFINITION",
            "INTERFACE",
            "UNION",
            "ENUM",
            "ENUM_VALUE",
            "INPUT_OBJECT",
            "INPUT_FIELD_DEFINITION",
        ],
        key => return schema.enum_values(key),
    };
    names
        .iter()
        .map(|name| EnumValue::new((*name).into(), None))
        .collect()
}

/// The fields of the introspection types themselves.
pub(crate) fn meta_fields(name: &str) -> Vec<FieldInfo> {
    let list = |name| builtin(name).non_null().list();
    let string = || builtin("String");
    let flag = || builtin("Boolean").non_null();
    let fields: Vec<(&str, TypeRef)> = match name {
        "__Schema" => vec![
            ("description", string()),
            ("directives", list("__Directive").non_null()),
            ("mutationType", builtin("__Type")),
            ("queryType", builtin("__Type").non_null()),
            ("subscriptionType", builtin("__Type")),
            ("types", list("__Type").non_null()),
        ],
        "__Type" => vec![
            ("description", string()),
            ("enumValues", list("__EnumValue")),
            ("fields", list("__Field")),
            ("inputFields", list("__InputValue")),
            ("interfaces", list("__Type")),
            ("kind", builtin("__TypeKind").non_null()),
            ("name", string()),
            ("ofType", builtin("__Type")),
            ("possibleTypes", list("__Type")),
            ("specifiedByURL", string()),
        ],
        "__Field" => vec![
            ("args", list("__InputValue").non_null()),
            ("deprecationReason", string()),
            ("description", string()),
            ("isDeprecated", flag()),
            ("name", string().non_null()),
            ("type", builtin("__Type").non_null()),
        ],
        "__InputValue" => vec![
            ("defaultValue", string()),
            ("deprecationReason", string()),
            ("description", string()),
            ("isDeprecated", flag()),
            ("name", string().non_null()),
            ("type", builtin("__Type").non_null()),
        ],
        "__EnumValue" => vec![
            ("deprecationReason", string()),
            ("description", string()),
            ("isDeprecated", flag()),
            ("name", string().non_null()),
        ],
        "__Directive" => vec![
            ("args", list("__InputValue").non_null()),
            ("description", string()),
            ("isRepeatable", flag()),
            ("locations", list("__DirectiveLocation").non_null()),
            ("name", string().non_null()),
        ],
        _ => Vec::new(),
    };
    fields
        .into_iter()
        .map(|(field, ty)| FieldInfo {
            name: field.into(),
            description: None,
            args: if matches!((name, field), ("__Type", "fields" | "enumValues")) {
                let mut flag = crate::types::input("includeDeprecated", None, builtin("Boolean"));
                flag.default = Some("false");
                vec![flag]
            } else {
                Vec::new()
            },
            ty,
            kind: crate::types::FieldKind::Meta,
        })
        .collect()
}
