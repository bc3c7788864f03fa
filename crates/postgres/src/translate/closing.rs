//! Writes that close their transaction: what a failed check is, and settings for triggers.
//!
//! A statement sent alone is a transaction by itself, one round trip instead of three. So that it
//! can be, a check that does not hold must fail it, and it must set the session for triggers
//! before anything is written:
//!
//! ```sql
//! with w1 as (insert into … returning …, <check> as "check")
//! select case when t4.v is not null
//!        then case when (case when <all hold> then 'true' else '<words>' end)::boolean
//!             then <answer> end end as root
//! from (select set_config('hasura.user', $1::text, true) || … as v limit 1) as t4
//! ```
//!
//! `w1` runs when the answer first asks for its rows, which the outer `case` lets happen only after
//! the settings are made. The words are no boolean: the cast fails with them in its message.

use super::Compiler;
use crate::execution::errors::CHECK_FAILED;
use crate::sql::{Binding, ColumnName, Expr, FromItem, Select, SqlType};

/// Settings of PostgreSQL that triggers read, with what they hold.
const SETTINGS: [(&str, Binding); 2] = [
    ("hasura.user", Binding::Session),
    ("hasura.tracecontext", Binding::Trace),
];

impl Compiler<'_> {
    /// An answer that fails where `holds` is false.
    pub fn guarded(&self, answer: Expr, holds: Expr) -> Expr {
        let verdict = Expr::Case(
            Box::new(holds),
            Box::new(Expr::Text("true".into())),
            Box::new(Expr::Text(CHECK_FAILED.into())),
        );
        Expr::Case(
            Box::new(verdict.cast(SqlType::boolean())),
            Box::new(answer),
            Box::new(Expr::Null),
        )
    }

    /// A select of one value that makes the settings first.
    pub fn alone(&self, select: Select) -> Select {
        let settings = self.alias();
        let made = SETTINGS
            .into_iter()
            .map(|(name, value)| {
                let value = Expr::Placeholder(value, SqlType::text());
                let arguments = vec![Expr::Text(name.into()), value, Expr::Bool(true)];
                Expr::builtin("set_config", arguments)
            })
            .reduce(|all, one| all.binary("||", one))
            .unwrap_or(Expr::Null);
        let made = Select {
            limit: Some(Expr::Number(1)),
            ..Select::value(made, ColumnName::Value, None)
        };
        let done = Expr::IsNull(Box::new(Expr::Column(settings, ColumnName::Value)), false);
        let answer = Expr::Scalar(Box::new(select));
        let answer = Expr::Case(Box::new(done), Box::new(answer), Box::new(Expr::Null));
        let from = FromItem::Select(Box::new(made), settings);
        Select::value(answer, ColumnName::Root, Some(from))
    }
}
