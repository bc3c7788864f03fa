//! Follows the changes of other instances on the same metadata database (L4).

use crate::availability::Event;
use crate::building::{Reread, beside_requests};
use crate::engine::Engine;
use howdah_error::Result;
use howdah_metadata::Metadata;
use howdah_postgres::connection::Listener;
use howdah_postgres::hdb_catalog::Change;
use serde_json::{Value, json};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};

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

/// How long to wait before another attempt to listen.
const LISTEN_AGAIN: Duration = Duration::from_secs(5);

/// Follows changes until the engine is gone: at once where notifications of the metadata database
/// arrive, else at the next look.
pub(crate) async fn follow(engine: Weak<Engine>, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let mut listener = None;
    let mut listen_at = Instant::now();
    let mut complaint = None;
    loop {
        if listener.is_none() && listen_at <= Instant::now() {
            let Some(store) = engine.upgrade().map(|engine| engine.store.clone()) else {
                return;
            };
            listener = tokio::time::timeout(LISTEN_AGAIN, store.listen())
                .await
                .ok()
                .and_then(Result::ok);
            listen_at = Instant::now() + LISTEN_AGAIN;
        }
        tokio::select! {
            _ = ticks.tick() => {}
            () = heard(&mut listener) => {}
        }
        let Some(engine) = engine.upgrade() else {
            return;
        };
        // A database that is away is found again at the next look.
        let failure = catch_up(&engine).await.err();
        let text = failure.as_ref().map(|error| error.message().to_owned());
        if complaint != text
            && let Some(error) = failure
        {
            engine.tell(Event::CannotFollow(error));
        }
        complaint = text;
    }
}

/// Ready when the listener has heard something or is lost; never without one.
async fn heard(listener: &mut Option<Listener>) {
    match listener {
        Some(open) => {
            if open.next().await.is_none() {
                *listener = None;
            }
        }
        None => std::future::pending().await,
    }
}

/// Takes over what others have stored.
async fn catch_up(engine: &Arc<Engine>) -> Result<()> {
    let known = engine.state.load().snapshot.resource_version;
    if engine.look_at_store().await?.resource_version <= known {
        return Ok(());
    }
    let _changes = engine.changes.lock().await;
    engine.catch_up_in_turn().await
}

impl Engine {
    /// The version that is stored, unless the metadata database is gone without a word.
    async fn look_at_store(&self) -> Result<Change> {
        let patience = self.builder.options().patience;
        let look = self.store.poll_notifications();
        patience.wait_for(self.store.pool(), look).await
    }

    /// Takes over what others have stored, so that an answer is of the metadata as it is now. One
    /// that cannot be had is no reason not to answer.
    pub(crate) async fn catch_up_to_read(self: &Arc<Self>) {
        let _ = catch_up(self).await;
    }

    /// Takes over what others have stored; the caller holds the lock of changes.
    ///
    /// # Errors
    /// The metadata database does not answer, or holds what is no metadata.
    pub(crate) async fn catch_up_in_turn(&self) -> Result<()> {
        let change = self.look_at_store().await?;
        let state = self.state.load_full();
        if change.resource_version <= state.snapshot.resource_version {
            return Ok(());
        }
        let stored = self.store.load().await?;
        let metadata =
            beside_requests(|| Metadata::from_any_version(stored.metadata, &Metadata::default()))?;
        // Only the last change is told. Were there several, all sources may have changed.
        let one_step = change.resource_version == state.snapshot.resource_version + 1
            && change.notified_version == Some(change.resource_version)
            && stored.resource_version == change.resource_version;
        let told = change
            .invalidations
            .get("sources")
            .and_then(Value::as_array);
        let sources: Vec<String> = match told {
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
        let state = self
            .builder
            .build(
                Some(&state),
                Arc::new(metadata),
                stored.resource_version,
                Reread::Sources(&sources),
            )
            .await;
        self.put_in_force(state);
        Ok(())
    }
}
