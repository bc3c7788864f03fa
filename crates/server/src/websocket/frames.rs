//! From the bytes of a socket to messages: frames, masks, fragments, limits. It answers
//! nothing itself; whoever reads decides what pings and closes are worth.

use super::deflate;
use bytes::{Buf, Bytes, BytesMut};
use std::io::{self, Cursor};
use tokio::io::{AsyncRead, AsyncReadExt};
use tungstenite::Error as FrameError;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

/// Bytes to make room for while nothing is expected: sockets that say nothing cost no more.
const IDLE_ROOM: usize = 1024;
/// The most to make room for at once, whatever a header promises.
const MOST_ROOM: usize = 64 * 1024;
/// Bytes of a control frame's payload.
const LONGEST_CONTROL: u64 = 125;

/// What a peer sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Message {
    /// A whole message, text (which is UTF-8) or binary.
    Data(Bytes),
    /// To be answered with the same bytes.
    Ping(Bytes),
    /// Nothing to do.
    Pong,
    /// The peer closes, with this code if any.
    Close(Option<u16>),
}

/// Why reading cannot go on.
#[derive(Debug)]
pub(super) enum Fault {
    /// The peer is gone.
    Gone,
    /// The peer breaks the rules: the code to close with, and what is wrong.
    Violation(u16, &'static str),
}

impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Self {
        Fault::Gone
    }
}

const PROTOCOL: u16 = 1002;
const NOT_UTF8: Fault = Fault::Violation(1007, "text that is not UTF-8");
const TOO_LONG: Fault = Fault::Violation(1009, "the message is too long");

fn violation<T>(what: &'static str) -> Result<T, Fault> {
    Err(Fault::Violation(PROTOCOL, what))
}

/// Reads messages.
#[derive(Debug)]
pub(super) struct Reader<R> {
    io: R,
    buffer: BytesMut,
    header: Option<(FrameHeader, usize)>,
    begun: Option<Begun>,
    /// Bytes of a message.
    limit: usize,
    /// Whether messages may be compressed.
    deflate: bool,
}

/// A message whose last fragment has not come yet.
#[derive(Debug)]
struct Begun {
    text: bool,
    compressed: bool,
    payload: BytesMut,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(io: R, limit: usize, deflate: bool) -> Self {
        Reader {
            io,
            buffer: BytesMut::new(),
            header: None,
            begun: None,
            limit,
            deflate,
        }
    }

