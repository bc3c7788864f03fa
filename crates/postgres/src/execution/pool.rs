//! The connections of one source.
//!
//! At most so many at once, the one used last first, closed when idle or old. Short reads share a
//! few of them ([`lanes`](super::lanes)). A connection that the server closed is noticed when it is taken out and replaced; a read that fails because
//! its connection had died while idle is run once more on a new one.

use super::connection::{Connection, RunError};
use super::errors::{self, Expected};
use super::lanes::{Lanes, Ran};
use super::pace::Pace;
use super::reading::{Answer, Read};
use super::session::Session;
use super::statement_cache::Texts;
use super::text_param::TextParam;
use super::transaction::{self, Transaction, TransactionOptions};
use super::{answer, errors::connection_error};
use crate::connection::{Connector, Listener, SourceSettings};
use bytes::Bytes;
use howdah_error::{Error, Result};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_postgres::Row;

/// A cheap handle; clones share the connections.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("settings", &self.shared.settings)
            .field("status", &self.status())
            .finish()
    }
}

/// A pool's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections handed out or being opened.
    pub in_use: usize,
    /// Connections waiting for use.
    pub idle: usize,
    /// The limit.
    pub max: usize,
}

pub(super) struct Shared {
    connector: Connector,
    settings: SourceSettings,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Session>>,
    pub(super) lanes: Lanes,
    epoch: AtomicU64,
    texts: Texts,
    reaper_runs: AtomicBool,
    /// Something went wrong with the server since it was last asked how it is.
    suspect: AtomicBool,
    /// The server was asked and is away, for this reason.
    away: Mutex<Option<Error>>,
}

impl Pool {
    /// A pool without connections yet; the first is opened when needed.
    ///
    /// # Errors
    /// `invalid-configuration` for a connection string that makes no sense.
    pub fn new(settings: SourceSettings) -> Result<Pool> {
        let max = settings
            .pool
            .max_connections
            .clamp(1, Semaphore::MAX_PERMITS);
        Ok(Pool {
            shared: Arc::new(Shared {
                connector: Connector::new(&settings)?,
                permits: Arc::new(Semaphore::new(max)),
                idle: Mutex::default(),
                lanes: Lanes::new(max),
                epoch: AtomicU64::new(0),
                texts: Texts::default(),
                reaper_runs: AtomicBool::new(false),
                suspect: AtomicBool::new(false),
                away: Mutex::default(),
                settings,
            }),
        })
    }

    /// The settings it was made with.
    pub fn settings(&self) -> &SourceSettings {
        &self.shared.settings
    }

    /// A connection: idle, new, or the next one given back.
    ///
    /// # Errors
    /// `postgres-error` when the server cannot be reached or none came free in time.
    pub async fn get(&self) -> Result<Connection> {
        let permit = self.shared.permit().await?;
        let (session, fresh) = match self.shared.take_idle() {
            Some(session) => (session, false),
            None => (self.shared.open().await?, true),
        };
        Ok(Connection::new(session, self.shared.clone(), permit, fresh))
    }

    /// Takes a connection and opens a transaction with the source's isolation unless
    /// `options` say otherwise.
    ///
    /// # Errors
    /// As [`Pool::get`] and [`Connection::begin`].
    pub async fn begin(&self, options: &TransactionOptions<'_>) -> Result<Transaction> {
        loop {
            let connection = self.get().await?;
            let fresh = connection.is_fresh();
            match connection.try_begin(options).await {
                Ok(transaction) => return Ok(transaction),
                // Nothing has happened yet, so that another connection will do as well.
                Err((e, _)) if !fresh && e.is_connection_failure() => self.shared.drop_idle(),
                Err((e, sql)) => return Err(transaction::explain(e, &sql, Expected::Nothing)),
            }
        }
    }

    /// [`Connection::query_json`] for a read, on any connection.
    ///
    /// # Errors
    /// As [`Pool::get`] and [`Connection::query_json`].
    pub async fn query_json(
        &self,
        sql: &str,
        params: &[TextParam],
        expected: Expected,
    ) -> Result<Bytes> {
        let rows = self.query_rows(sql, params, expected).await?;
        answer::text_column(answer::single(&rows)?, 0)
    }

