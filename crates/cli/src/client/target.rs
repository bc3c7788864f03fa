//! Where a server is, and what goes with each request to it.

use crate::program::exit::{Outcome, Stop};
use howdah_http_client::Trust;
use http::{HeaderMap, HeaderValue};
use indexmap::IndexMap;
use std::fmt;
use url::Url;

/// The header of the admin secret.
pub const SECRET_HEADER: &str = "x-hasura-admin-secret";

/// A server's address with everything that is needed to speak to it.
#[derive(Clone)]
pub struct Target {
    /// Ends with `/`.
    base: Url,
    /// As people write it.
    shown: String,
    secret: Option<HeaderValue>,
    paths: IndexMap<String, String>,
    authorities: Option<Vec<u8>>,
    trust_anybody: bool,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("endpoint", &self.shown)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// Checks an address.
    ///
    /// # Errors
    /// It is no HTTP address, or the secret cannot be sent in a header.
    pub fn new(
        endpoint: &str,
        secret: Option<String>,
        paths: &IndexMap<String, String>,
        authorities: Option<Vec<u8>>,
        trust_anybody: bool,
    ) -> Outcome<Self> {
        let fault = |why: &str| Stop::usage(format!("the endpoint \"{endpoint}\" {why}"));
        let mut base = Url::parse(endpoint.trim())
            .map_err(|_| fault("is not a URL like http://localhost:8080"))?;
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(fault("is not a URL like http://localhost:8080"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(Stop::usage(
                "the endpoint holds a user or a password; secrets are sent as headers: use \
                 --admin-secret-file or HASURA_GRAPHQL_ADMIN_SECRET",
            ));
        }
        base.set_query(None);
        base.set_fragment(None);
        let path = format!("{}/", base.path().trim_end_matches('/'));
        base.set_path(&path);
        let secret = secret
            .filter(|secret| !secret.is_empty())
            .map(|secret| {
                let mut value = HeaderValue::from_str(&secret).map_err(|_| {
                    Stop::usage("the admin secret has characters that no header can hold")
                })?;
                value.set_sensitive(true);
                Ok::<_, Stop>(value)
            })
            .transpose()?;
        Ok(Target {
            shown: base.as_str().trim_end_matches('/').to_owned(),
            base,
            secret,
            paths: paths.clone(),
            authorities,
            trust_anybody,
        })
    }

    /// The address as people write it, without secrets.
    pub fn endpoint(&self) -> &str {
        &self.shown
    }

    /// The same server, asked by somebody who knows no secret.
    #[must_use]
    pub fn without_secret(mut self) -> Self {
        self.secret = None;
        self
    }

    /// Whether a secret is sent.
    pub fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// The path of an endpoint, where the project may have its own word.
    pub fn path<'a>(&'a self, key: &str, usual: &'a str) -> &'a str {
        self.paths.get(key).map_or(usual, String::as_str)
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let (path, query) = path
            .split_once('?')
            .map_or((path, None), |(p, q)| (p, Some(q)));
        url.set_path(&format!(
            "{}{}",
            self.base.path(),
            path.trim_start_matches('/')
        ));
        url.set_query(query);
        url
    }

    /// The headers of every request.
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(secret) = &self.secret {
            headers.insert(SECRET_HEADER, secret.clone());
        }
        headers
    }

    /// Whom TLS trusts.
    pub fn trust(&self) -> Trust {
        Trust {
            authorities: self.authorities.clone(),
            anybody: self.trust_anybody,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn target(endpoint: &str) -> Outcome<Target> {
        let secret = Some("s3cret".to_owned());
        Target::new(endpoint, secret, &IndexMap::new(), None, false)
    }

    #[test]
    fn prefixes_of_addresses_are_kept() {
        for endpoint in ["https://a.b/c", "https://a.b/c/"] {
            let target = target(endpoint).unwrap();
            assert_eq!(target.endpoint(), "https://a.b/c");
            assert_eq!(
                target.url("v1/metadata").as_str(),
                "https://a.b/c/v1/metadata"
            );
            assert_eq!(target.url("/v1/x?y=1").as_str(), "https://a.b/c/v1/x?y=1");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_telling_secrets() {
        for endpoint in [
            "localhost:8080",
            "postgres://x/y",
            "",
            "http://me:hidden@host",
        ] {
            let stop = target(endpoint).unwrap_err();
            assert_eq!(stop.exit(), crate::program::exit::Exit::Usage);
            assert!(!stop.message().contains("hidden"), "{stop}");
        }
        assert!(!format!("{:?}", target("http://h").unwrap()).contains("s3cret"));
    }
}
