//! Calling out: the one way in which howdah asks other servers (authentication webhooks, key
//! sets; actions, event triggers and remote schemas use it too).
//!
//! * [`HttpClient`]: pooled connections, TLS with the system's certificates, one time limit and
//!   one size limit per exchange.
//! * [`Egress`]: which addresses may be called at all, asked after names are resolved and again
//!   at each redirect.
//! * [`shown_url`]: what of an address may be seen.
//!
//! This crate knows nothing of what is sent and why; it never writes to a log, so that whoever
//! calls decides what of a request may be seen.

mod bounded;
mod client;
mod egress;
mod error;
mod network;
mod resolver;
mod roots;
mod shown;

pub use client::{HttpClient, Limits, Outgoing, Received, Redirects, Upgrade};
pub use egress::Egress;
pub use error::{HttpError, Untrusted};
pub use roots::Trust;
pub use shown::shown_url;
