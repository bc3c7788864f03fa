//! Conditions on rows: permission rules and clients' `where` alike.

use crate::catalog::{ColumnId, FunctionId, TypeId};
use crate::params::{ParamId, ValueType};
use crate::permit::{ColumnUse, Target};
use std::sync::Arc;

/// A condition on the current row.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// All hold; an empty list is true.
    And(Vec<Predicate>),
    /// Any holds; an empty list is false.
    Or(Vec<Predicate>),
    /// Does not hold. As in SQL, `Not` of an unknown is unknown.
    Not(Box<Predicate>),
    /// A comparison of a column.
    Column(ColumnUse, Comparison),
    /// A comparison of a scalar computed field.
    Computed(ComputedUse, Comparison),
    /// There is a related row for which `predicate` holds (and which `target` lets through).
    Related(Box<RelatedPredicate>),
    /// There is any row in a table, unrelated to this one, for which the predicate holds (and which
    /// `target` lets through). The root row stays that of the whole rule, so that `["$", "col"]`
    /// ties the two together (J8, J10).
    Exists(Target, Box<Predicate>),
    /// A row returned by a table computed field matches.
    ComputedRows(Box<ComputedRowsPredicate>),
    /// A comparison of an aggregate over related rows (D17).
    Aggregate(Box<AggregatePredicate>),
}

impl Predicate {
    /// Holds for every row.
    pub const TRUE: Predicate = Predicate::And(Vec::new());
    /// Holds for no row.
    pub const FALSE: Predicate = Predicate::Or(Vec::new());

    /// Whether this is trivially true.
    pub fn is_true(&self) -> bool {
        matches!(self, Predicate::And(all) if all.is_empty())
    }

    /// Whether this is trivially false.
    pub fn is_false(&self) -> bool {
        matches!(self, Predicate::Or(any) if any.is_empty())
    }

    /// A conjunction that flattens and drops what is true.
    pub fn all(parts: impl IntoIterator<Item = Predicate>) -> Predicate {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Predicate::And(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        if kept.len() == 1 {
            kept.remove(0)
        } else {
            Predicate::And(kept)
        }
    }
}

/// See [`Predicate::Related`].
#[derive(Debug, Clone, PartialEq)]
pub struct RelatedPredicate {
    /// Pairs (column of the current row, column of the related row); never empty.
    pub mapping: Vec<(ColumnId, ColumnId)>,
    /// The related table with the filter that the role's permit puts on it (true in rules).
    pub target: Target,
    /// What must hold for the related row.
    pub predicate: Predicate,
}

/// See [`Predicate::ComputedRows`].
#[derive(Debug, Clone, PartialEq)]
pub struct ComputedRowsPredicate {
    /// The call; its table-row argument is the current row.
    pub call: FunctionCall,
    /// The table whose rows come back.
    pub target: Target,
    /// What must hold for a returned row.
    pub predicate: Predicate,
}

/// See [`Predicate::Aggregate`].
#[derive(Debug, Clone, PartialEq)]
pub struct AggregatePredicate {
    /// As in [`RelatedPredicate`].
    pub mapping: Vec<(ColumnId, ColumnId)>,
    /// As in [`RelatedPredicate`].
    pub target: Target,
    /// The aggregate: `count`, `bool_and`, `avg`, `corr` …
    pub function: AggregateFunction,
    /// Columns it is taken over; empty means `*` (count only).
    pub arguments: Vec<ColumnUse>,
    /// `DISTINCT` over the arguments.
    pub distinct: bool,
    /// Which related rows count.
    pub filter: Predicate,
    /// Comparisons of the aggregate's value; all must hold.
    pub comparisons: Vec<Comparison>,
}

/// A scalar computed field as it may be used by a role.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputedUse {
    /// The call; its table-row argument is the current row.
    pub call: FunctionCall,
    /// When set, the value is NULL for rows where this does not hold (inherited roles).
    pub redaction: Option<Arc<Predicate>>,
}

/// A function call with the current row, the session or values as arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionCall {
    /// The function.
    pub function: FunctionId,
    /// Arguments in call order. Once one is named all later ones are.
    pub arguments: Vec<CallArgument>,
}

/// One argument of a [`FunctionCall`].
#[derive(Debug, Clone, PartialEq)]
pub struct CallArgument {
    /// `Some` for named notation (`name => value`), used after an omitted argument.
    pub name: Option<Arc<str>>,
    /// The value.
    pub value: ArgumentValue,
}

/// What an argument is filled with.
#[derive(Debug, Clone, PartialEq)]
pub enum ArgumentValue {
    /// The whole current row (computed fields).
    Row,
    /// A value.
    Operand(Operand),
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A value of the request.
    Param(ParamId),
    /// A constant of a stored rule, in PostgreSQL's text form.
    Constant(ValueType, Arc<str>),
    /// A session variable (lower-case name), cast to the type.
    Session(ValueType, Arc<str>),
    /// The whole session as JSON (session arguments of functions), cast to `json` or `jsonb`.
    SessionObject(TypeId),
    /// A column of the current row, or of the row that the rule is on (`["$", "col"]`).
    Column(RowScope, ColumnId),
    /// A list of values of the element type.
    List(TypeId, Vec<Operand>),
}

