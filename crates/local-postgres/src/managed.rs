//! Starting, stopping and restarting a managed server: the order of things.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin};

use crate::account::Account;
use crate::cluster::{self, ENVIRONMENT, SUPERUSER};
use crate::folder::Folder;
use crate::socket::{PORT, SocketFolder};
use crate::{Error, address, binaries, postmaster, readiness, watchdog};

/// How long a stop may take before the watchdog is left to itself; it gives up earlier.
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// How much of the log is shown when the server did not start, in bytes.
const LOG_TAIL: u64 = 2000;

/// What to start and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder for everything: the database, the password, the socket and the log. Made if
    /// it is missing.
    pub data_dir: PathBuf,
    /// The folder with PostgreSQL's programs, if it is not to be searched for.
    pub bin_dir: Option<PathBuf>,
    /// The program that hands arguments which begin with [`watchdog::COMMAND`] to
    /// [`watchdog::main`]: our own.
    pub watchdog_exe: PathBuf,
    /// The database to make and to connect to.
    pub database: String,
}

impl Options {
    /// The database `postgres` in `data_dir`, with whatever programs are found.
    pub fn new(data_dir: impl Into<PathBuf>, watchdog_exe: impl Into<PathBuf>) -> Self {
        Options {
            data_dir: data_dir.into(),
            bin_dir: None,
            watchdog_exe: watchdog_exe.into(),
            database: SUPERUSER.to_owned(),
        }
    }
}

/// A running server. Dropping it stops the server in the background; [`Managed::stop`] waits.
#[derive(Debug)]
pub struct Managed {
    options: Options,
    folder: Folder,
    programs: PathBuf,
    password: String,
    url: String,
    first_start: bool,
    running: Option<Running>,
    /// Held until the end.
    _lock: File,
}

/// The watchdog of a running server.
#[derive(Debug)]
struct Running {
    watchdog: Child,
    /// Where the server's socket lies.
    socket: PathBuf,
    /// Its standard input: whose end means that we are gone.
    orders: ChildStdin,
}

/// Finds PostgreSQL, makes the database if it is not there, starts the server and waits until
/// it answers.
///
/// # Errors
/// Every [`Error`]; nothing is left running.
pub async fn start(options: Options) -> Result<Managed, Error> {
    // The programs' absence is the first thing to say: its text tells what to do.
    let programs = binaries::find_binaries(options.bin_dir.as_deref())?;
    let candidates = binaries::candidates(options.bin_dir.as_deref())?;
    let folder = Folder::prepare(&options.data_dir, &programs.join("postgres"))?;
    let lock = folder.lock()?;
    postmaster::make_way(
        &folder.cluster(),
        folder.account(),
        postmaster::WATCHDOG_GRACE,
    )
    .await?;
    let programs = cluster::matching_programs(&folder, &candidates)?;
    let password = folder.password()?;
    let first_start = cluster::ensure(&folder, &programs, &password).await?;
    let mut managed = Managed {
        options,
        folder,
        programs,
        password,
        url: String::new(),
        first_start,
        running: None,
        _lock: lock,
    };
    managed.launch().await?;
    Ok(managed)
}

impl Managed {
    /// The connection URL, `postgres://postgres:…@/database?host=/socket/folder`. It holds the
    /// password: not for logs.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes another database on the server unless it is there; answers its connection URL,
    /// which holds the password as [`Managed::url`] does.
    ///
    /// # Errors
    /// When the server does not run, or refuses.
    pub async fn ensure_database(&self, name: &str) -> Result<String, Error> {
        let failed = |output: String| Error::Program {
            program: "CREATE DATABASE",
            output,
        };
        let Some(running) = &self.running else {
            return Err(failed("PostgreSQL does not run".to_owned()));
        };
        let client = readiness::connect(&self.url).await.map_err(failed)?;
        readiness::ensure_database(&client, name).await?;
        Ok(address::url(
            SUPERUSER,
            &self.password,
            name,
            &running.socket,
        ))
    }

    /// The folder in use. Not the wished one if that was out of PostgreSQL's reach: see
    /// [`Managed::notice`].
    pub fn data_dir(&self) -> &Path {
        self.folder.root()
    }

    /// The server's log file.
    pub fn log(&self) -> PathBuf {
        self.folder.log()
    }

    /// Whether the database was made by this start.
    pub fn first_start(&self) -> bool {
        self.first_start
    }

    /// Whether [`Managed::settle`] was ever called for this database. Unlike
    /// [`Managed::first_start`] this stays false after a first start that failed half-way.
    pub fn is_settled(&self) -> bool {
        self.folder.settled_mark().exists()
    }

    /// Remembers that what belongs to a first start (such as seeds) is done.
    ///
    /// # Errors
    /// When the mark cannot be written.
    pub fn settle(&self) -> Result<(), Error> {
        self.folder.write_private("settled", "")?;
        Ok(())
    }

    /// A sentence for the user when the folder is not the one that was asked for.
    pub fn notice(&self) -> Option<String> {
        let wished = std::path::absolute(&self.options.data_dir).ok()?;
        (wished != self.folder.root()).then(|| {
            format!(
                "PostgreSQL must not run as root, and the account it runs as instead cannot \
                 reach {}: the database lies in {}.",
                wished.display(),
                self.folder.root().display()
            )
        })
    }

