//! `seed create`.

use crate::databases::{self, Database};
use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::input::text_of;
use howdah_metadata::DEFAULT_SOURCE;
use std::fs;
use std::path::PathBuf;

/// `seed create`.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// What it holds: part of the file's name
    name: String,
    #[command(flatten)]
    database: Database,
    /// Take the rows of this table from the server; may be given several times
    #[arg(long, value_name = "TABLE", conflicts_with = "file")]
    from_table: Vec<String>,
    /// File with the statements; - is standard input
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
}

const EMPTY: &str = "-- Rows to start with: statements like insert into … values …;\n";

/// Carries out `seed create`.
pub async fn run(args: &Create, context: &Context) -> Outcome {
    let project = context.project()?;
    let database = match &args.database.database_name {
        _ if project.config().version < 3 => DEFAULT_SOURCE.to_owned(),
        Some(name) => name.clone(),
        None => {
            let client = context.client()?;
            databases::one_chosen(&client, None, context).await?.name
        }
    };
    databases::as_folder(&database)?;
    let text = match &args.file {
        Some(file) => text_of(file)?,
        None if args.from_table.is_empty() => EMPTY.to_owned(),
        None => {
            let mut options: Vec<String> =
                ["--no-owner", "--no-acl", "--data-only", "--column-inserts"]
                    .map(str::to_owned)
                    .into();
            for table in &args.from_table {
                options.extend(["--table".to_owned(), table.clone()]);
            }
            context
                .client()?
                .pg_dump(&database, &options, true)
                .await
                .map_err(|error| Stop::server("take rows from the server", &error))?
        }
    };
    let folder = project.seeds_folder(&database);
    fs::create_dir_all(&folder).map_err(Stop::io(&folder))?;
    let name = format!("{}_{}.sql", names::version_now(), names::slug(&args.name));
    let file = folder.join(name);
    fs::write(&file, text).map_err(Stop::io(&file))?;
    context
        .output
        .info(format!("created the seed {}", file.display()));
    Ok(Exit::Done)
}
