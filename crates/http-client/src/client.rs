//! One exchange: from a request to a whole answer within its limits.

use crate::bounded::Bounded;
use crate::egress::Egress;
use crate::error::{HttpError, Untrusted, is_forbidden, root_cause};
use crate::resolver::Guarded;
use crate::roots::{self, Trust};
use bytes::{Bytes, BytesMut};
use flate2::read::GzDecoder;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, HOST, LOCATION,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::fmt;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
const IDLE_PER_HOST: usize = 32;

/// What happens to an answer that points elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// It is the answer.
    Return,
    /// It is followed (GET and HEAD only) this many times at most, never from https to http, and
    /// never with credentials to another origin.
    Follow(u8),
}

/// The bounds of one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the start to the last byte of the answer.
    pub timeout: Duration,
    /// Bytes of the answer's body.
    pub max_bytes: usize,
    /// What happens to redirects.
    pub redirects: Redirects,
}

/// What is sent.
#[derive(Clone)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// Where to; credentials in it are not sent.
    pub url: Url,
    /// The headers but for `host` and `content-length`, which follow from the rest.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Received {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// The answer to the wish for another protocol.
#[derive(Debug)]
pub enum Upgrade {
    /// From now on the connection speaks the other protocol.
    Switched {
        /// What the other side said with it.
        headers: HeaderMap,
        /// The connection.
        connection: hyper::upgrade::Upgraded,
    },
    /// An answer like any other.
    Refused(Received),
}

type Connector = Bounded<HttpsConnector<HttpConnector<Guarded>>>;

/// Calls other servers over pooled connections; cheap to clone.
#[derive(Clone)]
pub struct HttpClient {
    inner: Client<Connector, Full<Bytes>>,
    egress: Arc<Egress>,
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("egress", &self.egress)
            .finish_non_exhaustive()
    }
}

impl HttpClient {
    /// A client that calls what the policy allows. Reads the system's certificates.
    ///
    /// # Errors
    /// The certificates that the environment names cannot be read.
    pub fn new(egress: Egress) -> Result<Self, Untrusted> {
        Self::trusting(egress, &Trust::default())
    }

