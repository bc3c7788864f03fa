//! Which parts of rules hold for a row, as PostgreSQL finds. Usually one statement tells; where it
//! fails (a session variable that does not fit its column), each part is asked for alone, so that
//! the failing one can be named.

use super::Subject;
use super::rights::Rights;
use crate::session_use::SessionUse;
use howdah_error::{Code, Error, Result};
use howdah_ir::catalog::ColumnId;
use howdah_ir::explanation::Parts;
use howdah_ir::params::{ParamId, Params};
use howdah_ir::permit::SelectPermit;
use howdah_ir::predicate::Predicate;
use howdah_ir::session::ADMIN;
use howdah_postgres::Expected;
use howdah_postgres::translate::explaining::{Detail, Outcome, RowKey, explain_row, outcomes};
use howdah_postgres::translate::{Context, Options};
use howdah_schema::rule_tree::RuleTree;
use std::collections::HashMap;
use std::sync::Arc;

/// What PostgreSQL found.
pub(super) struct Evaluation {
    /// By the order of [`Rights::all_rules`] over all rights.
    outcomes: Vec<Found>,
    /// Whether the role sees the row, as its merged permission has it.
    pub(super) sees_row: Option<bool>,
    /// Whether the role sees values that only some of its parents see.
    cells: HashMap<Cell, Option<bool>>,
}

/// The outcome of a part of a rule, or why there is none.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) outcome: Outcome,
    /// Why PostgreSQL refuses to evaluate the part.
    pub(super) error: Option<String>,
    /// For parts on the same row.
    pub(super) parts: Vec<Found>,
}

/// A value of the row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Cell {
    Column(ColumnId),
    ComputedField(Arc<str>),
}

/// Runs statements on the row.
struct Asking<'a> {
    subject: &'a Subject<'a>,
    context: Context<'a>,
    key: RowKey<'a>,
    session: Arc<str>,
}

impl Evaluation {
    /// `None` when there is no such row.
    ///
    /// # Errors
    /// More than one row fits the key; PostgreSQL cannot be asked, or refuses the key's values.
    pub(super) async fn run(
        subject: &Subject<'_>,
        options: Options,
        key: &[(ColumnId, ParamId)],
        params: &Params,
        rights: &[Rights],
    ) -> Result<Option<Evaluation>> {
        let roles = &subject.source.roles;
        let permit = roles
            .open_select(ADMIN, subject.table.id)
            .ok_or_else(|| Error::unexpected("administrators may read every table"))?;
        let asking = Asking {
            subject,
            context: Context {
                catalog: &subject.source.catalog,
                options: &options,
                params,
            },
            key: RowKey {
                permit: &permit,
                values: key,
            },
            session: subject.session.to_json().into(),
        };
        // Whether there is such a row comes first: what is wrong with the key is its own error.
        if asking.row(&[], &[], Detail::Truth).await?.is_none() {
            return Ok(None);
        }
        let mut rules = Vec::new();
        rights.iter().for_each(|right| right.all_rules(&mut rules));
        let merged = roles.open_select(subject.session.role(), subject.table.id);
        let (cells, mut conditions) = merged.as_ref().map(redactions).unwrap_or_default();
        conditions.extend(merged.as_ref().map(SelectPermit::filter));
        let (outcomes, mut truths) = match asking.row(&rules, &conditions, Detail::Parts).await {
            Ok(Some((outcomes, truths))) => (outcomes.into_iter().map(found).collect(), truths),
            Ok(None) => return Ok(None),
            Err(error) if is_of_data(&error) => {
                let mut outcomes = Vec::with_capacity(rules.len());
                for rule in &rules {
                    outcomes.push(asking.alone(rule).await?);
                }
                let mut truths = Vec::with_capacity(conditions.len());
                for condition in &conditions {
                    truths.push(asking.truth(condition).await?);
                }
                (outcomes, truths)
            }
            Err(error) => return Err(error),
        };
        // A missing variable is NULL for PostgreSQL; requests are refused before they get there.
        for (condition, truth) in conditions.iter().zip(&mut truths) {
            let mut used = SessionUse::default();
            used.predicate(condition);
            if used.missing(&subject.session).next().is_some() {
                *truth = None;
            }
        }
        let sees_row = match merged {
            Some(_) => truths.pop().flatten(),
            None => Some(false),
        };
        Ok(Some(Evaluation {
            outcomes,
            sees_row,
            cells: cells.into_iter().zip(truths).collect(),
        }))
    }

