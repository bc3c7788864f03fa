//! Transactions: a connection between BEGIN and COMMIT, rolled back when dropped.

use super::connection::{Connection, RunError};
use super::errors::{self, Expected};
use super::pipeline::{Work, WriteAnswer};
use super::pool::Pool;
use crate::connection::IsolationLevel;
use howdah_error::{Code, Error, Result};
use std::ops::Deref;

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// It may.
    #[default]
    ReadWrite,
    /// PostgreSQL refuses writes.
    ReadOnly,
}

/// How a transaction begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct TransactionOptions<'a> {
    /// Its isolation.
    pub isolation: IsolationLevel,
    /// Whether it may write.
    pub access: Access,
    /// The session variables as JSON, for triggers to read as `hasura.user`.
    pub session: Option<&'a str>,
    /// The trace that the request belongs to as JSON, for triggers to read as
    /// `hasura.tracecontext`.
    pub trace: Option<&'a str>,
}

impl TransactionOptions<'_> {
    /// The statements that begin it, for one round trip.
    fn sql(&self) -> String {
        let access = match self.access {
            Access::ReadWrite => "READ WRITE",
            Access::ReadOnly => "READ ONLY",
        };
        let mut sql = format!("BEGIN ISOLATION LEVEL {} {access}", self.isolation.sql());
        let settings = [
            ("hasura.user", self.session),
            ("hasura.tracecontext", self.trace),
        ];
        for (name, value) in settings {
            if let Some(value) = value {
                sql.push_str(&format!(
                    "; SET LOCAL \"{name}\" = {}",
                    quote_literal(value)
                ));
            }
        }
        sql
    }
}

/// `it's` → `'it''s'`, safe whatever `standard_conforming_strings` says.
fn quote_literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    match quoted.contains('\\') {
        true => format!("E'{}'", quoted.replace('\\', "\\\\")),
        false => format!("'{quoted}'"),
    }
}

/// An open transaction. Dropped without [`Transaction::commit`] it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    connection: Connection,
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Connection {
    /// Opens a transaction.
    ///
    /// # Errors
    /// `postgres-error` when the connection is lost or PostgreSQL refuses.
    pub async fn begin(self, options: &TransactionOptions<'_>) -> Result<Transaction> {
        self.try_begin(options)
            .await
            .map_err(|(e, sql)| explain(e, &sql, Expected::Nothing))
    }

    pub(super) async fn try_begin(
        self,
        options: &TransactionOptions<'_>,
    ) -> Result<Transaction, (RunError, String)> {
        let sql = options.sql();
        // Set first: a BEGIN that is cut off may have worked.
        self.set_in_transaction(true);
        match self.batch(&sql).await {
            Ok(()) => Ok(Transaction { connection: self }),
            Err(e) => Err((e, sql)),
        }
    }
}

impl Pool {
    /// Opens a transaction with its first statements in the same round trip; the answers end with
    /// the first failure.
    ///
    /// # Errors
    /// As [`Pool::begin`].
    pub async fn begin_with(
        &self,
        options: &TransactionOptions<'_>,
        work: &[Work<'_>],
    ) -> Result<(Transaction, Vec<Result<WriteAnswer>>)> {
        let sql = options.sql();
        loop {
            let connection = self.get().await?;
            let fresh = connection.is_fresh();
            // Set first: a BEGIN that is cut off may have worked.
            connection.set_in_transaction(true);
            let (begun, rows) = match connection.pipeline(Some(&sql), work, None).await {
                Ok(piped) => (piped.before, piped.rows),
                Err(e) if e.is_connection_failure() => (Err(e), Vec::new()),
                Err(e) => (Ok(()), vec![Err(e)]),
            };
            match begun {
                Ok(()) => {
                    let answers = connection.answers(work, rows, Expected::Write);
                    return Ok((Transaction { connection }, answers));
                }
                // Nothing has happened yet, so that another connection will do as well.
                Err(e) if !fresh && e.is_connection_failure() => self.drop_idle(),
                Err(e) => return Err(explain(e, &sql, Expected::Nothing)),
            }
        }
    }
}

pub(super) fn explain(error: RunError, sql: &str, expected: Expected) -> Error {
    match error {
        RunError::Engine(e) => e,
        RunError::Postgres(e) => errors::transaction_error(&e, sql, expected),
    }
}

impl Transaction {
    /// Runs statements in one round trip; the answers end with the first failure.
    pub async fn run(&self, work: &[Work<'_>]) -> Vec<Result<WriteAnswer>> {
        let rows = match self.connection.pipeline(None, work, None).await {
            Ok(piped) => piped.rows,
            Err(e) => vec![Err(e)],
        };
        self.connection.answers(work, rows, Expected::Write)
    }

    /// Runs the last statements and commits, in one round trip. They must fail where the
    /// transaction must not be committed.
    ///
    /// # Errors
    /// The first failure of a statement, or that of the commit as [`Transaction::commit`] has it.
    pub async fn run_and_commit(self, work: &[Work<'_>]) -> Result<Vec<WriteAnswer>> {
        let piped = match self.connection.pipeline(None, work, Some("COMMIT")).await {
            Ok(piped) => piped,
            Err(e) => {
                let first = work.first().map_or("", |item| item.sql);
                return Err(e.explain(first, &[], false, Expected::Write));
            }
        };
        let answers = self
            .connection
            .answers(work, piped.rows, Expected::Write)
            .into_iter()
            .collect::<Result<Vec<_>>>();
        let committed = self.end(piped.after, "COMMIT", Expected::Write);
        let answers = answers?;
        committed?;
        Ok(answers)
    }

    /// Commits; the connection goes back to the pool.
    ///
    /// # Errors
    /// What deferred constraints and conflicting transactions find is reported as `expected`
    /// says, all else is `postgres-error`. `unexpected` when a statement has failed before:
    /// PostgreSQL would take the commit for a rollback, silently.
    pub async fn commit(self, expected: Expected) -> Result<()> {
        self.commit_and_keep(expected).await.map(drop)
    }

    /// Commits; the connection stays in hand.
    ///
    /// # Errors
    /// As [`Transaction::commit`].
    pub async fn commit_and_keep(self, expected: Expected) -> Result<Connection> {
        if self.connection.has_failed() {
            self.rollback().await?;
            return Err(Error::new(
                Code::Unexpected,
                "the transaction has failed before",
            ));
        }
        let result = self.connection.batch("COMMIT").await;
        self.end(result, "COMMIT", expected)
    }

    /// Rolls back; the connection goes back to the pool.
    ///
    /// # Errors
    /// `postgres-error` when the connection is lost.
    pub async fn rollback(self) -> Result<()> {
        let result = self.connection.batch("ROLLBACK").await;
        self.end(result, "ROLLBACK", Expected::Nothing).map(drop)
    }

    fn end(
        self,
        result: Result<(), RunError>,
        sql: &str,
        expected: Expected,
    ) -> Result<Connection> {
        // After an answer, good or bad, no transaction is open.
        if !matches!(result, Err(RunError::Engine(_))) {
            self.connection.set_in_transaction(false);
        }
        match result {
            Ok(()) => Ok(self.connection),
            Err(e) => Err(explain(e, sql, expected)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_cannot_be_left() {
        assert_eq!(quote_literal("it's"), "'it''s'");
        assert_eq!(quote_literal(r"\' or 1=1"), r"E'\\'' or 1=1'");
    }
}
