//! Numbers about websockets, for metrics. They only ever count; reading them costs nothing
//! to those who are counted.

use crate::subscription::Kind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the start of the server.
#[derive(Debug, Default)]
pub struct Counters {
    opened: AtomicU64,
    closed: AtomicU64,
    received_bytes: AtomicU64,
    sent_bytes: AtomicU64,
    operations: AtomicU64,
    live: Gauge,
    streams: Gauge,
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sockets that are open.
    pub connections: u64,
    /// Bytes of messages from clients.
    pub received_bytes: u64,
    /// Bytes of messages to clients.
    pub sent_bytes: u64,
    /// Operations that clients started, refused ones included.
    pub operations: u64,
    /// Live queries that run.
    pub live_queries: u64,
    /// Streams that run.
    pub streams: u64,
}

impl Counters {
    /// The counts now.
    pub fn read(&self) -> Counts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let closed = of(&self.closed);
        Counts {
            connections: of(&self.opened).saturating_sub(closed),
            received_bytes: of(&self.received_bytes),
            sent_bytes: of(&self.sent_bytes),
            operations: of(&self.operations),
            live_queries: self.live.read(),
            streams: self.streams.read(),
        }
    }

    /// Counts a socket as open until the answer is dropped.
    pub(super) fn open(self: &Arc<Self>) -> Open {
        self.opened.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(self))
    }

    pub(super) fn received(&self, bytes: usize) {
        self.received_bytes
            .fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.sent_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn operation(&self) {
        self.operations.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a subscription as running until the answer is dropped.
    pub(super) fn subscription(&self, kind: Kind) -> Running {
        let gauge = match kind {
            Kind::Live => &self.live,
            Kind::Stream => &self.streams,
        };
        gauge.0.fetch_add(1, Ordering::Relaxed);
        Running(Arc::clone(&gauge.0))
    }
}

#[derive(Debug, Default)]
struct Gauge(Arc<AtomicU64>);

impl Gauge {
    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// An open socket.
#[derive(Debug)]
pub(super) struct Open(Arc<Counters>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.closed.fetch_add(1, Ordering::Relaxed);
    }
}

/// A running subscription.
#[derive(Debug)]
pub(super) struct Running(Arc<AtomicU64>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
