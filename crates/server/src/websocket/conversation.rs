//! What is said on one socket and what follows from it. Messages are taken one by one, in
//! order; what they start runs beside. A peer who asks for more than it reads is not listened
//! to until it has read.

use super::closing::Close;
use super::connection::End;
use super::dialect::{self, Dialect, Pieces, Shape};
use super::events::{Events, Happened, Who};
use super::frames::Message;
use super::identity::{self, Identity};
use super::incoming::{self, Incoming};
use super::operations::{Active, Asked, Operations, Said};
use super::outbox::Outbox;
use crate::alarms::Alarm;
use crate::auth::Spelling;
use crate::http::{App, request_id};
use crate::logs::{Level, LogType};
use crate::service::{GraphqlAnswer, GraphqlRequest, RequestContext, Service};
use howdah_error::envelope::Internals;
use howdah_error::{Code, Error, Result};
use http::HeaderMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncWrite, WriteHalf};
use tokio::time::Instant;

/// Unread bytes beyond which a peer is not listened to; strangers get less.
const UNREAD: usize = 16 << 20;
const STRANGERS_UNREAD: usize = 1 << 20;
/// Unread bytes beyond which results of subscriptions wait where they come from.
const ROOM: usize = 1 << 20;
/// Operations that may wait for their first result.
const WAITING: usize = 64;
/// How long running operations may take after a change of the metadata.
const CHANGE_PATIENCE: Duration = Duration::from_secs(2);
/// How long clients of the older protocol are told why they may not start anything.
const REFUSED_PATIENCE: Duration = Duration::from_secs(1);
/// A day that never comes.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// What the handshake found out.
pub(super) struct Opened {
    pub(super) dialect: Dialect,
    pub(super) shape: Shape,
    pub(super) deflate: bool,
    pub(super) client: IpAddr,
    /// Headers that may prove who the client is.
    pub(super) headers: HeaderMap,
    /// How their names are spelled, where somebody wants to know.
    pub(super) spelling: Spelling,
    pub(super) events: Events,
}

/// Who the peer is.
enum Standing {
    /// Nobody knows yet; these headers came with the handshake.
    Stranger(HeaderMap, Spelling),
    /// `connection_init` failed.
    Refused(String),
    Known(Identity),
}

/// When something must happen.
#[derive(Default)]
struct Deadlines {
    init: Option<Instant>,
    keep_alive: Option<Instant>,
    expiry: Option<Instant>,
    leave: Option<Instant>,
    refused: Option<Instant>,
}