    /// As [`HttpClient::new`], with a word of a person about whom TLS trusts.
    ///
    /// # Errors
    /// As [`HttpClient::new`]; the given certificates cannot be read.
    pub fn trusting(egress: Egress, trust: &Trust) -> Result<Self, Untrusted> {
        let egress = Arc::new(egress);
        let mut tcp = HttpConnector::new_with_resolver(Guarded::new(Arc::clone(&egress)));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_keepalive(Some(IDLE_TIMEOUT));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(roots::tls(trust)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let inner = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .build(Bounded(connector));
        Ok(HttpClient { inner, egress })
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// There is no whole answer within the limits, or the host may not be called.
    pub async fn send(&self, request: Outgoing, limits: Limits) -> Result<Received, HttpError> {
        tokio::time::timeout(limits.timeout, self.exchange(request, limits))
            .await
            .unwrap_or(Err(HttpError::Timeout(limits.timeout)))
    }

    /// Asks for another protocol on the connection: `headers` hold `connection` and `upgrade`. Who
    /// gets it also gets the connection.
    ///
    /// # Errors
    /// There is no answer, or the host may not be called.
    pub async fn upgrade(&self, request: Outgoing, limits: Limits) -> Result<Upgrade, HttpError> {
        let response = tokio::time::timeout(limits.timeout, self.hop(&request))
            .await
            .unwrap_or(Err(HttpError::Timeout(limits.timeout)))?;
        let host = host(&request.url);
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let received = received(response, &host, limits.max_bytes).await?;
            return Ok(Upgrade::Refused(received));
        }
        let headers = response.headers().clone();
        let connection = hyper::upgrade::on(response)
            .await
            .map_err(|e| HttpError::Broken {
                host,
                reason: root_cause(&e),
            })?;
        Ok(Upgrade::Switched {
            headers,
            connection,
        })
    }

    async fn exchange(&self, mut request: Outgoing, limits: Limits) -> Result<Received, HttpError> {
        let accepted = request.headers.entry(ACCEPT_ENCODING);
        accepted.or_insert(HeaderValue::from_static("gzip"));
        let mut hops_left = match limits.redirects {
            Redirects::Follow(hops) if request.method.is_safe() => hops,
            Redirects::Follow(_) | Redirects::Return => 0,
        };
        loop {
            let response = self.hop(&request).await?;
            match response.headers().get(LOCATION) {
                Some(target) if hops_left > 0 && is_redirect(response.status()) => {
                    let target = target.to_str().map_err(|_| HttpError::BadRedirect)?;
                    let next = request
                        .url
                        .join(target)
                        .map_err(|_| HttpError::BadRedirect)?;
                    redirect(&mut request, next)?;
                    hops_left -= 1;
                }
                _ => return received(response, &host(&request.url), limits.max_bytes).await,
            }
        }
    }

    /// One request on one connection.
    async fn hop(&self, request: &Outgoing) -> Result<Response<Incoming>, HttpError> {
        let host = self.permitted_host(&request.url)?;
        let mut sent = Request::new(Full::new(request.body.clone()));
        *sent.method_mut() = request.method.clone();
        *sent.uri_mut() = target(&request.url)?;
        *sent.headers_mut() = request.headers.clone();
        sent.headers_mut().remove(HOST);
        self.inner.request(sent).await.map_err(|e| {
            let reason = root_cause(&e);
            if is_forbidden(&e) {
                HttpError::Forbidden(host)
            } else if e.is_connect() {
                HttpError::Connect { host, reason }
            } else {
                HttpError::Broken { host, reason }
            }
        })
    }

    /// Names are judged when they are resolved; addresses have no resolver to pass.
    fn permitted_host(&self, url: &Url) -> Result<String, HttpError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(HttpError::BadUrl);
        }
        let address = match url.host() {
            None => return Err(HttpError::BadUrl),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
        };
        match address {
            Some(address) if !self.egress.allows(address) => Err(HttpError::Forbidden(host(url))),
            _ => Ok(host(url)),
        }
    }
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// The URL as the connector takes it: without credentials and fragment.
fn target(url: &Url) -> Result<Uri, HttpError> {
    let authority = match url.port() {
        Some(port) => format!("{}:{port}", host(url)),
        None => host(url),
    };
    let mut path = url.path().to_owned();
    if let Some(query) = url.query() {
        path.push('?');
        path.push_str(query);
    }
    Uri::builder()
        .scheme(url.scheme())
        .authority(authority)
        .path_and_query(path)
        .build()
        .map_err(|_| HttpError::BadUrl)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn redirect(request: &mut Outgoing, next: Url) -> Result<(), HttpError> {
    if request.url.scheme() == "https" && next.scheme() != "https" {
        return Err(HttpError::BadRedirect);
    }
    if request.url.origin() != next.origin() {
        request.headers.remove(AUTHORIZATION);
        request.headers.remove(COOKIE);
    }
    request.url = next;
    Ok(())
}

async fn received(
    response: Response<Incoming>,
    host: &str,
    max_bytes: usize,
) -> Result<Received, HttpError> {
    let (head, mut body) = response.into_parts();
    if body.size_hint().lower() > max_bytes as u64 {
        return Err(HttpError::TooLong(max_bytes));
    }
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| HttpError::Broken {
            host: host.to_owned(),
            reason: root_cause(&e),
        })?;
        if let Ok(data) = frame.into_data() {
            if bytes.len() + data.len() > max_bytes {
                return Err(HttpError::TooLong(max_bytes));
            }
            bytes.extend_from_slice(&data);
        }
    }
    let mut received = Received {
        status: head.status,
        headers: head.headers,
        body: bytes.freeze(),
    };
    let packed = received.headers.get(CONTENT_ENCODING);
    if packed.is_some_and(|how| how.as_bytes().eq_ignore_ascii_case(b"gzip")) {
        received.body = unpacked(&received.body, host, max_bytes)?;
        received.headers.remove(CONTENT_ENCODING);
        received.headers.remove(CONTENT_LENGTH);
    }
    Ok(received)
}

/// What was packed with gzip; the bound holds for that.
fn unpacked(packed: &[u8], host: &str, max_bytes: usize) -> Result<Bytes, HttpError> {
    let mut body = Vec::new();
    let bound = (max_bytes as u64).saturating_add(1);
    GzDecoder::new(packed)
        .take(bound)
        .read_to_end(&mut body)
        .map_err(|e| HttpError::Broken {
            host: host.to_owned(),
            reason: e.to_string(),
        })?;
    if body.len() > max_bytes {
        return Err(HttpError::TooLong(max_bytes));
    }
    Ok(body.into())
}
