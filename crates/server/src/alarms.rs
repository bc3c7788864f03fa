//! What every open connection must hear of: that the server stops, and that the metadata
//! changed. Also the count of connections that still have to end. It knows nothing of what
//! connections do about it.

use std::future::Future;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

/// The state that connections watch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Alarm {
    /// The server stops.
    pub(crate) stopping: bool,
    /// Counts the changes of the metadata that close connections.
    pub(crate) metadata: u64,
}

/// Raises alarms, and waits for those who heard them.
#[derive(Debug)]
pub(crate) struct Alarms {
    alarm: watch::Sender<Alarm>,
    connections: TaskTracker,
}

impl Alarms {
    pub(crate) fn new() -> Self {
        Alarms {
            alarm: watch::Sender::new(Alarm::default()),
            connections: TaskTracker::new(),
        }
    }

    /// A view of the alarm; changes are counted from now.
    pub(crate) fn watch(&self) -> watch::Receiver<Alarm> {
        self.alarm.subscribe()
    }

    /// Runs a connection that the stop waits for.
    pub(crate) fn spawn(&self, connection: impl Future<Output = ()> + Send + 'static) {
        self.connections.spawn(connection);
    }

    /// The metadata changed.
    pub(crate) fn metadata_changed(&self) {
        self.alarm
            .send_modify(|alarm| alarm.metadata = alarm.metadata.wrapping_add(1));
    }

    /// Says that the server stops, and waits until all connections have ended.
    pub(crate) async fn stop(&self) {
        self.alarm.send_modify(|alarm| alarm.stopping = true);
        self.connections.close();
        self.connections.wait().await;
    }
}

/// Ready when the server stops.
pub(crate) async fn stopping(mut alarm: watch::Receiver<Alarm>) {
    if alarm.wait_for(|alarm| alarm.stopping).await.is_err() {
        // Nobody is left who could say so.
        std::future::pending::<()>().await;
    }
}
