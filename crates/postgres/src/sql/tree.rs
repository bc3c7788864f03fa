//! The tree: expressions, selects, and the three writing statements.
//!
//! Names that a user can choose are [`Name`]s and get quoted; names of our own are counters, so
//! that they can neither collide nor be cut at 63 bytes. A whole row is always written `t1.*`,
//! which, unlike a bare `t1`, cannot be taken for a column of that name.

use crate::sql::print::Binding;
use std::sync::Arc;

/// A name of the database or of a response key: quoted when printed.
pub type Name = Arc<str>;

/// A table alias of our own: `t1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Alias(pub u32);

/// The text of a type as a cast takes it, already quoted (`int4`, `"public"."citext"`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlType(Arc<str>);

impl SqlType {
    /// `bigint`.
    pub fn bigint() -> Self {
        SqlType("bigint".into())
    }

    /// `integer`.
    pub fn integer() -> Self {
        SqlType("integer".into())
    }

    /// `json`.
    pub fn json() -> Self {
        SqlType("json".into())
    }

    /// `boolean`.
    pub fn boolean() -> Self {
        SqlType("boolean".into())
    }

    /// `text`.
    pub fn text() -> Self {
        SqlType("text".into())
    }

    /// `text[]`.
    pub fn texts() -> Self {
        SqlType("text[]".into())
    }

    /// A text that the catalogue gave as fit for a cast.
    pub fn trusted(text: Arc<str>) -> Self {
        SqlType(text)
    }

    /// The array of this type.
    pub fn array(&self) -> Self {
        SqlType(format!("{}[]", self.0).into())
    }

