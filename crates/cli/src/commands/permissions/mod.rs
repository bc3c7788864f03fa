//! Permissions: what the rules of roles do.

mod drawing;
mod explain;

use crate::program::context::Context;
use crate::program::exit::Outcome;
use clap::Subcommand;

/// `permissions`.
#[derive(Debug, Subcommand)]
pub enum Permissions {
    /// Tell why a role sees a row, or does not
    Explain(explain::Explain),
}

/// Carries out `permissions …`.
pub async fn run(command: Permissions, context: &Context) -> Outcome {
    match command {
        Permissions::Explain(args) => explain::run(&args, context).await,
    }
}
