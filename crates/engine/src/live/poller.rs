//! All subscribers of one statement. A poller looks for everybody when its trigger says so, and
//! for newcomers at once.

use super::cohorts::{Cohorts, Newcomer, Outcome};
use super::moving;
use super::plan::{Plan, PollerKey, Statements, Values};
use super::registry::Live;
use super::report::{BatchReport, PollReport};
use super::running;
use super::sink::LiveEvent;
use super::trigger::Trigger;
use crate::engine::Engine;
use futures_util::FutureExt;
use howdah_error::Error;
use howdah_postgres::Pool;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};
use uuid::Uuid;

/// Statements of one poller that run at the same time, of either kind: polls, and batches of
/// newcomers.
const BATCHES_AT_ONCE: usize = 4;

/// The subscribers of one statement.
pub(super) struct Poller {
    pub(super) id: Uuid,
    pub(super) key: PollerKey,
    pub(super) statements: Statements,
    pool: Pool,
    batch_size: usize,
    pub(super) live: Arc<Live>,
    pub(super) engine: Weak<Engine>,
    state: Mutex<State>,
    /// The request that somebody sent last.
    query: Mutex<Option<Arc<str>>>,
    ended: Notify,
}

struct State {
    cohorts: Cohorts,
    /// Tasks that look for newcomers.
    admitting: usize,
    /// Nobody may join any more.
    closed: bool,
}

