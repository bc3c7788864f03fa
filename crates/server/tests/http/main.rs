//! The server over real sockets, with a service that stands for the engine.
#![allow(clippy::unwrap_used)]

mod answers;
mod client;
mod connections;
mod console;
mod fake;
mod logging;
mod pg_dump;
mod socket;
mod streams;
mod websocket_lifecycle;
mod websocket_messages;
mod websocket_wire;
