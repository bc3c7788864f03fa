//! `deploy`: a whole project onto a server, in the order in which its parts need each other.

use super::metadata::apply as metadata;
use super::migrate::apply::apply_all;
use super::migrate::runner::Manner;
use super::migrate::{Applying, warn_of_left_out};
use super::seed::apply::run_files;
use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::interrupt::Interrupt;
use crate::remote;
use howdah_project::Target;

/// `deploy`.
#[derive(Debug, clap::Args)]
pub struct Deploy {
    /// Apply all seeds too
    #[arg(long)]
    with_seeds: bool,
    /// Run each statement by itself instead of each file in one transaction [variable: HASURA_GRAPHQL_NO_TRANSACTION]
    #[arg(long)]
    no_transaction: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Carries out `deploy`.
pub async fn run(args: &Deploy, context: &Context) -> Outcome {
    let project = context.project()?;
    let client = context.client()?;
    // Everything that is wrong with files is found before anything is changed.
    let current = metadata::current(&client, project).await?;
    let wanted = metadata::read(project, &current, context)?;
    let migrations = project.migrations()?;
    let seeds = match args.with_seeds {
        true => project.seeds()?,
        false => Vec::new(),
    };
    if args.dry_run {
        return dry_run(&migrations, &seeds, &client, context).await;
    }
    metadata::bring(&client, &wanted, true, context).await?;
    let sources = remote::sources_in(&wanted.to_export());
    let applying = Applying {
        target: Target::Up(None),
        manner: Manner {
            skip_execution: false,
            no_transaction: args.no_transaction || context.is_set("HASURA_GRAPHQL_NO_TRANSACTION"),
            interrupt: Interrupt::listen(),
        },
    };
    warn_of_left_out("migrations", &migrations, &sources, context);
    warn_of_left_out("seeds", &seeds, &sources, context);
    apply_all(&client, project, &migrations, &sources, &applying, context).await?;
    for (database, files) in &seeds {
        if let Some(source) = sources.iter().find(|source| source.name == *database) {
            run_files(&client, source, files, context).await?;
        }
    }
    remote::reload(&client, true, true)
        .await
        .map_err(|error| Stop::server("reload the metadata", &error))?;
    let objects = remote::inconsistent(&client)
        .await
        .map_err(|error| Stop::server("compare the metadata with the databases", &error))?;
    metadata::warn_of(&objects, context);
    if objects.is_empty() {
        context
            .output
            .info(format!("deployed to {}", client.endpoint()));
    }
    // The older tool ended well in any case.
    Ok(match objects.is_empty() || context.called_hasura {
        true => Exit::Done,
        false => Exit::Inconsistent,
    })
}

async fn dry_run(
    migrations: &[(String, Vec<howdah_project::Migration>)],
    seeds: &[(String, Vec<std::path::PathBuf>)],
    client: &crate::client::Client,
    context: &Context,
) -> Outcome {
    let state = remote::state(client)
        .await
        .map_err(|error| Stop::server("read which migrations are applied", &error))?;
    context
        .output
        .line("metadata: would be replaced (`metadata diff` shows how)");
    for (database, migrations) in migrations {
        let missing = super::migrate::missing(migrations, &state, database);
        let what = names::count(missing, "migration");
        context
            .output
            .line(format!("{database}: {what} would be applied"));
    }
    for (database, files) in seeds {
        let what = names::count(files.len(), "seed");
        context
            .output
            .line(format!("{database}: {what} would be applied"));
    }
    Ok(Exit::Done)
}
