//! Requests of the metadata API as they may stand in the log: without what databases are reached by.

use serde_json::Value;

/// What stands where something was left out.
const HIDDEN: &str = "...";

/// Where the configuration of some kind of source has a connection string.
const STRINGS: [&str; 2] = ["database_url", "connection_string"];

/// Where it has the parts of one, of which the password is secret.
const PARTS: &str = "connection_parameters";

/// The request without connection strings. Names of variables and of files stay.
pub(super) fn without(body: &Value) -> Value {
    match body {
        Value::Array(items) => items.iter().map(without).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| {
                let value = match value {
                    Value::String(_) if STRINGS.contains(&&**key) => HIDDEN.into(),
                    Value::Object(_) if key == PARTS => without_password(value),
                    other => without(other),
                };
                (key.clone(), value)
            })
            .collect(),
        plain => plain.clone(),
    }
}

fn without_password(parts: &Value) -> Value {
    let mut parts = parts.clone();
    if let Some(password) = parts.get_mut("password") {
        *password = HIDDEN.into();
    }
    parts
}
