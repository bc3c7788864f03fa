//! Renames: when a table, a column or a relationship gets another name, everything in the
//! document that refers to it follows. Knows the database only through [`FieldTarget`].

use crate::boolean_expression::{Change, rewrite};
use crate::name::QualifiedName;
use crate::permission::{BoolExp, Columns, Presets};
use crate::relationship::{ManualConfiguration, ManualTarget, RelationshipUsing};
use crate::remote;
use crate::source::Source;
use crate::table::Table;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Which table a relationship or computed field of a table leads to; none for columns and
/// scalar computed fields. Asked with names as they were before the change.
pub type FieldTarget<'a> = dyn Fn(&QualifiedName, &str) -> Option<QualifiedName> + 'a;

/// The names of columns or relationships by the ones before, by their table.
pub type FieldRenames = HashMap<QualifiedName, Names>;

/// The new names of the columns of a table, by the ones before.
type Names = HashMap<String, String>;

/// Tables of `source` got other names or schemas, by their old ones. They may have swapped them.
pub fn tables(
    source: &mut Source,
    renamed: &HashMap<QualifiedName, QualifiedName>,
    target: &FieldTarget<'_>,
) {
    if renamed.is_empty() {
        return;
    }
    rewrite_permissions(source, &Change::Tables(renamed), target);
    let follow = |name: &mut QualifiedName| {
        if let Some(new) = renamed.get(name) {
            *name = new.clone();
        }
    };
    let source_name = source.name.clone();
    for table in source.tables.iter_mut().map(Arc::make_mut) {
        follow(&mut table.table);
        for using in usings(table) {
            match using {
                RelationshipUsing::ForeignKeyOf { table, .. } => follow(table),
                RelationshipUsing::Manual(manual) => {
                    if let ManualTarget::Table(table) = &mut manual.target {
                        follow(table);
                    }
                }
                RelationshipUsing::ForeignKeyOn(_) => {}
            }
        }
        for relationship in &mut table.remote_relationships {
            remote::rename_target_table(relationship, &source_name, renamed);
        }
    }
    for using in query_usings(source) {
        if let ManualTarget::Table(table) = &mut using.target {
            follow(table);
        }
    }
}

/// Columns of tables of `source` got other names; two of a table may have swapped theirs. Their custom
/// names stay.
pub fn columns(source: &mut Source, renamed: &FieldRenames, target: &FieldTarget<'_>) {
    if renamed.is_empty() {
        return;
    }
    rewrite_permissions(source, &Change::Fields(renamed), target);
    let source_name = source.name.clone();
    for table in source.tables.iter_mut().map(Arc::make_mut) {
        let own = renamed.get(&table.table);
        for using in usings(table) {
            rename_in_using(using, own, renamed);
        }
        for relationship in &mut table.remote_relationships {
            if let Some(own) = own {
                remote::rename_own_columns(relationship, own);
            }
            remote::rename_target_columns(relationship, &source_name, renamed);
        }
        if let Some(own) = own {
            rename_own(table, own);
        }
    }
    for using in query_usings(source) {
        rename_in_manual(using, None, renamed);
    }
}

/// A relationship got another name.
pub fn relationship(
    source: &mut Source,
    table_name: &QualifiedName,
    old: &str,
    new: &str,
    target: &FieldTarget<'_>,
) {
    let names = HashMap::from([(old.to_owned(), new.to_owned())]);
    let renamed = HashMap::from([(table_name.clone(), names)]);
    rewrite_permissions(source, &Change::Fields(&renamed), target);
    if let Some(table) = source.table_mut(table_name) {
        let lists = [
            &mut table.object_relationships,
            &mut table.array_relationships,
        ];
        for relationship in lists.into_iter().flatten() {
            if relationship.name == old {
                relationship.name = new.to_owned();
            }
        }
    }
}

/// A column is gone: its names go too. Permissions and relationships that use it are left to be
/// found inconsistent.
pub fn forget_column(source: &mut Source, table: &QualifiedName, column: &str) {
    if let Some(table) = source.table_mut(table) {
        table.configuration.column_config.shift_remove(column);
    }
}

fn usings(table: &mut Table) -> impl Iterator<Item = &mut RelationshipUsing> {
    let lists = table
        .object_relationships
        .iter_mut()
        .chain(&mut table.array_relationships);
    lists.map(|relationship| &mut relationship.using)
}

