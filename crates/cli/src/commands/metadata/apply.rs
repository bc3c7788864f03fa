//! `metadata apply`: from the project to the server.

use super::inconsistency::told;
use crate::api::Api;
use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::output::DocumentFormat;
use crate::remote;
use howdah_metadata::Metadata;
use howdah_project::Project;
use serde_json::Value;

/// `metadata apply`.
#[derive(Debug, clap::Args)]
pub struct Apply {
    /// Apply nothing if anything does not fit the databases
    #[arg(long)]
    disallow_inconsistent_metadata: bool,
    /// Show the project's metadata instead of applying it
    #[arg(long)]
    dry_run: bool,
    /// Show the metadata that was applied
    #[arg(long, short, value_enum)]
    output: Option<DocumentFormat>,
}

/// Carries out `metadata apply`.
pub async fn run(args: &Apply, context: &Context) -> Outcome {
    let project = context.project()?;
    if args.dry_run {
        let current = match project.has_old_metadata()? {
            true => current(&context.client()?, project).await?,
            false => Metadata::default(),
        };
        let metadata = read(project, &current, context)?;
        let format = args.output.unwrap_or(DocumentFormat::Json);
        context.output.document(&metadata.to_export(), format);
        return Ok(Exit::Done);
    }
    let client = context.client()?;
    let current = current(&client, project).await?;
    let metadata = read(project, &current, context)?;
    let lenient = !args.disallow_inconsistent_metadata;
    let objects = bring(&client, &metadata, lenient, context).await?;
    warn_of(&objects, context);
    if let Some(format) = args.output {
        context.output.document(&metadata.to_export(), format);
    }
    Ok(Exit::Done)
}

/// Replaces the server's metadata; the objects that do not fit.
///
/// # Errors
/// The server refuses; unless `lenient`, because objects do not fit.
pub async fn bring(
    api: &impl Api,
    metadata: &Metadata,
    lenient: bool,
    context: &Context,
) -> Outcome<Vec<Value>> {
    if let Err(error) = remote::replace(api, metadata, lenient).await {
        let objects = error
            .refused()
            .and_then(|refused| refused.internal()?.as_array())
            .filter(|objects| {
                !lenient && objects.iter().any(|object| object.get("reason").is_some())
            });
        return Err(match objects {
            None => Stop::server("apply the metadata", &error),
            Some(objects) => {
                let lines: Vec<String> = objects.iter().map(told).collect();
                Stop::new(
                    Exit::Inconsistent,
                    format!(
                        "the metadata was not applied, it does not fit the databases:\n  {}",
                        lines.join("\n  ")
                    ),
                )
            }
        });
    }
    context.output.info("metadata applied");
    remote::inconsistent(api)
        .await
        .map_err(|error| Stop::server("compare the metadata with the databases", &error))
}

/// Tells which objects do not fit.
pub fn warn_of(objects: &[Value], context: &Context) {
    if objects.is_empty() {
        return;
    }
    let lines: Vec<String> = objects.iter().map(told).collect();
    context.output.warn(format!(
        "inconsistent metadata: {} cannot be served:\n  {}\nhint: `{} metadata \
         inconsistency list` shows them",
        names::count(objects.len(), "object"),
        lines.join("\n  "),
        context.name()
    ));
}

/// The server's metadata where reading the project needs it: the old layout says nothing of the
/// connection.
///
/// # Errors
/// The server does not say.
pub async fn current(api: &impl Api, project: &Project) -> Outcome<Metadata> {
    if !project.has_old_metadata()? {
        return Ok(Metadata::default());
    }
    remote::metadata(api)
        .await
        .map_err(|error| Stop::server("read the metadata", &error))
}

/// Reads the project's metadata and tells what is odd about it.
///
/// # Errors
/// The first file that does not fit, with the place; there is no metadata.
pub fn read(project: &Project, current: &Metadata, context: &Context) -> Outcome<Metadata> {
    if !project.has_metadata() {
        return Err(Stop::failed(format!(
            "the project has no metadata: {} is missing",
            project.metadata_place().display()
        ))
        .hint(format!("`{} metadata export` writes it", context.name())));
    }
    let read = project.read_metadata(current)?;
    for warning in &read.warnings {
        context.output.warn(warning.to_string());
    }
    Ok(read.metadata)
}
