//! The body of a request to the APIs, and who may send it.

use howdah_error::{Code, Error, JsonPath, Result};
use howdah_ir::Session;
use howdah_metadata::commands::Endpoint;
use howdah_metadata::{DEFAULT_SOURCE, Metadata, SourceKind, present};
use serde::Deserialize;
use serde_json::Value;

/// A command as it was posted.
#[derive(Deserialize)]
pub(super) struct Posted {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) version: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    pub(super) args: Option<Value>,
    #[serde(default)]
    pub(super) resource_version: Option<i64>,
}

impl Posted {
    /// # Errors
    /// `parse-failed` when the body has not the form of a command.
    pub(super) fn read(body: Value) -> Result<Self> {
        howdah_metadata::parse_object(body)
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

/// Which kind the sources of a command must be of, by its prefix.
pub(super) struct KindOfSources {
    kind: SourceKind,
    /// Without its prefix.
    command: String,
    sources: Vec<String>,
}

impl KindOfSources {
    /// Of a command as it was posted; `None` for one that sources of every kind take.
    pub(super) fn of(kind: &str, args: Option<&Value>) -> Option<Self> {
        let args = args.unwrap_or(&Value::Null);
        let (prefix, name) = kind.split_once('_')?;
        let kind = SourceKind::from_name(prefix)?;
        let text = |value: &Value, key: &str| {
            let named = value.get(key).and_then(Value::as_str);
            named.unwrap_or(DEFAULT_SOURCE).to_owned()
        };
        let sources = match name {
            "add_source" | "drop_source" | "run_sql" => return None,
            "update_source" => vec![text(args, "name")],
            "track_tables" | "untrack_tables" => {
                let tables = args.get("tables").and_then(Value::as_array);
                let tables = tables.into_iter().flatten();
                tables.map(|table| text(table, "source")).collect()
            }
            _ => vec![text(args, "source")],
        };
        Some(KindOfSources {
            kind,
            command: name.to_owned(),
            sources,
        })
    }

    /// # Errors
    /// `not-exists`: there is a source of that name, but of another kind.
    pub(super) fn check(&self, metadata: &Metadata) -> Result<()> {
        for name in &self.sources {
            if let Some(source) = metadata.source(name)
                && source.kind != self.kind
            {
                let (found, expected) = (source.kind.as_str(), self.kind.as_str());
                let text = match self.command.as_str() {
                    "track_function" => format!("{name:?} is not a known {expected} source"),
                    _ => format!(
                        "source with name {name:?} has backend type {found:?} which does not match \
                         the expected type {expected}"
                    ),
                };
                return Err(Error::not_exists(text).at(JsonPath::from_iter(["args"])));
            }
        }
        Ok(())
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
