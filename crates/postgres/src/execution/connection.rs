//! A connection taken from the pool, given back when dropped.

use super::answer;
use super::cleaning;
use super::errors::{self, Expected, Statement};
use super::pool::Shared;
use super::session::Session;
use super::text_param::TextParam;
use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use howdah_error::{Error, Result};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::OwnedSemaphorePermit;
use tokio_postgres::{Client, Row, RowStream, Statement as Prepared};

/// A prepared statement, `None` where none is kept, or why it could not be prepared.
pub(super) type Preparation = Result<Option<Prepared>, tokio_postgres::Error>;

/// Most arguments that the protocol can carry.
const MAX_PARAMETERS: usize = u16::MAX as usize;

/// Exclusive use of one connection.
///
/// When the future of a statement is dropped before it is done, the connection refuses further
/// statements; on its way back to the pool the statement is cancelled on the server, and the
/// connection is used again only when it has proved to be clean.
pub struct Connection {
    session: Option<Session>,
    shared: Arc<Shared>,
    permit: Option<OwnedSemaphorePermit>,
    /// Opened for this use, not taken from the idle ones.
    fresh: bool,
    state: State,
}

/// What happened on the connection during this use.
#[derive(Default)]
pub(super) struct State {
    in_transaction: AtomicBool,
    /// A statement failed since the transaction began.
    failed: AtomicBool,
    /// A statement's future was dropped half-way.
    cut: AtomicBool,
    /// Not to be used again, though nothing is wrong.
    spoiled: AtomicBool,
    /// In no state to say goodbye even.
    broken: AtomicBool,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// Notices when a statement is left half-way.
pub(super) struct Running<'a> {
    state: &'a State,
    done: bool,
}

impl<'a> Running<'a> {
    pub(super) fn start(state: &'a State) -> Self {
        Running { state, done: false }
    }

    pub(super) fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.state.cut.store(true, Ordering::Relaxed);
        }
    }
}

impl Connection {
    pub(super) fn new(
        session: Session,
        shared: Arc<Shared>,
        permit: OwnedSemaphorePermit,
        fresh: bool,
    ) -> Self {
        Connection {
            session: Some(session),
            shared,
            permit: Some(permit),
            fresh,
            state: State::default(),
        }
    }

    /// The driver's connection, for what the methods here do not cover. Session state changed
    /// through it stays: call [`Connection::discard`] afterwards.
    ///
    /// # Errors
    /// `unexpected` after a statement was abandoned.
    pub fn client(&self) -> Result<&Client> {
        self.session().map(|s| &s.client)
    }

    /// Closes the connection instead of giving it back.
    pub fn discard(self) {
        self.spoil();
    }

    /// Has the connection closed when it is given back.
    pub(crate) fn spoil(&self) {
        self.state.spoiled.store(true, Ordering::Relaxed);
    }

    /// Runs a statement that answers with one row and one column of text or JSON; its bytes as
    /// they came.
    ///
    /// # Errors
    /// As the table of errors has it for `expected`.
    pub async fn query_json(
        &self,
        sql: &str,
        params: &[TextParam],
        expected: Expected,
    ) -> Result<Bytes> {
        let rows = self.query_rows(sql, params, expected).await?;
        answer::text_column(answer::single(&rows)?, 0)
    }

    /// Runs a statement that answers with one row: text or JSON, and whether every permission
    /// check held (`false` if NULL).
    ///
    /// # Errors
    /// As [`Connection::query_json`].
    pub async fn query_checked_json(
        &self,
        sql: &str,
        params: &[TextParam],
        expected: Expected,
    ) -> Result<(Bytes, bool)> {
        let rows = self.query_rows(sql, params, expected).await?;
        let row = answer::single(&rows)?;
        let holds: Option<bool> = row
            .try_get(1)
            .map_err(|e| Error::unexpected(e.to_string()))?;
        Ok((answer::text_column(row, 0)?, holds == Some(true)))
    }

    /// Runs several statements like [`Connection::query_json`], sent at once; answers in
    /// order. Outside a transaction each stands for itself.
    pub async fn query_json_many(
        &self,
        statements: &[(&str, &[TextParam])],
        expected: Expected,
    ) -> Vec<Result<Bytes>> {
        self.query_rows_many(statements, expected)
            .await
            .into_iter()
            .map(|rows| answer::text_column(answer::single(&rows?)?, 0))
            .collect()
    }

