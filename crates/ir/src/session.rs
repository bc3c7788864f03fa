//! Who asks: the role and the session variables of a request.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Name of the role that may do everything.
pub const ADMIN: &str = "admin";

/// The identity a request runs under, as authentication granted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    role: Arc<str>,
    variables: BTreeMap<String, String>,
    backend_only: bool,
}

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
