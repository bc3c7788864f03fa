//! Reads: trees of rows as a role sees them.

use crate::catalog::{ColumnId, NativeQueryId};
use crate::params::ParamId;
use crate::permit::{ColumnUse, SelectPermit, Target};
use crate::predicate::{AggregateFunction, ComputedUse, FunctionCall, Operand, Predicate};
use std::sync::Arc;

/// Rows of one table as a role may see them, filtered, ordered, sliced and shaped.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The role's right: table, row filter, limit. The filter applies to everything below.
    pub permit: SelectPermit,
    /// Where the rows come from.
    pub source: RowSource,
    /// The client's condition, in addition to the permit's.
    pub filter: Predicate,
    /// `distinct_on`; lowering has checked that it leads `order`.
    pub distinct_on: Vec<ColumnUse>,
    /// Order; empty means unspecified.
    pub order: Vec<OrderTerm>,
    /// The client's limit (a `bigint` parameter). The permit's limit applies beside it: to plain
    /// lists and to `nodes`, never to `aggregate`.
    pub limit: Option<ParamId>,
    /// The client's offset (a `bigint` parameter).
    pub offset: Option<ParamId>,
    /// What is made of the rows.
    pub output: Output,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq)]
pub enum RowSource {
    /// The permit's table.
    Table,
    /// A function that returns rows of the permit's table. For a table computed field one argument
    /// is the parent row.
    Function(FunctionCall),
    /// The native query that the permit's table stands for.
    Native(NativeCall),
}

/// A native query with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct NativeCall {
    /// The query.
    pub query: NativeQueryId,
    /// A value for every argument, in the order of their declaration. None of them is a column:
    /// the query stands apart from all rows.
    pub arguments: Vec<Operand>,
}

/// What is made of rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// A JSON array of objects; `[]` when there are none.
    List(Vec<Field>),
    /// The object of the first row; `null` when there is none.
    Object(Vec<Field>),
    /// `{aggregate, nodes, …}`.
    Aggregate(Vec<AggregateField>),
}

/// A key of an answer object, in the order of the selection.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Response key: any text that GraphQL allows as a name.
    pub key: Arc<str>,
    /// Its value.
    pub value: FieldValue,
}

/// The value of a [`Field`].
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// A fixed string (`__typename`).
    Literal(Arc<str>),
    /// A column. `path` extracts a part of json and jsonb (`#>`).
    Column {
        /// The column with its redaction.
        column: ColumnUse,
        /// Path of keys and indexes.
        path: Option<Vec<Arc<str>>>,
    },
    /// A column whose text is shown in upper case (names of enum tables under a naming convention).
    UpperCase(ColumnUse),
    /// A scalar computed field.
    Computed {
        /// The call.
        computed: ComputedUse,
        /// Path of keys and indexes into json and jsonb.
        path: Option<Vec<Arc<str>>>,
    },
    /// Related rows; `Output::Object` for object relationships.
    Related(Box<Related>),
    /// Rows of a table computed field; its source is a function call with the current row.
    ComputedRows(Box<Rows>),
}

/// Related rows, joined by columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// Pairs (column of the parent row, column of the related row); never empty.
    pub mapping: Vec<(ColumnId, ColumnId)>,
    /// The rows.
    pub rows: Rows,
}

/// A key of an aggregate answer.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateField {
    /// Response key.
    pub key: Arc<str>,
    /// Its value.
    pub value: AggregateFieldValue,
}

/// The value of an [`AggregateField`].
#[derive(Debug, Clone, PartialEq)]
pub enum AggregateFieldValue {
    /// A fixed string (`__typename`).
    Literal(Arc<str>),
    /// `aggregate { … }`.
    Aggregate(Vec<AggregateItem>),
    /// `nodes { … }`: the permit's limit applies here.
    Nodes(Vec<Field>),
}

/// A key inside `aggregate`.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateItem {
    /// Response key.
    pub key: Arc<str>,
    /// Its value.
    pub value: AggregateValue,
}

/// The value of an [`AggregateItem`].
#[derive(Debug, Clone, PartialEq)]
pub enum AggregateValue {
    /// A fixed string (`__typename`).
    Literal(Arc<str>),
    /// `count(columns, distinct)`; no columns means `*`.
    Count {
        /// Columns.
        columns: Vec<ColumnUse>,
        /// `DISTINCT`.
        distinct: bool,
    },
    /// `sum { a b }` and the like: an object with one aggregate per key.
    Function {
        /// The aggregate.
        function: AggregateFunction,
        /// Keys and what they are taken over.
        fields: Vec<(Arc<str>, AggregateArgument)>,
    },
}

/// What an aggregate is taken over.
#[derive(Debug, Clone, PartialEq)]
pub enum AggregateArgument {
    /// A fixed string (`__typename`) instead of an aggregate.
    Literal(Arc<str>),
    /// A column.
    Column(ColumnUse),
    /// A scalar computed field.
    Computed(ComputedUse),
}

/// One term of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderTerm {
    /// What to order by.
    pub by: OrderBy,
    /// Direction and place of NULLs.
    pub direction: Direction,
}

/// Direction of an order with the place of NULLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Ascending, NULLs last (`asc`, `asc_nulls_last`).
    AscNullsLast,
    /// Ascending, NULLs first.
    AscNullsFirst,
    /// Descending, NULLs first (`desc`, `desc_nulls_first`).
    DescNullsFirst,
    /// Descending, NULLs last.
    DescNullsLast,
}

/// What an order term is computed from.
#[derive(Debug, Clone, PartialEq)]
pub enum OrderBy {
    /// A column of the row.
    Column(ColumnUse),
    /// A scalar computed field of the row.
    Computed(ComputedUse),
    /// Something of the row that an object relationship leads to (NULL when there is none that the
    /// role may see).
    Related {
        /// As in [`Related`].
        mapping: Vec<(ColumnId, ColumnId)>,
        /// The related table with the role's filter.
        target: Target,
        /// What to take of it.
        by: Box<OrderBy>,
    },
    /// An aggregate over the rows of an array relationship.
    Aggregate {
        /// As in [`Related`].
        mapping: Vec<(ColumnId, ColumnId)>,
        /// The related table with the role's filter.
        target: Target,
        /// The aggregate.
        aggregate: OrderAggregate,
    },
    /// An aggregate over the rows of a table computed field.
    ComputedAggregate {
        /// The call with the current row.
        call: FunctionCall,
        /// The returned table with the role's filter.
        target: Target,
        /// The aggregate.
        aggregate: OrderAggregate,
    },
}

/// An aggregate to order by.
#[derive(Debug, Clone, PartialEq)]
pub enum OrderAggregate {
    /// `count(*)`.
    Count,
    /// An aggregate of one column.
    Column(AggregateFunction, ColumnUse),
    /// An aggregate of a scalar computed field.
    Computed(AggregateFunction, ComputedUse),
}
