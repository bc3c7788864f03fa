//! An answer before compression, and how errors become one.

use super::endpoint::Envelope;
use crate::service::AnswerRest;
use bytes::Bytes;
use howdah_error::Error;
use howdah_error::envelope::{self, Internals};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

pub(super) const JSON: &str = "application/json; charset=utf-8";
pub(super) const SQL: &str = "application/sql; charset=utf-8";
pub(super) const TEXT: &str = "text/plain; charset=utf-8";

/// Status, headers and pieces of a body.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) headers: HeaderMap,
    pub(super) pieces: Vec<Bytes>,
    /// What follows the pieces, where that is still being made.
    pub(super) rest: Option<AnswerRest>,
}

impl Reply {
    pub(super) fn new(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        Reply {
            status,
            content_type,
            headers: HeaderMap::new(),
            pieces: vec![body.into()],
            rest: None,
        }
    }

    /// 200 with JSON.
    pub(super) fn json(body: impl Into<Bytes>) -> Self {
        Reply::new(StatusCode::OK, JSON, body)
    }

    /// A path that leads nowhere.
    pub(super) fn unknown_path() -> Self {
        let body = json!({"path": "$", "error": "resource does not exist", "code": "not-found"});
        Reply::new(StatusCode::NOT_FOUND, JSON, body.to_string())
    }

    /// An error in the endpoint's envelope.
    pub(super) fn error(
        error: &Error,
        envelope: Envelope,
        internals: Internals,
        preserve_401: bool,
    ) -> Self {
        let real =
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let status = match envelope {
            Envelope::GraphqlAlways200 if real == StatusCode::UNAUTHORIZED && preserve_401 => real,
            Envelope::GraphqlAlways200 => StatusCode::OK,
            Envelope::Graphql | Envelope::Flat => real,
        };
        let body = error_body(error, envelope, internals).to_string();
        let mut reply = Reply::new(status, JSON, body);
        if let (Envelope::Flat, Internals::Show) = (envelope, internals)
            && let Some(at) = sql_position(error)
        {
            reply.headers.insert(SQL_POSITION_HEADER, at.into());
        }
        reply
    }
}

/// Where in an administrator's SQL text a statement failed, as a byte. The body has no place for
/// it: clients compare it with that of older engines.
const SQL_POSITION_HEADER: &str = "x-howdah-sql-position";

fn sql_position(error: &Error) -> Option<u64> {
    error.extensions()?.get("sql_position")?.as_u64()
}

/// An error in its envelope.
pub(super) fn error_body(error: &Error, envelope: Envelope, internals: Internals) -> Value {
    match envelope {
        Envelope::GraphqlAlways200 | Envelope::Graphql => {
            envelope::graphql_response(error, internals)
        }
        Envelope::Flat => envelope::flat(error, internals),
    }
}
