//! The body of a request to the APIs, and who may send it.

use howdah_error::{Code, Error, JsonPath, Result};
use howdah_ir::Session;
use howdah_metadata::commands::Endpoint;
use serde::Deserialize;
use serde_json::Value;

/// A command as it was posted.
#[derive(Deserialize)]
pub(super) struct Posted {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default = "first")]
    pub(super) version: u64,
    #[serde(default)]
    pub(super) args: Value,
    #[serde(default)]
    pub(super) resource_version: Option<i64>,
}

fn first() -> u64 {
    1
}

impl Posted {
    /// # Errors
    /// `parse-failed` when the body has not the form of a command.
    pub(super) fn read(body: Value) -> Result<Self> {
        howdah_metadata::parse(body)
    }
}

/// Lets administrators do everything, and others the operations on rows. Comes before anything is
/// read: who may not ask learns nothing.
///
/// # Errors
/// `access-denied`.
pub(super) fn check_access(endpoint: Endpoint, body: &Value, session: &Session) -> Result<()> {
    if session.is_admin() || (endpoint != Endpoint::V1Metadata && is_open(body)) {
        return Ok(());
    }
    Err(
        Error::new(Code::AccessDenied, "restricted access : admin only")
            .with_status(400)
            .at(JsonPath::from_iter(["args"])),
    )
}

/// Whether all commands in a body are operations on rows, whose rights depend on the role.
fn is_open(body: &Value) -> bool {
    match body.get("type").and_then(Value::as_str) {
        Some("select" | "insert" | "update" | "delete" | "count") => true,
        Some("bulk") => body
            .get("args")
            .and_then(Value::as_array)
            .is_some_and(|items| items.iter().all(is_open)),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn others_than_administrators_may_only_work_on_rows() {
        let user = Session::new("user", []);
        let may = |endpoint, body: Value| check_access(endpoint, &body, &user).is_ok();
        assert!(may(
            Endpoint::V1Query,
            json!({"type": "select", "args": {}})
        ));
        assert!(may(
            Endpoint::V2Query,
            json!({"type": "bulk", "args": [{"type": "count"}, {"type": "bulk", "args": []}]})
        ));
        assert!(!may(Endpoint::V1Metadata, json!({"type": "select"})));
        assert!(!may(Endpoint::V1Query, json!({"type": "run_sql"})));
        assert!(!may(Endpoint::V1Query, json!("nonsense")));
        assert!(!may(
            Endpoint::V1Query,
            json!({"type": "bulk", "args": [{"type": "count"}, {"type": "export_metadata"}]})
        ));
        let admin = Session::admin();
        assert!(check_access(Endpoint::V1Query, &json!({"type": "run_sql"}), &admin).is_ok());
    }
}
