//! Where PostgreSQL's server programs are on this system. Looks at files and asks programs for
//! their version; starts no server.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;
use crate::os_release::install_command;

/// The environment variable that names the folder with `postgres` and `initdb`.
pub const BINARIES_VARIABLE: &str = "HOWDAH_PG_BIN";

/// Folders whose sub-folders are one installed version each, with the rest of the path to the
/// programs: Debian, Red Hat's PGDG packages, Alpine, Homebrew on both architectures.
const VERSIONED: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr/lib", "postgresql", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// The folder with the server programs: `wish` if given, else `HOWDAH_PG_BIN`, else the newest
/// installed version, else what `pg_config --bindir` says, else the folders of `PATH`.
///
/// # Errors
/// [`Error::NoBinaries`], whose text names the command that installs them here. A wish that
/// cannot be met is an error, never silently replaced.
pub fn find_binaries(wish: Option<&Path>) -> Result<PathBuf, Error> {
    let candidates = candidates(wish)?;
    candidates
        .into_iter()
        .next()
        .ok_or_else(|| Error::NoBinaries(missing_text()))
}

/// Every folder that would do, best first; only the wished one if there is a wish.
pub(crate) fn candidates(wish: Option<&Path>) -> Result<Vec<PathBuf>, Error> {
    let named = wish
        .map(|path| (path.to_owned(), "The given folder"))
        .or_else(|| {
            env::var_os(BINARIES_VARIABLE)
                .filter(|value| !value.is_empty())
                .map(|value| (PathBuf::from(value), BINARIES_VARIABLE))
        });
    if let Some((folder, origin)) = named {
        return if is_complete(&folder) {
            Ok(vec![folder])
        } else {
            Err(Error::NoBinaries(format!(
                "{origin} ({}) does not hold PostgreSQL's programs `postgres` and `initdb`.",
                folder.display()
            )))
        };
    }
    let mut found: Vec<PathBuf> = Vec::new();
    let others = from_pg_config()
        .into_iter()
        .chain(from_path(env::var_os("PATH").as_deref()));
    for folder in versioned().into_iter().chain(others) {
        if is_complete(&folder) && !found.contains(&folder) {
            found.push(folder);
        }
    }
    Ok(found)
}

/// The major version of the programs in `folder`, such as `15`.
pub(crate) fn major_version(folder: &Path) -> Result<String, Error> {
    let output = Command::new(folder.join("postgres"))
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(Error::io("run", &folder.join("postgres")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    major_of(&text).ok_or_else(|| Error::Program {
        program: "postgres --version",
        output: format!("unexpected answer {:?}", text.trim()),
    })
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` → `15`; also `17devel`, `18beta1`.
fn major_of(version_line: &str) -> Option<String> {
    let version = version_line.split_once("(PostgreSQL)")?.1.trim_start();
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

fn is_complete(folder: &Path) -> bool {
    ["postgres", "initdb"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

/// The versioned folders that exist, newest version first.
fn versioned() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for (base, prefix, rest) in VERSIONED {
        let Ok(entries) = fs::read_dir(base) else {
            continue;
        };
        for entry in entries.flatten() {
            let version = entry
                .file_name()
                .to_str()
                .and_then(|name| name.strip_prefix(prefix))
                .and_then(|version| version.parse::<u32>().ok());
            if let Some(version) = version {
                let folder = entry.path();
                found.push((
                    version,
                    if rest.is_empty() {
                        folder
                    } else {
                        folder.join(rest)
                    },
                ));
            }
        }
    }
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn from_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config")
        .arg("--bindir")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(text.trim())).filter(|path| path.is_absolute())
}

fn from_path(path: Option<&OsStr>) -> Vec<PathBuf> {
    path.map(|path| {
        env::split_paths(path)
            .filter(|folder| folder.is_absolute())
            // A program in PATH may be a link into the folder with its helpers.
            .map(|folder| {
                fs::canonicalize(folder.join("postgres"))
                    .ok()
                    .and_then(|program| program.parent().map(Path::to_owned))
                    .unwrap_or(folder)
            })
            .collect()
    })
    .unwrap_or_default()
}

fn missing_text() -> String {
    let os_release = fs::read_to_string("/etc/os-release").ok();
    missing_text_for(os_release.as_deref(), rustix::process::geteuid().is_root())
}

fn missing_text_for(os_release: Option<&str>, root: bool) -> String {
    let remedy = match install_command(os_release, root) {
        Some(command) => format!("Install them with:\n\n    {command}\n"),
        None => "Install PostgreSQL 12 or newer with your system's package manager.\n".to_owned(),
    };
    format!(
        "No PostgreSQL server programs were found on this system. {remedy}\n\
         If they are somewhere else, name their folder in {BINARIES_VARIABLE}."
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_any_version_line() {
        for (line, major) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                Some("15"),
            ),
            ("postgres (PostgreSQL) 18beta1", Some("18")),
            ("postgres (PostgreSQL) devel", None),
            ("mysqld 8", None),
        ] {
            assert_eq!(major_of(line).as_deref(), major, "{line}");
        }
    }

    #[test]
    fn a_wished_folder_without_programs_is_an_error_that_names_it() {
        let empty = tempfile::tempdir().unwrap();
        let error = find_binaries(Some(empty.path())).unwrap_err().to_string();
        assert!(
            error.contains(&empty.path().display().to_string()),
            "{error}"
        );
    }

    #[test]
    fn the_text_for_a_system_without_postgresql_names_one_command() {
        let text = missing_text_for(Some("ID=debian"), false);
        assert_eq!(text.matches("install -y").count(), 1, "{text}");
        assert!(
            text.contains("sudo apt-get install -y postgresql"),
            "{text}"
        );
        assert!(text.contains(BINARIES_VARIABLE), "{text}");
    }

    #[cfg(not(target_os = "macos"))]
    #[test]
    fn the_text_for_an_unknown_system_still_says_what_to_do() {
        let text = missing_text_for(None, false);
        assert!(text.contains("package manager"), "{text}");
    }

    #[test]
    fn the_programs_of_this_system_are_found() {
        let folder = find_binaries(None).unwrap();
        assert!(folder.join("postgres").is_file());
        assert!(major_version(&folder).unwrap().parse::<u32>().unwrap() >= 12);
    }
}