impl Deadlines {
    fn next(&self) -> Option<Instant> {
        [
            self.init,
            self.keep_alive,
            self.expiry,
            self.leave,
            self.refused,
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

/// What is said on one socket.
pub(super) struct Conversation<S, W> {
    app: Arc<App<S>>,
    dialect: Dialect,
    shape: Shape,
    client: IpAddr,
    events: Events,
    standing: Standing,
    pub(super) outbox: Outbox<W>,
    pub(super) operations: Operations<S>,
    deadlines: Deadlines,
    /// Set when the socket will be closed as soon as what runs is answered.
    leaving: Option<Close>,
}

impl<S: Service, I: AsyncRead + AsyncWrite> Conversation<S, WriteHalf<I>> {
    pub(super) fn new(app: Arc<App<S>>, opened: Opened, outgoing: WriteHalf<I>) -> Self {
        let patience = app.config.websockets.init_timeout;
        let init = match opened.dialect {
            Dialect::TransportWs => patience.map(|patience| Instant::now() + patience),
            // The older protocol has no such rule.
            Dialect::Apollo => None,
        };
        Conversation {
            operations: Operations::new(Arc::clone(&app), opened.events.socket()),
            app,
            dialect: opened.dialect,
            shape: opened.shape,
            client: opened.client,
            events: opened.events,
            standing: Standing::Stranger(opened.headers, opened.spelling),
            outbox: Outbox::new(outgoing, opened.deflate),
            deadlines: Deadlines {
                init,
                ..Deadlines::default()
            },
            leaving: None,
        }
    }

    /// When [`Self::tick`] is due.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// Whether results of subscriptions may come.
    pub(super) fn has_room(&self) -> bool {
        self.outbox.bytes() < ROOM
    }

    /// Bytes that a message may have, from somebody who is known.
    pub(super) fn message_limit(&self) -> Option<usize> {
        matches!(self.standing, Standing::Known(_)).then_some(self.app.config.http.max_body_bytes)
    }

    /// Why it is time to close, if the end was waited for and nothing runs any more.
    pub(super) fn leaves(&mut self) -> Option<Close> {
        self.leaving.take_if(|_| self.operations.waiting() == 0)
    }

    /// Ends everything but what is still to be written.
    pub(super) fn end(self) -> Outbox<WriteHalf<I>> {
        self.events.closed(&self.who());
        self.outbox
    }

    fn who(&self) -> Who {
        match &self.standing {
            Standing::Known(identity) => Who {
                session: Some(Arc::clone(&identity.session)),
                expiry: identity.expiry,
            },
            Standing::Stranger(..) | Standing::Refused(_) => Who::default(),
        }
    }

    fn send(&mut self, pieces: Pieces) {
        let bytes = self.outbox.text(pieces);
        self.app.websockets.sent(bytes);
    }

    /// Whether the peer may say more now.
    pub(super) fn listens(&self) -> bool {
        let unread = match self.standing {
            Standing::Known(_) => UNREAD,
            Standing::Stranger(..) | Standing::Refused(_) => STRANGERS_UNREAD,
        };
        self.leaving.is_none()
            && self.outbox.bytes() < unread
            && self.operations.waiting() < WAITING
    }

    pub(super) fn alarmed(&mut self, alarm: Alarm) {
        match alarm {
            Alarm::Stopping => {
                self.leaving = Some(Close::GoingAway);
                // The server itself sees to it that this does not take forever.
                self.deadlines.leave = None;
            }
            Alarm::MetadataChanged => {
                self.leaving = Some(Close::MetadataChanged);
                self.deadlines.leave = Some(Instant::now() + CHANGE_PATIENCE);
            }
        }
        self.operations.end_subscriptions();
    }

    pub(super) fn tick(&mut self, now: Instant) -> Result<(), End> {
        let passed = |deadline: Option<Instant>| deadline.is_some_and(|at| at <= now);
        if passed(self.deadlines.leave) {
            return Err(self.leaving.take().map_or(End::Gone, End::Ours));
        }
        if passed(self.deadlines.init) {
            return Err(Close::InitTimeout.into());
        }
        if let Standing::Refused(reason) = &self.standing
            && passed(self.deadlines.refused)
        {
            return Err(Close::InitFailed(reason.clone()).into());
        }
        if passed(self.deadlines.expiry) {
            return Err(Close::Forbidden.into());
        }
        if passed(self.deadlines.keep_alive) {
            // Whoever has something to read knows that we live.
            if self.outbox.is_empty() {
                self.send(self.dialect.keep_alive());
            }
            self.deadlines.keep_alive = self.keep_alive_after(now);
        }
        Ok(())
    }

    fn keep_alive_after(&self, now: Instant) -> Option<Instant> {
        Some(now + self.app.config.websockets.keep_alive?)
    }

    pub(super) async fn hear(&mut self, message: Message) -> Result<(), End> {
        let bytes = match message {
            Message::Data(bytes) => bytes,
            Message::Ping(payload) => {
                self.outbox.pong(payload);
                return Ok(());
            }
            Message::Pong => return Ok(()),
            Message::Close(code) => return Err(End::Theirs(code)),
        };
        self.app.websockets.received(bytes.len());
        match incoming::parse(&bytes) {
            Err(fault) => self.misunderstood(fault),
            Ok(Incoming::Init(sent)) => self.init(sent).await,
            Ok(Incoming::Start { id, request }) => self.start(&id, request),
            Ok(Incoming::Stop { id }) => {
                if let Some(active) = self.operations.stop(&id) {
                    self.note(&active, Happened::Stopped);
                }
                Ok(())
            }
            Ok(Incoming::Ping(payload)) => {
                self.send(dialect::pong(payload));
                Ok(())
            }
            Ok(Incoming::Pong) => Ok(()),
            Ok(Incoming::Terminate) => Err(Close::Terminated.into()),
        }
    }

    fn misunderstood(&mut self, fault: String) -> Result<(), End> {
        self.events.connection_error(&self.who(), &fault);
        match self.dialect {
            Dialect::TransportWs => Err(Close::BadMessage(fault).into()),
            Dialect::Apollo => {
                self.send(dialect::connection_error(&fault));
                Ok(())
            }
        }
    }

    async fn init(&mut self, sent: Vec<(String, String)>) -> Result<(), End> {
        let (handshake, spelling) = match &mut self.standing {
            Standing::Stranger(headers, spelling) => {
                (std::mem::take(headers), std::mem::take(spelling))
            }
            Standing::Known(_) if self.dialect == Dialect::TransportWs => {
                return Err(Close::TooManyInits.into());
            }
            // The older protocol lets clients prove themselves anew.
            Standing::Known(_) => Default::default(),
            Standing::Refused(reason) => {
                let reason = reason.clone();
                self.send(dialect::connection_error(&reason));
                return Ok(());
            }
        };
        self.deadlines.init = None;
        // Boxed: sockets live long, this does not, and it needs much room.
        let identity = identity::authenticate(&self.app.auth, handshake, spelling, sent);
        let identity = match Box::pin(identity).await {
            Ok(identity) => identity,
            Err(error) => {
                let text = error.message().to_owned();
                self.events.connection_error(&self.who(), &text);
                if self.dialect == Dialect::TransportWs {
                    return Err(Close::Forbidden.into());
                }
                self.send(dialect::connection_error(&text));
                self.standing = Standing::Refused(text);
                self.deadlines.refused = Some(Instant::now() + REFUSED_PATIENCE);
                return Ok(());
            }
        };
        let now = Instant::now();
        self.deadlines.expiry = identity.expiry.map(|expiry| {
            let left = expiry.duration_since(SystemTime::now()).unwrap_or_default();
            now + left.min(FAR)
        });
        self.deadlines.keep_alive = self.keep_alive_after(now);
        self.deadlines.refused = None;
        self.standing = Standing::Known(identity);
        self.send(dialect::acknowledged());
        if self.dialect == Dialect::Apollo && self.deadlines.keep_alive.is_some() {
            // Clients of the older protocol begin to watch for these when they see one.
            self.send(self.dialect.keep_alive());
        }
        Ok(())
    }

    fn start(&mut self, id: &str, request: Result<GraphqlRequest>) -> Result<(), End> {
        self.app.websockets.operation();
        if self.operations.has(id) {
            let text = format!("an operation already exists with this id: {id}");
            return self.refuse(id, &request, text, Close::Duplicate(id.to_owned()));
        }
        let identity = match &self.standing {
            Standing::Known(identity) => identity,
            Standing::Stranger(..) => {
                let text = "start received before the connection is initialised".to_owned();
                return self.refuse(id, &request, text, Close::Unauthorized);
            }
            Standing::Refused(reason) => {
                let text = format!("cannot start as connection_init failed with: {reason}");
                return self.refuse(id, &request, text, Close::Unauthorized);
            }
        };
        let mut line = self.events.operation_line(id, request.as_ref().ok());
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                self.events
                    .operation(&self.who(), &line, Happened::Failed(&error));
                self.fail(id, &error);
                return Ok(());
            }
        };
        let request_id = request_id(&identity.headers);
        line.request_id = Some(Arc::clone(&request_id));
        let context = RequestContext {
            request_id,
            headers: Arc::clone(&identity.headers),
            client: self.client,
            internals: Internals::Hide,
            observe: self.app.logger.writes(Level::Info, LogType::Query),
        };
        self.operations.start(Asked {
            request,
            session: Arc::clone(&identity.session),
            context,
            line,
            opening: self.dialect.data_opening(id),
        });
        Ok(())
    }

    /// A start that the protocol does not allow: the newer one closes the socket.
    fn refuse(
        &mut self,
        id: &str,
        request: &Result<GraphqlRequest>,
        text: String,
        close: Close,
    ) -> Result<(), End> {
        let line = self.events.operation_line(id, request.as_ref().ok());
        self.events
            .operation(&self.who(), &line, Happened::Refused(&text));
        match self.dialect {
            Dialect::TransportWs => Err(close.into()),
            Dialect::Apollo => {
                let error = Error::new(Code::StartFailed, text);
                self.send(dialect::start_refused(self.shape, id, &error));
                self.send(dialect::complete(id));
                Ok(())
            }
        }
    }

    fn fail(&mut self, id: &str, error: &Error) {
        self.send(self.dialect.failure(self.shape, id, error));
        if self.dialect.completes_failures() {
            self.send(dialect::complete(id));
        }
    }

    fn note(&self, active: &Active, happened: Happened<'_>) {
        self.events.operation(&self.who(), &active.line, happened);
    }

    /// Tells the client what an operation said.
    pub(super) fn pass_on(&mut self, said: Said) -> Result<(), End> {
        match said {
            Said::Answered(active, Ok(answer)) => self.answer(active, answer),
            Said::Answered(active, Err(error)) => {
                self.note(&active, Happened::Failed(&error));
                self.fail(&active.line.id, &error);
            }
            Said::Subscribed(id) => {
                if let Some(active) = self.operations.get(&id) {
                    self.note(active, Happened::Started);
                }
            }
            Said::Result(id, result) => {
                let Some(active) = self.operations.get(&id) else {
                    return Ok(());
                };
                let opening = active.opening.clone();
                let payload = result.unwrap_or_else(|error| {
                    self.note(active, Happened::Failed(&error));
                    dialect::failed_poll(&error)
                });
                self.send(dialect::data(opening, vec![payload]));
            }
            Said::Ended(active) => {
                self.note(&active, Happened::Completed);
                self.send(dialect::complete(&active.line.id));
            }
            Said::Lost => return Err(Close::TooSlow.into()),
        }
        Ok(())
    }

    fn answer(&mut self, active: Active, answer: GraphqlAnswer) {
        self.note(&active, Happened::Completed);
        self.send(dialect::data(active.opening, answer.chunks));
        self.send(dialect::complete(&active.line.id));
    }
}
