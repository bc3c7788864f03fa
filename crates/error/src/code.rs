//! Error codes: the stable strings that clients compare.

use std::borrow::Cow;
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal;)*) => {
        /// The machine-readable kind of an error, as in section 2 of the error specification.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
            /// A code that a webhook chose.
            Custom(Cow<'static, str>),
        }

        impl Code {
            /// The string on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Code::$variant => $text,)*
                    Code::Custom(s) => s,
                }
            }

            /// The HTTP status this code usually comes with.
            pub fn status(&self) -> u16 {
                match self {
                    $(Code::$variant => $status,)*
                    Code::Custom(_) => 400,
                }
            }
        }
    };
}

codes! {
    /// Credentials missing or insufficient.
    AccessDenied = "access-denied", 401;
    /// An object of this name exists.
    AlreadyExists = "already-exists", 400;
    /// Tracked twice.
    AlreadyTracked = "already-tracked", 400;
    /// Untracked twice.
    AlreadyUntracked = "already-untracked", 400;
    /// Malformed request.
    BadRequest = "bad-request", 400;
    /// The server cannot take the request now.
    Busy = "busy", 503;
    /// Serialization failure.
    ConcurrentUpdate = "concurrent-update", 400;
    /// Stale resource version.
    Conflict = "conflict", 409;
    /// A session value does not fit a remote argument.
    CoercionError = "coercion-error", 400;
    /// SQLSTATE class 42 on reads and writes of users.
    ConstraintError = "constraint-error", 400;
    /// SQLSTATE class 23.
    ConstraintViolation = "constraint-violation", 400;
    /// Roles or types that contain themselves.
    CyclicDependency = "cyclic-dependency", 400;
    /// Trouble with a data connector.
    DataConnectorError = "data-connector-error", 400;
    /// SQLSTATE class 22.
    DataException = "data-exception", 400;
    /// Something else needs the object.
    DependencyError = "dependency-error", 400;
    /// A metadata value cannot be used.
    InvalidConfiguration = "invalid-configuration", 400;
    /// JWT header missing or malformed.
    InvalidHeaders = "invalid-headers", 400;
    /// The body is not JSON.
    InvalidJson = "invalid-json", 400;
    /// Token verification failed.
    InvalidJwt = "invalid-jwt", 400;
    /// Claims of the wrong form.
    JwtInvalidClaims = "jwt-invalid-claims", 400;
    /// Role claims missing.
    JwtMissingRoleClaims = "jwt-missing-role-claims", 400;
    /// Arguments that cannot be served.
    InvalidParams = "invalid-params", 400;
    /// Warnings while they are not allowed.
    MetadataWarnings = "metadata-warnings", 400;
    /// A wrong HTTP method.
    MethodNotAllowed = "method-not-allowed", 405;
    /// A metadata object is missing.
    NotExists = "not-exists", 400;
    /// A path or session variable is missing.
    NotFound = "not-found", 404;
    /// An unsupported combination.
    NotSupported = "not-supported", 400;
    /// A body or literal of the wrong form.
    ParseFailed = "parse-failed", 400;
    /// The role has no such permission object.
    PermissionDenied = "permission-denied", 400;
    /// A permission's check failed.
    PermissionError = "permission-error", 400;
    /// Trouble with the connection to PostgreSQL.
    PostgresError = "postgres-error", 500;
    /// PostgreSQL has no connection left.
    PostgresMaxConnections = "postgres-max-connections-error", 500;
    /// A websocket operation was refused.
    StartFailed = "start-failed", 400;
    /// The request took too long.
    Timeout = "timeout", 500;
    /// A fault on our side.
    Unexpected = "unexpected", 500;
    /// A value of the wrong type.
    UnexpectedPayload = "unexpected-payload", 400;
    /// The request does not fit the schema.
    ValidationFailed = "validation-failed", 400;
    /// Warning: a table could not be tracked.
    TrackTableFailed = "track-table-failed", 400;
    /// Warning: a table could not be untracked.
    UntrackTableFailed = "untrack-table-failed", 400;
    /// Trouble with a remote schema.
    RemoteSchemaError = "remote-schema-error", 400;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
