//! How the server's messages are written, in either sub-protocol and at either path.

use bytes::Bytes;
use howdah_error::envelope::{self, Internals};
use howdah_error::{Code, Error};
use serde_json::{Value, json};

/// The sub-protocol of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `graphql-transport-ws`.
    TransportWs,
    /// `graphql-ws`, as the library subscriptions-transport-ws spoke it.
    Apollo,
}

/// How errors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `/v1/graphql`: `{"message":…, "extensions":…}`.
    Graphql,
    /// `/v1alpha1/graphql`: `{"error":…, "path":…, "code":…}`.
    Flat,
}

impl Shape {
    /// One error. Internals are never shown on a socket.
    pub(super) fn error(self, error: &Error) -> Value {
        match self {
            Shape::Graphql => envelope::graphql(error, Internals::Hide),
            Shape::Flat => envelope::flat(error, Internals::Hide),
        }
    }
}

/// A message to a client, in pieces.
pub(super) type Pieces = Vec<Bytes>;

impl Dialect {
    /// Its name in `Sec-WebSocket-Protocol`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Dialect::TransportWs => "graphql-transport-ws",
            Dialect::Apollo => "graphql-ws",
        }
    }

    /// The first that the client names and we speak; if it names none, the older one.
    pub(super) fn chosen<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        names.into_iter().find_map(|name| {
            [Dialect::TransportWs, Dialect::Apollo]
                .into_iter()
                .find(|dialect| dialect.name() == name)
        })
    }

    pub(super) fn keep_alive(self) -> Pieces {
        let text: &'static str = match self {
            Dialect::TransportWs => r#"{"type":"ping","payload":{"message":"keepalive"}}"#,
            Dialect::Apollo => r#"{"type":"ka"}"#,
        };
        vec![Bytes::from_static(text.as_bytes())]
    }

    /// What stands before the payload of a result.
    pub(super) fn data_opening(self, id: &str) -> Bytes {
        let kind = match self {
            Dialect::TransportWs => "next",
            Dialect::Apollo => "data",
        };
        format!(r#"{{"type":"{kind}","id":{},"payload":"#, quoted(id)).into()
    }

    /// The failure of a query or mutation, or of the start of a subscription.
    pub(super) fn failure(self, shape: Shape, id: &str, error: &Error) -> Pieces {
        let written = shape.error(error);
        let ran = has_run(error.code());
        match (self, shape) {
            (Dialect::Apollo, _) if ran => {
                data(self.data_opening(id), vec![failed_result(&[written])])
            }
            (Dialect::TransportWs, _) if ran => error_message(id, &json!([written])),
            (_, Shape::Flat) => error_message(id, &written),
            (Dialect::Apollo, Shape::Graphql) => error_message(id, &json!({"errors": [written]})),
            (Dialect::TransportWs, Shape::Graphql) => error_message(id, &json!([written])),
        }
    }

    /// Whether `complete` follows a failure.
    pub(super) fn completes_failures(self) -> bool {
        self == Dialect::Apollo
    }
}

