//! JSON web tokens: which of the configured secrets a request's token is for, whether it is
//! genuine and good now, and what it grants. Nothing but the token's claims becomes a session
//! variable; of the client's own `x-hasura-*` headers only the requested role is read, and it
//! must be among the token's allowed roles.
//!
//! * [`secret`]: the setting. `location`: where a request carries its token.
//! * `token`, `algorithm`, `key`, `pem`, `jwk`, `published`: genuineness.
//! * `validity`: issuer, audience, times. `claims`, `json_path`: what is granted.
//! * `seen`: tokens that were verified before.

mod algorithm;
mod claims;
mod json_path;
mod jwk;
mod key;
mod location;
mod pem;
mod published;
mod secret;
mod seen;
mod token;
mod validity;

pub use secret::JwtSecret;

use super::{Grant, headers};
use crate::config::Fatal;
use crate::logs::Logger;
use claims::Roles;
use howdah_error::{Code, Error, Result};
use howdah_http_client::HttpClient;
use howdah_ir::Session;
use http::HeaderMap;
use key::Key;
use location::Location;
use published::{KeySet, PublishedKeys};
use secret::KeySource;
use seen::{Granted, SeenTokens};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use token::Token;

/// Verifies the tokens of requests.
pub(super) struct JwtAuthentication {
    secrets: Vec<Prepared>,
    /// The places where the secrets look for tokens, each once.
    places: Vec<Location>,
    /// The role of requests without a token.
    anonymous: Option<Arc<str>>,
    seen: SeenTokens,
    /// Tokens read and judged in full since the start.
    judged: AtomicU64,
}

/// A secret whose keys are at hand.
struct Prepared {
    secret: JwtSecret,
    keys: Keys,
    /// Its place's number in [`JwtAuthentication::places`].
    place: usize,
}

enum Keys {
    Given(Arc<KeySet>),
    Published(Arc<PublishedKeys>),
}

impl fmt::Debug for JwtAuthentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtAuthentication")
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}

impl JwtSecret {
    /// Whether keys must be fetched.
    pub fn needs_fetching(&self) -> bool {
        matches!(self.keys, KeySource::Published(_))
    }
}

impl JwtAuthentication {
    /// Fetches what keys must be fetched.
    ///
    /// # Errors
    /// Keys cannot be fetched, or there is no client to fetch them with.
    pub(super) async fn start(
        secrets: &[JwtSecret],
        anonymous: Option<Arc<str>>,
        client: Option<&HttpClient>,
        logger: &Logger,
    ) -> Result<Self, Fatal> {
        let mut prepared = Vec::with_capacity(secrets.len());
        let mut places: Vec<Location> = Vec::new();
        for secret in secrets {
            let keys = match (&secret.keys, client) {
                (KeySource::Given(key), _) => Keys::Given(Arc::new(KeySet {
                    keys: vec![Key::clone(key)],
                    generation: 0,
                })),
                (KeySource::Published(url), Some(client)) => Keys::Published(
                    PublishedKeys::start(url.clone(), client.clone(), logger.clone()).await?,
                ),
                (KeySource::Published(_), None) => {
                    return Err(Fatal::new("JSON web keys cannot be fetched"));
                }
            };
            let known = places.iter().position(|place| *place == secret.location);
            let place = known.unwrap_or_else(|| {
                places.push(secret.location.clone());
                places.len() - 1
            });
            prepared.push(Prepared {
                secret: secret.clone(),
                keys,
                place,
            });
        }
        Ok(JwtAuthentication {
            secrets: prepared,
            places,
            anonymous,
            seen: SeenTokens::new(),
            judged: AtomicU64::new(0),
        })
    }

    /// Whom a request without an admin secret stands for.
    ///
    /// # Errors
    /// 400 with one of the codes of tokens: there is no token and no role without one, or the
    /// token grants nothing.
    pub(super) async fn authenticate(&self, headers: &HeaderMap) -> Result<Grant> {
        let mut found = Vec::new();
        for (place, location) in self.places.iter().enumerate() {
            for token in location.tokens(headers)? {
                found.push((place, token));
            }
        }
        match found[..] {
            [] => self.without_token(),
            [(place, token)] => self.one_token(place, token, headers).await,
            _ => {
                let (secret, token) = self.choose(&found)?;
                let requested = headers::requested_roles(headers);
                let granted = self.verify(secret, token, &requested).await?;
                grant(&granted, &requested)
            }
        }
    }

    /// Tokens judged in full since the start: those seen before are not.
    pub(super) fn judged(&self) -> u64 {
        self.judged.load(Ordering::Relaxed)
    }

    fn without_token(&self) -> Result<Grant> {
        match &self.anonymous {
            // Nobody vouches for what such a client says of itself.
            Some(role) => Ok(Grant::of(Session::new(Arc::clone(role), []))),
            None => Err(Error::new(
                Code::InvalidHeaders,
                "Missing 'Authorization' or 'Cookie' header in JWT authentication mode",
            )),
        }
    }

