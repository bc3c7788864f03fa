//! One request from its head to its answer. The entry function is the list of stages.

use super::App;
use super::chunks::{self, Chunks};
use super::compression::{self, Accepts};
use super::endpoint::Endpoint;
use super::record::{Mode, Record, Sent};
use super::reply::Reply;
use super::streaming::{Line, Streamed};
use super::{cors, handlers};
use crate::auth::Spelling;
use crate::service::Service;
use crate::websocket;
use bytes::Bytes;
use futures_util::FutureExt;
use howdah_error::envelope::Internals;
use howdah_error::{Code, Error};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::Body;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers a request.
pub(super) async fn answer<S, B>(
    app: &Arc<App<S>>,
    peer: SocketAddr,
    request: Request<B>,
) -> Response<Chunks>
where
    S: Service,
    B: Body<Data = Bytes> + Unpin,
{
    let spelling = match app.auth.wants_spelling() {
        true => Spelling::of_request(&request).await,
        false => Spelling::default(),
    };
    if websocket::is_upgrade(&request) {
        let client = client(request.headers(), peer);
        return websocket::upgrade(app, client, spelling, request);
    }
    let (mut head, body) = request.into_parts();
    let request_id = request_id(&head.headers);
    // Who is asked about the request hears the same id as the client.
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        head.headers.insert(REQUEST_ID, id);
    }
    let headers = Arc::new(head.headers);
    let mut record = Record {
        request_id,
        endpoint: Endpoint::of(&head.method, head.uri.path()),
        path: head.uri.path().to_owned(),
        method: head.method,
        version: head.version,
        client: client(&headers, peer),
        spelling,
        started: Instant::now(),
        body_read: None,
        session: None,
        query: None,
        mode: Mode::NonGraphql,
        error: None,
        batch: Vec::new(),
    };
    let origin = cors::allowed_origin(&app.config.http.cors, &headers);
    let preflight = origin
        .as_ref()
        .and_then(|_| cors::preflight(&record.method, &headers));
    let reply = match preflight {
        Some(reply) => reply,
        None if header_bytes(&headers) > app.config.http.max_header_bytes => {
            too_many_headers(&mut record)
        }
        None => {
            let query = head.uri.query().unwrap_or_default();
            let work = handlers::handle(app, &mut record, &headers, query, body);
            match AssertUnwindSafe(work).catch_unwind().await {
                Ok(reply) => reply,
                Err(_) => internal_error(&mut record),
            }
        }
    };
    finish(app, record, &headers, origin, reply).await
}

/// Compresses, logs and adds the headers that every answer has. A body that is still being made is
/// compressed as it comes and logged at its end.
async fn finish<S>(
    app: &App<S>,
    record: Record,
    headers: &HeaderMap,
    origin: Option<HeaderValue>,
    mut reply: Reply,
) -> Response<Chunks> {
    let accepts = Accepts::of(headers);
    let status = reply.status;
    let pieces = std::mem::take(&mut reply.pieces);
    if let Some(rest) = reply.rest.take() {
        let gzip = accepts.compress(u64::MAX);
        let mut response = head(&record, reply, gzip, origin);
        let line = Line {
            record,
            status,
            logger: app.logger.clone(),
            config: Arc::clone(&app.config),
        };
        *response.body_mut() = Chunks::streamed(Streamed::new(pieces, rest, gzip, line));
        return response;
    }
    let plain_bytes = chunks::length(&pieces);
    let is_encoded = reply.headers.contains_key(CONTENT_ENCODING);
    let zipped = if !is_encoded && accepts.compress(plain_bytes) {
        compression::gzip(&pieces, plain_bytes).await
    } else {
        None
    };
    let gzip = zipped.is_some();
    let pieces = zipped.map_or(pieces, |body| vec![body]);
    let mut response = head(&record, reply, gzip, origin);
    let sent = Sent {
        status,
        plain_bytes,
        sent_bytes: chunks::length(&pieces),
        gzip,
    };
    record.write(sent, &app.logger, &app.config.logs);
    *response.body_mut() = Chunks::new(pieces);
    response
}

/// The answer without its body.
fn head(
    record: &Record,
    reply: Reply,
    gzip: bool,
    origin: Option<HeaderValue>,
) -> Response<Chunks> {
    let mut response = Response::new(Chunks::new(Vec::new()));
    *response.status_mut() = reply.status;
    let out = response.headers_mut();
    *out = reply.headers;
    out.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Ok(id) = HeaderValue::from_str(&record.request_id) {
        out.insert(REQUEST_ID, id);
    }
    if gzip {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(origin) = origin {
        cors::admit(origin, out);
    }
    response
}

/// What the client sent, or something new.
pub(crate) fn request_id(headers: &HeaderMap) -> Arc<str> {
    match headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()) {
        Some(id) if !id.is_empty() => id.into(),
        _ => uuid::Uuid::new_v4().to_string().into(),
    }
}

/// The client's address: as a proxy in front reports it, or the peer's own.
fn client(headers: &HeaderMap, peer: SocketAddr) -> IpAddr {
    let reported = |name: &str| -> Option<IpAddr> {
        let text = headers.get(name)?.to_str().ok()?;
        text.split(',').next()?.trim().parse().ok()
    };
    reported("x-real-ip")
        .or_else(|| reported("x-forwarded-for"))
        .unwrap_or_else(|| peer.ip())
        .to_canonical()
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum()
}

fn too_many_headers(record: &mut Record) -> Reply {
    let error = Error::new(Code::BadRequest, "the request headers are too long").with_status(431);
    transport_error(record, error)
}

fn internal_error(record: &mut Record) -> Reply {
    transport_error(record, Error::unexpected("internal error"))
}

/// An error below the level of endpoints: the envelope is the endpoint's, the status is real.
pub(super) fn transport_error(record: &mut Record, error: Error) -> Reply {
    let mut reply = Reply::error(&error, record.endpoint.envelope(), Internals::Hide, false);
    if let Ok(status) = http::StatusCode::from_u16(error.status()) {
        reply.status = status;
    }
    record.error = Some(error);
    reply
}
