//! Relationships that foreign keys suggest (L16).

use super::table_info::{column_names, qualified};
use crate::state::State;
use howdah_error::Result;
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_metadata::commands::SuggestRelationships;
use howdah_schema::model::Source;
use serde_json::{Value, json};

impl State {
    /// Each foreign key between tracked tables, of which one is asked for, gives an object relationship
    /// one way and, the other way, an array relationship (an object relationship when the key is
    /// unique).
    pub(super) fn suggest_relationships(&self, args: &SuggestRelationships) -> Result<Value> {
        self.catalog(&args.source)?;
        let Some((_, source)) = self.snapshot.source_named(&args.source) else {
            return Ok(json!({"relationships": []}));
        };
        let catalog = &source.catalog;
        let is_asked_for = |table: TableId| {
            let name = qualified(catalog.table(table));
            args.tables
                .as_ref()
                .is_none_or(|tables| tables.contains(&name))
        };
        let mut suggested = Vec::new();
        for id in source.tables.keys().copied() {
            let keys = catalog.table(id).foreign_keys.iter();
            // One of the two tables is enough.
            for key in keys.filter(|key| {
                source.tables.contains_key(&key.target)
                    && (is_asked_for(id) || is_asked_for(key.target))
            }) {
                let here = json!({
                    "table": qualified(catalog.table(id)),
                    "columns": column_names(catalog, id, &key.columns),
                    "constraint_name": &*key.name,
                });
                let there = json!({
                    "table": qualified(catalog.table(key.target)),
                    "columns": column_names(catalog, key.target, &key.target_columns),
                });
                let forward = pairs(&key.columns, &key.target_columns);
                let backward = pairs(&key.target_columns, &key.columns);
                let unique = catalog.table(id).keys().any(|unique| {
                    unique
                        .columns
                        .iter()
                        .all(|column| key.columns.contains(column))
                });
                if !(args.omit_tracked && is_tracked(source, id, key.target, &forward)) {
                    suggested.push(json!({"type": "object", "from": here, "to": there}));
                }
                if !(args.omit_tracked && is_tracked(source, key.target, id, &backward)) {
                    let kind = if unique { "object" } else { "array" };
                    suggested.push(json!({"type": kind, "from": there, "to": here}));
                }
            }
        }
        Ok(json!({"relationships": suggested}))
    }
}

fn pairs(one: &[ColumnId], other: &[ColumnId]) -> Vec<(ColumnId, ColumnId)> {
    let mut pairs: Vec<_> = one.iter().copied().zip(other.iter().copied()).collect();
    pairs.sort_unstable();
    pairs
}

/// Whether there is a relationship of either kind over these columns.
fn is_tracked(
    source: &Source,
    from: TableId,
    to: TableId,
    mapping: &[(ColumnId, ColumnId)],
) -> bool {
    source.table(from).is_some_and(|table| {
        table.relationships.values().any(|relationship| {
            let mut own = relationship.mapping.clone();
            own.sort_unstable();
            relationship.target == to && own == mapping
        })
    })
}
