//! How an [`Error`] is written to a client: one table for every endpoint.

use crate::Error;
use serde_json::{Map, Value};

/// Whether details of PostgreSQL and SQL may be shown to this client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Internals {
    /// For administrators (unless switched off) and in dev mode.
    Show,
    /// For everybody else.
    Hide,
}

/// `{"message":…, "extensions":{"path":…,"code":…,"internal":…}}`: an element of `errors`.
pub fn graphql(error: &Error, internals: Internals) -> Value {
    let mut extensions = match error.extensions() {
        Some(Value::Object(given)) => given.clone(),
        _ => {
            let mut map = Map::new();
            map.insert("path".into(), error.path().to_string().into());
            map.insert("code".into(), error.code().as_str().into());
            map
        }
    };
    if let (Internals::Show, Some(internal)) = (internals, error.internal()) {
        extensions.insert("internal".into(), internal.clone());
    }
    let mut map = Map::new();
    map.insert("message".into(), error.message().into());
    map.insert("extensions".into(), Value::Object(extensions));
    Value::Object(map)
}

/// `{"errors":[…]}`: the answer of a GraphQL endpoint, without a `data` key.
pub fn graphql_response(error: &Error, internals: Internals) -> Value {
    let mut map = Map::new();
    map.insert(
        "errors".into(),
        Value::Array(vec![graphql(error, internals)]),
    );
    Value::Object(map)
}

/// `{"error":…,"path":…,"code":…,"internal":…}` in this key order: every other endpoint.
pub fn flat(error: &Error, internals: Internals) -> Value {
    let mut map = Map::new();
    map.insert("error".into(), error.message().into());
    map.insert("path".into(), error.path().to_string().into());
    map.insert("code".into(), error.code().as_str().into());
    if let (Internals::Show, Some(internal)) = (internals, error.internal()) {
        map.insert("internal".into(), internal.clone());
    }
    Value::Object(map)
}
