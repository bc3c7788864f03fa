//! Why a project could not be applied, worded for the person who wrote it.

use crate::api::ApiError;
use howdah_error::Error;
use howdah_project::Refusal;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What stopped a project from being applied. What was done before stays done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The folder itself is at fault.
    #[error(transparent)]
    Project(#[from] howdah_project::Error),

    /// The migrations of a database do not fit what it has.
    #[error("the migrations of \"{database}\" cannot be applied: {refusal}")]
    Plan {
        /// The database.
        database: String,
        /// Why.
        refusal: Refusal,
    },

    /// The statements of a file fail.
    #[error("{}: {}", file.display(), told_api(error))]
    File {
        /// Which.
        file: PathBuf,
        /// What the server says.
        error: ApiError,
    },

    /// A file cannot be read or written.
    #[error("{}: {fault}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        fault: std::io::Error,
    },

    /// The server refuses a command.
    #[error("cannot {doing}: {}", told_api(error))]
    Server {
        /// What was tried: `apply the metadata`.
        doing: &'static str,
        /// What the server says.
        error: ApiError,
    },
}

impl Failure {
    pub(crate) fn server<E: Into<ApiError>>(doing: &'static str) -> impl FnOnce(E) -> Failure {
        move |error| Failure::Server {
            doing,
            error: error.into(),
        }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
        let path = path.to_owned();
        move |fault| Failure::Io { path, fault }
    }
}

/// What a server says, or that it says nothing.
pub(crate) fn told_api(error: &ApiError) -> String {
    match error {
        ApiError::Refused(error) => told(error),
        other => other.to_string(),
    }
}

/// The message, and what the database adds to it.
pub(crate) fn told(error: &Error) -> String {
    let mut text = error.message().to_owned();
    let path = error.path().to_string();
    if path != "$" && !path.starts_with("$.args.sql") {
        let _ = write!(text, " (at {path})");
    }
    let Some(database) = error.internal().and_then(|internal| internal.get("error")) else {
        return text;
    };
    let part = |key: &str| {
        database
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    for (key, label) in [("message", ""), ("description", ""), ("hint", "hint: ")] {
        if let Some(more) = part(key) {
            let _ = write!(text, "\n    {label}{more}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_words_of_the_database_are_shown() {
        let error = Error::new(howdah_error::Code::PostgresError, "query execution failed")
            .with_internal(json!({"error": {
                "message": "relation \"shop\" does not exist", "description": null, "hint": "look"
            }, "statement": "select"}));
        let failure = Failure::File {
            file: "migrations/default/1_a/up.sql".into(),
            error: error.into(),
        };
        assert_eq!(
            failure.to_string(),
            "migrations/default/1_a/up.sql: query execution failed\n    \
             relation \"shop\" does not exist\n    hint: look"
        );
    }
}
