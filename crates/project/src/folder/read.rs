//! From a metadata folder to the document.

use super::actions;
use super::layout::{
    ACTIONS_FILE, ACTIONS_SDL_FILE, DATABASES_FILE, OLD_PARTS, OLD_TABLES_FILE, PARTS,
    VERSION_FILE, unknown_part_key,
};
use super::origin::Reader;
use crate::error::{Error, Place, Result, Warning};
use howdah_metadata::Metadata;
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;

/// A metadata folder that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadMetadata {
    /// The document.
    pub metadata: Metadata,
    /// Keys that have no effect, with their places.
    pub warnings: Vec<Warning>,
}

/// Reads the metadata folder `folder`, which may include files from anywhere below `root`.
///
/// Folders of layout version 2 know no sources: their tables and functions go to the source
/// `default`, whose connection is taken from `current`.
///
/// # Errors
/// When a file cannot be read or its content does not fit, with the place; when an old folder
/// is read and `current` has no source `default`.
pub fn read(folder: &Path, root: &Path, current: &Metadata) -> Result<ReadMetadata> {
    let mut reader = Reader::new(root)?;
    let version = version(folder, &mut reader)?;
    let mut document = Map::new();
    document.insert("version".into(), version.into());
    if version == 3 {
        let sources = reader.yaml(&folder.join(DATABASES_FILE), &["sources".into()])?;
        document.insert(
            "sources".into(),
            sources.unwrap_or_else(|| Value::Array(Vec::new())),
        );
    } else {
        for (key, file) in OLD_PARTS {
            let part = reader.yaml(&folder.join(file), &[key.into()])?;
            document.insert(
                key.into(),
                filled(part).unwrap_or_else(|| Value::Array(Vec::new())),
            );
        }
    }
    for (key, file, _) in PARTS {
        let part = reader.yaml(&folder.join(file), &[key.into()])?;
        if let Some(part) = filled(part) {
            document.insert(key.into(), part);
        }
    }
    read_actions(folder, &mut reader, &mut document)?;
    for file in unknown_files(folder)? {
        if let Some(key) = unknown_part_key(&file)
            && let Some(part) = reader.yaml(&folder.join(&file), &[key.into()])?
            && !part.is_null()
        {
            document.insert(key.into(), part);
        }
    }

    let metadata = Metadata::from_any_version(Value::Object(document), current)
        .map_err(|fault| explained(&fault, folder, &reader))?;
    let warnings = metadata
        .unknown_keys()
        .into_iter()
        .map(|path| {
            let place = reader.place(&path).unwrap_or_else(|| Place::file(folder));
            Warning::unknown_key(&path, place)
        })
        .collect();
    Ok(ReadMetadata { metadata, warnings })
}

/// Whether a folder has the layout of version 2, which does not say how its database is connected.
///
/// # Errors
/// A file cannot be read.
pub fn is_old(folder: &Path) -> Result<bool> {
    Ok(layout(folder)?.is_some_and(|version| version < 3))
}

/// The version of the layout that a folder has, if it has any yet.
pub(super) fn layout(folder: &Path) -> Result<Option<u64>> {
    let has_any = folder.join(VERSION_FILE).exists() || folder.join(OLD_TABLES_FILE).exists();
    has_any
        .then(|| version(folder, &mut Reader::new(folder)?))
        .transpose()
}

fn version(folder: &Path, reader: &mut Reader) -> Result<u64> {
    let file = folder.join(VERSION_FILE);
    match reader.yaml(&file, &["version".into()])? {
        Some(content) => match content.get("version").and_then(Value::as_u64) {
            Some(version @ (2 | 3)) => Ok(version),
            _ => Err(Error::content(
                Place::file(&file),
                "the version of a metadata folder is 2 or 3",
            )),
        },
        None if folder.join(OLD_TABLES_FILE).exists() => Ok(2),
        None => Ok(3),
    }
}

/// A part that says something.
fn filled(part: Option<Value>) -> Option<Value> {
    part.filter(|part| match part {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    })
}

fn read_actions(
    folder: &Path,
    reader: &mut Reader,
    document: &mut Map<String, Value>,
) -> Result<()> {
    let file = folder.join(ACTIONS_FILE);
    let parts = match reader.yaml(&file, &[])? {
        Some(Value::Object(parts)) => parts,
        None | Some(Value::Null) => return Ok(()),
        Some(_) => {
            return Err(Error::content(
                Place::position(&file, 1, 1),
                "expected an object with the keys actions and custom_types",
            ));
        }
    };
    let sdl = folder.join(ACTIONS_SDL_FILE);
    let text = reader.text(&sdl)?.unwrap_or_default();
    let (actions, custom_types) = actions::join(parts, &text, &sdl, &file)?;
    if !actions.is_empty() {
        document.insert("actions".into(), actions.into());
    }
    if custom_types
        .values()
        .any(|list| list.as_array().is_none_or(|list| !list.is_empty()))
    {
        document.insert("custom_types".into(), custom_types.into());
    }
    Ok(())
}

/// Names of files right in the folder, sorted.
fn unknown_files(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let entry = entry.map_err(Error::io(folder))?;
        let is_file = entry.file_type().map_err(Error::io(folder))?.is_file();
        if let (true, Ok(name)) = (is_file, entry.file_name().into_string()) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn explained(fault: &howdah_error::Error, folder: &Path, reader: &Reader) -> Error {
    let place = reader.place(fault.path()).unwrap_or_else(|| Place {
        path: fault.path().to_string(),
        ..Place::file(folder)
    });
    Error::content(place, fault.message())
}
