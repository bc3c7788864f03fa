//! Everything that knows HTTP: settings, authentication, endpoints, logs.
//!
//! * [`config`]: flags and environment variables to one typed [`Config`].
//! * [`auth`]: headers to a session.
//! * [`http`]: listening, endpoints, envelopes, compression, CORS.
//! * [`websocket`]: GraphQL over WebSocket.
//! * [`logs`]: JSON lines.
//! * [`service`], [`subscription`]: the engine as this crate sees it.
//!
//! This crate knows neither SQL nor GraphQL documents: bodies go to the [`service::Service`]
//! as they came, and its bytes go to the socket unread.

mod alarms;
pub mod auth;
pub mod config;
pub mod http;
pub mod logs;
pub mod service;
pub mod subscription;
pub mod version;
pub mod websocket;

pub use config::{Command, Config, Fatal};
pub use http::{Listener, bind, run_server, serve, serve_with, stop_signal};
pub use logs::Logger;
pub use service::Service;
pub use version::VERSION;
