//! PostgreSQL as a source and as the metadata store.
//!
//! * [`introspection`]: system tables → [`howdah_ir::Catalog`].
//! * [`connection`]: connection strings, TLS, session set-up.
//! * [`execution`]: pool, statements, transactions, cancellation, errors.
//! * [`hdb_catalog`]: the metadata store.
//! * [`run_sql`]: an administrator's SQL text, as it is. [`pg_dump`]: PostgreSQL's own program.
//!
//! * [`sql`], [`translate`]: the intermediate representation → statements.
//! * [`json_rows`]: rows in the binary format → JSON.
//!
//! This crate alone knows SQL. It knows neither GraphQL nor HTTP.

pub mod connection;
pub mod execution;
pub mod hdb_catalog;
pub mod introspection;
pub mod json_rows;
pub mod pg_dump;
pub mod run_sql;
pub mod sql;
pub mod translate;

pub use connection::{IsolationLevel, PoolSettings, SourceSettings, SslSettings};
pub use execution::{
    Access, Answer, AnswerRest, BatchError, BatchRow, Blame, Connection, Expected, Pace, Pool,
    Read, TextParam, Transaction, TransactionOptions, Work, WriteAnswer,
};
