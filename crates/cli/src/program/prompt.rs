//! Questions: asked on terminals only. Elsewhere a command fails and names the flag that
//! answers.

use super::exit::{Outcome, Stop};
use super::{interrupt, unseen};
use dialoguer::{Confirm, Select};
use std::io::{ErrorKind, IsTerminal};

/// Who answers questions.
#[derive(Debug, Clone, Copy)]
pub struct Prompt {
    yes: bool,
    asks: bool,
}

impl Prompt {
    /// `yes` answers every confirmation; without `asks` nobody is asked.
    pub fn new(yes: bool, asks: bool) -> Self {
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Prompt {
            yes,
            asks: asks && terminal,
        }
    }

    /// Whether somebody can answer.
    pub fn asks(self) -> bool {
        self.asks
    }

    /// Has something confirmed; `flag` does it in scripts.
    ///
    /// # Errors
    /// The answer is no, or nobody can answer.
    pub fn confirm(self, question: &str, flag: &str) -> Outcome<()> {
        if self.yes {
            return Ok(());
        }
        if !self.asks {
            return Err(Stop::usage(format!(
                "{question} Nobody can be asked here: {flag} confirms it"
            )));
        }
        let question = Confirm::new().with_prompt(question).default(false);
        match answered(|| question.interact())? {
            true => Ok(()),
            false => Err(Stop::failed("nothing was changed")),
        }
    }

    /// Has one of a list chosen; `flag` does it in scripts.
    ///
    /// # Errors
    /// Nobody can answer.
    pub fn choose(self, question: &str, items: &[String], flag: &str) -> Outcome<usize> {
        if !self.asks {
            return Err(Stop::usage(format!(
                "{question} is not said: {flag} (one of {})",
                items.join(", ")
            )));
        }
        let question = Select::new().with_prompt(question).items(items).default(0);
        answered(|| question.interact())
    }
}

/// The answer to a question that is on the screen now.
fn answered<T>(ask: impl FnOnce() -> dialoguer::Result<T>) -> Outcome<T> {
    interrupt::watch();
    match ask() {
        Ok(answer) => Ok(answer),
        Err(dialoguer::Error::IO(fault)) if fault.kind() == ErrorKind::Interrupted => {
            interrupt::end()
        }
        Err(fault) => Err(Stop::failed(format!(
            "the question was not answered: {fault}"
        ))),
    }
}

/// A secret that somebody types, unseen.
///
/// # Errors
/// The terminal cannot be read.
pub fn secret(what: &str) -> std::io::Result<String> {
    interrupt::watch();
    unseen::line(&format!("{what}: "))
}
