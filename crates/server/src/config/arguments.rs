//! Splits a command line into the command and the texts of flags, by the table of settings.
//! Texts are not interpreted here.

use super::fatal::Fatal;
use super::setting::{About, Place};
use super::settings;
use std::collections::HashMap;
use std::path::PathBuf;

/// The commands of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Serves a database.
    Serve,
    /// Serves a project folder with a managed database.
    Dev,
    /// Printed the metadata once; kept for scripts.
    Export,
    /// Dropped the metadata once; kept for scripts.
    Clean,
    /// Hands the metadata database back to an older version.
    Downgrade,
    /// Prints the version.
    Version,
}

impl Word {
    /// Every command with its name and meaning.
    pub const ALL: &[(Word, &str, &str)] = &[
        (Word::Serve, "serve", "Serve a database over HTTP"),
        (
            Word::Dev,
            "dev",
            "Serve a project folder with a managed PostgreSQL",
        ),
        (Word::Export, "export", "Print the metadata (deprecated)"),
        (Word::Clean, "clean", "Remove the metadata (deprecated)"),
        (
            Word::Downgrade,
            "downgrade",
            "Hand the metadata database to an older version",
        ),
        (Word::Version, "version", "Print the version"),
    ];

    fn parse(text: &str) -> Option<Word> {
        Word::ALL
            .iter()
            .find(|(_, name, _)| *name == text)
            .map(|(word, _, _)| *word)
    }

    fn name(self) -> &'static str {
        Word::ALL
            .iter()
            .find(|(word, _, _)| *word == self)
            .map_or("", |(_, name, _)| name)
    }

    /// Whether the settings of `serve` belong to this command.
    fn serves(self) -> bool {
        matches!(self, Word::Serve | Word::Dev)
    }
}

/// A command line in parts.
#[derive(Debug, Default)]
pub struct Arguments {
    /// The command, if one was given.
    pub command: Option<Word>,
    /// Whether help was asked for.
    pub help: bool,
    /// The folder of `dev --project` and `serve --project`.
    pub project: Option<PathBuf>,
    /// The version of `downgrade --to-…`.
    pub target: Option<String>,
    /// The texts of flags, by long name.
    flags: HashMap<&'static str, String>,
}

impl Arguments {
    /// Splits the words behind the program's name.
    ///
    /// # Errors
    /// An unknown word or option, an option at the wrong place or without its value.
    pub fn split(words: impl IntoIterator<Item = String>) -> Result<Self, Fatal> {
        let mut arguments = Arguments::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            if let Some(long) = word.strip_prefix("--") {
                arguments.long(long, &mut words)?;
            } else if word.len() > 1 && word.starts_with('-') {
                arguments.short(&word, &mut words)?;
            } else if arguments.command.is_none() {
                let command = Word::parse(&word).ok_or_else(|| unknown_command(&word))?;
                arguments.command = Some(command);
            } else {
                return Err(Fatal::usage(format!("unexpected argument \"{word}\"")));
            }
        }
        Ok(arguments)
    }

    /// The text of a flag.
    pub fn flag(&self, about: &About) -> Option<&str> {
        self.flags.get(about.flag).map(String::as_str)
    }

    fn long(
        &mut self,
        option: &str,
        words: &mut impl Iterator<Item = String>,
    ) -> Result<(), Fatal> {
        let (name, given) = match option.split_once('=') {
            Some((name, text)) => (name, Some(text.to_owned())),
            None => (option, None),
        };
        match (name, self.command) {
            ("help", _) => {
                self.help = true;
                return Ok(());
            }
            ("version", None) => {
                self.command = Some(Word::Version);
                return Ok(());
            }
            ("project", Some(Word::Dev | Word::Serve)) => {
                let folder = given
                    .or_else(|| words.next())
                    .filter(|folder| !folder.is_empty())
                    .ok_or_else(|| needs_value("--project"))?;
                self.project = Some(PathBuf::from(folder));
                return Ok(());
            }
            (name, Some(Word::Downgrade)) if name.starts_with("to-") => {
                self.target = name.strip_prefix("to-").map(str::to_owned);
                return Ok(());
            }
            _ => {}
        }
        let shown = format!("--{name}");
        let setting = settings::by_flag(name).ok_or_else(|| unknown_option(&shown))?;
        self.take(setting.about(), &shown, given, words)
    }

    fn short(&mut self, word: &str, words: &mut impl Iterator<Item = String>) -> Result<(), Fatal> {
        let mut letters = word.chars().skip(1);
        let Some(letter) = letters.next() else {
            return Err(unknown_option(word));
        };
        let rest: String = letters.collect();
        if letter == 'h' && rest.is_empty() {
            self.help = true;
            return Ok(());
        }
        let shown = format!("-{letter}");
        let setting = settings::by_short(letter, Place::Global)
            .or_else(|| settings::by_short(letter, Place::Serve))
            .ok_or_else(|| unknown_option(&shown))?;
        let given = if rest.is_empty() {
            None
        } else {
            Some(rest.strip_prefix('=').map(str::to_owned).unwrap_or(rest))
        };
        self.take(setting.about(), &shown, given, words)
    }

    fn take(
        &mut self,
        about: &'static About,
        shown: &str,
        given: Option<String>,
        words: &mut impl Iterator<Item = String>,
    ) -> Result<(), Fatal> {
        if about.place == Place::Serve && !self.command.is_some_and(Word::serves) {
            return Err(match self.command {
                None => Fatal::usage(format!(
                    "option {shown} belongs behind the command: serve {shown}"
                )),
                Some(word) => Fatal::usage(format!("option {shown} is not one of {}", word.name())),
            });
        }
        let text = match (given, about.switch) {
            // `--flag=false` of a switch is about the setting, whatever the flag's sense is.
            (Some(text), _) => text,
            (None, Some(switch)) => switch.to_owned(),
            (None, None) => words.next().ok_or_else(|| needs_value(shown))?,
        };
        self.flags.insert(about.flag, text);
        Ok(())
    }
}

