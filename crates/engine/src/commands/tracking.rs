//! Has the metadata follow what SQL did to the database (M2): renames are followed, and what is gone
//! is refused while others need it, or taken out with them.

use super::changes::field_target;
use super::dropping::{remove_all, type_change_error};
use crate::dependencies::{Dependencies, Need, table_name};
use crate::difference::{Difference, TableChange, difference};
use howdah_error::{Error, Result};
use howdah_ir::catalog::{Catalog, ColumnId, FunctionId, TableId, Volatility};
use howdah_metadata::apply::dependency_error;
use howdah_metadata::{Metadata, MetadataObject, QualifiedName, rename};
use howdah_schema::model::{Exposure, Source};
use std::collections::{HashMap, HashSet};

/// What happens to those who need what is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dependents {
    /// They keep it from going.
    Refuse,
    /// They go too.
    Remove,
    /// They become inconsistent: the SQL is committed already.
    Leave,
}

impl Dependents {
    /// Refuse, unless the caller wants a cascade.
    pub(super) fn refuse(cascade: bool) -> Self {
        if cascade {
            Dependents::Remove
        } else {
            Dependents::Refuse
        }
    }
}

/// Changes the metadata as the database was changed. `source` is the model before.
///
/// # Errors
/// `dependency-error` for what others need; `not-supported` for functions that got overloaded or
/// volatile.
pub(super) fn follow(
    source: &Source,
    after: &Catalog,
    metadata: &mut Metadata,
    dependents: Dependents,
) -> Result<()> {
    let Some(of_source) = metadata.source(&source.name) else {
        return Ok(());
    };
    let change = difference(source, after);
    let strict = dependents != Dependents::Leave;
    if strict {
        check_overloads(source, &change)?;
    }
    let dependencies = Dependencies::of(source, of_source);
    let (needs, gone) = lost(source, &change);
    let concerned = dependencies.on_any(&needs, &gone);
    match dependents {
        Dependents::Refuse if !concerned.is_empty() => return Err(dependency_error(&concerned)),
        Dependents::Remove => {
            remove_all(metadata, &concerned);
        }
        Dependents::Leave => {
            let replaced = replaced_columns(source, &change);
            let needs: Vec<Need> = replaced
                .iter()
                .map(|(table, column)| Need::Column(*table, *column))
                .collect();
            remove_all(metadata, &dependencies.on_any(&needs, &[]));
            forget_columns(source, replaced, metadata);
        }
        Dependents::Refuse => {}
    }
    if strict {
        check_types(source, &change, &dependencies, &concerned)?;
        check_volatility(source, after, &change)?;
        forget(source, &change, metadata);
    }
    rename_all(source, &change, metadata);
    Ok(())
}

/// Whether the tables and functions that metadata speaks of are in the database as they were when the
/// model of a source was made.
pub(super) fn is_as_known(source: &Source, now: &Catalog) -> bool {
    let change = difference(source, now);
    change.tables.is_empty()
        && change.dropped_functions.is_empty()
        && change.overloaded_functions.is_empty()
        && check_volatility(source, now, &change).is_ok()
}

/// What others may have needed, and the tables whose own objects need not be asked.
fn lost(source: &Source, change: &Difference) -> (Vec<Need>, Vec<TableId>) {
    let mut needs = Vec::new();
    let mut gone = Vec::new();
    for table in &change.tables {
        match table {
            TableChange::Dropped(id) => {
                gone.push(*id);
                needs.push(Need::Table(*id));
                let columns = source.catalog.table(*id).columns_with_ids();
                needs.extend(columns.map(|(column, _)| Need::Column(*id, column)));
            }
            TableChange::Altered {
                table,
                dropped,
                dropped_keys,
                ..
            } => {
                needs.extend(dropped.iter().map(|column| Need::Column(*table, *column)));
                needs.extend(
                    dropped_keys
                        .iter()
                        .map(|key| Need::ForeignKey(*table, *key)),
                );
            }
        }
    }
    // The functions themselves go; computed fields of theirs are asked for.
    let is_tracked = |id: &FunctionId| source.functions.iter().any(|tracked| tracked.id == *id);
    needs.extend(
        change
            .dropped_functions
            .iter()
            .filter(|id| !is_tracked(id))
            .map(|id| Need::Function(*id)),
    );
    (needs, gone)
}

fn check_overloads(source: &Source, change: &Difference) -> Result<()> {
    let overloaded = |id: &FunctionId| change.overloaded_functions.contains(id);
    let tracked = source.functions.iter().map(|tracked| tracked.id);
    let names: Vec<String> = tracked
        .filter(overloaded)
        .map(|id| format!("\"{}\"", function_name(source, id)))
        .collect();
    if !names.is_empty() {
        return Err(Error::not_supported(format!(
            "the following tracked function(s) cannot be overloaded: {}",
            names.join(", ")
        )));
    }
    match computations(source).find(|computed| overloaded(&computed.function)) {
        // The missing blank is how clients know this text.
        Some(computed) => Err(Error::not_supported(format!(
            "The function \"{}\" associated with computed field{:?} of table \"{}\" is being overloaded",
            function_name(source, computed.function),
            computed.field,
            computed.table
        ))),
        None => Ok(()),
    }
}

/// A field of a table and the function that computes it.
struct Computation<'s> {
    table: QualifiedName,
    field: &'s str,
    function: FunctionId,
}

