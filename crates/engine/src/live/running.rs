//! One batch against the database. Where a value may be to blame for a failure, the batch is
//! halved until it stands alone, so that the others get their answers.

use super::cohorts::{Member, Outcome};
use super::plan::Statements;
use howdah_error::Error;
use howdah_postgres::translate::multiplexed::{Multiplexed, Texts};
use howdah_postgres::{BatchError, BatchRow, Blame, Pool};
use std::sync::Arc;

/// A member with its values at its cursor.
struct Asking {
    id: u64,
    texts: Texts,
}

/// Runs the batch; an outcome for each member.
pub(super) async fn run(
    pool: &Pool,
    statements: &Statements,
    members: Vec<Member>,
) -> Vec<(u64, Outcome)> {
    let mut outcomes = Vec::with_capacity(members.len());
    let mut work: Vec<(&Multiplexed, Vec<Asking>)> = Vec::new();
    for member in members {
        let (statement, texts) = statements.at(&member.values, member.cursor.as_ref());
        let asking = Asking {
            id: member.id,
            texts,
        };
        match work.iter_mut().find(|(s, _)| s.sql == statement.sql) {
            Some((_, all)) => all.push(asking),
            None => work.push((statement, vec![asking])),
        }
    }
    while let Some((statement, mut asking)) = work.pop() {
        let texts: Vec<Texts> = asking.iter().map(|a| Arc::clone(&a.texts)).collect();
        let arguments = statement.arguments(&texts);
        match pool.query_batch(&statement.sql, &arguments).await {
            Ok(rows) => outcomes.extend(assigned(&asking, rows)),
            Err(failure) if failure.blame == Blame::Values && asking.len() > 1 => {
                let half = asking.split_off(asking.len() / 2);
                work.push((statement, half));
                work.push((statement, asking));
            }
            Err(failure) => {
                let failed = |a: Asking| (a.id, Outcome::Failed(failure.clone()));
                outcomes.extend(asking.into_iter().map(failed));
            }
        }
    }
    outcomes
}

/// Gives each row to the member whose number it carries.
fn assigned(asking: &[Asking], rows: Vec<BatchRow>) -> Vec<(u64, Outcome)> {
    let mut by_number: Vec<Option<BatchRow>> = asking.iter().map(|_| None).collect();
    for row in rows {
        let place = row
            .number(0)
            .ok()
            .and_then(|n| usize::try_from(n).ok()?.checked_sub(1));
        if let Some(slot) = place.and_then(|place| by_number.get_mut(place)) {
            *slot = Some(row);
        }
    }
    asking
        .iter()
        .zip(by_number)
        .map(|(a, row)| {
            let outcome = match row {
                Some(row) => Outcome::Row(row),
                None => Outcome::Failed(BatchError {
                    error: Error::unexpected("the database answered too few rows"),
                    blame: Blame::Statement,
                }),
            };
            (a.id, outcome)
        })
        .collect()
}
