//! From the bytes of a request to JSON, within bounds. What the content type says does not
//! matter: clients have always sent JSON under all kinds of names.

use bytes::{Bytes, BytesMut};
use howdah_error::{Code, Error, Result};
use http_body::Body;
use http_body_util::BodyExt;
use serde_json::Value;
use std::borrow::Cow;
use std::time::Duration;

/// A refused request is still read this far, so that the client gets to see the answer.
const COURTESY: usize = 256 * 1024;

/// Bounds of a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) max_bytes: usize,
    pub(super) stall_timeout: Option<Duration>,
}

/// Reads a whole body.
pub(super) async fn read<B>(mut body: B, bounds: Bounds) -> Result<Bytes>
where
    B: Body<Data = Bytes> + Unpin,
{
    if body.size_hint().lower() > bounds.max_bytes as u64 {
        return Err(too_long(bounds.max_bytes));
    }
    let mut first: Option<Bytes> = None;
    let mut joined = BytesMut::new();
    while let Some(piece) = next(&mut body, bounds.stall_timeout).await? {
        let so_far = first.as_ref().map_or(joined.len(), Bytes::len);
        if so_far + piece.len() > bounds.max_bytes {
            return Err(too_long(bounds.max_bytes));
        }
        // Most bodies come in one piece, which then needs no copy.
        match (first.take(), joined.is_empty()) {
            (None, true) => first = Some(piece),
            (None, false) => joined.extend_from_slice(&piece),
            (Some(head), _) => {
                joined.extend_from_slice(&head);
                joined.extend_from_slice(&piece);
            }
        }
    }
    Ok(first.unwrap_or_else(|| joined.freeze()))
}

/// Reads and forgets, up to a courteous amount.
pub(super) async fn discard<B>(mut body: B, stall_timeout: Option<Duration>)
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut seen = 0;
    while seen < COURTESY {
        match next(&mut body, stall_timeout).await {
            Ok(Some(piece)) => seen += piece.len(),
            Ok(None) | Err(_) => return,
        }
    }
}

async fn next<B>(body: &mut B, stall_timeout: Option<Duration>) -> Result<Option<Bytes>>
where
    B: Body<Data = Bytes> + Unpin,
{
    loop {
        let frame = match stall_timeout {
            Some(limit) => tokio::time::timeout(limit, body.frame())
                .await
                .map_err(|_| {
                    Error::new(Code::Timeout, "the request body did not arrive in time")
                        .with_status(408)
                })?,
            None => body.frame().await,
        };
        match frame {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(_)) => {
                return Err(Error::new(
                    Code::BadRequest,
                    "the request body ended too early",
                ));
            }
        }
    }
}

fn too_long(limit: usize) -> Error {
    let text = format!("the request body is longer than the limit of {limit} bytes");
    Error::new(Code::BadRequest, text).with_status(413)
}

/// Reads JSON. Raw control characters inside strings count as spaces.
pub(crate) fn json(body: &[u8]) -> Result<Value> {
    let invalid = |text: String| Error::new(Code::InvalidJson, text);
    let text = std::str::from_utf8(body).map_err(|e| {
        invalid(format!(
            "the request body is not valid UTF-8 (at byte {})",
            e.valid_up_to()
        ))
    })?;
    serde_json::from_str(&without_control_characters(text)).map_err(|e| {
        let reason = e.to_string();
        if reason.starts_with("recursion limit exceeded") {
            invalid("the request body is nested too deeply".into())
        } else {
            invalid(format!("the request body is not valid JSON: {reason}"))
        }
    })
}

fn without_control_characters(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|b| b < 0x20) {
        return Cow::Borrowed(text);
    }
    let mut inside = false;
    let mut escaped = false;
    let cleaned = text.chars().map(|c| {
        if !inside {
            inside = c == '"';
            return c;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => inside = false,
            _ => {}
        }
        if c < ' ' { ' ' } else { c }
    });
    Cow::Owned(cleaned.collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};
    use serde_json::json as value;
    use std::convert::Infallible;

    const BOUNDS: Bounds = Bounds {
        max_bytes: 10,
        stall_timeout: Some(Duration::from_millis(50)),
    };

    #[test]
    fn raw_control_characters_in_strings_are_spaces() {
        assert_eq!(
            json(b"{\n\t\"a\": \"x\ny\t\\\"z\r\"\n}").unwrap(),
            value!({"a": "x y \"z "})
        );
        assert_eq!(json(b"[\"\\\\\", \"\n\"]").unwrap(), value!(["\\", " "]));
        assert!(json(b"\x01{}").is_err());
    }

    #[test]
    fn faults_are_named() {
        for (body, part) in [
            (&b"{"[..], "not valid JSON"),
            (b"", "not valid JSON"),
            (b"{} x", "not valid JSON"),
            (b"\"\xff\"", "not valid UTF-8 (at byte 1)"),
        ] {
            let error = json(body).unwrap_err();
            assert!(error.message().contains(part), "{}", error.message());
            assert_eq!(
                (error.code().as_str(), error.status()),
                ("invalid-json", 400)
            );
        }
        let deep = "[".repeat(100_000);
        assert!(
            json(deep.as_bytes())
                .unwrap_err()
                .message()
                .contains("nested too deeply")
        );
    }

    #[test]
    fn numbers_keep_their_digits() {
        let text = "12345678901234567890.1234567890123456789";
        assert_eq!(json(text.as_bytes()).unwrap().to_string(), text);
    }

    #[tokio::test]
    async fn bodies_are_bounded() {
        let long = Full::new(Bytes::from_static(b"12345678901"));
        assert_eq!(read(long, BOUNDS).await.unwrap_err().status(), 413);
        let exact = Full::new(Bytes::from_static(b"1234567890"));
        assert_eq!(read(exact, BOUNDS).await.unwrap().len(), 10);
    }

    #[tokio::test]
    async fn pieces_are_joined_and_counted() {
        let pieces = |n: usize| {
            let frame = |_| Ok(Frame::data(Bytes::from_static(b"abc")));
            let frames: Vec<Result<Frame<Bytes>, Infallible>> = (0..n).map(frame).collect();
            StreamBody::new(futures_util::stream::iter(frames))
        };
        assert_eq!(read(pieces(3), BOUNDS).await.unwrap(), "abcabcabc");
        assert_eq!(read(pieces(4), BOUNDS).await.unwrap_err().status(), 413);
    }

    #[tokio::test]
    async fn a_body_that_stalls_times_out() {
        let never = futures_util::stream::pending::<Result<Frame<Bytes>, Infallible>>();
        let never = StreamBody::new(never);
        assert_eq!(read(never, BOUNDS).await.unwrap_err().status(), 408);
    }
}
