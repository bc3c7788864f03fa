//! From the claims of a verified token to roles and session variables: where the settings say
//! that they are, and in which form.

use super::json_path;
use crate::auth::headers::is_variable;
use howdah_error::{Code, Error, JsonPath, Result};
use serde_json::{Map, Value};
use std::sync::Arc;

pub(super) const ALLOWED_ROLES: &str = "x-hasura-allowed-roles";
pub(super) const DEFAULT_ROLE: &str = "x-hasura-default-role";

/// Where the session claims of a token are.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Layout {
    /// In one object of the token.
    Namespace {
        /// Which one.
        place: Place,
        /// Whether it is a text that holds the object.
        stringified: bool,
    },
    /// Here and there, or in the settings.
    Map(Mapped),
}

/// Where the object with the session claims is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// A claim of this name.
    Key(String),
    /// At the end of a path.
    Path(JsonPath),
}

/// One claim of a `claims_map`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source<T> {
    /// The settings say what it is.
    Literal(T),
    /// It is at the end of a path.
    Path {
        /// Where to look.
        path: JsonPath,
        /// What it is if nothing is there.
        default: Option<T>,
    },
}

/// A `claims_map`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mapped {
    pub(super) allowed_roles: Source<Vec<String>>,
    pub(super) default_role: Source<String>,
    /// The other variables by lower-case name.
    pub(super) others: Vec<(String, Source<String>)>,
}

/// Session claims by lower-case name.
pub(super) type SessionClaims = Map<String, Value>;

impl Layout {
    /// The session claims of a token.
    ///
    /// # Errors
    /// 400 `jwt-invalid-claims` or `jwt-missing-role-claims`: they are not where they should be.
    pub(super) fn session_claims(&self, token: &Value) -> Result<SessionClaims> {
        match self {
            Layout::Namespace { place, stringified } => {
                let found = place.find(token)?;
                let object = if *stringified {
                    place.unpack(found)?
                } else {
                    let text = "expecting a json object when claims_format is json";
                    found.as_object().cloned().ok_or_else(|| invalid(text))?
                };
                lower_case(object)
            }
            Layout::Map(mapped) => mapped.session_claims(token),
        }
    }
}

impl Place {
    fn find<'v>(&self, token: &'v Value) -> Result<&'v Value> {
        match self {
            Place::Key(key) => token
                .get(key)
                .ok_or_else(|| invalid(&format!("claims key: '{key}' not found"))),
            Place::Path(path) => json_path::find(token, path).ok_or_else(|| {
                invalid(&format!(
                    "claims not found at claims_namespace_path: '{path}'"
                ))
            }),
        }
    }

    fn unpack(&self, found: &Value) -> Result<Map<String, Value>> {
        let Some(text) = found.as_str() else {
            return Err(invalid(
                "expecting a string when claims_format is stringified_json",
            ));
        };
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Ok(object),
            _ => {
                let place = match self {
                    Place::Key(key) => format!("claims_namespace {key}"),
                    Place::Path(path) => format!("claims_namespace_path {path}"),
                };
                Err(invalid(&format!(
                    "expecting stringified json at: '{place}', but found: {text}"
                )))
            }
        }
    }
}

impl Mapped {
    fn session_claims(&self, token: &Value) -> Result<SessionClaims> {
        let mut claims = SessionClaims::new();
        let allowed = role_claim(&self.allowed_roles, token, ALLOWED_ROLES)?;
        claims.insert(ALLOWED_ROLES.into(), allowed);
        let default = role_claim(&self.default_role, token, DEFAULT_ROLE)?;
        claims.insert(DEFAULT_ROLE.into(), default);
        for (name, source) in &self.others {
            let value = source
                .value(token)
                .ok_or_else(|| invalid(&format!("JWT claim from claims_map, {name} not found")))?;
            claims.insert(name.clone(), value);
        }
        Ok(claims)
    }
}

fn role_claim<T: Clone + Into<Value>>(
    source: &Source<T>,
    token: &Value,
    name: &str,
) -> Result<Value> {
    source.value(token).ok_or_else(|| missing_role(name))
}

impl<T: Clone + Into<Value>> Source<T> {
    fn value(&self, token: &Value) -> Option<Value> {
        match self {
            Source::Literal(value) => Some(value.clone().into()),
            Source::Path { path, default } => json_path::find(token, path)
                .cloned()
                .or_else(|| default.clone().map(Into::into)),
        }
    }
}

