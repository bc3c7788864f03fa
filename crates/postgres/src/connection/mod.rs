//! From a connection string with libpq's meaning to an open connection.
//!
//! * [`settings`]: what the engine says about a source.
//! * [`conninfo`]: URI and `key=value` text → parameters, with libpq's defaults.
//! * [`target`]: parameters → hosts to try, in which order and with which TLS policy.
//! * [`tls`], [`verification`]: libpq's `sslmode` family in rustls.
//! * [`secret_file`]: strings that stand in files.
//! * [`connect`]: tries the hosts and sets the session up.
//! * [`redaction`]: connection strings as they may be shown.
//!
//! Errors made here never contain a password. Nothing here knows of pools or statements.

pub(crate) mod connect;
pub mod conninfo;
mod passfile;
pub mod redaction;
pub(crate) mod secret_file;
pub mod settings;
mod target;
mod tls;
mod verification;

pub use connect::{CancelHandle, Connector, Established, Listener};
pub use redaction::redact;
pub use settings::{IsolationLevel, PoolSettings, SourceSettings, SslSettings};