    /// Runs a statement; all rows.
    ///
    /// # Errors
    /// As the table of errors has it for `expected`.
    pub async fn query_rows(
        &self,
        sql: &str,
        params: &[TextParam],
        expected: Expected,
    ) -> Result<Vec<Row>> {
        self.fetch(sql, params)
            .await
            .map_err(|e| e.explain(sql, params, self.shared.prepares(), expected))
    }

    /// Runs several statements, sent at once; answers in order.
    pub async fn query_rows_many(
        &self,
        statements: &[(&str, &[TextParam])],
        expected: Expected,
    ) -> Vec<Result<Vec<Row>>> {
        let explain = |e: RunError, (sql, params): &(&str, &[TextParam])| {
            e.explain(sql, params, self.shared.prepares(), expected)
        };
        let prepared = match self.prepare_many(statements).await {
            Ok(prepared) => prepared,
            Err(e) => return statements.iter().map(|_| Err(e.clone())).collect(),
        };
        let running = Running::start(&self.state);
        let runs = statements
            .iter()
            .zip(prepared)
            .map(|(statement, prepared)| async move {
                let (sql, params) = *statement;
                let result = match self.start_with(sql, params, prepared).await {
                    Ok(rows) => rows.try_collect().await.map_err(|e| self.failed(e)),
                    Err(RunError::Postgres(e)) => Err(self.failed(e)),
                    Err(e) => Err(e),
                };
                result.map_err(|e| explain(e, statement))
            });
        let results = join_all(runs).await;
        running.done();
        results
    }

    /// Prepares everything before anything runs, so that statements reach the server in their
    /// order. Failures of single statements stand in their places.
    pub(super) async fn prepare_many(
        &self,
        statements: &[(&str, &[TextParam])],
    ) -> Result<Vec<Preparation>> {
        let session = self.session()?;
        for (_, params) in statements {
            check(params)?;
        }
        if !self.prepares() {
            return Ok(statements.iter().map(|_| Ok(None)).collect());
        }
        let running = Running::start(&self.state);
        let texts = self.shared.texts();
        let prepared = join_all(statements.iter().map(|(sql, params)| async move {
            session.prepared(sql, params, texts).await.map(Some)
        }))
        .await;
        running.done();
        Ok(prepared)
    }

    /// Runs statements without arguments or answer; one string may hold several.
    ///
    /// # Errors
    /// As the table of errors has it for `expected`.
    pub async fn execute(&self, sql: &str, expected: Expected) -> Result<()> {
        self.batch(sql)
            .await
            .map_err(|e| e.explain(sql, &[], false, expected))
    }

    /// Whether this connection was opened for this use.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Has `run` use the driver; notices failure and abandonment like every statement.
    pub(crate) async fn with_client<T>(
        &self,
        run: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, RunError> {
        let session = self.session().map_err(RunError::Engine)?;
        let running = Running::start(&self.state);
        let result = run(&session.client).await;
        running.done();
        result.map_err(|e| self.failed(e))
    }

    pub(super) async fn batch(&self, sql: &str) -> Result<(), RunError> {
        self.with_client(async |client| client.batch_execute(sql).await)
            .await
    }

    /// Rows, with the driver's error kept for those who decide about another try.
    pub(super) async fn fetch(
        &self,
        sql: &str,
        params: &[TextParam],
    ) -> Result<Vec<Row>, RunError> {
        let running = Running::start(&self.state);
        let result = match self.start(sql, params).await {
            Ok(rows) => rows.try_collect().await.map_err(RunError::Postgres),
            Err(e) => Err(e),
        };
        running.done();
        result.map_err(|e| match e {
            RunError::Postgres(e) => self.failed(e),
            RunError::Engine(_) => e,
        })
    }

    /// Starts a statement. Who calls this notices failure and abandonment.
    pub(super) async fn start(
        &self,
        sql: &str,
        params: &[TextParam],
    ) -> Result<RowStream, RunError> {
        let session = self.session().map_err(RunError::Engine)?;
        check(params).map_err(RunError::Engine)?;
        let prepared = match self.prepares() {
            true => session
                .prepared(sql, params, self.shared.texts())
                .await
                .map(Some),
            false => Ok(None),
        };
        self.start_with(sql, params, prepared).await
    }

    /// As [`Connection::start`], for a statement that [`Connection::prepare_many`] has seen.
    pub(super) async fn start_with(
        &self,
        sql: &str,
        params: &[TextParam],
        prepared: Preparation,
    ) -> Result<RowStream, RunError> {
        let session = self.session().map_err(RunError::Engine)?;
        let started = match prepared.map_err(RunError::Postgres)? {
            None => session.run_unprepared(sql, params).await,
            Some(prepared) => match session.run_prepared(&prepared, params).await {
                // Inside a transaction the failure has aborted everything.
                Err(e) if session.is_stale(sql, &e) && !self.is_in_transaction() => {
                    let texts = self.shared.texts();
                    match session.prepared(sql, params, texts).await {
                        Ok(prepared) => session.run_prepared(&prepared, params).await,
                        Err(e) => Err(e),
                    }
                }
                result => result,
            },
        };
        started.map_err(RunError::Postgres)
    }

    /// Whether statements are kept prepared.
    pub(super) fn prepares(&self) -> bool {
        self.shared.prepares()
    }

    /// Notices when what runs from here on is abandoned.
    pub(super) fn running(&self) -> Running<'_> {
        Running::start(&self.state)
    }

