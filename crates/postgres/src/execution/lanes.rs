//! A few connections that many short reads share, pipelined: eight of them serve more requests at
//! less cost for the server than fifty that take one at a time.
//!
//! Only statements that have proved to be short ([`Pace`]) come here, so none waits long for those
//! before it. If one is slow all the same, its lane takes no more, and those behind it are sent
//! again on connections of their own: they only read, and call nothing that could act twice.
//!
//! A lane is a connection of the pool as any other: it counts for the limit, is closed when idle or
//! old, and goes back among the idle ones when nobody needs the lane.

use super::cleaning::{self, Mess};
use super::connection::{RunError, check};
use super::pace::Pace;
use super::pool::Shared;
use super::reading::{self, Read};
use super::session::Session;
use bytes::Bytes;
use futures_util::future::join_all;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tokio_postgres::RowStream;

/// More lanes than this gain nothing, whatever the pool's limit.
const MOST: usize = 8;

/// Requests that wait on one lane at most.
const DEEPEST: u64 = 64;

/// A lane on which nothing has ended for so long is held up by somebody.
const PATIENCE: Duration = Duration::from_millis(50);

/// The lanes of a pool.
pub(super) struct Lanes {
    lanes: Mutex<Vec<Arc<Lane>>>,
    most: usize,
    opening: AtomicUsize,
}

/// A connection with reads under way.
pub(super) struct Lane {
    session: Option<Session>,
    permit: Option<OwnedSemaphorePermit>,
    shared: Weak<Shared>,
    opened: Instant,
    /// Requests sent so far.
    sent: AtomicU64,
    /// Requests answered so far, or known to be because a later one was.
    done: AtomicU64,
    /// When something last began on the empty lane or ended, in µs since it was opened.
    progress: AtomicU64,
    blocked: AtomicBool,
}

/// What became of reads on a lane.
pub(super) enum Ran {
    /// They ended, well or not.
    Done(Vec<Result<Vec<Bytes>, RunError>>),
    /// Somebody holds up the lane: they have to be sent elsewhere.
    HeldUp,
}

/// A request on a lane; left behind when its future is dropped.
struct Flight<'a> {
    lane: &'a Lane,
    ticket: u64,
}

impl Lanes {
    /// None yet. Half of a pool's connections may become lanes, so that transactions and slow
    /// statements always find some.
    pub(super) fn new(max_connections: usize) -> Lanes {
        Lanes {
            lanes: Mutex::default(),
            most: MOST.min(max_connections / 2),
            opening: AtomicUsize::new(0),
        }
    }

    fn lanes(&self) -> MutexGuard<'_, Vec<Arc<Lane>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lanes on which nothing happens.
    pub(super) fn idle(&self) -> usize {
        let lanes = self.lanes();
        lanes.iter().filter(|lane| lane.under_way() == 0).count()
    }

    /// Whether a lane's connection has been cut.
    pub(super) fn any_cut(&self) -> bool {
        self.lanes().iter().any(|lane| lane.is_cut())
    }

    /// Gives an idle lane's connection back to the pool; somebody waits for one.
    pub(super) fn give_back_one(&self) {
        let mut lanes = self.lanes();
        let idle = lanes.iter().position(|lane| lane.under_way() == 0);
        let lane = idle.map(|index| lanes.swap_remove(index));
        drop(lanes);
        drop(lane);
    }

    /// Takes lanes out that are not to be used any more.
    pub(super) fn keep_if(&self, keep: impl Fn(&Lane) -> bool) {
        let mut lanes = self.lanes();
        let (kept, dropped) = std::mem::take(&mut *lanes)
            .into_iter()
            .partition(|lane| keep(lane));
        *lanes = kept;
        drop(lanes);
        // Outside of the lock: a lane gives its connection back when dropped.
        drop::<Vec<_>>(dropped);
    }
}

impl Shared {
    /// The lane with the least to do. `None` when there is none (yet), or all are full.
    pub(super) fn lane(self: &Arc<Self>) -> Option<Arc<Lane>> {
        if self.lanes.most == 0 {
            return None;
        }
        let mut lanes = self.lanes.lanes();
        let is_usable = |lane: &Lane| {
            let session = lane.session.as_ref();
            session.is_some_and(|session| !session.client.is_closed() && !self.is_old(session))
                && !lane.blocked.load(Ordering::Relaxed)
        };
        let mut dropped = Vec::new();
        lanes.retain(|lane| {
            let usable = is_usable(lane);
            if !usable {
                dropped.push(lane.clone());
            }
            usable
        });
        let best = lanes.iter().min_by_key(|lane| lane.under_way()).cloned();
        let busy = best.as_ref().is_none_or(|lane| lane.under_way() > 0);
        let room = lanes.len() + self.lanes.opening.load(Ordering::Relaxed) < self.lanes.most;
        let found = match (busy && room).then(|| self.free_permit()).flatten() {
            Some(permit) => match self.take_idle() {
                Some(session) => {
                    let lane = Lane::new(session, permit, self);
                    lanes.push(lane.clone());
                    Some(lane)
                }
                None => {
                    self.open_lane(permit);
                    best
                }
            },
            None => best,
        };
        drop(lanes);
        drop(dropped);
        let lane = found.filter(|lane| lane.under_way() < DEEPEST)?;
        if let Some(session) = &lane.session {
            self.renew(session);
        }
        Some(lane)
    }

