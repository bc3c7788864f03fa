//! PostgreSQL for tests: one throwaway server shared by all test processes of a run, and a
//! fresh database for each test.
//!
//! The server is started by the first test that asks, reused by the others (also of other
//! crates) and stopped some seconds after the last process is gone. `HOWDAH_TEST_DATABASE_URL`
//! names a server to use instead. Tests that restart or reconfigure PostgreSQL take a
//! [`Server`] of their own.
//!
//! For tests only: everything here panics when it cannot do its work, with a text that says
//! what to do. It knows nothing of howdah.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod binaries;
mod cluster;
mod database;
mod server;
mod shared;

pub use database::{TestDatabase, database};
pub use server::{Server, ServerOptions};
pub use shared::URL_VARIABLE;
