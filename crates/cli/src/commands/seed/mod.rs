//! Seeds: files of SQL with rows to start with.

pub mod apply;
mod create;

use crate::program::context::Context;
use crate::program::exit::Outcome;
use clap::Subcommand;

/// `seed`.
#[derive(Debug, Subcommand)]
pub enum Seed {
    /// Make a seed file: empty, from a file, or from rows of tables
    Create(create::Create),
    /// Run seed files on a database
    Apply(apply::Apply),
}

/// Carries out `seed …`.
pub async fn run(command: Seed, context: &Context) -> Outcome {
    match command {
        Seed::Create(args) => create::run(&args, context).await,
        Seed::Apply(args) => apply::run(&args, context).await,
    }
}
