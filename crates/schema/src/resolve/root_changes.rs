//! The index of root fields after a change of a few tables: that of the snapshot before with their
//! fields exchanged, instead of going through those of all tables again.
//!
//! Only where nothing can be in doubt: as soon as a name is claimed twice, or anything but plain tables
//! has changed, there is no answer here, and [`super::root_index::build`] decides who keeps the name.

use super::root_index::{Claim, OWN_TYPES, table_claims};
use super::scalars_in_use;
use crate::model::{
    Inconsistency, RootIndex, RootKind, RootMember, SchemaOptions, Snapshot, Source, SourceId,
    Table,
};
use howdah_ir::catalog::TableId;
use howdah_metadata::{MetadataObject, SourceObject};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The index, if it follows from the one before.
pub(super) fn follow(
    before: &Snapshot,
    sources: &[Source],
    options: &SchemaOptions,
) -> Option<RootIndex> {
    // A function may have been refused for its name, and would have to be again.
    let of_function = |found: &Inconsistency| {
        matches!(&found.object, MetadataObject::InSource { object, .. }
            if matches!(object, SourceObject::Function(_)))
    };
    if before.options != *options
        || before.sources.len() != sources.len()
        || before.inconsistencies.iter().any(of_function)
    {
        return None;
    }
    let mut changes = Vec::new();
    for (position, (old, new)) in before.sources.iter().zip(sources).enumerate() {
        if !is_comparable(old, new) {
            return None;
        }
        let id = SourceId(position as u16);
        changes.extend(changed_tables(old, new).map(|table| (id, old, new, table)));
    }
    let concerns_function = changes.iter().any(|(_, old, new, table)| {
        let functions = old.functions.iter().chain(&new.functions);
        functions.into_iter().any(|f| f.table == *table)
    });
    // A table that is hidden has lost its name to another one, which may be about to give it back.
    let hides = before.sources.iter().chain(sources);
    let hidden = hides.flat_map(|s| s.tables.values()).any(|t| !t.exposed);
    if concerns_function || hidden || !types_are_distinct(sources, options) {
        return None;
    }
    let mut index = RootIndex {
        query: before.roots.query.clone(),
        mutation: before.roots.mutation.clone(),
        subscription: before.roots.subscription.clone(),
        namespaces: before.roots.namespaces.clone(),
    };
    for (id, old, _, table) in &changes {
        if let Some(table) = old.tables.get(table) {
            for claim in table_claims(old, *id, table, options) {
                fields(&mut index, claim.root).remove(&claim.name);
            }
        }
    }
    for (id, _, new, table) in &changes {
        if let Some(table) = new.tables.get(table) {
            for claim in table_claims(new, *id, table, options) {
                insert(&mut index, claim)?;
            }
        }
    }
    Some(index)
}

/// Whether two states of a source differ in nothing but tables, whose fields stand at the root.
fn is_comparable(old: &Source, new: &Source) -> bool {
    let are_plain = |source: &Source| source.namespace.is_none() && source.natives.is_empty();
    old.name == new.name
        && old.names == new.names
        && are_plain(old)
        && are_plain(new)
        && Arc::ptr_eq(&old.catalog, &new.catalog)
        && old.functions == new.functions
}

/// The tables that are not the same object in both.
fn changed_tables<'a>(old: &'a Source, new: &'a Source) -> impl Iterator<Item = TableId> + 'a {
    let is_in = |source: &'a Source, table: &Arc<Table>| {
        let other = source.tables.get(&table.id);
        other.is_some_and(|other| Arc::ptr_eq(other, table))
    };
    let gone = old.tables.values().filter(move |table| !is_in(new, table));
    let made = new.tables.values().filter(move |table| {
        // Those of both are among the first.
        !old.tables.contains_key(&table.id)
    });
    gone.chain(made).map(|table| table.id)
}

/// Whether no two tables have one name in the schema, and none that of a type that is no rows.
fn types_are_distinct(sources: &[Source], options: &SchemaOptions) -> bool {
    let mut seen = HashSet::new();
    let are_distinct = sources.iter().all(|source| {
        let mut tables = source.tables.values();
        tables.all(|table| {
            let name = source.names.type_of(&table.type_base, "");
            !OWN_TYPES.contains(&&*name) && seen.insert(name)
        })
    });
    are_distinct
        && scalars_in_use::clashing(sources, options, |name| seen.contains(name)).is_empty()
}

fn fields(index: &mut RootIndex, root: RootKind) -> &mut BTreeMap<Arc<str>, RootMember> {
    match root {
        RootKind::Query => &mut index.query,
        RootKind::Mutation => &mut index.mutation,
        RootKind::Subscription => &mut index.subscription,
    }
}

/// Adds a field; `None` if there is one of its name.
fn insert(index: &mut RootIndex, claim: Claim) -> Option<()> {
    match fields(index, claim.root).insert(claim.name, claim.member) {
        None => Some(()),
        Some(_) => None,
    }
}
