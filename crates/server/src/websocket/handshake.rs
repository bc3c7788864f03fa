//! From an HTTP request to a socket, or a refusal.

use super::connection;
use super::conversation::Opened;
use super::dialect::{Dialect, Shape};
use super::events::Events;
use super::{deflate, identity};
use crate::auth::Spelling;
use crate::config::{Api, Cors};
use crate::http::{App, Chunks, Endpoint};
use crate::service::Service;
use howdah_error::envelope::{self, Internals};
use howdah_error::{Code, Error, Result};
use http::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, ORIGIN, SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use http::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::TokioIo;
use std::net::IpAddr;
use std::sync::Arc;
use tungstenite::handshake::derive_accept_key;
use uuid::Uuid;

/// The one version of the protocol.
const VERSION: &str = "13";
/// Characters of a key: sixteen bytes in base 64.
const KEY_LENGTH: usize = 24;
const WRONG_PATH: &str =
    "only '/v1/graphql', '/v1alpha1/graphql' and '/v1beta1/relay' are supported on websockets";
const WRONG_ORIGIN: &str = "received origin header does not match configured CORS domains";
const COOKIE_NOTE: &str = "Cookies are not read while CORS is disabled, since any page could \
    then act for its visitor. If something in front of the server checks origins, \
    --ws-read-cookie (HASURA_GRAPHQL_WS_READ_COOKIE) has them read.";

/// Whether a request asks for a websocket.
pub(crate) fn is_upgrade<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && names(headers, UPGRADE).any(|name| name.eq_ignore_ascii_case("websocket"))
        && names(headers, CONNECTION).any(|name| name.eq_ignore_ascii_case("upgrade"))
}

/// The names in a comma list that may be spread over several headers.
fn names(headers: &HeaderMap, header: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(header)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(str::trim)
}

/// Answers such a request, and serves the socket once it is there.
pub(crate) fn upgrade<S: Service, B>(
    app: &Arc<App<S>>,
    client: IpAddr,
    spelling: Spelling,
    mut request: Request<B>,
) -> Response<Chunks> {
    let events = Events::new(app.logger.clone(), Uuid::new_v4());
    let terms = match Terms::of(app, &request) {
        Ok(terms) => terms,
        Err(error) => {
            events.rejected(&error);
            return refusal(&error);
        }
    };
    events.accepted(terms.note);
    let pending = hyper::upgrade::on(&mut request);
    let opened = Opened {
        dialect: terms.dialect.unwrap_or(Dialect::Apollo),
        shape: terms.shape,
        deflate: terms.deflate,
        client,
        headers: identity::of_handshake(std::mem::take(request.headers_mut()), terms.cookies),
        spelling,
        events,
    };
    let alarms = app.alarms.watch();
    let serving = Arc::clone(app);
    app.alarms.spawn(async move {
        if let Ok(io) = pending.await {
            connection::run(serving, opened, alarms, TokioIo::new(io)).await;
        }
    });
    terms.accept()
}

/// What both sides agree on.
struct Terms {
    accept_key: HeaderValue,
    /// `None` if the client names none that we speak.
    dialect: Option<Dialect>,
    shape: Shape,
    deflate: bool,
    cookies: bool,
    note: Option<&'static str>,
}

impl Terms {
    fn of<S, B>(app: &App<S>, request: &Request<B>) -> Result<Self> {
        let headers = request.headers();
        let shape = match Endpoint::of(&Method::POST, request.uri().path()) {
            _ if !app.config.http.apis.contains(&Api::Graphql) => return Err(wrong_path()),
            Endpoint::Graphql => Shape::Graphql,
            Endpoint::LegacyGraphql => Shape::Flat,
            _ => return Err(wrong_path()),
        };
        let settings = &app.config.websockets;
        let origin = headers.get(ORIGIN).map(HeaderValue::to_str);
        let cookies = match (&app.config.http.cors, origin) {
            (_, None) | (Cors::Everybody, _) => true,
            (Cors::Disabled, Some(_)) => settings.read_cookies,
            (listed @ Cors::Listed(_), Some(origin)) => {
                if !origin.is_ok_and(|origin| listed.allows(origin)) {
                    return Err(Error::new(Code::AccessDenied, WRONG_ORIGIN).with_status(400));
                }
                true
            }
        };
        let mut offers = names(headers, SEC_WEBSOCKET_EXTENSIONS);
        Ok(Terms {
            accept_key: accept_key(headers)?,
            dialect: Dialect::chosen(names(headers, SEC_WEBSOCKET_PROTOCOL)),
            shape,
            deflate: settings.compression && offers.any(deflate::offered),
            cookies,
            note: (!cookies).then_some(COOKIE_NOTE),
        })
    }

    fn accept(self) -> Response<Chunks> {
        let mut response = Response::new(Chunks::new(Vec::new()));
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept_key);
        if let Some(dialect) = self.dialect {
            let name = HeaderValue::from_static(dialect.name());
            headers.insert(SEC_WEBSOCKET_PROTOCOL, name);
        }
        if self.deflate {
            let agreement = HeaderValue::from_static(deflate::AGREEMENT);
            headers.insert(SEC_WEBSOCKET_EXTENSIONS, agreement);
        }
        response
    }
}

fn wrong_path() -> Error {
    Error::new(Code::NotFound, WRONG_PATH)
}

fn accept_key(headers: &HeaderMap) -> Result<HeaderValue> {
    let malformed = |text: &str| Error::new(Code::BadRequest, text);
    if headers
        .get(SEC_WEBSOCKET_VERSION)
        .map(HeaderValue::as_bytes)
        != Some(VERSION.as_bytes())
    {
        let text = "only version 13 of the websocket protocol is supported";
        return Err(malformed(text).with_status(426));
    }
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .map(HeaderValue::as_bytes)
        .filter(|key| key.len() == KEY_LENGTH && key.ends_with(b"=="))
        .ok_or_else(|| malformed("the header Sec-WebSocket-Key is missing or malformed"))?;
    HeaderValue::from_str(&derive_accept_key(key)).map_err(|_| Error::unexpected("internal error"))
}

fn refusal(error: &Error) -> Response<Chunks> {
    let body = envelope::graphql(error, Internals::Hide).to_string();
    let mut response = Response::new(Chunks::new(vec![body.into()]));
    if let Ok(status) = StatusCode::from_u16(error.status()) {
        *response.status_mut() = status;
    }
    let headers = response.headers_mut();
    headers.insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    if error.status() == 426 {
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION));
    }
    response
}
