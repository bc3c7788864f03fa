//! A webhook that says who asks. It gets the client's headers (in its own request, or in a body
//! with the GraphQL request) and answers with session variables. Redirects are not followed: the
//! client's credentials are meant for this webhook alone.

use super::headers::{ROLE, is_variable};
use super::spelling::as_json;
use super::{Asked, Grant, lifetime};
use crate::logs::{Level, LogType, Logger};
use crate::version::VERSION;
use bytes::Bytes;
use howdah_error::{Code, Error, Result};
use howdah_http_client::{HttpClient, Limits, Outgoing, Received, Redirects, shown_url};
use howdah_ir::Session;
use http::header::{self, CONTENT_TYPE, HeaderName, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};
use url::Url;

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(30),
    max_bytes: 1024 * 1024,
    redirects: Redirects::Return,
};

/// Headers of a client that are about its own connection and body.
const NOT_FORWARDED: [HeaderName; 22] = [
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    HeaderName::from_static("content-md5"),
    header::USER_AGENT,
    header::HOST,
    header::ORIGIN,
    header::REFERER,
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    HeaderName::from_static("accept-datetime"),
    header::CACHE_CONTROL,
    header::CONNECTION,
    header::DNT,
    // Of the connection, and dangerous on another one.
    header::TRANSFER_ENCODING,
    header::CONTENT_ENCODING,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::EXPECT,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// The method of the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookMode {
    /// The headers of the client are the headers of the request.
    Get,
    /// They stand in the body.
    Post {
        /// So does the GraphQL request.
        with_request: bool,
    },
}

impl HookMode {
    /// The name of the method.
    pub fn as_str(self) -> &'static str {
        match self {
            HookMode::Get => "GET",
            HookMode::Post { .. } => "POST",
        }
    }
}

/// The settings of the webhook.
#[derive(Clone, PartialEq)]
pub struct Hook {
    /// Where it is.
    pub url: Url,
    /// How it is asked.
    pub mode: HookMode,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook")
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// Asks the webhook.
#[derive(Debug)]
pub(super) struct WebhookAuthentication {
    hook: Hook,
    client: HttpClient,
    logger: Logger,
}

impl WebhookAuthentication {
    pub(super) fn new(hook: Hook, client: HttpClient, logger: Logger) -> Self {
        WebhookAuthentication {
            hook,
            client,
            logger,
        }
    }

    /// Whether the GraphQL request is sent along.
    pub(super) fn wants_request(&self) -> bool {
        self.hook.mode == HookMode::Post { with_request: true }
    }

    /// Whether it gets the names of headers as the client spelled them.
    pub(super) fn wants_spelling(&self) -> bool {
        matches!(self.hook.mode, HookMode::Post { .. })
    }

    /// Whom a request without an admin secret stands for.
    ///
    /// # Errors
    /// 401 `access-denied` if the webhook says so, 500 `unexpected` if it does not answer as it
    /// should.
    pub(super) async fn authenticate(
        &self,
        headers: &HeaderMap,
        asked: Asked<'_>,
    ) -> Result<Grant> {
        let answer = match self.client.send(self.request(headers, asked), LIMITS).await {
            Ok(answer) => answer,
            Err(error) => {
                let reason = error.to_string();
                self.log(Level::Error, None, Some(&reason), None);
                return Err(Error::unexpected("webhook authentication request failed")
                    .with_internal(json!({ "http_exception": reason })));
            }
        };
        match self.granted(&answer) {
            Ok(grant) => {
                self.log(Level::Info, Some(answer.status), None, None);
                Ok(grant)
            }
            Err(error) => {
                let reason = error.internal().and_then(Value::as_str).map(str::to_owned);
                self.log(Level::Error, Some(answer.status), None, reason.as_deref());
                Err(error)
            }
        }
    }

    fn request(&self, client: &HeaderMap, asked: Asked<'_>) -> Outgoing {
        let (method, mut sent, body) = match self.hook.mode {
            HookMode::Get => (Method::GET, forwarded(client), Bytes::new()),
            HookMode::Post { with_request } => {
                let mut payload = Map::new();
                let headers = as_json(client, asked.spelling);
                payload.insert("headers".into(), Value::Object(headers));
                if with_request {
                    let graphql = asked.graphql.cloned().unwrap_or(Value::Null);
                    payload.insert("request".into(), graphql);
                }
                let mut headers = HeaderMap::new();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                (
                    Method::POST,
                    headers,
                    Value::Object(payload).to_string().into(),
                )
            }
        };
        if let Ok(agent) = HeaderValue::from_str(&format!("howdah/{VERSION}")) {
            sent.insert(USER_AGENT, agent);
        }
        Outgoing {
            method,
            url: self.hook.url.clone(),
            headers: sent,
            body,
        }
    }

    fn granted(&self, answer: &Received) -> Result<Grant> {
        match answer.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => {
                let text = "Authentication hook unauthorized this request";
                return Err(Error::new(Code::AccessDenied, text));
            }
            _ => return Err(invalid("the status is neither 200 nor 401")),
        }
        let Ok(Value::Object(object)) = serde_json::from_slice(&answer.body) else {
            return Err(invalid("the body is no JSON object"));
        };
        let mut values = BTreeMap::new();
        for (name, value) in object {
            let Value::String(text) = value else {
                return Err(invalid("a value of the body is no string"));
            };
            if values.insert(name.to_ascii_lowercase(), text).is_some() {
                return Err(invalid("a key of the body comes in two spellings"));
            }
        }
        let role = match values.get(ROLE) {
            Some(role) if !role.is_empty() => role.clone(),
            _ => {
                let text = format!("{ROLE} not found in session variables");
                return Err(Error::unexpected(text));
            }
        };
        let expires = self.expires(&values);
        let variables = values.into_iter().filter(|(name, _)| is_variable(name));
        Ok(Grant {
            session: Session::new(role, variables),
            expires,
            cookies: answer.headers.get_all(SET_COOKIE).iter().cloned().collect(),
        })
    }

    /// When the session ends, as two keys of the body say. A text that says nothing is warned
    /// about and passed over.
    fn expires(&self, values: &BTreeMap<String, String>) -> Option<SystemTime> {
        let relative = values
            .get("cache-control")
            .map(|text| lifetime::max_age(text).and_then(|age| SystemTime::now().checked_add(age)));
        if let Some(Some(moment)) = relative {
            return Some(moment);
        }
        let absolute = values.get("expires").map(|text| lifetime::expires(text));
        if absolute.flatten().is_none() && (relative.is_some() || absolute.is_some()) {
            let text = "Cache-Control or Expires of the webhook's answer cannot be read";
            self.log(Level::Warn, Some(StatusCode::OK), None, Some(text));
        }
        absolute.flatten()
    }

    fn log(
        &self,
        level: Level,
        status: Option<StatusCode>,
        http_error: Option<&str>,
        message: Option<&str>,
    ) {
        if self.logger.writes(level, LogType::Webhook) {
            // Bodies are not logged: they may repeat the client's credentials.
            let detail = json!({
                "status_code": status.map(|s| s.as_u16()),
                "url": shown_url(&self.hook.url),
                "method": self.hook.mode.as_str(),
                "http_error": http_error,
                "response": null,
                "message": message,
            });
            self.logger.log(level, LogType::Webhook, detail);
        }
    }
}

fn invalid(reason: &str) -> Error {
    Error::unexpected("Invalid response from authorization hook").with_internal(reason.into())
}

fn forwarded(client: &HeaderMap) -> HeaderMap {
    client
        .iter()
        .filter(|(name, _)| !NOT_FORWARDED.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
