//! Which parts of a rule hold for one row: one statement that evaluates every part with the same
//! conditions that requests are compiled to, and the reading of its answer.
//!
//! ```sql
//! select to_json(array[(<part>)::text, to_json(<left side>)::text, …])::text as root
//! from "public"."article" as t1 where t1."id" = $1 limit 2
//! ```
//!
//! A part about other rows has a second value: how many rows there are, for how many the
//! condition holds, and the values of its own parts for some of them.

use super::names::Row;
use super::operands::Scope;
use super::{Compiler, Context, Statement};
use crate::sql::{ColumnName, Expr, FromItem, Select, SqlType};
use howdah_error::{Error, Result};
use howdah_ir::catalog::ColumnId;
use howdah_ir::explanation::{Parts, RuleNode};
use howdah_ir::params::ParamId;
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::{Comparison, Predicate};
use serde_json::Value;

/// Other rows are counted up to this number.
pub const MOST_COUNTED: u64 = 1000;

/// For so many of the other rows parts are evaluated.
pub const MOST_LOOKED_AT: u64 = 50;

/// How much is asked of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Every part, with values.
    Parts,
    /// Whether the rules hold, and nothing else: to find which part cannot be evaluated at all.
    Truth,
}

/// What came of a part of a rule for one row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// Whether it holds; `None` is unknown.
    pub holds: Option<bool>,
    /// The left side of a comparison as JSON; `None` is NULL.
    pub left: Option<Value>,
    /// The right side, where there is one.
    pub right: Option<Value>,
    /// Parts on the same row.
    pub parts: Vec<Outcome>,
    /// Other rows.
    pub rows: Option<OtherRows>,
}

/// The rows that a part looks at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OtherRows {
    /// How many there are; above [`MOST_COUNTED`] it is only known that there are more.
    pub found: u64,
    /// For how many of them the condition holds; the same bound.
    pub matching: u64,
    /// The condition's outcome for some of them.
    pub some: Vec<Outcome>,
}

/// A row to explain.
#[derive(Debug, Clone, Copy)]
pub struct RowKey<'a> {
    /// The table, as an administrator sees it.
    pub permit: &'a SelectPermit,
    /// Values of columns that tell the row from others.
    pub values: &'a [(ColumnId, ParamId)],
}

/// The statement that evaluates rules and further conditions on a row. It answers one row with one
/// text for each row that the key fits, two at most.
///
/// # Errors
/// As [`super::select`].
pub fn explain_row<L>(
    context: &Context<'_>,
    key: RowKey<'_>,
    rules: &[&RuleNode<L>],
    conditions: &[&Predicate],
    detail: Detail,
) -> Result<Statement> {
    let compiler = Compiler::new(context);
    let (mut select, row) = compiler.table_rows(key.permit.table())?;
    select.restrict(compiler.predicate(key.permit.filter(), Scope::at(&row))?);
    for (column, param) in key.values {
        let value = compiler.param(*param);
        select.restrict(compiler.raw_column(&row, *column).binary("=", value));
    }
    let mut values = vec![Expr::text("row")];
    for rule in rules {
        compiler.rule_values(rule, Scope::at(&row), detail, &mut values)?;
    }
    for condition in conditions {
        values.push(truth(compiler.predicate(condition, Scope::at(&row))?));
    }
    select.columns = vec![(array(values), Some(ColumnName::Root))];
    select.limit = Some(Expr::Number(2));
    compiler.print(Vec::new(), select)
}

/// Reads what [`explain_row`] answered for one row: the outcome of each rule and of each condition.
///
/// # Errors
/// The text is none that such a statement answers.
pub fn outcomes<L>(
    answer: &str,
    rules: &[&RuleNode<L>],
    detail: Detail,
) -> Result<(Vec<Outcome>, Vec<Option<bool>>)> {
    let texts: Vec<Option<String>> = serde_json::from_str(answer).map_err(|_| unreadable())?;
    let mut texts = texts.into_iter().skip(1);
    let rules = rules
        .iter()
        .map(|rule| outcome(rule, detail, &mut texts))
        .collect::<Result<_>>()?;
    Ok((rules, texts.map(|text| holds(text.as_deref())).collect()))
}

fn unreadable() -> Error {
    Error::unexpected("the explanation of a rule cannot be read")
}

fn holds(text: Option<&str>) -> Option<bool> {
    text.map(|text| text == "true")
}

fn outcome<L>(
    rule: &RuleNode<L>,
    detail: Detail,
    texts: &mut impl Iterator<Item = Option<String>>,
) -> Result<Outcome> {
    let mut next = || texts.next().ok_or_else(unreadable);
    let mut found = Outcome {
        holds: holds(next()?.as_deref()),
        ..Outcome::default()
    };
    if detail == Detail::Truth {
        return Ok(found);
    }
    match &rule.parts {
        Parts::None => {
            let json =
                |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
            found.left = json(next()?);
            found.right = json(next()?);
        }
        Parts::Same(parts) => {
            found.parts = parts
                .iter()
                .map(|part| outcome(part, detail, texts))
                .collect::<Result<_>>()?;
        }
        Parts::Other(inner) => {
            let text = next()?.ok_or_else(unreadable)?;
            found.rows = Some(other_rows(&text, inner, detail)?);
        }
    }
    Ok(found)
}

