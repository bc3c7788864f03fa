//! Failures of PostgreSQL and of the way to it, as the engine's errors.
//!
//! One table from SQLSTATE to code and text; which of its rows apply depends on what was
//! running ([`Expected`]). Everything else becomes "database query error" with PostgreSQL's
//! words in `internal`, which only administrators see.

use super::text_param::TextParam;
use howdah_error::{Code, Error};
use serde_json::{Value, json};
use std::error::Error as _;
use tokio_postgres::error::{DbError, SqlState};

/// The words with which a write that closes its transaction fails where a permission check does not
/// hold: no boolean, so that PostgreSQL's message for a bad one holds them.
pub const CHECK_FAILED: &str = "howdah: permission check failed";

/// What a role is told whose write breaks a permission check.
pub const CHECK_FAILED_MESSAGE: &str = "check constraint of an insert/update permission has failed";

/// Which failures are a matter of the request rather than of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// None: the engine's own statements.
    Nothing,
    /// Reads of users: bad values (class 22), constraints (23), conflicts between transactions
    /// (40), and of class 42 undefined objects and wrong conflict targets.
    Read,
    /// Writes of users: classes 22, 23, 40 and 42.
    Write,
}

/// The statement that failed.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// Its text.
    pub sql: &'a str,
    /// Its arguments.
    pub arguments: &'a [TextParam],
    /// Whether it was kept prepared.
    pub prepared: bool,
}

/// The error of a statement.
pub fn query_error(
    error: &tokio_postgres::Error,
    statement: Statement<'_>,
    expected: Expected,
) -> Error {
    if is_connection_failure(error) {
        return connection_error(describe(error));
    }
    let Some(found) = error.as_db_error() else {
        return database_query_error().with_internal(describe(error).into());
    };
    match expected_error(found, expected) {
        Some(error) => error,
        None => database_query_error().with_internal(internal(found, statement)),
    }
}

/// The error of one of the engine's own statements without arguments.
pub fn internal_query_error(error: &tokio_postgres::Error, sql: &str) -> Error {
    let statement = Statement {
        sql,
        arguments: &[],
        prepared: false,
    };
    query_error(error, statement, Expected::Nothing)
}

/// The error of BEGIN, COMMIT and ROLLBACK. A commit may fail for what the statements before
/// it did (deferred constraints), which is then reported as theirs.
pub fn transaction_error(error: &tokio_postgres::Error, sql: &str, expected: Expected) -> Error {
    if let Some(found) = error.as_db_error() {
        let statement = Statement {
            sql,
            arguments: &[],
            prepared: false,
        };
        return expected_error(found, expected).unwrap_or_else(|| {
            Error::new(Code::PostgresError, "postgres tx error")
                .with_internal(internal(found, statement))
        });
    }
    connection_error(describe(error))
}

/// `postgres-error` "connection error"; `text` goes to `internal` and must hold no password.
pub fn connection_error(text: impl Into<String>) -> Error {
    Error::new(Code::PostgresError, "connection error").with_internal(Value::String(text.into()))
}

/// Whether this is what [`connection_error`] makes.
pub fn is_connection_error(error: &Error) -> bool {
    *error.code() == Code::PostgresError && error.message() == "connection error"
}

/// The failure of a value that PostgreSQL cannot store: text with a NUL character.
pub fn nul_character_error() -> Error {
    Error::new(
        Code::DataException,
        "invalid byte sequence for encoding \"UTF8\": 0x00",
    )
}

/// Whether the connection, not the statement, is at fault.
pub fn is_connection_failure(error: &tokio_postgres::Error) -> bool {
    if let Some(state) = error.code() {
        return *state == SqlState::ADMIN_SHUTDOWN
            || *state == SqlState::CRASH_SHUTDOWN
            || *state == SqlState::CANNOT_CONNECT_NOW
            || *state == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
            || state.code().starts_with("08");
    }
    error.is_closed()
        || error
            .source()
            .is_some_and(|source| source.is::<std::io::Error>())
            && error.to_string() == "error communicating with the server"
}

/// An error with all its causes in one line.
pub fn describe(error: &tokio_postgres::Error) -> String {
    if let Some(found) = error.as_db_error() {
        return format!("{}: {}", found.severity(), found.message());
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// PostgreSQL's words, for `internal`.
pub fn internal(error: &DbError, statement: Statement<'_>) -> Value {
    json!({
        "arguments": statement
            .arguments
            .iter()
            .map(TextParam::text)
            .collect::<Vec<Option<&str>>>(),
        "error": {
            "status_code": error.code().code(),
            "exec_status": "FatalError",
            "message": error.message(),
            "description": error.detail(),
            "hint": error.hint(),
        },
        "prepared": statement.prepared,
        "statement": statement.sql,
    })
}

fn database_query_error() -> Error {
    Error::unexpected("database query error")
}

fn expected_error(error: &DbError, expected: Expected) -> Option<Error> {
    let state = error.code().code();
    let class = state.get(..2).unwrap_or_default();
    let applies = match (expected, class) {
        (Expected::Nothing, _) => false,
        (_, "22" | "23" | "40") => true,
        (Expected::Write, "42") => true,
        (Expected::Read, "42") => matches!(state, "42704" | "42P10"),
        _ => false,
    };
    if !applies {
        return None;
    }
    let text = error.message();
    let prefixed = |prefix: &str| format!("{prefix}{text}");
    let (code, message) = match state {
        "23001" => (
            Code::ConstraintViolation,
            prefixed("Can not delete or update due to data being referred. "),
        ),
        "23502" => (Code::ConstraintViolation, prefixed("Not-NULL violation. ")),
        "23503" => (
            Code::ConstraintViolation,
            prefixed("Foreign key violation. "),
        ),
        "23505" => (
            Code::ConstraintViolation,
            prefixed("Uniqueness violation. "),
        ),
        "23514" => (
            Code::PermissionError,
            prefixed("Check constraint violation. "),
        ),
        "23P01" => (Code::ConstraintViolation, prefixed("Exclusion violation. ")),
        "22025" => (Code::BadRequest, text.to_owned()),
        "22P02" if expected == Expected::Write && text.contains(CHECK_FAILED) => {
            (Code::PermissionError, CHECK_FAILED_MESSAGE.to_owned())
        }
        "42P10" => (
            Code::ConstraintError,
            "there is no unique or exclusion constraint on target column(s)".to_owned(),
        ),
        "40001" => (
            Code::ConcurrentUpdate,
            "serialization failure due to concurrent update".to_owned(),
        ),
        _ => {
            let code = match class {
                "23" => Code::ConstraintViolation,
                "22" => Code::DataException,
                "42" => Code::ConstraintError,
                _ => Code::ConcurrentUpdate,
            };
            (code, text.to_owned())
        }
    };
    Some(Error::new(code, message))
}
