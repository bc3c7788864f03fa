//! The `http-log` line of one exchange: gathered on the way, written at its end.

use super::connection_strings;
use super::endpoint::Endpoint;
use crate::auth::Spelling;
use crate::config::LogSettings;
use crate::logs::{Level, LogType, Logger};
use howdah_error::Error;
use howdah_error::envelope::{self, Internals};
use howdah_ir::Session;
use http::{Method, StatusCode, Version};
use serde_json::{Map, Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a request was made, as the log names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Single,
    Batched,
    NonGraphql,
}

/// What is known so far.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) request_id: Arc<str>,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) version: Version,
    pub(super) client: IpAddr,
    /// How the client writes the names of headers, where somebody wants to know.
    pub(super) spelling: Spelling,
    pub(super) endpoint: Endpoint,
    pub(super) started: Instant,
    /// When the whole body was there.
    pub(super) body_read: Option<Instant>,
    pub(super) session: Option<Arc<Session>>,
    /// The body, where the settings let it into the log; else its `type`.
    pub(super) query: Option<Value>,
    pub(super) mode: Mode,
    pub(super) error: Option<Error>,
    pub(super) batch: Vec<Value>,
}

/// What was sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) status: StatusCode,
    pub(super) plain_bytes: u64,
    pub(super) sent_bytes: u64,
    pub(super) gzip: bool,
}

impl Record {
    /// Notes the body: as a whole only if `query-log` is on (and for metadata only if that
    /// was asked for, since bodies may hold passwords; those of connections are left out).
    pub(super) fn note_body(&mut self, body: &Value, logger: &Logger, settings: &LogSettings) {
        let whole = logger.has_type(LogType::Query)
            && (!self.endpoint.takes_metadata() || settings.metadata_queries);
        self.query = Some(match whole {
            true if self.endpoint.takes_metadata() => connection_strings::without(body),
            true => body.clone(),
            false => json!({"type": body.get("type").and_then(Value::as_str)}),
        });
    }

    /// Notes how one request of a batch went.
    pub(super) fn note_batch_item(
        &mut self,
        request: Option<&Value>,
        size: Result<u64, &Error>,
        time: Duration,
    ) {
        let mut item = Map::new();
        if let Some(request) = request {
            item.insert("query".into(), request.clone());
        }
        match size {
            Ok(bytes) => {
                item.insert("response_size".into(), bytes.into());
                item.insert("query_execution_time".into(), json!(time.as_secs_f64()));
            }
            Err(error) => {
                item.insert("error".into(), envelope::flat(error, Internals::Show));
            }
        }
        self.batch.push(Value::Object(item));
    }

    /// Writes the line.
    pub(super) fn write(self, sent: Sent, logger: &Logger, settings: &LogSettings) {
        let level = if self.error.is_some() {
            Level::Error
        } else {
            Level::Info
        };
        if logger.writes(level, LogType::Http) {
            logger.log(level, LogType::Http, self.detail(sent, settings));
        }
    }

    fn detail(self, sent: Sent, settings: &LogSettings) -> Value {
        let mut operation = Map::new();
        let read_at = self.body_read.unwrap_or(self.started);
        operation.insert(
            "query_execution_time".into(),
            json!(read_at.elapsed().as_secs_f64()),
        );
        if let Some(session) = &self.session {
            operation.insert("user_vars".into(), json!(session.variables()));
        }
        operation.insert("request_id".into(), (*self.request_id).into());
        operation.insert("response_size".into(), sent.sent_bytes.into());
        operation.insert("uncompressed_response_size".into(), sent.plain_bytes.into());
        operation.insert(
            "request_read_time".into(),
            json!((read_at - self.started).as_secs_f64()),
        );
        let mode = match (&self.error, self.mode) {
            (Some(_), _) => "error",
            (None, Mode::Single) => "single",
            (None, Mode::Batched) => "batched",
            (None, Mode::NonGraphql) => "non-graphql",
        };
        operation.insert("request_mode".into(), mode.into());
        if let Some(query) = self.query {
            let hidden = settings.query_only_on_error && self.error.is_none();
            if !hidden {
                operation.insert("query".into(), query);
            }
        }
        if let Some(error) = &self.error {
            operation.insert("error".into(), envelope::flat(error, Internals::Show));
        }
        let mut detail = Map::new();
        detail.insert("operation".into(), Value::Object(operation));
        detail.insert("request_id".into(), (*self.request_id).into());
        detail.insert(
            "http_info".into(),
            json!({
                "status": sent.status.as_u16(),
                "method": self.method.as_str(),
                "ip": self.client.to_string(),
                "url": self.path,
                "http_version": format!("{:?}", self.version),
                "content_encoding": sent.gzip.then_some("gzip"),
            }),
        );
        if !self.batch.is_empty() {
            detail.insert("batched_operations".into(), Value::Array(self.batch));
        }
        Value::Object(detail)
    }
}
