//! Who gets which results: subscribers with equal values are a cohort, which is asked for once.
//!
//! A cohort is busy while a statement runs for it. Newcomers wait until a statement that began
//! after they came has answered, so that what they get is no older than their subscription. Of a
//! stream the cohort moves on with its cursor: who came meanwhile stays behind as a cohort of their
//! own, and cohorts that arrive at the same place become one.

use super::answer::{Fingerprint, Template};
use super::plan::Values;
use super::registry::Membership;
use super::sink::{LiveEvent, Sink, SubscriptionKind};
use bytes::Bytes;
use howdah_error::{Error, Result};
use howdah_postgres::{BatchError, BatchRow, Blame};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Polls that a cohort whose values fail sits out at most.
const LONGEST_PAUSE: u32 = 16;

/// Somebody who gets results.
pub(super) struct Subscriber {
    /// Never used again for another.
    pub(super) id: u64,
    pub(super) sink: Arc<dyn Sink>,
    pub(super) membership: Arc<Membership>,
    /// Of a stream: whether the last word was that there is nothing new.
    pub(super) told_empty: bool,
}

/// Somebody who has got no result yet.
pub(super) struct Newcomer {
    pub(super) subscriber: Subscriber,
    /// Told when the subscription has begun, or why it has not; `None` for those who come from
    /// another poller.
    pub(super) begun: Option<oneshot::Sender<Result<()>>>,
    /// The result that they have from there.
    pub(super) had: Option<Fingerprint>,
}

/// A cohort that is to be asked for.
pub(super) struct Member {
    pub(super) id: u64,
    pub(super) values: Values,
    pub(super) cursor: Option<Arc<str>>,
}

/// What came of it.
pub(super) enum Outcome {
    Row(BatchRow),
    Failed(BatchError),
    /// The metadata changed meanwhile: the result may show what must not be seen any more.
    Outdated,
}

type Key = (Values, Option<Arc<str>>);

#[derive(Default)]
struct Cohort {
    subscribers: Vec<Subscriber>,
    /// Those whom the statement that runs will answer first.
    admitted: Vec<Newcomer>,
    /// Those who came too late for it.
    waiting: Vec<Newcomer>,
    busy: bool,
    queued: bool,
    last: Option<Fingerprint>,
    failure: Option<Failure>,
}

struct Failure {
    /// What subscribers were told.
    text: String,
    /// Whether the values are to blame, so that the cohort is asked for alone.
    alone: bool,
    times: u32,
    pause: u32,
}

impl Cohort {
    fn is_empty(&self) -> bool {
        self.subscribers.is_empty() && self.admitted.is_empty() && self.waiting.is_empty()
    }
}

/// The cohorts of a poller.
pub(super) struct Cohorts {
    kind: SubscriptionKind,
    silent_when_empty: bool,
    next: u64,
    // In order of coming, so that batches stay the same from poll to poll.
    cohorts: BTreeMap<u64, (Key, Cohort)>,
    by_key: HashMap<Key, u64>,
    places: HashMap<u64, u64>,
    queue: VecDeque<u64>,
}

/// Whom to ask for: those together, and each of those alone.
pub(super) struct Due {
    pub(super) together: Vec<u64>,
    pub(super) alone: Vec<u64>,
}

