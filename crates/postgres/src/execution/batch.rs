//! Statements that answer many askers at once: rows as they came, and on failure who is to blame:
//! the way to the database, the statement, or one of the values in it.

use super::connection::RunError;
use super::errors::{Expected, connection_error, is_connection_error};
use super::pool::Pool;
use super::text_param::TextParam;
use howdah_error::{Code, Error};
use postgres_types::{FromSql, Type};
use std::error::Error as StdError;
use tokio_postgres::Row;

/// Who is to blame for a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The database cannot be reached, or will not talk now.
    Connection,
    /// The statement, whatever its values.
    Statement,
    /// Perhaps one of the values: others may do.
    Values,
}

/// A failure with who is to blame for it.
#[derive(Debug, Clone)]
pub struct BatchError {
    /// As clients are told.
    pub error: Error,
    /// Who is to blame.
    pub blame: Blame,
}

/// A row as it came.
#[derive(Debug)]
pub struct BatchRow(Row);

struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Raw(raw))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::JSON | Type::TEXT)
    }
}

impl BatchRow {
    /// Bytes of all its values.
    pub fn len(&self) -> usize {
        self.0.raw_size_bytes()
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A `bigint`.
    ///
    /// # Errors
    /// The column is something else.
    pub fn number(&self, column: usize) -> Result<i64, Error> {
        self.0
            .try_get(column)
            .map_err(|e| Error::unexpected(e.to_string()))
    }

    /// The text of a `json` or `text`; `None` is NULL.
    ///
    /// # Errors
    /// The column is something else.
    pub fn text(&self, column: usize) -> Result<Option<&[u8]>, Error> {
        let raw: Option<Raw<'_>> = self
            .0
            .try_get(column)
            .map_err(|e| Error::unexpected(e.to_string()))?;
        Ok(raw.map(|Raw(bytes)| bytes))
    }
}

impl Pool {
    /// Runs a read on any connection; one that died while idle is replaced.
    ///
    /// # Errors
    /// As [`Pool::query_rows`], with who is to blame.
    pub async fn query_batch(
        &self,
        sql: &str,
        params: &[TextParam],
    ) -> Result<Vec<BatchRow>, BatchError> {
        loop {
            let connection = self.get().await.map_err(|error| BatchError {
                blame: if is_connection_error(&error) {
                    Blame::Connection
                } else {
                    Blame::Statement
                },
                error,
            })?;
            let fresh = connection.is_fresh();
            match connection.fetch(sql, params).await {
                Ok(rows) => return Ok(rows.into_iter().map(BatchRow).collect()),
                Err(e) if !fresh && e.is_connection_failure() => connection.discard(),
                Err(e) => {
                    let blame = blame(&e);
                    let prepared = self.settings().use_prepared_statements;
                    let error = match blame {
                        Blame::Connection if !e.is_connection_failure() => connection_error(
                            "the server has no room for another connection or statement",
                        ),
                        _ => e.explain(sql, params, prepared, Expected::Read),
                    };
                    return Err(BatchError { error, blame });
                }
            }
        }
    }
}

fn blame(error: &RunError) -> Blame {
    let found = match error {
        // The only check of values before anything is sent is for characters that no text holds.
        RunError::Engine(e) if *e.code() == Code::DataException => return Blame::Values,
        RunError::Engine(_) => return Blame::Statement,
        RunError::Postgres(e) => e,
    };
    if error.is_connection_failure() {
        return Blame::Connection;
    }
    let Some(state) = found.code().map(|state| state.code()) else {
        return Blame::Statement;
    };
    // Class 21 cardinality, 22 data, 23 constraints (of domains), 2F, 38, 39 and P0 raised by
    // functions, 54 limits, XX what extensions raise; 53 resources, 57P0x shutdown.
    match state.get(..2).unwrap_or_default() {
        "21" | "22" | "23" | "2F" | "38" | "39" | "54" | "P0" | "XX" => Blame::Values,
        "53" => Blame::Connection,
        _ => Blame::Statement,
    }
}
