//! A server over HTTP.
//!
//! * [`target`]: where it is and how it is spoken to. [`answer`]: what its answers mean.
//! * [`calls`]: what is asked of it besides the two endpoints of [`Api`].

mod answer;
mod calls;
mod target;

pub use answer::SQL_POSITION_HEADER;
pub use calls::Version;
pub use target::Target;

use crate::api::{Api, ApiError, ApiResult};
use crate::program::exit::{Outcome, Stop};
use bytes::Bytes;
use howdah_http_client::{
    Egress, HttpClient, HttpError, Limits, Outgoing, Received, Redirects, Upgrade,
};
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;
use std::time::Duration;

/// Statements may run for long, and nobody but the person who waits should end that.
const TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
/// For questions that a server that is well answers at once.
const SHORT_TIMEOUT: Duration = Duration::from_secs(20);
/// The longest answer that is read: metadata of a big project, a dump.
const MAX_ANSWER: usize = 2 << 30;

/// A server, asked as an administrator.
#[derive(Debug, Clone)]
pub struct Client {
    target: Target,
    http: HttpClient,
}

impl Client {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// The trusted certificates cannot be read.
    pub fn new(target: Target) -> Outcome<Self> {
        let everything = Egress::parse("all").map_err(Stop::failed)?;
        let http = HttpClient::trusting(everything, &target.trust())
            .map_err(|fault| Stop::usage(fault.to_string()))?;
        Ok(Client { target, http })
    }

    /// The server's address.
    pub fn endpoint(&self) -> &str {
        self.target.endpoint()
    }

    /// Where the server is and how it is spoken to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    async fn post(&self, path: &str, body: &Value, role: Option<&str>) -> ApiResult<Received> {
        let mut headers = self.target.headers();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(role) = role.and_then(|role| HeaderValue::from_str(role).ok()) {
            headers.insert("x-hasura-role", role);
        }
        let body = Bytes::from(body.to_string());
        self.send(Method::POST, path, headers, body, TIMEOUT).await
    }

    async fn get(&self, path: &str) -> ApiResult<Received> {
        let headers = self.target.headers();
        self.send(Method::GET, path, headers, Bytes::new(), SHORT_TIMEOUT)
            .await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        mut headers: HeaderMap,
        body: Bytes,
        timeout: Duration,
    ) -> ApiResult<Received> {
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, */*"));
        headers.insert(USER_AGENT, HeaderValue::from_static("howdah-cli"));
        let request = Outgoing {
            method,
            url: self.target.url(path),
            headers,
            body,
        };
        let sent = self.http.send(request, limits(timeout)).await;
        sent.map_err(|error| self.told(error))
    }

    /// Sends a request of somebody else's on, as it is.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn forward(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> ApiResult<Received> {
        let request = Outgoing {
            method,
            url: self.target.url(path),
            headers,
            body,
        };
        let sent = self.http.send(request, limits(TIMEOUT)).await;
        sent.map_err(|error| self.told(error))
    }

    /// Opens a socket that speaks another protocol.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn open_socket(&self, path: &str, headers: HeaderMap) -> ApiResult<Upgrade> {
        let request = Outgoing {
            method: Method::GET,
            url: self.target.url(path),
            headers,
            body: Bytes::new(),
        };
        let opened = self.http.upgrade(request, limits(SHORT_TIMEOUT)).await;
        opened.map_err(|error| self.told(error))
    }

    fn told(&self, error: HttpError) -> ApiError {
        let endpoint = self.endpoint().to_owned();
        match error {
            HttpError::TooLong(_) | HttpError::BadRedirect | HttpError::BadUrl => {
                ApiError::Foreign {
                    endpoint,
                    reason: error.to_string(),
                }
            }
            HttpError::Connect { reason, .. } | HttpError::Broken { reason, .. } => {
                ApiError::Unreachable { endpoint, reason }
            }
            other => ApiError::Unreachable {
                endpoint,
                reason: other.to_string(),
            },
        }
    }

    fn json(&self, received: &Received) -> ApiResult<Value> {
        answer::json(received, self.endpoint())
    }
}

fn limits(timeout: Duration) -> Limits {
    Limits {
        timeout,
        max_bytes: MAX_ANSWER,
        redirects: Redirects::Return,
    }
}

impl Api for Client {
    async fn metadata(&self, body: Value) -> ApiResult<Value> {
        let path = self.target.path("v1_metadata", "v1/metadata");
        self.json(&self.post(path, &body, None).await?)
    }

    async fn query(&self, body: Value) -> ApiResult<Value> {
        let path = self.target.path("v2_query", "v2/query");
        self.json(&self.post(path, &body, None).await?)
    }
}
