//! Actions and custom types: in the document whole, in the folder split into signatures
//! (`actions.graphql`) and the rest (`actions.yaml`).

use super::sdl::{self, Definition, Field, Kind};
use crate::error::{Error, Place, Result};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Kinds of custom types: their key in the document and their keyword.
const TYPE_KINDS: [(&str, Kind); 4] = [
    ("enums", Kind::Enum),
    ("input_objects", Kind::Input),
    ("objects", Kind::Object),
    ("scalars", Kind::Scalar),
];

/// Puts `actions.yaml` and `actions.graphql` together: actions and custom types.
pub(super) fn join(
    mut parts: Map<String, Value>,
    text: &str,
    sdl_file: &Path,
    yaml_file: &Path,
) -> Result<(Vec<Value>, Map<String, Value>)> {
    let definitions = sdl::parse(text).map_err(|fault| {
        Error::content(
            Place::position(sdl_file, fault.line, fault.column),
            fault.message,
        )
    })?;
    let (roots, types): (Vec<_>, Vec<_>) = definitions.into_iter().partition(|definition| {
        root_type(&definition.name).is_some() && definition.kind == Kind::Object
    });

    let mut actions = list(parts.shift_remove("actions"));
    for action in &mut actions {
        let Some(name) = action
            .get("name")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            continue;
        };
        let signature = roots.iter().find_map(|root| {
            let field = root.fields.iter().find(|field| field.name == name)?;
            Some((root_type(&root.name)?, field))
        });
        let definition = action.as_object_mut().map(|action| {
            action
                .entry("definition")
                .or_insert_with(|| Value::Object(Map::new()))
        });
        let Some(Value::Object(definition)) = definition else {
            continue;
        };
        match signature {
            Some((kind, field)) => sign(definition, kind, field),
            None if definition.contains_key("output_type") => {}
            None => {
                return Err(Error::content(
                    Place::file(yaml_file),
                    format!(
                        "the action \"{name}\" has no signature in {}",
                        sdl_file.display()
                    ),
                ));
            }
        }
    }

    let mut custom_types = match parts.shift_remove("custom_types") {
        Some(Value::Object(types)) => types,
        _ => Map::new(),
    };
    for (key, kind) in TYPE_KINDS {
        let mut listed = list(custom_types.shift_remove(key));
        for definition in types.iter().filter(|definition| definition.kind == kind) {
            let named =
                |entry: &Value| entry.get("name").and_then(Value::as_str) == Some(&definition.name);
            let index = match listed.iter().position(named) {
                Some(index) => index,
                None => {
                    listed.push(json!({ "name": definition.name }));
                    listed.len() - 1
                }
            };
            if let Some(Value::Object(entry)) = listed.get_mut(index) {
                fill(entry, definition);
            }
        }
        custom_types.insert(key.into(), listed.into());
    }
    Ok((actions, custom_types))
}

fn root_type(name: &str) -> Option<&'static str> {
    match name {
        "Mutation" => Some("mutation"),
        "Query" => Some("query"),
        _ => None,
    }
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// Gives an action its signature.
fn sign(definition: &mut Map<String, Value>, kind: &str, field: &Field) {
    definition.insert("type".into(), kind.into());
    if definition.get("kind").and_then(Value::as_str) == Some("") {
        definition.shift_remove("kind");
    }
    if !field.arguments.is_empty() {
        let arguments: Vec<Value> = field.arguments.iter().map(field_json).collect();
        definition.insert("arguments".into(), arguments.into());
    }
    definition.insert("output_type".into(), field.of_type.clone().into());
}

/// Gives a custom type its fields.
fn fill(entry: &mut Map<String, Value>, definition: &Definition) {
    if let Some(description) = &definition.description {
        entry.insert("description".into(), description.clone().into());
    }
    match definition.kind {
        Kind::Scalar => {}
        Kind::Enum => {
            let values: Vec<Value> = definition.fields.iter().map(value_json).collect();
            entry.insert("values".into(), values.into());
        }
        Kind::Object | Kind::Input => {
            let fields: Vec<Value> = definition.fields.iter().map(field_json).collect();
            entry.insert("fields".into(), fields.into());
        }
    }
}