impl Poller {
    pub(super) fn new(plan: &Plan, live: &Arc<Live>, engine: &Weak<Engine>) -> Self {
        let kind = plan.key.kind;
        Poller {
            id: Uuid::new_v4(),
            key: plan.key.clone(),
            statements: plan.statements.clone(),
            pool: plan.pool.clone(),
            batch_size: live.batch_size(kind),
            live: Arc::clone(live),
            engine: Weak::clone(engine),
            state: Mutex::new(State {
                cohorts: Cohorts::new(kind, live.options().silent_when_empty),
                admitting: 0,
                closed: false,
            }),
            query: Mutex::default(),
            ended: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds somebody. Gives them back when the poller has ended.
    pub(super) fn join(
        self: &Arc<Self>,
        values: Values,
        cursor: Option<Arc<str>>,
        newcomer: Newcomer,
    ) -> Result<(), Newcomer> {
        let mut state = self.state();
        if state.closed {
            return Err(newcomer);
        }
        state.cohorts.join(values, cursor, newcomer);
        self.admit(&mut state);
        Ok(())
    }

    fn admit(self: &Arc<Self>, state: &mut State) {
        if state.admitting < BATCHES_AT_ONCE && state.cohorts.has_queued() {
            state.admitting += 1;
            tokio::spawn(Arc::clone(self).admission());
        }
    }

    /// Looks for newcomers until there are none.
    async fn admission(self: Arc<Self>) {
        // Those who come in one go get one statement.
        tokio::task::yield_now().await;
        loop {
            let queued = {
                let mut state = self.state();
                let queued = state.cohorts.queued(self.batch_size);
                // When the metadata changes everybody is about to be moved.
                if queued.is_empty() || self.is_outdated() {
                    state.admitting -= 1;
                    return;
                }
                queued
            };
            if AssertUnwindSafe(self.batch(&queued))
                .catch_unwind()
                .await
                .is_err()
            {
                self.state().admitting -= 1;
                self.abandon();
                return;
            }
        }
    }

    /// Takes somebody out.
    pub(super) fn leave(&self, subscriber: u64) {
        let mut state = self.state();
        state.cohorts.leave(subscriber);
        self.end_if_empty(state);
    }

    /// Polls until nobody is left.
    pub(super) async fn run(
        self: Arc<Self>,
        mut trigger: Box<dyn Trigger>,
        mut changes: watch::Receiver<u64>,
    ) {
        loop {
            if self.is_outdated() {
                moving::move_all(&self).await;
                return;
            }
            tokio::select! {
                () = self.ended.notified() => return,
                changed = changes.changed() => if changed.is_err() { return },
                () = trigger.woken() => {
                    tokio::select! {
                        polled = self.poll() => if polled.is_err() {
                            self.abandon();
                            return;
                        },
                        // What it would bring must not be seen any more.
                        () = self.outdated(&mut changes) => {}
                    }
                }
            }
        }
    }

    /// Whether the metadata has changed since the statement was made.
    fn is_outdated(&self) -> bool {
        self.engine
            .upgrade()
            .is_none_or(|engine| engine.state.load().snapshot.generation != self.key.generation)
    }

    async fn outdated(&self, changes: &mut watch::Receiver<u64>) {
        while !self.is_outdated() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Asks for everybody.
    ///
    /// # Errors
    /// A batch panicked.
    async fn poll(self: &Arc<Self>) -> Result<(), JoinError> {
        let begun = Instant::now();
        let (due, cohorts, subscribers) = {
            let mut state = self.state();
            let due = state.cohorts.due();
            (due, state.cohorts.len(), state.cohorts.subscribers())
        };
        let snapshot_time = begun.elapsed();
        let together = due.together.chunks(self.batch_size);
        let mut asked = together.chain(due.alone.chunks(1)).map(<[u64]>::to_vec);
        let mut batches = Vec::new();
        let mut running = JoinSet::new();
        loop {
            while running.len() < BATCHES_AT_ONCE
                && let Some(ids) = asked.next()
            {
                let poller = Arc::clone(self);
                running.spawn(async move { poller.batch(&ids).await });
            }
            match running.join_next().await {
                Some(report) => batches.push(report?),
                None => break,
            }
        }
        let total_time = begun.elapsed();
        self.live.totals().poll(total_time);
        if let Some(observer) = self.live.observer() {
            observer.polled(&PollReport {
                poller: self.id,
                kind: self.key.kind,
                source: Arc::clone(&self.key.source),
                role: Arc::clone(&self.key.role),
                sql: Arc::clone(&self.key.sql),
                subscribers,
                cohorts,
                batches,
                snapshot_time,
                total_time,
            });
        }
        Ok(())
    }

    /// Asks for some cohorts in one statement, and tells their subscribers.
    async fn batch(self: &Arc<Self>, ids: &[u64]) -> BatchReport {
        let members: Vec<_> = {
            let mut state = self.state();
            ids.iter()
                .filter_map(|id| state.cohorts.start(*id))
                .collect()
        };
        let mut report = BatchReport {
            size: members.len(),
            ..BatchReport::default()
        };
        if members.is_empty() {
            return report;
        }
        let begun = Instant::now();
        let outcomes = running::run(&self.pool, &self.statements, members).await;
        report.database_time = begun.elapsed();
        let begun = Instant::now();
        let outdated = self.is_outdated();
        for (id, outcome) in outcomes {
            match &outcome {
                Outcome::Row(row) => report.response_bytes += row.len(),
                Outcome::Failed(_) => report.failures += 1,
                Outcome::Outdated => {}
            }
            let outcome = if outdated { Outcome::Outdated } else { outcome };
            let mut state = self.state();
            report.told += state.cohorts.finish(id, outcome, &self.key.template);
        }
        report.push_time = begun.elapsed();
        self.after_batch();
        self.live.totals().batch(&report);
        report
    }

    /// Looks for those who came while a batch ran; ends when it has left nobody.
    fn after_batch(self: &Arc<Self>) {
        let mut state = self.state();
        self.admit(&mut state);
        self.end_if_empty(state);
    }

    fn end_if_empty(&self, mut state: MutexGuard<'_, State>) {
        if state.cohorts.is_empty() {
            // Who comes now gets another poller.
            state.closed = true;
            drop(state);
            self.live.forget(self);
            self.ended.notify_one();
        }
    }

    /// Ends the poller and hands out everybody, with where they are.
    pub(super) fn close(&self) -> Vec<(Option<Arc<str>>, Newcomer)> {
        let all = {
            let mut state = self.state();
            state.closed = true;
            state.cohorts.take_all()
        };
        self.live.forget(self);
        self.ended.notify_one();
        all
    }

    /// Tells everybody that it is over: something went wrong that should not.
    fn abandon(&self) {
        for (_, newcomer) in self.close() {
            let error = Error::unexpected("internal error");
            match newcomer.begun {
                Some(begun) => {
                    let _ = begun.send(Err(error));
                }
                None => {
                    newcomer.subscriber.sink.send(LiveEvent::Error(error));
                    newcomer.subscriber.sink.send(LiveEvent::Complete);
                }
            }
        }
    }

    /// The text of a request, shared with that of the first subscriber if it is the same.
    pub(super) fn shared_text(&self, text: String) -> Arc<str> {
        let mut shared = self.query.lock().unwrap_or_else(PoisonError::into_inner);
        match &*shared {
            Some(known) if **known == *text => Arc::clone(known),
            _ => {
                let text: Arc<str> = text.into();
                *shared = Some(Arc::clone(&text));
                text
            }
        }
    }

    /// Reads the cohorts.
    pub(super) fn with_cohorts<T>(&self, read: impl FnOnce(&Cohorts) -> T) -> T {
        read(&self.state().cohorts)
    }
}
