//! The body of an answer: bytes in pieces whose length is known, or a stream.

use super::streaming::Streamed;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Pieces that are written one after another, never copied together.
pub(crate) struct Chunks(Source);

enum Source {
    Whole {
        pieces: std::vec::IntoIter<Bytes>,
        remaining: u64,
    },
    Streamed(Box<Streamed>),
    Over,
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").finish_non_exhaustive()
    }
}

impl Chunks {
    pub(crate) fn new(pieces: Vec<Bytes>) -> Self {
        Chunks(Source::Whole {
            remaining: length(&pieces),
            pieces: pieces.into_iter(),
        })
    }

    pub(super) fn streamed(body: Streamed) -> Self {
        Chunks(Source::Streamed(Box::new(body)))
    }
}

/// Bytes of all pieces together.
pub(super) fn length(pieces: &[Bytes]) -> u64 {
    pieces.iter().map(|piece| piece.len() as u64).sum()
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let next = match &mut self.0 {
            Source::Whole { pieces, remaining } => {
                let next = pieces.find(|piece| !piece.is_empty());
                if let Some(piece) = &next {
                    *remaining = remaining.saturating_sub(piece.len() as u64);
                }
                return Poll::Ready(next.map(|piece| Ok(Frame::data(piece))));
            }
            Source::Streamed(body) => ready!(body.poll_next(context)),
            Source::Over => None,
        };
        if !matches!(next, Some(Ok(_))) {
            self.0 = Source::Over;
        }
        Poll::Ready(next.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Source::Whole { remaining, .. } => *remaining == 0,
            Source::Streamed(_) => false,
            Source::Over => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Source::Whole { remaining, .. } => SizeHint::with_exact(*remaining),
            Source::Streamed(_) => SizeHint::default(),
            Source::Over => SizeHint::with_exact(0),
        }
    }
}
