//! What is in force: metadata, what was found in the databases, the pools, and the snapshot that
//! follows from them. Replaced as a whole, never changed.

use crate::dependencies::Dependencies;
use crate::plans::PlanCache;
use howdah_error::{Error, Result};
use howdah_metadata::Metadata;
use howdah_postgres::Pool;
use howdah_schema::model::{Inconsistency, Snapshot, SourceId};
use howdah_schema::resolve::Databases;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A state of the engine.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// What requests see.
    pub(crate) snapshot: Arc<Snapshot>,
    /// What was found in the databases, by source name.
    pub(crate) databases: Databases,
    /// Connections, by source name.
    pub(crate) pools: HashMap<String, Pool>,
    /// Compiled operations; they fit this snapshot only.
    pub(crate) plans: Arc<PlanCache>,
    /// What the objects of each source need, once a change has asked for it.
    pub(crate) dependencies: Arc<KnownDependencies>,
}

/// What the objects of sources need, by name of the source: found out when first asked for.
#[derive(Debug, Default)]
pub(crate) struct KnownDependencies(Mutex<HashMap<String, Arc<Dependencies>>>);

impl State {
    /// The metadata.
    pub(crate) fn metadata(&self) -> &Arc<Metadata> {
        &self.snapshot.metadata
    }

    /// What the objects of a source need; `None` for a source that could not be read.
    pub(crate) fn dependencies(&self, source: &str) -> Option<Arc<Dependencies>> {
        let (_, model) = self.snapshot.source_named(source)?;
        let metadata = self.metadata().source(source)?;
        let mut known = self
            .dependencies
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let found = known
            .entry(source.to_owned())
            .or_insert_with(|| Arc::new(Dependencies::of(model, metadata)));
        Some(found.clone())
    }

    /// Connections of a source that could be read.
    pub(crate) fn pool(&self, source: SourceId) -> Result<&Pool> {
        self.pool_named(&self.snapshot.source(source).name)
    }

    /// Connections of a source by name.
    ///
    /// # Errors
    /// `not-exists` when there is no such source, or its connection settings cannot be used.
    pub(crate) fn pool_named(&self, source: &str) -> Result<&Pool> {
        self.pools
            .get(source)
            .ok_or_else(|| match self.databases.get(source) {
                Some(Err(error)) => error.clone(),
                _ => no_source(source),
            })
    }
}

/// What is said of sources that do not exist.
pub(crate) fn no_source(name: &str) -> Error {
    Error::not_exists(format!("source with name {name:?} does not exist"))
}

/// An inconsistent object as the API shows it.
pub(crate) fn inconsistency_json(found: &Inconsistency) -> Value {
    if let Some(right) = &found.not_inherited {
        return json!({
            "entity": {
                "permission_type": right.kind.as_str(),
                "source": right.source,
                "table": right.table.to_string(),
            },
            "name": right.role,
            "reason": found.reason,
            "type": "inherited role permission inconsistency",
        });
    }
    let mut object = json!({
        "definition": found.definition,
        "name": found.object.name(),
        "reason": found.reason,
        "type": found.object.type_name(),
    });
    if let (Some(message), Some(map)) = (&found.message, object.as_object_mut()) {
        map.insert("message".into(), message.clone());
    }
    object
}

/// A list of inconsistent objects as the API shows it.
pub(crate) fn inconsistencies_json<'a>(list: impl IntoIterator<Item = &'a Inconsistency>) -> Value {
    list.into_iter().map(inconsistency_json).collect()
}
