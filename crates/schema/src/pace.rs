//! Long computing beside requests: it lets go of its processor now and then.
//!
//! Making a snapshot takes tens of milliseconds for thousands of tables. A request that wakes up on the
//! same processor meanwhile, here or in PostgreSQL, is not run before the scheduler's next tick (4 ms
//! on common kernels), however low the priority of what computes: the kernel weighs sessions, not
//! threads. Whoever sleeps is passed at once, so that [`breathe`], called between the parts of a long
//! work, bounds what a request waits.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// How long is computed at a stretch: as long as a short request takes.
const STRETCH: Duration = Duration::from_micros(300);
/// How long others have the processor then, at least. It costs about a tenth of the time.
const PAUSE: Duration = Duration::from_micros(20);

thread_local! {
    /// When this thread began to compute without a pause, within [`paced`].
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Does a work whose calls of [`breathe`] take effect.
pub fn paced<T>(work: impl FnOnce() -> T) -> T {
    struct Before(Option<Instant>);
    impl Drop for Before {
        fn drop(&mut self) {
            SINCE.set(self.0);
        }
    }
    let _before = Before(SINCE.replace(Some(Instant::now())));
    work()
}

/// Lets others have the processor if this work has had it for long. Does nothing outside [`paced`].
pub fn breathe() {
    let Some(since) = SINCE.get() else {
        return;
    };
    if since.elapsed() >= STRETCH {
        std::thread::sleep(PAUSE);
        SINCE.set(Some(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_paced_work_pauses() {
        breathe();
        assert_eq!(SINCE.get(), None);
        let (before, after) = paced(|| {
            let before = SINCE.get();
            std::thread::sleep(STRETCH);
            breathe();
            (before, SINCE.get())
        });
        assert!(before.is_some() && before < after);
        assert_eq!(SINCE.get(), None);
    }
}
