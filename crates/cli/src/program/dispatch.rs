//! One program, two command lines: those of the server (`serve` and its kin, whose flags may
//! stand before the word) and those of this crate.

use super::arguments::Cli;
use clap::CommandFactory;

/// Flags of this crate that take a value and may stand before the command.
const WITH_VALUE: [&str; 8] = [
    "--project",
    "--envfile",
    "--endpoint",
    "--admin-secret",
    "--admin-secret-file",
    "--access-key",
    "--certificate-authority",
    "--log-level",
];

/// Flags of this crate without a value.
const WITHOUT_VALUE: [&str; 8] = [
    "--insecure-skip-tls-verify",
    "--yes",
    "-y",
    "--disable-interactive",
    "--no-color",
    "--skip-update-check",
    "--help",
    "-h",
];

/// Whether the words behind the program's name are for this crate; `others` are the names of
/// commands that somebody else carries out.
pub fn is_ours(words: &[String], others: &[&str]) -> bool {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            return !others.contains(&word.as_str());
        }
        let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
        if WITH_VALUE.contains(&name) {
            if name.len() == word.len() {
                words.next();
            }
        } else if !WITHOUT_VALUE.contains(&name) {
            // A flag of the server, or none at all: the server's side knows what to say.
            return false;
        }
    }
    true
}

/// The names of this crate's commands, with their other names.
pub fn names() -> Vec<String> {
    let tree = Cli::command();
    let names = tree.get_subcommands().flat_map(|command| {
        std::iter::once(command.get_name().to_owned())
            .chain(command.get_all_aliases().map(str::to_owned))
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(line: &str) -> bool {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        is_ours(&words, &["serve", "dev", "downgrade"])
    }

    #[test]
    fn the_first_word_that_is_no_flag_decides() {
        for line in [
            "",
            "--help",
            "migrate apply",
            "--project serve migrate status",
            "--project=serve migrate status",
            "--no-color version",
            "dance",
        ] {
            assert!(ours(line), "{line}");
        }
        for line in [
            "serve",
            "serve --help",
            "dev --project demo",
            "--database-url postgres://x serve",
            "--version",
        ] {
            assert!(!ours(line), "{line}");
        }
    }

    #[test]
    fn flags_before_the_command_are_those_of_the_tree() {
        let tree = Cli::command();
        for argument in tree.get_arguments().filter(|a| a.is_global_set()) {
            let long = format!("--{}", argument.get_long().unwrap_or_default());
            let takes = argument.get_action().takes_values();
            let list: &[&str] = if takes { &WITH_VALUE } else { &WITHOUT_VALUE };
            assert!(list.contains(&long.as_str()), "{long}");
        }
        assert!(names().contains(&"md".to_owned()));
    }

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }
}