impl Cohorts {
    pub(super) fn new(kind: SubscriptionKind, silent_when_empty: bool) -> Self {
        Cohorts {
            kind,
            silent_when_empty,
            next: 0,
            cohorts: BTreeMap::new(),
            by_key: HashMap::new(),
            places: HashMap::new(),
            queue: VecDeque::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cohorts.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.cohorts.len()
    }

    pub(super) fn subscribers(&self) -> usize {
        self.places.len()
    }

    /// Adds somebody, who is then queued to be asked for.
    pub(super) fn join(&mut self, values: Values, cursor: Option<Arc<str>>, newcomer: Newcomer) {
        let key = (values, cursor);
        let id = match self.by_key.get(&key) {
            Some(id) => *id,
            None => self.add(key),
        };
        self.places.insert(newcomer.subscriber.id, id);
        if let Some((_, cohort)) = self.cohorts.get_mut(&id) {
            cohort.waiting.push(newcomer);
        }
        self.enqueue(id);
    }

    fn add(&mut self, key: Key) -> u64 {
        self.next += 1;
        self.by_key.insert(key.clone(), self.next);
        self.cohorts.insert(self.next, (key, Cohort::default()));
        self.next
    }

    fn enqueue(&mut self, id: u64) {
        if let Some((_, cohort)) = self.cohorts.get_mut(&id)
            && !cohort.busy
            && !cohort.queued
            && !cohort.waiting.is_empty()
        {
            cohort.queued = true;
            self.queue.push_back(id);
        }
    }

    /// Takes somebody out.
    pub(super) fn leave(&mut self, subscriber: u64) {
        let Some(id) = self.places.remove(&subscriber) else {
            return;
        };
        if let Some((_, cohort)) = self.cohorts.get_mut(&id) {
            cohort.subscribers.retain(|s| s.id != subscriber);
            cohort.admitted.retain(|n| n.subscriber.id != subscriber);
            cohort.waiting.retain(|n| n.subscriber.id != subscriber);
        }
        self.drop_if_empty(id);
    }

    fn drop_if_empty(&mut self, id: u64) {
        // What is busy is looked after when its statement has answered.
        if let Some((key, cohort)) = self.cohorts.get(&id)
            && !cohort.busy
            && cohort.is_empty()
        {
            if self.by_key.get(key) == Some(&id) {
                self.by_key.remove(key);
            }
            self.cohorts.remove(&id);
        }
    }

    /// Cohorts with newcomers, at most so many.
    pub(super) fn queued(&mut self, most: usize) -> Vec<u64> {
        let count = most.min(self.queue.len());
        self.queue.drain(..count).collect()
    }

    /// Whether there are cohorts with newcomers.
    pub(super) fn has_queued(&self) -> bool {
        !self.queue.is_empty()
    }

    /// All cohorts that nobody asks for at the moment.
    pub(super) fn due(&mut self) -> Due {
        let mut due = Due {
            together: Vec::new(),
            alone: Vec::new(),
        };
        for (id, (_, cohort)) in &mut self.cohorts {
            if cohort.busy || cohort.queued {
                continue;
            }
            match &mut cohort.failure {
                Some(failure) if failure.pause > 0 => failure.pause -= 1,
                Some(failure) if failure.alone => due.alone.push(*id),
                _ => due.together.push(*id),
            }
        }
        due
    }

    /// Makes a cohort busy; `None` if it is already, or gone.
    pub(super) fn start(&mut self, id: u64) -> Option<Member> {
        let (key, cohort) = self.cohorts.get_mut(&id)?;
        if cohort.busy {
            return None;
        }
        cohort.queued = false;
        if cohort.is_empty() {
            self.drop_if_empty(id);
            return None;
        }
        cohort.busy = true;
        cohort.admitted.append(&mut cohort.waiting);
        Some(Member {
            id,
            values: key.0.clone(),
            cursor: key.1.clone(),
        })
    }

    /// Tells those concerned what came of it. Returns how many were told.
    pub(super) fn finish(&mut self, id: u64, outcome: Outcome, template: &Template) -> usize {
        let Some((_, cohort)) = self.cohorts.get_mut(&id) else {
            return 0;
        };
        cohort.busy = false;
        let read = match outcome {
            Outcome::Row(row) => match self.kind {
                SubscriptionKind::Live => cohort.live(&row, template),
                SubscriptionKind::Stream => self.stream(id, &row, template),
            },
            Outcome::Failed(failure) => Err(failure),
            Outcome::Outdated => {
                let mut again = std::mem::take(&mut cohort.admitted);
                again.append(&mut cohort.waiting);
                cohort.waiting = again;
                Ok(0)
            }
        };
        let told = read.unwrap_or_else(|failure| self.failed(id, &failure));
        self.enqueue(id);
        self.drop_if_empty(id);
        told
    }

    fn failed(&mut self, id: u64, failure: &BatchError) -> usize {
        let Some((_, cohort)) = self.cohorts.get_mut(&id) else {
            return 0;
        };
        for newcomer in std::mem::take(&mut cohort.admitted) {
            match newcomer.begun {
                Some(begun) => {
                    self.places.remove(&newcomer.subscriber.id);
                    let _ = begun.send(Err(failure.error.clone()));
                }
                // They have begun elsewhere and stay.
                None => {
                    if cohort.last.is_none() {
                        cohort.last = newcomer.had;
                    }
                    cohort.subscribers.push(newcomer.subscriber);
                }
            }
        }
        // A database that is away is no result: it comes back, and then those whose results are
        // as before hear nothing.
        if failure.blame == Blame::Connection {
            return 0;
        }
        let text = failure.error.message();
        let (times, known) = match &cohort.failure {
            Some(before) => (before.times.saturating_add(1), before.text == text),
            None => (0, false),
        };
        cohort.failure = Some(Failure {
            text: text.to_owned(),
            alone: failure.blame == Blame::Values,
            times,
            pause: (1 << times.min(8)).min(LONGEST_PAUSE) - 1,
        });
        cohort.last = None;
        if known {
            return 0;
        }
        for subscriber in &cohort.subscribers {
            subscriber
                .sink
                .send(LiveEvent::Error(failure.error.clone()));
        }
        cohort.subscribers.len()
    }

    fn stream(
        &mut self,
        id: u64,
        row: &BatchRow,
        template: &Template,
    ) -> std::result::Result<usize, BatchError> {
        let cursor = template.cursor(row, self.kind).map_err(statement)?;
        let Some((_, cohort)) = self.cohorts.get_mut(&id) else {
            return Ok(0);
        };
        cohort.failure = None;
        for newcomer in std::mem::take(&mut cohort.admitted) {
            cohort.subscribers.push(newcomer.begin());
        }
        let empty = cursor.is_none();
        let mut answer = Lazy::new(row, template);
        let mut told = 0;
        for subscriber in &mut cohort.subscribers {
            let silent = empty && (subscriber.told_empty || self.silent_when_empty);
            subscriber.told_empty = empty;
            if !silent {
                subscriber.sink.send(LiveEvent::Data(answer.get()?));
                told += 1;
            }
        }
        if let Some(cursor) = cursor {
            self.advance(id, cursor);
        }
        Ok(told)
    }

    /// Moves a cohort on to where its stream has arrived.
    fn advance(&mut self, id: u64, cursor: Arc<str>) {
        let Some((key, mut cohort)) = self.cohorts.remove(&id) else {
            return;
        };
        if self.by_key.get(&key) == Some(&id) {
            self.by_key.remove(&key);
        }
        // Who came while the statement ran has not got its rows.
        let behind = std::mem::take(&mut cohort.waiting);
        for newcomer in behind {
            self.join(key.0.clone(), key.1.clone(), newcomer);
        }
        let key = (key.0, Some(cursor));
        match self.by_key.get(&key) {
            Some(there) => {
                let there = *there;
                if let Some((_, other)) = self.cohorts.get_mut(&there) {
                    for subscriber in cohort.subscribers {
                        self.places.insert(subscriber.id, there);
                        other.subscribers.push(subscriber);
                    }
                }
            }
            None => {
                self.by_key.insert(key.clone(), id);
                self.cohorts.insert(id, (key, cohort));
            }
        }
    }

    /// Takes everybody out, with where they are: for another poller, or to be told that it is over.
    pub(super) fn take_all(&mut self) -> Vec<(Option<Arc<str>>, Newcomer)> {
        let mut all = Vec::with_capacity(self.places.len());
        for (_, ((_, cursor), cohort)) in std::mem::take(&mut self.cohorts) {
            for subscriber in cohort.subscribers {
                let newcomer = Newcomer {
                    subscriber,
                    begun: None,
                    had: cohort.last,
                };
                all.push((cursor.clone(), newcomer));
            }
            for newcomer in cohort.admitted.into_iter().chain(cohort.waiting) {
                all.push((cursor.clone(), newcomer));
            }
        }
        self.by_key.clear();
        self.places.clear();
        self.queue.clear();
        all
    }

    /// Each cohort's values, cursor and number of subscribers, for the developer API.
    pub(super) fn describe(&self) -> impl Iterator<Item = (&Values, Option<&Arc<str>>, usize)> {
        self.cohorts.values().map(|((values, cursor), cohort)| {
            let count = cohort.subscribers.len() + cohort.admitted.len() + cohort.waiting.len();
            (values, cursor.as_ref(), count)
        })
    }
}

impl Newcomer {
    fn begin(self) -> Subscriber {
        if let Some(begun) = self.begun {
            // Whoever does not wait any more has left, or is about to.
            let _ = begun.send(Ok(()));
        }
        self.subscriber
    }
}

impl Cohort {
    fn live(
        &mut self,
        row: &BatchRow,
        template: &Template,
    ) -> std::result::Result<usize, BatchError> {
        let fingerprint = template.fingerprint(row).map_err(statement)?;
        let changed = self.last.replace(fingerprint) != Some(fingerprint);
        self.failure = None;
        let mut answer = Lazy::new(row, template);
        let mut told = 0;
        if changed {
            for subscriber in &self.subscribers {
                subscriber.sink.send(LiveEvent::Data(answer.get()?));
                told += 1;
            }
        }
        for newcomer in std::mem::take(&mut self.admitted) {
            if newcomer.had != Some(fingerprint) {
                newcomer
                    .subscriber
                    .sink
                    .send(LiveEvent::Data(answer.get()?));
                told += 1;
            }
            self.subscribers.push(newcomer.begin());
        }
        Ok(told)
    }
}

/// The answer of a row, made when somebody wants it, and once.
struct Lazy<'a> {
    row: &'a BatchRow,
    template: &'a Template,
    made: Option<Bytes>,
}

impl<'a> Lazy<'a> {
    fn new(row: &'a BatchRow, template: &'a Template) -> Self {
        Lazy {
            row,
            template,
            made: None,
        }
    }

    fn get(&mut self) -> std::result::Result<Bytes, BatchError> {
        if let Some(made) = &self.made {
            return Ok(made.clone());
        }
        let made = self.template.answer(self.row).map_err(statement)?;
        self.made = Some(made.clone());
        Ok(made)
    }
}

fn statement(error: Error) -> BatchError {
    BatchError {
        error,
        blame: Blame::Statement,
    }
}
