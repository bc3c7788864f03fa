//! One socket, from its first byte to its close: what is read, what is written and what time it
//! is. What messages mean is the business of [`super::conversation`].

use super::closing::Close;
use super::conversation::{Conversation, Opened};
use super::frames::{Fault, Message, Reader};
use super::outbox::Outbox;
use crate::alarms::Watch;
use crate::http::App;
use crate::service::Service;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until, timeout};

/// Bytes of a message from somebody who has not proved who they are.
const STRANGERS_MESSAGE: usize = 4 << 20;
/// How long a peer may take for the last messages, and to close after we did.
const FLUSH_PATIENCE: Duration = Duration::from_secs(10);
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// How a socket ends.
pub(super) enum End {
    /// The peer is gone.
    Gone,
    /// The peer closes.
    Theirs(Option<u16>),
    /// We close.
    Ours(Close),
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        End::Ours(close)
    }
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Gone => End::Gone,
            Fault::Violation(code, what) => End::Ours(Close::Violation(code, what)),
        }
    }
}

/// Serves a socket until it is closed.
pub(super) async fn run<S, I>(app: Arc<App<S>>, opened: Opened, mut alarms: Watch, io: I)
where
    S: Service,
    I: AsyncRead + AsyncWrite + Send + 'static,
{
    let _open = app.websockets.open();
    let (incoming, outgoing) = tokio::io::split(io);
    let mut reader = Reader::new(incoming, STRANGERS_MESSAGE, opened.deflate);
    let mut talk = Conversation::new(app, opened, outgoing);
    let end = converse(&mut talk, &mut reader, &mut alarms).await;
    let mut outbox = talk.end();
    finish(end, &mut outbox, &mut reader).await;
}

async fn converse<S: Service, I: AsyncRead + AsyncWrite>(
    talk: &mut Conversation<S, WriteHalf<I>>,
    reader: &mut Reader<ReadHalf<I>>,
    alarms: &mut Watch,
) -> End {
    let timer = sleep_until(Instant::now());
    tokio::pin!(timer);
    loop {
        if let Some(close) = talk.leaves() {
            return End::Ours(close);
        }
        if let Some(next) = talk.next_deadline()
            && next != timer.deadline()
        {
            timer.as_mut().reset(next);
        }
        let room = talk.has_room();
        let step = tokio::select! {
            alarm = alarms.next() => {
                talk.alarmed(alarm);
                Ok(())
            }
            () = &mut timer, if talk.next_deadline().is_some() => talk.tick(Instant::now()),
            written = talk.outbox.flush(), if !talk.outbox.is_empty() => {
                written.map_err(|_| End::Gone)
            }
            said = talk.operations.next(room) => talk.pass_on(said),
            message = reader.next(), if talk.listens() => match message {
                Ok(message) => talk.hear(message).await,
                Err(fault) => Err(fault.into()),
            },
        };
        if let Err(end) = step {
            return end;
        }
        if let Some(limit) = talk.message_limit() {
            reader.set_limit(limit);
        }
    }
}

/// The last words, and the closing handshake.
async fn finish<I: AsyncRead + AsyncWrite>(
    end: End,
    outbox: &mut Outbox<WriteHalf<I>>,
    reader: &mut Reader<ReadHalf<I>>,
) {
    match end {
        End::Gone => return,
        End::Theirs(code) => {
            let code = code.map(u16::to_be_bytes);
            outbox.close(code.map_or_else(Default::default, |code| code.to_vec().into()));
            let _ = timeout(FLUSH_PATIENCE, outbox.flush()).await;
        }
        End::Ours(close) => {
            outbox.close(close.payload());
            if let Ok(Ok(())) = timeout(FLUSH_PATIENCE, outbox.flush()).await {
                let closed = async {
                    while !matches!(reader.next().await, Ok(Message::Close(_)) | Err(_)) {}
                };
                let _ = timeout(CLOSE_PATIENCE, closed).await;
            }
        }
    }
    let _ = timeout(CLOSE_PATIENCE, outbox.shutdown()).await;
}
