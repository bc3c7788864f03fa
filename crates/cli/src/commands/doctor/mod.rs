//! `doctor`: is everything well between the project, the server and its databases? Each fault is
//! told with the command that mends it.
//!
//! * `project`, `server`, `databases`: what is looked at, in this order. `findings`: what came of it.

mod databases;
mod findings;
mod project;
mod server;

use crate::program::Start;
use crate::program::context::Context;
use crate::program::exit::Outcome;
use crate::program::output::ListOutput;
use findings::{Findings, Grave, Verdict};

/// `doctor`.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    list: ListOutput,
}

/// Carries out `doctor`.
pub async fn run(args: &Doctor, context: &Context, start: &Start) -> Outcome {
    let mut findings = Findings::default();
    project::look_at(context, &mut findings);
    match context.client() {
        Err(stop) => {
            findings.add("settings", Verdict::Fault(Grave::Usage), stop.message());
            if let Some(advice) = stop.advice() {
                findings.mend(advice);
            }
        }
        Ok(client) => {
            if server::look_at(&client, context, start, &mut findings).await {
                databases::look_at(&client, context, &mut findings).await;
            }
        }
    }
    findings.show(context.output, args.list.output);
    Ok(findings.exit())
}
