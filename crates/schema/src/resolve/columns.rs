//! GraphQL names and descriptions of a table's columns.

use super::description;
use crate::model::{ColumnView, NameStyle, SchemaOptions, is_graphql_name};
use crate::types::{is_list, scalar_name};
use howdah_error::{Error, Result};
use howdah_ir::catalog::{Catalog, Table};
use howdah_metadata::TableConfiguration;
use std::collections::HashMap;
use std::sync::Arc;

/// The columns of a table as the schema shows them, by position.
///
/// # Errors
/// When two columns get the same name, or one is configured that is not there.
pub(super) fn views(
    catalog: &Catalog,
    table: &Table,
    configuration: &TableConfiguration,
    style: &NameStyle,
    options: &SchemaOptions,
) -> Result<Vec<ColumnView>> {
    let mut taken: HashMap<Arc<str>, &str> = HashMap::new();
    let mut views = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let given = configuration.column_config.get(&*column.name);
        let name: Arc<str> = match given.and_then(|config| config.custom_name.as_deref()) {
            Some(custom) => custom.into(),
            None => style.member(&column.name),
        };
        let element = is_list(catalog, column.ty, options.disable_postgres_arrays);
        let scalar = scalar_name(catalog, element.unwrap_or(column.ty));
        let visible = is_graphql_name(&name) && is_graphql_name(&scalar);
        if visible && let Some(other) = taken.insert(name.clone(), &column.name) {
            return Err(Error::already_exists(format!(
                "the definitions of columns {other:?}, {:?} are in conflict: they are mapped to the \
                 same field name, {name:?}",
                &*column.name
            )));
        }
        views.push(ColumnView {
            name: visible.then_some(name),
            description: description(
                given.and_then(|config| config.comment.as_deref()),
                column.comment.as_ref(),
                || None,
            ),
            enum_table: None,
        });
    }
    let configured = configuration.column_config.keys();
    match configured
        .into_iter()
        .find(|name| table.column_named(name).is_none())
    {
        Some(unknown) => Err(Error::invalid_configuration(format!(
            "configuration was given for the column {unknown:?}, but no such column exists"
        ))),
        None => Ok(views),
    }
}
