//! Who asks: from request headers to a [`Session`], or a refusal. This module knows header
//! names and secrets; it knows nothing of endpoints and of how errors are written.

mod secrets;

pub use secrets::SecretDigests;

use crate::config::value;
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use http::HeaderMap;
use std::sync::Arc;

const ADMIN_SECRET: &str = "x-hasura-admin-secret";
const ACCESS_KEY: &str = "x-hasura-access-key";
const ROLE: &str = "x-hasura-role";
const BACKEND_ONLY: &str = "x-hasura-use-backend-only-permissions";
const SESSION_PREFIX: &str = "x-hasura-";

/// How requests prove who they are.
#[derive(Debug, Clone)]
pub enum AuthMode {
    /// They need not: everybody is trusted with any role.
    Open,
    /// With a secret any role is trusted; without one there may be a role for everybody.
    AdminSecret {
        /// The accepted secrets.
        secrets: SecretDigests,
        /// The role of requests without a secret.
        anonymous: Option<Arc<str>>,
    },
}

impl AuthMode {
    /// Protection by one of these secrets.
    pub fn admin_secret<'a>(
        secrets: impl IntoIterator<Item = &'a str>,
        anonymous: Option<&str>,
    ) -> Self {
        AuthMode::AdminSecret {
            secrets: SecretDigests::of(secrets),
            anonymous: anonymous.map(Arc::from),
        }
    }

    /// Whether a secret protects the server.
    pub fn has_admin_secret(&self) -> bool {
        matches!(self, AuthMode::AdminSecret { .. })
    }

    /// The session that these headers stand for.
    ///
    /// # Errors
    /// 401 `access-denied` if credentials are missing or wrong; 400 `bad-request` if the
    /// backend-only header is no boolean.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<Session> {
        match self {
            AuthMode::Open => trusted(headers),
            AuthMode::AdminSecret { secrets, anonymous } => {
                match (sent_secret(headers), anonymous) {
                    (Some(sent), _) if secrets.accept(sent) => trusted(headers),
                    (Some(_), _) => {
                        Err(denied(&format!("invalid {ADMIN_SECRET:?}/{ACCESS_KEY:?}")))
                    }
                    (None, Some(role)) => {
                        Ok(Session::new(Arc::clone(role), session_variables(headers)))
                    }
                    (None, None) => Err(denied(&format!(
                        "{ADMIN_SECRET}/{ACCESS_KEY} required, but not found"
                    ))),
                }
            }
        }
    }
}

fn denied(text: &str) -> Error {
    Error::new(Code::AccessDenied, text)
}

fn sent_secret(headers: &HeaderMap) -> Option<&[u8]> {
    headers
        .get(ADMIN_SECRET)
        .or_else(|| headers.get(ACCESS_KEY))
        .map(http::HeaderValue::as_bytes)
}

/// The session of a request that may choose its role itself.
fn trusted(headers: &HeaderMap) -> Result<Session> {
    let variables = session_variables(headers);
    let role = variables
        .iter()
        .find(|(name, role)| name == ROLE && !role.is_empty())
        .map_or(howdah_ir::session::ADMIN, |(_, role)| role.as_str());
    let backend_only = match variables.iter().find(|(name, _)| name == BACKEND_ONLY) {
        None => false,
        Some((_, text)) => value::boolean(text)
            .map_err(|reason| Error::new(Code::BadRequest, format!("{BACKEND_ONLY}: {reason}")))?,
    };
    let role: Arc<str> = role.into();
    Ok(Session::new(role, variables).with_backend_only(backend_only))
}

/// Headers that are session variables. Secrets are no variables; of a header that comes
/// several times the last one counts.
fn session_variables(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    for name in headers.keys().map(http::HeaderName::as_str) {
        if name.starts_with(SESSION_PREFIX)
            && name != ADMIN_SECRET
            && name != ACCESS_KEY
            && let Some(value) = headers.get_all(name).iter().next_back()
        {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            variables.push((name.to_owned(), text));
        }
    }
    variables
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    fn protected(anonymous: Option<&str>) -> AuthMode {
        AuthMode::admin_secret(["one", "two"], anonymous)
    }

    #[test]
    fn without_a_secret_everybody_chooses_the_role() {
        let session = AuthMode::Open.authenticate(&headers(&[])).unwrap();
        assert!(session.is_admin());
        let session = AuthMode::Open
            .authenticate(&headers(&[
                ("x-hasura-role", "user"),
                ("x-hasura-user-id", "7"),
            ]))
            .unwrap();
        assert_eq!(&**session.role(), "user");
        assert_eq!(session.variable("x-hasura-user-id"), Some("7"));
        assert!(!session.backend_only());
    }

    #[test]
    fn each_of_several_secrets_opens() {
        for secret in ["one", "two"] {
            for name in ["x-hasura-admin-secret", "x-hasura-access-key"] {
                let session = protected(None)
                    .authenticate(&headers(&[(name, secret)]))
                    .unwrap();
                assert!(session.is_admin());
                assert_eq!(
                    session.variable(name),
                    None,
                    "secrets are no session variables"
                );
            }
        }
    }

    #[test]
    fn wrong_and_missing_secrets_are_refused_with_401() {
        let wrong = protected(Some("anonymous"))
            .authenticate(&headers(&[("x-hasura-admin-secret", "three")]))
            .unwrap_err();
        assert_eq!(
            wrong.message(),
            r#"invalid "x-hasura-admin-secret"/"x-hasura-access-key""#
        );
        assert_eq!(
            (wrong.status(), wrong.code().as_str()),
            (401, "access-denied")
        );
        let missing = protected(None)
            .authenticate(&headers(&[("x-hasura-role", "admin")]))
            .unwrap_err();
        assert_eq!(
            missing.message(),
            "x-hasura-admin-secret/x-hasura-access-key required, but not found"
        );
    }

    #[test]
    fn the_anonymous_role_cannot_be_left() {
        let session = protected(Some("anonymous"))
            .authenticate(&headers(&[
                ("x-hasura-role", "admin"),
                ("x-hasura-use-backend-only-permissions", "true"),
            ]))
            .unwrap();
        assert_eq!(&**session.role(), "anonymous");
        assert_eq!(session.variable("x-hasura-role"), Some("anonymous"));
        assert!(!session.is_admin() && !session.backend_only());
    }

    #[test]
    fn backend_only_must_be_a_boolean() {
        let open = |text| {
            AuthMode::Open
                .authenticate(&headers(&[("x-hasura-use-backend-only-permissions", text)]))
        };
        assert!(open("Yes").unwrap().backend_only());
        assert!(!open("f").unwrap().backend_only());
        let error = open("1").unwrap_err();
        assert_eq!(
            (error.status(), error.code().as_str()),
            (400, "bad-request")
        );
        assert!(error.message().contains(r#"["true","t","yes","y"]"#));
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let mode = AuthMode::admin_secret(["hunter2"], None);
        assert!(!format!("{mode:?}").contains("hunter2"));
    }
}
