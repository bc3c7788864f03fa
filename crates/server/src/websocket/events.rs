//! `websocket-log`: one line per event of a socket, in the shape that log tools know.

use crate::logs::{Level, LogType, Logger};
use crate::service::GraphqlRequest;
use chrono::{DateTime, SecondsFormat, Utc};
use howdah_error::Error;
use howdah_error::envelope::{self, Internals};
use howdah_ir::Session;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::SystemTime;
use uuid::Uuid;

/// Who is at the other end, as far as it is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Who {
    pub(super) session: Option<Arc<Session>>,
    pub(super) expiry: Option<SystemTime>,
}

/// An operation in a line.
#[derive(Debug, Clone)]
pub(super) struct OperationLine {
    pub(super) id: Arc<str>,
    pub(super) request_id: Option<Arc<str>>,
    pub(super) name: Option<Arc<str>>,
    /// The document, if `query-log` is on. Variables may hold secrets and are left out.
    query: Option<Arc<str>>,
}

/// What happened to an operation.
#[derive(Debug, Clone, Copy)]
pub(super) enum Happened<'a> {
    Started,
    Completed,
    Stopped,
    /// The protocol did not allow it.
    Refused(&'a str),
    Failed(&'a Error),
}

/// Writes the lines of one socket.
#[derive(Debug, Clone)]
pub(super) struct Events {
    logger: Logger,
    socket: Uuid,
}

impl Events {
    pub(super) fn new(logger: Logger, socket: Uuid) -> Self {
        Events { logger, socket }
    }

    pub(super) fn socket(&self) -> Uuid {
        self.socket
    }

    /// The socket was opened, perhaps with something to note.
    pub(super) fn accepted(&self, note: Option<&str>) {
        self.write(
            Level::Info,
            &Who::default(),
            note,
            || json!({"type": "accepted"}),
        );
    }

    /// The socket was not opened.
    pub(super) fn rejected(&self, error: &Error) {
        let detail =
            || json!({"type": "rejected", "detail": envelope::flat(error, Internals::Show)});
        self.write(Level::Error, &Who::default(), None, detail);
    }

    /// The client said something that cannot be answered well.
    pub(super) fn connection_error(&self, who: &Who, text: &str) {
        let detail = || json!({"type": "conn_err", "detail": text});
        self.write(Level::Error, who, None, detail);
    }

    /// The socket is closed.
    pub(super) fn closed(&self, who: &Who) {
        self.write(Level::Info, who, None, || json!({"type": "closed"}));
    }

    /// What later lines say of an operation.
    pub(super) fn operation_line(
        &self,
        id: &str,
        request: Option<&GraphqlRequest>,
    ) -> OperationLine {
        let query = self.logger.has_type(LogType::Query);
        OperationLine {
            id: id.into(),
            request_id: None,
            name: request.and_then(|r| r.operation_name.as_deref().map(Arc::from)),
            query: request.filter(|_| query).map(|r| r.query.as_str().into()),
        }
    }

    /// Something happened to an operation.
    pub(super) fn operation(&self, who: &Who, line: &OperationLine, happened: Happened<'_>) {
        let (level, happened) = match happened {
            Happened::Started => (Level::Info, json!({"type": "started"})),
            Happened::Completed => (Level::Info, json!({"type": "completed"})),
            Happened::Stopped => (Level::Info, json!({"type": "stopped"})),
            Happened::Refused(text) => (Level::Error, json!({"type": "proto_err", "detail": text})),
            Happened::Failed(error) => (
                Level::Error,
                json!({"type": "query_err", "detail": envelope::flat(error, Internals::Show)}),
            ),
        };
        self.write(level, who, None, || {
            let query = line.query.as_deref().map(|query| {
                json!({"operationName": line.name.as_deref(), "query": query, "variables": null})
            });
            json!({"type": "operation", "detail": {
                "operation_id": &*line.id,
                "request_id": line.request_id.as_deref(),
                "operation_name": line.name.as_deref(),
                "operation_type": happened,
                "query": query,
                "parameterized_query_hash": null,
            }})
        });
    }

    fn write(&self, level: Level, who: &Who, note: Option<&str>, event: impl FnOnce() -> Value) {
        if !self.logger.writes(level, LogType::Websocket) {
            return;
        }
        let expiry = who
            .expiry
            .map(|at| DateTime::<Utc>::from(at).to_rfc3339_opts(SecondsFormat::Secs, true));
        let detail = json!({
            "user_vars": who.session.as_ref().map(|session| session.variables()),
            "connection_info": {
                "websocket_id": self.socket.to_string(),
                "token_expiry": expiry,
                "msg": note,
            },
            "event": event(),
        });
        self.logger.log(level, LogType::Websocket, detail);
    }
}
