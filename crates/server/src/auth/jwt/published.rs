//! Keys behind a URL: fetched at start, again when their time is over, and again when a token
//! names a key that is not among them. Whatever goes wrong, the last good set stays; until there is
//! one, no token is good, and the server serves those who need none.

use super::jwk;
use super::key::Key;
use crate::auth::lifetime;
use crate::config::Fatal;
use crate::logs::{Level, LogType, Logger};
use crate::version::VERSION;
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use howdah_http_client::{HttpClient, HttpError, Limits, Outgoing, Redirects, shown_url};
use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Mutex;
use url::Url;

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(10),
    max_bytes: 1024 * 1024,
    redirects: Redirects::Follow(5),
};
/// The pauses between attempts before the server answers anybody.
const START_PAUSES: [Duration; 3] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
];
/// The server does not wait longer for its first keys.
const START_PATIENCE: Duration = Duration::from_secs(6);
/// When to look again as long as there are no keys.
const WITHOUT_KEYS: Duration = Duration::from_secs(1);
/// When to look again if the publisher says nothing: withdrawn keys must not live for ever.
const UNTOLD: Duration = Duration::from_secs(60 * 60);
/// When to look again after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(10);
/// Tokens that name unknown keys lead to a fetch this often at most.
const UNKNOWN_KEY_GAP: Duration = Duration::from_secs(5);

/// The keys at one moment.
#[derive(Debug)]
pub(super) struct KeySet {
    pub(super) keys: Vec<Key>,
    /// Grows whenever the keys change.
    pub(super) generation: u64,
}

/// A published key set.
pub(super) struct PublishedKeys {
    url: Url,
    client: HttpClient,
    logger: Logger,
    set: ArcSwap<KeySet>,
    /// Held while a token's unknown key is looked up; when that last happened.
    asked: Mutex<Option<Instant>>,
}

impl fmt::Debug for PublishedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishedKeys").finish_non_exhaustive()
    }
}

/// Why a fetch brought no keys.
#[derive(Debug)]
enum Failure {
    Exchange(HttpError),
    Status(u16),
    Content(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Exchange(error) => error.fmt(f),
            Failure::Status(status) => write!(f, "the answer has status {status}"),
            Failure::Content(reason) => f.write_str(reason),
        }
    }
}

impl PublishedKeys {
    /// Fetches the keys and keeps them fresh for as long as they are used.
    ///
    /// Without keys at first, it goes on looking for them.
    ///
    /// # Errors
    /// The URL is none that may be called.
    pub(super) async fn start(
        url: Url,
        client: HttpClient,
        logger: Logger,
    ) -> Result<Arc<Self>, Fatal> {
        let keys = Arc::new(PublishedKeys {
            url,
            client,
            logger,
            set: ArcSwap::from_pointee(KeySet {
                keys: Vec::new(),
                generation: 0,
            }),
            asked: Mutex::new(None),
        });
        let next = match tokio::time::timeout(START_PATIENCE, keys.first()).await {
            Ok(Ok(next)) => next,
            Ok(Err(Failure::Exchange(error @ (HttpError::BadUrl | HttpError::Forbidden(_))))) => {
                return Err(Fatal::new(format!(
                    "the JSON web keys cannot be fetched from {}: {error}",
                    shown_url(&keys.url)
                )));
            }
            Ok(Err(_)) | Err(_) => WITHOUT_KEYS,
        };
        tokio::spawn(keep_fresh(Arc::downgrade(&keys), next));
        Ok(keys)
    }

    /// Several attempts; answers when to fetch again.
    async fn first(&self) -> Result<Duration, Failure> {
        for pause in START_PAUSES {
            match self.refresh().await {
                Err(Failure::Exchange(error @ (HttpError::BadUrl | HttpError::Forbidden(_)))) => {
                    return Err(Failure::Exchange(error));
                }
                Err(_) => tokio::time::sleep(pause).await,
                found => return found,
            }
        }
        self.refresh().await
    }

    /// The keys now.
    pub(super) fn current(&self) -> Arc<KeySet> {
        self.set.load_full()
    }

    /// The keys after a look for one that is not among `seen`. Does not look again if somebody
    /// has just looked.
    pub(super) async fn look_again(&self, seen: &KeySet) -> Arc<KeySet> {
        let mut asked = self.asked.lock().await;
        let current = self.current();
        let just_asked = asked.is_some_and(|at| at.elapsed() < UNKNOWN_KEY_GAP);
        if current.generation != seen.generation || just_asked {
            return current;
        }
        *asked = Some(Instant::now());
        // What goes wrong stands in the log; the token is judged by the keys at hand.
        let _ = self.refresh().await;
        self.current()
    }

    /// Fetches the keys; answers when to do so again.
    async fn refresh(&self) -> Result<Duration, Failure> {
        let url = shown_url(&self.url);
        match self.fetch().await {
            Ok((found, next)) => {
                let level = if found.keys.is_empty() {
                    Level::Warn
                } else {
                    Level::Info
                };
                self.log(
                    level,
                    json!({
                        "message": format!("refreshed JWK from endpoint: {url}"),
                        "error": null,
                        "keys": found.keys.len(),
                        "keys_passed_over": found.passed_over,
                        "next_refresh_in": next.as_secs(),
                    }),
                );
                self.replace(found.keys);
                Ok(next)
            }
            Err(failure) => {
                let error = match &failure {
                    Failure::Exchange(error) => json!({"http_exception": error.to_string()}),
                    Failure::Status(status) => json!({"status_code": status, "url": url}),
                    Failure::Content(reason) => json!({
                        "error": reason,
                        "message": format!("Error parsing JWK from url: {url}"),
                    }),
                };
                let message = format!("cannot refresh JWK from endpoint: {url}");
                self.log(Level::Error, json!({"message": message, "error": error}));
                Err(failure)
            }
        }
    }

    async fn fetch(&self) -> Result<(jwk::Published, Duration), Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, */*;q=0.5"),
        );
        if let Ok(agent) = HeaderValue::from_str(&format!("howdah/{VERSION}")) {
            headers.insert(USER_AGENT, agent);
        }
        if let Some(credentials) = credentials(&self.url) {
            headers.insert(AUTHORIZATION, credentials);
        }
        let request = Outgoing {
            method: Method::GET,
            url: self.url.clone(),
            headers,
            body: Bytes::new(),
        };
        let answer = self.client.send(request, LIMITS).await;
        let answer = answer.map_err(Failure::Exchange)?;
        if !answer.status.is_success() {
            return Err(Failure::Status(answer.status.as_u16()));
        }
        let found = jwk::key_set(&answer.body).map_err(Failure::Content)?;
        let next = lifetime::of_answer(&answer.headers, SystemTime::now());
        Ok((found, next.unwrap_or(UNTOLD)))
    }

    fn replace(&self, keys: Vec<Key>) {
        let current = self.current();
        if current.keys != keys {
            let generation = current.generation + 1;
            self.set.store(Arc::new(KeySet { keys, generation }));
        }
    }

    fn log(&self, level: Level, detail: Value) {
        self.logger.log(level, LogType::JwkRefresh, detail);
    }
}

/// User and password of a URL, as the header that sends them.
fn credentials(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut pair: Vec<u8> = percent_decode_str(url.username()).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(url.password().unwrap_or_default()));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

async fn keep_fresh(keys: Weak<PublishedKeys>, mut pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        let Some(keys) = keys.upgrade() else { return };
        let has_keys = !keys.current().keys.is_empty();
        pause = keys.refresh().await.unwrap_or(match has_keys {
            true => AFTER_FAILURE,
            false => WITHOUT_KEYS,
        });
    }
}
