//! Streams: rows in batches, each batch beginning behind the one before (I5).

use crate::params::ParamId;
use crate::permit::ColumnUse;
use crate::query::Rows;
use std::sync::Arc;

/// Rows of a table behind a cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// The rows: a list without order, limit and offset.
    pub rows: Rows,
    /// Where the next batch begins.
    pub cursor: Cursor,
    /// How many rows a batch has (a `bigint` parameter); rows with the cursor value of the last one
    /// are added, so that none is lost.
    pub batch_size: ParamId,
}

/// The column that a stream runs along. Rows where it is NULL, or hidden from the role, are no part
/// of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The column's GraphQL name, for reports.
    pub name: Arc<str>,
    /// The column with its redaction.
    pub column: ColumnUse,
    /// Whether values rise.
    pub ascending: bool,
    /// The value behind which the stream begins; `None` is its very beginning.
    pub initial: Option<ParamId>,
}