pub(super) fn acknowledged() -> Pieces {
    vec![Bytes::from_static(br#"{"type":"connection_ack"}"#)]
}

pub(super) fn pong(payload: Option<Value>) -> Pieces {
    let mut message = json!({"type": "pong"});
    if let (Some(payload), Some(map)) = (payload, message.as_object_mut()) {
        map.insert("payload".into(), payload);
    }
    vec![message.to_string().into()]
}

/// `connection_error` of the older protocol.
pub(super) fn connection_error(text: &str) -> Pieces {
    vec![
        json!({"type": "connection_error", "payload": text})
            .to_string()
            .into(),
    ]
}

/// A refused start in the older protocol, which has the error bare; the newer one closes.
pub(super) fn start_refused(shape: Shape, id: &str, error: &Error) -> Pieces {
    error_message(id, &shape.error(error))
}

pub(super) fn complete(id: &str) -> Pieces {
    vec![json!({"type": "complete", "id": id}).to_string().into()]
}

/// A result: the opening that fits it, then its payload.
pub(super) fn data(opening: Bytes, payload: Vec<Bytes>) -> Pieces {
    let mut pieces = Vec::with_capacity(payload.len() + 2);
    pieces.push(opening);
    pieces.extend(payload);
    pieces.push(Bytes::from_static(b"}"));
    pieces
}

/// The payload of a result that could not be had while a subscription runs.
pub(super) fn failed_poll(error: &Error) -> Bytes {
    failed_result(&[Shape::Graphql.error(error)])
}

fn failed_result(errors: &[Value]) -> Bytes {
    json!({"data": null, "errors": errors}).to_string().into()
}

fn error_message(id: &str, payload: &Value) -> Pieces {
    vec![
        json!({"type": "error", "id": id, "payload": payload})
            .to_string()
            .into(),
    ]
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Whether an error with this code comes up while an operation runs, rather than while it is
/// read: the older protocol tells the two apart.
fn has_run(code: &Code) -> bool {
    !matches!(
        code,
        Code::AccessDenied
            | Code::BadRequest
            | Code::Busy
            | Code::InvalidHeaders
            | Code::InvalidJson
            | Code::InvalidJwt
            | Code::InvalidParams
            | Code::NotExists
            | Code::NotFound
            | Code::NotSupported
            | Code::ParseFailed
            | Code::PermissionDenied
            | Code::StartFailed
            | Code::ValidationFailed
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn written(pieces: &Pieces) -> Value {
        serde_json::from_slice(&pieces.concat()).unwrap()
    }

    #[test]
    fn the_client_chooses() {
        let both = ["x", "graphql-ws", "graphql-transport-ws"];
        assert_eq!(Dialect::chosen(both), Some(Dialect::Apollo));
        assert_eq!(
            Dialect::chosen(["graphql-transport-ws"]),
            Some(Dialect::TransportWs)
        );
        assert_eq!(Dialect::chosen(["graphql"]), None);
    }

    #[test]
    fn ids_are_written_as_json() {
        let opening = Dialect::Apollo.data_opening("\"\n");
        let pieces = data(opening, vec!["{\"data\":".into(), "1}".into()]);
        assert_eq!(
            written(&pieces),
            json!({"type": "data", "id": "\"\n", "payload": {"data": 1}})
        );
    }

    #[test]
    fn each_place_has_its_envelope() {
        let early = Error::validation("m").with_internal(json!("secret"));
        let late = Error::new(Code::ConstraintViolation, "m");
        let graphql = |code| json!({"message": "m", "extensions": {"path": "$", "code": code}});
        let flat = |code| json!({"error": "m", "path": "$", "code": code});
        let (invalid, violation) = ("validation-failed", "constraint-violation");
        let error = |payload| json!({"type": "error", "id": "1", "payload": payload});
        let result = |error| json!({"type": "data", "id": "1", "payload": {"data": null, "errors": [error]}});
        for (dialect, shape, failure, expected) in [
            (
                Dialect::Apollo,
                Shape::Graphql,
                &early,
                error(json!({"errors": [graphql(invalid)]})),
            ),
            (
                Dialect::Apollo,
                Shape::Graphql,
                &late,
                result(graphql(violation)),
            ),
            (Dialect::Apollo, Shape::Flat, &early, error(flat(invalid))),
            (Dialect::Apollo, Shape::Flat, &late, result(flat(violation))),
            (
                Dialect::TransportWs,
                Shape::Graphql,
                &early,
                error(json!([graphql(invalid)])),
            ),
            (
                Dialect::TransportWs,
                Shape::Graphql,
                &late,
                error(json!([graphql(violation)])),
            ),
        ] {
            assert_eq!(written(&dialect.failure(shape, "1", failure)), expected);
        }
        let refused = Error::new(Code::StartFailed, "m");
        assert_eq!(
            written(&start_refused(Shape::Graphql, "1", &refused)),
            error(graphql("start-failed"))
        );
    }
}
