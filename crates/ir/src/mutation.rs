//! Writes: what a role inserts, updates and deletes.

use crate::catalog::ColumnId;
use crate::permit::{DeletePermit, InsertPermit, SelectPermit, UpdatePermit};
use crate::predicate::{Operand, Predicate};
use crate::query::Field;
use howdah_error::JsonPath;
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

/// An insert with the rows of relationships that belong to its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct InsertTree {
    /// The rows of this level.
    pub insert: Insert,
    /// Rows of related tables, each for one row of this level.
    pub nested: Vec<NestedInsert>,
    /// Where each row stands in the request, for error paths.
    pub paths: Vec<JsonPath>,
}

/// Related rows that are inserted together with a row.
#[derive(Debug, Clone, PartialEq)]
pub struct NestedInsert {
    /// Position of the row in the level above.
    pub row: usize,
    /// Relationship name.
    pub relationship: Arc<str>,
    /// Pairs (column of the row above, column of the related row).
    pub mapping: Vec<(ColumnId, ColumnId)>,
    /// Whether the related row comes first and gives its key to the row above.
    pub order: NestedOrder,
    /// The related rows; one for object relationships.
    pub tree: InsertTree,
    /// Where it stands in the request.
    pub path: JsonPath,
}

/// When related rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NestedOrder {
    /// Before the row above, which takes their key.
    BeforeParent,
    /// After the row above, whose key they take.
    AfterParent,
}

/// A mutation root field on one source.
#[derive(Debug, Clone, PartialEq)]
pub enum Mutation {
    /// `insert_t`, `insert_t_one`
    Insert(InsertTree),
    /// `update_t`, `update_t_by_pk`
    Update(Update),
    /// `update_t_many`: in order, each with an answer of its own.
    UpdateMany(Vec<Update>),
    /// `delete_t`, `delete_t_by_pk`
    Delete(Delete),
    /// A function that writes.
    Function(crate::query::Rows),
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
    /// A number that is known already: rows written on all levels of a nested insert.
    Known(u64),
    /// The rows written. The permit's column rules apply; its row filter does not (trap 8).
    Returning(SelectPermit, Vec<Field>),
}
