//! What runs on one socket: queries and mutations until they are answered, subscriptions
//! until somebody ends them.
//!
//! Clients send operations one behind another without waiting, and count on a query to see
//! what the mutation before it did. So queries run side by side, but a mutation waits for
//! what came before it, and what comes after waits for the mutation.

use super::counters::Running;
use super::document::{self, OperationKind};
use super::events::OperationLine;
use crate::http::{App, handlers};
use crate::service::{GraphqlAnswer, GraphqlRequest, RequestContext, Service};
use crate::subscription::{Event, Subscriber, Subscription};
use bytes::Bytes;
use futures_util::future::{AbortHandle, AbortRegistration, Abortable, BoxFuture};
use futures_util::stream::{BoxStream, FuturesUnordered, SelectAll};
use futures_util::{FutureExt, Stream, StreamExt};
use howdah_error::{Error, Result};
use howdah_ir::Session;
use std::collections::HashMap;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::RwLock;
use uuid::Uuid;

/// An operation that was asked for.
pub(super) struct Asked {
    pub(super) request: GraphqlRequest,
    pub(super) session: Arc<Session>,
    pub(super) context: RequestContext,
    pub(super) line: OperationLine,
    /// What its results begin with.
    pub(super) opening: Bytes,
}

/// An operation that runs.
pub(super) struct Active {
    /// Ids may be used again; this may not.
    serial: u64,
    pub(super) line: OperationLine,
    pub(super) opening: Bytes,
    /// Mutations cannot be called back.
    cancel: Option<AbortHandle>,
    subscribed: bool,
}

/// What comes from the operations.
pub(super) enum Said {
    /// A query or mutation is answered, or an operation failed before it had a result; it is
    /// not active any more.
    Answered(Active, Result<GraphqlAnswer>),
    /// The subscription of this id runs.
    Subscribed(Arc<str>),
    /// A result of a subscription.
    Result(Arc<str>, Result<Bytes>),
    /// A subscription is over and not active any more.
    Ended(Active),
    /// Results of a stream are lost.
    Lost,
}

struct Finished {
    id: Arc<str>,
    serial: u64,
    result: Result<Outcome>,
}

enum Outcome {
    Answer(GraphqlAnswer),
    Subscription(Subscription, AbortRegistration),
}

/// All operations of a socket.
pub(super) struct Operations<S> {
    app: Arc<App<S>>,
    socket: Uuid,
    active: HashMap<Arc<str>, Active>,
    /// Operations without a result so far; `None` for those that were called back.
    starting: FuturesUnordered<BoxFuture<'static, Option<Finished>>>,
    events: SelectAll<Abortable<Feed>>,
    turns: Arc<RwLock<()>>,
    serial: u64,
}

impl<S: Service> Operations<S> {
    pub(super) fn new(app: Arc<App<S>>, socket: Uuid) -> Self {
        Operations {
            app,
            socket,
            active: HashMap::new(),
            starting: FuturesUnordered::new(),
            events: SelectAll::new(),
            turns: Arc::new(RwLock::new(())),
            serial: 0,
        }
    }

    /// Whether the id is in use.
    pub(super) fn has(&self, id: &str) -> bool {
        self.active.contains_key(id)
    }

    /// What is known of an active operation.
    pub(super) fn get(&self, id: &str) -> Option<&Active> {
        self.active.get(id)
    }

    /// How many operations wait for their first result.
    pub(super) fn waiting(&self) -> usize {
        self.starting.len()
    }

    /// Starts an operation under an id that is not in use.
    pub(super) fn start(&mut self, asked: Asked) {
        let Asked {
            request,
            session,
            context,
            line,
            opening,
        } = asked;
        let kind = document::kind(&request.query, request.operation_name.as_deref());
        let id = Arc::clone(&line.id);
        self.serial += 1;
        let serial = self.serial;
        let (cancel, registration) = AbortHandle::new_pair();
        let app = Arc::clone(&self.app);
        let turns = Arc::clone(&self.turns);
        let starting = match kind {
            OperationKind::Query => {
                let run = async move {
                    let _turn = turns.read_owned().await;
                    let answer = handlers::run(&app, request, &session, &context).await?;
                    answer.gathered().await
                };
                let run = finish(id.clone(), serial, run.map(|r| r.map(Outcome::Answer)));
                Abortable::new(run, registration).map(Result::ok).boxed()
            }
            OperationKind::Mutation => {
                let run = async move {
                    let _turn = turns.write_owned().await;
                    let answer = handlers::run(&app, request, &session, &context).await?;
                    answer.gathered().await
                };
                let run = finish(id.clone(), serial, run.map(|r| r.map(Outcome::Answer)));
                run.map(Some).boxed()
            }
            OperationKind::Subscription => {
                let subscriber = Subscriber {
                    session,
                    websocket_id: self.socket,
                    operation_id: id.clone(),
                };
                let run = async move {
                    let _turn = turns.read_owned().await;
                    app.service.subscribe(request, subscriber, &context).await
                };
                // The handle calls back the events. A start that nobody waits for any more is
                // let go of when it is there.
                let run = run.map(|r| r.map(|found| Outcome::Subscription(found, registration)));
                finish(id.clone(), serial, run).map(Some).boxed()
            }
        };
        self.starting.push(starting);
        let active = Active {
            serial,
            line,
            opening,
            cancel: (kind != OperationKind::Mutation).then_some(cancel),
            subscribed: false,
        };
        self.active.insert(id, active);
    }