    async fn one_token(&self, place: usize, token: &str, headers: &HeaderMap) -> Result<Grant> {
        let requested = headers::requested_roles(headers);
        if let Some(granted) = self.seen.get(place, token) {
            if self.still_good(&granted) {
                return grant(&granted, &requested);
            }
            self.seen.forget(place, token);
        }
        let (secret, token) = self.choose(&[(place, token)])?;
        let granted = Arc::new(self.verify(secret, token, &requested).await?);
        self.seen.put(place, token, Arc::clone(&granted));
        grant(&granted, &requested)
    }

    /// Whether a token that was good is good now: it has not ended, and its keys are the same.
    fn still_good(&self, granted: &Granted) -> bool {
        let Some(prepared) = self.secrets.get(granted.secret) else {
            return false;
        };
        let skew = prepared.secret.demands.skew.as_secs_f64();
        prepared.keys.now().generation == granted.generation
            && granted.expires.is_none_or(|at| at > validity::now() - skew)
    }

    /// The one pair of a secret and a token that belong together by place and issuer.
    fn choose<'t>(&self, found: &[(usize, &'t str)]) -> Result<(usize, &'t str)> {
        let mut chosen = None;
        let mut foreign = false;
        for (number, prepared) in self.secrets.iter().enumerate() {
            for (_, token) in found.iter().filter(|(place, _)| *place == prepared.place) {
                if !prepared.expects(token) {
                    foreign = true;
                } else if chosen.replace((number, *token)).is_some() {
                    return Err(Error::new(
                        Code::InvalidHeaders,
                        "Could not verify JWT: Multiple JWTs found",
                    ));
                }
            }
        }
        match chosen {
            Some(pair) => Ok(pair),
            None if foreign => Err(unverified("JWTNotInIssuer")),
            None => Err(unverified("JWSError NoUsableKeys")),
        }
    }

    /// Verifies a token and reads what it grants.
    async fn verify(&self, number: usize, text: &str, requested: &[String]) -> Result<Granted> {
        let prepared = self
            .secrets
            .get(number)
            .ok_or_else(|| unverified("JWSError NoUsableKeys"))?;
        self.judged.fetch_add(1, Ordering::Relaxed);
        let token = Token::read(text).map_err(|reason| unverified(&reason))?;
        let generation = prepared.keys.verify(&token).await?;
        let claims = token.claims().map_err(|reason| unverified(&reason))?;
        let demands = &prepared.secret.demands;
        let expires = demands
            .check(&claims, validity::now())
            .map_err(|reason| unverified(&reason))?;
        let mut claims = prepared
            .secret
            .layout
            .session_claims(&serde_json::Value::Object(claims))?;
        let roles = Roles::take(&mut claims)?;
        roles.choose(requested)?;
        Ok(Granted {
            roles,
            variables: claims::variables(claims)?,
            expires,
            secret: number,
            generation,
        })
    }
}

impl Prepared {
    /// Whether the token names this secret's issuer. One that names none, or a secret without
    /// one, fits everything.
    fn expects(&self, token: &str) -> bool {
        match &self.secret.demands.issuer {
            None => true,
            Some(issuer) => token::claimed_issuer(token).is_none_or(|named| named == *issuer),
        }
    }
}

impl Keys {
    fn now(&self) -> Arc<KeySet> {
        match self {
            Keys::Given(set) => Arc::clone(set),
            Keys::Published(keys) => keys.current(),
        }
    }

    /// Verifies the signature; answers the generation of the keys that did it.
    async fn verify(&self, token: &Token<'_>) -> Result<u64> {
        let set = self.now();
        let known = set.knows(token);
        if known && set.verify(token) {
            return Ok(set.generation);
        }
        let newer = match self {
            Keys::Published(keys) if !known || token.key_id.is_none() => {
                keys.look_again(&set).await
            }
            Keys::Published(_) | Keys::Given(_) => set,
        };
        if newer.keys.is_empty() {
            return Err(unverified("JWSError NoUsableKeys"));
        }
        if newer.verify(token) {
            Ok(newer.generation)
        } else {
            Err(unverified("JWSError JWSInvalidSignature"))
        }
    }
}

impl KeySet {
    /// Whether the key that a token names is among these; a token that names none may fit any.
    fn knows(&self, token: &Token<'_>) -> bool {
        token.key_id.is_none() || self.keys.iter().any(|key| key.id == token.key_id)
    }

    /// Whether one of the keys made the signature: the named one, or where there is no key of
    /// that name, any (publishers have been seen to leave names out, or change them).
    fn verify(&self, token: &Token<'_>) -> bool {
        let named = token.key_id.is_some() && self.knows(token);
        self.keys
            .iter()
            .filter(|key| !named || key.id == token.key_id)
            .any(|key| key.verify(token.algorithm, token.signed, &token.signature))
    }
}

fn grant(granted: &Granted, requested: &[String]) -> Result<Grant> {
    let role = granted.roles.choose(requested)?;
    let session = Session::new(role, granted.variables.iter().cloned());
    Ok(Grant {
        expires: granted.expires.and_then(validity::moment),
        ..Grant::of(session)
    })
}

fn unverified(reason: &str) -> Error {
    Error::new(Code::InvalidJwt, format!("Could not verify JWT: {reason}"))
}
