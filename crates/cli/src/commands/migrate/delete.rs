//! `migrate delete`: forgets migrations, in the project and on the server.

use super::sides::current_state;
use crate::databases::{self, Database};
use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::remote;
use std::fs;

/// `migrate delete`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(false))]
pub struct Delete {
    #[command(flatten)]
    database: Database,
    /// This version
    #[arg(long, value_name = "VERSION", group = "which")]
    version: Option<u64>,
    /// Every version
    #[arg(long, group = "which")]
    all: bool,
    /// On the server only: files stay
    #[arg(long)]
    server: bool,
    /// Do not ask
    #[arg(long)]
    force: bool,
}

/// Carries out `migrate delete`.
pub async fn run(args: &Delete, context: &Context) -> Outcome {
    let project = context.project()?;
    let client = context.client()?;
    let source =
        databases::one_chosen(&client, args.database.database_name.as_deref(), context).await?;
    let mut state = current_state(&client, std::slice::from_ref(&source)).await?;
    let applied = state.applied(&source.name);
    let wanted = |version: u64| args.all || args.version == Some(version);
    let remembered: Vec<u64> = applied.iter().copied().filter(|v| wanted(*v)).collect();
    let files: Vec<_> = howdah_project::migrations(&project.migrations_folder(&source.name))?
        .into_iter()
        .filter(|migration| !args.server && wanted(migration.version))
        .collect();
    if remembered.is_empty() && files.is_empty() {
        return match args.version {
            Some(version) => Err(Stop::failed(format!(
                "neither the project nor the server has the migration {version}"
            ))),
            None => {
                context.output.info("there are no migrations");
                Ok(Exit::Done)
            }
        };
    }
    if !args.force {
        let question = format!(
            "Forget {} on the server and remove {} from the project? The database \
             itself stays as it is.",
            names::count(remembered.len(), "migration"),
            files.len()
        );
        context.prompt.confirm(&question, "--force")?;
    }
    if args.all {
        state.clear(&source.name);
    }
    for version in &remembered {
        state.remove(&source.name, *version);
    }
    remote::store_state(&client, &state)
        .await
        .map_err(|error| Stop::server("forget migrations", &error))?;
    for migration in &files {
        fs::remove_dir_all(&migration.folder).map_err(Stop::io(&migration.folder))?;
    }
    context.output.info(format!(
        "{}: {} forgotten on the server, {} removed from the project",
        source.name,
        remembered.len(),
        files.len()
    ));
    Ok(Exit::Done)
}
