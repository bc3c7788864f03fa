//! The server that all test processes share.
//!
//! Every process holds a shared lock on `users.lock` for its whole life. A shell loop left
//! behind by the process that started the server takes that lock exclusively once nobody holds
//! it, and stops and deletes the cluster. Where there is no `flock` program (macOS) the server
//! stays until the machine restarts, and is reused meanwhile.

use crate::binaries;
use crate::cluster::Cluster;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Environment variable with the URL of a superuser on a server to use instead of an own one.
pub const URL_VARIABLE: &str = "HOWDAH_TEST_DATABASE_URL";

const WATCH: &str = r#"
while sleep 20; do
  exec 9>>"$DIR/users.lock" || exit
  if flock -n -x 9; then
    "$BIN/pg_ctl" -D "$DIR/cluster/data" -m immediate stop
    rm -rf "$DIR/cluster"
    exit
  fi
  exec 9>&-
done
"#;

/// The superuser's URL of the shared server, starting it if need be. Blocks.
pub(crate) fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| match std::env::var(URL_VARIABLE) {
        Ok(url) if !url.is_empty() => url,
        _ => join().url("postgres"),
    })
}

fn join() -> Cluster {
    let folder = folder();
    let users = open(&folder.join("users.lock"));
    users.lock_shared().expect("lock users.lock");
    // Held until the process ends.
    std::mem::forget(users);
    let starting = open(&folder.join("start.lock"));
    starting.lock().expect("lock start.lock");
    let cluster = running(&folder).unwrap_or_else(|| start(&folder));
    let _ = starting.unlock();
    cluster
}

fn folder() -> PathBuf {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    let uid = binaries::uid();
    let folder = std::env::temp_dir().join(format!("howdah-test-postgres-{uid}"));
    // 0711: PostgreSQL's own user must get through.
    let _ = fs::DirBuilder::new().mode(0o711).create(&folder);
    let owner = fs::metadata(&folder)
        .expect("the folder of the test server")
        .uid();
    assert_eq!(owner, uid, "{} belongs to somebody else", folder.display());
    folder
}

fn open(path: &Path) -> File {
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .unwrap_or_else(|e| panic!("cannot open {}: {e}", path.display()))
}

fn running(folder: &Path) -> Option<Cluster> {
    let home = folder.join("cluster");
    let port = fs::read_to_string(home.join("port")).ok()?.parse().ok()?;
    let password = fs::read_to_string(home.join("password")).ok()?;
    let cluster = Cluster::known(&home, port, password);
    cluster.is_running().then_some(cluster)
}

// The loop outlives this process on purpose, so there is nobody to wait for it.
#[allow(clippy::zombie_processes)]
fn start(folder: &Path) -> Cluster {
    let home = folder.join("cluster");
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).expect("create the folder of the test server");
    let cluster = Cluster::create(&home, &[]);
    cluster.start();
    let mut watch = Command::new("sh");
    watch
        .args(["-c", WATCH])
        .env("DIR", folder)
        .env("BIN", binaries::folder())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    if let Some((uid, gid)) = binaries::unprivileged() {
        // The loop runs as PostgreSQL's user: pg_ctl refuses root. It must open the lock file.
        std::os::unix::fs::chown(folder.join("users.lock"), Some(uid), Some(gid)).expect("chown");
        watch.uid(uid).gid(gid);
    }
    watch
        .spawn()
        .expect("start the loop that stops the test server");
    fs::write(home.join("port"), cluster.port().to_string()).expect("write the port");
    cluster
}
