//! CORS headers. An origin that is not allowed gets none, and its preflight is answered as
//! any unknown request.

use crate::config::Cors;
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::reply::Reply;

/// Twenty days, in seconds.
const MAX_AGE: &str = "1728000";
const METHODS: &str = "GET,POST,PUT,PATCH,DELETE,OPTIONS";
const EXPOSED: &str = "X-Hasura-Query-Cache-Key,X-Hasura-Query-Family-Cache-Key,Warning";

/// The origin of a request, if it is allowed.
pub(super) fn allowed_origin(policy: &Cors, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    policy.allows(origin.to_str().ok()?).then(|| origin.clone())
}

/// The answer to a preflight request of an allowed origin.
pub(super) fn preflight(method: &Method, headers: &HeaderMap) -> Option<Reply> {
    if method != Method::OPTIONS {
        return None;
    }
    let mut reply = Reply::new(
        StatusCode::NO_CONTENT,
        "text/plain; charset=utf-8",
        Bytes::new(),
    );
    let wanted = headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
    let wanted = wanted
        .cloned()
        .unwrap_or_else(|| HeaderValue::from_static(""));
    reply.headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted);
    reply
        .headers
        .insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    Some(reply)
}

/// Lets the browser at `origin` read the answer.
pub(super) fn admit(origin: HeaderValue, headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    );
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(METHODS),
    );
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
    headers.append(VARY, HeaderValue::from_static("Origin"));
}
