//! The compiler against a real database: what its statements answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod aggregates;
mod conditions;
mod functions;
mod harness;
mod names;
mod order;
mod reading;
mod types;
mod writing;
