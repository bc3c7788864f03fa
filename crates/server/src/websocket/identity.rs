//! Who speaks: the headers of the handshake and of `connection_init`, and what they prove.

use crate::auth::{Asked, Authenticator, Spelling};
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use http::header::{
    CONNECTION, COOKIE, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use std::sync::Arc;
use std::time::SystemTime;

/// What a client has proved.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) session: Arc<Session>,
    /// When it is worth nothing any more.
    pub(super) expiry: Option<SystemTime>,
    /// The headers of `connection_init`: what operations may forward.
    pub(super) headers: Arc<HeaderMap>,
}

/// The headers of a handshake that say something about the client.
pub(super) fn of_handshake(mut headers: HeaderMap, cookies: bool) -> HeaderMap {
    for name in [
        CONNECTION,
        UPGRADE,
        SEC_WEBSOCKET_EXTENSIONS,
        SEC_WEBSOCKET_KEY,
        SEC_WEBSOCKET_PROTOCOL,
        SEC_WEBSOCKET_VERSION,
    ] {
        headers.remove(name);
    }
    if !cookies {
        headers.remove(COOKIE);
    }
    headers
}

/// Checks what `connection_init` brings. Its headers stand before those of the handshake.
///
/// # Errors
/// As authentication refuses; `bad-request` for headers that are none.
pub(super) async fn authenticate(
    auth: &Authenticator,
    handshake: HeaderMap,
    spelling: Spelling,
    sent: Vec<(String, String)>,
) -> Result<Identity> {
    let own = Spelling::of(sent.iter().map(|(name, _)| name.as_str()));
    let sent = header_map(sent)?;
    let headers = merged(handshake, &sent)?;
    let asked = Asked {
        graphql: None,
        spelling: &spelling.with(own),
    };
    let grant = auth.authenticate(&headers, asked).await?;
    let forwarded = crate::auth::headers::to_forward(&headers);
    Ok(Identity {
        session: Arc::new(grant.session.with_headers(forwarded)),
        expiry: grant.expires,
        headers: Arc::new(sent),
    })
}

fn merged(mut handshake: HeaderMap, sent: &HeaderMap) -> Result<HeaderMap> {
    for name in sent.keys() {
        handshake.remove(name);
        for value in sent.get_all(name) {
            handshake
                .try_append(name, value.clone())
                .map_err(|_| too_many())?;
        }
    }
    Ok(handshake)
}

fn header_map(sent: Vec<(String, String)>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in sent {
        let invalid = || {
            let text = format!("the header {name:?} of connection_init is not valid");
            Error::new(Code::BadRequest, text)
        };
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| invalid())?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        headers.try_append(name, value).map_err(|_| too_many())?;
    }
    Ok(headers)
}

fn too_many() -> Error {
    Error::new(Code::BadRequest, "too many headers in connection_init")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn handshake() -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-hasura-role", "outer"),
            ("x-hasura-user-id", "7"),
            ("upgrade", "websocket"),
            ("cookie", "a=b"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn what_the_message_says_counts_before_the_handshake() {
        let sent = vec![("X-Hasura-Role".to_owned(), "inner".to_owned())];
        let all = merged(handshake(), &header_map(sent).unwrap()).unwrap();
        assert_eq!(all["x-hasura-role"], "inner");
        assert_eq!(all.get_all("x-hasura-role").iter().count(), 1);
        assert_eq!(all["x-hasura-user-id"], "7");
    }

    #[test]
    fn headers_that_are_none_are_refused() {
        let far_too_many = (0..40_000).map(|n| (format!("a{n}"), String::new()));
        for sent in [
            vec![("a b".to_owned(), "x".to_owned())],
            vec![("a".to_owned(), "x\n".to_owned())],
            far_too_many.collect(),
        ] {
            let refused = header_map(sent).unwrap_err();
            assert_eq!(refused.code().as_str(), "bad-request");
        }
    }

    #[test]
    fn cookies_stay_only_where_they_may() {
        assert!(of_handshake(handshake(), true).contains_key(COOKIE));
        let without = of_handshake(handshake(), false);
        assert!(!without.contains_key(COOKIE) && !without.contains_key(UPGRADE));
    }
}
