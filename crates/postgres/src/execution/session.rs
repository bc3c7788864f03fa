//! One connection to the server with what belongs to it, in use or idle.

use super::statement_cache::{StatementCache, Texts};
use super::text_param::TextParam;
use crate::connection::{CancelHandle, Established};
use postgres_types::Type;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, RowStream, Statement};

pub(super) struct Session {
    pub(super) client: Client,
    pub(super) cancel: CancelHandle,
    task: AbortHandle,
    pub(super) opened: Instant,
    pub(super) returned: Instant,
    /// Which generation of the pool's statements the cache belongs to.
    epoch: AtomicU64,
    statements: Mutex<StatementCache>,
}

impl Session {
    pub(super) fn new(established: Established, epoch: u64) -> Self {
        let now = Instant::now();
        Session {
            client: established.client,
            cancel: established.cancel,
            task: established.task,
            opened: now,
            returned: now,
            epoch: AtomicU64::new(epoch),
            statements: Mutex::default(),
        }
    }

    /// Closes the socket at once, whatever the server is doing.
    pub(super) fn kill(&self) {
        self.task.abort();
    }

    /// Forgets prepared statements of an older generation.
    pub(super) fn renew(&self, epoch: u64) {
        if self.epoch.swap(epoch, Ordering::Relaxed) != epoch {
            self.cache().clear();
            self.client.clear_type_cache();
        }
    }

    fn cache(&self) -> MutexGuard<'_, StatementCache> {
        self.statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Parse, bind and execute in one round trip, without a named statement.
    pub(super) async fn run_unprepared(
        &self,
        sql: &str,
        params: &[TextParam],
    ) -> Result<RowStream, tokio_postgres::Error> {
        let params = params.iter().map(|p| (p, p.announced_type().clone()));
        self.client.query_typed_raw(sql, params).await
    }

    /// The prepared statement of a text, preparing it if need be.
    pub(super) async fn prepared(
        &self,
        sql: &str,
        params: &[TextParam],
        texts: &Texts,
    ) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.cache().get(sql) {
            return Ok(statement);
        }
        let types: Vec<Type> = params.iter().map(|p| p.announced_type().clone()).collect();
        let statement = self.client.prepare_typed(sql, &types).await?;
        self.cache().insert(texts.share(sql), statement.clone());
        Ok(statement)
    }

    pub(super) async fn run_prepared(
        &self,
        statement: &Statement,
        params: &[TextParam],
    ) -> Result<RowStream, tokio_postgres::Error> {
        self.client.query_raw(statement, params).await
    }

    /// Whether a prepared statement failed only because it is out of date; it is forgotten
    /// then.
    pub(super) fn is_stale(&self, sql: &str, error: &tokio_postgres::Error) -> bool {
        let stale = match error.code() {
            Some(state) if *state == SqlState::INVALID_SQL_STATEMENT_NAME => true,
            Some(state) if *state == SqlState::FEATURE_NOT_SUPPORTED => error
                .as_db_error()
                .is_some_and(|e| e.message().contains("cached plan")),
            _ => false,
        };
        if stale {
            self.cache().remove(sql);
        }
        stale
    }
}
