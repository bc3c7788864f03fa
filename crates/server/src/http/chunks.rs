//! The body of an answer: bytes in pieces whose length is known.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Pieces that are written one after another, never copied together.
#[derive(Debug)]
pub(crate) struct Chunks {
    pieces: std::vec::IntoIter<Bytes>,
    remaining: u64,
}

impl Chunks {
    pub(crate) fn new(pieces: Vec<Bytes>) -> Self {
        Chunks {
            remaining: length(&pieces),
            pieces: pieces.into_iter(),
        }
    }
}

/// Bytes of all pieces together.
pub(super) fn length(pieces: &[Bytes]) -> u64 {
    pieces.iter().map(|piece| piece.len() as u64).sum()
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.pieces.find(|piece| !piece.is_empty());
        if let Some(piece) = &next {
            self.remaining = self.remaining.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(next.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
