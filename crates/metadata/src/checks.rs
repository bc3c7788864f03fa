//! What types alone do not say of a document: names are unique within their list, and array
//! relationships have no foreign key of their own table. Knows no database.

use crate::document::Metadata;
use crate::logical_model::{LogicalModel, LogicalModelField};
use crate::native_query::NativeQuery;
use crate::parse::parse_object;
use crate::permission::{Permission, SelectPermission};
use crate::relationship::RelationshipUsing;
use crate::source::Source;
use crate::table::Table;
use howdah_error::{Error, Result, Within};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;
use std::fmt::Display;

/// Refuses a document that breaks these rules.
///
/// # Errors
/// `parse-failed` at the list or object.
pub(crate) fn check(metadata: &Metadata) -> Result<()> {
    let names = metadata.sources.iter().map(|source| &source.name);
    let opaque = metadata.opaque_sources.iter().map(|source| &source.name);
    unique("sources", "sources", names.chain(opaque))?;
    unique(
        "query_collections",
        "query collections",
        metadata
            .query_collections
            .iter()
            .map(|collection| &collection.name),
    )?;
    unique(
        "allowlist",
        "allowlist entries",
        metadata.allowlist.iter().map(|entry| &entry.collection),
    )?;
    unique(
        "inherited_roles",
        "inherited roles",
        metadata.inherited_roles.iter().map(|role| &role.role_name),
    )?;
    named("remote_schemas", "remote schemas", &metadata.remote_schemas)?;
    named("actions", "actions", &metadata.actions)?;
    named("cron_triggers", "cron triggers", &metadata.cron_triggers)?;
    named("rest_endpoints", "REST endpoints", &metadata.rest_endpoints)?;
    for (index, source) in metadata.sources.iter().enumerate() {
        check_source(source).within(index).within("sources")?;
    }
    Ok(())
}

fn check_source(source: &Source) -> Result<()> {
    unique(
        "tables",
        "tables",
        source.tables.iter().map(|table| &table.table),
    )?;
    unique(
        "functions",
        "functions",
        source.functions.iter().map(|function| &function.function),
    )?;
    unique(
        "native_queries",
        "native queries",
        source
            .native_queries
            .iter()
            .map(|query| &query.root_field_name),
    )?;
    for (index, query) in source.native_queries.iter().enumerate() {
        check_query(query).within(index).within("native_queries")?;
    }
    unique(
        "logical_models",
        "logical models",
        source.logical_models.iter().map(|model| &model.name),
    )?;
    for (index, model) in source.logical_models.iter().enumerate() {
        check_model(model).within(index).within("logical_models")?;
    }
    for (index, table) in source.tables.iter().enumerate() {
        check_table(table).within(index).within("tables")?;
    }
    for (index, function) in source.functions.iter().enumerate() {
        let roles = function
            .permissions
            .iter()
            .map(|permission| &permission.role);
        unique("permissions", "function permissions", roles)
            .within(index)
            .within("functions")?;
    }
    Ok(())
}

/// Relationships of a kind, and what is in a shape of its own, have names of their own.
///
/// # Errors
/// `parse-failed` at the list.
pub(crate) fn check_query(query: &NativeQuery) -> Result<()> {
    for (key, list) in [
        ("object_relationships", &query.object_relationships),
        ("array_relationships", &query.array_relationships),
    ] {
        unique(key, "relationships", list.iter().map(|found| &found.name))?;
    }
    match query.returns.own() {
        Some(own) => check_shape(&own.fields, &own.select_permissions).within("returns"),
        None => Ok(()),
    }
}

/// Fields and permissions of a logical model have names of their own.
///
/// # Errors
/// `parse-failed` at the list.
pub(crate) fn check_model(model: &LogicalModel) -> Result<()> {
    check_shape(&model.fields, &model.select_permissions)
}

fn check_shape(
    fields: &[LogicalModelField],
    permissions: &[Permission<SelectPermission>],
) -> Result<()> {
    unique("fields", "fields", fields.iter().map(|field| &field.name))?;
    unique(
        "select_permissions",
        "select permissions",
        permissions.iter().map(|entry| &entry.role),
    )
}

fn check_table(table: &Table) -> Result<()> {
    for (index, relationship) in table.array_relationships.iter().enumerate() {
        check_array_using(&relationship.using)
            .within("using")
            .within(index)
            .within("array_relationships")?;
    }
    unique(
        "object_relationships",
        "relationships",
        table
            .object_relationships
            .iter()
            .map(|relationship| &relationship.name),
    )?;
    unique(
        "array_relationships",
        "relationships",
        table
            .array_relationships
            .iter()
            .map(|relationship| &relationship.name),
    )?;
    named(
        "remote_relationships",
        "remote relationships",
        &table.remote_relationships,
    )?;
    named("event_triggers", "event triggers", &table.event_triggers)?;
    unique(
        "computed_fields",
        "computed fields",
        table.computed_fields.iter().map(|field| &field.name),
    )?;
    unique(
        "insert_permissions",
        "insert permissions",
        table
            .insert_permissions
            .iter()
            .map(|permission| &permission.role),
    )?;
    unique(
        "select_permissions",
        "select permissions",
        table
            .select_permissions
            .iter()
            .map(|permission| &permission.role),
    )?;
    unique(
        "update_permissions",
        "update permissions",
        table
            .update_permissions
            .iter()
            .map(|permission| &permission.role),
    )?;
    unique(
        "delete_permissions",
        "delete permissions",
        table
            .delete_permissions
            .iter()
            .map(|permission| &permission.role),
    )
}

/// An array relationship cannot follow a foreign key of its own table.
///
/// # Errors
/// `parse-failed` of `using` as a whole.
pub(crate) fn check_array_using(using: &RelationshipUsing) -> Result<()> {
    match using {
        RelationshipUsing::ForeignKeyOn(_) => {
            Err(Error::parse_failed("Expecting object { table, columns }."))
        }
        RelationshipUsing::ForeignKeyOf { .. } | RelationshipUsing::Manual(_) => Ok(()),
    }
}

/// Objects of parts that are only kept have a name all the same, which is how commands find them.
fn named(key: &str, things: &str, list: &[Value]) -> Result<()> {
    let mut names = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        match value.get("name") {
            Some(Value::String(name)) => names.push(name),
            _ => parse_object::<Named>(value.clone())
                .map(drop)
                .within(index)
                .within(key)?,
        }
    }
    unique(key, things, names.into_iter())
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "name")]
    _name: String,
}

fn unique<'a, T: Display + 'a>(
    key: &str,
    things: &str,
    names: impl Iterator<Item = &'a T>,
) -> Result<()> {
    let mut seen = HashSet::new();
    let mut duplicates: Vec<String> = Vec::new();
    for name in names {
        let name = name.to_string();
        if seen.contains(&name) {
            if !duplicates.contains(&name) {
                duplicates.push(name);
            }
        } else {
            seen.insert(name);
        }
    }
    if duplicates.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = duplicates
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    Err(Error::parse_failed(format!(
        "multiple declarations exist for the following {things}: {}",
        list.join(", ")
    ))
    .within(key))
}
