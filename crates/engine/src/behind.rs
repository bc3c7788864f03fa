//! Databases that may hold more than is known of them.
//!
//! SQL that is not to be compared with the metadata (`check_metadata_consistency: false`: what tools
//! for migrations send, file after file) changes nothing that a request could notice at once, so its
//! database is not read again after each piece. It is noted here instead, and read once: before the
//! next command that needs to know, or when no more such SQL has come for a while, so that the
//! other instances hear of it.

use crate::engine::Engine;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// How long no SQL must have come.
const QUIET: Duration = Duration::from_secs(1);

/// The sources in question.
#[derive(Debug, Default)]
pub(crate) struct Behind {
    /// How often each was noted.
    sources: Mutex<Seen>,
    noted: Notify,
}

/// What was in question at a moment: the sources, and how often each had been noted.
pub(crate) type Seen = BTreeMap<String, u64>;

/// Notes a source when the SQL is over, however it ends.
#[derive(Debug)]
pub(crate) struct Noting<'a> {
    behind: &'a Behind,
    source: &'a str,
}

impl Drop for Noting<'_> {
    fn drop(&mut self) {
        *self
            .behind
            .held()
            .entry(self.source.to_owned())
            .or_default() += 1;
        self.behind.noted.notify_one();
    }
}

impl Behind {
    /// Notes a source when what is given is dropped.
    pub(crate) fn noting<'a>(&'a self, source: &'a str) -> Noting<'a> {
        Noting {
            behind: self,
            source,
        }
    }

    /// What is in question now.
    pub(crate) fn seen(&self) -> Seen {
        self.held().clone()
    }

    /// All that had been seen was read. What was noted meanwhile stays.
    pub(crate) fn caught_up(&self, seen: &Seen) {
        self.held()
            .retain(|source, times| seen.get(source) != Some(times));
    }

    fn held(&self) -> MutexGuard<'_, Seen> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ready when something is in question and nothing has been noted for a while.
    async fn quiet(&self) {
        loop {
            if self.held().is_empty() {
                self.noted.notified().await;
            }
            if timeout(QUIET, self.noted.notified()).await.is_err() && !self.held().is_empty() {
                return;
            }
        }
    }
}

/// Reads what is in question whenever it has become quiet, until the engine is gone.
pub(crate) async fn follow(engine: Weak<Engine>, behind: Arc<Behind>) {
    loop {
        behind.quiet().await;
        let Some(engine) = engine.upgrade() else {
            return;
        };
        // What fails now is tried again after the next silence.
        let _ = engine.catch_up_with_sql().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_while_others_read_stays() {
        let behind = Behind::default();
        drop(behind.noting("one"));
        drop(behind.noting("two"));
        let seen = behind.seen();
        drop(behind.noting("two"));
        behind.caught_up(&seen);
        assert_eq!(behind.seen().into_keys().collect::<Vec<_>>(), ["two"]);
        behind.caught_up(&behind.seen());
        assert!(behind.seen().is_empty());
    }
}
