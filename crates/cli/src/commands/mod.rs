//! The commands, one file each: its flags and what it does.

pub mod absent;
pub mod completion;
pub mod console;
pub mod deploy;
pub mod doctor;
pub mod init;
pub mod man;
pub mod metadata;
pub mod migrate;
pub mod permissions;
pub mod scripts;
pub mod seed;
pub mod types;
pub mod version;

use crate::program::Start;
use crate::program::arguments::Command;
use crate::program::context::Context;
use crate::program::exit::Outcome;

/// Carries out a command.
///
/// # Errors
/// Why it stopped.
pub async fn run(command: Command, context: &Context, start: &Start) -> Outcome {
    match command {
        Command::Init(args) => init::run(&args, context).await,
        Command::Console(args) => console::run(&args, context, start).await,
        Command::Migrate(command) => migrate::run(command, context).await,
        Command::Metadata(command) => metadata::run(command, context).await,
        Command::Permissions(command) => permissions::run(command, context).await,
        Command::Seed(command) => seed::run(command, context).await,
        Command::Deploy(args) => deploy::run(&args, context).await,
        Command::Doctor(args) => doctor::run(&args, context, start).await,
        Command::Types(command) => types::run(command, context).await,
        Command::Scripts(command) => scripts::run(command, context).await,
        Command::Completion(args) => completion::run(&args, context, start),
        Command::Man(args) => man::run(&args, context, start),
        Command::Version(args) => version::run(&args, context, start).await,
        Command::Actions(_) => absent::actions(),
        Command::Plugins(args) => absent::plugins(&args, context),
        Command::UpdateCli(_) => absent::update(context),
    }
}
