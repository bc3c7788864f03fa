//! Runs the steps of a plan on a server and keeps count of them.
//!
//! Each file runs in one transaction (unless told otherwise). Before each file the server's count
//! is read anew, so that somebody else's work is seen; after each it is stored. What runs in the
//! transaction before the file is the business of [`guard`].

use super::guard;
use super::located;
use crate::api::Api;
use crate::program::exit::{Outcome, Stop};
use crate::program::interrupt::Interrupt;
use crate::program::output::Output;
use crate::program::progress::Progress;
use crate::remote::{self, RemoteSource, RunSql};
use howdah_project::{Direction, MigrationState, Step, read_text};
use std::collections::BTreeSet;

/// How the steps are run.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    /// Only the count is kept.
    pub skip_execution: bool,
    /// Statement after statement instead of one transaction per file.
    pub no_transaction: bool,
    /// Whether somebody wants to stop.
    pub interrupt: Interrupt,
}

/// Runs steps in their order. Gives how many were done.
///
/// # Errors
/// The first that fails; its message tells what was done before.
pub async fn run(
    api: &impl Api,
    source: &RemoteSource,
    steps: &[Step],
    known: &MigrationState,
    manner: &Manner,
    output: Output,
) -> Outcome<usize> {
    let progress = Progress::new(output, steps.len());
    let mut expected = known.applied(&source.name);
    let mut done = Vec::new();
    for step in steps {
        if manner.interrupt.is_wanted() {
            return Err(told(Stop::failed("stopped by Ctrl-C"), &done, steps));
        }
        progress.doing(&format!("{}_{}", step.version, step.name));
        let result = one(api, source, step, &mut expected, manner).await;
        result.map_err(|stop| told(stop, &done, steps))?;
        done.push(step);
        progress.step();
        output.debug(format!(
            "{} {}_{} on {}",
            word(step.direction),
            step.version,
            step.name,
            source.name
        ));
    }
    Ok(done.len())
}

async fn one(
    api: &impl Api,
    source: &RemoteSource,
    step: &Step,
    expected: &mut BTreeSet<u64>,
    manner: &Manner,
) -> Outcome<()> {
    let catalog = remote::catalog(api)
        .await
        .map_err(|error| Stop::server("read which migrations are applied", &error))?;
    let before = catalog.state;
    if before.applied(&source.name) != *expected {
        return Err(meanwhile(&source.name));
    }
    let mut state = before.clone();
    match step.direction {
        Direction::Up => {
            state.insert(&source.name, step.version);
            expected.insert(step.version);
        }
        Direction::Down => {
            state.remove(&source.name, step.version);
            expected.remove(&step.version);
        }
    }
    if !manner.skip_execution {
        let change = guard::Change {
            catalog: &catalog.id,
            before: &before,
            after: &state,
        };
        run_file(api, source, step, manner, &change).await?;
    }
    remote::store_state(api, &state).await.map_err(|error| {
        let flag = match step.direction {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        let stop = Stop::server("note the migration as done", &error);
        Stop::new(
            stop.exit(),
            format!("{} ran, but {}", step.file.display(), stop.message()),
        )
        .hint(format!(
            "note it with `migrate apply --skip-execution --type {flag} --version {} \
             --database-name {}`",
            step.version, source.name
        ))
    })
}

async fn run_file(
    api: &impl Api,
    source: &RemoteSource,
    step: &Step,
    manner: &Manner,
    change: &guard::Change<'_>,
) -> Outcome<()> {
    let sql = read_text(&step.file).map_err(Stop::io(&step.file))?;
    if sql.trim().is_empty() {
        return Ok(());
    }
    let locks = source.is_postgres() && !manner.no_transaction;
    if source.is_postgres() && guard::is_taken(api, source).await? {
        return Err(taken(&source.name));
    }
    let lead = match locks {
        true => change.lead(&sql),
        false => String::new(),
    };
    let how = RunSql {
        no_transaction: manner.no_transaction,
        ..RunSql::default()
    };
    let text = format!("{lead}{sql}");
    let result = remote::run_sql(api, source, &text, how).await;
    result.map(drop).map_err(|error| {
        if error.refused().is_none() {
            let stop = Stop::server("run a migration", &error);
            return Stop::new(
                stop.exit(),
                format!(
                    "{}: the answer did not come, the file may or may not have been applied: {}",
                    step.file.display(),
                    stop.message()
                ),
            );
        }
        let message = located::described(&step.file, &sql, lead.len(), &error);
        match guard::refusal(&error) {
            Some(guard::Refusal::Taken) => return taken(&source.name),
            Some(guard::Refusal::Meanwhile) => return meanwhile(&source.name),
            None => {}
        }
        let stop = Stop::failed(message);
        if let Some(advice) = located::advice(&sql, lead.len(), &error) {
            return stop.hint(advice);
        }
        if manner.no_transaction {
            stop.hint("without a transaction, the statements before this one stay in force")
        } else if guard::ends_transaction(&sql) {
            stop.hint("the file ends its transaction itself: what stands before may be in force")
        } else {
            stop
        }
    })
}

fn taken(database: &str) -> Stop {
    Stop::failed(format!(
        "somebody else is running migrations on \"{database}\" now"
    ))
    .hint("wait until it is done and run the command again")
}

fn meanwhile(database: &str) -> Stop {
    Stop::failed(format!(
        "somebody else has applied or reverted migrations of \"{database}\" meanwhile"
    ))
    .hint("look at `migrate status` and run the command again")
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "applied",
        Direction::Down => "reverted",
    }
}

/// Adds what was done before.
fn told(stop: Stop, done: &[&Step], steps: &[Step]) -> Stop {
    const FEW: usize = 5;
    let names: Vec<String> = done
        .iter()
        .rev()
        .take(FEW)
        .rev()
        .map(|step| format!("{}_{}", step.version, step.name))
        .collect();
    let what = match names.len() {
        0 => "nothing was changed before".to_owned(),
        n if n < done.len() => format!(
            "done before: {}, the last are {}",
            done.len(),
            names.join(", ")
        ),
        _ => format!("done before: {}", names.join(", ")),
    };
    let left = steps.len() - done.len();
    let told = Stop::new(
        stop.exit(),
        format!(
            "{}\n{what}; not done: {left} of {}",
            stop.message(),
            steps.len()
        ),
    );
    match stop.advice() {
        Some(advice) => told.hint(advice),
        None => told,
    }
}
