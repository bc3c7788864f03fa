//! Servers of earlier runs: whether one still runs on a cluster, and making way when it does.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::account::Account;
use crate::{Error, process};

/// A watchdog whose howdah was killed needs less than this to stop its server.
pub(crate) const WATCHDOG_GRACE: Duration = Duration::from_secs(4);
/// How long a server may take to stop when it is asked to.
const STOP_LIMIT: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Sees to it that no server runs on `cluster` and that nothing keeps a new one from starting.
/// The caller holds the folder's lock: a server that still runs has lost its howdah, and its
/// watchdog is stopping it or is gone too. `grace` is what a watchdog gets to do so.
pub(crate) async fn make_way(
    cluster: &Path,
    account: Account,
    grace: Duration,
) -> Result<(), Error> {
    let Some(pid) = written_pid(cluster) else {
        return Ok(());
    };
    if !is_server(pid, cluster, account) {
        return remove_pid_file_of_other(pid, cluster);
    }
    if ended_within(grace, pid, cluster, account).await {
        return Ok(());
    }
    process::signal(pid, Signal::INT);
    if ended_within(STOP_LIMIT, pid, cluster, account).await {
        return Ok(());
    }
    Err(Error::StillRunning {
        folder: cluster.to_owned(),
        pid,
    })
}

/// The process number in the cluster's `postmaster.pid`.
fn written_pid(cluster: &Path) -> Option<u32> {
    let text = fs::read_to_string(pid_file(cluster)).ok()?;
    text.lines().next()?.trim().parse().ok()
}

/// PostgreSQL itself sees that a process of the written number is gone, but not that the
/// number went to another process, which after a restart of a container is the usual case.
fn remove_pid_file_of_other(pid: u32, cluster: &Path) -> Result<(), Error> {
    if !process::exists(pid) {
        return Ok(());
    }
    let path = pid_file(cluster);
    fs::remove_file(&path).map_err(Error::io("remove the stale", &path))
}

async fn ended_within(limit: Duration, pid: u32, cluster: &Path, account: Account) -> bool {
    let deadline = Instant::now() + limit;
    while is_server(pid, cluster, account) {
        if Instant::now() > deadline {
            return false;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    true
}

fn pid_file(cluster: &Path) -> PathBuf {
    cluster.join("postmaster.pid")
}

/// Whether the process is a PostgreSQL server on this cluster.
fn is_server(pid: u32, cluster: &Path, account: Account) -> bool {
    if !process::exists(pid) {
        return false;
    }
    if !cfg!(target_os = "linux") {
        return shown_name(pid).is_some_and(|name| is_server_name(&name));
    }
    let entry = PathBuf::from(format!("/proc/{pid}"));
    match (fs::read_link(entry.join("cwd")), account) {
        // A server works in its cluster.
        (Ok(folder), _) => fs::canonicalize(cluster).is_ok_and(|cluster| cluster == folder),
        // Not readable: the process of another user cannot be a server of ours.
        (Err(_), Account::Own) => false,
        // Root without the right to look into processes, as in containers.
        (Err(_), Account::Other { uid, .. }) => {
            fs::metadata(&entry).is_ok_and(|metadata| metadata.uid() == uid)
                && fs::read_to_string(entry.join("comm"))
                    .is_ok_and(|name| is_server_name(name.trim()))
        }
    }
}

fn shown_name(pid: u32) -> Option<String> {
    let output = std::process::Command::new("ps")
        .args(["-o", "comm=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let shown = String::from_utf8(output.stdout).ok()?;
    Some(Path::new(shown.trim()).file_name()?.to_str()?.to_owned())
}

fn is_server_name(name: &str) -> bool {
    name == "postgres" || name == "postmaster"
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn cluster_with_pid(pid: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(pid_file(folder.path()), format!("{pid}\n/somewhere\n")).unwrap();
        folder
    }

    #[tokio::test]
    async fn a_number_that_went_to_another_process_is_forgotten() {
        let cluster = cluster_with_pid(std::process::id());
        make_way(cluster.path(), Account::Own, WATCHDOG_GRACE)
            .await
            .unwrap();
        assert!(!pid_file(cluster.path()).exists());
    }

    #[tokio::test]
    async fn the_file_of_a_process_that_is_gone_is_left_to_postgresql() {
        let cluster = cluster_with_pid(i32::MAX as u32);
        make_way(cluster.path(), Account::Own, WATCHDOG_GRACE)
            .await
            .unwrap();
        assert!(pid_file(cluster.path()).exists());
    }

    #[tokio::test]
    async fn rubbish_in_the_file_is_no_process() {
        let cluster = tempfile::tempdir().unwrap();
        fs::write(pid_file(cluster.path()), "\n\n").unwrap();
        make_way(cluster.path(), Account::Own, WATCHDOG_GRACE)
            .await
            .unwrap();
    }
}
