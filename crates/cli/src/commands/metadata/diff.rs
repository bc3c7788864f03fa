//! `metadata diff`: what applying the project's metadata would change, or what lies between two
//! files or folders.

use super::apply;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::output::{Colour, DocumentFormat, Output, document};
use crate::remote;
use clap::ValueEnum;
use howdah_metadata::Metadata;
use howdah_project::{folder, from_yaml};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use std::fs;
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
        (Some(first), Some(second)) => Ok((at(first)?, at(second)?)),
        (Some(first), None) => {
            let server = server(context).await?;
            Ok((server, at(first)?))
        }
        _ => {
            let project = context.project()?;
            let client = context.client()?;
            let current = apply::current(&client, project).await?;
            let metadata = apply::read(project, &current, context)?;
            let server = server(context).await?;
            let project = Side {
                name: "project".into(),
                document: metadata.to_export(),
            };
            Ok((server, project))
        }
    }
}

async fn server(context: &Context) -> Outcome<Side> {
    let client = context.client()?;
    let metadata = remote::metadata(&client)
        .await
        .map_err(|error| Stop::server("read the metadata", &error))?;
    Ok(Side {
        name: "server".into(),
        // Read and written, so that both sides have the same form.
        document: metadata.to_export(),
    })
}

fn at(path: &Path) -> Outcome<Side> {
    let metadata = if path.is_dir() {
        folder::read(path, path, &Metadata::default())?.metadata
    } else {
        let text = fs::read_to_string(path).map_err(Stop::io(path))?;
        let mut value = from_yaml(&text, path)?;
        // Answers of the API hold the document in a key.
        if let Some(inner) = value.get_mut("metadata") {
            value = inner.take();
        }
        Metadata::from_any_version(value, &Metadata::default()).map_err(|fault| {
            Stop::failed(format!(
                "{} at {}: {}",
                path.display(),
                fault.path(),
                fault.message()
            ))
        })?
    };
    Ok(Side {
        name: path.display().to_string(),
        document: metadata.to_export(),
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