fn unknown_option(shown: &str) -> Fatal {
    Fatal::usage(format!("unknown option {shown} (see --help)"))
}

fn needs_value(shown: &str) -> Fatal {
    Fatal::usage(format!("option {shown} needs a value"))
}

fn unknown_command(word: &str) -> Fatal {
    let names: Vec<&str> = Word::ALL.iter().map(|(_, name, _)| *name).collect();
    Fatal::usage(format!(
        "unknown command \"{word}\", expecting one of {}",
        names.join(", ")
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::setting::AnySetting;
    use crate::config::settings::{auth, connection, pool, server};

    fn split(line: &str) -> Result<Arguments, Fatal> {
        Arguments::split(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn flags_take_values_in_every_form() {
        let a =
            split("--database-url postgres://x -u me serve --server-port=81 -c5 -s 2 --dev-mode")
                .unwrap();
        assert_eq!(a.command, Some(Word::Serve));
        assert_eq!(
            a.flag(connection::DATABASE_URL.about()),
            Some("postgres://x")
        );
        assert_eq!(a.flag(connection::USER.about()), Some("me"));
        assert_eq!(a.flag(server::SERVER_PORT.about()), Some("81"));
        assert_eq!(a.flag(pool::CONNECTIONS.about()), Some("5"));
        assert_eq!(a.flag(pool::STRIPES.about()), Some("2"));
        assert_eq!(a.flag(server::DEV_MODE.about()), Some("true"));
        assert_eq!(a.flag(auth::ADMIN_SECRET.about()), None);
    }

    #[test]
    fn a_switch_may_stand_for_false() {
        let a = split("serve --disable-close-websockets-on-metadata-change").unwrap();
        assert_eq!(a.flag(server::CLOSE_WEBSOCKETS.about()), Some("false"));
    }

    #[test]
    fn global_options_are_taken_behind_the_command_too() {
        let a = split("serve --database-url x").unwrap();
        assert_eq!(a.flag(connection::DATABASE_URL.about()), Some("x"));
    }

    #[test]
    fn faults_name_the_option() {
        for (line, part) in [
            (
                "--server-port 80 serve",
                "option --server-port belongs behind the command",
            ),
            ("serve --nonsense", "unknown option --nonsense"),
            ("serve --server-port", "option --server-port needs a value"),
            (
                "version --server-port 1",
                "option --server-port is not one of version",
            ),
            ("dance", "unknown command \"dance\""),
            ("serve now", "unexpected argument \"now\""),
        ] {
            let fatal = split(line).unwrap_err();
            assert!(fatal.message().contains(part), "{line}: {fatal}");
            assert_eq!(fatal.code(), 2);
        }
    }

    #[test]
    fn commands_have_their_own_options() {
        assert_eq!(
            split("dev --project demo").unwrap().project,
            Some("demo".into())
        );
        assert_eq!(
            split("downgrade --to-v2.40.0").unwrap().target.as_deref(),
            Some("v2.40.0")
        );
        assert_eq!(
            split("serve --project demo").unwrap().project,
            Some("demo".into())
        );
        assert!(split("version --project demo").is_err());
        assert!(split("serve --help").unwrap().help);
        assert_eq!(split("--version").unwrap().command, Some(Word::Version));
    }
}
