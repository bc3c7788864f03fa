//! Why and how a socket is closed: codes, and the reasons as clients know them.

use bytes::Bytes;
use serde_json::json;
use std::borrow::Cow;

/// Control frames carry no more than this, the code included.
const LONGEST_REASON: usize = 123;

/// The end of a socket, as our side says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Close {
    /// The client said goodbye (`connection_terminate`).
    Terminated,
    /// The server stops.
    GoingAway,
    /// The bytes break the rules of the wire.
    Violation(u16, &'static str),
    /// The metadata changed: clients should come back.
    MetadataChanged,
    /// The client does not read fast enough to get every result of a stream.
    TooSlow,
    /// A message that is none.
    BadMessage(String),
    /// `connection_init` failed, in the older sub-protocol.
    InitFailed(String),
    /// An operation before `connection_init`.
    Unauthorized,
    /// `connection_init` failed, or what it proved has expired.
    Forbidden,
    /// No `connection_init` in time.
    InitTimeout,
    /// An id that is in use.
    Duplicate(String),
    /// A second `connection_init`.
    TooManyInits,
}

impl Close {
    /// The code of the close frame.
    pub(super) fn code(&self) -> u16 {
        match self {
            Close::Terminated => 1000,
            Close::GoingAway => 1001,
            Close::Violation(code, _) => *code,
            Close::MetadataChanged => 1012,
            Close::TooSlow => 1013,
            Close::BadMessage(_) | Close::InitFailed(_) => 4400,
            Close::Unauthorized => 4401,
            Close::Forbidden => 4403,
            Close::InitTimeout => 4408,
            Close::Duplicate(_) => 4409,
            Close::TooManyInits => 4429,
        }
    }

    /// The payload of the close frame: the code and a reason that fits.
    pub(super) fn payload(&self) -> Bytes {
        let mut payload = self.code().to_be_bytes().to_vec();
        payload.extend_from_slice(self.reason().as_bytes());
        payload.into()
    }

    fn reason(&self) -> Cow<'static, str> {
        let text = match self {
            Close::Terminated => return "GQL_CONNECTION_TERMINATE received".into(),
            Close::GoingAway => return "The server is shutting down".into(),
            Close::Violation(_, text) => return (*text).into(),
            Close::MetadataChanged => {
                return "Closing all websocket connections as the metadata has changed".into();
            }
            Close::TooSlow => return "The client reads too slowly".into(),
            Close::BadMessage(text) => format!("Parsing client message failed: {text}"),
            Close::InitFailed(text) => format!("Connection initialization failed: {text}"),
            Close::Unauthorized => "Unauthorized".into(),
            Close::Forbidden => "Forbidden".into(),
            Close::InitTimeout => "Connection initialisation timeout".into(),
            Close::Duplicate(id) => format!("Subscriber for {id} already exists"),
            Close::TooManyInits => "Too many initialisation requests".into(),
        };
        wrapped(self.code(), &text).into()
    }
}

/// `{"server_error_msg":"4400: …"}`, its text cut so that the whole fits.
fn wrapped(code: u16, text: &str) -> String {
    let mut end = text.len().min(LONGEST_REASON);
    loop {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let part = text.get(..end).unwrap_or_default();
        let whole = json!({"server_error_msg": format!("{code}: {part}")}).to_string();
        if whole.len() <= LONGEST_REASON || end == 0 {
            return whole;
        }
        end -= 1;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn reasons_always_fit_and_stay_json() {
        for text in ["ä".repeat(200), "\"\n".repeat(100), "x".repeat(90)] {
            let payload = Close::BadMessage(text).payload();
            assert!(payload.len() <= 125);
            assert_eq!(payload[..2], 4400u16.to_be_bytes());
            let reason: Value = serde_json::from_slice(&payload[2..]).unwrap();
            let message = reason["server_error_msg"].as_str().unwrap();
            assert!(message.starts_with("4400: Parsing client message failed: "));
        }
    }

    #[test]
    fn short_reasons_are_whole() {
        let payload = Close::Duplicate("7".into()).payload();
        assert_eq!(
            &payload[2..],
            br#"{"server_error_msg":"4409: Subscriber for 7 already exists"}"#
        );
    }
}
