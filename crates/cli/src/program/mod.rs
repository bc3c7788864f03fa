//! The command line as a whole: from words to an exit code.
//!
//! * [`arguments`]: the tree of commands and flags. [`dispatch`]: whether words are for it.
//! * [`environment`], [`dotenv`], [`context`]: what applies besides flags: variables, `.env`,
//!   `config.yaml`.
//! * [`exit`]: how a command ends. [`output`], [`progress`], [`prompt`]: what a person sees.
//!   [`input`]: texts that a person names.

pub mod arguments;
pub mod context;
pub mod dispatch;
pub mod dotenv;
pub mod environment;
pub mod exit;
pub mod input;
pub mod interrupt;
pub mod output;
pub mod progress;
pub mod prompt;
mod unseen;

use crate::commands;
use arguments::Cli;
use clap::FromArgMatches;
use context::Context;
use environment::Environment;
use exit::{Exit, Stop};
use output::Output;
use std::path::Path;

/// What the process was started with.
#[derive(Debug, Clone)]
pub struct Start {
    /// The name it was called by, without its folder.
    pub name: String,
    /// The words behind the name.
    pub words: Vec<String>,
    /// The environment.
    pub variables: Vec<(String, String)>,
    /// The version to tell.
    pub version: &'static str,
    /// Commands of the same program that others carry out.
    pub others: Vec<clap::Command>,
}

impl Start {
    /// Whether the program was called by the name of the tool it succeeds: scripts that were
    /// written for that one rely on its exit codes.
    pub fn is_called_hasura(&self) -> bool {
        self.name == "hasura"
    }
}

/// The name in a program's path, without the ending that some systems give.
pub fn name_of(program: &str) -> String {
    let name = Path::new(program)
        .file_name()
        .map_or("howdah".into(), |name| name.to_string_lossy().into_owned());
    name.strip_suffix(".exe").unwrap_or(&name).to_owned()
}

/// Carries out a command line. Everything that people read is written here.
pub async fn run(start: Start) -> Exit {
    let mut tree = arguments::tree(&start);
    // What is wrong with the line is told before its flags are known.
    if start.words.iter().any(|word| word == "--no-color") {
        tree = tree.color(clap::ColorChoice::Never);
    }
    let matches = tree.try_get_matches_from(
        std::iter::once(start.name.clone()).chain(start.words.iter().cloned()),
    );
    let cli = match matches.and_then(|found| Cli::from_arg_matches(&found)) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
        }
    };
    let output = Output::new(&cli.global);
    match carry_out(cli, &start, output).await {
        Ok(exit) => exit,
        Err(stop) => {
            output.stop(&stop);
            stop.exit()
        }
    }
}

async fn carry_out(cli: Cli, start: &Start, output: Output) -> Result<Exit, Stop> {
    let environment = Environment::new(start.variables.iter().cloned());
    let context = Context::new(cli.global, environment, output, start)?;
    commands::run(cli.command, &context, start).await
}
