//! The intermediate representation: what a request asks for, freed of GraphQL and free of SQL.
//!
//! * [`catalog`]: what was found in a database, as flat vectors with small ids.
//! * [`permit`]: a role's right on a table. There is no way to name rows in the
//!   representation but through a permit, so a forgotten filter does not compile.
//! * [`predicate`], [`query`], [`stream`], [`mutation`]: the trees that backends compile.
//! * [`explanation`]: rules in parts, for people.
//! * [`params`]: the values that travel beside the statement text.
//! * [`session`]: who asks.
//!
//! This crate knows neither GraphQL documents nor SQL text, and does no I/O.

pub mod catalog;
pub mod explanation;
pub mod mutation;
pub mod params;
pub mod permit;
pub mod predicate;
pub mod query;
mod root_references;
pub mod scalars;
pub mod session;
pub mod stream;
pub mod validation;
pub mod values;

pub use catalog::{Catalog, ColumnId, FunctionId, NativeQueryId, TableId, TypeId};
pub use params::{Param, ParamId, ParamSource, Params, ValueType};
pub use permit::{ColumnUse, Roles, SelectPermit, Target};
pub use predicate::{Comparison, Operand, Operator, Predicate};
pub use query::{Field, FieldValue, Rows};
pub use session::Session;
