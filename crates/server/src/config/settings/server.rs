//! Listening, HTTP, websockets, the console and what errors show.

use crate::config::choices::{Api, apis};
use crate::config::cors::{Cors, domains};
use crate::config::host::{Host, host};
use crate::config::setting::{AnySetting, Edition, Setting, Status};
use crate::config::value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// `--server-port`.
pub static SERVER_PORT: Setting<u16> = Setting::new(value::port, "PORT")
    .flag("server-port")
    .variables(&["HASURA_GRAPHQL_SERVER_PORT"])
    .default("8080")
    .meaning("Port to listen on; 0 takes any free one");

/// `--server-host`.
pub static SERVER_HOST: Setting<Host> = Setting::new(host, "HOST")
    .flag("server-host")
    .variables(&["HASURA_GRAPHQL_SERVER_HOST"])
    .default("*")
    .meaning(
        "Address to listen on: `*` all, `!4` all of IPv4, `!6` all of IPv6, an address or a name",
    );

/// `--server-timeout`.
pub static SERVER_TIMEOUT: Setting<Duration> = Setting::new(value::seconds, "SECONDS")
    .flag("server-timeout")
    .variables(&["HASURA_GRAPHQL_SERVER_TIMEOUT"])
    .default("30")
    .meaning(
        "Seconds after which a connection that neither sends nor takes bytes is closed; 0 = never",
    );

/// `--max-total-header-length`.
pub static MAX_HEADER_LENGTH: Setting<u64> = Setting::new(value::positive, "BYTES")
    .flag("max-total-header-length")
    .variables(&["HASURA_GRAPHQL_MAX_TOTAL_HEADER_LENGTH"])
    .default("1048576")
    .meaning("Bytes that all headers of a request may have together");

/// `HOWDAH_MAX_BODY_LENGTH`.
pub static MAX_BODY_LENGTH: Setting<u64> = Setting::new(value::positive, "BYTES")
    .edition(Edition::Howdah)
    .variables(&["HOWDAH_MAX_BODY_LENGTH"])
    .default("104857600")
    .meaning("Bytes that the body of a request may have");

/// `--enabled-apis`.
pub static ENABLED_APIS: Setting<BTreeSet<Api>> = Setting::new(apis, "APIS")
    .flag("enabled-apis")
    .variables(&["HASURA_GRAPHQL_ENABLED_APIS"])
    .default("metadata,graphql,pgdump,config")
    .meaning("Comma list of metadata, graphql, pgdump, config, developer, metrics; the others answer 404");

/// `--cors-domain`.
pub static CORS_DOMAIN: Setting<Cors> = Setting::new(domains, "DOMAINS")
    .flag("cors-domain")
    .variables(&["HASURA_GRAPHQL_CORS_DOMAIN"])
    .default("*")
    .meaning(
        "Comma list of origins with scheme that browsers may call from, such as \
         `https://*.example.com`; `*` stands for all, an empty text for none",
    );

/// `--disable-cors`.
pub static DISABLE_CORS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("disable-cors")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_DISABLE_CORS"])
    .default("false")
    .meaning("Send no CORS headers at all");

/// `--ws-read-cookie`.
pub static WS_READ_COOKIE: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("ws-read-cookie")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_WS_READ_COOKIE"])
    .default("false")
    .meaning("Read cookies at the start of a websocket though CORS is off; only with CORS off");

/// `--websocket-compression`.
pub static WEBSOCKET_COMPRESSION: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("websocket-compression")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_CONNECTION_COMPRESSION"])
    .default("false")
    .meaning("Compress websocket messages (permessage-deflate)");

/// `--websocket-keepalive`.
pub static WEBSOCKET_KEEPALIVE: Setting<Duration> = Setting::new(value::seconds, "SECONDS")
    .flag("websocket-keepalive")
    .variables(&["HASURA_GRAPHQL_WEBSOCKET_KEEPALIVE"])
    .default("5")
    .meaning("Seconds between keep-alive messages of websockets; 0 = none");

/// `--websocket-connection-init-timeout`.
pub static WEBSOCKET_INIT_TIMEOUT: Setting<Duration> = Setting::new(value::init_timeout, "SECONDS")
    .flag("websocket-connection-init-timeout")
    .variables(&["HASURA_GRAPHQL_WEBSOCKET_CONNECTION_INIT_TIMEOUT"])
    .default("3")
    .meaning("Seconds to wait for `connection_init` (graphql-transport-ws); 0 = forever");

