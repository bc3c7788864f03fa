//! The text of `--help`, written from the table of settings.

use super::arguments::Word;
use super::setting::{About, Place, Status};
use super::settings::SECTIONS;
use std::fmt::Write;

const WIDTH: usize = 96;
const INDENT: usize = 8;

/// Help for a command, or for the program.
pub fn text(command: Option<Word>) -> String {
    let mut out = String::new();
    match command {
        Some(Word::Serve | Word::Dev) => {
            let name = if command == Some(Word::Dev) {
                "dev [--project DIR]"
            } else {
                "serve [--project DIR]"
            };
            let _ = writeln!(out, "Usage: howdah [options] {name} [options]\n");
            out.push_str("A flag wins over its environment variable, and that over the default.\n");
            sections(&mut out, |_| true);
        }
        _ => {
            out.push_str(
                "Usage: howdah [options] <command> [options of the command]\n\nCommands:\n",
            );
            for (_, name, meaning) in Word::ALL {
                let _ = writeln!(out, "  {name:<12}{meaning}");
            }
            sections(&mut out, |about| about.place == Place::Global);
            out.push_str(
                "\nExamples:\n  howdah --database-url postgres://me@localhost/shop serve\n  \
                 howdah serve --managed-db\n  howdah dev --project demo\n  howdah serve --help\n",
            );
        }
    }
    out
}

fn sections(out: &mut String, wanted: impl Fn(&About) -> bool) {
    for section in SECTIONS {
        let abouts: Vec<&About> = section
            .settings
            .iter()
            .map(|s| s.about())
            .filter(|a| wanted(a))
            .collect();
        if abouts.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{}:", section.title);
        for about in abouts {
            entry(out, about);
        }
    }
}

fn entry(out: &mut String, about: &About) {
    let mut names: Vec<String> = Vec::new();
    if let Some(short) = about.short {
        names.push(format!("-{short}"));
    }
    if !about.flag.is_empty() {
        names.push(format!("--{}", about.flag));
    }
    let mut head = names.join(", ");
    if about.switch.is_none() && !about.flag.is_empty() {
        let _ = write!(head, " <{}>", about.value_name);
    }
    for variable in about.variables {
        let gap = if head.is_empty() { "" } else { "  " };
        let _ = write!(head, "{gap}[{variable}]");
    }
    let _ = writeln!(out, "  {head}");
    let mut body = about.meaning.to_owned();
    match (about.default, about.default_note) {
        (Some(default), _) => {
            let _ = write!(body, " (default: {default})");
        }
        (None, Some(note)) => {
            let _ = write!(body, " (default: {note})");
        }
        (None, None) => {}
    }
    if about.status != Status::Active {
        let _ = write!(body, " [{}]", about.status.label());
    }
    wrap(out, &body);
}

fn wrap(out: &mut String, text: &str) {
    let mut column = 0;
    for word in text.split_whitespace() {
        if column == 0 || column + 1 + word.len() > WIDTH {
            if column > 0 {
                out.push('\n');
            }
            out.push_str(&" ".repeat(INDENT));
            column = INDENT;
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.len();
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings;

    #[test]
    fn help_of_serve_names_every_flag_and_variable() {
        let help = text(Some(Word::Serve));
        for setting in settings::all() {
            let about = setting.about();
            assert!(about.flag.is_empty() || help.contains(&format!("--{}", about.flag)));
            for variable in about.variables {
                assert!(help.contains(variable), "{variable}");
            }
        }
    }

    #[test]
    fn lines_fit_a_terminal() {
        for line in text(None).lines().filter(|l| l.starts_with("        ")) {
            assert!(line.len() <= WIDTH, "{line}");
        }
    }
}
