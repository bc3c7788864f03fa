//! The few parts of remote relationships that follow renames. Everything else of them stays
//! opaque here.

use crate::name::QualifiedName;
use crate::parse::parse;
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

fn leads_to(relationship: &Value, source: &str, table: &QualifiedName) -> bool {
    target_source(relationship) == Some(source)
        && target_table(relationship).as_ref() == Some(table)
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

/// A column of the table the relationship leads to got another name.
pub(crate) fn rename_target_column(
    relationship: &mut Value,
    source: &str,
    table: &QualifiedName,
    old: &str,
    new: &str,
) {
    if leads_to(relationship, source, table)
        && let Some(Value::Object(mapping)) =
            to_source_mut(relationship).and_then(|to_source| to_source.get_mut("field_mapping"))
    {
        for value in mapping.values_mut() {
            rename_text(value, old, new);
        }
    }
}

/// A column of the table that has the relationship got another name.
pub(crate) fn rename_own_column(relationship: &mut Value, old: &str, new: &str) {
    let Some(definition) = relationship.get_mut("definition") else {
        return;
    };
    if let Some(Value::Object(mapping)) = definition
        .get_mut("to_source")
        .and_then(|to_source| to_source.get_mut("field_mapping"))
    {
        let renamed = std::mem::take(mapping)
            .into_iter()
            .map(|(key, value)| (if key == old { new.to_owned() } else { key }, value))
            .collect();
        *mapping = renamed;
    }
    if let Some(Value::Array(fields)) = definition
        .get_mut("to_remote_schema")
        .and_then(|schema| schema.get_mut("lhs_fields"))
    {
        for field in fields {
            rename_text(field, old, new);
        }
    }
    if let Some(Value::Array(fields)) = definition.get_mut("hasura_fields") {
        for field in fields {
            rename_text(field, old, new);
        }
    }
}

/// Replaces a JSON text that is equal to `old`.
pub(crate) fn rename_text(value: &mut Value, old: &str, new: &str) {
    if value.as_str() == Some(old) {
        *value = new.into();
    }
}
