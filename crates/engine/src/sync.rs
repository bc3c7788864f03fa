//! Follows the changes of other instances on the same metadata database (L4).

use crate::building::Reread;
use crate::engine::Engine;
use howdah_error::Result;
use howdah_metadata::Metadata;
use serde_json::{Value, json};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// What other instances are told about a change: which sources they must read again.
pub(crate) fn invalidations<S: AsRef<str>>(sources: impl IntoIterator<Item = S>) -> Value {
    let sources: Vec<String> = sources.into_iter().map(|s| s.as_ref().to_owned()).collect();
    json!({
        "metadata": true,
        "remote_schemas": [],
        "sources": sources,
        "data_connectors": [],
    })
}

/// Looks for changes until the engine is gone.
pub(crate) async fn follow(engine: Weak<Engine>, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let Some(engine) = engine.upgrade() else {
            return;
        };
        // A database that is away is found again at the next look.
        let _ = catch_up(&engine).await;
    }
}

/// Takes over what others have stored.
async fn catch_up(engine: &Arc<Engine>) -> Result<()> {
    let known = engine.state.load().snapshot.resource_version;
    if engine.store.poll_notifications().await?.resource_version <= known {
        return Ok(());
    }
    let _changes = engine.changes.lock().await;
    let change = engine.store.poll_notifications().await?;
    let state = engine.state.load_full();
    if change.resource_version <= state.snapshot.resource_version {
        return Ok(());
    }
    let stored = engine.store.load().await?;
    let metadata = Metadata::from_any_version(stored.metadata, &Metadata::default())?;
    // Only the last change is told. Were there several, all sources may have changed.
    let one_step = change.resource_version == state.snapshot.resource_version + 1
        && change.notified_version == Some(change.resource_version);
    let sources: Vec<String> = match change
        .invalidations
        .get("sources")
        .and_then(Value::as_array)
    {
        Some(names) if one_step => names
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => metadata
            .sources
            .iter()
            .map(|source| source.name.clone())
            .collect(),
    };
    let state = engine
        .builder
        .build(
            Some(&state),
            Arc::new(metadata),
            stored.resource_version,
            Reread::Sources(&sources),
        )
        .await;
    engine.put_in_force(state);
    Ok(())
}
