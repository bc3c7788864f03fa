//! Finds PostgreSQL's programs and runs them as a user that PostgreSQL accepts.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ADVICE: &str = "no PostgreSQL server programs were found; run the tests with `make test`, \
    which installs what they need, or name the folder of `initdb` in HOWDAH_PG_BIN";

/// The folder with `initdb` and `pg_ctl`: `HOWDAH_PG_BIN`, else Debian's newest, else `PATH`.
pub(crate) fn folder() -> PathBuf {
    let named = std::env::var_os("HOWDAH_PG_BIN").map(PathBuf::from);
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin"))))
        .collect();
    debian.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    let path = std::env::var_os("PATH").unwrap_or_default();
    named
        .into_iter()
        .chain(debian.into_iter().map(|(_, folder)| folder))
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
        .expect(ADVICE)
}

/// The user that PostgreSQL runs as when we are root, as (uid, gid).
pub(crate) fn unprivileged() -> Option<(u32, u32)> {
    if uid() != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = ["postgres", "nobody"].into_iter().find_map(|wanted| {
        accounts.lines().find_map(|line| {
            let parts: Vec<&str> = line.split(':').collect();
            match parts.as_slice() {
                [name, _, uid, gid, ..] if *name == wanted => {
                    Some((uid.parse().ok()?, gid.parse().ok()?))
                }
                _ => None,
            }
        })
    });
    Some(found.expect("PostgreSQL refuses to run as root and there is no user postgres or nobody"))
}

/// The numeric id of the user we run as.
pub(crate) fn uid() -> u32 {
    use std::os::unix::fs::MetadataExt;
    // The owner of /proc/self is the effective user; elsewhere a fresh file tells the same.
    std::fs::metadata("/proc/self")
        .or_else(|_| tempfile::tempfile().and_then(|f| f.metadata()))
        .map_or(0, |m| m.uid())
}

/// A command for one of the programs, as the right user and without inherited streams, so that
/// a server left running does not hold the pipes of `cargo test` open.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some((uid, gid)) = unprivileged() {
        command.uid(uid).gid(gid);
    }
    command
}
