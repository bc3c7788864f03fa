//! Ctrl-C. Where files are being run, the one that is running is brought to its end, so that what
//! was done is known. Everywhere else it ends the process, with the cursor back where a question
//! had hidden it.

use super::unseen;
use dialoguer::console::Term;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once, OnceLock};

/// What shells say of a process that Ctrl-C has ended.
const ENDED: i32 = 130;

/// Set by whoever brings things to an orderly end.
static ORDERLY: OnceLock<Interrupt> = OnceLock::new();

/// Whether somebody wants us to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on. The second Ctrl-C ends the process at once.
    pub fn listen() -> Self {
        let interrupt = ORDERLY.get_or_init(Interrupt::default).clone();
        watch();
        interrupt
    }

    /// Whether to stop here.
    pub fn is_wanted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Has Ctrl-C end the process in good order while a question is on the screen.
pub fn watch() {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(|| {
        tokio::spawn(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                match ORDERLY.get() {
                    Some(interrupt) => stop_soon(interrupt),
                    None => end(),
                }
            }
        });
    });
}

fn stop_soon(interrupt: &Interrupt) {
    if interrupt.0.swap(true, Ordering::SeqCst) {
        eprintln!(
            "stopped at once: whether the file that was running is applied, `migrate status` and \
             the database tell"
        );
        std::process::exit(1);
    }
    eprintln!("stopping when the file that is running is done; Ctrl-C again stops at once");
}

/// Ends the process as Ctrl-C does.
pub fn end() -> ! {
    // The question has no end of line.
    eprintln!();
    let _ = Term::stderr().show_cursor();
    unseen::shown_again();
    std::process::exit(ENDED)
}
