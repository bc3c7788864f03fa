//! Who asks: the role and the session variables of a request.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Name of the role that may do everything.
pub const ADMIN: &str = "admin";

/// The identity a request runs under, as authentication granted it.
#[derive(Debug, Clone)]
pub struct Session {
    role: Arc<str>,
    variables: BTreeMap<String, String>,
    backend_only: bool,
    headers: Headers,
}

/// The headers that a request came with; no part of the identity, and not shown, as there may be
/// secrets in them.
#[derive(Clone, Default)]
struct Headers(Arc<[(String, String)]>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} headers", self.0.len())
    }
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        self.role == other.role
            && self.variables == other.variables
            && self.backend_only == other.backend_only
    }
}

impl Eq for Session {}

impl Session {
    /// A session. Names of variables are lower-cased; `x-hasura-role` is always set to `role`.
    pub fn new(
        role: impl Into<Arc<str>>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let role = role.into();
        let mut variables: BTreeMap<String, String> = variables
            .into_iter()
            .map(|(k, v)| (k.to_ascii_lowercase(), v))
            .collect();
        variables.insert("x-hasura-role".into(), role.to_string());
        Session {
            role,
            variables,
            backend_only: false,
            headers: Headers::default(),
        }
    }

    /// An administrator without further variables.
    pub fn admin() -> Self {
        Self::new(ADMIN, [])
    }

    /// Whether backend-only mutations are open to this session (J18).
    #[must_use]
    pub fn with_backend_only(mut self, backend_only: bool) -> Self {
        self.backend_only = backend_only;
        self
    }

    /// The headers of the client, by lower-case name, for webhooks that are to get them too.
    #[must_use]
    pub fn with_headers(mut self, headers: Vec<(String, String)>) -> Self {
        self.headers = Headers(headers.into());
        self
    }

    /// The headers of the client, by lower-case name.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers.0
    }

    /// The first value of a header; the name must be lower-case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.0.iter();
        headers.find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The role.
    pub fn role(&self) -> &Arc<str> {
        &self.role
    }

    /// Whether the role is `admin`.
    pub fn is_admin(&self) -> bool {
        &*self.role == ADMIN
    }

    /// Whether backend-only mutations are open to this session.
    pub fn backend_only(&self) -> bool {
        self.backend_only
    }

    /// The value of a variable; the name must be lower-case.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// All variables, by lower-case name.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// The variables as the JSON object that statements read session values from (`$1`).
    pub fn to_json(&self) -> String {
        serde_json::Value::Object(
            self.variables
                .iter()
                .map(|(k, v)| (k.clone(), v.as_str().into()))
                .collect(),
        )
        .to_string()
    }
}
