//! How a command ends.

use crate::api::ApiError;
use crate::failure::{Failure, told_api};
use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// The exit codes, the same for every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything was done.
    Done = 0,
    /// It was tried and failed.
    Failed = 1,
    /// The command line or the settings do not fit.
    Usage = 2,
    /// The two sides that were compared differ.
    Different = 3,
    /// The metadata does not fit the databases.
    Inconsistent = 4,
    /// No engine answers at the endpoint.
    Unreachable = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// What the codes mean, for help and man pages.
pub const CODES: &str = "\
Exit codes:
  0  done
  1  failed
  2  the command line or the settings do not fit
  3  differences found (metadata diff)
  4  the metadata is inconsistent
  5  the server cannot be reached";

/// Where to look when nobody is at an address.
const ADDRESS: &str = "the server's address comes from --endpoint, HASURA_GRAPHQL_ENDPOINT, .env or \
                       endpoint in config.yaml";

/// Why a command ends before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    exit: Exit,
    message: String,
    hint: Option<String>,
}

/// What a command brings, or why it stopped.
pub type Outcome<T = Exit> = Result<T, Stop>;

impl Stop {
    /// Something that was tried failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Stop::new(Exit::Failed, message)
    }

    /// Command line or settings do not fit.
    pub fn usage(message: impl Into<String>) -> Self {
        Stop::new(Exit::Usage, message)
    }

    /// With a code of its own.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Stop {
            exit,
            message: message.into(),
            hint: None,
        }
    }

    /// A file or folder cannot be read or written.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Stop {
        let path = path.to_owned();
        move |fault| Stop::failed(format!("{}: {fault}", path.display()))
    }

    /// What the server was asked to do was not done.
    pub fn server(doing: &str, error: &ApiError) -> Self {
        match error {
            ApiError::Refused(refused) => {
                let stop = Stop::failed(format!("cannot {doing}: {}", told_api(error)));
                let is_denied = refused.code().as_str() == "access-denied";
                if is_denied || refused.message().contains("admin-secret") {
                    return stop.hint(
                        "give the server's admin secret: --admin-secret, --admin-secret-file, \
                         HASURA_GRAPHQL_ADMIN_SECRET or admin_secret in config.yaml",
                    );
                }
                if refused.message() == "resource does not exist" {
                    return stop.hint(
                        "the endpoint is the server's address alone, without /v1/graphql or \
                         /console; paths that differ belong into api_paths of config.yaml",
                    );
                }
                stop
            }
            ApiError::Unreachable { reason, .. } => {
                let stop = Stop::new(Exit::Unreachable, error.to_string());
                if reason.contains("peer certificate") {
                    return stop.hint(
                        "--certificate-authority names the file with the server's certificate or \
                         that of its authority; --insecure-skip-tls-verify trusts anybody",
                    );
                }
                if reason.contains("InvalidContentType") {
                    return stop
                        .hint("nobody speaks TLS there: is it http:// instead of https://?");
                }
                stop.hint(ADDRESS)
            }
            ApiError::Foreign { .. } => {
                Stop::new(Exit::Unreachable, error.to_string()).hint(ADDRESS)
            }
        }
    }

    /// What the reader may do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What may be done about it.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}

impl From<howdah_project::Error> for Stop {
    fn from(error: howdah_project::Error) -> Self {
        Stop::failed(error.to_string())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        match &failure {
            Failure::Server { doing, error } => Stop::server(doing, error),
            Failure::File { error, .. } if error.refused().is_none() => {
                Stop::server("run a file", error)
            }
            _ => Stop::failed(failure.to_string()),
        }
    }
}
