//! `metadata inconsistency`: objects that do not fit the databases.

use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::output::ListOutput;
use crate::remote;
use clap::Subcommand;
use serde_json::{Map, Value, json};

/// `metadata inconsistency`.
#[derive(Debug, Subcommand)]
pub enum Inconsistency {
    /// List them with their reasons
    #[command(visible_alias = "ls")]
    List(List),
    /// Remove them from the metadata
    Drop(Drop),
    /// Tell whether there are any
    Status(Status),
}

/// `metadata inconsistency list`.
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    list: ListOutput,
}

/// `metadata inconsistency drop`.
#[derive(Debug, clap::Args)]
pub struct Drop {}

/// `metadata inconsistency status`.
#[derive(Debug, clap::Args)]
pub struct Status {}

/// Carries out `metadata inconsistency …`.
pub async fn run(command: Inconsistency, context: &Context) -> Outcome {
    let client = context.client()?;
    let objects = remote::inconsistent(&client)
        .await
        .map_err(|error| Stop::server("compare the metadata with the databases", &error))?;
    let output = context.output;
    match command {
        Inconsistency::List(args) => {
            let rows: Vec<Map<String, Value>> = objects.iter().map(row).collect();
            if rows.is_empty() {
                output.info("the metadata is consistent");
            }
            let columns = [("name", "NAME"), ("type", "TYPE"), ("reason", "REASON")];
            output.list(&rows, &columns, args.list.output);
            Ok(Exit::Done)
        }
        Inconsistency::Status(_) if objects.is_empty() => {
            output.info("the metadata is consistent");
            Ok(Exit::Done)
        }
        Inconsistency::Status(_) => Err(Stop::new(
            Exit::Inconsistent,
            format!(
                "the metadata is inconsistent: {} cannot be served",
                names::count(objects.len(), "object")
            ),
        )
        .hint(format!(
            "`{0} metadata inconsistency list` shows them, `{0} metadata inconsistency drop` \
             removes them",
            context.name()
        ))),
        Inconsistency::Drop(_) => {
            remote::drop_inconsistent(&client)
                .await
                .map_err(|error| Stop::server("drop inconsistent objects", &error))?;
            let what = names::count(objects.len(), "inconsistent object");
            output.info(format!("{what} dropped"));
            Ok(Exit::Done)
        }
    }
}

fn row(object: &Value) -> Map<String, Value> {
    let row = json!({
        "name": object.get("name").cloned().unwrap_or_default(),
        "type": object.get("type").cloned().unwrap_or_default(),
        "reason": reason(object),
        "definition": object.get("definition").cloned().unwrap_or_default(),
    });
    row.as_object().cloned().unwrap_or_default()
}

/// Some reasons come with what the database said.
fn reason(object: &Value) -> String {
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    let reason = text("reason").unwrap_or_default();
    match text("message") {
        Some(message) if !reason.contains(message) => format!("{reason}: {message}"),
        _ => reason.to_owned(),
    }
}

/// An object on one line.
pub fn told(object: &Value) -> String {
    let name = object
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    format!("{name}: {}", reason(object))
}
