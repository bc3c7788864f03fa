//! `metadata clear`.

use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::remote;

/// `metadata clear`.
#[derive(Debug, clap::Args)]
pub struct Clear {}

/// Carries out `metadata clear`. Scripts are not asked: the command never had a flag for it.
pub async fn run(_: &Clear, context: &Context) -> Outcome {
    let client = context.client()?;
    if context.prompt.asks() {
        let question = format!(
            "Remove all metadata from {}? Databases keep their tables.",
            client.endpoint()
        );
        context.prompt.confirm(&question, "--yes")?;
    }
    remote::clear(&client)
        .await
        .map_err(|error| Stop::server("clear the metadata", &error))?;
    context.output.info("metadata cleared");
    Ok(Exit::Done)
}
