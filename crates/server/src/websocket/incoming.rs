//! What clients say. The messages of both sub-protocols are understood in either: the old
//! engine never told them apart, and clients came to rely on it.

use crate::http::{graphql_body, json};
use crate::service::GraphqlRequest;
use howdah_error::{Code, Error, Result, Within};
use serde_json::{Map, Value};

/// A message of a client.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// `connection_init`, with the headers of its payload.
    Init(Vec<(String, String)>),
    /// `start` or `subscribe`.
    Start {
        id: String,
        /// The operation, or why it is refused though the message is sound.
        request: Result<GraphqlRequest>,
    },
    /// `stop` or `complete`.
    Stop { id: String },
    /// `ping`, with its payload.
    Ping(Option<Value>),
    /// `pong`.
    Pong,
    /// `connection_terminate`.
    Terminate,
}

/// Reads a message.
///
/// # Errors
/// What is wrong, as clients are told.
pub(super) fn parse(bytes: &[u8]) -> Result<Incoming, String> {
    message(bytes).map_err(|error| {
        format!(
            "parsing ClientMessage failed: Error in {}: {}",
            error.path(),
            error.message()
        )
    })
}

fn message(bytes: &[u8]) -> Result<Incoming> {
    let mut message = match json(bytes)? {
        Value::Object(map) => map,
        other => {
            return Err(Error::parse_failed(format!(
                "parsing ClientMessage failed, expected Object, but encountered {}",
                graphql_body::kind(&other)
            )));
        }
    };
    let kind = text(&mut message, "type")?;
    match kind.as_str() {
        "connection_init" => headers(message.remove("payload"))
            .within("payload")
            .map(Incoming::Init),
        "start" | "subscribe" => {
            let id = text(&mut message, "id")?;
            let payload = message.remove("payload").ok_or_else(|| absent("payload"))?;
            let request = match graphql_body::request(payload) {
                // The client is to say more, which is no fault of the message.
                Err(error) if *error.code() == Code::NotSupported => Err(error),
                other => Ok(other.within("payload")?),
            };
            Ok(Incoming::Start { id, request })
        }
        "stop" | "complete" => text(&mut message, "id").map(|id| Incoming::Stop { id }),
        "ping" => Ok(Incoming::Ping(
            message.remove("payload").filter(|value| !value.is_null()),
        )),
        "pong" => Ok(Incoming::Pong),
        "connection_terminate" => Ok(Incoming::Terminate),
        other => Err(Error::parse_failed(format!(
            "unexpected type for ClientMessage: {other}"
        ))),
    }
}

fn absent(key: &str) -> Error {
    Error::parse_failed(format!("key {key:?} not found"))
}

fn text(message: &mut Map<String, Value>, key: &'static str) -> Result<String> {
    match message.remove(key) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(wrong("Text", "String", &other).within(key)),
        None => Err(absent(key)),
    }
}

fn wrong(what: &str, expected: &str, found: &Value) -> Error {
    Error::parse_failed(format!(
        "parsing {what} failed, expected {expected}, but encountered {}",
        graphql_body::kind(found)
    ))
}

/// The headers in the payload of `connection_init`.
fn headers(payload: Option<Value>) -> Result<Vec<(String, String)>> {
    let mut payload = match payload {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(map)) => map,
        Some(other) => return Err(wrong("ConnParams", "Object", &other)),
    };
    let headers = match payload.remove("headers") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(map)) => map,
        Some(other) => return Err(wrong("HashMap", "Object", &other).within("headers")),
    };
    headers
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            other => Err(wrong("Text", "String", &other)
                .within(name)
                .within("headers")),
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(message: Value) -> Result<Incoming, String> {
        parse(message.to_string().as_bytes())
    }

    #[test]
    fn all_messages_are_understood() {
        assert_eq!(
            read(json!({"type": "connection_init", "payload": {"headers": {"A": "1"}, "x": 1}})),
            Ok(Incoming::Init(vec![("A".into(), "1".into())]))
        );
        for payload in [json!(null), json!({}), json!({"headers": null})] {
            let message = json!({"type": "connection_init", "payload": payload});
            assert_eq!(read(message), Ok(Incoming::Init(vec![])));
        }
        assert_eq!(
            read(json!({"type": "connection_init"})),
            Ok(Incoming::Init(vec![]))
        );
        for kind in ["start", "subscribe"] {
            let message = json!({"type": kind, "id": "1", "payload": {"query": "{a}"}});
            let Ok(Incoming::Start { id, request }) = read(message) else {
                panic!("{kind} starts an operation")
            };
            assert_eq!((id.as_str(), request.unwrap().query.as_str()), ("1", "{a}"));
        }
        for kind in ["stop", "complete"] {
            assert_eq!(
                read(json!({"type": kind, "id": "1"})),
                Ok(Incoming::Stop { id: "1".into() })
            );
        }
        assert_eq!(
            read(json!({"type": "ping", "payload": {"a": 1}})),
            Ok(Incoming::Ping(Some(json!({"a": 1}))))
        );
        assert_eq!(read(json!({"type": "ping"})), Ok(Incoming::Ping(None)));
        assert_eq!(
            read(json!({"type": "pong", "payload": 1})),
            Ok(Incoming::Pong)
        );
        assert_eq!(
            read(json!({"type": "connection_terminate"})),
            Ok(Incoming::Terminate)
        );
    }

    #[test]
    fn faults_carry_their_place() {
        for (message, place, text) in [
            (json!([]), "$", "expected Object, but encountered Array"),
            (json!({}), "$", "key \"type\" not found"),
            (json!({"type": 1}), "$.type", "encountered Number"),
            (
                json!({"type": "x"}),
                "$",
                "unexpected type for ClientMessage: x",
            ),
            (json!({"type": "stop"}), "$", "key \"id\" not found"),
            (
                json!({"type": "stop", "id": 1}),
                "$.id",
                "encountered Number",
            ),
            (
                json!({"type": "start", "id": "1"}),
                "$",
                "key \"payload\" not found",
            ),
            (
                json!({"type": "start", "id": "1", "payload": {"query": 1}}),
                "$.payload.query",
                "encountered Number",
            ),
            (
                json!({"type": "start", "id": "1", "payload": []}),
                "$.payload",
                "encountered Array",
            ),
            (
                json!({"type": "connection_init", "payload": {"headers": {"a": 1}}}),
                "$.payload.headers.a",
                "encountered Number",
            ),
        ] {
            let fault = read(message).unwrap_err();
            let start = format!("parsing ClientMessage failed: Error in {place}: ");
            assert!(fault.starts_with(&start), "{fault}");
            assert!(fault.contains(text), "{fault}");
        }
        assert!(parse(b"\xff").is_err() && parse(b"").is_err() && parse(b"{").is_err());
    }

    #[test]
    fn a_hash_without_its_query_is_an_answer_not_a_fault() {
        let payload = json!({"extensions": {"persistedQuery": {"sha256Hash": "0"}}});
        let message = json!({"type": "start", "id": "1", "payload": payload});
        let Ok(Incoming::Start { request, .. }) = read(message) else {
            panic!("the message is sound")
        };
        assert_eq!(request.unwrap_err().message(), "PersistedQueryNotSupported");
    }
}
