//! Statements sent one after the other without waiting for answers: one round trip for all.
//!
//! Around them may stand statements that open and close a transaction. If one fails, the server
//! refuses those behind it and takes COMMIT for a rollback, so that nothing is half-written.

use super::answer;
use super::connection::{Connection, RunError, Running, check};
use super::errors::Expected;
use super::pool::Pool;
use super::text_param::TextParam;
use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::future::{MaybeDone, maybe_done, poll_fn};
use howdah_error::{Error, Result};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;
use tokio_postgres::{Row, RowStream};

/// A statement to send.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    /// Its text.
    pub sql: &'a str,
    /// Its arguments.
    pub params: &'a [TextParam],
    /// Whether the text is likely to be sent again, so that keeping it prepared pays.
    pub again: bool,
}

/// The one row that a write answers with.
#[derive(Debug, Clone)]
pub struct WriteAnswer {
    /// The first column: text or JSON; empty for NULL.
    pub root: Bytes,
    /// The second: whether every permission check holds. True where there is none.
    pub holds: bool,
    /// The third, if there is one.
    pub keys: Option<Bytes>,
}

impl WriteAnswer {
    pub(super) fn read(rows: &[Row]) -> Result<WriteAnswer> {
        let row = answer::single(rows)?;
        let holds = match row.len() {
            0 | 1 => true,
            _ => {
                let holds: Option<bool> = row
                    .try_get(1)
                    .map_err(|e| Error::unexpected(e.to_string()))?;
                holds == Some(true)
            }
        };
        Ok(WriteAnswer {
            root: answer::nullable_text_column(row, 0)?.unwrap_or_default(),
            holds,
            keys: match row.len() {
                0..=2 => None,
                _ => answer::nullable_text_column(row, 2)?,
            },
        })
    }
}

/// What came of a pipeline.
pub(super) struct Piped {
    /// What came of the statement before.
    pub(super) before: Result<(), RunError>,
    /// What came of each statement. Of those behind a failed one PostgreSQL only says that the
    /// transaction is aborted.
    pub(super) rows: Vec<Result<Vec<Row>, RunError>>,
    /// What came of the statement after.
    pub(super) after: Result<(), RunError>,
}

type Sent<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, tokio_postgres::Error>> + Send + 'a>>;

impl Connection {
    /// Sends statements between two others.
    ///
    /// # Errors
    /// Nothing was sent, or nothing but the preparation of a statement; the transaction, if one was
    /// open, can only be rolled back.
    pub(super) async fn pipeline(
        &self,
        before: Option<&str>,
        work: &[Work<'_>],
        after: Option<&str>,
    ) -> Result<Piped, RunError> {
        let session = self.session().map_err(RunError::Engine)?;
        for item in work {
            check(item.params).map_err(RunError::Engine)?;
        }
        let running = Running::start(self.state());
        let mut prepared = Vec::with_capacity(work.len());
        for item in work {
            prepared.push(match item.again && self.shared().prepares() {
                false => None,
                true => {
                    let texts = self.shared().texts();
                    match session.prepared(item.sql, item.params, texts).await {
                        Ok(statement) => Some(statement),
                        Err(e) => {
                            running.done();
                            return Err(self.failed(e));
                        }
                    }
                }
            });
        }
        let mut all: Vec<MaybeDone<Sent<'_>>> = Vec::with_capacity(work.len() + 2);
        let batch = |sql| -> Sent<'_> {
            Box::pin(async move {
                session.client.batch_execute(sql).await?;
                Ok(Vec::new())
            })
        };
        all.extend(before.map(|sql| maybe_done(batch(sql))));
        for (item, prepared) in work.iter().zip(&prepared) {
            let run: Sent<'_> = match prepared {
                Some(prepared) => Box::pin(async move {
                    collected(session.run_prepared(prepared, item.params).await?).await
                }),
                None => Box::pin(async move {
                    collected(session.run_unprepared(item.sql, item.params).await?).await
                }),
            };
            all.push(maybe_done(run));
        }
        all.extend(after.map(|sql| maybe_done(batch(sql))));
        let results = in_order(all).await;
        running.done();
        let mut results = results
            .into_iter()
            .map(|result| result.map_err(|e| self.failed(e)));
        let mut nothing = |sql: Option<&str>| match sql.and_then(|_| results.next()) {
            Some(result) => result.map(drop),
            None => Ok(()),
        };
        let before = nothing(before);
        let rows = results.by_ref().take(work.len()).collect();
        let after = match after.and_then(|_| results.next()) {
            Some(result) => result.map(drop),
            None => Ok(()),
        };
        Ok(Piped {
            before,
            rows,
            after,
        })
    }

    /// The answers of a pipeline up to the first failure.
    pub(super) fn answers(
        &self,
        work: &[Work<'_>],
        rows: Vec<Result<Vec<Row>, RunError>>,
        expected: Expected,
    ) -> Vec<Result<WriteAnswer>> {
        let mut answers = Vec::with_capacity(rows.len());
        for (item, rows) in work.iter().zip(rows) {
            let prepared = item.again && self.shared().prepares();
            let answer = rows
                .map_err(|e| e.explain(item.sql, item.params, prepared, expected))
                .and_then(|rows| WriteAnswer::read(&rows));
            let failed = answer.is_err();
            answers.push(answer);
            if failed {
                break;
            }
        }
        answers
    }
}

impl Pool {
    /// Runs a write that is a transaction by itself.
    ///
    /// # Errors
    /// As [`Pool::get`] and as the table of errors has it for writes. After `postgres-error` it is
    /// not known whether the write was done.
    pub async fn run_alone(&self, work: Work<'_>) -> Result<Bytes> {
        let mut stale = false;
        loop {
            let connection = self.get().await?;
            let fresh = connection.is_fresh();
            let piped = connection.pipeline(None, &[work], None).await;
            let error = match piped.map(|piped| piped.rows) {
                // Nothing has happened yet, so that another connection will do as well.
                Err(e) if !fresh && e.is_connection_failure() => {
                    self.drop_idle();
                    continue;
                }
                Err(e) => e,
                Ok(rows) => match rows.into_iter().next() {
                    Some(Ok(rows)) => return WriteAnswer::read(&rows).map(|answer| answer.root),
                    Some(Err(e)) if !stale && connection.is_stale(work.sql, &e) => {
                        stale = true;
                        continue;
                    }
                    Some(Err(e)) => e,
                    None => return Err(Error::unexpected("the statement was not sent")),
                },
            };
            let prepared = work.again && connection.shared().prepares();
            return Err(error.explain(work.sql, work.params, prepared, Expected::Write));
        }
    }
}

async fn collected(rows: RowStream) -> Result<Vec<Row>, tokio_postgres::Error> {
    pin!(rows).try_collect().await
}

/// Polls each future once, in order, which sends what it has to send; then waits for them in order.
async fn in_order<F: Future + Unpin>(mut all: Vec<MaybeDone<F>>) -> Vec<F::Output> {
    poll_fn(|context| {
        for future in &mut all {
            let _ = Pin::new(future).poll(context);
        }
        Poll::Ready(())
    })
    .await;
    let mut outputs = Vec::with_capacity(all.len());
    for mut future in all {
        Pin::new(&mut future).await;
        outputs.extend(Pin::new(&mut future).take_output());
    }
    outputs
}
