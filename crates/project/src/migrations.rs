//! Migrations of one database: folders named `<version>_<name>` with `up.sql` and `down.sql`.

use crate::error::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its version: usually milliseconds since 1970.
    pub version: u64,
    /// What it is called.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The statements that apply it, if there are any.
    pub up: Option<PathBuf>,
    /// The statements that revert it, if there are any.
    pub down: Option<PathBuf>,
}

/// The migrations in a folder, by version. None when the folder does not exist.
///
/// # Errors
/// When the folder cannot be read, and when two migrations have one version.
pub fn migrations(folder: &Path) -> Result<Vec<Migration>> {
    let mut found = Vec::new();
    for (name, path) in entries(folder)? {
        if !path.is_dir() {
            continue;
        }
        let Some((version, name)) = split(&name) else {
            continue;
        };
        let existing = |file: &str| Some(path.join(file)).filter(|file| file.is_file());
        found.push(Migration {
            version,
            name: name.to_owned(),
            up: existing("up.sql"),
            down: existing("down.sql"),
            folder: path,
        });
    }
    found.sort_by_key(|migration| migration.version);
    for pair in found.windows(2) {
        if let [first, second] = pair
            && first.version == second.version
        {
            return Err(Error::Folder(format!(
                "two migrations have the version {}: {} and {}",
                first.version,
                first.folder.display(),
                second.folder.display()
            )));
        }
    }
    Ok(found)
}

/// What holds SQL as migrations do, but is none by its name: it is never run.
///
/// # Errors
/// When the folder cannot be read.
pub fn misnamed_migrations(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_odd = |(name, path): &(String, PathBuf)| match path.is_dir() {
        true => {
            split(name).is_none()
                && (path.join("up.sql").exists() || path.join("down.sql").exists())
        }
        false => name.ends_with(".sql"),
    };
    let found = entries(folder)?.into_iter();
    Ok(found.filter(is_odd).map(|(_, path)| path).collect())
}

/// The migrations of each database: those of each folder in a folder, by name. None when the
/// folder does not exist.
///
/// # Errors
/// As [`migrations`].
pub fn migrations_by_database(folder: &Path) -> Result<Vec<(String, Vec<Migration>)>> {
    let databases = databases(folder)?.into_iter();
    databases
        .map(|database| {
            let found = migrations(&folder.join(&database))?;
            Ok((database, found))
        })
        .collect()
}

/// The seed files (`*.sql`) in a folder and the folders in it, by name. None when the folder does
/// not exist.
///
/// # Errors
/// When a folder cannot be read, or leads back to itself.
pub fn seeds(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect_seeds(folder, 0, &mut found)?;
    Ok(found)
}

fn collect_seeds(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
    const DEPTH: usize = 16;
    if depth > DEPTH {
        let folder = folder.display();
        return Err(Error::Folder(format!(
            "{folder}: more than {DEPTH} folders within each other"
        )));
    }
    for (_, path) in entries(folder)? {
        let is_sql = |path: &Path| {
            path.extension()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("sql"))
        };
        if path.is_dir() {
            collect_seeds(&path, depth + 1, found)?;
        } else if path.is_file() && is_sql(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// The folders within a folder, by name: one per database.
pub(crate) fn databases(folder: &Path) -> Result<Vec<String>> {
    let found = entries(folder)?.into_iter();
    Ok(found
        .filter(|(_, path)| path.is_dir())
        .map(|(name, _)| name)
        .collect())
}

fn split(name: &str) -> Option<(u64, &str)> {
    let (version, name) = name.split_once('_').unwrap_or((name, ""));
    let digits = !version.is_empty() && version.chars().all(|c| c.is_ascii_digit());
    digits
        .then(|| version.parse().ok().map(|version| (version, name)))
        .flatten()
}

/// Names and paths of what is in a folder, by name; hidden files are none of ours.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let entry = entry.map_err(Error::io(folder))?;
        if let Ok(name) = entry.file_name().into_string()
            && !name.starts_with('.')
        {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}
