//! A server as this crate sees it.

use howdah_error::Error;
use serde_json::Value;
use std::future::Future;

/// Why a server did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// It answered with an error.
    #[error("{}", .0.message())]
    Refused(Error),

    /// There is no answer: nobody listens, the name is unknown, TLS fails.
    #[error("cannot reach the server at {endpoint}: {reason}")]
    Unreachable {
        /// The address of the server.
        endpoint: String,
        /// What happened.
        reason: String,
    },

    /// Somebody answers, but not as a GraphQL engine does.
    #[error("{endpoint} is not the endpoint of a GraphQL engine: {reason}")]
    Foreign {
        /// The address that was asked.
        endpoint: String,
        /// What came instead.
        reason: String,
    },
}

impl ApiError {
    /// The error that the server answered with.
    pub fn refused(&self) -> Option<&Error> {
        match self {
            ApiError::Refused(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        ApiError::Refused(error)
    }
}

/// What a server was asked for, or why it was not done.
pub type ApiResult<T> = Result<T, ApiError>;

/// Endpoints of a server, asked as an administrator: over HTTP, or within the process.
///
/// Only operations of version 2 of the engine are used, so that the tool also serves teams that
/// still run it.
pub trait Api: Sync {
    /// `POST /v1/metadata`.
    ///
    /// # Errors
    /// What the server answers, or that it does not.
    fn metadata(&self, body: Value) -> impl Future<Output = ApiResult<Value>> + Send;

    /// `POST /v2/query`.
    ///
    /// # Errors
    /// What the server answers, or that it does not.
    fn query(&self, body: Value) -> impl Future<Output = ApiResult<Value>> + Send;
}
