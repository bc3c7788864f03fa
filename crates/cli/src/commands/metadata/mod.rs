//! Metadata: what the server makes of its databases.

pub mod apply;
mod clear;
mod diff;
pub mod export;
mod inconsistency;
mod reload;

pub use inconsistency::told as told_inconsistent;

use crate::program::context::Context;
use crate::program::exit::Outcome;
use clap::Subcommand;

/// `metadata`.
#[derive(Debug, Subcommand)]
pub enum MetadataCommand {
    /// Bring the project's metadata to the server
    Apply(apply::Apply),
    /// Write the server's metadata into the project
    Export(export::Export),
    /// Show what differs between the server and the project
    Diff(diff::Diff),
    /// Have the server read its databases and remote schemas again
    Reload(reload::Reload),
    /// Remove all metadata from the server
    #[command(alias = "reset")]
    Clear(clear::Clear),
    /// Look after objects that do not fit the databases
    #[command(subcommand, visible_alias = "ic", alias = "inconsistencies")]
    Inconsistency(inconsistency::Inconsistency),
}

/// Carries out `metadata …`.
pub async fn run(command: MetadataCommand, context: &Context) -> Outcome {
    match command {
        MetadataCommand::Apply(args) => apply::run(&args, context).await,
        MetadataCommand::Export(args) => export::run(&args, context).await,
        MetadataCommand::Diff(args) => diff::run(&args, context).await,
        MetadataCommand::Reload(args) => reload::run(&args, context).await,
        MetadataCommand::Clear(args) => clear::run(&args, context).await,
        MetadataCommand::Inconsistency(command) => inconsistency::run(command, context).await,
    }
}
