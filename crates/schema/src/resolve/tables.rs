//! First pass over a source: which tracked tables exist, and what they and their columns are called.

use super::enum_tables::{self, EnumColumns};
use super::findings::Findings;
use super::kept::Kept;
use super::{Database, columns, description, root_names};
use crate::model::{SchemaOptions, Source, Table, is_graphql_name};
use crate::naming::Base;
use howdah_error::{Error, Result};
use howdah_ir::catalog::TableId;
use howdah_metadata::{DEFAULT_SCHEMA, MetadataObject};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Fills [`Source::tables`]; members, relationships and computed fields come later.
pub(super) fn resolve(
    source: &mut Source,
    metadata: &howdah_metadata::Source,
    database: &Database,
    options: &SchemaOptions,
    kept: Option<&Kept<'_>>,
    findings: &mut Findings<'_>,
) {
    for tracked in &metadata.tables {
        let same = kept.and_then(|kept| {
            let name = &tracked.table;
            kept.table(source.catalog.table_named(&name.schema, &name.name)?)
        });
        if let Some(table) = same {
            source.tables.insert(table.id, table.clone());
            continue;
        }
        match resolve_table(source, tracked, database, options) {
            Ok(table) => {
                source.tables.insert(table.id, Arc::new(table));
            }
            Err(error) => {
                findings.add(
                    MetadataObject::table(&metadata.name, tracked.table.clone()),
                    error,
                );
            }
        }
    }
    mark_enum_columns(source);
}

fn resolve_table(
    source: &Source,
    tracked: &howdah_metadata::Table,
    database: &Database,
    options: &SchemaOptions,
) -> Result<Table> {
    let catalog = &source.catalog;
    let id = catalog
        .table_named(&tracked.table.schema, &tracked.table.name)
        .ok_or_else(|| {
            Error::not_exists(format!(
                "no such table/view exists in source: \"{}\"",
                tracked.table
            ))
        })?;
    let found = catalog.table(id);
    let configuration = &tracked.configuration;
    let name: Arc<str> = match &configuration.custom_name {
        Some(custom) => custom.as_str().into(),
        None => default_name(&tracked.table.schema, &tracked.table.name).into(),
    };
    let base = match configuration.custom_name {
        Some(_) => Base::Custom(&name),
        None => Base::Database(&name),
    };
    let enum_values = if tracked.is_enum {
        EnumColumns::find(catalog, id)?;
        Some(enum_tables::values(
            database.enum_values.get(&tracked.table),
            &tracked.table,
        )?)
    } else {
        None
    };
    let database_name = tracked.table.to_string();
    Ok(Table {
        id,
        exposed: is_graphql_name(&name),
        description: description(
            configuration.comment.as_deref(),
            found.comment.as_ref(),
            || Some(format!("columns and relationships of {database_name:?}")),
        ),
        root_fields: root_names::root_fields(&source.names, configuration, base, &database_name),
        type_base: source.names.type_base(base).into(),
        columns: columns::views(catalog, found, configuration, &source.names, options)?,
        name,
        relationships: IndexMap::new(),
        native_relationships: IndexMap::new(),
        computed_fields: IndexMap::new(),
        members: BTreeMap::new(),
        enum_values,
    })
}

/// `name` in `public`, else `schema_name`: the base of GraphQL names.
pub(super) fn default_name(schema: &str, name: &str) -> String {
    if schema == DEFAULT_SCHEMA {
        name.to_owned()
    } else {
        format!("{schema}_{name}")
    }
}

/// Columns with a foreign key of their own to the key of an enum table hold its values.
fn mark_enum_columns(source: &mut Source) {
    let catalog = source.catalog.clone();
    let enums: Vec<TableId> = source
        .tables
        .values()
        .filter(|table| table.enum_values.is_some() && table.exposed)
        .map(|table| table.id)
        .collect();
    if enums.is_empty() {
        return;
    }
    for table in source.tables.values_mut() {
        // Kept ones hold the right values already: enum tables are never among what has changed.
        let Some(table) = Arc::get_mut(table) else {
            continue;
        };
        for key in &catalog.table(table.id).foreign_keys {
            let ([column], [target_column]) =
                (key.columns.as_slice(), key.target_columns.as_slice())
            else {
                continue;
            };
            let primary = catalog.table(key.target).primary_key.as_ref();
            let to_key = primary.is_some_and(|primary| primary.columns == [*target_column]);
            if to_key
                && enums.contains(&key.target)
                && let Some(view) = table.columns.get_mut(column.index())
            {
                view.enum_table = Some(key.target);
            }
        }
    }
}
