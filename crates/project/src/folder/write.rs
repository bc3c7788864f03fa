//! From the document to a metadata folder.

use super::actions;
use super::layout::{
    ACTIONS_FILE, ACTIONS_SDL_FILE, DATABASES_FILE, OLD_COMMON_PARTS, OLD_PARTS, PARTS,
    VERSION_FILE, unknown_part_file, unknown_part_key,
};
use super::read::layout;
use crate::error::{Error, Result};
use crate::yaml::{self, INCLUDE};
use howdah_metadata::{DEFAULT_SOURCE, Metadata};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder: paths relative to it, and texts.
pub type Files = BTreeMap<PathBuf, String>;

/// Writes the document into `folder`, in the layout that the folder has, or in that of `version`
/// (2 or 3) if it has none yet. Files of sources, tables and functions that are gone are removed;
/// everything else in the folder stays.
///
/// # Errors
/// When a file cannot be written; as [`files`] and [`old_files`]; when a folder of version 2 is
/// to become one of version 3.
pub fn write(folder: &Path, version: u64, metadata: &Metadata) -> Result<()> {
    let found = match folder.is_dir() {
        true => layout(folder)?,
        false => None,
    };
    if found.unwrap_or(version) < 3 && version >= 3 {
        return Err(Error::Folder(format!(
            "{}: the folder has version 2; upgrade the project first",
            folder.display()
        )));
    }
    if found.unwrap_or(version) < 3 {
        let mut files = old_files(metadata)?;
        for (_, file, empty) in PARTS {
            if !files.contains_key(Path::new(file)) && folder.join(file).exists() {
                files.insert(file.into(), format!("{empty}\n"));
            }
        }
        return write_files(folder, &files);
    }
    let files = files(metadata)?;
    write_files(folder, &files)?;
    remove_stale(folder, Path::new("databases"), &files)
}

fn write_files(folder: &Path, files: &Files) -> Result<()> {
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::io(parent))?;
        }
        // A file that says the same already is left alone.
        if fs::read_to_string(&path).ok().as_deref() != Some(text) {
            fs::write(&path, text).map_err(Error::io(&path))?;
        }
    }
    Ok(())
}

/// Removes YAML files below `databases` that the document does not have any more, and folders
/// that are empty then.
fn remove_stale(folder: &Path, relative: &Path, files: &Files) -> Result<()> {
    let here = folder.join(relative);
    for entry in fs::read_dir(&here).map_err(Error::io(&here))? {
        let entry = entry.map_err(Error::io(&here))?;
        let relative = relative.join(entry.file_name());
        let path = entry.path();
        let kind = entry.file_type().map_err(Error::io(&path))?;
        if kind.is_dir() {
            remove_stale(folder, &relative, files)?;
        } else if kind.is_file()
            && path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            && !files.contains_key(&relative)
        {
            fs::remove_file(&path).map_err(Error::io(&path))?;
        }
    }
    let mut left = fs::read_dir(&here).map_err(Error::io(&here))?;
    if left.next().is_none() {
        fs::remove_dir(&here).map_err(Error::io(&here))?;
    }
    Ok(())
}

/// The files of a document in layout version 3.
///
/// # Errors
/// When a part of the document cannot be told from the layout's own texts: a text that starts
/// with `!include`, or an unknown key that is the name of a known file.
pub fn files(metadata: &Metadata) -> Result<Files> {
    let mut document = parts(metadata)?;
    let mut files = Files::new();
    files.insert(VERSION_FILE.into(), yaml::write(&json!({ "version": 3 })));
    write_sources(list(document.shift_remove("sources")), &mut files);
    write_parts(document, |_| true, &mut files)?;
    Ok(files)
}

