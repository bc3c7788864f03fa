//! Which command line it is: the tool's, whose commands work on projects and servers, or the
//! server's own.

use howdah_cli::program::arguments::global_flags;
use howdah_cli::program::{Start, dispatch, name_of, run};
use howdah_server::VERSION;
use howdah_server::config::arguments::Word;
use howdah_server::config::settings::SECTIONS;
use std::process::ExitCode;

/// Commands that the tool has too, and does better.
const TAKEN_OVER: [Word; 1] = [Word::Version];

/// What the tool has to do, if the words are for it.
pub fn start(program: &str, words: &[String], environment: &[(String, String)]) -> Option<Start> {
    let others: Vec<&str> = others().map(|(_, name, _)| *name).collect();
    dispatch::is_ours(words, &others).then(|| Start {
        name: name_of(program),
        words: words.to_vec(),
        variables: environment.to_vec(),
        version: VERSION,
        others: commands(),
    })
}

/// Carries it out.
pub async fn carry_out(start: Start) -> ExitCode {
    run(start).await.into()
}

fn others() -> impl Iterator<Item = &'static (Word, &'static str, &'static str)> {
    Word::ALL
        .iter()
        .filter(|(word, _, _)| !TAKEN_OVER.contains(word))
}

/// The server's commands as help, completions and man pages show them.
fn commands() -> Vec<clap::Command> {
    others()
        .map(|(word, name, meaning)| {
            let mut command = clap::Command::new(*name).about(*meaning);
            if matches!(word, Word::Export | Word::Clean) {
                command = command.hide(true);
            }
            if matches!(word, Word::Serve | Word::Dev) {
                command = command.args(flags());
            }
            command
        })
        .collect()
}

/// Each setting that has a flag, from the same table that the server reads.
fn flags() -> impl Iterator<Item = clap::Arg> {
    let taken = global_flags();
    let settings = SECTIONS.iter().flat_map(|section| section.settings);
    settings
        .map(|setting| setting.about())
        .filter(move |about| !about.flag.is_empty() && !taken.iter().any(|t| t == about.flag))
        .map(|about| {
            let mut argument = clap::Arg::new(format!("serve-{}", about.flag))
                .long(about.flag)
                .help(about.meaning)
                .action(match about.switch {
                    Some(_) => clap::ArgAction::SetTrue,
                    None => clap::ArgAction::Set,
                });
            if about.switch.is_none() {
                argument = argument.value_name(about.value_name);
            }
            if let Some(short) = about.short {
                argument = argument.short(short);
            }
            argument
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_tools(line: &str) -> bool {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        start("/usr/bin/hasura", &words, &[]).is_some()
    }

    #[test]
    fn the_servers_command_lines_stay_the_servers() {
        for line in [
            "serve",
            "--database-url x serve --server-port 1",
            "dev --project demo",
            "downgrade --to-v2.40.0",
            "--version",
        ] {
            assert!(!is_tools(line), "{line}");
        }
        for line in [
            "",
            "--help",
            "version",
            "migrate apply",
            "metadata",
            "sevre",
        ] {
            assert!(is_tools(line), "{line}");
        }
    }

    #[test]
    fn the_whole_tree_is_sound() {
        let Some(start) = start("howdah", &[], &[]) else {
            unreachable!("no words are the tool's");
        };
        howdah_cli::program::arguments::tree(&start).debug_assert();
    }
}
