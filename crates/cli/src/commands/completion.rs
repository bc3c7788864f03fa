//! `completion`: scripts for shells.

use crate::program::Start;
use crate::program::arguments::tree;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use clap_complete::{Shell, generate};
use std::fs;
use std::path::PathBuf;

/// `completion`.
#[derive(Debug, clap::Args)]
pub struct Completion {
    /// The shell
    #[arg(value_parser = ["bash", "zsh", "fish", "powershell"])]
    shell: String,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
}

/// Carries out `completion`.
pub fn run(args: &Completion, context: &Context, start: &Start) -> Outcome {
    let shell = match args.shell.as_str() {
        "bash" => Shell::Bash,
        "zsh" => Shell::Zsh,
        "fish" => Shell::Fish,
        _ => Shell::PowerShell,
    };
    let mut script = Vec::new();
    let mut shown = shown(&tree(start)).bin_name(&start.name);
    generate(shell, &mut shown, start.name.clone(), &mut script);
    match &args.file {
        Some(file) => fs::write(file, script).map_err(Stop::io(file))?,
        None => context.output.text(&String::from_utf8_lossy(&script)),
    }
    Ok(Exit::Done)
}

/// The tree without what is hidden: that is for older scripts, not to be offered.
fn shown(command: &clap::Command) -> clap::Command {
    let mut shown = clap::Command::new(command.get_name().to_owned())
        .visible_aliases(command.get_visible_aliases().map(str::to_owned))
        .disable_version_flag(true)
        .args(command.get_arguments().filter(|a| !a.is_hide_set()))
        .subcommands(
            command
                .get_subcommands()
                .filter(|inner| !inner.is_hide_set())
                .map(self::shown),
        );
    if let Some(about) = command.get_about() {
        shown = shown.about(about.clone());
    }
    shown
}
