//! `howdah serve`: from settings to a running server, and back.

use crate::judgement_log::JudgementLog;
use crate::managed;
use crate::poller_log::PollerLog;
use crate::project_at_start;
use crate::service::EngineService;
use crate::settings::engine_options;
use howdah_cli::DATABASE_VARIABLE;
use howdah_engine::{Engine, Event};
use howdah_error::Error;
use howdah_local_postgres::Managed;
use howdah_server::auth::Authenticator;
use howdah_server::config::{DatabaseUrl, Secret};
use howdah_server::logs::{Level, LogType};
use howdah_server::{Config, Fatal, Listener, Logger, bind, stop_signal};
use serde_json::json;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::broadcast;

/// Serves until asked to stop.
///
/// # Errors
/// Whatever keeps the process from starting, as one line.
pub async fn serve(mut config: Config, started: Instant) -> Result<(), Fatal> {
    // Before anything else is started, so that a taken port is told at once.
    let listener = bind(&config.http).await?;
    let logger =
        Logger::stdout(&config.logs).map_err(|e| Fatal::new(format!("cannot write logs: {e}")))?;
    let folders = project_at_start::read(&config.project, &logger)?;
    let managed = own_database(&mut config).await?;
    let options = engine_options(&config, variables(managed.as_ref()))?;
    let turn = match &folders {
        Some(_) => Some(project_at_start::take_turn(&options, &logger).await?),
        None => None,
    };
    let engine = Engine::start(options)
        .await
        .map_err(|error| fatal(&error))?;
    logger.configuration(&config);
    if let (Some(folders), Some(turn)) = (&folders, turn)
        && let Err(fatal) = project_at_start::apply(folders, turn, &engine, &logger).await
    {
        engine.stop();
        if let Some(managed) = managed {
            // What went wrong is more to the point than a stop that goes wrong as well.
            let _ = managed.stop().await;
        }
        logger.flush();
        return Err(fatal);
    }
    report(&logger, &engine);
    run(listener, engine, config, logger, managed, started).await
}

/// Starts the managed database if it is asked for, and makes it the database to serve.
async fn own_database(config: &mut Config) -> Result<Option<Managed>, Fatal> {
    let databases = &mut config.databases;
    if !databases.managed {
        return Ok(None);
    }
    if databases.database_url.is_some() || databases.metadata_url.is_some() {
        return Err(Fatal::usage(
            "--managed-db and the URL of a database exclude each other",
        ));
    }
    let folder = managed::data_folder(databases.data_dir.as_deref(), Path::new(""));
    let managed = managed::start_in(&folder).await?;
    // Stored as the name of a variable: the URL may be another one at the next start.
    databases.database_url = Some(DatabaseUrl::Variable {
        name: DATABASE_VARIABLE.to_owned(),
        url: Secret::new(managed.url()),
    });
    Ok(Some(managed))
}

fn variables(managed: Option<&Managed>) -> HashMap<String, String> {
    managed
        .map(|managed| (DATABASE_VARIABLE.to_owned(), managed.url().to_owned()))
        .into_iter()
        .collect()
}

/// Starts the engine that the settings describe; `variables` are seen by the metadata as if they
/// were in the environment.
///
/// # Errors
/// No database is given, or the metadata database cannot be used.
pub async fn start_engine(
    config: &Config,
    variables: HashMap<String, String>,
) -> Result<Arc<Engine>, Fatal> {
    Engine::start(engine_options(config, variables)?)
        .await
        .map_err(|error| fatal(&error))
}

