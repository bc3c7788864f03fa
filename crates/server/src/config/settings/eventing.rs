//! Subscriptions, events, asynchronous actions and the metadata in use.

use crate::config::setting::{AnySetting, Edition, Setting, Status};
use crate::config::value;
use howdah_http_client::Egress;
use serde_json::Value;
use std::time::Duration;

/// `--live-queries-multiplexed-refetch-interval`.
pub static LIVE_REFETCH: Setting<Duration> = Setting::new(value::refetch_interval, "MILLISECONDS")
    .flag("live-queries-multiplexed-refetch-interval")
    .variables(&["HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL"])
    .default("1000")
    .meaning("Milliseconds between two polls of a live query");

/// `--live-queries-multiplexed-batch-size`.
pub static LIVE_BATCH: Setting<u64> = Setting::new(value::batch_size, "NUMBER")
    .flag("live-queries-multiplexed-batch-size")
    .variables(&["HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_BATCH_SIZE"])
    .default("100")
    .meaning("Sets of variables per statement of a live query");

/// `--streaming-queries-multiplexed-refetch-interval`.
pub static STREAM_REFETCH: Setting<Duration> =
    Setting::new(value::refetch_interval, "MILLISECONDS")
        .flag("streaming-queries-multiplexed-refetch-interval")
        .variables(&["HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL"])
        .default("1000")
        .meaning("Milliseconds between two polls of a streaming subscription");

/// `--streaming-queries-multiplexed-batch-size`.
pub static STREAM_BATCH: Setting<u64> = Setting::new(value::batch_size, "NUMBER")
    .flag("streaming-queries-multiplexed-batch-size")
    .variables(&["HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_BATCH_SIZE"])
    .default("100")
    .meaning("Sets of variables per statement of a streaming subscription");

/// `--events-http-pool-size`.
pub static EVENTS_POOL: Setting<u64> = Setting::new(value::positive, "NUMBER")
    .flag("events-http-pool-size")
    .variables(&[
        "HASURA_GRAPHQL_EVENTS_HTTP_POOL_SIZE",
        "HASURA_GRAPHQL_EVENTS_HTTP_WORKERS",
    ])
    .default("100")
    .status(Status::Later)
    .meaning("Events delivered at the same time");

/// `--events-fetch-interval`.
pub static EVENTS_INTERVAL: Setting<Duration> = Setting::new(value::milliseconds, "MILLISECONDS")
    .flag("events-fetch-interval")
    .variables(&["HASURA_GRAPHQL_EVENTS_FETCH_INTERVAL"])
    .default("1000")
    .status(Status::Later)
    .meaning("Milliseconds to wait after an empty fetch of events; 0 stops eventing");

/// `--events-fetch-batch-size`.
pub static EVENTS_BATCH: Setting<u64> = Setting::new(value::count, "NUMBER")
    .flag("events-fetch-batch-size")
    .variables(&["HASURA_GRAPHQL_EVENTS_FETCH_BATCH_SIZE"])
    .default("100")
    .status(Status::Later)
    .meaning("Events per fetch; 0 stops fetching");

/// `--async-actions-fetch-interval`.
pub static ACTIONS_INTERVAL: Setting<Duration> = Setting::new(value::milliseconds, "MILLISECONDS")
    .flag("async-actions-fetch-interval")
    .variables(&["HASURA_GRAPHQL_ASYNC_ACTIONS_FETCH_INTERVAL"])
    .default("1000")
    .status(Status::Later)
    .meaning("Milliseconds between two fetches of asynchronous actions; 0 = off");

/// `--async-actions-fetch-batch-size`.
pub static ACTIONS_BATCH: Setting<u64> = Setting::new(value::positive, "NUMBER")
    .flag("async-actions-fetch-batch-size")
    .variables(&["HASURA_GRAPHQL_ASYNC_ACTIONS_FETCH_BATCH_SIZE"])
    .default("10")
    .status(Status::Later)
    .meaning("Asynchronous actions per fetch");

/// `--schema-sync-poll-interval`.
pub static SCHEMA_SYNC: Setting<Duration> = Setting::new(value::milliseconds, "MILLISECONDS")
    .flag("schema-sync-poll-interval")
    .variables(&["HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL"])
    .default("1000")
    .meaning("Milliseconds between two looks for metadata changes of other instances; 0 = off");

/// `--enable-maintenance-mode`.
pub static MAINTENANCE_MODE: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("enable-maintenance-mode")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_ENABLE_MAINTENANCE_MODE"])
    .default("false")
    .meaning("Refuse changes of the metadata");

/// `--metadata-defaults`.
pub static METADATA_DEFAULTS: Setting<Value> = Setting::new(value::json_object, "JSON")
    .flag("metadata-defaults")
    .variables(&["HASURA_GRAPHQL_METADATA_DEFAULTS"])
    .default("{}")
    .status(Status::Later)
    .meaning("JSON object laid under the metadata");

/// `HOWDAH_EGRESS`.
pub static EGRESS: Setting<Egress> = Setting::new(Egress::parse, "RULES")
    .edition(Edition::Howdah)
    .variables(&["HOWDAH_EGRESS"])
    .default("no-metadata")
    .meaning(
        "Addresses that may be called (authentication and input validation webhooks, JWK URLs): \
         `no-metadata` all but the metadata services of clouds, `public` no private networks either, `all`; then \
         exceptions that may be called, such as `public,10.1.0.0/16`",
    );

/// Every setting of this file, in the order of the documentation.
pub static ALL: &[&dyn AnySetting] = &[
    &LIVE_REFETCH,
    &LIVE_BATCH,
    &STREAM_REFETCH,
    &STREAM_BATCH,
    &EVENTS_POOL,
    &EVENTS_INTERVAL,
    &EVENTS_BATCH,
    &ACTIONS_INTERVAL,
    &ACTIONS_BATCH,
    &SCHEMA_SYNC,
    &MAINTENANCE_MODE,
    &METADATA_DEFAULTS,
    &EGRESS,
];