/// What relationships of native queries reach.
fn query_usings(source: &mut Source) -> impl Iterator<Item = &mut ManualConfiguration> {
    source.native_queries.iter_mut().flat_map(|query| {
        let lists = query
            .object_relationships
            .iter_mut()
            .chain(&mut query.array_relationships);
        lists.map(|relationship| &mut relationship.using)
    })
}

/// `own` are the columns of the table that has the relationship.
fn rename_in_using(using: &mut RelationshipUsing, own: Option<&Names>, renamed: &FieldRenames) {
    match using {
        RelationshipUsing::ForeignKeyOn(columns) => rename_in_list(columns, own),
        RelationshipUsing::ForeignKeyOf { table, columns } => {
            rename_in_list(columns, renamed.get(table));
        }
        RelationshipUsing::Manual(manual) => rename_in_manual(manual, own, renamed),
    }
}

fn rename_in_manual(manual: &mut ManualConfiguration, own: Option<&Names>, renamed: &FieldRenames) {
    let remote = match &manual.target {
        ManualTarget::Table(table) => renamed.get(table),
        _ => None,
    };
    if own.is_none() && remote.is_none() {
        return;
    }
    manual.column_mapping = std::mem::take(&mut manual.column_mapping)
        .into_iter()
        .map(|(here, there)| (new_name(here, own), new_name(there, remote)))
        .collect();
}

fn rename_own(table: &mut Table, names: &Names) {
    let configuration = &mut table.configuration;
    configuration.column_config = std::mem::take(&mut configuration.column_config)
        .into_iter()
        .map(|(column, config)| (new_name(column, Some(names)), config))
        .collect();
    for entry in &mut table.insert_permissions {
        if let Some(columns) = &mut entry.permission.columns {
            rename_in_columns(columns, names);
        }
        rename_keys(&mut entry.permission.set, names);
    }
    for entry in &mut table.select_permissions {
        rename_in_columns(&mut entry.permission.columns, names);
    }
    for entry in &mut table.update_permissions {
        rename_in_columns(&mut entry.permission.columns, names);
        rename_keys(&mut entry.permission.set, names);
    }
    for trigger in &mut table.event_triggers {
        let Some(Value::Object(definition)) = trigger.get_mut("definition") else {
            continue;
        };
        for operation in definition.values_mut() {
            for part in ["columns", "payload"] {
                if let Some(Value::Array(columns)) = operation.get_mut(part) {
                    for column in columns {
                        remote::rename_text(column, names);
                    }
                }
            }
        }
    }
}

fn new_name(name: String, names: Option<&Names>) -> String {
    let new = names.and_then(|names| names.get(&name));
    new.cloned().unwrap_or(name)
}

fn rename_in_list(list: &mut [String], names: Option<&Names>) {
    let Some(names) = names else { return };
    for name in list {
        if let Some(new) = names.get(name) {
            name.clone_from(new);
        }
    }
}

fn rename_in_columns(columns: &mut Columns, names: &Names) {
    if let Columns::List(list) = columns {
        rename_in_list(list, Some(names));
    }
}

fn rename_keys(presets: &mut Presets, names: &Names) {
    *presets = std::mem::take(presets)
        .into_iter()
        .map(|(column, value)| (new_name(column, Some(names)), value))
        .collect();
}

fn rewrite_permissions(source: &mut Source, change: &Change<'_>, target: &FieldTarget<'_>) {
    for table in source.tables.iter_mut().map(Arc::make_mut) {
        let name = table.table.clone();
        let change = |exp: &mut BoolExp| {
            *exp = rewrite(std::mem::take(exp), &name, &name, change, target);
        };
        table
            .insert_permissions
            .iter_mut()
            .for_each(|entry| change(&mut entry.permission.check));
        table
            .select_permissions
            .iter_mut()
            .for_each(|entry| change(&mut entry.permission.filter));
        for entry in &mut table.update_permissions {
            change(&mut entry.permission.filter);
            entry.permission.check.iter_mut().for_each(change);
        }
        table
            .delete_permissions
            .iter_mut()
            .for_each(|entry| change(&mut entry.permission.filter));
    }
    // A logical model is no table; only what stands in `_exists` can be concerned.
    let nowhere = QualifiedName::new("", "");
    let models = source.logical_models.iter_mut();
    let own = source.native_queries.iter_mut();
    let own = own.filter_map(|query| query.returns.own_mut());
    let permissions = models
        .map(|model| &mut model.select_permissions)
        .chain(own.map(|model| &mut model.select_permissions));
    for entry in permissions.flatten() {
        let filter = &mut entry.permission.filter;
        *filter = rewrite(std::mem::take(filter), &nowhere, &nowhere, change, target);
    }
}
