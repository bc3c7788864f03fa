//! `types`: what a role sees, as other tools want it.
//!
//! * `introspection`: the schema as the server tells it. `sdl`, `typescript`, with
//!   `type_names`: how it is written.

mod introspection;
mod sdl;
mod type_names;
mod typescript;

use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use clap::Subcommand;
use introspection::Schema;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// `types`.
#[derive(Debug, Subcommand)]
pub enum Types {
    /// The schema in the definition language of GraphQL
    Graphql(Graphql),
    /// Types of TypeScript
    Typescript(Typescript),
}

/// Flags of both.
#[derive(Debug, clap::Args)]
struct Common {
    /// The role
    #[arg(long, value_name = "ROLE", default_value = "admin")]
    role: String,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
}

/// `types graphql`.
#[derive(Debug, clap::Args)]
pub struct Graphql {
    #[command(flatten)]
    common: Common,
}

/// `types typescript`.
#[derive(Debug, clap::Args)]
pub struct Typescript {
    #[command(flatten)]
    common: Common,
    /// Type of a scalar, such as numeric=string; may be given several times
    #[arg(long, value_name = "SCALAR=TYPE", value_parser = scalar)]
    scalar: Vec<(String, String)>,
}

fn scalar(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, of)) if names::is_graphql_name(name) && !of.trim().is_empty() => {
            Ok((name.to_owned(), of.trim().to_owned()))
        }
        _ => Err("expecting the form numeric=string".into()),
    }
}

/// Carries out `types …`.
pub async fn run(command: Types, context: &Context) -> Outcome {
    let common = match &command {
        Types::Graphql(args) => &args.common,
        Types::Typescript(args) => &args.common,
    };
    let client = context.client()?;
    let data = client
        .graphql(introspection::QUERY, &common.role)
        .await
        .map_err(|error| Stop::server("read the schema", &error))?;
    let schema = Schema::read(&data)
        .ok_or_else(|| Stop::failed("the server's answer to introspection has an unknown form"))?;
    let text = match &command {
        Types::Graphql(_) => sdl::print(&schema),
        Types::Typescript(args) => {
            let chosen: BTreeMap<String, String> = args.scalar.iter().cloned().collect();
            typescript::print(&schema, &chosen, &common.role)
        }
    };
    match &common.file {
        None => context.output.text(&text),
        Some(file) => {
            // A file that says the same already keeps its date, so that nothing is built anew.
            if fs::read_to_string(file).ok().as_deref() != Some(text.as_str()) {
                fs::write(file, &text).map_err(Stop::io(file))?;
            }
            context.output.info(format!(
                "{} types written to {}",
                schema.types.len(),
                file.display()
            ));
        }
    }
    Ok(Exit::Done)
}
