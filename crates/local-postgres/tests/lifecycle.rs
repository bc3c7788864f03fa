//! A managed server from its first start to its end, however that comes about.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use howdah_local_postgres::{Error, Managed, Options, start};
use tokio_postgres::{Client, NoTls};

const HOST: &str = env!("CARGO_BIN_EXE_howdah-postgres-host");

fn options(folder: &Path) -> Options {
    Options {
        database: "my shop".to_owned(),
        ..Options::new(folder.join("state/postgres"), HOST)
    }
}

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn one(managed: &Managed, sql: &str) -> String {
    let client = connect(managed.url()).await.unwrap();
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// Command lines of live processes that mention the folder.
fn processes_of(folder: &Path) -> Vec<String> {
    let output = Command::new("ps")
        .args(["-eo", "stat=,pid=,args=", "-ww"])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| !line.starts_with('Z') && line.contains(folder.to_str().unwrap()))
        .map(str::to_owned)
        .collect()
}

fn gone_within(limit: Duration, folder: &Path) -> bool {
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        if processes_of(folder).is_empty() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    processes_of(folder).is_empty()
}

/// Starts the host and waits for the URL it prints.
fn host(folder: &Path) -> (Child, String) {
    let mut child = Command::new(HOST)
        .arg(folder.join("state/postgres"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut url)
        .unwrap();
    assert!(url.starts_with("postgres://"), "{url:?}");
    (child, url.trim().to_owned())
}

fn pid_file(folder: &Path) -> PathBuf {
    folder.join("state/postgres/data/postmaster.pid")
}

/// A folder that other accounts can pass through, as a project's folder is.
fn temporary_folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[tokio::test]
async fn more_databases_can_be_had() {
    let folder = tempfile::tempdir().unwrap();
    let managed = start(options(folder.path())).await.unwrap();
    for _ in 0..2 {
        let url = managed.ensure_database("re\"ports").await.unwrap();
        let client = connect(&url).await.unwrap();
        let row = client
            .query_one("SELECT current_database()", &[])
            .await
            .unwrap();
        assert_eq!(row.get::<_, String>(0), "re\"ports");
    }
    managed.stop().await.unwrap();
}

#[tokio::test]
async fn data_survives_a_stop_and_a_restart() {
    let folder = temporary_folder();
    let mut managed = start(options(folder.path())).await.unwrap();
    assert!(managed.first_start());
    assert!(!managed.is_settled());
    assert_eq!(managed.notice(), None);
    managed.settle().unwrap();
    let client = connect(managed.url()).await.unwrap();
    client
        .batch_execute("CREATE TABLE kept AS SELECT 'yes' AS answer")
        .await
        .unwrap();
    drop(client);
    managed.restart().await.unwrap();
    assert_eq!(one(&managed, "SELECT answer FROM kept").await, "yes");
    let url = managed.url().to_owned();
    managed.stop().await.unwrap();
    assert!(gone_within(Duration::ZERO, folder.path()));
    assert!(connect(&url).await.is_err());

    let managed = start(options(folder.path())).await.unwrap();
    assert!(!managed.first_start());
    assert!(managed.is_settled());
    assert_eq!(managed.url(), url);
    assert_eq!(one(&managed, "SELECT answer FROM kept").await, "yes");
    managed.stop().await.unwrap();
}

#[tokio::test]
async fn the_server_is_private() {
    let folder = temporary_folder();
    let managed = start(options(folder.path())).await.unwrap();
    assert_eq!(one(&managed, "SHOW listen_addresses").await, "");
    assert_eq!(one(&managed, "SHOW server_encoding").await, "UTF8");
    assert_eq!(
        one(&managed, "SELECT current_database()::text").await,
        "my shop"
    );
    let mode = |name: &str| {
        let path = managed.data_dir().join(name);
        std::fs::metadata(path).unwrap().mode() & 0o777
    };
    assert_eq!(
        [
            mode("data"),
            mode("socket"),
            mode("password"),
            mode("postgresql.log")
        ],
        [0o700, 0o700, 0o600, 0o600]
    );
    // The password counts: the socket's folder is not the only fence.
    let password = std::fs::read_to_string(managed.data_dir().join("password")).unwrap();
    let wrong = managed.url().replace(password.trim(), "wrong");
    assert_ne!(wrong, managed.url());
    assert!(connect(&wrong).await.is_err());
    managed.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_start_on_the_same_folder_is_refused() {
    let folder = temporary_folder();
    let managed = start(options(folder.path())).await.unwrap();
    let error = start(options(folder.path())).await.unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error}");
    assert!(
        error.to_string().contains("in use by another howdah"),
        "{error}"
    );
    // The first one is not disturbed.
    assert_eq!(one(&managed, "SELECT 'here'").await, "here");
    managed.stop().await.unwrap();
}

#[tokio::test]
async fn nothing_is_left_three_seconds_after_a_kill_and_the_next_start_works() {
    let folder = temporary_folder();
    let (mut child, url) = host(folder.path());
    // An open transaction must not delay the end.
    let client = connect(&url).await.unwrap();
    client
        .batch_execute("BEGIN; CREATE TABLE half (a int)")
        .await
        .unwrap();
    assert!(!processes_of(folder.path()).is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        gone_within(Duration::from_secs(3), folder.path()),
        "{:?}",
        processes_of(folder.path())
    );
    let managed = start(options(folder.path())).await.unwrap();
    assert!(!managed.first_start());
    managed.stop().await.unwrap();
}

#[tokio::test]
async fn a_start_right_after_a_kill_waits_for_the_old_server() {
    let folder = temporary_folder();
    let (mut child, _) = host(folder.path());
    child.kill().unwrap();
    child.wait().unwrap();
    let managed = start(options(folder.path())).await.unwrap();
    assert_eq!(one(&managed, "SELECT 'here'").await, "here");
    managed.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_whose_watchdog_died_too_is_stopped_by_the_next_start() {
    let folder = temporary_folder();
    let (mut child, _) = host(folder.path());
    let watchdogs: Vec<String> = processes_of(folder.path())
        .iter()
        .filter(|line| line.contains("__pg-watchdog"))
        .filter_map(|line| Some(line.split_whitespace().nth(1)?.to_owned()))
        .collect();
    assert_eq!(watchdogs.len(), 1);
    Command::new("kill")
        .arg("-KILL")
        .args(&watchdogs)
        .status()
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        !processes_of(folder.path()).is_empty(),
        "the server is an orphan"
    );
    let managed = start(options(folder.path())).await.unwrap();
    assert_eq!(one(&managed, "SELECT 'here'").await, "here");
    managed.stop().await.unwrap();
    assert!(gone_within(Duration::ZERO, folder.path()));
}

#[tokio::test]
async fn a_stale_lock_of_a_number_that_lives_again_does_not_keep_it_from_starting() {
    let folder = temporary_folder();
    start(options(folder.path()))
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    let own = std::process::id();
    let data = folder.path().join("state/postgres/data");
    std::fs::write(
        pid_file(folder.path()),
        format!("{own}\n{}\n1700000000\n5432\n\n\n", data.display()),
    )
    .unwrap();
    let socket = folder.path().join("state/postgres/socket");
    std::fs::write(socket.join(".s.PGSQL.5432.lock"), format!("{own}\n")).unwrap();
    let managed = start(options(folder.path())).await.unwrap();
    assert_eq!(one(&managed, "SELECT 'here'").await, "here");
    managed.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_first_start_is_begun_again() {
    let folder = temporary_folder();
    let root = folder.path().join("state/postgres");
    start(options(folder.path()))
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    std::fs::rename(root.join("data"), root.join("data.new")).unwrap();
    std::fs::remove_file(root.join("data.new/PG_VERSION")).unwrap();
    let managed = start(options(folder.path())).await.unwrap();
    assert!(managed.first_start());
    managed.stop().await.unwrap();
    assert!(!root.join("data.new").exists());
}

#[tokio::test]
async fn an_end_that_nobody_ordered_is_seen_and_mended() {
    let folder = temporary_folder();
    let mut managed = start(options(folder.path())).await.unwrap();
    let text = std::fs::read_to_string(pid_file(folder.path())).unwrap();
    let pid = text.lines().next().unwrap();
    Command::new("kill").args(["-QUIT", pid]).status().unwrap();
    tokio::time::timeout(Duration::from_secs(30), managed.ended())
        .await
        .unwrap();
    managed.restart().await.unwrap();
    assert_eq!(one(&managed, "SELECT 'back'").await, "back");
    managed.stop().await.unwrap();
}

#[tokio::test]
async fn a_long_path_still_gets_a_socket() {
    let folder = temporary_folder();
    let deep = folder.path().join("a-rather-long-name/".repeat(8));
    let managed = start(Options::new(&deep, HOST)).await.unwrap();
    assert_eq!(one(&managed, "SELECT 'here'").await, "here");
    let url = managed.url().to_owned();
    let socket = PathBuf::from(url.split_once("?host=").unwrap().1);
    assert!(!socket.starts_with(&deep));
    assert_eq!(std::fs::metadata(&socket).unwrap().mode() & 0o777, 0o700);
    managed.stop().await.unwrap();
    assert!(!socket.exists(), "temporary folders are removed");
}

#[tokio::test]
async fn a_cluster_of_another_version_is_named() {
    let folder = temporary_folder();
    start(options(folder.path()))
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    std::fs::write(folder.path().join("state/postgres/data/PG_VERSION"), "9\n").unwrap();
    let text = start(options(folder.path())).await.unwrap_err().to_string();
    assert!(text.contains("made by PostgreSQL 9"), "{text}");
}

#[tokio::test]
async fn a_server_that_cannot_start_shows_its_own_words() {
    let folder = temporary_folder();
    start(options(folder.path()))
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    let configuration = folder.path().join("state/postgres/data/postgresql.conf");
    let mut text = std::fs::read_to_string(&configuration).unwrap();
    text.push_str("\nno_such_setting = 1\n");
    std::fs::write(&configuration, text).unwrap();
    let text = start(options(folder.path())).await.unwrap_err().to_string();
    assert!(text.contains("no_such_setting"), "{text}");
    assert!(gone_within(Duration::ZERO, folder.path()));
}
