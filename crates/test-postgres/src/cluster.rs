//! A data folder and the server that runs on it.

use crate::binaries;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// A cluster in `folder`; whoever holds this value decides when it starts and stops.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    folder: PathBuf,
    port: u16,
    password: String,
}

impl Cluster {
    /// Creates a data folder below `folder` (which must exist) and configures it.
    pub(crate) fn create(folder: &Path, settings: &[(String, String)]) -> Cluster {
        let data = folder.join("data");
        let _ = fs::remove_dir_all(&data);
        if let Some((uid, gid)) = binaries::unprivileged() {
            std::os::unix::fs::chown(folder, Some(uid), Some(gid))
                .expect("chown of the test folder");
        }
        let password = format!("{:032x}", rand::random::<u128>());
        let password_file = folder.join("password");
        fs::write(&password_file, &password).expect("write the password file");
        if let Some((uid, gid)) = binaries::unprivileged() {
            std::os::unix::fs::chown(&password_file, Some(uid), Some(gid)).expect("chown");
        }
        let log = folder.join("initdb.log");
        let output = fs::File::create(&log).expect("create a log file");
        // md5 because scram's key derivation would cost every test milliseconds a connection.
        let ok = binaries::command(&binaries::folder().join("initdb"))
            .arg("-D")
            .arg(&data)
            .args([
                "-U",
                "postgres",
                "-A",
                "md5",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .arg(format!("--pwfile={}", password_file.display()))
            .stderr(output)
            .status()
            .is_ok_and(|s| s.success());
        assert!(
            ok,
            "initdb failed: {}",
            fs::read_to_string(&log).unwrap_or_default()
        );
        let port = free_port();
        let cluster = Cluster {
            folder: folder.to_owned(),
            port,
            password,
        };
        let mut text = fs::read_to_string(data.join("postgresql.conf")).expect("postgresql.conf");
        for (name, value) in [
            ("listen_addresses", "127.0.0.1"),
            ("port", &*port.to_string()),
            ("unix_socket_directories", &*folder.display().to_string()),
            ("fsync", "off"),
            ("synchronous_commit", "off"),
            ("full_page_writes", "off"),
            ("max_connections", "300"),
            ("shared_buffers", "64MB"),
            ("autovacuum", "off"),
            ("timezone", "UTC"),
            ("log_timezone", "UTC"),
        ]
        .into_iter()
        .chain(settings.iter().map(|(n, v)| (&**n, &**v)))
        {
            text.push_str(&format!("\n{name} = '{}'", value.replace('\'', "''")));
        }
        text.push('\n');
        fs::write(data.join("postgresql.conf"), text).expect("write postgresql.conf");
        cluster
    }

    /// A cluster that somebody else created and started.
    pub(crate) fn known(folder: &Path, port: u16, password: String) -> Cluster {
        Cluster {
            folder: folder.to_owned(),
            port,
            password,
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// The URL of a database over TCP.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres:{}@127.0.0.1:{}/{database}",
            self.password, self.port
        )
    }

    pub(crate) fn start(&self) {
        let log = self.folder.join("server.log");
        let ok = self
            .pg_ctl()
            .arg("-l")
            .arg(&log)
            .args(["-w", "-t", "60", "start"])
            .status()
            .is_ok_and(|s| s.success());
        assert!(
            ok,
            "PostgreSQL did not start: {}",
            fs::read_to_string(&log).unwrap_or_default()
        );
    }

    pub(crate) fn stop(&self, mode: &str) {
        let _ = self.pg_ctl().args(["-w", "-m", mode, "stop"]).status();
    }

    pub(crate) fn is_running(&self) -> bool {
        self.pg_ctl()
            .arg("status")
            .status()
            .is_ok_and(|s| s.success())
    }

    pub(crate) fn reload(&self) {
        let _ = self.pg_ctl().arg("reload").status();
    }

    fn pg_ctl(&self) -> std::process::Command {
        let mut command = binaries::command(&binaries::folder().join("pg_ctl"));
        command.arg("-D").arg(self.data());
        command
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|l| l.local_addr())
        .expect("a free port")
        .port()
}
