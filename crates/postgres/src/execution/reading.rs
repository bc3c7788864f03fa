//! Reads whose answer is JSON, as PostgreSQL made it or made here from rows as they come.
//!
//! Short answers come whole. Of a long one only the beginning is read; the rest is a stream that
//! reads on as fast as it is taken, so that memory does not grow with answers. Nothing is handed
//! out before [`HEAD`] bytes are there or the statement has ended, so that nearly all failures
//! come as errors instead of in the middle of an answer.

use super::answer;
use super::connection::{Connection, RunError};
use super::errors::Expected;
use super::pace::Pace;
use super::text_param::TextParam;
use crate::json_rows::{RowShape, RowWriter};
use crate::translate::AnswerForm;
use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::{Stream, StreamExt, TryStreamExt};
use howdah_error::Result;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio_postgres::RowStream;

/// Bytes of an answer that are read before any is handed out.
const HEAD: usize = 512 * 1024;

/// Bytes of a piece, about.
const PIECE: usize = 32 * 1024;

/// Room for a first row or two.
const FIRST_ROOM: usize = 2 * 1024;

/// The beginning of an answer with what the rest will come from.
pub(super) type Begun = (Vec<Bytes>, Option<Rows>);

/// A statement that reads.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    /// Its text.
    pub sql: &'a str,
    /// Its arguments.
    pub params: &'a [TextParam],
    /// What it answers.
    pub form: &'a AnswerForm,
    /// How long it took so far, for statements that come again and again.
    pub pace: Option<&'a Pace>,
}

/// The JSON that a statement answered.
#[derive(Debug)]
pub struct Answer {
    /// The beginning, or all of it.
    pub head: Vec<Bytes>,
    /// What follows, if that is not all.
    pub rest: Option<AnswerRest>,
}

impl Answer {
    /// All of it.
    ///
    /// # Errors
    /// What failed after the beginning.
    pub async fn whole(self) -> Result<Vec<Bytes>> {
        let mut pieces = self.head;
        if let Some(mut rest) = self.rest {
            while let Some(piece) = rest.try_next().await? {
                pieces.push(piece);
            }
        }
        Ok(pieces)
    }
}

/// An answer that is still being read. It has the connection until its end; dropped before, it
/// has the statement cancelled.
pub struct AnswerRest {
    /// The rows in front of the connection, as they are dropped in this order.
    open: Option<(Rows, Connection)>,
    sql: String,
    params: Vec<TextParam>,
    expected: Expected,
}

impl fmt::Debug for AnswerRest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerRest").finish_non_exhaustive()
    }
}

impl AnswerRest {
    fn new(rows: Rows, connection: Connection, read: Read<'_>, expected: Expected) -> Self {
        // Until the end is reached, whoever drops this leaves a statement half-way.
        connection.leave_half_way(true);
        AnswerRest {
            open: Some((rows, connection)),
            sql: read.sql.to_owned(),
            params: read.params.to_vec(),
            expected,
        }
    }
}

impl Stream for AnswerRest {
    type Item = Result<Bytes>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes>>> {
        let Some((rows, _)) = &mut self.open else {
            return Poll::Ready(None);
        };
        let result = ready!(rows.poll_piece(context));
        if let Ok((piece, Progress::More)) = result {
            return Poll::Ready(Some(Ok(piece)));
        }
        let Some((rows, connection)) = self.open.take() else {
            return Poll::Ready(None);
        };
        drop(rows);
        Poll::Ready(Some(match result {
            Ok((piece, _)) => {
                connection.leave_half_way(false);
                Ok(piece)
            }
            Err(error) => {
                let error = connection.failed_to_read(error);
                let prepared = connection.prepares();
                Err(error.explain(&self.sql, &self.params, prepared, self.expected))
            }
        }))
    }
}

/// Whether an answer goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    More,
    End,
}

/// Rows on their way to JSON.
pub(super) struct Rows {
    stream: Pin<Box<RowStream>>,
    writer: RowWriter,
    out: Vec<u8>,
}

impl Rows {
    fn new(stream: RowStream, shape: &Arc<RowShape>) -> Self {
        Rows {
            stream: Box::pin(stream),
            writer: RowWriter::new(shape.clone()),
            out: Vec::with_capacity(FIRST_ROOM),
        }
    }

