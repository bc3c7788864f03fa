//! What the headers of a request say about who asks, whether that is believed or not.

use crate::config::value;
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use http::{HeaderMap, HeaderValue};
use std::sync::Arc;

pub(super) const ADMIN_SECRET: &str = "x-hasura-admin-secret";
pub(super) const ACCESS_KEY: &str = "x-hasura-access-key";
pub(super) const ROLE: &str = "x-hasura-role";
pub(super) const SESSION_PREFIX: &str = "x-hasura-";
const BACKEND_ONLY: &str = "x-hasura-use-backend-only-permissions";

/// The admin secrets that a request sends: under the old name only if there is none under the
/// new one.
pub(super) fn sent_secrets(headers: &HeaderMap) -> Vec<&[u8]> {
    let of = |name| -> Vec<&[u8]> {
        let values = headers.get_all(name).iter();
        values.map(HeaderValue::as_bytes).collect()
    };
    let sent = of(ADMIN_SECRET);
    if sent.is_empty() {
        of(ACCESS_KEY)
    } else {
        sent
    }
}

/// The roles that a request asks for, in order.
pub(super) fn requested_roles(headers: &HeaderMap) -> Vec<String> {
    headers.get_all(ROLE).iter().map(text).collect()
}

/// The session of a request that may choose its role itself.
pub(super) fn trusted(headers: &HeaderMap) -> Result<Session> {
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
pub(super) fn session_variables(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    for name in headers.keys().map(http::HeaderName::as_str) {
        if is_variable(name)
            && let Some(value) = headers.get_all(name).iter().next_back()
        {
            variables.push((name.to_owned(), text(value)));
        }
    }
    variables
}

/// All headers but secrets, for webhooks that are to get those of the client.
pub(crate) fn to_forward(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| *name != ADMIN_SECRET && *name != ACCESS_KEY)
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect()
}

/// Whether a lower-case name is that of a session variable.
pub(super) fn is_variable(name: &str) -> bool {
    name.starts_with(SESSION_PREFIX) && name != ADMIN_SECRET && name != ACCESS_KEY
}

/// A header's value as text; what is no text is replaced.
pub(super) fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
