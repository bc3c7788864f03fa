//! Logs, metrics and traces.

use crate::config::secret::Secret;
use crate::config::setting::{AnySetting, Edition, Setting, Status};
use crate::config::value;
use crate::logs::{self, Level, LogType};
use std::collections::BTreeSet;

/// `--enabled-log-types`.
pub static LOG_TYPES: Setting<BTreeSet<LogType>> = Setting::new(logs::log_types, "TYPES")
    .flag("enabled-log-types")
    .variables(&["HASURA_GRAPHQL_ENABLED_LOG_TYPES"])
    .default("startup,http-log,webhook-log,websocket-log,jwk-refresh-log")
    .meaning(
        "Comma list of those, query-log, execution-log, livequery-poller-log, \
         action-handler-log, data-connector-log, validate-input-log, api-limit-log, \
         http-response-log, response-caching-log, tracing-log, metrics, health-check-log",
    );

/// `--log-level`.
pub static LOG_LEVEL: Setting<Level> = Setting::new(logs::level, "LEVEL")
    .flag("log-level")
    .variables(&["HASURA_GRAPHQL_LOG_LEVEL"])
    .default("info")
    .meaning("Least level of lines: debug, info, warn or error");

/// `--enable-metadata-query-logging`.
pub static METADATA_QUERY_LOGGING: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("enable-metadata-query-logging")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_ENABLE_METADATA_QUERY_LOGGING"])
    .default("false")
    .meaning("Put the bodies of metadata requests into http-log (they may hold passwords)");

/// `--http-log-query-only-on-error`.
pub static QUERY_ONLY_ON_ERROR: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("http-log-query-only-on-error")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_HTTP_LOG_QUERY_ONLY_ON_ERROR"])
    .default("false")
    .meaning("Put the body of a request into http-log only if it failed");

/// `--enable-triggers-error-log-level`.
pub static TRIGGERS_ERROR_LEVEL: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("enable-triggers-error-log-level")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_ENABLE_TRIGGERS_ERROR_LOG_LEVEL"])
    .default("false")
    .status(Status::Later)
    .meaning("Failed event deliveries at level error");

/// `--enable-log-compression`.
pub static LOG_COMPRESSION: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .edition(Edition::Enterprise)
    .flag("enable-log-compression")
    .variables(&["HASURA_GRAPHQL_ENABLE_LOG_COMPRESSION"])
    .default("false")
    .status(Status::Later)
    .meaning("Compress logs");

/// `HASURA_GRAPHQL_METRICS_SECRET`.
pub static METRICS_SECRET: Setting<Secret> = Setting::new(value::secret, "SECRET")
    .edition(Edition::Enterprise)
    .secret()
    .variables(&["HASURA_GRAPHQL_METRICS_SECRET"])
    .without("none")
    .status(Status::Later)
    .meaning("Secret of `/v1/metrics` (not served yet)");

/// `HASURA_GRAPHQL_METRICS_ENABLE_HIGH_CARDINALITY_LABELS`.
pub static METRICS_LABELS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .edition(Edition::Enterprise)
    .variables(&["HASURA_GRAPHQL_METRICS_ENABLE_HIGH_CARDINALITY_LABELS"])
    .default("true")
    .status(Status::Later)
    .meaning("Metrics with labels of many values");

/// `--trace-sql-query`.
pub static TRACE_SQL: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .edition(Edition::Enterprise)
    .flag("trace-sql-query")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_ENABLE_QUERY_TRACING"])
    .default("false")
    .status(Status::Later)
    .meaning("SQL and GraphQL text in spans");

/// Every setting of this file, in the order of the documentation.
pub static ALL: &[&dyn AnySetting] = &[
    &LOG_TYPES,
    &LOG_LEVEL,
    &METADATA_QUERY_LOGGING,
    &QUERY_ONLY_ON_ERROR,
    &TRIGGERS_ERROR_LEVEL,
    &LOG_COMPRESSION,
    &METRICS_SECRET,
    &METRICS_LABELS,
    &TRACE_SQL,
];
