//! Making a cluster with `initdb`, and seeing whether an existing one fits the programs.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::Error;
use crate::binaries::major_version;
use crate::folder::Folder;

/// The superuser, named as projects and dumps expect it.
pub(crate) const SUPERUSER: &str = "postgres";

/// The environment that PostgreSQL's programs get of ours: never our secrets, and none of the
/// `PG…` variables that would change what they do.
pub(crate) const ENVIRONMENT: [&str; 5] = [
    "PATH",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
];

/// Settings of a new cluster. They stand in its `postgresql.conf`, so the user may change them.
const SETTINGS: &str = "
# Written by howdah when the database was made. Change what you like; the place and the rights
# of the socket, `listen_addresses` and `port` are given on the command line and win.
cluster_name = 'howdah'
max_connections = 200
# Compiling a statement costs more than it saves in short API queries.
jit = off
";

/// The programs to use: the first folder, or, if a cluster exists, the first of its version.
pub(crate) fn matching_programs(folder: &Folder, candidates: &[PathBuf]) -> Result<PathBuf, Error> {
    let newest = candidates
        .first()
        .ok_or_else(|| Error::NoBinaries("No PostgreSQL server programs were found.".to_owned()))?;
    let cluster = folder.cluster();
    if !cluster.exists() {
        return Ok(newest.clone());
    }
    let mark = cluster.join("PG_VERSION");
    let made_by = fs::read_to_string(&mark)
        .map_err(Error::io("read", &mark))?
        .trim()
        .to_owned();
    for programs in candidates {
        if major_version(programs)? == made_by {
            return Ok(programs.clone());
        }
    }
    Err(Error::Version {
        folder: folder.root().to_owned(),
        made_by,
        found: major_version(newest)?,
    })
}

/// Makes the cluster unless it is there. Answers whether it was made. A cluster gets its name
/// when it is complete, so one that was interrupted is made anew.
pub(crate) async fn ensure(
    folder: &Folder,
    programs: &Path,
    password: &str,
) -> Result<bool, Error> {
    if folder.cluster().exists() {
        return Ok(false);
    }
    let unfinished = folder.unfinished_cluster();
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(Error::io("remove", &unfinished))?;
    }
    folder.create_for_account(&unfinished)?;
    let password_file = folder.write_private("password.new", password)?;
    folder.account().own(&password_file)?;
    let made = initdb(folder, programs, &password_file).await;
    fs::remove_file(&password_file).map_err(Error::io("remove", &password_file))?;
    made?;
    append_settings(&unfinished.join("postgresql.conf"))?;
    fs::rename(&unfinished, folder.cluster()).map_err(Error::io("name", &folder.cluster()))?;
    Ok(true)
}

async fn initdb(folder: &Folder, programs: &Path, password_file: &Path) -> Result<(), Error> {
    let mut output = run_initdb(folder, programs, password_file, "C.UTF-8").await?;
    if !output.status.success() && words(&output).contains("locale") {
        // A system without C.UTF-8: bytes order the same, upper and lower case know ASCII only.
        output = run_initdb(folder, programs, password_file, "C").await?;
    }
    if output.status.success() {
        Ok(())
    } else {
        Err(Error::Program {
            program: "initdb",
            output: words(&output),
        })
    }
}

async fn run_initdb(
    folder: &Folder,
    programs: &Path,
    password_file: &Path,
    locale: &str,
) -> Result<Output, Error> {
    let program = programs.join("initdb");
    let mut command = folder.account().command(&program);
    command
        .env_clear()
        .envs(
            ENVIRONMENT
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .env("LC_ALL", "C")
        .current_dir(folder.root())
        .arg("--pgdata")
        .arg(folder.unfinished_cluster())
        .args(["--username", SUPERUSER, "--encoding", "UTF8"])
        .args(["--locale", locale])
        .args(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"])
        // A cluster that a power cut takes in its first second is made anew without loss.
        .arg("--no-sync")
        .arg("--pwfile")
        .arg(password_file)
        .stdin(Stdio::null());
    tokio::process::Command::from(command)
        .kill_on_drop(true)
        .output()
        .await
        .map_err(Error::io("run", &program))
}

fn append_settings(path: &Path) -> Result<(), Error> {
    OpenOptions::new()
        .append(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
        .open(path)
        .and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
        .map_err(Error::io("write", path))
}

/// What a failed program said: its errors, or all it wrote, or how it ended.
fn words(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    let errors = errors.trim();
    if errors.is_empty() {
        output.status.to_string()
    } else {
        errors.to_owned()
    }
}
