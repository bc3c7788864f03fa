//! A reason not to start: one plain line and an exit code.

use std::fmt;

const BEGINNING: &str = "Fatal Error:- ";

/// Why the process ends before it serves anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fatal {
    message: String,
    code: u8,
}

impl Fatal {
    /// A fatal error with exit code 1; the text gets the usual beginning.
    pub fn new(reason: impl fmt::Display) -> Self {
        Fatal {
            message: format!("{BEGINNING}{reason}"),
            code: 1,
        }
    }

    /// The command line itself cannot be understood or served: exit code 2.
    pub fn usage(reason: impl fmt::Display) -> Self {
        Fatal {
            code: 2,
            ..Fatal::new(reason)
        }
    }

    /// The line to print.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line without its usual beginning.
    pub fn reason(&self) -> &str {
        self.message
            .strip_prefix(BEGINNING)
            .unwrap_or(&self.message)
    }

    /// The exit code of the process.
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Fatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fatal {}
