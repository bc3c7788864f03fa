//! Who asks: from request headers to a [`Session`], or a refusal. This module knows header
//! names, secrets, tokens and the authentication webhook; it knows nothing of endpoints and of
//! how errors are written.
//!
//! * [`AuthMode`]: what the settings say. [`Authenticator`]: the same, ready to judge requests.
//! * [`secrets`]: admin secrets. [`jwt`]: tokens. [`webhook`]: somebody else decides.
//! * [`spelling`]: how clients write the names of headers.

pub(crate) mod headers;
pub mod jwt;
mod lifetime;
mod secrets;
pub(crate) mod spelling;
#[cfg(test)]
mod tests;
pub mod webhook;

pub use jwt::JwtSecret;
pub use secrets::SecretDigests;
pub use spelling::Spelling;
pub use webhook::{Hook, HookMode};

use crate::config::Fatal;
use crate::logs::Logger;
use headers::{ACCESS_KEY, ADMIN_SECRET};
use howdah_error::{Code, Error, Result};
use howdah_http_client::{Egress, HttpClient};
use howdah_ir::Session;
use http::{HeaderMap, HeaderValue};
use jwt::JwtAuthentication;
use serde_json::Value;
use std::sync::Arc;
use std::time::SystemTime;
use webhook::WebhookAuthentication;

/// How requests prove who they are.
#[derive(Debug, Clone)]
pub enum AuthMode {
    /// They need not: everybody is trusted with any role.
    Open,
    /// With a secret any role is trusted.
    Protected {
        /// The accepted secrets.
        secrets: SecretDigests,
        /// What becomes of requests without a secret.
        others: Others,
    },
}

/// What becomes of requests without an admin secret.
#[derive(Debug, Clone)]
pub enum Others {
    /// They are refused, or have one role for all.
    Anonymous(Option<Arc<str>>),
    /// They have a token; without one they are refused, or have one role for all.
    Jwt {
        /// How tokens are verified.
        secrets: Vec<JwtSecret>,
        /// The role without a token.
        anonymous: Option<Arc<str>>,
    },
    /// A webhook decides.
    Webhook(Hook),
}

impl AuthMode {
    /// Protection by one of these secrets.
    pub fn admin_secret<'a>(
        secrets: impl IntoIterator<Item = &'a str>,
        anonymous: Option<&str>,
    ) -> Self {
        Self::protected(secrets, Others::Anonymous(anonymous.map(Arc::from)))
    }

    /// Protection by one of these secrets, and something else for requests without one.
    pub fn protected<'a>(secrets: impl IntoIterator<Item = &'a str>, others: Others) -> Self {
        AuthMode::Protected {
            secrets: SecretDigests::of(secrets),
            others,
        }
    }

    /// Whether a secret protects the server.
    pub fn has_admin_secret(&self) -> bool {
        matches!(self, AuthMode::Protected { .. })
    }

    /// What becomes of requests without a secret, if there are secrets.
    pub fn others(&self) -> Option<&Others> {
        match self {
            AuthMode::Open => None,
            AuthMode::Protected { others, .. } => Some(others),
        }
    }

    /// The role of requests without any credentials.
    pub fn anonymous_role(&self) -> Option<&str> {
        match self.others()? {
            Others::Anonymous(role)
            | Others::Jwt {
                anonymous: role, ..
            } => role.as_deref(),
            Others::Webhook(_) => None,
        }
    }

    /// How tokens are verified, if they are.
    pub fn jwt_secrets(&self) -> &[JwtSecret] {
        match self.others() {
            Some(Others::Jwt { secrets, .. }) => secrets,
            _ => &[],
        }
    }

    /// The webhook, if there is one.
    pub fn hook(&self) -> Option<&Hook> {
        match self.others() {
            Some(Others::Webhook(hook)) => Some(hook),
            _ => None,
        }
    }
}

/// What else is known of a request than its headers, for a webhook to hear.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The GraphQL request, or an array of them, where it is known.
    pub graphql: Option<&'a Value>,
    /// How the client spelled the names of its headers.
    pub spelling: &'a Spelling,
}

/// What a request was granted.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Whom it stands for.
    pub session: Session,
    /// When the grant ends; one request is short, but a websocket may outlive it.
    pub expires: Option<SystemTime>,
    /// `Set-Cookie` headers of the webhook, to be passed on to the client.
    pub cookies: Vec<HeaderValue>,
}

impl Grant {
    fn of(session: Session) -> Self {
        Grant {
            session,
            expires: None,
            cookies: Vec::new(),
        }
    }
}