    /// The next piece: full, or the last.
    fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<(Bytes, Progress), RunError>> {
        loop {
            match ready!(self.stream.poll_next_unpin(context)) {
                Some(Ok(row)) => {
                    if let Err(error) = self.writer.row(&row, &mut self.out) {
                        return Poll::Ready(Err(RunError::Engine(error)));
                    }
                    if self.out.len() >= PIECE {
                        let room = Vec::with_capacity(PIECE + PIECE / 8);
                        let full = std::mem::replace(&mut self.out, room);
                        return Poll::Ready(Ok((full.into(), Progress::More)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Err(RunError::Postgres(error))),
                None => {
                    self.writer.finish(&mut self.out);
                    let last = std::mem::take(&mut self.out);
                    return Poll::Ready(Ok((last.into(), Progress::End)));
                }
            }
        }
    }

    /// Pieces up to a length, or to the end.
    async fn pieces(&mut self, most: usize) -> Result<(Vec<Bytes>, Progress), RunError> {
        let mut pieces = Vec::new();
        let mut length = 0;
        loop {
            let (piece, progress) =
                std::future::poll_fn(|context| self.poll_piece(context)).await?;
            length += piece.len();
            pieces.push(piece);
            if progress == Progress::End || length >= most {
                return Ok((pieces, progress));
            }
        }
    }
}

impl Connection {
    /// Runs a read. A long answer takes the connection with it.
    ///
    /// # Errors
    /// As the table of errors has it for `expected`.
    pub async fn read(self, read: Read<'_>, expected: Expected) -> Result<Answer> {
        match self.try_read(read).await {
            Ok(begun) => Ok(self.answer(begun, read, expected)),
            Err(error) => Err(error.explain(read.sql, read.params, self.prepares(), expected)),
        }
    }

    /// Makes an answer of what [`Connection::try_read`] has found.
    pub(super) fn answer(self, begun: Begun, read: Read<'_>, expected: Expected) -> Answer {
        let (head, rest) = begun;
        let rest = rest.map(|rows| AnswerRest::new(rows, self, read, expected));
        Answer { head, rest }
    }

    /// The beginning of an answer, and what the rest will come from.
    pub(super) async fn try_read(&self, read: Read<'_>) -> Result<Begun, RunError> {
        self.reading(async || {
            let stream = self.start(read.sql, read.params).await?;
            let AnswerForm::Rows(shape) = read.form else {
                return Ok((vec![single(stream).await?], None));
            };
            let mut rows = Rows::new(stream, shape);
            let (head, progress) = rows.pieces(HEAD).await?;
            let rest = (progress == Progress::More).then_some(rows);
            Ok((head, rest))
        })
        .await
    }

    /// Runs several reads, sent at once; the answers, whole, in order. Outside a transaction each
    /// stands for itself.
    pub async fn read_many(
        &self,
        reads: &[Read<'_>],
        expected: Expected,
    ) -> Vec<Result<Vec<Bytes>>> {
        let statements: Vec<_> = reads.iter().map(|read| (read.sql, read.params)).collect();
        let prepared = match self.prepare_many(&statements).await {
            Ok(prepared) => prepared,
            Err(error) => return reads.iter().map(|_| Err(error.clone())).collect(),
        };
        let runs = reads.iter().zip(prepared).map(async |(read, prepared)| {
            let result = self
                .reading(async || {
                    let stream = self.start_with(read.sql, read.params, prepared).await?;
                    whole(stream, read.form).await
                })
                .await;
            result.map_err(|e| e.explain(read.sql, read.params, self.prepares(), expected))
        });
        join_all(runs).await
    }

    /// Notices when `run` fails or is abandoned.
    async fn reading<T>(
        &self,
        run: impl AsyncFnOnce() -> Result<T, RunError>,
    ) -> Result<T, RunError> {
        let running = self.running();
        let result = run().await;
        running.done();
        result.map_err(|error| self.failed_to_read(error))
    }

    fn failed_to_read(&self, error: RunError) -> RunError {
        match error {
            RunError::Postgres(error) => {
                self.leave_half_way(false);
                self.failed(error)
            }
            // It was us who found fault; the statement may be running still.
            RunError::Engine(_) => {
                self.leave_half_way(true);
                error
            }
        }
    }
}

/// All of what a statement answers.
pub(super) async fn whole(stream: RowStream, form: &AnswerForm) -> Result<Vec<Bytes>, RunError> {
    let AnswerForm::Rows(shape) = form else {
        return Ok(vec![single(stream).await?]);
    };
    let (pieces, _) = Rows::new(stream, shape).pieces(usize::MAX).await?;
    Ok(pieces)
}

/// The JSON of a statement that answers with one.
async fn single(stream: RowStream) -> Result<Bytes, RunError> {
    let rows: Vec<_> = stream.try_collect().await.map_err(RunError::Postgres)?;
    let row = answer::single(&rows).map_err(RunError::Engine)?;
    answer::text_column(row, 0).map_err(RunError::Engine)
}
