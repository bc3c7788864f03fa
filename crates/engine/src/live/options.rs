//! Settings of subscriptions (I4, I8).

use std::time::Duration;

/// How subscriptions are served.
#[derive(Debug, Clone, Copy)]
pub struct LiveOptions {
    /// Time between two polls of a live query.
    pub live_interval: Duration,
    /// Sets of values in one statement of a live query.
    pub live_batch: usize,
    /// Time between two polls of a stream.
    pub stream_interval: Duration,
    /// Sets of values in one statement of a stream.
    pub stream_batch: usize,
    /// Whether a stream that has no new rows says nothing, rather than once that there are none.
    pub silent_when_empty: bool,
}

impl Default for LiveOptions {
    fn default() -> Self {
        LiveOptions {
            live_interval: Duration::from_secs(1),
            live_batch: 100,
            stream_interval: Duration::from_secs(1),
            stream_batch: 100,
            silent_when_empty: false,
        }
    }
}
