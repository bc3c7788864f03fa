//! From settings to an authenticator, and from tokens to what it says.

use crate::keys::Key;
use howdah_error::Error;
use howdah_server::auth::{Asked, Authenticator, Grant, Spelling};
use howdah_server::{Command, Config, Fatal, Logger};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

pub const NAMESPACE: &str = "https://hasura.io/jwt/claims";

/// The settings that these variables make; an admin secret `admin` is always set.
pub fn config(environment: &[(&str, &str)]) -> Result<Config, Fatal> {
    let words = "--database-url postgres://unused serve --server-host 127.0.0.1 --server-port 0";
    let mut variables = vec![("HASURA_GRAPHQL_ADMIN_SECRET".to_owned(), "admin".to_owned())];
    variables.extend(
        environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
    );
    match Config::from(words.split_whitespace().map(str::to_owned), variables)? {
        Command::Serve(config) => Ok(*config),
        other => panic!("serve was asked for, got {other:?}"),
    }
}

/// What was logged.
#[derive(Clone, Default)]
pub struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Sink {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// An authenticator with its log.
pub struct Guard {
    pub auth: Authenticator,
    pub logger: Logger,
    pub sink: Sink,
}

impl Guard {
    pub async fn try_start(environment: &[(&str, &str)]) -> Result<Guard, Fatal> {
        let config = config(environment)?;
        let sink = Sink::default();
        let logger = Logger::to(&config.logs, sink.clone()).unwrap();
        let auth = Authenticator::start(&config.auth, &config.egress, &logger).await?;
        Ok(Guard { auth, logger, sink })
    }

    pub async fn start(environment: &[(&str, &str)]) -> Guard {
        Self::try_start(environment).await.unwrap()
    }

    /// With one JWT secret.
    pub async fn jwt(secret: &Value) -> Guard {
        Self::start(&[("HASURA_GRAPHQL_JWT_SECRET", &secret.to_string())]).await
    }

    /// With a shared secret of HS256 and further keys of the setting.
    pub async fn shared(more: Value) -> Guard {
        let mut secret = json!({"type": "HS256", "key": crate::keys::SHARED});
        let map = secret.as_object_mut().unwrap();
        map.extend(more.as_object().unwrap().clone());
        Self::jwt(&secret).await
    }

    pub async fn ask(&self, headers: &[(&str, &str)]) -> Result<Grant, Error> {
        let asked = Asked {
            graphql: None,
            spelling: &Spelling::default(),
        };
        self.auth.authenticate(&header_map(headers), asked).await
    }

    pub async fn bearer(&self, token: &str) -> Result<Grant, Error> {
        self.ask(&[("authorization", &format!("Bearer {token}"))])
            .await
    }

    /// Status, code and text of the refusal.
    pub async fn refusal(&self, headers: &[(&str, &str)]) -> (u16, String, String) {
        refusal(self.ask(headers).await)
    }

    pub fn log(&self) -> String {
        self.logger.flush();
        self.sink.text()
    }
}

pub fn refusal(outcome: Result<Grant, Error>) -> (u16, String, String) {
    let error = outcome.map(|grant| grant.session).unwrap_err();
    (
        error.status(),
        error.code().as_str().to_owned(),
        error.message().to_owned(),
    )
}

pub fn header_map(headers: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        map.append(name, HeaderValue::from_str(value).unwrap());
    }
    map
}

/// Seconds since 1970, from now.
pub fn at(seconds: i64) -> i64 {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    i64::try_from(now.as_secs()).unwrap() + seconds
}

/// The usual session claims.
pub fn session() -> Value {
    json!({
        "x-hasura-allowed-roles": ["user", "editor"],
        "x-hasura-default-role": "user",
        "X-Hasura-User-Id": "7",
    })
}

/// Usual claims, good for an hour.
pub fn usual() -> Value {
    json!({"sub": "someone", "iat": at(-60), "exp": at(3600), NAMESPACE: session()})
}

/// The usual claims with some replaced; null takes one out.
pub fn usual_but(change: Value) -> Value {
    let mut claims = usual();
    let map = claims.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            map.remove(name);
        } else {
            map.insert(name.clone(), value.clone());
        }
    }
    claims
}

/// A token with the usual header.
pub fn signed(key: &Key, algorithm: &str, claims: &Value) -> String {
    key.token(&json!({"alg": algorithm, "typ": "JWT"}), claims)
}

/// A token of the shared secret.
pub fn hs256(claims: &Value) -> String {
    signed(&crate::keys::shared(), "HS256", claims)
}
