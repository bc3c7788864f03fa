//! JSON written here from rows that PostgreSQL sends in its binary format.
//!
//! PostgreSQL spends three times as long on the JSON of a list as on its rows. So lists are asked
//! for as rows, and each value is written with the very bytes that `row_to_json` would have made
//! of it. Types without an exact writer come as `to_json(value)`, in their column alone, and are
//! passed on as they are.
//!
//! What a value's text depends on besides the value is never guessed: where a session's settings
//! decide (time zone, digits of floats), the statement itself brings what is needed, see
//! [`shape::Value`].
//!
//! * [`kinds`]: which types have a writer. [`shape`]: what is made of the columns of a row.
//! * [`writer`]: rows to bytes. [`text`], [`numbers`], [`floats`], [`moments`]: values to bytes.
//!
//! It knows the protocol's formats, and neither statements nor connections.

pub mod floats;
pub mod kinds;
pub mod moments;
pub mod numbers;
pub mod shape;
pub mod text;
pub mod writer;

pub use kinds::Kind;
pub use shape::{FieldShape, RowShape, Value};
pub use writer::RowWriter;
