//! A body whose length is not known yet: a beginning and a rest that is still being made,
//! compressed on the way where that is wanted. Only as much is held as the client has not taken.
//!
//! Once the beginning is sent there is no way to say that something failed: the connection is
//! cut, so that no client takes half an answer for a whole one. The log line is written at the
//! end, whatever it is.

use super::record::{Record, Sent};
use crate::config::Config;
use crate::logs::Logger;
use crate::service::AnswerRest;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use http::StatusCode;
use std::io::{self, Write};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Compressed bytes that are worth sending.
const PIECE: usize = 16 * 1024;

/// What is left to do when the body ends.
pub(super) struct Line {
    pub(super) record: Record,
    pub(super) status: StatusCode,
    pub(super) logger: Logger,
    pub(super) config: Arc<Config>,
}

/// The body.
pub(super) struct Streamed {
    pieces: std::vec::IntoIter<Bytes>,
    rest: Option<AnswerRest>,
    encoder: Option<GzEncoder<Vec<u8>>>,
    gzip: bool,
    plain_bytes: u64,
    sent_bytes: u64,
    line: Option<Line>,
}

impl Streamed {
    pub(super) fn new(pieces: Vec<Bytes>, rest: AnswerRest, gzip: bool, line: Line) -> Self {
        Streamed {
            pieces: pieces.into_iter(),
            rest: Some(rest),
            encoder: gzip.then(|| GzEncoder::new(Vec::new(), Compression::fast())),
            gzip,
            plain_bytes: 0,
            sent_bytes: 0,
            line: Some(line),
        }
    }

    /// The next bytes to send, the error after which nothing may be sent, or the end.
    pub(super) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        let next = ready!(self.poll_bytes(context));
        match &next {
            Some(Ok(bytes)) => self.sent_bytes += bytes.len() as u64,
            Some(Err(_)) | None => self.end(),
        }
        Poll::Ready(next)
    }

    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        loop {
            let plain = ready!(self.poll_plain(context));
            let Some(encoder) = &mut self.encoder else {
                return Poll::Ready(plain);
            };
            match plain {
                Some(Ok(bytes)) => {
                    if let Err(error) = encoder.write_all(&bytes) {
                        return Poll::Ready(Some(Err(error)));
                    }
                    if encoder.get_ref().len() >= PIECE {
                        let full = std::mem::take(encoder.get_mut());
                        return Poll::Ready(Some(Ok(full.into())));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    let last = self.encoder.take().map(GzEncoder::finish);
                    return Poll::Ready(last.map(|last| last.map(Bytes::from)));
                }
            }
        }
    }

    /// The next bytes before compression, none of them empty.
    fn poll_plain(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        loop {
            let piece = match (self.pieces.next(), &mut self.rest) {
                (Some(piece), _) => piece,
                (None, None) => return Poll::Ready(None),
                (None, Some(rest)) => match ready!(rest.poll_next_unpin(context)) {
                    Some(Ok(piece)) => piece,
                    Some(Err(error)) => {
                        self.rest = None;
                        if let Some(line) = &mut self.line {
                            line.record.error = Some(error);
                        }
                        let cut = io::Error::other("the answer failed half-way");
                        return Poll::Ready(Some(Err(cut)));
                    }
                    None => {
                        self.rest = None;
                        return Poll::Ready(None);
                    }
                },
            };
            self.plain_bytes += piece.len() as u64;
            if !piece.is_empty() {
                return Poll::Ready(Some(Ok(piece)));
            }
        }
    }

    /// Lets go of everything and writes the log line.
    fn end(&mut self) {
        self.rest = None;
        let Some(line) = self.line.take() else {
            return;
        };
        let sent = Sent {
            status: line.status,
            plain_bytes: self.plain_bytes,
            sent_bytes: self.sent_bytes,
            gzip: self.gzip,
        };
        line.record.write(sent, &line.logger, &line.config.logs);
    }
}

impl Drop for Streamed {
    /// The client may have gone away.
    fn drop(&mut self) {
        self.end();
    }
}