fn other_rows<L>(text: &str, inner: &RuleNode<L>, detail: Detail) -> Result<OtherRows> {
    let (found, matching, some): (String, String, Option<String>) =
        serde_json::from_str(text).map_err(|_| unreadable())?;
    let number = |text: &str| text.parse().map_err(|_| unreadable());
    let some: Vec<Vec<Option<String>>> = match &some {
        Some(list) => serde_json::from_str(list).map_err(|_| unreadable())?,
        None => Vec::new(),
    };
    Ok(OtherRows {
        found: number(&found)?,
        matching: number(&matching)?,
        some: some
            .into_iter()
            .map(|texts| outcome(inner, detail, &mut texts.into_iter()))
            .collect::<Result<_>>()?,
    })
}

/// `to_json(array[…])::text`, of texts.
fn array(values: Vec<Expr>) -> Expr {
    Expr::builtin("to_json", vec![Expr::Array(values)]).cast(SqlType::text())
}

fn truth(condition: Expr) -> Expr {
    condition.cast(SqlType::text())
}

fn json_text(value: Expr) -> Expr {
    Expr::builtin("to_json", vec![value]).cast(SqlType::text())
}

impl Compiler<'_> {
    /// The texts that [`outcome`] reads.
    fn rule_values<L>(
        &self,
        rule: &RuleNode<L>,
        scope: Scope<'_>,
        detail: Detail,
        values: &mut Vec<Expr>,
    ) -> Result<()> {
        values.push(truth(self.predicate(&rule.predicate, scope)?));
        if detail == Detail::Truth {
            return Ok(());
        }
        match &rule.parts {
            Parts::None => {
                let (left, right) = self.sides(&rule.predicate, scope)?;
                values.extend([left, right].map(|side| match side {
                    Some(value) => json_text(value),
                    None => Expr::Null.cast(SqlType::text()),
                }));
            }
            Parts::Same(parts) => {
                for part in parts {
                    self.rule_values(part, scope, detail, values)?;
                }
            }
            Parts::Other(inner) => {
                values.push(self.other_rows(&rule.predicate, inner, scope, detail)?);
            }
        }
        Ok(())
    }

    /// What a comparison compares.
    fn sides(
        &self,
        comparison: &Predicate,
        scope: Scope<'_>,
    ) -> Result<(Option<Expr>, Option<Expr>)> {
        let (left, comparison) = match comparison {
            Predicate::Column(column, comparison) => {
                (self.column_use(column, scope.current)?, comparison)
            }
            Predicate::Computed(computed, comparison) => {
                (self.computed(computed, scope)?, comparison)
            }
            _ => return Ok((None, None)),
        };
        let right = match comparison {
            Comparison::Binary(_, operand) => Some(self.operand(operand, Some(scope))?),
            _ => None,
        };
        Ok((Some(left), right))
    }

    fn other_rows<L>(
        &self,
        predicate: &Predicate,
        inner: &RuleNode<L>,
        scope: Scope<'_>,
        detail: Detail,
    ) -> Result<Expr> {
        let (found, _) = self.rows_looked_at(predicate, scope)?;
        let (mut matching, row) = self.rows_looked_at(predicate, scope)?;
        matching.restrict(self.predicate(&inner.predicate, scope.related(&row))?);
        let (mut some, row) = self.rows_looked_at(predicate, scope)?;
        let mut values = Vec::new();
        self.rule_values(inner, scope.related(&row), detail, &mut values)?;
        let list = Expr::builtin("to_json", vec![Expr::Array(values)]);
        some.columns = vec![(list, Some(ColumnName::Value))];
        some.limit = Some(Expr::Number(MOST_LOOKED_AT));
        let alias = self.alias();
        let some = Select::value(
            aggregate("json_agg", vec![Expr::Column(alias, ColumnName::Value)]),
            ColumnName::Value,
            Some(FromItem::Select(Box::new(some), alias)),
        );
        Ok(array(vec![
            self.count_of(found),
            self.count_of(matching),
            Expr::Scalar(Box::new(some)).cast(SqlType::text()),
        ]))
    }

    /// `(select count(*) from (select 1 … limit n) as t)::text`
    fn count_of(&self, mut rows: Select) -> Expr {
        rows.columns = vec![(Expr::Number(1), None)];
        rows.limit = Some(Expr::Number(MOST_COUNTED + 1));
        let from = FromItem::Select(Box::new(rows), self.alias());
        let count = Select::value(
            aggregate("count", Vec::new()),
            ColumnName::Value,
            Some(from),
        );
        Expr::Scalar(Box::new(count)).cast(SqlType::text())
    }

    /// The rows that a condition on other rows looks at, whether it holds for them or not.
    fn rows_looked_at(&self, predicate: &Predicate, scope: Scope<'_>) -> Result<(Select, Row)> {
        match predicate {
            Predicate::Related(related) => self.related_rows(related, scope),
            Predicate::Exists(target, _) => self.target(target),
            Predicate::ComputedRows(computed) => self.computed_rows(computed, scope),
            _ => Err(Error::unexpected(
                "a part of a rule is said to look at other rows and does not",
            )),
        }
    }
}

fn aggregate(name: &'static str, arguments: Vec<Expr>) -> Expr {
    Expr::Aggregate {
        name,
        distinct: false,
        arguments,
        order: Vec::new(),
    }
}
