//! How long a statement takes: what decides whether it may share a connection.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Slower statements, on the average, have a connection of their own.
const SHORT: u32 = 5_000;

/// So have those with larger answers, in bytes.
const SMALL: u32 = 64 * 1024;

/// A time that no statement is given.
const UNKNOWN: u32 = u32::MAX;

/// What is known of a statement that runs again and again. Kept beside its text.
#[derive(Debug)]
pub struct Pace {
    /// A moving average, in microseconds.
    micros: AtomicU32,
    /// The largest of the last answers, in bytes.
    bytes: AtomicU32,
    repeatable: bool,
}

impl Pace {
    /// A statement that was never run. One that calls functions of the database is not
    /// `repeatable`: it is never sent twice, hence never shares a connection.
    pub fn new(repeatable: bool) -> Pace {
        Pace {
            micros: AtomicU32::new(UNKNOWN),
            bytes: AtomicU32::new(0),
            repeatable,
        }
    }

    /// Whether it has proved to be short.
    pub(super) fn is_short(&self) -> bool {
        self.repeatable
            && self.micros.load(Ordering::Relaxed) <= SHORT
            && self.bytes.load(Ordering::Relaxed) <= SMALL
    }

    /// Notes a run.
    pub(super) fn note(&self, took: Duration, bytes: usize) {
        let took = u32::try_from(took.as_micros()).unwrap_or(UNKNOWN - 1);
        let took = took.min(UNKNOWN - 1);
        let before = self.micros.load(Ordering::Relaxed);
        // The first run prepares and plans: it counts for little once there is a second.
        let average = match before {
            UNKNOWN => took,
            before => before - before / 4 + took / 4,
        };
        self.micros.store(average, Ordering::Relaxed);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let before = self.bytes.load(Ordering::Relaxed);
        self.bytes
            .store(bytes.max(before - before / 4), Ordering::Relaxed);
    }

    /// Notes that it held up others.
    pub(super) fn note_slow(&self) {
        self.micros.store(20 * SHORT, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_proved_short_and_small_shares() {
        let pace = Pace::new(true);
        assert!(!pace.is_short());
        pace.note(Duration::from_millis(2), 100);
        assert!(pace.is_short());
        pace.note_slow();
        assert!(!pace.is_short());
        for _ in 0..20 {
            pace.note(Duration::from_micros(300), 100);
        }
        assert!(pace.is_short());
        pace.note(Duration::from_micros(300), 1 << 20);
        assert!(!pace.is_short());
    }

    #[test]
    fn what_must_not_run_twice_never_shares() {
        let pace = Pace::new(false);
        pace.note(Duration::from_micros(10), 10);
        assert!(!pace.is_short());
    }
}
