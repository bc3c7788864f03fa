//! The registered claims: when, by whom and for whom a token is good.

use super::token::Reason;
use serde_json::{Map, Value};
use std::time::{Duration, SystemTime};

/// What the settings demand.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Demands {
    /// The issuer; a token that names none passes, as it always did.
    pub(super) issuer: Option<String>,
    /// One of these must be among the token's audiences.
    pub(super) audience: Option<Vec<String>>,
    /// How far clocks may be apart.
    pub(super) skew: Duration,
}

impl Demands {
    /// Whether a verified token is good now; answers when it ends (seconds since 1970).
    pub(super) fn check(
        &self,
        claims: &Map<String, Value>,
        now: f64,
    ) -> Result<Option<f64>, Reason> {
        let skew = self.skew.as_secs_f64();
        let expires = date(claims, "exp")?;
        if expires.is_some_and(|at| at <= now - skew) {
            return Err("JWTExpired".into());
        }
        if date(claims, "iat")?.is_some_and(|at| at > now + skew) {
            return Err("JWTIssuedAtFuture".into());
        }
        if date(claims, "nbf")?.is_some_and(|at| at > now + skew) {
            return Err("JWTNotYetValid".into());
        }
        let issuer = match claims.get("iss") {
            None => None,
            Some(Value::String(issuer)) => Some(issuer),
            Some(_) => return Err(unreadable("iss")),
        };
        if let (Some(wanted), Some(found)) = (&self.issuer, issuer)
            && wanted != found
        {
            return Err("JWTNotInIssuer".into());
        }
        let audiences = audiences(claims)?;
        if let Some(wanted) = &self.audience
            && !audiences.iter().any(|a| wanted.iter().any(|w| w == a))
        {
            return Err("JWTNotInAudience".into());
        }
        Ok(expires)
    }
}

fn unreadable(claim: &str) -> Reason {
    format!("JWTClaimsSetDecodeError \"{claim} has the wrong type\"")
}

fn date(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, Reason> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| unreadable(name)),
    }
}

fn audiences(claims: &Map<String, Value>) -> Result<Vec<&str>, Reason> {
    let wrong = || unreadable("aud");
    match claims.get("aud") {
        None => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one]),
        Some(Value::Array(many)) => many
            .iter()
            .map(|one| one.as_str().ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

/// Now, in seconds since 1970.
pub(super) fn now() -> f64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}

/// A date of a claim; `None` beyond what a clock can show.
pub(super) fn moment(seconds: f64) -> Option<SystemTime> {
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since)
}
