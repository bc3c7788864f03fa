//! The one error value of the engine: status, code, path, message and internals.
//!
//! Every stage (parsing, lowering, SQL, metadata commands, authentication) fails with
//! [`Error`]; how it is shown (GraphQL envelope, flat object, what a non-admin may see) is
//! decided in one place, [`envelope`]. This crate knows nothing of HTTP handlers, SQL or
//! GraphQL documents.

mod code;
pub mod envelope;
mod path;

pub use code::Code;
pub use path::{JsonPath, Segment};

use std::borrow::Cow;
use std::fmt;

/// Shorthand for results that fail with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and where in the request.
#[derive(Debug, Clone, PartialEq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq)]
struct Inner {
    status: u16,
    code: Code,
    path: JsonPath,
    message: String,
    internal: Option<serde_json::Value>,
    extensions: Option<serde_json::Value>,
}

impl Error {
    /// An error with the usual HTTP status of its code (see [`Code::status`]) at path `$`.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            status: code.status(),
            code,
            path: JsonPath::root(),
            message: message.into(),
            internal: None,
            extensions: None,
        }))
    }

    /// `validation-failed`: the request does not fit the schema.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(Code::ValidationFailed, message)
    }

    /// `parse-failed`: a body or literal has the wrong form.
    pub fn parse_failed(message: impl Into<String>) -> Self {
        Self::new(Code::ParseFailed, message)
    }

    /// `not-supported`: the request is understood and deliberately not served.
    pub fn not_supported(message: impl Into<String>) -> Self {
        Self::new(Code::NotSupported, message)
    }

    /// `not-exists`: a metadata object is missing.
    pub fn not_exists(message: impl Into<String>) -> Self {
        Self::new(Code::NotExists, message)
    }

    /// `already-exists`: a metadata object of this name is there.
    pub fn already_exists(message: impl Into<String>) -> Self {
        Self::new(Code::AlreadyExists, message)
    }

    /// `invalid-configuration`: a metadata value cannot be used.
    pub fn invalid_configuration(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidConfiguration, message)
    }

    /// `unexpected` with status 500: a fault on our side or of a system behind us.
    pub fn unexpected(message: impl Into<String>) -> Self {
        Self::new(Code::Unexpected, message)
    }

    /// `missing session variable: "x-hasura-…"`, found when a value is needed.
    pub fn missing_session_variable(name: &str) -> Self {
        Self::new(
            Code::NotFound,
            format!("missing session variable: {name:?}"),
        )
        .with_status(400)
    }

    /// Replaces the path.
    #[must_use]
    pub fn at(mut self, path: JsonPath) -> Self {
        self.0.path = path;
        self
    }

    /// Puts a segment in front of the path: used while unwinding from nested parsers.
    #[must_use]
    pub fn within(mut self, segment: impl Into<Segment>) -> Self {
        self.0.path.prepend(segment.into());
        self
    }

    /// Puts a whole path in front of the path.
    #[must_use]
    pub fn within_path(mut self, prefix: &JsonPath) -> Self {
        self.0.path = prefix.joined(&self.0.path);
        self
    }

    /// Overrides the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = status;
        self
    }

    /// Adds details that only administrators (or dev mode) may see.
    #[must_use]
    pub fn with_internal(mut self, internal: serde_json::Value) -> Self {
        self.0.internal = Some(internal);
        self
    }

    /// Sets the object that replaces `{path, code}` in a GraphQL error.
    #[must_use]
    pub fn with_extensions(mut self, extensions: serde_json::Value) -> Self {
        self.0.extensions = Some(extensions);
        self
    }

    /// Replaces the message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// The HTTP status of the endpoints that keep real statuses.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The machine-readable code.
    pub fn code(&self) -> &Code {
        &self.0.code
    }

    /// Where in the request the fault is.
    pub fn path(&self) -> &JsonPath {
        &self.0.path
    }

    /// The text for people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Details for administrators.
    pub fn internal(&self) -> Option<&serde_json::Value> {
        self.0.internal.as_ref()
    }

    /// The object that replaces `{path, code}`, if any.
    pub fn extensions(&self) -> Option<&serde_json::Value> {
        self.0.extensions.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} at {})", self.0.message, self.0.code, self.0.path)
    }
}

impl std::error::Error for Error {}

/// Adds a path segment to the error of a result.
pub trait Within<T> {
    /// Puts `segment` in front of the error's path.
    fn within(self, segment: impl Into<Segment>) -> Result<T>;
}

impl<T> Within<T> for Result<T> {
    fn within(self, segment: impl Into<Segment>) -> Result<T> {
        self.map_err(|e| e.within(segment))
    }
}

/// A list of names as error texts print them: `['a', 'b']`.
pub fn quoted_list<I, S>(names: I) -> String
where
    I: IntoIterator<Item = S>,
    S: AsRef<str>,
{
    let names: Vec<Cow<'_, str>> = names
        .into_iter()
        .map(|n| Cow::Owned(format!("'{}'", n.as_ref())))
        .collect();
    format!("[{}]", names.join(", "))
}
