//! The page `docs/configuration.md`, written from the table of settings.

use super::setting::{About, Edition, Place, Status};
use super::settings::SECTIONS;
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Configuration

<!-- Written by `cargo run -p howdah-server --example configuration_docs`; do not edit. -->

Every setting can be given as a flag or as an environment variable. The flag wins, then the
variable, then the default. An absent switch does not mean false: its variable still decides.
Flags of the first table stand before the command (`howdah --database-url … serve`), all others
behind it.

Booleans are `true t yes y` or `false f no n` in any case. A value that cannot be read stops the
start with one line, `Fatal Error:- Environment variable NAME: reason`, and exit code 1. `serve`
without any database ends with exit code 2.

The column *edition* says where a setting comes from: CE and EE are the two editions of Hasura
GraphQL Engine version 2, `howdah` marks our own. The column *state* says what it does today:

- **active**: it does what it says.
- **accepted, not active yet**: it is read and checked; what it is about is not served yet. The
  start lists such settings in one warning.
- **accepted, ignored**: it has no effect on purpose.
";

/// The whole page.
pub fn docs() -> String {
    let mut out = INTRODUCTION.to_owned();
    for section in SECTIONS {
        let _ = writeln!(out, "\n## {}\n", section.title);
        out.push_str("| Flag | Environment variable | Default | Edition | State | Meaning |\n");
        out.push_str("|---|---|---|---|---|---|\n");
        for setting in section.settings {
            row(&mut out, setting.about());
        }
    }
    out
}

fn row(out: &mut String, about: &About) {
    let _ = writeln!(
        out,
        "| {} | {} | {} | {} | {} | {} |",
        flag(about),
        variables(about),
        default(about),
        about.edition.label(),
        about.status.label(),
        meaning(about),
    );
}

fn flag(about: &About) -> String {
    if about.flag.is_empty() {
        return "–".into();
    }
    let mut text = format!("`--{}`", about.flag);
    if let Some(short) = about.short {
        let _ = write!(text, " `-{short}`");
    }
    if about.switch.is_some() {
        text.push_str(" (switch)");
    }
    if about.place == Place::Serve && about.edition == Edition::Howdah {
        text.push_str(" (after `serve`)");
    }
    text
}

fn variables(about: &About) -> String {
    let names: Vec<String> = about.variables.iter().map(|v| format!("`{v}`")).collect();
    if names.is_empty() {
        "–".into()
    } else {
        names.join(", ")
    }
}

fn default(about: &About) -> String {
    match (about.default, about.default_note) {
        (Some(text), _) => format!("`{text}`"),
        (None, Some(note)) => note.to_owned(),
        (None, None) => "–".into(),
    }
}

fn meaning(about: &About) -> String {
    let mut text = about.meaning.replace('|', "\\|");
    if let Status::Ignored(why) = about.status {
        let _ = write!(text, " ({why})");
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_repository_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            docs(),
            "write it again: cargo run -p howdah-server --example configuration_docs"
        );
    }
}