/// Session claims only, by lower-case name. Two spellings of one name leave open which counts.
fn lower_case(object: Map<String, Value>) -> Result<SessionClaims> {
    let mut claims = SessionClaims::new();
    for (name, value) in object {
        let name = name.to_ascii_lowercase();
        // Where secrets stand, no token has a say.
        if is_variable(&name) && claims.insert(name.clone(), value).is_some() {
            return Err(invalid(&format!(
                "x-hasura-* claims: {name} stands there more than once"
            )));
        }
    }
    Ok(claims)
}

/// The roles that a token grants.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Roles {
    allowed: Vec<Arc<str>>,
    default: Arc<str>,
}

impl Roles {
    /// Takes the two role claims out of the session claims.
    ///
    /// # Errors
    /// 400 `jwt-missing-role-claims` or `jwt-invalid-claims`.
    pub(super) fn take(claims: &mut SessionClaims) -> Result<Self> {
        let hint = |name: &str, hint: &str| format!("invalid {name}; should be {hint}");
        let allowed = claims
            .remove(ALLOWED_ROLES)
            .ok_or_else(|| missing_role(ALLOWED_ROLES))?;
        let list_hint = hint(ALLOWED_ROLES, "a list of roles");
        let Value::Array(items) = &allowed else {
            return Err(mistyped(&list_hint, "[]", "Array", &allowed));
        };
        let allowed = items
            .iter()
            .map(|item| role(item, &list_hint))
            .collect::<Result<_>>()?;
        let default = claims
            .remove(DEFAULT_ROLE)
            .ok_or_else(|| missing_role(DEFAULT_ROLE))?;
        let default = role(&default, &hint(DEFAULT_ROLE, "a single role name"))?;
        Ok(Roles { allowed, default })
    }

    /// The role of a request that asked for these. A header that comes several times must not
    /// smuggle a role past whoever looks at another copy: each must be allowed.
    ///
    /// # Errors
    /// 400 `access-denied`: one of them is not allowed.
    pub(super) fn choose(&self, requested: &[String]) -> Result<Arc<str>> {
        let allowed = |role: &str| self.allowed.iter().find(|a| &***a == role).cloned();
        let denied = || {
            let text = "Your requested role is not in allowed roles";
            Error::new(Code::AccessDenied, text).with_status(400)
        };
        let mut roles = requested.iter().filter(|role| !role.is_empty());
        let Some(first) = roles.next() else {
            return allowed(&self.default).ok_or_else(denied);
        };
        if roles.any(|role| allowed(role).is_none()) {
            return Err(denied());
        }
        allowed(first).ok_or_else(denied)
    }

    /// Bytes held, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.default.len() + self.allowed.iter().map(|r| r.len() + 32).sum::<usize>()
    }
}

fn role(value: &Value, hint: &str) -> Result<Arc<str>> {
    match value.as_str() {
        Some("") => Err(invalid(&format!("{hint}: empty string not allowed"))),
        Some(role) => Ok(role.into()),
        None => Err(mistyped(hint, "Text", "String", value)),
    }
}

/// The session variables: every claim must be a text.
///
/// # Errors
/// 400 `jwt-invalid-claims`.
pub(super) fn variables(claims: SessionClaims) -> Result<Vec<(String, String)>> {
    claims
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            other => Err(mistyped("x-hasura-* claims", "Text", "String", &other)),
        })
        .collect()
}

fn invalid(text: &str) -> Error {
    Error::new(Code::JwtInvalidClaims, text)
}

fn missing_role(name: &str) -> Error {
    Error::new(
        Code::JwtMissingRoleClaims,
        format!("JWT claim does not contain {name}"),
    )
}

fn mistyped(what: &str, target: &str, expected: &str, found: &Value) -> Error {
    invalid(&format!(
        "{what}: {}",
        parsing_failed(target, expected, found)
    ))
}

/// The parser's text for a value of the wrong type.
pub(super) fn parsing_failed(target: &str, expected: &str, found: &Value) -> String {
    let kind = match found {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "Number",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    };
    format!("parsing {target} failed, expected {expected}, but encountered {kind}")
}
