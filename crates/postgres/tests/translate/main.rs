//! The compiler against a real database: what its statements answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod harness;
mod reading;
