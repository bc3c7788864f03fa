//! HTTP: listening, endpoints, envelopes, compression, CORS, the log line of each request.
//!
//! * [`listening`], [`serving`]: the port, connections, stopping.
//! * `endpoint`: which path is what.
//! * `exchange`: one request from its head to its answer, as a list of stages.
//! * `handlers`: what each endpoint does.
//! * `body`, `graphql_body`: from bytes to JSON to GraphQL requests.
//! * `console`: the web console and the way to it.
//! * `reply`, `chunks`, `streaming`, `compression`, `cors`: the way back.
//! * `record`: the log line.

mod body;
mod chunks;
mod compression;
mod config_api;
mod connection_strings;
mod console;
mod cors;
mod endpoint;
mod exchange;
pub(crate) mod graphql_body;
pub(crate) mod handlers;
pub mod listening;
mod record;
mod reply;
pub mod serving;
mod stalls;
mod streaming;

pub use listening::{Listener, bind};
pub use serving::{run_server, serve, serve_with, stop_signal};

pub(crate) use body::json;
pub(crate) use chunks::Chunks;
pub(crate) use endpoint::Endpoint;
pub(crate) use exchange::request_id;

use crate::alarms::Alarms;
use crate::auth::Authenticator;
use crate::config::Config;
use crate::logs::Logger;
use crate::websocket::counters::Counters;
use howdah_console_assets::Console;
use std::sync::Arc;

/// What every request needs.
pub(crate) struct App<S> {
    pub(crate) config: Arc<Config>,
    pub(crate) auth: Authenticator,
    pub(crate) service: Arc<S>,
    pub(crate) logger: Logger,
    pub(crate) alarms: Alarms,
    pub(crate) websockets: Arc<Counters>,
    /// Present where the console is switched on.
    pub(crate) console: Option<Console>,
}