/// The files of a document in layout version 2, which knows the tables and functions of one
/// source only. The rest of that source is the server's.
///
/// # Errors
/// As [`files`]; when there are other sources than `default`.
pub fn old_files(metadata: &Metadata) -> Result<Files> {
    let mut document = parts(metadata)?;
    let mut files = Files::new();
    files.insert(VERSION_FILE.into(), yaml::write(&json!({ "version": 2 })));
    let mut sources = list(document.shift_remove("sources"));
    let name = |source: &Value| {
        source
            .get("name")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    if let Some(other) = sources
        .iter()
        .find_map(|source| name(source).filter(|name| name != DEFAULT_SOURCE))
    {
        return Err(Error::Folder(format!(
            "a metadata folder of version 2 has room for the database \"{DEFAULT_SOURCE}\" only, \
             not for \"{other}\"; upgrade the project first"
        )));
    }
    for (key, file) in OLD_PARTS {
        let part = sources.first_mut().and_then(|source| source.get_mut(key));
        let part = part.map_or_else(|| json!([]), Value::take);
        files.insert(file.into(), yaml::write(&part));
    }
    write_parts(document, |key| OLD_COMMON_PARTS.contains(&key), &mut files)?;
    Ok(files)
}

/// The document by its keys.
fn parts(metadata: &Metadata) -> Result<Map<String, Value>> {
    let Value::Object(mut document) = metadata.to_export() else {
        return Err(Error::Folder("the document is not an object".into()));
    };
    refuse_includes(&document)?;
    document.shift_remove("version");
    Ok(document)
}

fn list(part: Option<Value>) -> Vec<Value> {
    match part {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// Everything but the sources. Parts that are empty have a file if they are `expected`.
fn write_parts(
    mut document: Map<String, Value>,
    expected: impl Fn(&str) -> bool,
    files: &mut Files,
) -> Result<()> {
    let actions = list(document.shift_remove("actions"));
    let custom_types = document.shift_remove("custom_types");
    let (rest, signatures) = actions::split(&actions, custom_types.as_ref());
    files.insert(ACTIONS_FILE.into(), yaml::write(&rest));
    files.insert(ACTIONS_SDL_FILE.into(), signatures);

    for (key, file, empty) in PARTS {
        let text = match document.shift_remove(key) {
            Some(part) => yaml::write(&part),
            None if expected(key) => format!("{empty}\n"),
            None => continue,
        };
        files.insert(file.into(), text);
    }
    for (key, part) in document {
        let file = unknown_part_file(&key).filter(|file| unknown_part_key(file).is_some());
        let Some(file) = file else {
            return Err(Error::Folder(format!(
                "the unknown key \"{key}\" of the metadata cannot be written as a file"
            )));
        };
        files.insert(file.into(), yaml::write(&part));
    }
    Ok(())
}

fn refuse_includes(document: &Map<String, Value>) -> Result<()> {
    fn find(value: &Value) -> Option<&str> {
        match value {
            Value::String(text) if text.starts_with(INCLUDE) => Some(text),
            Value::Array(list) => list.iter().find_map(find),
            Value::Object(map) => map.values().find_map(find),
            _ => None,
        }
    }
    match document.values().find_map(find) {
        None => Ok(()),
        Some(text) => Err(Error::Folder(format!(
            "the text \"{text}\" of the metadata cannot be written: it would be taken for an \
             included file"
        ))),
    }
}

fn write_sources(sources: Vec<Value>, files: &mut Files) {
    let mut names = FileNames::default();
    let mut listed = Vec::new();
    for source in sources {
        let Value::Object(mut source) = source else {
            continue;
        };
        let name = source
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let folder = names.unique(&name);
        let mut entry = Map::new();
        for key in ["name", "kind", "configuration", "customization"] {
            if let Some(value) = source.shift_remove(key) {
                entry.insert(key.into(), value);
            }
        }
        let tables = source.shift_remove("tables");
        let functions = source.shift_remove("functions");
        source.sort_keys();
        entry.extend(source);
        for (key, objects, identity) in [
            ("tables", tables, "table"),
            ("functions", functions, "function"),
        ] {
            let objects = match objects {
                Some(Value::Array(objects)) => objects,
                Some(other) => {
                    entry.insert(key.into(), other);
                    continue;
                }
                None => continue,
            };
            let list = format!("{folder}/{key}/{key}.yaml");
            entry.insert(key.into(), format!("{INCLUDE}{list}").into());
            let base = Path::new("databases").join(&folder).join(key);
            let includes = write_objects(&objects, identity, &base, key, files);
            files.insert(Path::new("databases").join(list), yaml::write(&includes));
        }
        listed.push(Value::Object(entry));
    }
    files.insert(DATABASES_FILE.into(), yaml::write(&Value::Array(listed)));
}

/// One file per table or function; the list that includes them.
fn write_objects(
    objects: &[Value],
    identity: &str,
    base: &Path,
    list: &str,
    files: &mut Files,
) -> Value {
    let mut names = FileNames::default();
    names.taken.insert(list.to_owned());
    objects
        .iter()
        .map(|object| {
            let name = names.unique(&stem(object.get(identity).unwrap_or(&Value::Null)));
            files.insert(base.join(format!("{name}.yaml")), yaml::write(object));
            Value::from(format!("{INCLUDE}{name}.yaml"))
        })
        .collect()
}

/// The name of a table's or function's file: `schema_name`.
fn stem(identity: &Value) -> String {
    match identity {
        Value::String(name) => name.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("."),
        Value::Object(parts) => ["schema", "dataset", "name"]
            .iter()
            .filter_map(|key| parts.get(*key)?.as_str())
            .collect::<Vec<_>>()
            .join("_"),
        _ => String::new(),
    }
}

/// Names that files of one folder have already; compared without case, as some systems do.
#[derive(Default)]
struct FileNames {
    taken: BTreeSet<String>,
}

impl FileNames {
    /// A name for a file or folder: safe on every system and not used yet.
    fn unique(&mut self, wanted: &str) -> String {
        let safe: String = wanted
            .chars()
            .map(|c| {
                if c.is_control() || r#"/\:*?"<>|"#.contains(c) {
                    '_'
                } else {
                    c
                }
            })
            .collect();
        let edge = |c: char| c == '.' || c.is_whitespace();
        let name = if safe.is_empty() || safe.starts_with(edge) || safe.ends_with(edge) {
            format!("_{}_", safe.trim_matches(edge))
        } else {
            safe
        };
        let mut candidate = name.clone();
        let mut number = 2;
        while !self.taken.insert(candidate.to_lowercase()) {
            candidate = format!("{name}_{number}");
            number += 1;
        }
        candidate
    }
}
