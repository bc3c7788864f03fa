//! What an answer means: a result, an error of the engine, or something that no engine says.

use crate::api::{ApiError, ApiResult};
use howdah_error::{Code, Error};
use howdah_http_client::Received;
use serde_json::{Value, json};

/// Where in the SQL text a statement failed: the byte at which the statement or the faulty word
/// begins. Engines that know it say so with this header; the body stays as it always was.
pub const SQL_POSITION_HEADER: &str = "x-howdah-sql-position";

/// Reads the answer of an endpoint that speaks JSON.
pub fn json(received: &Received, endpoint: &str) -> ApiResult<Value> {
    let status = received.status;
    let Ok(body) = serde_json::from_slice::<Value>(&received.body) else {
        return Err(foreign(received, endpoint));
    };
    if status.is_success() {
        return Ok(body);
    }
    match error(&body) {
        Some(error) => Err(ApiError::Refused(with_position(error, received))),
        None => Err(foreign(received, endpoint)),
    }
}

/// The error of a body: flat, or the first of a GraphQL answer.
fn error(body: &Value) -> Option<Error> {
    let first = body.pointer("/errors/0");
    let text = |pointer: &str| {
        let flat = body.pointer(pointer);
        let nested = first.and_then(|first| first.pointer(&format!("/extensions{pointer}")));
        flat.or(nested).and_then(Value::as_str)
    };
    let message = body
        .get("error")
        .or_else(|| first?.get("message"))
        .and_then(Value::as_str)?;
    let code = text("/code").unwrap_or("unexpected").to_owned();
    let message = match text("/path") {
        Some(path) if path != "$" && path != "$.args" && !path.starts_with("$.args.sql") => {
            format!("{message} (at {path})")
        }
        _ => message.to_owned(),
    };
    let error = Error::new(Code::Custom(code.into()), message);
    Some(match body.get("internal") {
        Some(internal) => error.with_internal(internal.clone()),
        None => error,
    })
}

fn with_position(error: Error, received: &Received) -> Error {
    let position = received
        .headers
        .get(SQL_POSITION_HEADER)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    match position {
        Some(position) => error.with_extensions(json!({"sql_position": position})),
        None => error,
    }
}

/// Says what came, but not the whole of it.
pub fn foreign(received: &Received, endpoint: &str) -> ApiError {
    let kind = received
        .headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("no type");
    let elsewhere = received.headers.get(http::header::LOCATION);
    let reason = match elsewhere.and_then(|place| place.to_str().ok()) {
        Some(place) if received.status.is_redirection() => {
            format!("it answered {} and points to {place}", received.status)
        }
        _ => format!("it answered {} with {kind}", received.status),
    };
    ApiError::Foreign {
        endpoint: endpoint.to_owned(),
        reason,
    }
}
