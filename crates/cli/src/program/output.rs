//! What a person or a script reads: results on standard output, remarks on standard error.
//! Colours and bars are for terminals only.

use super::arguments::Global;
use super::exit::Stop;
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use howdah_project::to_yaml;
use serde_json::{Map, Value};
use std::io::{IsTerminal, Write};

/// The form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people.
    Table,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// The form of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// The flag of every command that lists something.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct ListOutput {
    /// How the list is written
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub output: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// Where a command writes.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    level: Level,
    colour_out: bool,
    colour_err: bool,
    bars: bool,
}

/// Colours by their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Something added, or well.
    Green,
    /// Something removed, or not well.
    Red,
    /// Something to look at.
    Yellow,
    /// A place.
    Cyan,
}

impl Colour {
    fn code(self) -> u8 {
        match self {
            Colour::Green => 32,
            Colour::Red => 31,
            Colour::Yellow => 33,
            Colour::Cyan => 36,
        }
    }
}

impl Output {
    /// What the flags and the terminal allow.
    pub fn new(global: &Global) -> Self {
        let level = match global.log_level.to_ascii_lowercase().as_str() {
            "debug" => Level::Debug,
            "warn" => Level::Warn,
            "error" | "fatal" => Level::Error,
            _ => Level::Info,
        };
        let wished = !global.no_color && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let err = std::io::stderr().is_terminal();
        Output {
            level,
            colour_out: wished && !dumb && std::io::stdout().is_terminal(),
            colour_err: wished && !dumb && err,
            bars: err && !dumb && level <= Level::Info,
        }
    }

    /// For work within another program, which writes for itself.
    pub fn quiet() -> Self {
        Output {
            level: Level::Error,
            colour_out: false,
            colour_err: false,
            bars: false,
        }
    }

    /// Whether bars may be drawn.
    pub fn draws(self) -> bool {
        self.bars
    }

    /// A line of the result.
    pub fn line(self, text: impl AsRef<str>) {
        self.text(&format!("{}\n", text.as_ref()));
    }

    /// Text of the result, as it is. Who reads may leave early.
    pub fn text(self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Something that was done.
    pub fn info(self, text: impl AsRef<str>) {
        if self.level <= Level::Info {
            eprintln!("{}", text.as_ref());
        }
    }

    /// Something for who looks closer.
    pub fn debug(self, text: impl AsRef<str>) {
        if self.level <= Level::Debug {
            eprintln!("{}", text.as_ref());
        }
    }

    /// Something that is probably not meant.
    pub fn warn(self, text: impl AsRef<str>) {
        if self.level <= Level::Warn {
            let label = painted(self.colour_err, "warning:", Colour::Yellow);
            eprintln!("{label} {}", text.as_ref());
        }
    }

    /// Why a command stopped.
    pub fn stop(self, stop: &Stop) {
        let label = painted(self.colour_err, "error:", Colour::Red);
        eprintln!("{label} {stop}");
        if let Some(advice) = stop.advice() {
            let label = painted(self.colour_err, "hint:", Colour::Cyan);
            eprintln!("{label} {advice}");
        }
    }

    /// A text in a colour, for standard output.
    pub fn coloured(self, text: &str, colour: Colour) -> String {
        painted(self.colour_out, text, colour)
    }

    /// A value in the form that is wished for; a table of objects has a column for each of
    /// `columns`: the key and its heading.
    pub fn list(self, rows: &[Map<String, Value>], columns: &[(&str, &str)], format: Format) {
        match format {
            Format::Table => self.text(&table(rows, columns)),
            Format::Json => self.document(&rows.iter().cloned().collect(), DocumentFormat::Json),
            Format::Yaml => self.document(&rows.iter().cloned().collect(), DocumentFormat::Yaml),
        }
    }

    /// A document.
    pub fn document(self, value: &Value, format: DocumentFormat) {
        self.text(&document(value, format));
    }
}

/// The text of a document.
pub fn document(value: &Value, format: DocumentFormat) -> String {
    match format {
        DocumentFormat::Json => format!("{value:#}\n"),
        DocumentFormat::Yaml => to_yaml(value),
    }
}

fn painted(really: bool, text: &str, colour: Colour) -> String {
    if really {
        format!("\u{1b}[{}m{text}\u{1b}[0m", colour.code())
    } else {
        text.to_owned()
    }
}

fn table(rows: &[Map<String, Value>], columns: &[(&str, &str)]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    if std::io::stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(columns.iter().map(|(_, heading)| *heading));
    for row in rows {
        table.add_row(columns.iter().map(|(key, _)| match row.get(*key) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tables_are_columns_of_text() {
        let row = |value: Value| value.as_object().cloned().unwrap_or_default();
        let rows = [
            row(json!({"version": 1, "name": "init"})),
            row(json!({"version": 20, "name": null})),
        ];
        let text = table(&rows, &[("version", "VERSION"), ("name", "NAME")]);
        assert_eq!(text, "VERSION  NAME\n1        init\n20\n");
    }
}