    /// The outcome of the rule at a place of [`Rights::all_rules`].
    pub(super) fn rule(&self, place: usize) -> Option<&Found> {
        self.outcomes.get(place)
    }

    /// Whether the role's redaction shows a value that is not always shown; `None` if it has none.
    pub(super) fn cell(&self, cell: &Cell) -> Option<Option<bool>> {
        self.cells.get(cell).copied()
    }
}

/// The values that the role sees in some rows only, with their conditions.
fn redactions(permit: &SelectPermit) -> (Vec<Cell>, Vec<&Predicate>) {
    let mut cells = Vec::new();
    let mut conditions = Vec::new();
    for (column, condition) in permit.redacted_columns() {
        cells.push(Cell::Column(column));
        conditions.push(condition);
    }
    for (name, condition) in permit.redacted_computed_fields() {
        cells.push(Cell::ComputedField(name.clone()));
        conditions.push(condition);
    }
    (cells, conditions)
}

fn found(mut outcome: Outcome) -> Found {
    let parts = std::mem::take(&mut outcome.parts);
    Found {
        outcome,
        error: None,
        parts: parts.into_iter().map(found).collect(),
    }
}

/// Whether the fault lies in what is compared, not in the connection.
fn is_of_data(error: &Error) -> bool {
    !matches!(
        error.code(),
        Code::PostgresError | Code::PostgresMaxConnections
    )
}

/// What PostgreSQL says, where the error itself says less.
fn said(error: &Error) -> String {
    let detail = error
        .internal()
        .and_then(|i| i["error"]["message"].as_str());
    detail.unwrap_or(error.message()).to_owned()
}

type Answer = (Vec<Outcome>, Vec<Option<bool>>);

impl Asking<'_> {
    /// Evaluates rules on the row.
    async fn row(
        &self,
        rules: &[&RuleTree],
        conditions: &[&Predicate],
        detail: Detail,
    ) -> Result<Option<Answer>> {
        let statement = explain_row(&self.context, self.key, rules, conditions, detail)?;
        let arguments = statement.arguments(self.context.params, &self.session, None);
        let rows = self
            .subject
            .state
            .pool_named(&self.subject.source.name)?
            .query_rows(&statement.sql, &arguments, Expected::Read)
            .await?;
        match rows.as_slice() {
            [] => Ok(None),
            [row] => {
                let text: String = row
                    .try_get(0)
                    .map_err(|e| Error::unexpected(e.to_string()))?;
                outcomes(&text, rules, detail).map(Some)
            }
            _ => Err(Error::parse_failed("more than one row has these values").within("pk")),
        }
    }

    /// Whether a condition holds, if that can be told.
    async fn truth(&self, condition: &Predicate) -> Result<Option<bool>> {
        match self.row(&[], &[condition], Detail::Truth).await {
            Ok(answer) => Ok(answer.and_then(|(_, truths)| truths.first().copied().flatten())),
            Err(error) if is_of_data(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Evaluates each part of a rule by itself.
    async fn alone(&self, rule: &RuleTree) -> Result<Found> {
        let mut found = Found {
            outcome: Outcome::default(),
            error: None,
            parts: Vec::new(),
        };
        match self.row(&[rule], &[], Detail::Parts).await {
            Ok(Some((outcomes, _))) => {
                if let Some(outcome) = outcomes.into_iter().next() {
                    return Ok(self::found(outcome));
                }
            }
            Ok(None) => {}
            Err(error) if is_of_data(&error) => match &rule.parts {
                Parts::Same(parts) => {
                    for part in parts {
                        found.parts.push(Box::pin(self.alone(part)).await?);
                    }
                }
                Parts::None | Parts::Other(_) => found.error = Some(said(&error)),
            },
            Err(error) => return Err(error),
        }
        // The whole may be decided although a part cannot be evaluated.
        if let Ok(Some((outcomes, _))) = self.row(&[rule], &[], Detail::Truth).await {
            found.outcome.holds = outcomes.first().and_then(|outcome| outcome.holds);
        }
        Ok(found)
    }
}
