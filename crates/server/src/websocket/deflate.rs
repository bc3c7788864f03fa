//! permessage-deflate (RFC 7692) without context takeover: every message is compressed on its
//! own, so that idle sockets keep no window.

use bytes::{Bytes, BytesMut};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use std::cell::RefCell;

/// Shorter messages do not gain from it.
const SHORTEST: usize = 256;
/// Longer messages go as they are: compressing them would hold up others.
const LONGEST: usize = 1 << 20;
/// What ends a compressed block and is left out on the wire.
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// Bytes by which output grows.
const STEP: usize = 4 * 1024;

/// What the server says when it agrees.
pub(super) const AGREEMENT: &str =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

thread_local! {
    /// The compressor needs a quarter of a megabyte: one per thread, not per message.
    static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// Whether one of the offers in `Sec-WebSocket-Extensions` can be agreed to as
/// [`AGREEMENT`].
pub(super) fn offered(header: &str) -> bool {
    header.split(',').any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        parts.next() == Some("permessage-deflate")
            && parts.all(|parameter| {
                let (name, value) = match parameter.split_once('=') {
                    Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
                    None => (parameter, None),
                };
                match (name, value) {
                    ("server_no_context_takeover" | "client_no_context_takeover", None) => true,
                    ("client_max_window_bits", _) => true,
                    // Windows of other sizes are not to be had from the compressor.
                    ("server_max_window_bits", Some("15")) => true,
                    _ => false,
                }
            })
    })
}

/// The payload of a compressed message, or `None` if it should go as it is.
pub(super) fn compress(pieces: &[Bytes]) -> Option<Bytes> {
    let length: usize = pieces.iter().map(Bytes::len).sum();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return None;
    }
    COMPRESS.with_borrow_mut(|state| {
        state.reset();
        let mut out = Vec::with_capacity(length / 4 + STEP);
        for piece in pieces {
            feed(state, piece, FlushCompress::None, &mut out)?;
        }
        feed(state, &[], FlushCompress::Sync, &mut out)?;
        let kept = out.strip_suffix(&TAIL)?.len();
        out.truncate(kept);
        (out.len() < length).then(|| out.into())
    })
}

fn feed(
    state: &mut Compress,
    mut input: &[u8],
    flush: FlushCompress,
    out: &mut Vec<u8>,
) -> Option<()> {
    loop {
        out.reserve(STEP);
        let before = state.total_in();
        state.compress_vec(input, out, flush).ok()?;
        let taken = usize::try_from(state.total_in() - before).ok()?;
        input = input.get(taken..)?;
        // Room that is left means that everything has come out.
        if input.is_empty() && out.len() < out.capacity() {
            return Some(());
        }
    }
}

/// Why a message could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no compressed data.
    Broken,
    /// It is longer than the limit.
    TooLong,
}

/// The message behind a compressed payload.
pub(super) fn decompress(payload: &[u8], limit: usize) -> Result<BytesMut, Fault> {
    let mut state = Decompress::new(false);
    let mut out: Vec<u8> = Vec::new();
    for mut input in [payload, &TAIL] {
        loop {
            out.reserve(STEP);
            let before = (state.total_in(), out.len());
            let status = state
                .decompress_vec(input, &mut out, FlushDecompress::Sync)
                .map_err(|_| Fault::Broken)?;
            if out.len() > limit {
                return Err(Fault::TooLong);
            }
            let taken = usize::try_from(state.total_in() - before.0).unwrap_or(usize::MAX);
            input = input.get(taken..).unwrap_or_default();
            if status == Status::StreamEnd {
                return Ok(BytesMut::from(Bytes::from(out)));
            }
            if input.is_empty() && out.len() < out.capacity() {
                break;
            }
            if taken == 0 && out.len() == before.1 {
                return Err(Fault::Broken);
            }
        }
    }
    Ok(BytesMut::from(Bytes::from(out)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_back() {
        let text = "howdah howdah ".repeat(5_000);
        let pieces: Vec<Bytes> = text
            .as_bytes()
            .chunks(777)
            .map(Bytes::copy_from_slice)
            .collect();
        // Twice, since the compressor is used again.
        for _ in 0..2 {
            let packed = compress(&pieces).unwrap();
            assert!(packed.len() < text.len() / 10);
            assert_eq!(decompress(&packed, text.len()).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn what_does_not_shrink_goes_as_it_is() {
        assert_eq!(compress(&[Bytes::from_static(b"{}")]), None);
        let mut noise = Vec::new();
        let mut state = 1u32;
        for _ in 0..1_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            noise.push((state >> 24) as u8);
        }
        assert_eq!(compress(&[noise.into()]), None);
    }

    #[test]
    fn bombs_and_rubbish_are_refused() {
        let zeros = Bytes::from(vec![b'0'; 1 << 20]);
        let packed = compress(&[zeros]).unwrap();
        assert!(packed.len() < 8_000);
        assert_eq!(decompress(&packed, 100_000), Err(Fault::TooLong));
        assert_eq!(decompress(b"\xff\xff\xff\xff", 100), Err(Fault::Broken));
        assert_eq!(decompress(b"", 100).unwrap(), b""[..]);
    }

    #[test]
    fn offers() {
        for yes in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "x-webkit, permessage-deflate; client_no_context_takeover; server_max_window_bits=15",
            "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        ] {
            assert!(offered(yes), "{yes}");
        }
        for no in [
            "",
            "deflate",
            "permessage-deflate; server_max_window_bits=10",
            "permessage-deflate; x",
        ] {
            assert!(!offered(no), "{no}");
        }
    }
}
