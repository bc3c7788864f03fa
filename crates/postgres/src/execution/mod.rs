//! Runs statements: a pool that heals, prepared statements with a bound, pipelining,
//! cancellation, transactions, and PostgreSQL's failures as the engine's errors.
//!
//! Answers are passed on as PostgreSQL's bytes, or made JSON as their rows come ([`Read`]);
//! nothing here parses JSON or knows what a statement means.

mod answer;
mod batch;
mod cleaning;
mod connection;
pub mod errors;
mod lanes;
mod pace;
mod pipeline;
mod pool;
mod reading;
mod session;
mod statement_cache;
mod text_param;
mod transaction;

pub use batch::{BatchError, BatchRow, Blame};
pub use connection::Connection;
pub(crate) use connection::RunError;
pub use errors::Expected;
pub use pace::Pace;
pub use pipeline::{Work, WriteAnswer};
pub use pool::{Pool, PoolStatus};
pub use reading::{Answer, AnswerRest, Read};
pub use text_param::TextParam;
pub use transaction::{Access, Transaction, TransactionOptions};