    /// Says whether a statement is left half-way, so that it would have to be cancelled.
    pub(super) fn leave_half_way(&self, half_way: bool) {
        self.state.cut.store(half_way, Ordering::Relaxed);
    }

    pub(super) fn failed(&self, error: tokio_postgres::Error) -> RunError {
        self.state.failed.store(true, Ordering::Relaxed);
        // An answer out of turn (a COPY, for one) leaves the conversation in an unknown state.
        if error.as_db_error().is_none() {
            self.state.broken.store(true, Ordering::Relaxed);
        }
        RunError::Postgres(error)
    }

    pub(super) fn set_in_transaction(&self, open: bool) {
        self.state.in_transaction.store(open, Ordering::Relaxed);
        self.state.failed.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_in_transaction(&self) -> bool {
        self.state.in_transaction.load(Ordering::Relaxed)
    }

    pub(super) fn has_failed(&self) -> bool {
        self.state.failed.load(Ordering::Relaxed)
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether a prepared statement failed only because it is out of date; it is forgotten then.
    pub(super) fn is_stale(&self, sql: &str, error: &RunError) -> bool {
        match (error, &self.session) {
            (RunError::Postgres(e), Some(session)) => session.is_stale(sql, e),
            _ => false,
        }
    }

    pub(super) fn session(&self) -> Result<&Session> {
        match &self.session {
            Some(session) if !self.state.cut.load(Ordering::Relaxed) => Ok(session),
            _ => Err(Error::unexpected(
                "the connection was left in the middle of a statement",
            )),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        let cut = *self.state.cut.get_mut();
        let in_transaction = *self.state.in_transaction.get_mut();
        let spoiled = *self.state.spoiled.get_mut();
        if *self.state.broken.get_mut() {
            session.kill();
        } else if cut || in_transaction {
            cleaning::spawn(
                session,
                cleaning::Mess {
                    cut,
                    in_transaction,
                    spoiled,
                },
                self.shared.clone(),
                self.permit.take(),
            );
        } else if !spoiled {
            self.shared.put_back(session);
        }
    }
}

/// What goes wrong while running a statement.
pub(crate) enum RunError {
    Postgres(tokio_postgres::Error),
    Engine(Error),
}

impl RunError {
    pub(super) fn is_connection_failure(&self) -> bool {
        matches!(self, RunError::Postgres(e) if errors::is_connection_failure(e))
    }

    pub(super) fn explain(
        self,
        sql: &str,
        arguments: &[TextParam],
        prepared: bool,
        expected: Expected,
    ) -> Error {
        match self {
            RunError::Engine(e) => e,
            RunError::Postgres(e) => {
                let statement = Statement {
                    sql,
                    arguments,
                    prepared,
                };
                errors::query_error(&e, statement, expected)
            }
        }
    }
}

pub(super) fn check(params: &[TextParam]) -> Result<()> {
    if params.iter().any(TextParam::has_nul) {
        return Err(errors::nul_character_error());
    }
    if params.len() > MAX_PARAMETERS {
        return Err(Error::not_supported(format!(
            "a statement cannot have more than {MAX_PARAMETERS} arguments"
        )));
    }
    Ok(())
}