fn computations(source: &Source) -> impl Iterator<Item = Computation<'_>> {
    source.tables.values().flat_map(move |table| {
        table
            .computed_fields
            .values()
            .map(move |computed| Computation {
                table: table_name(source, table.id),
                field: &computed.name,
                function: computed.function,
            })
    })
}

fn check_types(
    source: &Source,
    change: &Difference,
    dependencies: &Dependencies,
    removed: &[MetadataObject],
) -> Result<()> {
    for table in &change.tables {
        let TableChange::Altered { table, retyped, .. } = table else {
            continue;
        };
        for column in retyped {
            let concerned: Vec<MetadataObject> = dependencies
                .on_type(*table, *column)
                .into_iter()
                .filter(|object| !removed.contains(object))
                .collect();
            if !concerned.is_empty() {
                let name = &source.catalog.column(*table, *column).name;
                return Err(type_change_error(
                    name,
                    &table_name(source, *table),
                    &concerned,
                ));
            }
        }
    }
    Ok(())
}

/// A query must not turn into something that writes, nor may what computes a field.
fn check_volatility(source: &Source, after: &Catalog, change: &Difference) -> Result<()> {
    for tracked in &source.functions {
        if tracked.exposed_as == Exposure::Mutation
            || change.dropped_functions.contains(&tracked.id)
        {
            continue;
        }
        if turns_volatile(source, after, tracked.id) {
            return Err(Error::not_supported(format!(
                "type of function \"{}\" is altered to \"VOLATILE\" which is not supported now",
                function_name(source, tracked.id)
            )));
        }
    }
    for computed in computations(source) {
        if turns_volatile(source, after, computed.function) {
            return Err(Error::not_supported(format!(
                "The type of function \"{}\" associated with computed field {:?} of table \"{}\" is \
                 being altered to \"VOLATILE\"",
                function_name(source, computed.function),
                computed.field,
                computed.table
            )));
        }
    }
    Ok(())
}

fn turns_volatile(source: &Source, after: &Catalog, function: FunctionId) -> bool {
    let before = source.catalog.function(function);
    let [now] = after.functions_named(&before.schema, &before.name) else {
        return false;
    };
    before.volatility != Volatility::Volatile
        && after.function(*now).volatility == Volatility::Volatile
}

/// Columns that are gone while others have got their names: what was said of the ones must not be taken
/// to be said of the others.
fn replaced_columns(source: &Source, change: &Difference) -> Vec<(TableId, ColumnId)> {
    let mut replaced = Vec::new();
    for table in &change.tables {
        let TableChange::Altered {
            table,
            dropped,
            renamed_columns,
            ..
        } = table
        else {
            continue;
        };
        let taken: HashSet<&str> = renamed_columns.iter().map(|(_, new)| &**new).collect();
        let gone = dropped
            .iter()
            .filter(|column| taken.contains(&*source.catalog.column(*table, **column).name));
        replaced.extend(gone.map(|column| (*table, *column)));
    }
    replaced
}

fn forget_columns(
    source: &Source,
    columns: impl IntoIterator<Item = (TableId, ColumnId)>,
    metadata: &mut Metadata,
) {
    let Some(of_source) = metadata.source_mut(&source.name) else {
        return;
    };
    for (table, column) in columns {
        let name = &source.catalog.column(table, column).name;
        rename::forget_column(of_source, &table_name(source, table), name);
    }
}

/// Takes out what is gone itself.
fn forget(source: &Source, change: &Difference, metadata: &mut Metadata) {
    for table in &change.tables {
        match table {
            TableChange::Dropped(id) => {
                MetadataObject::table(&*source.name, table_name(source, *id)).remove(metadata);
            }
            TableChange::Altered { table, dropped, .. } => {
                let dropped = dropped.iter().map(|column| (*table, *column));
                forget_columns(source, dropped, metadata);
            }
        }
    }
    for id in &change.dropped_functions {
        MetadataObject::function(&*source.name, function_name(source, *id)).remove(metadata);
    }
}

/// Columns first, then tables: rules are read with the names as they were.
fn rename_all(source: &Source, change: &Difference, metadata: &mut Metadata) {
    let Some(of_source) = metadata.source_mut(&source.name) else {
        return;
    };
    let mut columns = rename::FieldRenames::new();
    let mut tables = HashMap::new();
    for table in &change.tables {
        let TableChange::Altered {
            table,
            renamed,
            renamed_columns,
            ..
        } = table
        else {
            continue;
        };
        let name = table_name(source, *table);
        if !renamed_columns.is_empty() {
            let names = renamed_columns.iter().map(|(column, new)| {
                let old = source.catalog.column(*table, *column).name.to_string();
                (old, new.clone())
            });
            columns.insert(name.clone(), names.collect());
        }
        if let Some((schema, new)) = renamed {
            tables.insert(name, QualifiedName::new(schema, new));
        }
    }
    let target = |table: &QualifiedName, field: &str| field_target(source, table, field);
    rename::columns(of_source, &columns, &target);
    // Another table that has one of these names in the metadata is not in the database.
    let news: HashSet<&QualifiedName> = tables.values().collect();
    of_source
        .tables
        .retain(|table| tables.contains_key(&table.table) || !news.contains(&table.table));
    rename::tables(of_source, &tables, &target);
}

fn function_name(source: &Source, id: FunctionId) -> QualifiedName {
    let info = source.catalog.function(id);
    QualifiedName::new(&*info.schema, &*info.name)
}
