//! Ctrl-C: the step that is running is brought to its end, so that what was done is known.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody wants us to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on. The second Ctrl-C ends the process at once.
    pub fn listen() -> Self {
        let interrupt = Interrupt::default();
        let seen = Arc::clone(&interrupt.0);
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                if seen.swap(true, Ordering::SeqCst) {
                    eprintln!(
                        "stopped at once: whether the file that was running is applied, \
                         `migrate status` and the database tell"
                    );
                    std::process::exit(1);
                }
                eprintln!(
                    "stopping when the file that is running is done; Ctrl-C again stops at once"
                );
            }
        });
        interrupt
    }

    /// Whether to stop here.
    pub fn is_wanted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
