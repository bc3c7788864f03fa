//! Settings: from command line and environment to one plain, typed [`Config`].
//!
//! * [`settings`]: the one table of flags and variables.
//! * [`arguments`], [`values`]: reading them with their precedence.
//! * `resolving`, [`resolved`]: combinations, and the form the rest of the program works with.
//! * [`help`], [`docs`]: what people read, from the same table.
//!
//! Nothing here knows of requests or databases, and no secret is ever printed.

pub mod arguments;
pub mod choices;
pub mod cors;
pub mod docs;
pub mod fatal;
pub mod help;
pub mod host;
pub mod resolved;
mod resolving;
pub mod secret;
pub mod setting;
pub mod settings;
pub mod value;
pub mod values;

pub use choices::{Api, Experimental};
pub use cors::Cors;
pub use docs::docs;
pub use fatal::Fatal;
pub use host::Host;
pub use resolved::{
    Config, DatabaseUrl, Databases, GraphqlSettings, HttpSettings, LogSettings, MetadataSettings,
    Notice, PoolSettings, ProjectSettings, ShowInternals, SubscriptionSettings, WebsocketSettings,
};
pub use secret::Secret;
pub use value::{Isolation, Naming};

use crate::version::VERSION;
use arguments::{Arguments, Word};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;
use values::Values;

/// What the process is asked to do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Serve a database.
    Serve(Box<Config>),
    /// Serve a project folder with a managed database.
    Dev {
        /// The settings of the server.
        config: Box<Config>,
        /// The project folder; the current one if absent.
        project: Option<PathBuf>,
    },
    /// Print this text and end well (`--help`, `version`, and commands that have become
    /// empty).
    Print(String),
    /// Hand the metadata database back to this version.
    Downgrade {
        /// Where the metadata database is.
        config: Box<Config>,
        /// The version, such as `v2.40.0`.
        target: String,
    },
}

impl Config {
    /// Reads the command line and the environment of this process.
    ///
    /// # Errors
    /// As [`Config::from`].
    pub fn from_process() -> Result<Command, Fatal> {
        let (words, environment) = process_input()?;
        Config::from(words, environment)
    }

    /// Reads the words behind the program's name and the environment.
    ///
    /// # Errors
    /// Whatever keeps the process from starting, as one line.
    pub fn from(
        words: impl IntoIterator<Item = String>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Command, Fatal> {
        let arguments = Arguments::split(words)?;
        if arguments.help {
            return Ok(Command::Print(help::text(arguments.command)));
        }
        let Some(command) = arguments.command else {
            let text = help::text(None);
            return Err(Fatal::usage(format!("no command given\n\n{text}")));
        };
        let environment: HashMap<String, String> = environment.into_iter().collect();
        let values = Values::new(arguments, environment);
        match command {
            Word::Version => Ok(Command::Print(format!("howdah: {VERSION}"))),
            Word::Serve => {
                let config = resolving::resolve(&values)?;
                config.databases.must_be_given()?;
                Ok(Command::Serve(Box::new(config)))
            }
            Word::Dev => Ok(Command::Dev {
                config: Box::new(resolving::resolve(&values)?),
                project: values.arguments().project.clone(),
            }),
            Word::Export | Word::Clean => Ok(Command::Print(
                "This command is deprecated and does nothing: use export_metadata and \
                 clear_metadata of the metadata API."
                    .into(),
            )),
            Word::Downgrade => {
                let target = values.arguments().target.clone().ok_or_else(|| {
                    Fatal::usage("downgrade needs a version, such as --to-v2.40.0")
                })?;
                let config = resolving::resolve(&values)?;
                config.databases.must_be_given()?;
                Ok(Command::Downgrade {
                    config: Box::new(config),
                    target,
                })
            }
        }
    }
}

/// The words of a command line and the variables of an environment.
pub type Input = (Vec<String>, Vec<(String, String)>);

/// The words behind the program's name and the environment of this process: what
/// [`Config::from`] takes.
///
/// # Errors
/// The command line, or a variable of ours, is no text.
pub fn process_input() -> Result<Input, Fatal> {
    let words = std::env::args_os().skip(1).map(OsString::into_string);
    let words: Vec<String> = words
        .collect::<Result<_, _>>()
        .map_err(|_| Fatal::usage("the command line is not valid UTF-8"))?;
    Ok((words, readable(std::env::vars_os())?))
}

/// The variables that are text. One of ours that is none must not be passed over: it may be
/// the secret that protects the server.
fn readable(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Vec<(String, String)>, Fatal> {
    let mut found = Vec::new();
    for (name, text) in variables {
        let Ok(name) = name.into_string() else {
            continue;
        };
        match text.into_string() {
            Ok(text) => found.push((name, text)),
            Err(_) if settings::all().any(|s| s.about().variables.contains(&name.as_str())) => {
                return Err(Fatal::new(format!(
                    "Environment variable {name}: not valid UTF-8"
                )));
            }
            Err(_) => {}
        }
    }
    Ok(found)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt;

    #[test]
    fn a_secret_that_is_no_text_is_not_passed_over() {
        let broken = || OsString::from_vec(vec![0xff]);
        assert_eq!(readable([("OTHER".into(), broken())]), Ok(vec![]));
        assert!(readable([("HASURA_GRAPHQL_ADMIN_SECRET".into(), broken())]).is_err());
    }
}
