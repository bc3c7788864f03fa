//! `migrate create`: the folder of a new migration, from words, from a file or from the server.

use crate::client::Client;
use crate::commands::metadata::export;
use crate::databases::{self, Database};
use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::input::text_of;
use howdah_metadata::DEFAULT_SOURCE;
use howdah_project::Project;
use std::fs;
use std::path::{Path, PathBuf};

/// `migrate create`.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// What it does, in a few words: part of the folder's name
    name: String,
    #[command(flatten)]
    database: Database,
    /// Statements that apply it
    #[arg(long, value_name = "SQL", conflicts_with_all = ["sql_from_file", "from_server"])]
    up_sql: Option<String>,
    /// Statements that revert it
    #[arg(long, value_name = "SQL")]
    down_sql: Option<String>,
    /// File with the statements that apply it; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "from_server", value_hint = clap::ValueHint::FilePath)]
    sql_from_file: Option<PathBuf>,
    /// Take the schema of the database as it is, and the server's metadata
    #[arg(long, alias = "sql-from-server")]
    from_server: bool,
    /// Schemas to take with --from-server [default: public]
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "from_server"
    )]
    schema: Vec<String>,
    /// Write the server's metadata into the project too
    #[arg(long)]
    metadata_from_server: bool,
}

/// What stands in a file that is to be filled.
const EMPTY_UP: &str = "-- Statements that apply this migration.\n";
/// The same for the other direction.
const EMPTY_DOWN: &str = "-- Statements that revert this migration; none are needed where it is \
                          never reverted.\n";

/// Carries out `migrate create`.
pub async fn run(args: &Create, context: &Context) -> Outcome {
    let project = context.project()?;
    let asks_server = args.from_server || args.metadata_from_server;
    let client = match asks_server {
        true => Some(context.client()?),
        false => None,
    };
    let database = database(args, project, context).await?;
    let up = match (&args.up_sql, &args.sql_from_file, &client) {
        (Some(text), _, _) => Some(text.clone()),
        (_, Some(file), _) => Some(text_of(file)?),
        (_, _, Some(client)) if args.from_server => {
            Some(dump(client, &database, &args.schema).await?)
        }
        _ => None,
    };
    let migration = NewMigration {
        name: &args.name,
        up: up.as_deref(),
        down: args.down_sql.as_deref(),
    };
    let version = names::version_now();
    let folder = migration.write(&project.migrations_folder(&database), version)?;
    context
        .output
        .info(format!("created the migration {}", folder.display()));
    if let Some(client) = &client {
        export::into_project(client, project, context).await?;
    }
    if args.from_server {
        context.output.info(format!(
            "the server has this already: note it with `{} migrate apply --skip-execution \
             --version {version} --database-name {database}`",
            context.name()
        ));
    }
    context.output.line(version.to_string());
    Ok(Exit::Done)
}

/// Files of a migration to be.
pub struct NewMigration<'a> {
    /// What it does.
    pub name: &'a str,
    /// Statements that apply it.
    pub up: Option<&'a str>,
    /// Statements that revert it.
    pub down: Option<&'a str>,
}

impl NewMigration<'_> {
    /// Writes the folder `<version>_<name>` below `parent`.
    ///
    /// # Errors
    /// It exists, or cannot be written; then nothing of it is left.
    pub fn write(&self, parent: &Path, version: u64) -> Outcome<PathBuf> {
        let folder = parent.join(format!("{version}_{}", names::slug(self.name)));
        let taken = howdah_project::migrations(parent)?;
        if let Some(other) = taken.iter().find(|known| known.version == version) {
            return Err(Stop::failed(format!(
                "the version {version} is taken by {}",
                other.folder.display()
            )));
        }
        fs::create_dir_all(parent).map_err(Stop::io(parent))?;
        fs::create_dir(&folder).map_err(Stop::io(&folder))?;
        let written = self.fill(&folder);
        if written.is_err() {
            let _ = fs::remove_dir_all(&folder);
        }
        written.map(|()| folder)
    }

    fn fill(&self, folder: &Path) -> Outcome<()> {
        let texts = [
            ("up.sql", self.up, EMPTY_UP),
            ("down.sql", self.down, EMPTY_DOWN),
        ];
        for (name, text, empty) in texts {
            let file = folder.join(name);
            let text = match text {
                Some(text) if text.ends_with('\n') => text.to_owned(),
                Some(text) => format!("{text}\n"),
                None => empty.to_owned(),
            };
            fs::write(&file, text).map_err(Stop::io(&file))?;
        }
        Ok(())
    }
}

/// The database that the migration is for. Without a server it can be known only where there is
/// no choice.
async fn database(args: &Create, project: &Project, context: &Context) -> Outcome<String> {
    if project.config().version < 3 {
        return Ok(DEFAULT_SOURCE.to_owned());
    }
    if let Some(name) = &args.database.database_name {
        return databases::as_folder(name).map(str::to_owned);
    }
    let known = match known_in(project) {
        known if known.is_empty() => {
            let client = context.client()?;
            databases::one_chosen(&client, None, context).await?.name
        }
        known if known.len() == 1 => known.into_iter().next().unwrap_or_default(),
        known => {
            let index =
                context
                    .prompt
                    .choose("Which database it is about", &known, "--database-name")?;
            known.into_iter().nth(index).unwrap_or_default()
        }
    };
    databases::as_folder(&known).map(str::to_owned)
}

/// The databases that the project's metadata speaks of.
fn known_in(project: &Project) -> Vec<String> {
    let read = project.read_metadata(&howdah_metadata::Metadata::default());
    let metadata = read.map(|read| read.metadata).unwrap_or_default();
    metadata
        .sources
        .iter()
        .map(|source| source.name.clone())
        .collect()
}

async fn dump(client: &Client, database: &str, schemas: &[String]) -> Outcome<String> {
    let mut options: Vec<String> = ["-O", "-x", "--schema-only"].map(str::to_owned).into();
    let usual = ["public".to_owned()];
    for schema in if schemas.is_empty() { &usual } else { schemas } {
        options.extend(["--schema".to_owned(), schema.clone()]);
    }
    client
        .pg_dump(database, &options, true)
        .await
        .map_err(|error| Stop::server("take the schema from the server", &error))
}
