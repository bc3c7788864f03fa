//! What wakes a poller. The timer is the first kind; nothing else knows that there is one, so that
//! news of changes from the database can take its place.

use super::options::LiveOptions;
use super::sink::SubscriptionKind;
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// What a poller reads, for whoever decides when it has to.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The source.
    pub source: Arc<str>,
    /// Live query or stream.
    pub kind: SubscriptionKind,
}

/// Says when a poller has to look again.
pub trait Trigger: Send {
    /// Ready when the poller has to look. It is asked again when the poller has looked; dropping
    /// the future loses nothing.
    fn woken(&mut self) -> BoxFuture<'_, ()>;
}

/// Makes triggers.
pub trait Triggers: Send + Sync {
    /// The trigger of a new poller.
    fn trigger(&self, subject: &Subject) -> Box<dyn Trigger>;
}

/// Wakes pollers in intervals.
pub(super) struct Timers(pub(super) LiveOptions);

impl Triggers for Timers {
    fn trigger(&self, subject: &Subject) -> Box<dyn Trigger> {
        let period = match subject.kind {
            SubscriptionKind::Live => self.0.live_interval,
            SubscriptionKind::Stream => self.0.stream_interval,
        };
        let period = period.max(Duration::from_millis(1));
        let mut ticks = interval_at(Instant::now() + period, period);
        // A poll that takes long is followed by a whole interval of rest.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Box::new(Ticks(ticks))
    }
}

struct Ticks(Interval);

impl Trigger for Ticks {
    fn woken(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.0.tick().await;
        })
    }
}
