//! Runs an administrator's SQL text as it is.
//!
//! * [`run_sql`]: the whole text at once, inside whatever transaction the caller opened.
//! * [`run_sql_without_transaction`]: statement after statement, for those that refuse to run
//!   in a transaction block.
//! * [`changes_schema`]: whether a text looks as if tracked objects could change.
//!
//! What the change means for metadata is the engine's business.

mod splitting;
mod tracking;
mod transactions;

pub use splitting::statements;
pub use tracking::changes_schema;
pub use transactions::{ends_transaction, fix_access, has_session, leaving_transaction};

use crate::execution::errors::{self, Statement};
use crate::execution::{Connection, RunError};
use futures_util::TryStreamExt;
use howdah_error::{Code, Error, Result};
use serde_json::{Value, json};
use std::pin::pin;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::{Client, SimpleQueryMessage};

/// The extension of an error that says at which byte of the text it failed. It is no part of the
/// body, whose form is fixed; HTTP sends it as a header.
pub const SQL_POSITION: &str = "sql_position";

/// What the last statement of a text answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunSqlResult {
    /// Rows: the column names first, then the values as text, `NULL` for null.
    TuplesOk(Vec<Vec<String>>),
    /// No rows.
    CommandOk,
}

impl RunSqlResult {
    /// As the API answers: `{"result_type":…,"result":…}`.
    pub fn to_json(&self) -> Value {
        match self {
            RunSqlResult::TuplesOk(rows) => json!({"result_type": "TuplesOk", "result": rows}),
            RunSqlResult::CommandOk => json!({"result_type": "CommandOk", "result": null}),
        }
    }
}

/// Sends the whole text at once. The connection is closed after use: the text may have changed
/// its settings.
///
/// # Errors
/// 400 `postgres-error` "query execution failed" at path `$`, with PostgreSQL's words in
/// `internal`.
pub async fn run_sql(connection: &Connection, sql: &str) -> Result<RunSqlResult> {
    run_one(connection, sql, sql).await
}

/// Sends statement after statement, each committed by itself; a failure ends it and leaves in
/// force what came before.
///
/// # Errors
/// As [`run_sql`]; the statement named is the whole text.
pub async fn run_sql_without_transaction(
    connection: &Connection,
    sql: &str,
) -> Result<RunSqlResult> {
    let mut last = RunSqlResult::CommandOk;
    for statement in statements(sql) {
        last = run_one(connection, statement, sql).await?;
    }
    Ok(last)
}

async fn run_one(connection: &Connection, sql: &str, whole: &str) -> Result<RunSqlResult> {
    connection.spoil();
    if sql.contains('\0') {
        return Err(errors::nul_character_error());
    }
    let mut completed = 0;
    connection
        .with_client(async |client| last_result(client, sql, &mut completed).await)
        .await
        .map_err(|e| {
            let before = (sql.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
            let at = position(&e, sql, completed);
            let error = explain(e, whole);
            match at {
                Some(at) => error.with_extensions(json!({ (SQL_POSITION): before + at })),
                None => error,
            }
        })
}

/// The byte of a text where it fails: what PostgreSQL points at, or the beginning of the statement
/// after those that were completed.
fn position(error: &RunError, sql: &str, completed: usize) -> Option<usize> {
    let RunError::Postgres(error) = error else {
        return None;
    };
    if let Some(ErrorPosition::Original(character)) = error.as_db_error()?.position() {
        let index = usize::try_from(*character).ok()?.checked_sub(1)?;
        let found = sql.char_indices().nth(index).map(|(at, _)| at);
        return Some(found.unwrap_or(sql.len()));
    }
    let statement = statements(sql).into_iter().nth(completed)?;
    Some(statement.as_ptr() as usize - sql.as_ptr() as usize)
}

async fn last_result(
    client: &Client,
    sql: &str,
    completed: &mut usize,
) -> Result<RunSqlResult, tokio_postgres::Error> {
    let mut messages = pin!(client.simple_query_raw(sql).await?);
    let mut last = RunSqlResult::CommandOk;
    let mut rows: Option<Vec<Vec<String>>> = None;
    while let Some(message) = messages.try_next().await? {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                rows = Some(vec![columns.iter().map(|c| c.name().to_owned()).collect()]);
            }
            SimpleQueryMessage::Row(row) => {
                let values = (0..row.len())
                    .map(|i| Ok(row.try_get(i)?.unwrap_or("NULL").to_owned()))
                    .collect::<Result<_, tokio_postgres::Error>>()?;
                if let Some(rows) = &mut rows {
                    rows.push(values);
                }
            }
            SimpleQueryMessage::CommandComplete(_) => {
                *completed += 1;
                last = match rows.take() {
                    Some(rows) => RunSqlResult::TuplesOk(rows),
                    None => RunSqlResult::CommandOk,
                };
            }
            _ => {}
        }
    }
    Ok(last)
}

fn explain(error: RunError, sql: &str) -> Error {
    let error = match error {
        RunError::Engine(error) => return error,
        RunError::Postgres(error) => error,
    };
    if errors::is_connection_failure(&error) {
        return errors::connection_error(errors::describe(&error));
    }
    let statement = Statement {
        sql,
        arguments: &[],
        prepared: false,
    };
    let internal = match error.as_db_error() {
        Some(found) => errors::internal(found, statement),
        // COPY from or to the client, above all.
        None => Value::String(format!(
            "{} (COPY from STDIN or to STDOUT cannot be used here)",
            errors::describe(&error)
        )),
    };
    Error::new(Code::PostgresError, "query execution failed")
        .with_status(400)
        .with_internal(internal)
}
