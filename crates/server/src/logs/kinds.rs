//! Levels and types of log lines, and how settings choose among them.

use crate::config::choices::{choices, list};
use std::collections::BTreeSet;

choices! {
    /// How grave a line is.
    Level {
        /// For those who look for a fault in the server.
        Debug = "debug",
        /// The normal course.
        Info = "info",
        /// Something to look after.
        Warn = "warn",
        /// Something failed.
        Error = "error",
    }
}

choices! {
    /// What a line is about. The types up to `HealthCheck` can be chosen; the rest are
    /// always written.
    LogType {
        /// The start of the server.
        Startup = "startup",
        /// One line per HTTP request.
        Http = "http-log",
        /// Calls of the authentication webhook.
        Webhook = "webhook-log",
        /// Events of websockets.
        Websocket = "websocket-log",
        /// Refreshes of JSON web keys.
        JwkRefresh = "jwk-refresh-log",
        /// The text of every GraphQL request with its SQL.
        Query = "query-log",
        /// Statistics of executions.
        Execution = "execution-log",
        /// Polls of live queries.
        LivequeryPoller = "livequery-poller-log",
        /// Calls of action handlers.
        ActionHandler = "action-handler-log",
        /// Calls of data connectors.
        DataConnector = "data-connector-log",
        /// Calls of input validation webhooks.
        ValidateInput = "validate-input-log",
        /// Exceeded limits.
        ApiLimit = "api-limit-log",
        /// Answers of REST endpoints.
        HttpResponse = "http-response-log",
        /// Hits and misses of the answer cache.
        ResponseCaching = "response-caching-log",
        /// Spans.
        Tracing = "tracing-log",
        /// Numbers.
        Metrics = "metrics",
        /// Health of sources.
        HealthCheck = "health-check-log",
        /// Messages without a structure.
        Unstructured = "unstructured",
        /// Faults nobody handled.
        Unhandled = "unhandled-internal-errors",
        /// Changes and inconsistencies of metadata.
        Metadata = "metadata",
        /// Following the changes of other instances.
        SchemaSync = "schema-sync",
        /// Connections to PostgreSQL.
        PgClient = "pg-client",
    }
}

impl LogType {
    /// Whether settings decide about this type.
    pub fn can_be_chosen(self) -> bool {
        self <= LogType::HealthCheck
    }
}

/// Reads a level.
pub fn level(text: &str) -> Result<Level, String> {
    Level::ALL
        .iter()
        .copied()
        .find(|l| l.as_str().eq_ignore_ascii_case(text.trim()))
        .ok_or_else(|| "Valid log levels: debug, info, warn or error".into())
}

/// Reads a comma list of log types; an empty text is none.
pub fn log_types(text: &str) -> Result<BTreeSet<LogType>, String> {
    if text.trim().is_empty() {
        return Ok(BTreeSet::new());
    }
    let choice: Vec<LogType> = LogType::ALL
        .iter()
        .copied()
        .filter(|t| t.can_be_chosen())
        .collect();
    list(text, &choice, LogType::as_str).ok_or_else(|| {
        let names: Vec<&str> = choice.iter().map(|t| t.as_str()).collect();
        format!(
            "Valid list of comma-separated log types: {}",
            serde_json::Value::from(names)
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn types_that_are_always_written_cannot_be_chosen() {
        assert_eq!(
            log_types("startup, http-log").unwrap(),
            BTreeSet::from([LogType::Startup, LogType::Http])
        );
        assert!(
            log_types("unstructured")
                .unwrap_err()
                .contains("\"query-log\"")
        );
        assert!(log_types("").unwrap().is_empty());
    }

    #[test]
    fn levels_are_read_in_any_case() {
        assert_eq!(level(" WARN "), Ok(Level::Warn));
        assert!(level("warning").is_err());
    }
}
