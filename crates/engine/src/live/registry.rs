//! Who polls for what: finds the poller of a plan or makes one, and knows where every subscriber is.

use super::cohorts::{Newcomer, Subscriber};
use super::options::LiveOptions;
use super::plan::{self, Plan, PollerKey};
use super::poller::Poller;
use super::report::{LiveCounts, Observer, Totals};
use super::sink::{Sink, SubscriptionKind};
use super::trigger::{Subject, Timers, Triggers};
use crate::engine::Engine;
use crate::graphql::GraphqlRequest;
use howdah_error::{Error, Result};
use howdah_ir::Session;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::{oneshot, watch};

/// All pollers.
pub(crate) struct Live {
    options: LiveOptions,
    triggers: Box<dyn Triggers>,
    pollers: Mutex<HashMap<PollerKey, Arc<Poller>>>,
    subscribers: AtomicU64,
    /// Counts the changes of the state in force.
    changes: watch::Sender<u64>,
    /// Counts those of the metadata among them; the others are news of databases.
    metadata_changes: watch::Sender<u64>,
    observer: OnceLock<Arc<dyn Observer>>,
    totals: Totals,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

/// Where a subscriber is.
pub(super) enum Place {
    /// On the way to a poller.
    Moving,
    At(Arc<Poller>),
    /// The subscription is over.
    Gone,
}

/// A subscription as its poller and its owner know it.
pub(super) struct Membership {
    id: u64,
    query: Arc<str>,
    variables: Map<String, Value>,
    operation_name: Option<String>,
    pub(super) session: Arc<Session>,
    pub(super) cursor_name: Option<Arc<str>>,
    place: Mutex<Place>,
}

impl Membership {
    pub(super) fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The request, to be read again.
    pub(super) fn request(&self) -> GraphqlRequest {
        GraphqlRequest {
            query: self.query.to_string(),
            variables: self.variables.clone(),
            operation_name: self.operation_name.clone(),
        }
    }
}

/// A subscription; dropping it ends it.
pub struct SubscriptionHandle {
    membership: Arc<Membership>,
    kind: SubscriptionKind,
}

impl SubscriptionHandle {
    /// Live query or stream.
    pub fn kind(&self) -> SubscriptionKind {
        self.kind
    }
}

impl fmt::Debug for SubscriptionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriptionHandle")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Drop for SubscriptionHandle {
    fn drop(&mut self) {
        let place = std::mem::replace(&mut *self.membership.place(), Place::Gone);
        if let Place::At(poller) = place {
            poller.leave(self.membership.id);
        }
    }
}

impl Engine {
    /// Starts a subscription. `sink` makes the place that its results go to. Ready when the first
    /// result is there.
    ///
    /// # Errors
    /// What does not fit the schema or the database; then there is no subscription.
    pub async fn subscribe(
        self: &Arc<Self>,
        request: GraphqlRequest,
        session: Arc<Session>,
        sink: impl FnOnce(SubscriptionKind) -> Arc<dyn Sink> + Send,
    ) -> Result<SubscriptionHandle> {
        let (handle, begun) = {
            let state = self.state.load_full();
            let plan = plan::compile(self, &state, &request, &session)?;
            self.live.add(self, plan, request, session, sink)
        };
        match begun.await {
            Ok(Ok(())) => Ok(handle),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(Error::unexpected("the server is shutting down")),
        }
    }

    /// Has somebody hear of polls; only the first one given does.
    pub fn observe_polls(&self, observer: Arc<dyn Observer>) {
        let _ = self.live.observer.set(observer);
    }

    /// Figures of subscriptions.
    pub fn live_counts(&self) -> LiveCounts {
        self.live.counts()
    }

    /// Counts the changes of the metadata in force, and of the tables that they speak of.
    pub fn metadata_changes(&self) -> watch::Receiver<u64> {
        self.live.metadata_changes.subscribe()
    }

    /// The subscriptions, for the developer API; `extended` adds the values of every cohort.
    pub fn subscriptions(&self, extended: bool) -> Value {
        let mut live = Vec::new();
        let mut streams = Vec::new();
        for poller in self.live.all() {
            let described = poller.describe(extended);
            match poller.key.kind {
                SubscriptionKind::Live => live.push(described),
                SubscriptionKind::Stream => streams.push(described),
            }
        }
        let options = self.live.options();
        let settings = |batch: usize, interval: std::time::Duration| json!({"batch_size": batch, "refetch_delay": interval.as_secs_f64()});
        json!({
            "live_queries": {
                "options": settings(options.live_batch, options.live_interval),
                "pollers": live,
            },
            "streaming_queries": {
                "options": settings(options.stream_batch, options.stream_interval),
                "pollers": streams,
            },
        })
    }
}

impl Live {
    pub(crate) fn new(options: LiveOptions) -> Arc<Self> {
        Arc::new(Live {
            options,
            triggers: Box::new(Timers(options)),
            pollers: Mutex::default(),
            subscribers: AtomicU64::new(0),
            changes: watch::Sender::new(0),
            metadata_changes: watch::Sender::new(0),
            observer: OnceLock::new(),
            totals: Totals::default(),
        })
    }