    /// Opens one more while others go on.
    fn open_lane(self: &Arc<Self>, permit: OwnedSemaphorePermit) {
        self.lanes.opening.fetch_add(1, Ordering::Relaxed);
        let shared = self.clone();
        tokio::spawn(async move {
            // Who needs a connection finds out why there is none.
            let opened = shared.open().await;
            shared.lanes.opening.fetch_sub(1, Ordering::Relaxed);
            if let Ok(session) = opened {
                let lane = Lane::new(session, permit, &shared);
                shared.lanes.lanes().push(lane);
            }
        });
    }
}

impl Lane {
    fn new(session: Session, permit: OwnedSemaphorePermit, shared: &Arc<Shared>) -> Arc<Lane> {
        Arc::new(Lane {
            session: Some(session),
            permit: Some(permit),
            shared: Arc::downgrade(shared),
            opened: Instant::now(),
            sent: AtomicU64::new(0),
            done: AtomicU64::new(0),
            progress: AtomicU64::new(0),
            blocked: AtomicBool::new(false),
        })
    }

    fn under_way(&self) -> u64 {
        let done = self.done.load(Ordering::Relaxed);
        self.sent.load(Ordering::Relaxed).saturating_sub(done)
    }

    /// Whether its connection has been closed from the other side.
    pub(super) fn is_cut(&self) -> bool {
        let session = self.session.as_ref();
        session.is_some_and(|session| session.client.is_closed())
    }

    /// How long nothing has happened.
    pub(super) fn quiet_for(&self) -> Duration {
        let last = Duration::from_micros(self.progress.load(Ordering::Relaxed));
        self.opened.elapsed().saturating_sub(last)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.under_way() == 0
    }

    fn note_progress(&self) {
        let now = u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.progress.store(now, Ordering::Relaxed);
    }

    /// Runs reads; all are short.
    pub(super) async fn run(&self, shared: &Shared, reads: &[Read<'_>]) -> Ran {
        let Some(session) = &self.session else {
            return Ran::HeldUp;
        };
        let flight = Flight::start(self);
        let mut work = pin!(join_all(
            reads.iter().map(|read| run(session, shared, *read))
        ));
        let results = loop {
            match tokio::time::timeout(PATIENCE, &mut work).await {
                Ok(results) => break results,
                Err(_) if self.quiet_for() < PATIENCE => {}
                Err(_) => {
                    self.blocked.store(true, Ordering::Relaxed);
                    if !flight.is_first() {
                        return Ran::HeldUp;
                    }
                    paces(reads).for_each(Pace::note_slow);
                    let results = work.await;
                    flight.land();
                    return Ran::Done(results);
                }
            }
        };
        let took = flight.land();
        for (read, result) in reads.iter().zip(&results) {
            if let (Some(pace), Ok(pieces)) = (read.pace, result) {
                pace.note(took, pieces.iter().map(Bytes::len).sum());
            }
        }
        Ran::Done(results)
    }
}

fn paces<'a>(reads: &'a [Read<'_>]) -> impl Iterator<Item = &'a Pace> {
    reads.iter().filter_map(|read| read.pace)
}

impl<'a> Flight<'a> {
    fn start(lane: &'a Lane) -> Self {
        let ticket = lane.sent.fetch_add(1, Ordering::Relaxed);
        if lane.done.load(Ordering::Relaxed) >= ticket {
            lane.note_progress();
        }
        Flight { lane, ticket }
    }

    /// Whether all before it were answered.
    fn is_first(&self) -> bool {
        self.lane.done.load(Ordering::Relaxed) >= self.ticket
    }

    /// Notes the answer; how long it took since the one before.
    fn land(self) -> Duration {
        let took = self.lane.quiet_for();
        let lane = self.lane;
        lane.done.fetch_max(self.ticket + 1, Ordering::Relaxed);
        lane.note_progress();
        took
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let (Some(session), Some(shared)) = (self.session.take(), self.shared.upgrade()) else {
            return;
        };
        let under_way = self.under_way() > 0;
        if under_way {
            // Somebody went away without waiting for an answer.
            let mess = Mess {
                cut: true,
                in_transaction: false,
                spoiled: false,
            };
            cleaning::spawn(session, mess, shared, self.permit.take());
        } else {
            shared.put_back(session);
        }
    }
}

async fn run(session: &Session, shared: &Shared, read: Read<'_>) -> Result<Vec<Bytes>, RunError> {
    check(read.params).map_err(RunError::Engine)?;
    let stream = start(session, shared, read)
        .await
        .map_err(RunError::Postgres)?;
    reading::whole(stream, read.form).await
}

async fn start(
    session: &Session,
    shared: &Shared,
    read: Read<'_>,
) -> Result<RowStream, tokio_postgres::Error> {
    let (sql, params) = (read.sql, read.params);
    if !shared.prepares() {
        return session.run_unprepared(sql, params).await;
    }
    let prepared = session.prepared(sql, params, shared.texts()).await?;
    match session.run_prepared(&prepared, params).await {
        Err(e) if session.is_stale(sql, &e) => {
            let prepared = session.prepared(sql, params, shared.texts()).await?;
            session.run_prepared(&prepared, params).await
        }
        result => result,
    }
}
