//! A subscription as the transport sees it: results that come one after another, already
//! written as bytes, until it ends. Nothing here knows who polls a database or who reads a
//! socket; [`mailbox`] stands between the two, so that a slow reader never holds up a writer
//! nor makes it keep more than is bounded.

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt};
use futures_util::task::AtomicWaker;
use howdah_error::Error;
use howdah_ir::Session;
use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use uuid::Uuid;

/// Bytes of a stream's results that wait for a slow reader.
const WAITING_BYTES: usize = 4 << 20;
/// What a waiting result costs besides its bytes.
const EVENT_COST: usize = 64;

/// Who subscribes.
#[derive(Debug, Clone)]
pub struct Subscriber {
    /// The identity under which the subscription was started.
    pub session: Arc<Session>,
    /// The connection.
    pub websocket_id: Uuid,
    /// The client's name for the operation, unique on the connection.
    pub operation_id: Arc<str>,
}

/// What may happen to results that nobody has read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A live query: only the newest result counts.
    Live,
    /// A stream: every result counts.
    Stream,
}

/// What a subscription says.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The whole answer, `{"data":…}`.
    Data(Bytes),
    /// A result could not be had; the subscription goes on and may recover.
    Error(Error),
    /// The reader was too slow and results of a stream are lost. Nothing follows.
    Lost,
    /// It is over. Nothing follows.
    Complete,
}

/// A running subscription; dropping it ends it.
pub struct Subscription {
    kind: Kind,
    events: BoxStream<'static, Event>,
}

impl Subscription {
    /// A subscription that says these events. The end of the stream is its completion.
    pub fn new(kind: Kind, events: impl Stream<Item = Event> + Send + 'static) -> Self {
        Subscription {
            kind,
            events: events.boxed(),
        }
    }

    /// Whether results replace each other.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The events.
    pub fn into_events(self) -> BoxStream<'static, Event> {
        self.events
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A bounded place for events on their way to one reader.
pub fn mailbox(kind: Kind) -> (Sender, Receiver) {
    let slot = Arc::new(Slot {
        kind,
        waiting: Mutex::new(Waiting::default()),
        reader: AtomicWaker::new(),
    });
    (Sender(Arc::clone(&slot)), Receiver(slot))
}

#[derive(Debug)]
struct Slot {
    kind: Kind,
    waiting: Mutex<Waiting>,
    reader: AtomicWaker,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Event>,
    bytes: usize,
    ended: bool,
    gone: bool,
}

impl Slot {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing under the lock can panic half-way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where events are put; dropping it completes the subscription.
#[derive(Debug)]
pub struct Sender(Arc<Slot>);

impl Sender {
    /// Puts an event; it never waits. For [`Kind::Live`] a result replaces the one that was
    /// not read yet; a [`Kind::Stream`] whose reader is too slow ends with [`Event::Lost`].
    /// False means that nobody reads any more.
    pub fn send(&self, event: Event) -> bool {
        let mut waiting = self.0.waiting();
        if waiting.gone || waiting.ended {
            return !waiting.gone;
        }
        waiting.ended = matches!(event, Event::Complete | Event::Lost);
        let cost = cost(&event);
        match self.0.kind {
            Kind::Live if !waiting.ended => waiting.clear(),
            Kind::Stream if waiting.bytes > 0 && waiting.bytes + cost > WAITING_BYTES => {
                waiting.clear();
                waiting.ended = true;
                waiting.events.push_back(Event::Lost);
                drop(waiting);
                self.0.reader.wake();
                return true;
            }
            Kind::Live | Kind::Stream => {}
        }
        waiting.bytes += cost;
        waiting.events.push_back(event);
        drop(waiting);
        self.0.reader.wake();
        true
    }

    /// Whether nobody reads any more.
    pub fn is_gone(&self) -> bool {
        self.0.waiting().gone
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.send(Event::Complete);
    }
}

impl Waiting {
    fn clear(&mut self) {
        self.events.clear();
        self.bytes = 0;
    }
}

fn cost(event: &Event) -> usize {
    EVENT_COST
        + match event {
            Event::Data(bytes) => bytes.len(),
            Event::Error(_) | Event::Lost | Event::Complete => 0,
        }
}

/// Where events are read; dropping it tells the sender that nobody reads any more.
#[derive(Debug)]
pub struct Receiver(Arc<Slot>);

impl Receiver {
    /// Whether results replace each other.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }
}

impl Stream for Receiver {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.0.reader.register(context.waker());
        let mut waiting = self.0.waiting();
        match waiting.events.pop_front() {
            Some(event) => {
                waiting.bytes = waiting.bytes.saturating_sub(cost(&event));
                Poll::Ready(Some(event))
            }
            None if waiting.ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.gone = true;
        waiting.clear();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn data(text: &'static str) -> Event {
        Event::Data(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test]
    async fn of_a_live_query_the_newest_result_is_read() {
        let (sender, mut receiver) = mailbox(Kind::Live);
        assert!(receiver.next().now_or_never().is_none());
        sender.send(data("1"));
        sender.send(Event::Error(Error::unexpected("x")));
        sender.send(data("2"));
        sender.send(Event::Complete);
        assert!(sender.send(data("too late")));
        let seen: Vec<Event> = receiver.collect().await;
        assert_eq!(seen, [data("2"), Event::Complete]);
    }

    #[tokio::test]
    async fn of_a_stream_every_result_is_read() {
        let (sender, receiver) = mailbox(Kind::Stream);
        sender.send(data("1"));
        sender.send(data("2"));
        drop(sender);
        let seen: Vec<Event> = receiver.collect().await;
        assert_eq!(seen, [data("1"), data("2"), Event::Complete]);
    }

    #[tokio::test]
    async fn a_stream_that_nobody_reads_ends_rather_than_growing() {
        let (sender, receiver) = mailbox(Kind::Stream);
        let megabyte = Bytes::from(vec![b'x'; 1 << 20]);
        for _ in 0..100 {
            sender.send(Event::Data(megabyte.clone()));
        }
        let seen: Vec<Event> = receiver.collect().await;
        assert_eq!(seen, [Event::Lost]);
    }

    #[tokio::test]
    async fn one_long_result_is_no_reason_to_end() {
        let (sender, mut receiver) = mailbox(Kind::Stream);
        let long = Event::Data(Bytes::from(vec![b'x'; 2 * WAITING_BYTES]));
        for _ in 0..3 {
            sender.send(long.clone());
            assert_eq!(receiver.next().await.unwrap(), long);
        }
    }

    #[tokio::test]
    async fn a_reader_that_waits_is_woken() {
        let (sender, mut receiver) = mailbox(Kind::Live);
        let reading = tokio::spawn(async move { receiver.next().await });
        tokio::task::yield_now().await;
        sender.send(data("1"));
        assert_eq!(reading.await.unwrap(), Some(data("1")));
    }

    #[test]
    fn the_sender_notices_that_nobody_reads() {
        let (sender, receiver) = mailbox(Kind::Live);
        assert!(sender.send(data("1")) && !sender.is_gone());
        drop(receiver);
        assert!(sender.is_gone() && !sender.send(data("2")));
    }
}
