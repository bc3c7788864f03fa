//! Where a request carries its token.

use howdah_error::{Code, Error, Result};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Where the token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// `Authorization: Bearer <token>`.
    Authorization,
    /// The cookie of this name.
    Cookie(String),
    /// The whole value of this header.
    Header(HeaderName),
}

impl Location {
    /// The tokens that a request carries there: more than one if somebody sent several.
    ///
    /// # Errors
    /// 400 `invalid-headers`: the authorization is none of the bearer kind.
    pub(super) fn tokens<'h>(&self, headers: &'h HeaderMap) -> Result<Vec<&'h str>> {
        match self {
            Location::Authorization => headers
                .get_all(AUTHORIZATION)
                .iter()
                .map(|value| bearer(value).ok_or_else(malformed))
                .collect(),
            Location::Cookie(name) => Ok(headers
                .get_all(COOKIE)
                .iter()
                .flat_map(|value| cookies(value, name))
                .collect()),
            Location::Header(name) => Ok(headers
                .get_all(name)
                .iter()
                // What is not even text fails as a token.
                .map(|value| value.to_str().map_or("", str::trim))
                .collect()),
        }
    }
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let mut words = value.to_str().ok()?.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("Bearer"), Some(token), None) => Some(token),
        _ => None,
    }
}

fn malformed() -> Error {
    Error::new(Code::InvalidHeaders, "Malformed Authorization header")
}

fn cookies<'h>(value: &'h HeaderValue, name: &str) -> impl Iterator<Item = &'h str> {
    let text = value.to_str().unwrap_or_default();
    text.split(';').filter_map(move |pair| {
        let (key, value) = pair.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    })
}