    /// [`Connection::query_rows`] for a read, on any connection.
    ///
    /// # Errors
    /// As [`Pool::get`] and [`Connection::query_rows`].
    pub async fn query_rows(
        &self,
        sql: &str,
        params: &[TextParam],
        expected: Expected,
    ) -> Result<Vec<Row>> {
        loop {
            let connection = self.get().await?;
            let fresh = connection.is_fresh();
            let sent = Instant::now();
            match connection.fetch(sql, params).await {
                Ok(rows) => return Ok(rows),
                Err(e) if !fresh && went_away(&e, sent) => self.shared.drop_idle(),
                Err(e) => return Err(e.explain(sql, params, self.shared.prepares(), expected)),
            }
        }
    }

    /// [`Connection::query_json_many`] for reads: one connection, one round trip.
    ///
    /// # Errors
    /// As [`Pool::get`]; failures of statements stand in their places.
    pub async fn query_json_many(
        &self,
        statements: &[(&str, &[TextParam])],
        expected: Expected,
    ) -> Result<Vec<Result<Bytes>>> {
        if let [(sql, params)] = statements {
            return match self.query_rows(sql, params, expected).await {
                Ok(rows) => Ok(vec![
                    answer::single(&rows).and_then(|row| answer::text_column(row, 0)),
                ]),
                Err(e) => Ok(vec![Err(e)]),
            };
        }
        loop {
            let connection = self.get().await?;
            let sent = Instant::now();
            let results = connection.query_json_many(statements, expected).await;
            let lost = |r: &Result<Bytes>| r.as_ref().is_err_and(errors::is_connection_error);
            let at_once = sent.elapsed() < AT_ONCE;
            if !connection.is_fresh() && at_once && !results.is_empty() && results.iter().all(lost)
            {
                self.shared.drop_idle();
                continue;
            }
            return Ok(results);
        }
    }

    /// [`Connection::read`] on any connection. A long answer has the connection for itself until
    /// it is taken.
    ///
    /// # Errors
    /// As [`Pool::get`] and [`Connection::read`].
    pub async fn read(&self, read: Read<'_>, expected: Expected) -> Result<Answer> {
        if let Some(result) = self
            .read_on_lane(&[read], expected)
            .await
            .and_then(|mut all| all.pop())
        {
            return result.map(|head| Answer { head, rest: None });
        }
        loop {
            let connection = self.get().await?;
            let fresh = connection.is_fresh();
            let sent = Instant::now();
            match connection.try_read(read).await {
                Ok(begun) => {
                    note_pace(&[read], sent, begun.0.iter().map(Bytes::len).sum());
                    return Ok(connection.answer(begun, read, expected));
                }
                Err(e) if !fresh && went_away(&e, sent) => self.shared.drop_idle(),
                Err(e) => {
                    return Err(e.explain(read.sql, read.params, self.shared.prepares(), expected));
                }
            }
        }
    }