    /// From now on messages may have so many bytes.
    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// The next message. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Message, Fault> {
        loop {
            if let Some((header, payload)) = self.frame()? {
                if let Some(message) = self.take(header, payload)? {
                    return Ok(message);
                }
                continue;
            }
            let wanted = match &self.header {
                Some((_, length)) => length.saturating_sub(self.buffer.len()).min(MOST_ROOM),
                None => IDLE_ROOM,
            };
            self.buffer.reserve(wanted.max(IDLE_ROOM));
            if self.io.read_buf(&mut self.buffer).await? == 0 {
                return Err(Fault::Gone);
            }
        }
    }

    /// A frame, if it is there as a whole.
    fn frame(&mut self) -> Result<Option<(FrameHeader, BytesMut)>, Fault> {
        if self.header.is_none() {
            let mut cursor = Cursor::new(&self.buffer[..]);
            let parsed = FrameHeader::parse(&mut cursor).map_err(|error| match error {
                FrameError::Protocol(_) => Fault::Violation(PROTOCOL, "an unknown kind of frame"),
                _ => Fault::Gone,
            })?;
            let Some((header, length)) = parsed else {
                return Ok(None);
            };
            let read = usize::try_from(cursor.position()).unwrap_or(usize::MAX);
            self.buffer.advance(read.min(self.buffer.len()));
            let length = self.check(&header, length)?;
            self.header = Some((header, length));
        }
        let Some((header, length)) = self
            .header
            .take_if(|(_, length)| *length <= self.buffer.len())
        else {
            return Ok(None);
        };
        let mut payload = self.buffer.split_to(length);
        if self.buffer.is_empty() {
            // What was made room for must not stay with a socket that falls silent.
            self.buffer = BytesMut::new();
        }
        if let Some(mask) = header.mask {
            for chunk in payload.chunks_mut(mask.len()) {
                for (byte, key) in chunk.iter_mut().zip(mask) {
                    *byte ^= key;
                }
            }
        }
        Ok(Some((header, payload)))
    }

    /// Whether a frame may begin like this; if so, its length.
    fn check(&self, header: &FrameHeader, length: u64) -> Result<usize, Fault> {
        if header.mask.is_none() {
            return violation("a frame without a mask");
        }
        let begins = matches!(header.opcode, OpCode::Data(Data::Text | Data::Binary));
        if header.rsv2 || header.rsv3 || (header.rsv1 && !(self.deflate && begins)) {
            return violation("reserved bits are set");
        }
        if let OpCode::Control(_) = header.opcode {
            if !header.is_final {
                return violation("a control frame in fragments");
            }
            if length > LONGEST_CONTROL {
                return violation("a control frame that is too long");
            }
        }
        let so_far = self.begun.as_ref().map_or(0, |begun| begun.payload.len());
        match usize::try_from(length) {
            Ok(length) if length <= self.limit.saturating_sub(so_far) => Ok(length),
            _ => Err(TOO_LONG),
        }
    }

    /// What a frame means, if it ends a message.
    fn take(&mut self, header: FrameHeader, payload: BytesMut) -> Result<Option<Message>, Fault> {
        let begun = match (header.opcode, self.begun.take()) {
            (OpCode::Control(control), begun) => {
                self.begun = begun;
                return control_message(control, payload.freeze()).map(Some);
            }
            (OpCode::Data(kind @ (Data::Text | Data::Binary)), None) => Begun {
                text: kind == Data::Text,
                compressed: header.rsv1,
                payload,
            },
            (OpCode::Data(Data::Continue), Some(mut begun)) => {
                begun.payload.unsplit(payload);
                begun
            }
            (OpCode::Data(Data::Continue), None) => return violation("a fragment of nothing"),
            (OpCode::Data(_), _) => return violation("a message inside another"),
        };
        if !header.is_final {
            self.begun = Some(begun);
            return Ok(None);
        }
        let payload = if begun.compressed {
            deflate::decompress(&begun.payload, self.limit).map_err(|fault| match fault {
                deflate::Fault::Broken => Fault::Violation(1007, "data that is not compressed"),
                deflate::Fault::TooLong => TOO_LONG,
            })?
        } else {
            begun.payload
        };
        if begun.text && std::str::from_utf8(&payload).is_err() {
            return Err(NOT_UTF8);
        }
        Ok(Some(Message::Data(payload.freeze())))
    }
}

