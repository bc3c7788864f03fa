//! A PostgreSQL of our own beside the server: started before it, watched while it serves,
//! stopped after it.

use howdah_local_postgres::{Managed, Options, start};
use howdah_server::logs::Level;
use howdah_server::{Fatal, Logger};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Where everything of ours goes in a folder that says nothing else.
pub const DATA_FOLDER: &str = ".howdah";
/// A server that ended this often within [`PERIOD`] is not started again.
const RESTARTS: usize = 3;
/// See [`RESTARTS`].
const PERIOD: Duration = Duration::from_secs(60);

/// Starts the server with its data in a folder below `data_folder`. Its programs are looked for,
/// `HOWDAH_PG_BIN` first.
///
/// # Errors
/// As the crate says them: they tell what to do.
pub async fn start_in(data_folder: &Path) -> Result<Managed, Fatal> {
    let program = std::env::current_exe()
        .map_err(|e| Fatal::new(format!("cannot find this program's own file: {e}")))?;
    let options = Options::new(data_folder.join("postgres"), program);
    start(options).await.map_err(Fatal::new)
}

/// The folder that is wished for, or `.howdah` in `folder`.
pub fn data_folder(wished: Option<&Path>, folder: &Path) -> PathBuf {
    wished.map_or_else(|| folder.join(DATA_FOLDER), Path::to_owned)
}

/// Starts the server again when it ends by itself. Comes back only when that is no use.
pub async fn watch(managed: &mut Managed, logger: &Logger) -> Fatal {
    let mut ends: Vec<Instant> = Vec::new();
    loop {
        managed.ended().await;
        ends.push(Instant::now());
        ends.retain(|end| end.elapsed() < PERIOD);
        let log = managed.log();
        if ends.len() > RESTARTS {
            return Fatal::new(format!(
                "PostgreSQL ended by itself again and again; its log is {}",
                log.display()
            ));
        }
        logger.startup(
            Level::Warn,
            "managed_database",
            json!({"message": "PostgreSQL ended by itself and is started again", "log": log}),
        );
        let url = managed.url().to_owned();
        if let Err(error) = managed.restart().await {
            return Fatal::new(error);
        }
        if managed.url() != url {
            return Fatal::new(
                "PostgreSQL ended by itself and runs at another address now; start howdah again",
            );
        }
    }
}
