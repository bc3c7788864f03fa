//! `permissions explain`: for one row, which part of which rule shows or hides it to a role.

use super::drawing;
use crate::api::Api;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::output::DocumentFormat;
use clap::Args;
use serde_json::{Map, Value, json};

/// `permissions explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Whose rules
    #[arg(long)]
    role: String,
    /// A session variable, as often as needed: x-hasura-user-id=7, or user-id=7
    #[arg(long, value_name = "NAME=VALUE")]
    session: Vec<String>,
    /// The table: orders, or sales.orders in another schema than public
    #[arg(long)]
    table: String,
    /// A column of the row's primary key, as often as needed: id=7
    #[arg(long, value_name = "COLUMN=VALUE", required = true, num_args = 1..)]
    pk: Vec<String>,
    /// The source of the table
    #[arg(long, default_value = "default")]
    source: String,
    /// How the answer is written: a text for people unless this says otherwise
    #[arg(long, short, value_enum)]
    output: Option<DocumentFormat>,
}

/// Asks the server.
///
/// # Errors
/// A flag has the wrong form; what the server says.
pub async fn run(args: &Explain, context: &Context) -> Outcome {
    let client = context.client()?;
    let body = json!({"type": "howdah_explain_permission", "args": arguments(args)?});
    let answer = client
        .metadata(body)
        .await
        .map_err(|error| Stop::server("explain the permissions", &error))?;
    match args.output {
        Some(format) => context.output.document(&answer, format),
        None => context.output.text(&drawing::text(&answer, context.output)),
    }
    Ok(Exit::Done)
}

fn arguments(args: &Explain) -> Outcome<Value> {
    let mut session = Map::new();
    for pair in &args.session {
        let (name, value) = split("--session", pair)?;
        let name = name.to_ascii_lowercase();
        let name = match name.starts_with("x-hasura-") {
            true => name,
            false => format!("x-hasura-{name}"),
        };
        session.insert(name, value.into());
    }
    let mut pk = Map::new();
    for pair in &args.pk {
        let (column, value) = split("--pk", pair)?;
        pk.insert(column.to_owned(), value.into());
    }
    let table = match args.table.split_once('.') {
        Some((schema, name)) => json!({"schema": schema, "name": name}),
        None => json!(args.table),
    };
    Ok(json!({
        "source": args.source,
        "table": table,
        "role": args.role,
        "session": session,
        "pk": pk,
    }))
}

fn split<'p>(flag: &str, pair: &'p str) -> Outcome<(&'p str, &'p str)> {
    pair.split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| Stop::usage(format!("{flag} {pair}: expected NAME=VALUE")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::program::arguments::{Cli, Command};
    use clap::Parser;

    fn read(line: &str) -> Value {
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let Command::Permissions(super::super::Permissions::Explain(args)) = cli.command else {
            panic!("another command");
        };
        arguments(&args).unwrap_or_else(|stop| panic!("{stop}"))
    }

    #[test]
    fn flags_become_arguments() {
        let line = "howdah permissions explain --role clerk --session user-id=7 \
                    --session X-Hasura-Teams={a=1} --table sales.orders --pk shop=1 id=2=3";
        assert_eq!(
            read(line),
            json!({
                "source": "default",
                "table": {"schema": "sales", "name": "orders"},
                "role": "clerk",
                "session": {"x-hasura-user-id": "7", "x-hasura-teams": "{a=1}"},
                "pk": {"shop": "1", "id": "2=3"},
            })
        );
    }
}
