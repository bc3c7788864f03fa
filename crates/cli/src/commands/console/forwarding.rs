//! What passes through: the console's own files are answered here, everything else goes to the
//! server with the admin secret and comes back as it is.

use super::guarding::Guard;
use super::recording::Recorder;
use crate::client::Client;
use crate::program::output::Output;
use bytes::Bytes;
use howdah_console_assets::answer::redirect;
use howdah_console_assets::{Answer, Console as Assets, Mode, Settings};
use howdah_http_client::Upgrade;
use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, COOKIE, HOST, ORIGIN, REFERER, TRANSFER_ENCODING,
    UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::json;

/// The longest request that is taken: a file of SQL, a document of metadata.
const MAX_REQUEST: usize = 256 << 20;

/// Headers that are about one connection, or about where the page came from.
const OWN: [HeaderName; 8] = [
    HOST,
    CONNECTION,
    TRANSFER_ENCODING,
    CONTENT_LENGTH,
    ACCEPT_ENCODING,
    ORIGIN,
    REFERER,
    COOKIE,
];

/// Answers the requests of the console.
pub struct Forwarder {
    pub client: Client,
    pub guard: Guard,
    pub recorder: Option<Recorder>,
    pub assets: Assets,
    pub version: &'static str,
    pub output: Output,
}

type Reply = Response<Full<Bytes>>;

impl Forwarder {
    /// Answers one request.
    pub async fn answer(&self, request: Request<Incoming>) -> Reply {
        if !self.guard.allows(request.headers()) {
            return plain(
                StatusCode::FORBIDDEN,
                "the console is for pages of its own address only",
            );
        }
        let path = request.uri().path();
        if path == "/" {
            return of_answer(redirect("console/"));
        }
        if path == "/console" || path.starts_with("/console/") {
            return self.file(&request);
        }
        if request.headers().contains_key(UPGRADE) {
            return self.socket(request).await;
        }
        self.pass(request).await
    }

    fn file(&self, request: &Request<Incoming>) -> Reply {
        let path = request.uri().path();
        let path = path.strip_prefix("/console").unwrap_or("/");
        let encodings = request
            .headers()
            .get(ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let settings = Settings {
            mode: Mode::Cli,
            api_base: "../",
            version: self.version,
            needs_admin_secret: false,
        };
        of_answer(self.assets.answer(path, encodings, &settings))
    }

    /// The headers that go on, with the secret.
    fn headers(&self, given: &HeaderMap) -> HeaderMap {
        let mut headers = given.clone();
        for name in &OWN {
            headers.remove(name);
        }
        headers.extend(self.client.target().headers());
        headers
    }

    async fn pass(&self, request: Request<Incoming>) -> Reply {
        let (head, body) = request.into_parts();
        let body = match Limited::new(body, MAX_REQUEST).collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => {
                return plain(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "the request is too long or broke off",
                );
            }
        };
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let headers = self.headers(&head.headers);
        let sent = self
            .client
            .forward(head.method, path, headers, body.clone())
            .await;
        let received = match sent {
            Ok(received) => received,
            Err(error) => return gone(&error.to_string()),
        };
        if received.status.is_success()
            && let Some(recorder) = &self.recorder
            && let Err(stop) = recorder.record(head.uri.path(), &head.headers, &body).await
        {
            // The change is in force: the console must not think that it failed.
            self.output.warn(format!(
                "a change was made on the server, but not recorded: {stop}"
            ));
        }
        let mut reply = Response::new(Full::new(received.body));
        *reply.status_mut() = received.status;
        *reply.headers_mut() = received.headers;
        for name in [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH] {
            reply.headers_mut().remove(name);
        }
        reply
    }

    /// Opens the same socket to the server and joins both.
    async fn socket(&self, mut request: Request<Incoming>) -> Reply {
        let ours = hyper::upgrade::on(&mut request);
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let mut headers = self.headers(request.headers());
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        match self.client.open_socket(path, headers).await {
            Err(error) => gone(&error.to_string()),
            Ok(Upgrade::Refused(received)) => {
                let mut reply = Response::new(Full::new(received.body));
                *reply.status_mut() = received.status;
                reply
            }
            Ok(Upgrade::Switched {
                headers,
                connection,
            }) => {
                tokio::spawn(async move {
                    if let Ok(ours) = ours.await {
                        let mut ours = TokioIo::new(ours);
                        let mut theirs = TokioIo::new(connection);
                        let _ = tokio::io::copy_bidirectional(&mut ours, &mut theirs).await;
                    }
                });
                let mut reply = Response::new(Full::default());
                *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
                *reply.headers_mut() = headers;
                reply
            }
        }
    }
}

fn plain(status: StatusCode, text: &str) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(text.to_owned())));
    *reply.status_mut() = status;
    reply
}

/// In the form of the API, which the console knows how to show.
fn gone(text: &str) -> Reply {
    let body = json!({"error": text, "path": "$", "code": "unexpected"}).to_string();
    let mut reply = plain(StatusCode::BAD_GATEWAY, &body);
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    reply.headers_mut().insert(http::header::CONTENT_TYPE, json);
    reply
}

fn of_answer(answer: Answer) -> Reply {
    let body = match answer.body {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    let content_type = HeaderValue::from_static(answer.content_type);
    reply
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, content_type);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            reply
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    reply
}