    /// Ends an operation that the client has lost interest in.
    pub(super) fn stop(&mut self, id: &str) -> Option<Active> {
        let active = self.active.remove(id)?;
        if let Some(cancel) = &active.cancel {
            cancel.abort();
        }
        Some(active)
    }

    /// Ends all subscriptions.
    pub(super) fn end_subscriptions(&mut self) {
        self.events.clear();
        self.active.retain(|_, active| !active.subscribed);
    }

    /// What is said next; results of subscriptions only if there is room for them. Dropping
    /// the future loses nothing.
    pub(super) async fn next(&mut self, room: bool) -> Said {
        poll_fn(|context| self.poll(context, room)).await
    }

    fn poll(&mut self, context: &mut Context<'_>, room: bool) -> Poll<Said> {
        while let Poll::Ready(Some(finished)) = self.starting.poll_next_unpin(context) {
            if let Some(said) = finished.and_then(|finished| self.finished(finished)) {
                return Poll::Ready(said);
            }
        }
        if !room {
            return Poll::Pending;
        }
        while let Poll::Ready(Some((id, serial, event))) = self.events.poll_next_unpin(context) {
            let current = self.active.get(&id).is_some_and(|a| a.serial == serial);
            if current && let Some(said) = self.event(id, event) {
                return Poll::Ready(said);
            }
        }
        Poll::Pending
    }

    fn finished(&mut self, finished: Finished) -> Option<Said> {
        let Finished { id, serial, result } = finished;
        let active = self.active.get_mut(&id).filter(|a| a.serial == serial)?;
        let result = match result {
            Ok(Outcome::Subscription(subscription, registration)) => {
                active.subscribed = true;
                let running = self.app.websockets.subscription(subscription.kind());
                let feed = Feed {
                    id: Arc::clone(&id),
                    serial,
                    events: Some(subscription.into_events()),
                    _running: running,
                };
                self.events.push(Abortable::new(feed, registration));
                return Some(Said::Subscribed(id));
            }
            Ok(Outcome::Answer(answer)) => Ok(answer),
            Err(error) => Err(error),
        };
        let active = self.active.remove(&id)?;
        Some(Said::Answered(active, result))
    }

    fn event(&mut self, id: Arc<str>, event: Event) -> Option<Said> {
        match event {
            Event::Data(payload) => Some(Said::Result(id, Ok(payload))),
            Event::Error(error) => Some(Said::Result(id, Err(error))),
            Event::Lost => Some(Said::Lost),
            Event::Complete => self.active.remove(&id).map(Said::Ended),
        }
    }
}

async fn finish(
    id: Arc<str>,
    serial: u64,
    run: impl Future<Output = Result<Outcome>> + Send,
) -> Finished {
    let result = AssertUnwindSafe(run).catch_unwind().await;
    Finished {
        id,
        serial,
        result: result.unwrap_or_else(|_| Err(Error::unexpected("internal error"))),
    }
}

/// The events of one subscription; the last one is always [`Event::Complete`] or
/// [`Event::Lost`].
struct Feed {
    id: Arc<str>,
    serial: u64,
    events: Option<BoxStream<'static, Event>>,
    _running: Running,
}

impl Stream for Feed {
    type Item = (Arc<str>, u64, Event);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(events) = &mut self.events else {
            return Poll::Ready(None);
        };
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| events.poll_next_unpin(context)));
        let event = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(event)) => event.unwrap_or(Event::Complete),
            Err(_) => Event::Complete,
        };
        if matches!(event, Event::Complete | Event::Lost) {
            self.events = None;
        }
        Poll::Ready(Some((Arc::clone(&self.id), self.serial, event)))
    }
}