fn control_message(control: Control, payload: Bytes) -> Result<Message, Fault> {
    match control {
        Control::Ping => Ok(Message::Ping(payload)),
        Control::Pong => Ok(Message::Pong),
        Control::Close => match payload.split_first_chunk::<2>() {
            None if payload.is_empty() => Ok(Message::Close(None)),
            None => violation("a close frame with half a code"),
            Some((code, reason)) => {
                let code = u16::from_be_bytes(*code);
                if !CloseCode::from(code).is_allowed() {
                    return violation("a close frame with an invalid code");
                }
                if std::str::from_utf8(reason).is_err() {
                    return Err(NOT_UTF8);
                }
                Ok(Message::Close(Some(code)))
            }
        },
        Control::Reserved(_) => violation("an unknown kind of frame"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut bytes = vec![first];
        match payload.len() {
            short @ 0..=125 => bytes.push(0x80 | u8::try_from(short).unwrap()),
            long => {
                bytes.push(0x80 | 127);
                bytes.extend((long as u64).to_be_bytes());
            }
        }
        bytes.extend(mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m));
        bytes
    }

    async fn read(bytes: Vec<u8>, deflate: bool) -> (Vec<Message>, Fault) {
        // One byte at a time, to meet every place where a frame can be cut.
        let (mut writer, io) = tokio::io::duplex(1);
        let sending = tokio::spawn(async move {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut writer, &bytes).await;
        });
        let mut reader = Reader::new(io, 300_000, deflate);
        let mut messages = Vec::new();
        loop {
            match reader.next().await {
                Ok(message) => messages.push(message),
                Err(fault) => {
                    sending.abort();
                    return (messages, fault);
                }
            }
        }
    }

    fn data(bytes: &[u8]) -> Message {
        Message::Data(Bytes::copy_from_slice(bytes))
    }

    #[tokio::test]
    async fn messages_and_controls_between_their_fragments() {
        let long = vec![b'x'; 70_000];
        let bytes = [
            frame(0x81, "ä".as_bytes()),
            frame(0x01, &[0xc3]),
            frame(0x89, b"hello"),
            frame(0x00, &[0xa4]),
            frame(0x8a, b""),
            frame(0x80, b"!"),
            frame(0x82, &[0xff]),
            frame(0x81, &long),
            frame(0x88, &[3, 232, b'b']),
        ]
        .concat();
        let (messages, fault) = read(bytes, false).await;
        assert_eq!(
            messages,
            [
                data("ä".as_bytes()),
                Message::Ping(Bytes::from_static(b"hello")),
                Message::Pong,
                data("ä!".as_bytes()),
                data(&[0xff]),
                data(&long),
                Message::Close(Some(1000)),
            ]
        );
        assert!(matches!(fault, Fault::Gone));
    }

    #[tokio::test]
    async fn compressed_messages_are_unpacked_where_that_was_agreed() {
        let text = "howdah ".repeat(100);
        let packed = deflate::compress(&[Bytes::from(text.clone())]).unwrap();
        let (messages, _) = read(frame(0xc1, &packed), true).await;
        assert_eq!(messages, [data(text.as_bytes())]);
        let (first, rest) = packed.split_at(5);
        let fragments = [frame(0x41, first), frame(0x80, rest)].concat();
        let (messages, _) = read(fragments, true).await;
        assert_eq!(messages, [data(text.as_bytes())]);
        let (_, fault) = read(frame(0xc1, &packed), false).await;
        assert!(matches!(fault, Fault::Violation(1002, _)));
    }

    #[tokio::test]
    async fn violations_have_their_codes() {
        let mut promised = frame(0x82, &[]);
        promised[1] = 0x80 | 127;
        promised.splice(2..2, u64::MAX.to_be_bytes());
        let endless = [frame(0x01, &[b'x'; 200_000]), frame(0x00, &[b'x'; 200_000])].concat();
        for (bytes, code) in [
            (vec![0x81, 0x01, b'x'], 1002),
            (frame(0x83, b""), 1002),
            (frame(0xc1, b""), 1002),
            (frame(0xa1, b""), 1002),
            (frame(0x09, b""), 1002),
            (frame(0x89, &[0; 126]), 1002),
            (frame(0x80, b""), 1002),
            ([frame(0x01, b""), frame(0x81, b"")].concat(), 1002),
            (frame(0x88, &[3]), 1002),
            (frame(0x88, &[3, 236]), 1002),
            (frame(0x88, &[3, 232, 0xff]), 1007),
            (frame(0x81, &[0xff]), 1007),
            (promised, 1009),
            (endless, 1009),
        ] {
            let shown = bytes.get(..4).unwrap_or(&bytes).to_vec();
            match read(bytes, false).await.1 {
                Fault::Violation(found, _) => assert_eq!(found, code, "{shown:?}"),
                Fault::Gone => panic!("{shown:?} was let through"),
            }
        }
    }
}
