//! GraphQL over WebSocket: both sub-protocols, `graphql-transport-ws` and the older
//! `graphql-ws`, for any operation.
//!
//! * `handshake`: from an HTTP request to a socket, or a refusal.
//! * `frames`, `outbox`, `deflate`: the wire (RFC 6455 and 7692).
//! * `incoming`, `dialect`, `closing`: the messages of either sub-protocol.
//! * `connection`: one socket from its first byte to its close; `conversation`: what is said on it
//!   and what follows.
//! * `operations`, `document`: what runs on it.
//! * `identity`: who speaks.
//! * `events`, [`counters`]: log lines and numbers.
//!
//! Operations are run by the [`crate::service::Service`]; nothing here reads their documents
//! further than to know a subscription from a query.

mod closing;
mod connection;
mod conversation;
pub mod counters;
mod deflate;
mod dialect;
mod document;
mod events;
mod frames;
mod handshake;
mod identity;
mod incoming;
mod operations;
mod outbox;

pub(crate) use handshake::{is_upgrade, upgrade};
