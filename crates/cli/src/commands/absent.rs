//! Commands of Hasura's tool that this one has not: older scripts call them, and hear why.

use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};

/// Whatever stands behind the command.
#[derive(Debug, clap::Args)]
pub struct Words {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// `actions …`.
///
/// # Errors
/// Always.
pub fn actions() -> Outcome {
    Err(Stop::usage("the commands of actions are not here")
        .hint("actions are part of the metadata folder: actions.graphql and actions.yaml"))
}

/// `plugins …`. One plugin was needed to apply metadata; what it did is part of this program.
///
/// # Errors
/// Another one is asked for.
pub fn plugins(args: &Words, context: &Context) -> Outcome {
    let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["install", "cli-ext", ..] => {
            context
                .output
                .warn("there are no plugins: nothing of cli-ext is needed");
            Ok(Exit::Done)
        }
        _ => Err(Stop::usage("there are no plugins")),
    }
}

/// `update-cli`. Scripts that call it first of all go on.
///
/// # Errors
/// None.
pub fn update(context: &Context) -> Outcome {
    context
        .output
        .warn("nothing was done: this program is updated as it was installed");
    Ok(Exit::Done)
}
