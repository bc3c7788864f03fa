//! What every open connection must hear of: that the server stops, and that the metadata
//! changed. Also the count of connections that still have to end. It knows nothing of what
//! connections do about it.

use std::future::{Future, pending};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

/// What a connection is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// The server stops.
    Stopping,
    /// The metadata changed since the connection was opened.
    MetadataChanged,
}

/// Raises alarms, and waits for those who heard them.
#[derive(Debug)]
pub(crate) struct Alarms {
    stopping: watch::Sender<bool>,
    metadata: Option<watch::Receiver<u64>>,
    connections: TaskTracker,
}

/// One connection's ear. It is told of each thing once.
#[derive(Debug)]
pub(crate) struct Watch {
    stopping: Option<watch::Receiver<bool>>,
    metadata: Option<watch::Receiver<u64>>,
}

impl Alarms {
    /// With the count of changes of the metadata, if connections are to hear of them.
    pub(crate) fn new(metadata: Option<watch::Receiver<u64>>) -> Self {
        Alarms {
            stopping: watch::Sender::new(false),
            metadata,
            connections: TaskTracker::new(),
        }
    }

    /// An ear for changes of the metadata from now on, not for one that a client made before it
    /// connected.
    pub(crate) fn watch(&self) -> Watch {
        let mut metadata = self.metadata.clone();
        if let Some(changes) = &mut metadata {
            changes.mark_unchanged();
        }
        Watch {
            stopping: Some(self.stopping.subscribe()),
            metadata,
        }
    }

    /// Runs a connection that the stop waits for.
    pub(crate) fn spawn(&self, connection: impl Future<Output = ()> + Send + 'static) {
        self.connections.spawn(connection);
    }

    /// Ready when the server stops.
    pub(crate) fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        let stopping = self.stopping.subscribe();
        async move { stops(stopping).await }
    }

    /// Says that the server stops, and waits until all connections have ended.
    pub(crate) async fn stop(&self) {
        self.stopping.send_replace(true);
        self.connections.close();
        self.connections.wait().await;
    }
}

impl Watch {
    /// Waits for the next alarm; nothing is lost if that is given up.
    pub(crate) async fn next(&mut self) -> Alarm {
        let Watch { stopping, metadata } = self;
        let stop = async {
            match stopping {
                Some(stopping) => stops(stopping.clone()).await,
                None => pending().await,
            }
        };
        let change = async {
            if let Some(changes) = metadata
                && changes.changed().await.is_ok()
            {
                return;
            }
            pending().await
        };
        let alarm = tokio::select! {
            biased;
            () = stop => Alarm::Stopping,
            () = change => Alarm::MetadataChanged,
        };
        self.metadata = None;
        if alarm == Alarm::Stopping {
            self.stopping = None;
        }
        alarm
    }
}

async fn stops(mut stopping: watch::Receiver<bool>) {
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        // Nobody is left who could say so.
        pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::task::yield_now;

    #[tokio::test]
    async fn only_changes_after_the_connection_are_told_and_only_once() {
        let metadata = watch::Sender::new(0);
        let alarms = Alarms::new(Some(metadata.subscribe()));
        metadata.send_replace(1);
        let mut late = alarms.watch();
        let quiet = tokio::select! {
            biased;
            alarm = late.next() => Some(alarm),
            () = yield_now() => None,
        };
        assert_eq!(quiet, None);
        metadata.send_replace(2);
        assert_eq!(late.next().await, Alarm::MetadataChanged);
        metadata.send_replace(3);
        alarms.stop().await;
        assert_eq!(late.next().await, Alarm::Stopping);
        assert_eq!(alarms.watch().next().await, Alarm::Stopping);
    }

    #[tokio::test]
    async fn metadata_that_nobody_changes_any_more_are_no_alarm() {
        let metadata = watch::Sender::new(0);
        let alarms = Alarms::new(Some(metadata.subscribe()));
        let mut watch = alarms.watch();
        drop(metadata);
        alarms.stop().await;
        assert_eq!(watch.next().await, Alarm::Stopping);
    }
}
