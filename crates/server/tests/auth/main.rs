//! Authentication by tokens and by webhook, as requests meet it.
#![allow(clippy::unwrap_used)]

mod attacks;
mod claims;
mod keys;
mod peer;
mod published;
mod server;
mod setup;
mod signatures;
mod webhook;
