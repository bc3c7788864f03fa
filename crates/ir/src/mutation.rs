//! Writes: what a role inserts, updates and deletes.

use crate::catalog::ColumnId;
use crate::permit::{DeletePermit, InsertPermit, SelectPermit, UpdatePermit};
use crate::predicate::{Operand, Predicate};
use crate::query::Field;
use std::sync::Arc;

/// An insert of rows into one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// The role's right: check and presets (already merged into `rows`).
    pub permit: InsertPermit,
    /// One list of (column, value) per row; columns that a row lacks are DEFAULT.
    pub rows: Vec<Vec<(ColumnId, WriteValue)>>,
    /// What to do with conflicting rows.
    pub on_conflict: Option<OnConflict>,
    /// What is answered.
    pub output: MutationOutput,
}

/// A value that is written.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteValue {
    /// A value.
    Operand(Operand),
    /// NULL.
    Null,
    /// The column's default.
    Default,
}

/// `ON CONFLICT`.
#[derive(Debug, Clone, PartialEq)]
pub struct OnConflict {
    /// The constraint; `None` only for "do nothing on any conflict".
    pub constraint: Option<Arc<str>>,
    /// `None` is `DO NOTHING`.
    pub update: Option<ConflictUpdate>,
}

/// `ON CONFLICT … DO UPDATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictUpdate {
    /// The role's update right: its filter limits which rows are updated, its check is applied.
    pub permit: UpdatePermit,
    /// Columns taken from the proposed row (`excluded`).
    pub columns: Vec<ColumnId>,
    /// Presets of the update permission.
    pub presets: Vec<(ColumnId, WriteValue)>,
    /// The client's condition on the existing row.
    pub filter: Predicate,
}

/// An update of the rows that match.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The role's right: filter and check.
    pub permit: UpdatePermit,
    /// The client's condition.
    pub filter: Predicate,
    /// Assignments, presets included.
    pub assignments: Vec<(ColumnId, Assignment)>,
    /// What is answered.
    pub output: MutationOutput,
}

/// How a column changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Assignment {
    /// `col = value`
    Set(WriteValue),
    /// `col = col + value`
    Increment(Operand),
    /// `col = col * value` (legacy `$mul`)
    Multiply(Operand),
    /// `col = col || value`
    Append(Operand),
    /// `col = value || col`
    Prepend(Operand),
    /// `col = col - text`
    DeleteKey(Operand),
    /// `col = col - integer`
    DeleteElement(Operand),
    /// `col = col #- text[]`
    DeleteAtPath(Operand),
}

/// A delete of the rows that match.
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// The role's right: filter.
    pub permit: DeletePermit,
    /// The client's condition.
    pub filter: Predicate,
    /// What is answered.
    pub output: MutationOutput,
}

/// What a mutation answers.
#[derive(Debug, Clone, PartialEq)]
pub enum MutationOutput {
    /// `{affected_rows, returning, …}`.
    Response(Vec<MutationField>),
    /// The single row (or null): `*_one`, `*_by_pk`.
    Single(SelectPermit, Vec<Field>),
}

/// A key of a mutation response.
#[derive(Debug, Clone, PartialEq)]
pub struct MutationField {
    /// Response key.
    pub key: Arc<str>,
    /// Its value.
    pub value: MutationFieldValue,
}

/// The value of a [`MutationField`].
#[derive(Debug, Clone, PartialEq)]
pub enum MutationFieldValue {
    /// A fixed string (`__typename`).
    Literal(Arc<str>),
    /// Number of rows written.
    AffectedRows,
    /// The rows written. The permit's column rules apply; its row filter does not (trap 8).
    Returning(SelectPermit, Vec<Field>),
}
