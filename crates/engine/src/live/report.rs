//! Figures: what a poll did, for logs; what there is, for metrics and the developer API.

use super::sink::SubscriptionKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// What one poll did.
#[derive(Debug, Clone)]
pub struct PollReport {
    /// The poller.
    pub poller: Uuid,
    /// Live query or stream.
    pub kind: SubscriptionKind,
    /// The source.
    pub source: Arc<str>,
    /// The role.
    pub role: Arc<str>,
    /// The statement.
    pub sql: Arc<str>,
    /// Subscribers of the poller.
    pub subscribers: usize,
    /// Sets of values.
    pub cohorts: usize,
    /// What ran.
    pub batches: Vec<BatchReport>,
    /// Time to find out whom to ask for.
    pub snapshot_time: Duration,
    /// Time of the whole poll.
    pub total_time: Duration,
}

/// What one batch did.
#[derive(Debug, Clone, Copy, Default)]
pub struct BatchReport {
    /// Sets of values.
    pub size: usize,
    /// Time of the statement, with waiting for a connection.
    pub database_time: Duration,
    /// Time to compare and hand out the results.
    pub push_time: Duration,
    /// Bytes of the results as they came from the database.
    pub response_bytes: usize,
    /// Subscribers who were told something.
    pub told: usize,
    /// Sets of values that failed.
    pub failures: usize,
}

/// Hears of polls.
pub trait Observer: Send + Sync {
    /// Whether it wants to hear of them at the moment.
    fn wants_polls(&self) -> bool;

    /// A poll is over.
    fn polled(&self, report: &PollReport);
}

/// What there is, and what was done since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LiveCounts {
    /// Pollers of live queries.
    pub live_pollers: u64,
    /// Pollers of streams.
    pub stream_pollers: u64,
    /// Sets of values.
    pub cohorts: u64,
    /// Subscribers.
    pub subscribers: u64,
    /// Polls since the start.
    pub polls: u64,
    /// Statements since the start.
    pub batches: u64,
    /// Sets of values that failed since the start.
    pub failures: u64,
    /// Microseconds that statements took since the start.
    pub database_micros: u64,
    /// Microseconds that polls took since the start.
    pub poll_micros: u64,
}

/// Sums since the start.
#[derive(Debug, Default)]
pub(super) struct Totals {
    polls: AtomicU64,
    batches: AtomicU64,
    failures: AtomicU64,
    database_micros: AtomicU64,
    poll_micros: AtomicU64,
}

impl Totals {
    pub(super) fn batch(&self, report: &BatchReport) {
        add(&self.batches, 1);
        add(&self.failures, report.failures as u64);
        add(&self.database_micros, micros(report.database_time));
    }

    pub(super) fn poll(&self, time: Duration) {
        add(&self.polls, 1);
        add(&self.poll_micros, micros(time));
    }

    pub(super) fn read(&self) -> LiveCounts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        LiveCounts {
            polls: of(&self.polls),
            batches: of(&self.batches),
            failures: of(&self.failures),
            database_micros: of(&self.database_micros),
            poll_micros: of(&self.poll_micros),
            ..LiveCounts::default()
        }
    }
}

fn add(counter: &AtomicU64, value: u64) {
    counter.fetch_add(value, Ordering::Relaxed);
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
