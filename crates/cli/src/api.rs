//! A server as this crate sees it.

use howdah_error::Result;
use serde_json::Value;
use std::future::Future;

/// Two endpoints of a server, asked as an administrator: over HTTP, or within the process.
pub trait Api: Sync {
    /// `POST /v1/metadata`.
    ///
    /// # Errors
    /// What the server answers, or that it does not.
    fn metadata(&self, body: Value) -> impl Future<Output = Result<Value>> + Send;

    /// `POST /v2/query`.
    ///
    /// # Errors
    /// What the server answers, or that it does not.
    fn query(&self, body: Value) -> impl Future<Output = Result<Value>> + Send;
}
