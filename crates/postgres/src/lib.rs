//! PostgreSQL as a source and as the metadata store.
//!
//! * [`introspection`]: system tables → [`howdah_ir::Catalog`].
//! * [`connection`]: connection strings, TLS, session set-up.
//! * [`execution`]: pool, statements, transactions, cancellation, errors.
//!
//! This crate alone knows SQL. It knows neither GraphQL nor HTTP.

pub mod connection;
pub mod execution;
pub mod introspection;

pub use connection::{IsolationLevel, PoolSettings, SourceSettings, SslSettings};
pub use execution::{
    Access, Connection, Expected, Pool, TextParam, Transaction, TransactionOptions,
};