fn field_json(field: &Field) -> Value {
    let mut map = Map::new();
    map.insert("name".into(), field.name.clone().into());
    map.insert("type".into(), field.of_type.clone().into());
    if let Some(description) = &field.description {
        map.insert("description".into(), description.clone().into());
    }
    if !field.arguments.is_empty() {
        let arguments: Vec<Value> = field.arguments.iter().map(field_json).collect();
        map.insert("arguments".into(), arguments.into());
    }
    map.into()
}

fn value_json(field: &Field) -> Value {
    let mut map = Map::new();
    map.insert("value".into(), field.name.clone().into());
    if let Some(description) = &field.description {
        map.insert("description".into(), description.clone().into());
    }
    if field.deprecated {
        map.insert("is_deprecated".into(), true.into());
    }
    map.into()
}

/// Takes actions and custom types apart: the content of `actions.yaml` and the text of
/// `actions.graphql`.
pub(super) fn split(actions: &[Value], custom_types: Option<&Value>) -> (Value, String) {
    let mut definitions = Vec::new();
    let actions: Vec<Value> = actions
        .iter()
        .map(|action| {
            let mut action = action.clone();
            definitions.extend(take_signature(&mut action));
            action
        })
        .collect();
    let mut types = match custom_types {
        Some(Value::Object(types)) => types.clone(),
        _ => Map::new(),
    };
    let mut sorted = Map::new();
    let mut defined: Vec<(Kind, Vec<Definition>)> = Vec::new();
    for (key, kind) in TYPE_KINDS {
        let mut listed = list(types.shift_remove(key));
        let group = listed
            .iter_mut()
            .filter_map(|entry| take_definition(entry, kind))
            .collect();
        defined.push((kind, group));
        sorted.insert(key.into(), listed.into());
    }
    sorted.extend(types);
    for wanted in [Kind::Input, Kind::Object, Kind::Scalar, Kind::Enum] {
        for (kind, group) in &mut defined {
            if *kind == wanted {
                definitions.append(group);
            }
        }
    }
    (
        json!({ "actions": actions, "custom_types": sorted }),
        sdl::print(&definitions),
    )
}

fn take_signature(action: &mut Value) -> Option<Definition> {
    let name = action.get("name")?.as_str()?.to_owned();
    let definition = action.get_mut("definition")?.as_object_mut()?;
    let of_type = definition.get("output_type")?.as_str()?.to_owned();
    let root = match definition.get("type").and_then(Value::as_str) {
        Some("query") => "Query",
        _ => "Mutation",
    };
    let arguments = list(definition.get("arguments").cloned());
    let arguments: Option<Vec<Field>> = arguments.iter().map(field_of).collect();
    let arguments = arguments?;
    for key in ["type", "output_type", "arguments"] {
        definition.shift_remove(key);
    }
    let field = Field {
        name,
        description: None,
        arguments,
        of_type,
        deprecated: false,
    };
    Some(Definition {
        kind: Kind::Object,
        name: root.into(),
        description: None,
        fields: vec![field],
    })
}

/// Takes from a custom type what `actions.graphql` can say.
fn take_definition(entry: &mut Value, kind: Kind) -> Option<Definition> {
    let map = entry.as_object_mut()?;
    let name = map.get("name")?.as_str()?.to_owned();
    let key = match kind {
        Kind::Enum => "values",
        Kind::Object | Kind::Input => "fields",
        Kind::Scalar => "",
    };
    let fields: Option<Vec<Field>> = list(map.get(key).cloned())
        .iter()
        .map(if kind == Kind::Enum {
            value_of
        } else {
            field_of
        })
        .collect();
    let fields = fields?;
    map.shift_remove(key);
    let description = match map.get("description") {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    map.shift_remove("description");
    Some(Definition {
        kind,
        name,
        description,
        fields,
    })
}

fn field_of(value: &Value) -> Option<Field> {
    let arguments = match value.get("arguments") {
        Some(Value::Array(arguments)) => arguments.iter().map(field_of).collect::<Option<_>>()?,
        _ => Vec::new(),
    };
    Some(Field {
        name: value.get("name")?.as_str()?.to_owned(),
        description: value
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned),
        arguments,
        of_type: value.get("type")?.as_str()?.to_owned(),
        deprecated: false,
    })
}

fn value_of(value: &Value) -> Option<Field> {
    Some(Field {
        name: value.get("value")?.as_str()?.to_owned(),
        description: value
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned),
        arguments: Vec::new(),
        of_type: String::new(),
        deprecated: value
            .get("is_deprecated")
            .and_then(Value::as_bool)
            .unwrap_or(false),
    })
}