    /// The row type of a table.
    pub fn row_of(schema: &str, table: &str) -> Self {
        let mut out = String::new();
        crate::sql::quote::identifier(&mut out, schema);
        out.push('.');
        crate::sql::quote::identifier(&mut out, table);
        SqlType(out.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a column: of the database, a response key, or one of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnName {
    /// Quoted.
    Named(Name),
    /// The copy of a table's column in a derived table: `c3`.
    Copied(u32),
    /// Another value in a derived table: `x3`.
    Extra(u32),
    /// The single value of a derived table: `v`.
    Value,
    /// The value of a root field: `root`.
    Root,
    /// The second value of a writing statement: `"check"`.
    Check,
    /// A system column that tells inserted rows (0) from updated ones: `xmax`.
    Xmax,
    /// `ctid`
    Ctid,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Function {
    /// Of `pg_catalog`, by name.
    Builtin(&'static str),
    /// Of a schema.
    In(Name, Name),
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `t1."name"`
    Column(Alias, ColumnName),
    /// `t1.*` as one composite value; only where a function's argument stands.
    Row(Alias),
    /// `excluded."name"`
    Excluded(Name),
    /// `$1::type`
    Placeholder(Binding, SqlType),
    /// `'text'`
    Text(Arc<str>),
    /// A number.
    Number(u64),
    /// `true` or `false`.
    Bool(bool),
    /// `NULL`
    Null,
    /// `DEFAULT`, in lists of values and assignments.
    Default,
    /// `(e)::type`
    Cast(Box<Expr>, SqlType),
    /// `f(a, b, name => c)`
    Call(Function, Vec<(Option<Name>, Expr)>),
    /// `f(a, b)`, `f(distinct a)`, `count(*)` (no arguments), `json_agg(a order by b)`.
    Aggregate {
        /// SQL name.
        name: &'static str,
        /// `distinct`.
        distinct: bool,
        /// Arguments; none is `*`.
        arguments: Vec<Expr>,
        /// Order of the input.
        order: Vec<Order>,
    },
    /// `(a OP b)`
    Binary(Box<Expr>, &'static str, Box<Expr>),
    /// `(a OP any(b))`, `(a OP all(b))`: the second field is `= any` or `<> all`.
    Quantified(Box<Expr>, &'static str, Box<Expr>),
    /// `(a in (b, c))`, the second field is `in` or `not in`; not for empty lists.
    InList(Box<Expr>, &'static str, Vec<Expr>),
    /// `(not a)`
    Not(Box<Expr>),
    /// All; `true` when empty.
    And(Vec<Expr>),
    /// Any; `false` when empty.
    Or(Vec<Expr>),
    /// `(a is null)`, or `(a is not null)` when false.
    IsNull(Box<Expr>, bool),
    /// `case when a then b else c end`
    Case(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `coalesce(a, b)`
    Coalesce(Vec<Expr>),
    /// `least(a, b)`
    Least(Vec<Expr>),
    /// `exists (select …)`
    Exists(Box<Select>),
    /// `(select …)`
    Scalar(Box<Select>),
    /// `array(select …)`
    ArraySelect(Box<Select>),
    /// `array[a, b]`
    Array(Vec<Expr>),
    /// `row(a, b)`
    RowOf(Vec<Expr>),
    /// `(a)[1:n]`
    Slice(Box<Expr>, u64),
    /// `(a)[n]`
    Element(Box<Expr>, u64),
}

impl Expr {
    /// A column of the database.
    pub fn column(alias: Alias, name: &Name) -> Expr {
        Expr::Column(alias, ColumnName::Named(name.clone()))
    }

    /// A text of type `text`.
    pub fn text(text: impl Into<Arc<str>>) -> Expr {
        Expr::Text(text.into()).cast(SqlType::text())
    }

    /// A call of a built-in function with positional arguments.
    pub fn builtin(name: &'static str, arguments: Vec<Expr>) -> Expr {
        Expr::Call(
            Function::Builtin(name),
            arguments.into_iter().map(|a| (None, a)).collect(),
        )
    }

    /// A cast of this.
    #[must_use]
    pub fn cast(self, ty: SqlType) -> Expr {
        Expr::Cast(Box::new(self), ty)
    }

    /// A binary operator.
    #[must_use]
    pub fn binary(self, operator: &'static str, right: Expr) -> Expr {
        Expr::Binary(Box::new(self), operator, Box::new(right))
    }

    /// A conjunction that drops what is true.
    pub fn all(parts: impl IntoIterator<Item = Expr>) -> Expr {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Expr::And(inner) => kept.extend(inner),
                Expr::Bool(true) => {}
                other => kept.push(other),
            }
        }
        if kept.len() == 1 {
            kept.remove(0)
        } else {
            Expr::And(kept)
        }
    }

    /// Whether this is trivially true.
    pub fn is_true(&self) -> bool {
        match self {
            Expr::Bool(true) => true,
            Expr::And(parts) => parts.is_empty(),
            _ => false,
        }
    }
}

/// A term of an order with its direction as text (`asc nulls last`).
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// What to order by.
    pub by: Expr,
    /// Direction and place of NULLs.
    pub direction: &'static str,
}

/// What rows are taken from.
#[derive(Debug, Clone, PartialEq)]
pub enum FromItem {
    /// `"schema"."table" as t1`
    Table(Name, Name, Alias),
    /// `"schema"."function"(…) as t1`
    Function(Function, Vec<(Option<Name>, Expr)>, Alias),
    /// `(select …) as t1`
    Select(Box<Select>, Alias),
    /// `w1 as t1`: a common table expression.
    Cte(Alias, Alias),
    /// `unnest(a, b) with ordinality as t1(x0, x1, v)`: arrays side by side, numbered from 1.
    Members(Vec<Expr>, Alias),
    /// `unnest($1::text[], …) as t1(x0, …)`: arrays of equal length side by side.
    Unnest(Vec<Expr>, Alias),
}

/// How a join treats rows without a match.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinKind {
    /// `left join lateral … on true`
    Left,
    /// `left join … on …`
    LeftOn(Expr),
    /// `cross join lateral …`
    Cross,
}

/// A join.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Left or cross.
    pub kind: JoinKind,
    /// The joined select.
    pub select: Select,
    /// Its alias.
    pub alias: Alias,
}

/// `select …`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Select {
    /// `distinct on (…)`.
    pub distinct_on: Vec<Expr>,
    /// Expressions with their names.
    pub columns: Vec<(Expr, Option<ColumnName>)>,
    /// `from`.
    pub from: Option<FromItem>,
    /// Rows that must be there besides (`cross join lateral`), of which there is one at most for
    /// each row of `from`. Unlike joins, which fetch values, they decide which rows there are.
    pub required: Vec<(Select, Alias)>,
    /// Joins, in order.
    pub joins: Vec<Join>,
    /// `where`.
    pub filter: Option<Expr>,
    /// `group by`.
    pub group: Vec<Expr>,
    /// `order by`.
    pub order: Vec<Order>,
    /// `limit`.
    pub limit: Option<Expr>,
    /// Whether rows that the order does not tell from the last one come too.
    pub ties: bool,
    /// `offset`.
    pub offset: Option<Expr>,
    /// `with …` in front of it.
    pub with: Vec<Cte>,
}

impl Select {
    /// A select of one named value from an item.
    pub fn value(value: Expr, name: ColumnName, from: Option<FromItem>) -> Self {
        Select {
            columns: vec![(value, Some(name))],
            from,
            ..Select::default()
        }
    }

    /// Adds a condition in front of the others.
    pub fn restrict_first(&mut self, condition: Expr) {
        let before = self.filter.take();
        self.restrict(condition);
        if let Some(before) = before {
            self.restrict(before);
        }
    }

    /// Adds a condition.
    pub fn restrict(&mut self, condition: Expr) {
        let before = self.filter.take();
        let all = Expr::all(before.into_iter().chain([condition]));
        if !all.is_true() {
            self.filter = Some(all);
        }
    }
}

/// A common table expression: `w1 as (…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// Its name, printed `w1`.
    pub name: Alias,
    /// What it holds.
    pub body: Write,
}

/// What an insert takes its rows from.
#[derive(Debug, Clone, PartialEq)]
pub enum InsertSource {
    /// Rows of values; a row without columns is `default values`.
    Values(Vec<Vec<Expr>>),
    /// `select …`
    Select(Box<Select>),
}

/// A part of a query written by a user.
#[derive(Debug, Clone, PartialEq)]
pub enum SqlPiece {
    /// SQL as it is.
    Text(Arc<str>),
    /// A value.
    Value(Expr),
}

/// A writing statement inside a common table expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A select (a write that writes nothing).
    Select(Box<Select>),
    /// Columns of a query written by a user, each cast to a type.
    Native {
        /// Names and types.
        columns: Vec<(Name, SqlType)>,
        /// The query.
        code: Vec<SqlPiece>,
    },
    /// `insert into … as t1 (…) … on conflict … returning …`
    Insert {
        /// Schema and table.
        table: (Name, Name),
        /// Alias of the table.
        alias: Alias,
        /// Columns.
        columns: Vec<Name>,
        /// What is inserted.
        source: InsertSource,
        /// `on conflict`.
        conflict: Option<Conflict>,
        /// `returning`.
        returning: Vec<(Expr, ColumnName)>,
    },
    /// `update … as t1 set … where … returning …`
    Update {
        /// Schema and table.
        table: (Name, Name),
        /// Alias of the table.
        alias: Alias,
        /// Assignments.
        set: Vec<(Name, Expr)>,
        /// Condition.
        filter: Option<Expr>,
        /// `returning`.
        returning: Vec<(Expr, ColumnName)>,
    },
    /// `delete from … as t1 where … returning …`
    Delete {
        /// Schema and table.
        table: (Name, Name),
        /// Alias of the table.
        alias: Alias,
        /// Condition.
        filter: Option<Expr>,
        /// `returning`.
        returning: Vec<(Expr, ColumnName)>,
    },
}

/// `on conflict [on constraint …] do …`
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Constraint name.
    pub constraint: Option<Name>,
    /// Assignments and condition; `None` is `do nothing`.
    pub update: Option<ConflictUpdate>,
}

/// `do update set … where …`
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictUpdate {
    /// Assignments.
    pub set: Vec<(Name, Expr)>,
    /// Condition.
    pub filter: Option<Expr>,
}

/// A whole statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// `with …`.
    pub with: Vec<Cte>,
    /// The select that answers.
    pub select: Select,
}