    /// [`Connection::read_many`]: one connection, one round trip, whole answers.
    ///
    /// # Errors
    /// As [`Pool::get`]; failures of statements stand in their places.
    pub async fn read_many(
        &self,
        reads: &[Read<'_>],
        expected: Expected,
    ) -> Result<Vec<Result<Vec<Bytes>>>> {
        if let Some(results) = self.read_on_lane(reads, expected).await {
            return Ok(results);
        }
        loop {
            let connection = self.get().await?;
            let sent = Instant::now();
            let results = connection.read_many(reads, expected).await;
            let pieces = results.iter().flatten().flatten();
            note_pace(reads, sent, pieces.map(Bytes::len).sum());
            let lost = |r: &Result<Vec<Bytes>>| r.as_ref().is_err_and(errors::is_connection_error);
            let at_once = sent.elapsed() < AT_ONCE;
            if !connection.is_fresh() && at_once && !results.is_empty() && results.iter().all(lost)
            {
                self.shared.drop_idle();
                continue;
            }
            return Ok(results);
        }
    }

    /// Closes idle connections: they have proved to be dead.
    pub(super) fn drop_idle(&self) {
        self.shared.drop_idle();
    }

    /// Runs reads that are all short on a connection that others use as well. `None` when that is
    /// not to be, or did not work out: then they have to be run on a connection of their own.
    async fn read_on_lane(
        &self,
        reads: &[Read<'_>],
        expected: Expected,
    ) -> Option<Vec<Result<Vec<Bytes>>>> {
        let short = |read: &Read<'_>| read.pace.is_some_and(Pace::is_short);
        if reads.is_empty() || !reads.iter().all(short) {
            return None;
        }
        let lane = self.shared.lane()?;
        let sent = Instant::now();
        let Ran::Done(results) = lane.run(&self.shared, reads).await else {
            return None;
        };
        let lost = |r: &Result<_, RunError>| r.as_ref().is_err_and(|e| went_away(e, sent));
        if results.iter().any(lost) {
            return None;
        }
        let prepared = self.shared.prepares();
        let explained = reads.iter().zip(results).map(|(read, result)| {
            result.map_err(|e| e.explain(read.sql, read.params, prepared, expected))
        });
        Some(explained.collect())
    }

    /// Asks the server something trivial.
    ///
    /// # Errors
    /// Why it does not answer.
    pub async fn health(&self) -> Result<()> {
        self.query_rows("select 1", &[], Expected::Nothing)
            .await
            .map(drop)
    }

    /// Whether there is reason to believe that the server is gone: connecting failed, or an idle
    /// connection was cut. Asks nobody, so that a database may sleep while nobody needs it.
    pub fn is_suspect(&self) -> bool {
        self.shared.suspect.load(Ordering::Relaxed)
            || self.shared.idle().iter().any(|s| s.client.is_closed())
            || self.shared.lanes.any_cut()
    }

    /// Opens a connection beside the pool and closes it; clears the suspicion if that works.
    ///
    /// # Errors
    /// Why the server cannot be reached. One that is full can be.
    pub async fn probe(&self) -> Result<()> {
        let answer = self.shared.connector.connect().await;
        if let Err(e) = answer
            && errors::is_connection_error(&e)
        {
            return Err(e);
        }
        self.shared.idle().retain(|s| !s.client.is_closed());
        self.shared.lanes.keep_if(|lane| !lane.is_cut());
        self.shared.suspect.store(false, Ordering::Relaxed);
        *self.shared.away() = None;
        Ok(())
    }

    /// Notes that the server cannot be reached. Until it can be again, nobody waits long to be told
    /// so, and nobody is given a connection of before: what is sent there may never be answered.
    pub fn set_away(&self, reason: Error) {
        *self.shared.away() = Some(reason);
        self.shared.lanes.keep_if(|_| false);
        self.shared.drop_idle();
    }

    /// Why the server cannot be reached, if that is known.
    pub fn why_away(&self) -> Option<Error> {
        self.shared.away().clone()
    }

    /// How long it may take until all servers of a list were tried; nothing where there is one only.
    pub fn time_for_all_servers(&self) -> Duration {
        self.shared.connector.time_for_all_servers()
    }

    /// A connection of its own, beside the pool's, that hears of a channel's notifications.
    ///
    /// # Errors
    /// As [`Connector::listen`].
    pub async fn listen(&self, channel: &str) -> Result<Listener> {
        self.shared.connector.listen(channel).await
    }

    /// Has every connection prepare its statements anew: types they mention may have been
    /// dropped and made again.
    pub fn forget_statements(&self) {
        self.shared.epoch.fetch_add(1, Ordering::Relaxed);
    }

    /// Closes idle connections now and the others when given back; nobody gets one any more.
    pub fn close(&self) {
        self.shared.permits.close();
        self.shared.lanes.keep_if(|_| false);
        self.shared.drop_idle();
    }

    /// How many connections there are.
    pub fn status(&self) -> PoolStatus {
        let max = self.shared.settings.pool.max_connections.max(1);
        let idle_lanes = self.shared.lanes.idle();
        let free = self.shared.permits.available_permits() + idle_lanes;
        PoolStatus {
            in_use: max.saturating_sub(free),
            idle: self.shared.idle().len() + idle_lanes,
            max,
        }
    }
}

/// Notes how long reads took that had a connection for themselves.
fn note_pace(reads: &[Read<'_>], sent: Instant, bytes: usize) {
    for pace in reads.iter().filter_map(|read| read.pace) {
        pace.note(sent.elapsed(), bytes);
    }
}

/// How long connecting may take to a server that is away.
const SOON: Duration = Duration::from_secs(5);

/// A connection that fails a statement so soon had died before it.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Whether a connection had died while idle. A server that ends it says so in answer to a
/// statement that comes too late; but a statement that an administrator ended after a while
/// must not be started again.
fn went_away(error: &RunError, sent: Instant) -> bool {
    error.is_connection_failure()
        && match error {
            RunError::Postgres(e) => e.as_db_error().is_none() || sent.elapsed() < AT_ONCE,
            RunError::Engine(_) => false,
        }
}

impl Shared {
    pub(super) fn prepares(&self) -> bool {
        self.settings.use_prepared_statements
    }

    pub(super) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Takes a connection back for others to use.
    pub(super) fn put_back(&self, mut session: Session) {
        if session.client.is_closed() {
            self.suspect.store(true, Ordering::Relaxed);
        }
        if self.permits.is_closed() || session.client.is_closed() || self.is_old(&session) {
            return;
        }
        session.returned = Instant::now();
        self.idle().push(session);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn away(&self) -> MutexGuard<'_, Option<Error>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drop_idle(&self) {
        self.suspect.store(true, Ordering::Relaxed);
        let dropped = std::mem::take(&mut *self.idle());
        drop(dropped);
    }

    pub(super) fn is_old(&self, session: &Session) -> bool {
        self.settings
            .pool
            .connection_lifetime
            .is_some_and(|lifetime| session.opened.elapsed() > lifetime)
    }

    fn is_usable(&self, session: &Session) -> bool {
        !session.client.is_closed()
            && !self.is_old(session)
            && session.returned.elapsed() <= self.settings.pool.idle_timeout
    }

    /// A permit for a connection, if one is free at once.
    pub(super) fn free_permit(&self) -> Option<OwnedSemaphorePermit> {
        self.permits.clone().try_acquire_owned().ok()
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        if let Some(permit) = self.free_permit() {
            return Ok(permit);
        }
        self.lanes.give_back_one();
        let acquire = self.permits.clone().acquire_owned();
        let acquired = match self.settings.pool.pool_timeout {
            None => acquire.await,
            Some(patience) => tokio::time::timeout(patience, acquire).await.map_err(|_| {
                connection_error(format!(
                    "no connection of the pool came free within {} s",
                    patience.as_secs_f64()
                ))
            })?,
        };
        acquired.map_err(|_| connection_error("the pool is closed"))
    }

    pub(super) fn take_idle(&self) -> Option<Session> {
        loop {
            let session = self.idle().pop()?;
            if self.is_usable(&session) {
                self.renew(&session);
                return Some(session);
            }
        }
    }

    /// Has a connection forget statements that were prepared before types changed.
    pub(super) fn renew(&self, session: &Session) {
        session.renew(self.epoch.load(Ordering::Relaxed));
    }

    pub(super) async fn open(self: &Arc<Self>) -> Result<Session> {
        let mut pause = Duration::from_millis(100);
        let away = self.away().is_some();
        let soon = SOON.max(self.connector.time_for_all_servers());
        let mut tries_left = match away {
            true => 0,
            false => self.settings.pool.retries,
        };
        loop {
            let connecting = self.connector.connect();
            let opened = match away {
                true => tokio::time::timeout(soon, connecting)
                    .await
                    .unwrap_or_else(|_| Err(connection_error("timeout expired"))),
                false => connecting.await,
            };
            let error: Error = match opened {
                Ok(established) => {
                    self.suspect.store(false, Ordering::Relaxed);
                    *self.away() = None;
                    self.start_reaper();
                    let epoch = self.epoch.load(Ordering::Relaxed);
                    return Ok(Session::new(established, epoch));
                }
                Err(e) => e,
            };
            let is_worth_it = errors::is_connection_error(&error);
            if is_worth_it {
                self.suspect.store(true, Ordering::Relaxed);
            }
            if tries_left == 0 || !is_worth_it {
                return Err(error);
            }
            tries_left -= 1;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    fn start_reaper(self: &Arc<Self>) {
        if !self.reaper_runs.swap(true, Ordering::Relaxed) {
            let period = (self.settings.pool.idle_timeout / 4)
                .clamp(Duration::from_millis(200), Duration::from_secs(30));
            tokio::spawn(reap(Arc::downgrade(self), period));
        }
    }
}

/// Closes connections that nobody needs; ends with the pool.
async fn reap(shared: Weak<Shared>, period: Duration) {
    loop {
        tokio::time::sleep(period).await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let (kept, dropped): (Vec<Session>, Vec<Session>) = {
            let mut idle = shared.idle();
            std::mem::take(&mut *idle)
                .into_iter()
                .partition(|s| shared.is_usable(s))
        };
        if dropped.iter().any(|s| s.client.is_closed()) {
            shared.suspect.store(true, Ordering::Relaxed);
        }
        shared.idle().splice(0..0, kept);
        drop(dropped);
        let idle_timeout = shared.settings.pool.idle_timeout;
        shared
            .lanes
            .keep_if(|lane| !lane.is_empty() || lane.quiet_for() <= idle_timeout);
    }
}
