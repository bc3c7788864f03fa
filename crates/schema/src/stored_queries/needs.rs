//! What a query goes by that fits: tables and root fields. A change that leaves them alone leaves the
//! query alone.

use crate::model::{RootMember, Snapshot, Source, SourceId};
use crate::types::{RoleSchema, TableKey, TypeKey};
use howdah_ir::catalog::TableId;
use howdah_ir::session::ADMIN;
use std::collections::HashSet;
use std::sync::Arc;

/// What a query goes by.
#[derive(Debug, Default)]
pub(super) struct Needs {
    tables: Vec<TableKey>,
    roots: Vec<(TypeKey, Box<str>)>,
    /// Whether any change may concern it.
    anything: bool,
}

impl Needs {
    /// Notes a type of a field or a variable.
    pub(super) fn note_type(&mut self, key: &TypeKey) {
        if let Some(table) = key.table()
            && !self.tables.contains(&table)
        {
            self.tables.push(table);
        }
    }

    /// Notes a field of a root.
    pub(super) fn note_root(&mut self, root: &TypeKey, name: &str) {
        self.roots.push((root.clone(), name.into()));
    }

    /// Notes that there is no telling.
    pub(super) fn note_anything(&mut self) {
        self.anything = true;
    }
}

/// What differs between two snapshots.
pub(super) struct Changes<'s> {
    before: &'s Snapshot,
    after: &'s Snapshot,
    /// Whether something differs that any query may go by.
    everywhere: bool,
    tables: HashSet<TableKey>,
}

impl<'s> Changes<'s> {
    pub(super) fn between(before: &'s Snapshot, after: &'s Snapshot) -> Self {
        let pairs = || before.sources.iter().zip(&after.sources).enumerate();
        let everywhere = before.options != after.options
            || before.sources.len() != after.sources.len()
            || !pairs().all(|(_, (one, other))| is_same_source(one, other))
            || !is_same_elsewhere(before, after);
        let mut tables = HashSet::new();
        if !everywhere {
            for (place, (one, other)) in pairs() {
                let id = SourceId(place as u16);
                tables.extend(differing(one, other).map(|table| TableKey(id, table)));
            }
        }
        Changes {
            before,
            after,
            everywhere,
            tables,
        }
    }

    /// Whether they concern a query with these needs.
    pub(super) fn concern(&self, needs: &Needs) -> bool {
        self.everywhere
            || needs.anything
            || needs.tables.iter().any(|table| self.has_table(*table))
            || needs.roots.iter().any(|(root, name)| {
                member(self.before, root, name) != member(self.after, root, name)
            })
    }

    fn has_table(&self, table: TableKey) -> bool {
        // Virtual tables are made anew each time, and their ids with them.
        let source = self.after.source(table.0);
        self.tables.contains(&table) || !source.tables.contains_key(&table.1)
    }
}

fn is_same_source(one: &Source, other: &Source) -> bool {
    one.name == other.name
        && Arc::ptr_eq(&one.read, &other.read)
        && one.names == other.names
        && one.namespace == other.namespace
        && one.functions == other.functions
}

/// Whether the parts of the metadata that are not served are the same.
fn is_same_elsewhere(before: &Snapshot, after: &Snapshot) -> bool {
    let (one, other) = (&before.metadata, &after.metadata);
    one.actions == other.actions
        && one.remote_schemas == other.remote_schemas
        && one.custom_types == other.custom_types
        && one.opaque_sources == other.opaque_sources
}

/// Tables that one of two states of a source does not have, or has in another form.
fn differing(one: &Source, other: &Source) -> impl Iterator<Item = TableId> {
    let changed = other.tables.iter().filter(|(id, table)| {
        one.tables
            .get(*id)
            .is_none_or(|before| !Arc::ptr_eq(before, table))
    });
    let gone = one
        .tables
        .keys()
        .filter(|id| !other.tables.contains_key(*id));
    changed.map(|(id, _)| *id).chain(gone.copied())
}

fn member(snapshot: &Snapshot, root: &TypeKey, name: &str) -> Option<RootMember> {
    let schema = RoleSchema {
        snapshot,
        role: ADMIN,
        backend: true,
    };
    schema.root_index(root).get(name).copied()
}
