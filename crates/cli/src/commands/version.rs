//! `version`: this program's, and the server's where there is a project.

use crate::program::Start;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome};
use crate::program::output::DocumentFormat;
use serde_json::json;

/// `version`.
#[derive(Debug, clap::Args)]
pub struct Version {
    /// Write it as a document
    #[arg(long, short, value_enum)]
    output: Option<DocumentFormat>,
    /// Do not ask the server
    #[arg(long)]
    client: bool,
}

/// Carries out `version`. A server that cannot be reached is no failure.
pub async fn run(args: &Version, context: &Context, start: &Start) -> Outcome {
    let asks =
        !args.client && (context.maybe_project().is_some() || context.given_endpoint().is_some());
    let server = match asks {
        true => {
            let client = context.client()?;
            match client.version().await {
                Ok(version) => Some((client.endpoint().to_owned(), version.text)),
                Err(error) => {
                    context.output.warn(error.to_string());
                    None
                }
            }
        }
        false => None,
    };
    if let Some(format) = args.output {
        let mut document = json!({"version": start.version});
        if let Some((endpoint, version)) = server {
            document["server"] = json!({"endpoint": endpoint, "version": version});
        }
        context.output.document(&document, format);
        return Ok(Exit::Done);
    }
    context.output.line(format!("howdah: {}", start.version));
    if let Some((endpoint, version)) = server {
        context
            .output
            .line(format!("server: {version} ({endpoint})"));
    }
    Ok(Exit::Done)
}
