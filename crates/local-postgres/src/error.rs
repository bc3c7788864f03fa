//! What can go wrong with a managed PostgreSQL, worded for the person who started howdah.

use std::io;
use std::path::{Path, PathBuf};

/// Why PostgreSQL could not be found, made, started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No folder with the server's programs was found.
    #[error("{0}")]
    NoBinaries(String),

    /// Another process holds the data folder.
    #[error(
        "the database folder {} is in use by another howdah{}; stop that one first or choose another folder",
        folder.display(),
        holder.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The folder that was asked for.
        folder: PathBuf,
        /// The process that holds it, if it left its number.
        holder: Option<u32>,
    },

    /// A PostgreSQL server that is not ours runs on the data folder and does not stop.
    #[error(
        "a PostgreSQL server (process {pid}) still runs on {} and does not stop; stop it with: kill -QUIT {pid}",
        folder.display()
    )]
    StillRunning {
        /// The cluster's folder.
        folder: PathBuf,
        /// The server's process number.
        pid: u32,
    },

    /// The folder holds something else, or belongs to somebody else.
    #[error("{0}")]
    Folder(String),

    /// The cluster was made by another major version than the programs that were found.
    #[error(
        "the database in {} was made by PostgreSQL {made_by}, but only version {found} was found; \
         install PostgreSQL {made_by}, or move the folder away to start with an empty database",
        folder.display()
    )]
    Version {
        /// The cluster's folder.
        folder: PathBuf,
        /// Major version that made the cluster.
        made_by: String,
        /// Major version of the programs at hand.
        found: String,
    },

    /// One of PostgreSQL's programs failed; its own words are included.
    #[error("{program} failed: {output}")]
    Program {
        /// Which program.
        program: &'static str,
        /// What it wrote, or how it ended.
        output: String,
    },

    /// The server ended, or never became ready, after it was started.
    #[error("PostgreSQL did not start: {reason}\n{log_tail}(log: {})", log.display())]
    NotReady {
        /// What was seen last.
        reason: String,
        /// The end of the server's log, with a line end when not empty.
        log_tail: String,
        /// Where the whole log is.
        log: PathBuf,
    },

    /// A file operation failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, such as `create`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl Error {
    /// Turns an [`io::Error`] into an [`Error::Io`]: for `map_err`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io {
            action,
            path,
            source,
        }
    }
}
