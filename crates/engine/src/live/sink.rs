//! Where results go. Whoever implements it knows of sockets; nothing here does.

use bytes::Bytes;
use howdah_error::Error;

/// What may happen to results that nobody has read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubscriptionKind {
    /// A live query: only the newest result counts.
    Live,
    /// A stream: every result counts.
    Stream,
}

impl SubscriptionKind {
    /// Its name in logs.
    pub fn name(self) -> &'static str {
        match self {
            SubscriptionKind::Live => "live-query",
            SubscriptionKind::Stream => "streaming",
        }
    }
}

/// What a subscription says.
#[derive(Debug, Clone)]
pub enum LiveEvent {
    /// The whole answer, `{"data":…}`; all subscribers of a cohort get the same bytes.
    Data(Bytes),
    /// A result could not be had; the subscription goes on and may recover.
    Error(Error),
    /// It is over. Nothing follows.
    Complete,
}

/// Takes the events of one subscription. It never waits.
pub trait Sink: Send + Sync {
    /// Takes an event.
    fn send(&self, event: LiveEvent);
}
