//! What `serve` applies before it serves: the folders that settings name, or a whole project.
//! Instances that start together take turns; what is in force already is left alone.

use crate::dev::InProcess;
use howdah_cli::startup::{StartFolders, apply_at_start};
use howdah_engine::{Engine, EngineOptions, Exclusive};
use howdah_server::config::ProjectSettings;
use howdah_server::logs::Level;
use howdah_server::{Fatal, Logger};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// Reads what there is to apply. Folders that variables name may be missing, as images come with
/// variables set and projects without every folder.
///
/// # Errors
/// The first file that does not fit, with the place.
pub fn read(settings: &ProjectSettings, logger: &Logger) -> Result<Option<StartFolders>, Fatal> {
    let existing = |folder: &Option<PathBuf>, what: &str| {
        let folder = folder.as_deref()?;
        if !folder.is_dir() {
            log(
                logger,
                Level::Warn,
                "migrations-startup",
                &format!(
                    "the folder {} does not exist: no {what} are applied",
                    folder.display()
                ),
            );
            return None;
        }
        Some(folder.to_owned())
    };
    if let Some(root) = &settings.folder {
        return StartFolders::of_project(root, |name| std::env::var(name).ok())
            .map(Some)
            .map_err(Fatal::new);
    }
    let metadata = existing(&settings.metadata, "metadata");
    let migrations = existing(&settings.migrations, "migrations");
    if metadata.is_none() && migrations.is_none() {
        return Ok(None);
    }
    StartFolders::read(metadata.as_deref(), migrations.as_deref())
        .map(Some)
        .map_err(Fatal::new)
}

/// Waits until no other instance is starting with a project.
///
/// # Errors
/// The metadata database does not answer.
pub async fn take_turn(options: &EngineOptions, logger: &Logger) -> Result<Exclusive, Fatal> {
    log(
        logger,
        Level::Info,
        "migrations-startup",
        "waiting until no other instance applies migrations",
    );
    Exclusive::wait(options.metadata_database.clone())
        .await
        .map_err(|error| lost(&error))
}

fn lost(error: &howdah_error::Error) -> Fatal {
    Fatal::new(format!(
        "cannot take turns with other instances: {}",
        error.message()
    ))
}

/// Applies what was read, to an engine that was started within its turn.
///
/// # Errors
/// What failed, with file, line and the database's words.
pub async fn apply(
    folders: &StartFolders,
    turn: Exclusive,
    engine: &Arc<Engine>,
    logger: &Logger,
) -> Result<(), Fatal> {
    for warning in &folders.warnings {
        log(logger, Level::Warn, "migrations-startup", warning);
    }
    let api = InProcess(Arc::clone(engine));
    let report = apply_at_start(&api, folders).await.map_err(Fatal::new)?;
    turn.release().await.map_err(|error| lost(&error))?;
    for database in &report.left_out {
        let text = format!(
            "the migrations of \"{database}\" are left out: the metadata has no such database"
        );
        log(logger, Level::Warn, "migrations-apply", &text);
    }
    logger.startup(
        Level::Info,
        "migrations-apply",
        json!({
            "message": "metadata and migrations are applied",
            "metadata_replaced": report.metadata,
            "migrations_applied": report.migrations,
            "inconsistent_objects": report.inconsistent.len(),
        }),
    );
    Ok(())
}

fn log(logger: &Logger, level: Level, kind: &str, message: &str) {
    logger.startup(level, kind, json!({ "message": message }));
}