/// `--disable-close-websockets-on-metadata-change`; the variable has the opposite sense.
pub static CLOSE_WEBSOCKETS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("disable-close-websockets-on-metadata-change")
    .switch("false")
    .variables(&["HASURA_GRAPHQL_CLOSE_WEBSOCKETS_ON_METADATA_CHANGE"])
    .default("true")
    .meaning("Close all websockets when the metadata changes; the flag switches it off");

/// `--graceful-shutdown-timeout`.
pub static GRACEFUL_SHUTDOWN: Setting<Duration> = Setting::new(value::seconds, "SECONDS")
    .flag("graceful-shutdown-timeout")
    .variables(&["HASURA_GRAPHQL_GRACEFUL_SHUTDOWN_TIMEOUT"])
    .default("60")
    .meaning("Seconds that running requests may take to end after SIGTERM or SIGINT");

/// `--enable-console`.
pub static ENABLE_CONSOLE: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("enable-console")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_ENABLE_CONSOLE"])
    .default("false")
    .meaning("Serve the console at `/console`, where the metadata API is on; `/` leads there");

/// `--console-assets-dir`.
pub static CONSOLE_ASSETS: Setting<PathBuf> = Setting::new(value::path, "FOLDER")
    .flag("console-assets-dir")
    .variables(&["HASURA_GRAPHQL_CONSOLE_ASSETS_DIR"])
    .without("none")
    .meaning(
        "Folder read at start: with an `index.html` it is a console and takes the place of the \
         embedded one, else its files are served at `/console/assets` too",
    );

/// `--console-sentry-dsn`.
pub static CONSOLE_SENTRY_DSN: Setting<String> = Setting::new(value::text, "DSN")
    .flag("console-sentry-dsn")
    .variables(&["HASURA_CONSOLE_SENTRY_DSN"])
    .without("none")
    .status(Status::Ignored("nothing is reported to third parties"))
    .meaning("Error reporting of the old console");

/// `--enable-telemetry`.
pub static ENABLE_TELEMETRY: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("enable-telemetry")
    .variables(&["HASURA_GRAPHQL_ENABLE_TELEMETRY"])
    .default("true")
    .status(Status::Ignored("howdah sends no telemetry"))
    .meaning("Anonymous telemetry of the old engine");

/// `--preserve-401-errors`.
pub static PRESERVE_401: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("preserve-401-errors")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_PRESERVE_401_ERRORS"])
    .default("false")
    .meaning("Keep HTTP status 401 at `/v1/graphql`, which otherwise always answers 200");

/// `--dev-mode`.
pub static DEV_MODE: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("dev-mode")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_DEV_MODE"])
    .default("false")
    .meaning("Show internals of errors to everybody; not for production");

/// `--admin-internal-errors`.
pub static ADMIN_INTERNAL_ERRORS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("admin-internal-errors")
    .variables(&["HASURA_GRAPHQL_ADMIN_INTERNAL_ERRORS"])
    .default("true")
    .meaning("Show internals of errors to administrators");

/// Every setting of this file, in the order of the documentation.
pub static ALL: &[&dyn AnySetting] = &[
    &SERVER_PORT,
    &SERVER_HOST,
    &SERVER_TIMEOUT,
    &MAX_HEADER_LENGTH,
    &MAX_BODY_LENGTH,
    &ENABLED_APIS,
    &CORS_DOMAIN,
    &DISABLE_CORS,
    &WS_READ_COOKIE,
    &WEBSOCKET_COMPRESSION,
    &WEBSOCKET_KEEPALIVE,
    &WEBSOCKET_INIT_TIMEOUT,
    &CLOSE_WEBSOCKETS,
    &GRACEFUL_SHUTDOWN,
    &ENABLE_CONSOLE,
    &CONSOLE_ASSETS,
    &CONSOLE_SENTRY_DSN,
    &ENABLE_TELEMETRY,
    &PRESERVE_401,
    &DEV_MODE,
    &ADMIN_INTERNAL_ERRORS,
];