/// Judges requests. Keeps fetched keys fresh for as long as it lives.
#[derive(Debug)]
pub struct Authenticator {
    /// The admin secrets, if the server is protected.
    secrets: Option<SecretDigests>,
    others: Judge,
}

/// What becomes of requests without an admin secret.
#[derive(Debug)]
enum Judge {
    Anonymous(Option<Arc<str>>),
    Jwt(JwtAuthentication),
    Webhook(Box<WebhookAuthentication>),
}

impl Authenticator {
    /// Trusts everybody, as without any settings.
    pub fn open() -> Self {
        Authenticator {
            secrets: None,
            others: Judge::Anonymous(None),
        }
    }

    /// Makes ready what the settings ask for; fetches key sets.
    ///
    /// # Errors
    /// Keys cannot be fetched, or the trusted certificates cannot be read.
    pub async fn start(mode: &AuthMode, egress: &Egress, logger: &Logger) -> Result<Self, Fatal> {
        let AuthMode::Protected { secrets, others } = mode else {
            return Ok(Self::open());
        };
        let client = || HttpClient::new(egress.clone()).map_err(Fatal::new);
        let others = match others {
            Others::Anonymous(role) => Judge::Anonymous(role.clone()),
            Others::Jwt { secrets, anonymous } => {
                let fetching = secrets.iter().any(JwtSecret::needs_fetching);
                let client = fetching.then(client).transpose()?;
                let anonymous = anonymous.clone();
                Judge::Jwt(
                    JwtAuthentication::start(secrets, anonymous, client.as_ref(), logger).await?,
                )
            }
            Others::Webhook(hook) => Judge::Webhook(Box::new(WebhookAuthentication::new(
                hook.clone(),
                client()?,
                logger.clone(),
            ))),
        };
        Ok(Authenticator {
            secrets: Some(secrets.clone()),
            others,
        })
    }

    /// How many tokens were judged in full since the start, signature and all. One that was
    /// accepted before and is still good is not.
    pub fn tokens_judged(&self) -> u64 {
        match &self.others {
            Judge::Jwt(tokens) => tokens.judged(),
            Judge::Anonymous(_) | Judge::Webhook(_) => 0,
        }
    }

    /// Whether [`Authenticator::authenticate`] wants the GraphQL request of these headers.
    pub fn wants_request(&self, headers: &HeaderMap) -> bool {
        match &self.others {
            Judge::Webhook(hook) => {
                hook.wants_request() && headers::sent_secrets(headers).is_empty()
            }
            Judge::Anonymous(_) | Judge::Jwt(_) => false,
        }
    }

    /// Whether [`Authenticator::authenticate`] wants to know how names of headers are spelled.
    pub fn wants_spelling(&self) -> bool {
        match &self.others {
            Judge::Webhook(hook) => hook.wants_spelling(),
            Judge::Anonymous(_) | Judge::Jwt(_) => false,
        }
    }

    /// Whom a request with these headers stands for.
    ///
    /// # Errors
    /// 401 `access-denied` if credentials are missing or wrong; 400 with a code of tokens; 500
    /// `unexpected` if the webhook fails; 400 `bad-request` if the backend-only header is no
    /// boolean.
    pub async fn authenticate(&self, headers: &HeaderMap, asked: Asked<'_>) -> Result<Grant> {
        let Some(secrets) = &self.secrets else {
            return headers::trusted(headers).map(Grant::of);
        };
        let sent = headers::sent_secrets(headers);
        if !sent.is_empty() {
            // Somebody in between may have added one of several: none of them may be wrong.
            return if sent.iter().all(|secret| secrets.accept(secret)) {
                headers::trusted(headers).map(Grant::of)
            } else {
                Err(denied(&format!("invalid {ADMIN_SECRET:?}/{ACCESS_KEY:?}")))
            };
        }
        match &self.others {
            Judge::Anonymous(Some(role)) => Ok(Grant::of(Session::new(
                Arc::clone(role),
                headers::session_variables(headers),
            ))),
            Judge::Anonymous(None) => Err(denied(&format!(
                "{ADMIN_SECRET}/{ACCESS_KEY} required, but not found"
            ))),
            Judge::Jwt(tokens) => tokens.authenticate(headers).await,
            Judge::Webhook(hook) => hook.authenticate(headers, asked).await,
        }
    }
}

fn denied(text: &str) -> Error {
    Error::new(Code::AccessDenied, text)
}
