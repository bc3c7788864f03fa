//! What waits to be written to a socket: frames in order, shared bytes uncopied.

use super::deflate;
use bytes::{Buf, Bytes, BytesMut};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use tokio::io::AsyncWrite;

/// The bytes before a frame's payload.
const HEADER: usize = 10;
/// Messages up to here are put into one piece of memory.
const SMALL: usize = 4 * 1024;
/// Pieces that go to the system at once.
const SLICES: usize = 32;
/// Room for pieces that an empty outbox may keep.
const KEPT: usize = 8;

const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PONG: u8 = 0xa;
const FINAL: u8 = 0x80;
const COMPRESSED: u8 = 0x40;

/// Frames on their way out.
#[derive(Debug)]
pub(super) struct Outbox<W> {
    io: W,
    pieces: VecDeque<Bytes>,
    bytes: usize,
    deflate: bool,
}

impl<W: AsyncWrite + Unpin> Outbox<W> {
    /// An empty outbox; `deflate` says whether messages may be compressed.
    pub(super) fn new(io: W, deflate: bool) -> Self {
        Outbox {
            io,
            pieces: VecDeque::new(),
            bytes: 0,
            deflate,
        }
    }

    /// Bytes that wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Puts a text message; returns its bytes.
    pub(super) fn text(&mut self, pieces: Vec<Bytes>) -> usize {
        let length = pieces.iter().map(Bytes::len).sum();
        match self.deflate.then(|| deflate::compress(&pieces)).flatten() {
            Some(packed) => self.frame(TEXT | COMPRESSED, vec![packed]),
            None => self.frame(TEXT, pieces),
        }
        length
    }

    /// Answers a ping.
    pub(super) fn pong(&mut self, payload: Bytes) {
        self.frame(PONG, vec![payload]);
    }

    /// Puts a close frame, behind which nothing must be put.
    pub(super) fn close(&mut self, payload: Bytes) {
        self.frame(CLOSE, vec![payload]);
    }

    fn frame(&mut self, kind: u8, payload: Vec<Bytes>) {
        let length: usize = payload.iter().map(Bytes::len).sum();
        let small = length <= SMALL;
        let mut head = BytesMut::with_capacity(HEADER + if small { length } else { 0 });
        head.extend_from_slice(&[FINAL | kind]);
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(short @ 0..=125), _) => head.extend_from_slice(&[short]),
            (_, Ok(middle)) => {
                head.extend_from_slice(&[126]);
                head.extend_from_slice(&middle.to_be_bytes());
            }
            _ => {
                head.extend_from_slice(&[127]);
                head.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        self.bytes += head.len() + length;
        if small {
            for piece in payload {
                head.extend_from_slice(&piece);
            }
            self.pieces.push_back(head.freeze());
        } else {
            self.pieces.push_back(head.freeze());
            self.pieces
                .extend(payload.into_iter().filter(|piece| !piece.is_empty()));
        }
    }

    /// Writes until nothing waits. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The peer is gone or takes nothing any more.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        while !self.pieces.is_empty() {
            let written = {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let mut count = 0;
                for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
                    *slice = IoSlice::new(piece);
                    count += 1;
                }
                let slices = slices.get(..count).unwrap_or_default();
                let io = &mut self.io;
                poll_fn(|context| Pin::new(&mut *io).poll_write_vectored(context, slices)).await?
            };
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.forget(written);
        }
        if self.pieces.capacity() > KEPT {
            self.pieces.shrink_to(KEPT);
        }
        poll_fn(|context| Pin::new(&mut self.io).poll_flush(context)).await
    }

    /// Tells the peer that nothing more comes.
    pub(super) async fn shutdown(&mut self) -> io::Result<()> {
        poll_fn(|context| Pin::new(&mut self.io).poll_shutdown(context)).await
    }

    fn forget(&mut self, mut written: usize) {
        self.bytes = self.bytes.saturating_sub(written);
        while let Some(piece) = self.pieces.front_mut() {
            if piece.len() > written {
                piece.advance(written);
                return;
            }
            written -= piece.len();
            self.pieces.pop_front();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    async fn written(fill: impl FnOnce(&mut Outbox<tokio::io::DuplexStream>)) -> Vec<u8> {
        let (io, mut peer) = tokio::io::duplex(100);
        let mut outbox = Outbox::new(io, false);
        fill(&mut outbox);
        let reading = tokio::spawn(async move {
            let mut bytes = Vec::new();
            peer.read_to_end(&mut bytes).await.unwrap();
            bytes
        });
        outbox.flush().await.unwrap();
        assert_eq!((outbox.bytes(), outbox.is_empty()), (0, true));
        drop(outbox);
        reading.await.unwrap()
    }

    #[tokio::test]
    async fn lengths_have_three_forms() {
        for (length, head) in [
            (0, vec![0x81, 0]),
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 255, 255]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let payload = Bytes::from(vec![b'x'; length]);
            let expected = [&head[..], &payload].concat();
            let bytes = written(|outbox| assert_eq!(outbox.text(vec![payload]), length)).await;
            assert_eq!(bytes, expected);
        }
    }

    #[tokio::test]
    async fn frames_go_out_in_order_whatever_their_pieces() {
        let big = Bytes::from(vec![b'y'; 5_000]);
        let bytes = written(|outbox| {
            outbox.text(vec!["a".into(), Bytes::new(), "b".into()]);
            outbox.text(vec!["<".into(), Bytes::new(), big.clone(), ">".into()]);
            for _ in 0..100 {
                outbox.pong("p".into());
            }
            outbox.close(Bytes::from_static(&[3, 232]));
        })
        .await;
        let mut expected = b"\x81\x02ab\x81\x7e\x13\x8a<".to_vec();
        expected.extend_from_slice(&big);
        expected.push(b'>');
        expected.extend(b"\x8a\x01p".repeat(100));
        expected.extend(b"\x88\x02\x03\xe8");
        assert_eq!(bytes, expected);
    }
}
