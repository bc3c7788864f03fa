//! Looking at and signalling processes by number.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// Whether a process of this number exists (it may belong to somebody else).
pub(crate) fn exists(pid: u32) -> bool {
    number(pid).is_some_and(
        |pid| !matches!(test_kill_process(pid), Err(error) if error == rustix::io::Errno::SRCH),
    )
}

/// Sends a signal; a process that is gone already is no error.
pub(crate) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = number(pid) {
        // The only reasons are "gone" and "not ours": the caller waits and looks again.
        let _ = kill_process(pid, signal);
    }
}

/// Process numbers that mean "several" (0, negative ones) are refused here.
fn number(pid: u32) -> Option<Pid> {
    i32::try_from(pid)
        .ok()
        .filter(|pid| *pid > 1)
        .and_then(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_process_exists_and_impossible_ones_do_not() {
        assert!(exists(std::process::id()));
        for pid in [0, 1, u32::MAX, i32::MAX as u32] {
            assert!(!exists(pid), "{pid}");
        }
    }
}