/// Serves an engine that is ready, with its managed database if it has one, until told to stop;
/// then stops both. `started` is when the process began.
///
/// # Errors
/// The port cannot be opened, or the managed database is lost.
pub async fn run(
    listener: Listener,
    engine: Arc<Engine>,
    config: Config,
    logger: Logger,
    mut managed: Option<Managed>,
    started: Instant,
) -> Result<(), Fatal> {
    logger.catch_panics();
    // Keys of tokens are fetched before the port answers: without them nobody could be let in.
    let authenticator = Authenticator::start(&config.auth, &config.egress, &logger).await?;
    logger.listening(listener.address(), started.elapsed());
    let mut lost = None;
    let stop = async {
        match &mut managed {
            None => stop_signal().await,
            Some(managed) => {
                tokio::select! {
                    () = stop_signal() => {}
                    fatal = managed::watch(managed, &logger) => lost = Some(fatal),
                }
            }
        }
    };
    let watched = tokio::spawn(log_events(engine.events(), logger.clone()));
    let polls = PollerLog::new(logger.clone(), config.subscriptions.clone());
    engine.observe_polls(Arc::new(polls));
    engine.observe_judgements(Arc::new(JudgementLog::new(logger.clone())));
    let service = Arc::new(EngineService(Arc::clone(&engine)));
    let config = Arc::new(config);
    let served = howdah_server::serve_with(
        listener,
        service,
        config,
        authenticator,
        logger.clone(),
        stop,
    )
    .await;
    engine.stop();
    watched.abort();
    if let Some(managed) = managed {
        managed.stop().await.map_err(Fatal::new)?;
    }
    logger.flush();
    served.map_err(|error| Fatal::new(format!("cannot listen: {error}")))?;
    lost.map_or(Ok(()), Err)
}

/// Logs what happens to the engine of its own accord.
async fn log_events(mut events: broadcast::Receiver<Event>, logger: Logger) {
    loop {
        let (level, detail) = match events.recv().await {
            Ok(Event::SourceLost { source, error }) => (
                Level::Error,
                json!({"message": "the database of a source cannot be reached", "source": source,
                       "error": error.message(), "reason": error.internal()}),
            ),
            Ok(Event::SourceBack { source }) => (
                Level::Info,
                json!({"message": "the database of a source can be reached again",
                       "source": source}),
            ),
            Ok(Event::CannotFollow(error)) => (
                Level::Error,
                json!({"message": "changes of other instances cannot be taken over",
                       "error": error.message(), "reason": error.internal()}),
            ),
            Err(broadcast::error::RecvError::Lagged(_)) => continue,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        logger.log(level, LogType::Metadata, detail);
    }
}

/// Hands the metadata database back to an older engine.
///
/// # Errors
/// The target is not one that uses this catalogue as it is.
pub async fn downgrade(_: &Config, target: &str) -> Result<(), Fatal> {
    // Every release from v2.36 on has catalogue version 48: there is nothing to change.
    let minor = target
        .trim_start_matches('v')
        .split_once('.')
        .filter(|(major, _)| *major == "2")
        .and_then(|(_, rest)| rest.split(['.', '-']).next()?.parse::<u32>().ok());
    match minor {
        Some(36..) => {
            println!("the metadata database fits {target} as it is");
            Ok(())
        }
        _ => Err(Fatal::usage(format!("cannot downgrade to {target}"))),
    }
}

/// What a person should know of the metadata at start.
pub fn report(logger: &Logger, engine: &Engine) {
    logger.startup(Level::Info, "metadata", engine.summary());
    let inconsistent = engine.inconsistent_objects();
    for object in inconsistent.as_array().into_iter().flatten() {
        logger.log(
            Level::Warn,
            LogType::Metadata,
            json!({"message": "this object is inconsistent and not served", "object": object}),
        );
    }
    for part in engine.inactive_parts() {
        let message = if part.kind.restricts_access() {
            "this part of the metadata restricts access, but is NOT enforced by this version"
        } else {
            "this part of the metadata is kept, but not served by this version"
        };
        logger.log(
            Level::Warn,
            LogType::Metadata,
            json!({"message": message, "kind": part.kind.as_str(), "name": part.name}),
        );
    }
}

fn fatal(error: &Error) -> Fatal {
    match error.internal().and_then(|internal| internal.as_str()) {
        Some(detail) => Fatal::new(format!("{}: {detail}", error.message())),
        None => Fatal::new(error.message()),
    }
}
