//! What is in a source's database, tracked or not (W10).

use crate::state::{State, no_source};
use howdah_error::{Error, Result};
use howdah_ir::catalog::{Catalog, ColumnId, Table, TableId, TableKind};
use howdah_metadata::QualifiedName;
use serde_json::{Map, Value, json};

impl State {
    /// The catalogue of a source.
    ///
    /// # Errors
    /// `not-exists` when there is no such source; why it could not be read.
    pub(super) fn catalog(&self, source: &str) -> Result<&Catalog> {
        match self.databases.get(source) {
            Some(Ok(database)) => Ok(&database.catalog),
            Some(Err(error)) => Err(error.clone()),
            None => Err(no_source(source)),
        }
    }

    /// Names of all tables of a source.
    pub(super) fn source_tables(&self, source: &str) -> Result<Value> {
        let mut names: Vec<QualifiedName> =
            self.catalog(source)?.tables.iter().map(qualified).collect();
        names.sort();
        Ok(json!(names))
    }

    /// Columns and keys of a table.
    pub(super) fn table_info(&self, source: &str, name: &QualifiedName) -> Result<Value> {
        let catalog = self.catalog(source)?;
        let id = catalog
            .table_named(&name.schema, &name.name)
            .ok_or_else(|| {
                Error::not_exists(format!(
                    "table \"{name}\" does not exist in source: {source}"
                ))
            })?;
        let table = catalog.table(id);
        let columns: Vec<Value> = table
            .columns
            .iter()
            .map(|column| {
                json!({
                    "name": &*column.name,
                    "type": &*catalog.ty(column.ty).sql,
                    "nullable": column.nullable,
                    "has_default": column.has_default,
                    "description": column.comment.as_deref(),
                })
            })
            .collect();
        let keys: Map<String, Value> = table
            .foreign_keys
            .iter()
            .map(|key| {
                let mapping: Map<String, Value> = key
                    .columns
                    .iter()
                    .zip(&key.target_columns)
                    .map(|(own, other)| {
                        let own = catalog.column(id, *own).name.to_string();
                        (own, (*catalog.column(key.target, *other).name).into())
                    })
                    .collect();
                let detail = json!({
                    "foreign_table": qualified(catalog.table(key.target)),
                    "column_mapping": mapping,
                });
                (key.name.to_string(), detail)
            })
            .collect();
        Ok(json!({
            "name": name,
            "type": kind(table.kind),
            "columns": columns,
            "primary_key":
                table.primary_key.as_ref().map(|key| column_names(catalog, id, &key.columns)),
            "foreign_keys": keys,
            "insertable": table.writable.insert,
            "updatable": table.writable.update,
            "deletable": table.writable.delete,
            "description": table.comment.as_deref(),
        }))
    }
}

fn kind(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Table => "table",
        TableKind::Partitioned => "partitioned table",
        TableKind::View => "view",
        TableKind::MaterializedView => "materialized view",
        TableKind::Foreign => "foreign table",
        TableKind::Virtual => "native query",
    }
}

/// The metadata name of a table.
pub(super) fn qualified(table: &Table) -> QualifiedName {
    QualifiedName::new(&*table.schema, &*table.name)
}

/// Names of columns.
pub(super) fn column_names(catalog: &Catalog, table: TableId, columns: &[ColumnId]) -> Vec<String> {
    columns
        .iter()
        .map(|column| catalog.column(table, *column).name.to_string())
        .collect()
}
