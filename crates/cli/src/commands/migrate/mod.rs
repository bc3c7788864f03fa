//! Migrations: changes of a database's schema, one folder each, in the order of their versions.

pub mod apply;
pub mod create;
mod delete;
mod guard;
pub mod located;
pub mod runner;
mod sides;
mod squash;
mod status;
pub use status::missing;

use crate::program::context::Context;
use crate::program::exit::Outcome;
use clap::Subcommand;

pub use apply::Applying;
pub use sides::{current_state, warn_of_left_out};

/// `migrate`.
#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Make the files of a new migration
    Create(create::Create),
    /// Run migrations that a database does not have yet, or revert some
    Apply(apply::Apply),
    /// List migrations: which are in the project, which on the server
    Status(status::Status),
    /// Make one migration of several
    Squash(squash::Squash),
    /// Remove migrations from the project and from the server's memory
    Delete(delete::Delete),
}

/// Carries out `migrate …`.
pub async fn run(command: Migrate, context: &Context) -> Outcome {
    match command {
        Migrate::Create(args) => create::run(&args, context).await,
        Migrate::Apply(args) => apply::run(&args, context).await,
        Migrate::Status(args) => status::run(&args, context).await,
        Migrate::Squash(args) => squash::run(&args, context).await,
        Migrate::Delete(args) => delete::run(&args, context).await,
    }
}
