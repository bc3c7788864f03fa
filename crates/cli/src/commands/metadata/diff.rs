//! `metadata diff`: what applying the project's metadata would change, or what lies between two
//! files or folders.

use super::apply;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::output::{Colour, DocumentFormat, Output, document};
use crate::remote;
use clap::ValueEnum;
use howdah_metadata::{DEFAULT_SOURCE, Metadata, Source};
use howdah_project::{Project, folder, read_document};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use std::path::{Path, PathBuf};

/// `metadata diff`.
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// Metadata folder, or file of YAML or JSON, to compare the server with
    #[arg(value_hint = clap::ValueHint::AnyPath)]
    file1: Option<PathBuf>,
    /// The same, to compare the first one with instead
    #[arg(value_hint = clap::ValueHint::AnyPath)]
    file2: Option<PathBuf>,
    /// What is compared: changes with some lines around them, or everything
    #[arg(long = "type", value_enum, default_value_t = Kind::UnifiedYaml)]
    kind: Kind,
}

/// What a difference looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Changes in YAML
    UnifiedYaml,
    /// Changes in JSON
    UnifiedJson,
    /// All of it as YAML, with changes marked
    Yaml,
    /// All of it as JSON, with changes marked
    Json,
}

/// Carries out `metadata diff`.
pub async fn run(args: &Diff, context: &Context) -> Outcome {
    let (old, new) = sides(args, context).await?;
    let format = match args.kind {
        Kind::Yaml | Kind::UnifiedYaml => DocumentFormat::Yaml,
        Kind::Json | Kind::UnifiedJson => DocumentFormat::Json,
    };
    let (before, after) = (
        document(&old.document, format),
        document(&new.document, format),
    );
    if before == after {
        context
            .output
            .info(format!("{} and {} are the same", old.name, new.name));
        return Ok(Exit::Done);
    }
    let unified = matches!(args.kind, Kind::UnifiedYaml | Kind::UnifiedJson);
    context.output.text(&difference(
        (&old.name, &before),
        (&new.name, &after),
        unified,
        context.output,
    ));
    // The older tool ended well in any case.
    Ok(match context.called_hasura {
        true => Exit::Done,
        false => Exit::Different,
    })
}

struct Side {
    name: String,
    document: Value,
}

async fn sides(args: &Diff, context: &Context) -> Outcome<(Side, Side)> {
    match (&args.file1, &args.file2) {
        (Some(first), Some(second)) => {
            // Two old layouts are compared without a server.
            let current = Metadata {
                sources: vec![Source {
                    name: DEFAULT_SOURCE.to_owned(),
                    ..Source::default()
                }],
                ..Metadata::default()
            };
            let old = at(first, &current, context)?;
            Ok((old, at(second, &current, context)?))
        }
        (Some(first), None) => {
            let current = server(context).await?;
            let new = at(first, &current, context)?;
            Ok((of_server(&current), new))
        }
        _ => {
            let project = context.project()?;
            let current = server(context).await?;
            let metadata = apply::read(project, &current, context)?;
            let project = Side {
                name: "project".into(),
                document: metadata.to_export(),
            };
            Ok((of_server(&current), project))
        }
    }
}

async fn server(context: &Context) -> Outcome<Metadata> {
    let client = context.client()?;
    remote::metadata(&client)
        .await
        .map_err(|error| Stop::server("read the metadata", &error))
}

/// Read and written, so that both sides have the same form.
fn of_server(metadata: &Metadata) -> Side {
    Side {
        name: "server".into(),
        document: metadata.to_export(),
    }
}

/// A metadata folder, the folder of a project, or a file. `current` gives the connection of
/// `default` where an old layout does not say it.
fn at(path: &Path, current: &Metadata, context: &Context) -> Outcome<Side> {
    let metadata = if Project::exists(path) {
        Project::open(path, |_| None)?.read_metadata(current)?
    } else if path.is_dir() {
        folder::read(path, path, current)?
    } else {
        read_document(path, current)?
    };
    for warning in &metadata.warnings {
        context.output.warn(warning.to_string());
    }
    Ok(Side {
        name: path.display().to_string(),
        document: metadata.metadata.to_export(),
    })
}

fn difference(old: (&str, &str), new: (&str, &str), unified: bool, output: Output) -> String {
    const AROUND: usize = 3;
    let diff = TextDiff::from_lines(old.1, new.1);
    let mut text = String::new();
    let mut line = |mark: &str, content: &str, colour: Option<Colour>| {
        let line = format!("{mark}{}", content.trim_end_matches('\n'));
        match colour {
            Some(colour) => text.push_str(&output.coloured(&line, colour)),
            None => text.push_str(&line),
        }
        text.push('\n');
    };
    line("--- ", old.0, Some(Colour::Red));
    line("+++ ", new.0, Some(Colour::Green));
    let groups = match unified {
        true => diff.grouped_ops(AROUND),
        false => vec![diff.ops().to_vec()],
    };
    for group in groups {
        if unified && let (Some(first), Some(last)) = (group.first(), group.last()) {
            let place = |start: usize, end: usize| format!("{},{}", start + 1, end - start);
            let header = format!(
                "@@ -{} +{} @@",
                place(first.old_range().start, last.old_range().end),
                place(first.new_range().start, last.new_range().end)
            );
            line("", &header, Some(Colour::Cyan));
        }
        for op in &group {
            for change in diff.iter_changes(op) {
                match change.tag() {
                    ChangeTag::Delete => line("-", change.value(), Some(Colour::Red)),
                    ChangeTag::Insert => line("+", change.value(), Some(Colour::Green)),
                    ChangeTag::Equal => line(" ", change.value(), None),
                }
            }
        }
    }
    text
}