/// Which row a column operand belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowScope {
    /// The row the comparison is on.
    Current,
    /// The row of the table that the rule was written for.
    Root,
}

/// What a column or computed field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// `_is_null: true` (or false).
    IsNull(bool),
    /// A binary operator.
    Binary(Operator, Operand),
    /// `ST_DWithin` / `ST_3DDWithin` (`three_d`) of geometry or geography.
    Near {
        /// `_st_3d_d_within`.
        three_d: bool,
        /// Distance, `float8`.
        distance: Operand,
        /// The other shape.
        from: Operand,
        /// Geography only; boolean.
        use_spheroid: Option<Operand>,
    },
    /// `_st_intersects_nband_geom` / `_st_intersects_geom_nband`: `ST_Intersects` of a raster and a
    /// geometry; the band comes before the geometry when `band_first`.
    RasterGeometry {
        /// Order of the SQL arguments `(raster, nband, geom)` or `(raster, geom, nband)`.
        band_first: bool,
        /// Band number, `integer`; NULL when absent in the second form.
        band: Option<Operand>,
        /// The geometry.
        geometry: Operand,
    },
    /// `_cast`: the value cast to another type must satisfy all.
    Cast(TypeId, Vec<Comparison>),
}

/// Binary operators. Operand types: the same type as the left side unless said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `>`
    Greater,
    /// `<`
    Less,
    /// `>=`
    GreaterOrEqual,
    /// `<=`
    LessOrEqual,
    /// `= ANY(array)`; the operand is `ArrayOf` or a `List`.
    In,
    /// `<> ALL(array)`.
    NotIn,
    /// `LIKE`; text operand for all of the following up to `NotInsensitiveRegex`.
    Like,
    /// `NOT LIKE`
    NotLike,
    /// `ILIKE`
    InsensitiveLike,
    /// `NOT ILIKE`
    NotInsensitiveLike,
    /// `SIMILAR TO`
    Similar,
    /// `NOT SIMILAR TO`
    NotSimilar,
    /// `~`
    Regex,
    /// `!~`
    NotRegex,
    /// `~*`
    InsensitiveRegex,
    /// `!~*`
    NotInsensitiveRegex,
    /// `@>` of jsonb or arrays.
    Contains,
    /// `<@`
    ContainedIn,
    /// `?` with text.
    HasKey,
    /// `?|` with text array.
    HasKeysAny,
    /// `?&` with text array.
    HasKeysAll,
    /// ltree `@>` ltree.
    Ancestor,
    /// ltree `@>` ltree[].
    AncestorAny,
    /// ltree `<@` ltree.
    Descendant,
    /// ltree `<@` ltree[].
    DescendantAny,
    /// ltree `~` lquery.
    Matches,
    /// ltree `?` lquery[].
    MatchesAny,
    /// ltree `@` ltxtquery.
    MatchesFulltext,
    /// `ST_Contains(column, operand)` and so on.
    StContains,
    /// `ST_Crosses`
    StCrosses,
    /// `ST_Equals`
    StEquals,
    /// `ST_Intersects`
    StIntersects,
    /// `ST_3DIntersects`
    St3dIntersects,
    /// `ST_Overlaps`
    StOverlaps,
    /// `ST_Touches`
    StTouches,
    /// `ST_Within`
    StWithin,
    /// `ST_Intersects(raster, raster)`
    StIntersectsRaster,
}

/// Aggregate functions, by SQL name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// `count`
    Count,
    /// `sum`
    Sum,
    /// `avg`
    Avg,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `stddev`
    Stddev,
    /// `stddev_pop`
    StddevPop,
    /// `stddev_samp`
    StddevSamp,
    /// `variance`
    Variance,
    /// `var_pop`
    VarPop,
    /// `var_samp`
    VarSamp,
    /// `bool_and`
    BoolAnd,
    /// `bool_or`
    BoolOr,
    /// `corr` (two arguments)
    Corr,
    /// `covar_samp` (two arguments)
    CovarSamp,
}

impl AggregateFunction {
    /// The SQL name, which is the GraphQL field name too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Stddev => "stddev",
            Self::StddevPop => "stddev_pop",
            Self::StddevSamp => "stddev_samp",
            Self::Variance => "variance",
            Self::VarPop => "var_pop",
            Self::VarSamp => "var_samp",
            Self::BoolAnd => "bool_and",
            Self::BoolOr => "bool_or",
            Self::Corr => "corr",
            Self::CovarSamp => "covar_samp",
        }
    }
}
