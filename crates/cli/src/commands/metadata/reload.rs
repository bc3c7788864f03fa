//! `metadata reload`.

use super::apply::warn_of;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::remote;

/// `metadata reload`.
#[derive(Debug, clap::Args)]
pub struct Reload {}

/// Carries out `metadata reload`.
pub async fn run(_: &Reload, context: &Context) -> Outcome {
    let client = context.client()?;
    remote::reload(&client, true, true)
        .await
        .map_err(|error| Stop::server("reload the metadata", &error))?;
    context.output.info("metadata reloaded");
    let objects = remote::inconsistent(&client)
        .await
        .map_err(|error| Stop::server("compare the metadata with the databases", &error))?;
    warn_of(&objects, context);
    if objects.is_empty() {
        context.output.info("the metadata is consistent");
    }
    Ok(Exit::Done)
}
