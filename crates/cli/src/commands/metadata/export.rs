//! `metadata export`: from the server to the project.

use crate::api::Api;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::output::DocumentFormat;
use crate::remote;
use howdah_project::Project;

/// `metadata export`.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// Show the metadata instead of writing it into the project
    #[arg(long, short, value_enum)]
    output: Option<DocumentFormat>,
}

/// Carries out `metadata export`.
pub async fn run(args: &Export, context: &Context) -> Outcome {
    if let Some(format) = args.output {
        let client = context.client()?;
        let document = remote::export(&client)
            .await
            .map_err(|error| Stop::server("read the metadata", &error))?;
        context.output.document(&document, format);
        return Ok(Exit::Done);
    }
    let project = context.project()?;
    let client = context.client()?;
    into_project(&client, project, context).await?;
    Ok(Exit::Done)
}

/// Writes the server's metadata into the project.
///
/// # Errors
/// The server does not say, or a file cannot be written.
pub async fn into_project(api: &impl Api, project: &Project, context: &Context) -> Outcome<()> {
    let metadata = remote::metadata(api)
        .await
        .map_err(|error| Stop::server("read the metadata", &error))?;
    project.write_metadata(&metadata)?;
    context.output.info(format!(
        "metadata written to {}",
        project.metadata_place().display()
    ));
    Ok(())
}