    /// Completes when the server has ended by itself (or was stopped by somebody else).
    /// Cancel safe. [`Managed::restart`] brings it back.
    pub async fn ended(&mut self) {
        if let Some(running) = &mut self.running {
            // Either way there is nothing left to wait for.
            let _ = running.watchdog.wait().await;
        }
    }

    /// Stops the server, letting it write everything down.
    ///
    /// # Errors
    /// When it does not stop in time.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.halt().await
    }

    /// Stops the server and starts it again, with the same URL unless the socket's folder is a
    /// temporary one.
    ///
    /// # Errors
    /// As [`start`]; the server is then stopped.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.halt().await?;
        // The watchdog has ended. A server that it left behind is nobody's to stop but ours.
        postmaster::make_way(
            &self.folder.cluster(),
            self.folder.account(),
            Duration::ZERO,
        )
        .await?;
        self.launch().await
    }

    async fn launch(&mut self) -> Result<(), Error> {
        let socket = SocketFolder::prepare(&self.folder)?;
        let log_start = fs::metadata(self.folder.log()).map_or(0, |log| log.len());
        let mut running = self.spawn(&socket)?;
        let url = |database: &str| address::url(SUPERUSER, &self.password, database, socket.path());
        let base = url(SUPERUSER);
        let client = tokio::select! {
            connected = readiness::connect(&base) => connected,
            ended = running.watchdog.wait() => Err(match ended {
                Ok(status) => format!("it ended at once ({status})"),
                Err(error) => error.to_string(),
            }),
        };
        let client = match client {
            Ok(client) => client,
            Err(reason) => {
                return Err(Error::NotReady {
                    reason,
                    log_tail: log_tail(&self.folder.log(), log_start),
                    log: self.folder.log(),
                });
            }
        };
        readiness::ensure_database(&client, &self.options.database).await?;
        self.url = url(&self.options.database);
        self.running = Some(running);
        Ok(())
    }

    /// Starts the watchdog, which starts the server.
    fn spawn(&self, socket: &SocketFolder) -> Result<Running, Error> {
        let log = self.folder.open_log()?;
        let copy = log
            .try_clone()
            .map_err(Error::io("open", &self.folder.log()))?;
        let exe = &self.options.watchdog_exe;
        let mut command = std::process::Command::new(exe);
        command
            .env_clear()
            .envs(
                ENVIRONMENT
                    .iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .env("LC_ALL", "C")
            .current_dir(self.folder.root())
            // Ctrl-C in the terminal is for howdah, which then stops the server in order.
            .process_group(0)
            .arg(watchdog::COMMAND);
        if let Account::Other { uid, gid } = self.folder.account() {
            command.args(["--uid", &uid.to_string(), "--gid", &gid.to_string()]);
        }
        if socket.is_temporary() {
            command.arg("--remove").arg(socket.path());
        }
        command
            .arg("--")
            .arg(self.programs.join("postgres"))
            .arg("-D")
            .arg(self.folder.cluster())
            .args(
                self.server_settings(socket)
                    .flat_map(|setting| ["-c".to_owned(), setting]),
            )
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(copy);
        let mut watchdog = tokio::process::Command::from(command)
            .spawn()
            .map_err(Error::io("run", exe))?;
        let orders = watchdog.stdin.take().ok_or_else(|| Error::Program {
            program: "the watchdog",
            output: "it has no standard input".to_owned(),
        })?;
        Ok(Running {
            watchdog,
            socket: socket.path().to_owned(),
            orders,
        })
    }

    /// What must hold whatever the cluster's own files say.
    fn server_settings(&self, socket: &SocketFolder) -> impl Iterator<Item = String> {
        [
            "listen_addresses=".to_owned(),
            format!("port={PORT}"),
            // Quoted: the setting is a list, and a folder's name may hold spaces.
            format!("unix_socket_directories=\"{}\"", socket.path().display()),
            "unix_socket_permissions=0700".to_owned(),
            "logging_collector=off".to_owned(),
            "log_destination=stderr".to_owned(),
        ]
        .into_iter()
    }

    async fn halt(&mut self) -> Result<(), Error> {
        let Some(mut running) = self.running.take() else {
            return Ok(());
        };
        // A watchdog that is gone reads no orders; then there is nothing to stop.
        let _ = running.orders.write_all(watchdog::STOP).await;
        match tokio::time::timeout(STOP_LIMIT, running.watchdog.wait()).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::Program {
                program: "the watchdog",
                output: "PostgreSQL did not stop in time".to_owned(),
            }),
        }
    }
}

/// The end of what was logged since `start`, with a line end when not empty.
fn log_tail(log: &Path, start: u64) -> String {
    let mut text = Vec::new();
    if let Ok(mut file) = File::open(log)
        && let Ok(length) = file.metadata().map(|metadata| metadata.len())
        && file
            .seek(SeekFrom::Start(start.max(length.saturating_sub(LOG_TAIL))))
            .is_ok()
    {
        // A tail that cannot be read is an empty one; the log's path is shown anyway.
        let _ = file.take(LOG_TAIL).read_to_end(&mut text);
    }
    let text = String::from_utf8_lossy(&text);
    match text.trim() {
        "" => String::new(),
        tail => format!("{tail}\n"),
    }
}
