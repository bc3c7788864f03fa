//! Metadata in one file of YAML or JSON, as the setting `metadata_file` names it and as the API
//! exports it.

use crate::error::{Error, Place, Result, Warning};
use crate::folder::ReadMetadata;
use crate::text::read_text;
use crate::yaml;
use howdah_error::{JsonPath, Segment};
use howdah_metadata::Metadata;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The key under which answers of the API hold the document.
const INNER: &str = "metadata";

/// Reads the metadata in a file. An empty one holds none. Documents of version 2 know no sources:
/// their tables go to the source `default`, whose connection is taken from `current`.
///
/// # Errors
/// The file cannot be read or its content does not fit, with the place.
pub fn read_document(file: &Path, current: &Metadata) -> Result<ReadMetadata> {
    let text = read_text(file).map_err(Error::io(file))?;
    let (value, base) = content(&text, file)?;
    if value.is_null() {
        return Ok(ReadMetadata {
            metadata: Metadata::default(),
            warnings: Vec::new(),
        });
    }
    let place = |path: &JsonPath| {
        let whole: Vec<Segment> = base.iter().chain(path.segments()).cloned().collect();
        Place {
            position: yaml::locate(&text, &whole),
            path: match whole.is_empty() {
                true => String::new(),
                false => whole.into_iter().collect::<JsonPath>().to_string(),
            },
            ..Place::file(file)
        }
    };
    let metadata = Metadata::from_any_version(value, current)
        .map_err(|fault| Error::content(place(fault.path()), fault.message()))?;
    let warnings = metadata
        .unknown_keys()
        .into_iter()
        .map(|path| Warning::unknown_key(&path, place(&path)))
        .collect();
    Ok(ReadMetadata { metadata, warnings })
}

/// Whether a file holds a document that knows no sources.
pub(crate) fn is_old(file: &Path) -> Result<bool> {
    let text = read_text(file).map_err(Error::io(file))?;
    let (value, _) = content(&text, file)?;
    Ok(!value.is_null() && value.get("version").and_then(Value::as_u64) != Some(3))
}

/// The document, and where in the file it stands.
fn content(text: &str, file: &Path) -> Result<(Value, Vec<Segment>)> {
    let mut value = value_of(text, file)?;
    Ok(match value.get_mut(INNER) {
        Some(inner) => (inner.take(), vec![Segment::from(INNER)]),
        None => (value, Vec::new()),
    })
}

/// JSON has escapes that YAML has not; what is not quite JSON may be YAML still.
fn value_of(text: &str, file: &Path) -> Result<Value> {
    if is_json(file)
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    yaml::read(text, file)
}

/// Writes the metadata into a file, as YAML or JSON by the ending of its name.
///
/// # Errors
/// The name ends otherwise, or the file cannot be written.
pub fn write_document(file: &Path, metadata: &Metadata) -> Result<()> {
    let document = metadata.to_export();
    let text = if is_json(file) {
        format!("{document:#}\n")
    } else if ending(file) == Some("yaml") || ending(file) == Some("yml") {
        yaml::write(&document)
    } else {
        return Err(Error::Folder(format!(
            "{}: the metadata file is named .yaml or .json",
            file.display()
        )));
    };
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).map_err(Error::io(parent))?;
    }
    // A file that says the same already is left alone.
    if fs::read_to_string(file).ok().as_deref() != Some(text.as_str()) {
        fs::write(file, text).map_err(Error::io(file))?;
    }
    Ok(())
}

fn ending(file: &Path) -> Option<&str> {
    file.extension()?.to_str()
}

fn is_json(file: &Path) -> bool {
    ending(file) == Some("json")
}
