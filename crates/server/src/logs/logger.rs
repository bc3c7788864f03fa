//! The one writer of log lines. Lines go to a thread of their own, so that a reader of the
//! log who stalls never stalls a request; each line is flushed as soon as it is written.

use super::kinds::{Level, LogType};
use crate::config::LogSettings;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

/// Lines that may wait for a slow reader. Beyond that lines are counted and dropped.
const WAITING_LINES: usize = 4_096;
/// How long the end of the process waits for the last lines.
const FLUSH_PATIENCE: Duration = Duration::from_secs(2);

enum Message {
    Line(String),
    Flush(SyncSender<()>),
}

/// Writes log lines; cheap to clone.
#[derive(Clone)]
pub struct Logger {
    inner: Arc<Inner>,
}

struct Inner {
    types: BTreeSet<LogType>,
    level: Level,
    sender: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

impl Logger {
    /// A logger that writes to standard output.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn stdout(settings: &LogSettings) -> std::io::Result<Self> {
        Self::to(settings, std::io::stdout())
    }

    /// A logger that writes elsewhere.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn to(settings: &LogSettings, out: impl Write + Send + 'static) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(WAITING_LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&dropped);
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || write_lines(&receiver, out, &seen))?;
        let inner = Inner {
            types: settings.types.clone(),
            level: settings.level,
            sender,
            dropped,
        };
        Ok(Logger {
            inner: Arc::new(inner),
        })
    }

    /// Whether a line of this kind would be written: ask before making an expensive detail.
    pub fn writes(&self, level: Level, kind: LogType) -> bool {
        level >= self.inner.level && (!kind.can_be_chosen() || self.inner.types.contains(&kind))
    }

    /// Whether a type is chosen, whatever the level.
    pub fn has_type(&self, kind: LogType) -> bool {
        !kind.can_be_chosen() || self.inner.types.contains(&kind)
    }

    /// Writes a line.
    pub fn log(&self, level: Level, kind: LogType, detail: Value) {
        if !self.writes(level, kind) {
            return;
        }
        match self
            .inner
            .sender
            .try_send(Message::Line(line(level, kind, detail)))
        {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.inner.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Waits (not long) until all lines so far are written: before the process ends.
    pub fn flush(&self) {
        let (done, wait) = sync_channel(1);
        if self.inner.sender.send(Message::Flush(done)).is_ok() {
            let _ = wait.recv_timeout(FLUSH_PATIENCE);
        }
    }

    /// From now on a panic leaves a JSON line instead of a plain text on standard error.
    pub fn catch_panics(&self) {
        let logger = self.clone();
        std::panic::set_hook(Box::new(move |panic| {
            let payload = panic.payload();
            let message = payload
                .downcast_ref::<&str>()
                .copied()
                .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
                .unwrap_or("a panic without a text");
            let place = panic.location().map(ToString::to_string);
            logger.log(
                Level::Error,
                LogType::Unhandled,
                json!({ "message": message, "place": place }),
            );
        }));
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logger")
            .field("types", &self.inner.types)
            .field("level", &self.inner.level)
            .finish_non_exhaustive()
    }
}

fn line(level: Level, kind: LogType, detail: Value) -> String {
    let timestamp = chrono::Local::now()
        .format("%Y-%m-%dT%H:%M:%S%.3f%z")
        .to_string();
    let mut line = json!({
        "timestamp": timestamp,
        "level": level.as_str(),
        "type": kind.as_str(),
        "detail": detail,
    })
    .to_string();
    line.push('\n');
    line
}

fn write_lines(receiver: &Receiver<Message>, mut out: impl Write, dropped: &AtomicU64) {
    while let Ok(message) = receiver.recv() {
        let lost = dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let detail =
                json!({ "message": "log lines were dropped: nobody read them", "lines": lost });
            put(&mut out, &line(Level::Warn, LogType::Unstructured, detail));
        }
        match message {
            Message::Line(line) => put(&mut out, &line),
            Message::Flush(done) => {
                let _ = done.send(());
            }
        }
    }
}

/// A log that cannot be written is no reason to stop serving.
fn put(out: &mut impl Write, line: &str) {
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Collects what is written.
    #[derive(Clone, Default)]
    pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Sink {
        pub(crate) fn lines(&self) -> Vec<Value> {
            let bytes = self.0.lock().unwrap();
            bytes
                .split(|b| *b == b'\n')
                .filter(|l| !l.is_empty())
                .map(|l| serde_json::from_slice(l).unwrap())
                .collect()
        }
    }

    fn settings(types: &[LogType], level: Level) -> LogSettings {
        LogSettings {
            types: types.iter().copied().collect(),
            level,
            metadata_queries: false,
            query_only_on_error: false,
        }
    }

    #[test]
    fn lines_have_four_keys_in_order() {
        let sink = Sink::default();
        let logger = Logger::to(&settings(&[LogType::Startup], Level::Info), sink.clone()).unwrap();
        logger.log(Level::Info, LogType::Startup, json!({"kind": "x\ny"}));
        logger.flush();
        let lines = sink.lines();
        let keys: Vec<&str> = lines[0]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(keys, ["timestamp", "level", "type", "detail"]);
        let stamp = lines[0]["timestamp"].as_str().unwrap();
        assert_eq!(stamp.len(), "2024-01-31T10:20:30.123+0000".len(), "{stamp}");
    }

    #[test]
    fn only_chosen_types_of_sufficient_level_are_written() {
        let sink = Sink::default();
        let logger = Logger::to(&settings(&[LogType::Http], Level::Warn), sink.clone()).unwrap();
        logger.log(Level::Error, LogType::Startup, json!(1));
        logger.log(Level::Info, LogType::Http, json!(2));
        logger.log(Level::Warn, LogType::Http, json!(3));
        logger.log(Level::Error, LogType::Unhandled, json!(4));
        logger.flush();
        let details: Vec<Value> = sink.lines().iter().map(|l| l["detail"].clone()).collect();
        assert_eq!(details, [json!(3), json!(4)]);
    }

    #[test]
    fn a_reader_that_stalls_does_not_stall_the_writer() {
        struct Stalled;
        impl Write for Stalled {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                loop {
                    std::thread::park();
                }
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let logger = Logger::to(&settings(&[LogType::Http], Level::Info), Stalled).unwrap();
        for n in 0..2 * WAITING_LINES {
            logger.log(Level::Info, LogType::Http, json!(n));
        }
        assert!(logger.inner.dropped.load(Ordering::Relaxed) > 0);
    }
}
