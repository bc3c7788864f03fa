//! Which migrations are applied, as the command line tool keeps it in the catalogue's state:
//! `{"settings":{…},"migrations":{"<database>":{"<version>":false}},"isStateCopyCompleted":…}`.

use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The tool's state. Parts that are not known stay.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MigrationState {
    /// For each database, each applied version with whether it failed halfway.
    migrations: IndexMap<String, IndexMap<u64, bool>>,
    /// Everything else, as it came.
    rest: Map<String, Value>,
}

impl MigrationState {
    /// Reads the `cli_state` of the catalogue; anything that does not fit counts as nothing.
    pub fn from_value(state: &Value) -> Self {
        let mut rest = state.as_object().cloned().unwrap_or_default();
        let databases = match rest.shift_remove("migrations") {
            Some(Value::Object(databases)) => databases,
            _ => Map::new(),
        };
        let migrations = databases
            .into_iter()
            .map(|(database, versions)| {
                let versions = versions.as_object().cloned().unwrap_or_default();
                let versions = versions.into_iter().filter_map(|(version, dirty)| {
                    Some((version.parse().ok()?, dirty.as_bool().unwrap_or(false)))
                });
                (database, versions.collect())
            })
            .collect();
        MigrationState { migrations, rest }
    }

    /// The state to store.
    pub fn to_value(&self) -> Value {
        let mut state = self.rest.clone();
        state
            .entry("settings")
            .or_insert_with(|| Value::Object(Map::new()));
        let databases: Map<String, Value> = self
            .migrations
            .iter()
            .map(|(database, versions)| {
                let versions: Map<String, Value> = versions
                    .iter()
                    .map(|(version, dirty)| (version.to_string(), (*dirty).into()))
                    .collect();
                (database.clone(), versions.into())
            })
            .collect();
        state.insert("migrations".into(), databases.into());
        state
            .entry("isStateCopyCompleted")
            .or_insert(Value::Bool(true));
        state.into()
    }

    /// The versions that a database has.
    pub fn applied(&self, database: &str) -> BTreeSet<u64> {
        let versions = self.migrations.get(database);
        versions
            .into_iter()
            .flat_map(IndexMap::keys)
            .copied()
            .collect()
    }

    /// Whether no database has any version.
    pub fn is_empty(&self) -> bool {
        self.migrations.values().all(IndexMap::is_empty)
    }

    /// Whether versions that an older project kept in a table of its own were taken over.
    pub fn is_copied(&self) -> bool {
        self.rest
            .get("isStateCopyCompleted")
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }

    /// Notes that versions of an older project were taken over.
    pub fn set_copied(&mut self) {
        self.rest
            .insert("isStateCopyCompleted".into(), Value::Bool(true));
    }

    /// Forgets every version of a database.
    pub fn clear(&mut self, database: &str) {
        self.migrations.shift_remove(database);
    }

    /// Notes that a database has a version.
    pub fn insert(&mut self, database: &str, version: u64) {
        let versions = self.migrations.entry(database.to_owned()).or_default();
        versions.insert(version, false);
    }

    /// Notes that a database has not a version.
    pub fn remove(&mut self, database: &str, version: u64) {
        if let Some(versions) = self.migrations.get_mut(database) {
            versions.shift_remove(&version);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn states_survive_and_follow() {
        let stored = json!({
            "settings": { "migration_mode": "true" },
            "migrations": { "default": { "1620000000000": false, "2": true } },
            "isStateCopyCompleted": false,
            "later": [1]
        });
        let mut state = MigrationState::from_value(&stored);
        assert_eq!(state.to_value(), stored);
        assert_eq!(state.applied("default"), BTreeSet::from([2, 1620000000000]));
        assert_eq!(state.applied("other"), BTreeSet::new());
        state.insert("other", 5);
        state.remove("default", 2);
        let value = state.to_value();
        assert_eq!(
            value["migrations"],
            json!({ "default": { "1620000000000": false }, "other": { "5": false } })
        );
    }

    #[test]
    fn nonsense_is_an_empty_state() {
        for value in [
            json!(null),
            json!([]),
            json!({ "migrations": { "a": 1, "b": { "x": 1 } } }),
        ] {
            assert_eq!(
                MigrationState::from_value(&value).applied("a"),
                BTreeSet::new()
            );
        }
        assert_eq!(
            MigrationState::default().to_value(),
            json!({ "settings": {}, "migrations": {}, "isStateCopyCompleted": true })
        );
    }
}
