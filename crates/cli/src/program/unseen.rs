//! A line that is typed on a terminal and not shown there.

pub use system::{line, shown_again};

#[cfg(unix)]
mod system {
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use std::io::{Result, stdin};
    use std::sync::{Mutex, PoisonError};

    /// How the terminal was before; while nothing is typed unseen, nothing.
    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// Asks for a line and reads it.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn line(question: &str) -> Result<String> {
        let input = stdin();
        let before = tcgetattr(&input)?;
        let mut unseen = before.clone();
        unseen.local_modes -= LocalModes::ECHO;
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        // Before it is asked for: what is typed at once is not seen either, and is not lost.
        tcsetattr(&input, OptionalActions::Now, &unseen)?;
        eprint!("{question}");
        let mut line = String::new();
        let read = input.read_line(&mut line);
        shown_again();
        eprintln!();
        read?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Leaves the terminal as it was.
    pub fn shown_again() {
        let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
        }
    }
}

#[cfg(not(unix))]
mod system {
    use dialoguer::console::Term;
    use std::io::Result;

    /// Asks for a line and reads it.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn line(question: &str) -> Result<String> {
        let terminal = Term::stderr();
        terminal.write_str(question)?;
        terminal.read_secure_line()
    }

    /// Leaves the terminal as it was.
    pub fn shown_again() {}
}
