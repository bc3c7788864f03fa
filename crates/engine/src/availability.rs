//! Notices sources that go away, and those that come back (L9).
//!
//! Nobody is asked without need, so that a database may sleep while it is not used: a source is
//! looked at when its pool has reason to suspect something, and again and again while it is away.
//! While it is away it is an inconsistent object; what is known of it stays in the schema, so that
//! requests are told of the connection. When it is back its catalogue is read anew.
//!
//! Each instance finds out for itself: what one can reach another may not.

use crate::building::{Reread, is_connection_error};
use crate::engine::Engine;
use crate::patience::Patience;
use crate::state::State;
use futures_util::future::join_all;
use howdah_error::Error;
use howdah_postgres::Pool;
use howdah_postgres::execution::errors::connection_error;
use std::collections::HashMap;
use std::sync::Weak;
use std::time::Duration;
use tokio::time::Instant;

/// What happened to an engine without anybody having asked for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The database of a source cannot be reached any more.
    SourceLost {
        /// The name of the source.
        source: String,
        /// Why.
        error: Error,
    },
    /// The database of a source can be reached again, and its catalogue was read.
    SourceBack {
        /// The name of the source.
        source: String,
    },
    /// What other instances have changed cannot be taken over.
    CannotFollow(Error),
}

/// How often the pools are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// The longest pause between two attempts to reach a source that is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// When to try a source that is away again.
struct Retry {
    at: Instant,
    pause: Duration,
}

impl Retry {
    fn first() -> Self {
        Retry {
            at: Instant::now(),
            pause: LOOK,
        }
    }

    fn later(&mut self) {
        self.at = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}

/// What an attempt found.
enum Found {
    Lost(Error),
    Back,
}

/// Watches the sources until the engine is gone.
pub(crate) async fn watch(engine: Weak<Engine>) {
    let mut retries: HashMap<String, Retry> = HashMap::new();
    loop {
        tokio::time::sleep(LOOK).await;
        let (due, patience) = {
            let Some(engine) = engine.upgrade() else {
                return;
            };
            let due = due(&engine.state.load(), &mut retries);
            (due, engine.builder.options().patience)
        };
        let found = join_all(due.into_iter().map(async |(name, pool, away)| {
            let found = probe(&pool, patience, away).await;
            (name, pool, found)
        }))
        .await;
        let Some(engine) = engine.upgrade() else {
            return;
        };
        for (name, pool, found) in found {
            if let Some(found) = found {
                engine.take_note(&name, &pool, found).await;
            }
        }
    }
}

/// The sources to look at, and whether they were away.
fn due(state: &State, retries: &mut HashMap<String, Retry>) -> Vec<(String, Pool, bool)> {
    retries.retain(|name, _| is_away(state, name));
    let mut due = Vec::new();
    for (name, pool) in &state.pools {
        let away = is_away(state, name);
        let wanted = match away {
            false => pool.is_suspect(),
            true => {
                let retry = retries.entry(name.clone()).or_insert_with(Retry::first);
                let wanted = retry.at <= Instant::now();
                if wanted {
                    retry.later();
                }
                wanted
            }
        };
        if wanted {
            due.push((name.clone(), pool.clone(), away));
        }
    }
    due
}

fn is_away(state: &State, source: &str) -> bool {
    match state.databases.get(source) {
        Some(Ok(database)) => database.unreachable.is_some(),
        Some(Err(_)) => true,
        None => false,
    }
}

async fn probe(pool: &Pool, patience: Patience, away: bool) -> Option<Found> {
    // Somebody has found out already.
    if let Some(error) = pool.why_away().filter(|_| !away) {
        return Some(Found::Lost(error));
    }
    let enough = patience.with_connecting(pool);
    let answer = tokio::time::timeout(enough, pool.probe()).await;
    match answer {
        Ok(Ok(())) => away.then_some(Found::Back),
        Ok(Err(error)) => (!away).then_some(Found::Lost(error)),
        // Who does not even take a connection in so long is as good as away.
        Err(_) => (!away).then(|| Found::Lost(connection_error("the database does not answer"))),
    }
}

impl Engine {
    /// Puts in force what was found of a source, unless it has got other settings meanwhile.
    async fn take_note(&self, source: &str, pool: &Pool, found: Found) {
        let _changes = self.changes.lock().await;
        let state = self.state.load_full();
        let same = state
            .pools
            .get(source)
            .is_some_and(|known| known.settings() == pool.settings());
        if !same {
            return;
        }
        let (metadata, version) = (state.metadata().clone(), state.snapshot.resource_version);
        match found {
            Found::Lost(error) => {
                let mut databases = state.databases.clone();
                let Some(Ok(database)) = databases.get_mut(source) else {
                    return;
                };
                database.unreachable = Some(error.clone());
                pool.set_away(error.clone());
                let pools = state.pools.clone();
                let next = self
                    .builder
                    .resolve(Some(&state), metadata, version, databases, pools);
                self.put_in_force(next);
                let source = source.to_owned();
                self.tell(Event::SourceLost { source, error });
            }
            Found::Back => {
                let names = [source.to_owned()];
                let next = self
                    .builder
                    .build(Some(&state), metadata, version, Reread::Sources(&names))
                    .await;
                let still_away = match next.databases.get(source) {
                    Some(Ok(database)) => database.unreachable.is_some(),
                    Some(Err(error)) => is_connection_error(error),
                    None => true,
                };
                let [source] = names;
                // An error that is no matter of the connection is news as well.
                let changed = next.snapshot.inconsistencies != state.snapshot.inconsistencies;
                if !still_away && changed {
                    let is_back = next.databases.get(&source).is_some_and(Result::is_ok);
                    self.put_in_force(next);
                    if is_back {
                        self.tell(Event::SourceBack { source });
                    }
                }
            }
        }
    }
}
