//! SQL as a tree of just what the translator uses, and the one place that prints it.
//!
//! [`tree`] is plain data. [`print`] owns the numbering of parameters, [`quote`] the quoting of
//! names and texts: no other module of this crate's translator writes SQL text. Nothing here knows
//! of tables, roles or GraphQL.

pub mod print;
pub mod quote;
pub mod tree;

pub use print::{Binding, Printed, Printer};
pub use tree::{
    Alias, ColumnName, Cte, Expr, FromItem, Function, Join, JoinKind, Name, Order, Select,
    SqlPiece, SqlType, Statement, Write,
};
