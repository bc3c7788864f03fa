//! Which tables a change of the metadata leaves alone, so that the next snapshot takes them over
//! from the one before.
//!
//! A table is touched when its entry differs, when something on it was inconsistent (what it lacked
//! may be there now), and when anything on it mentions a table that is touched in one of these ways.
//! Where names, enum tables or the database itself have changed, all are.

use crate::dependencies::Dependencies;
use crate::state::State;
use howdah_ir::catalog::TableId;
use howdah_metadata::{Metadata, MetadataObject, SourceObject};
use howdah_schema::model;
use howdah_schema::resolve::{Before, Database, Databases};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Compares a state with the metadata and databases of the next one.
pub(crate) fn since<'a>(
    before: &'a State,
    metadata: &Metadata,
    databases: &Databases,
) -> Before<'a> {
    let mut untouched = HashMap::new();
    for after in &metadata.sources {
        let Some((_, model)) = before.snapshot.source_named(&after.name) else {
            continue;
        };
        let Some(known) = before.metadata().source(&after.name) else {
            continue;
        };
        let (Some(Ok(old)), Some(Ok(new))) = (
            before.databases.get(&after.name),
            databases.get(&after.name),
        ) else {
            continue;
        };
        if same_database(old, new)
            && known.kind == after.kind
            && known.customization == after.customization
        {
            let inconsistent = inconsistent_tables(&before.snapshot, &after.name);
            let dependencies = || before.dependencies(&after.name);
            if let Some(tables) = in_source(model, known, after, &inconsistent, dependencies) {
                untouched.insert(after.name.clone(), tables);
            }
        }
    }
    Before {
        snapshot: &before.snapshot,
        untouched,
    }
}

fn same_database(old: &Database, new: &Database) -> bool {
    Arc::ptr_eq(&old.catalog, &new.catalog) && Arc::ptr_eq(&old.enum_values, &new.enum_values)
}

/// The untouched tables of a source; `None` when all are touched.
fn in_source(
    model: &model::Source,
    known: &howdah_metadata::Source,
    after: &howdah_metadata::Source,
    inconsistent: &HashSet<(&str, &str)>,
    dependencies: impl FnOnce() -> Option<Arc<Dependencies>>,
) -> Option<HashSet<TableId>> {
    let mut old: HashMap<_, _> = known.tables.iter().map(|t| (&t.table, t)).collect();
    let mut changed = Vec::new();
    let mut same = HashSet::new();
    for table in &after.tables {
        match old.remove(&table.table) {
            Some(before) if Arc::ptr_eq(before, table) || before == table => {
                let name = (&*table.table.schema, &*table.table.name);
                let resolved = model.table_named(name.0, name.1).map(|found| found.id);
                match resolved.filter(|_| !inconsistent.contains(&name)) {
                    Some(id) => {
                        same.insert(id);
                    }
                    None => changed.push(table),
                }
            }
            before => {
                changed.push(table);
                changed.extend(before);
            }
        }
    }
    changed.extend(old.into_values());
    // Columns of other tables that hold the values of an enum table change with it.
    if changed.iter().any(|table| table.is_enum) {
        return None;
    }
    let changed: HashSet<TableId> = changed
        .iter()
        .filter_map(|table| {
            let name = &table.table;
            model.catalog.table_named(&name.schema, &name.name)
        })
        .collect();
    // What nobody could mention so far nobody needs.
    if changed.iter().any(|table| model.table(*table).is_some()) {
        for table in dependencies()?.tables_in_need(&changed) {
            same.remove(&table);
        }
    }
    Some(same)
}

/// Schema and name of the tables with anything inconsistent on them.
fn inconsistent_tables<'s>(
    snapshot: &'s model::Snapshot,
    source: &str,
) -> HashSet<(&'s str, &'s str)> {
    let names = snapshot.inconsistencies.iter().filter_map(|found| {
        let MetadataObject::InSource { source: of, object } = &found.object else {
            return None;
        };
        let table = match object {
            SourceObject::Table(table) => table,
            SourceObject::InTable { table, .. } => table,
            _ => return None,
        };
        (of == source).then_some((&*table.schema, &*table.name))
    });
    names.collect()
}
