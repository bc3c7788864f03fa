//! The few parts of remote relationships that follow renames. Everything else of them stays
//! opaque here.

use crate::name::QualifiedName;
use crate::parse::parse;
use crate::rename::FieldRenames;
use serde_json::{Map, Value};
use std::collections::HashMap;

fn to_source(relationship: &Value) -> Option<&Map<String, Value>> {
    relationship
        .get("definition")?
        .get("to_source")?
        .as_object()
}

fn to_source_mut(relationship: &mut Value) -> Option<&mut Map<String, Value>> {
    relationship
        .get_mut("definition")?
        .get_mut("to_source")?
        .as_object_mut()
}

/// The source a remote relationship leads to, if it leads to one.
pub(crate) fn target_source(relationship: &Value) -> Option<&str> {
    to_source(relationship)?.get("source")?.as_str()
}

fn target_table(relationship: &Value) -> Option<QualifiedName> {
    parse(to_source(relationship)?.get("table")?.clone()).ok()
}

/// A source got another name.
pub(crate) fn rename_target_source(relationship: &mut Value, old: &str, new: &str) {
    if target_source(relationship) == Some(old)
        && let Some(to_source) = to_source_mut(relationship)
    {
        to_source.insert("source".into(), new.into());
    }
}

/// Tables got other names.
pub(crate) fn rename_target_table(
    relationship: &mut Value,
    source: &str,
    renamed: &HashMap<QualifiedName, QualifiedName>,
) {
    if target_source(relationship) == Some(source)
        && let Some(new) = target_table(relationship).and_then(|table| renamed.get(&table))
        && let Some(to_source) = to_source_mut(relationship)
    {
        to_source.insert("table".into(), crate::export::to_value(new));
    }
}

/// Columns of tables of a source got other names, among them perhaps of the one the relationship
/// leads to.
pub(crate) fn rename_target_columns(
    relationship: &mut Value,
    source: &str,
    renamed: &FieldRenames,
) {
    if target_source(relationship) == Some(source)
        && let Some(renamed) = target_table(relationship).and_then(|table| renamed.get(&table))
        && let Some(Value::Object(mapping)) =
            to_source_mut(relationship).and_then(|to_source| to_source.get_mut("field_mapping"))
    {
        for value in mapping.values_mut() {
            rename_text(value, renamed);
        }
    }
}

/// Columns of the table that has the relationship got other names.
pub(crate) fn rename_own_columns(relationship: &mut Value, renamed: &HashMap<String, String>) {
    let Some(definition) = relationship.get_mut("definition") else {
        return;
    };
    if let Some(Value::Object(mapping)) = definition
        .get_mut("to_source")
        .and_then(|to_source| to_source.get_mut("field_mapping"))
    {
        *mapping = std::mem::take(mapping)
            .into_iter()
            .map(|(key, value)| (renamed.get(&key).cloned().unwrap_or(key), value))
            .collect();
    }
    if let Some(Value::Array(fields)) = definition
        .get_mut("to_remote_schema")
        .and_then(|schema| schema.get_mut("lhs_fields"))
    {
        for field in fields {
            rename_text(field, renamed);
        }
    }
    if let Some(Value::Array(fields)) = definition.get_mut("hasura_fields") {
        for field in fields {
            rename_text(field, renamed);
        }
    }
}

/// Replaces a JSON text that is one of the old names.
pub(crate) fn rename_text(value: &mut Value, renamed: &HashMap<String, String>) {
    if let Some(new) = value.as_str().and_then(|old| renamed.get(old)) {
        *value = new.as_str().into();
    }
}