    pub(super) fn options(&self) -> &LiveOptions {
        &self.options
    }

    pub(super) fn batch_size(&self, kind: SubscriptionKind) -> usize {
        match kind {
            SubscriptionKind::Live => self.options.live_batch.max(1),
            SubscriptionKind::Stream => self.options.stream_batch.max(1),
        }
    }

    pub(super) fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Whoever wants to hear of polls now.
    pub(super) fn observer(&self) -> Option<&Arc<dyn Observer>> {
        self.observer.get().filter(|o| o.wants_polls())
    }

    /// The state in force is another one, because the metadata or what they speak of changed, or
    /// for news of a database.
    pub(crate) fn state_changed(&self, metadata: bool) {
        if metadata {
            self.metadata_changes
                .send_modify(|n| *n = n.wrapping_add(1));
        }
        self.changes.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// Ends all subscriptions.
    pub(crate) fn stop(&self) {
        for poller in self.all() {
            for (_, newcomer) in poller.close() {
                newcomer
                    .subscriber
                    .sink
                    .send(super::sink::LiveEvent::Complete);
            }
        }
    }

    fn pollers(&self) -> MutexGuard<'_, HashMap<PollerKey, Arc<Poller>>> {
        self.pollers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> Vec<Arc<Poller>> {
        self.pollers().values().cloned().collect()
    }

    fn counts(&self) -> LiveCounts {
        let mut counts = self.totals.read();
        for poller in self.all() {
            match poller.key.kind {
                SubscriptionKind::Live => counts.live_pollers += 1,
                SubscriptionKind::Stream => counts.stream_pollers += 1,
            }
            let (cohorts, subscribers) = poller.with_cohorts(|c| (c.len(), c.subscribers()));
            counts.cohorts += cohorts as u64;
            counts.subscribers += subscribers as u64;
        }
        counts
    }

    fn add(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        plan: Plan,
        request: GraphqlRequest,
        session: Arc<Session>,
        sink: impl FnOnce(SubscriptionKind) -> Arc<dyn Sink>,
    ) -> (SubscriptionHandle, oneshot::Receiver<Result<()>>) {
        let kind = plan.key.kind;
        let id = self.subscribers.fetch_add(1, Ordering::Relaxed);
        let membership = Arc::new(Membership {
            id,
            query: self.shared_text(&plan.key, request.query),
            variables: request.variables,
            operation_name: request.operation_name,
            session,
            cursor_name: plan.cursor_name.clone(),
            place: Mutex::new(Place::Moving),
        });
        let (begun, begins) = oneshot::channel();
        let newcomer = Newcomer {
            subscriber: Subscriber {
                id,
                sink: sink(kind),
                membership: Arc::clone(&membership),
                told_empty: false,
            },
            begun: Some(begun),
            had: None,
        };
        let handle = SubscriptionHandle {
            membership: Arc::clone(&membership),
            kind,
        };
        self.enter(engine, plan, newcomer, &membership);
        (handle, begins)
    }

    /// The text of a request; subscribers of one statement mostly send the same one, which is then
    /// kept once.
    fn shared_text(&self, key: &PollerKey, text: String) -> Arc<str> {
        match self.pollers().get(key) {
            Some(poller) => poller.shared_text(text),
            None => text.into(),
        }
    }

    /// Puts somebody into the poller of a plan.
    pub(super) fn enter(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        plan: Plan,
        newcomer: Newcomer,
        membership: &Membership,
    ) {
        let mut place = membership.place();
        if matches!(*place, Place::Gone) {
            return;
        }
        let mut newcomer = newcomer;
        loop {
            let poller = self.poller(engine, &plan);
            match poller.join(plan.values.clone(), plan.cursor.clone(), newcomer) {
                Ok(()) => {
                    *place = Place::At(poller);
                    return;
                }
                // It ended just now: the next one is another.
                Err(back) => {
                    self.forget(&poller);
                    newcomer = back;
                }
            }
        }
    }

    fn poller(self: &Arc<Self>, engine: &Arc<Engine>, plan: &Plan) -> Arc<Poller> {
        let mut pollers = self.pollers();
        if let Some(known) = pollers.get(&plan.key) {
            return Arc::clone(known);
        }
        let poller = Arc::new(Poller::new(plan, self, &Arc::downgrade(engine)));
        pollers.insert(plan.key.clone(), Arc::clone(&poller));
        let subject = Subject {
            source: Arc::clone(&plan.key.source),
            kind: plan.key.kind,
        };
        let trigger = self.triggers.trigger(&subject);
        tokio::spawn(Arc::clone(&poller).run(trigger, self.changes.subscribe()));
        poller
    }

    /// Nobody shall find the poller any more.
    pub(super) fn forget(&self, poller: &Poller) {
        let mut pollers = self.pollers();
        if pollers
            .get(&poller.key)
            .is_some_and(|known| known.id == poller.id)
        {
            pollers.remove(&poller.key);
        }
    }
}
