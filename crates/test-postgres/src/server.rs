//! A server of a test's own, to stop, restart and configure.

use crate::binaries;
use crate::cluster::Cluster;
use crate::database::TestDatabase;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// How a [`Server`] differs from the usual.
#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    /// Settings of `postgresql.conf`.
    pub settings: Vec<(String, String)>,
    /// The whole of `pg_hba.conf`.
    pub hba: Option<String>,
    /// Files put into the data folder (name, content) with mode 0600, for certificates.
    pub files: Vec<(String, String)>,
}

/// A PostgreSQL that only one test uses. Stopped and deleted with this value, or when the
/// process dies.
#[derive(Debug)]
pub struct Server {
    cluster: Cluster,
    folder: tempfile::TempDir,
    guard: Child,
}

impl Server {
    /// Creates and starts one.
    ///
    /// # Panics
    /// When PostgreSQL is missing or does not start.
    pub async fn start(options: ServerOptions) -> Server {
        tokio::task::spawn_blocking(move || Self::start_now(&options))
            .await
            .unwrap_or_else(|e| std::panic::resume_unwind(e.into_panic()))
    }

    fn start_now(options: &ServerOptions) -> Server {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::Builder::new()
            .prefix("howdah-pg-")
            .tempdir()
            .expect("a folder");
        let cluster = Cluster::create(folder.path(), &options.settings);
        if let Some(hba) = &options.hba {
            std::fs::write(cluster.data().join("pg_hba.conf"), hba).expect("write pg_hba.conf");
        }
        for (name, content) in &options.files {
            let path = cluster.data().join(name);
            std::fs::write(&path, content).expect("write a file");
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("chmod");
            if let Some((uid, gid)) = binaries::unprivileged() {
                std::os::unix::fs::chown(&path, Some(uid), Some(gid)).expect("chown");
            }
        }
        cluster.start();
        let mut guard = Command::new("sh");
        guard
            .args([
                "-c",
                r#"cat >/dev/null; "$BIN/pg_ctl" -D "$DATA" -m immediate stop"#,
            ])
            .env("BIN", binaries::folder())
            .env("DATA", cluster.data())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        if let Some((uid, gid)) = binaries::unprivileged() {
            guard.uid(uid).gid(gid);
        }
        let guard = guard.spawn().expect("start the guard of the test server");
        Server {
            cluster,
            folder,
            guard,
        }
    }

    /// A fresh database on this server.
    ///
    /// # Panics
    /// When the server is stopped.
    pub async fn database(&self) -> TestDatabase {
        TestDatabase::create(self.url("postgres")).await
    }

    /// The superuser's URL of a database here, over TCP.
    pub fn url(&self, database: &str) -> String {
        self.cluster.url(database)
    }

    /// The TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.cluster.port()
    }

    /// The password of the superuser `postgres`.
    pub fn password(&self) -> &str {
        self.cluster.password()
    }

    /// The folder of the unix socket.
    pub fn socket_folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Stops the server at once, cutting every connection.
    pub fn stop(&self) {
        self.cluster.stop("immediate");
    }

    /// Starts it again after [`Server::stop`].
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        self.cluster.start();
    }

    /// Has the server read its configuration files again.
    pub fn reload(&self) {
        self.cluster.reload();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}
