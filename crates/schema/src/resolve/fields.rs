//! Names of a table's fields: conflicts between them, and the map of all of them.

use super::kept::Kept;
use crate::model::{ComputedReturn, Member, NameStyle, RelationshipKind, Source, Table};
use crate::naming::Base;
use howdah_error::{Error, Result};
use howdah_ir::catalog::{ColumnId, TableId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Checks that a relationship or computed field with these names takes no other field's.
///
/// # Errors
/// With the text of the conflict.
pub(super) fn check_free(source: &Source, id: TableId, names: &[String]) -> Result<()> {
    let Some(table) = source.table(id) else {
        return Ok(());
    };
    let catalog = source.catalog.table(id);
    for name in names {
        let renamed = table
            .columns
            .iter()
            .zip(&catalog.columns)
            .find(|(view, column)| view.name.as_deref() == Some(name) && *column.name != **name);
        if let Some((_, column)) = renamed {
            return Err(Error::already_exists(format!(
                "field definition conflicts with custom field name for postgres column {:?}",
                &*column.name
            )));
        }
    }
    if names
        .first()
        .is_some_and(|name| catalog.column_named(name).is_some())
    {
        return Err(Error::already_exists(
            "field definition conflicts with postgres column",
        ));
    }
    let taken = members(table, &source.names);
    if let Some(name) = names.iter().find(|name| taken.contains_key(name.as_str())) {
        return Err(Error::already_exists(format!(
            "field definition conflicts with another field of the name {name:?}"
        )));
    }
    Ok(())
}

/// Fills [`Table::members`] of all tables.
pub(super) fn finish(source: &mut Source, kept: Option<&Kept<'_>>) {
    for query in source.natives.values_mut() {
        query.rows.members = members(&query.rows, &source.names);
    }
    for table in source.tables.values_mut() {
        if kept.is_some_and(|kept| kept.has(table.id)) {
            continue;
        }
        let table = Arc::make_mut(table);
        table.members = members(table, &source.names);
    }
}

fn members(table: &Table, style: &NameStyle) -> BTreeMap<Arc<str>, Member> {
    let mut found = BTreeMap::new();
    for (position, view) in table.columns.iter().enumerate() {
        if let Some(name) = &view.name {
            found.insert(name.clone(), Member::Column(ColumnId(position as u32)));
        }
    }
    for (position, (name, relationship)) in table.relationships.iter().enumerate() {
        found.insert(name.clone(), Member::Relationship(position));
        if relationship.kind == RelationshipKind::Array {
            found.insert(
                aggregate(name, style),
                Member::RelationshipAggregate(position),
            );
        }
    }
    for (position, name) in table.native_relationships.keys().enumerate() {
        found.insert(name.clone(), Member::NativeRelationship(position));
    }
    for (position, (name, computed)) in table.computed_fields.iter().enumerate() {
        found.insert(name.clone(), Member::Computed(position));
        if matches!(computed.returns, ComputedReturn::Rows(_)) {
            found.insert(aggregate(name, style), Member::ComputedAggregate(position));
        }
    }
    found
}

fn aggregate(name: &str, style: &NameStyle) -> Arc<str> {
    style.compose("", Base::Custom(name), "_aggregate").into()
}
