//! `howdah dev`: a project folder (or none) served with a database of its own.
//!
//! * `place`: which folders. `secret`: the admin secret. `input`: the settings, as far as they make
//!   sense here.
//! * `databases`: what the variables mean that the project's sources name.
//! * `api`: the engine as the one who applies the project sees it.
//! * `suggestion`, `greeting`: what people read. `held`: log lines wait until they have read it.

mod api;
mod databases;
mod greeting;
mod held;
mod input;
mod place;
mod secret;
mod suggestion;

use crate::managed;
use crate::serve;
pub use api::InProcess;
use databases::Assignments;
use greeting::Greeting;
use held::HeldOutput;
use howdah_cli::{Applied, Contents, SeedLog, Seeding, apply};
use howdah_engine::Engine;
use howdah_local_postgres::Managed;
use howdah_server::{Config, Fatal, Logger, bind};
use input::Input;
use place::Place;
use secret::AdminSecret;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use suggestion::suggestion;

/// Seeds that were applied, kept beside the database they are in.
const SEED_LOG: &str = "seeds-applied";

/// Serves the project in a folder (the current one if none is named) until told to stop.
///
/// # Errors
/// Whatever keeps it from starting, or from going on.
pub async fn run(
    project: Option<PathBuf>,
    words: Vec<String>,
    environment: Vec<(String, String)>,
    started: Instant,
) -> Result<(), Fatal> {
    let input = Input::new(words, environment)?;
    let place = Place::find(project, &input)?;
    let contents = place.contents()?;
    let secret = AdminSecret::find(&input, &place)?;
    let mut config = input.config(&secret)?;
    // Before anything else is started, so that a taken port is told at once.
    let listener = bind(&config.http).await?;
    held::print("Starting PostgreSQL …\n");
    let managed = managed::start_in(place.data()).await?;
    let output = HeldOutput::default();
    let logger = Logger::to(&config.logs, output.clone())
        .map_err(|e| Fatal::new(format!("cannot write logs: {e}")))?;
    let ready = prepare(&mut config, &managed, contents.as_ref(), &logger).await;
    let (engine, applied) = match ready {
        Ok(ready) => ready,
        Err(fatal) => {
            // What went wrong is more to the point than a stop that goes wrong as well.
            let _ = managed.stop().await;
            return Err(fatal);
        }
    };
    let greeting = Greeting {
        port: listener.address().port(),
        console: config.http.console,
        secret: &secret,
        place: &place,
        database: managed.data_dir(),
        notes: notes(&input, contents.as_ref(), &applied, &managed),
        applied: &applied,
        suggestion: suggestion(&engine).await,
    };
    held::print(&greeting.to_string());
    logger.configuration(&config);
    serve::report(&logger, &engine);
    output.release();
    serve::run(listener, engine, config, logger, Some(managed), started).await
}

/// Starts the engine on the managed database and applies the project.
async fn prepare(
    config: &mut Config,
    managed: &Managed,
    contents: Option<&Contents>,
    logger: &Logger,
) -> Result<(Arc<Engine>, Applied), Fatal> {
    let metadata = contents.and_then(|contents| contents.metadata.as_ref());
    let assignments = Assignments::of(metadata);
    let variables = urls(&assignments, managed).await?;
    databases::name_in(config, managed.url(), metadata.is_none());
    logger.catch_panics();
    let engine = serve::start_engine(config, variables).await?;
    let Some(contents) = contents else {
        return Ok((engine, Applied::default()));
    };
    let seeding = if managed.is_settled() {
        Seeding::No
    } else {
        Seeding::Remaining(SeedLog::at(managed.data_dir().join(SEED_LOG)))
    };
    let api = InProcess(Arc::clone(&engine));
    let applied = apply(&api, contents, assignments.sources(), &seeding)
        .await
        .map_err(Fatal::new)?;
    managed.settle().map_err(Fatal::new)?;
    Ok((engine, applied))
}

/// The URL of each variable's database, which is made if need be.
async fn urls(
    assignments: &Assignments,
    managed: &Managed,
) -> Result<HashMap<String, String>, Fatal> {
    let mut urls = HashMap::new();
    for (variable, database) in assignments.variables() {
        let url = match database {
            None => managed.url().to_owned(),
            Some(name) => managed.ensure_database(name).await.map_err(Fatal::new)?,
        };
        urls.insert(variable.to_owned(), url);
    }
    Ok(urls)
}

/// What people should know besides.
fn notes(
    input: &Input,
    contents: Option<&Contents>,
    applied: &Applied,
    managed: &Managed,
) -> Vec<String> {
    let mut notes: Vec<String> = managed.notice().into_iter().collect();
    notes.extend(input.unused().iter().map(|name| {
        format!("{name} of the environment is not used: dev has a database of its own.")
    }));
    notes.extend(
        contents
            .iter()
            .flat_map(|contents| contents.warnings.clone()),
    );
    notes.extend(applied.left_out.iter().map(|database| {
        format!(
            "The migrations and seeds of \"{database}\" are left out: the metadata has no source \
             of this name that is connected by a variable."
        )
    }));
    notes
}
