//! Tables that a change does not touch: they are taken over from the snapshot before, with the rules
//! of their permissions, instead of being made anew (the incremental part of a change).
//!
//! Which tables these are is for the caller to say, who knows what each object needs. A table may be
//! kept when its entry in the metadata, the catalogue and everything that it and its permissions
//! mention are the same, and nothing on it was inconsistent. What is merged from all objects, such
//! as inherited roles and the index of root fields, is made anew each time.

use super::Database;
use crate::model::{Snapshot, Source, Table};
use howdah_ir::catalog::TableId;
use howdah_ir::permit::Roles;
use howdah_metadata::Permission;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The snapshot before a change, and the tables that the change leaves alone.
#[derive(Debug)]
pub struct Before<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// By name of their source.
    pub untouched: HashMap<String, HashSet<TableId>>,
}

impl<'a> Before<'a> {
    /// What may be kept of a source.
    pub(super) fn of(
        &'a self,
        metadata: &howdah_metadata::Source,
        database: &Database,
    ) -> Option<Kept<'a>> {
        let untouched = self.untouched.get(&metadata.name)?;
        let (_, source) = self.snapshot.source_named(&metadata.name)?;
        // Ids mean nothing in another catalogue.
        Arc::ptr_eq(&source.read, &database.catalog).then_some(Kept { source, untouched })
    }
}

/// What is kept of one source.
pub(super) struct Kept<'a> {
    source: &'a Source,
    untouched: &'a HashSet<TableId>,
}

impl Kept<'_> {
    /// The table as it was, if it is kept. One that leads to native queries never is: these are
    /// made anew, and their ids with them.
    pub(super) fn table(&self, id: TableId) -> Option<&Arc<Table>> {
        self.untouched
            .contains(&id)
            .then(|| self.source.tables.get(&id))
            .flatten()
            .filter(|table| table.native_relationships.is_empty())
    }

    /// Whether a table is kept.
    pub(super) fn has(&self, id: TableId) -> bool {
        self.table(id).is_some()
    }

    /// Takes the rules of a kept table's own permissions over, not those of inherited roles.
    pub(super) fn copy_rules(
        &self,
        tracked: &howdah_metadata::Table,
        id: TableId,
        roles: &mut Roles,
    ) {
        fn names<P>(list: &[Permission<P>]) -> impl Iterator<Item = &str> {
            list.iter().map(|entry| entry.role.as_str())
        }
        let known = |role: &str| self.source.roles.rules(role, id);
        for role in names(&tracked.select_permissions) {
            if let Some(rules) = known(role) {
                roles.grant(&role.into(), id).select = rules.select.clone();
            }
        }
        for role in names(&tracked.insert_permissions) {
            if let Some(rules) = known(role) {
                roles.grant(&role.into(), id).insert = rules.insert.clone();
            }
        }
        for role in names(&tracked.update_permissions) {
            if let Some(rules) = known(role) {
                roles.grant(&role.into(), id).update = rules.update.clone();
            }
        }
        for role in names(&tracked.delete_permissions) {
            if let Some(rules) = known(role) {
                roles.grant(&role.into(), id).delete = rules.delete.clone();
            }
        }
    }
}

/// Whether two snapshots of the same metadata say the same, however they were made.
pub fn same_model(one: &Snapshot, other: &Snapshot) -> bool {
    one.inconsistencies == other.inconsistencies
        && one.roots == other.roots
        && one.roles == other.roles
        && one.sources.len() == other.sources.len()
        && one
            .sources
            .iter()
            .zip(&other.sources)
            .all(|(one, other)| same_source(one, other))
}

fn same_source(one: &Source, other: &Source) -> bool {
    one.name == other.name
        && one.tables.keys().eq(other.tables.keys())
        && one.tables == other.tables
        && one.functions == other.functions
        && one.natives == other.natives
        && one.models == other.models
        && one.roles == other.roles
}
