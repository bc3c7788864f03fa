//! Commands on the whole document.

use super::role::check_cycles;
use crate::commands::ReplaceMetadata;
use crate::document::Metadata;
use crate::export::VERSION;
use crate::source::{DEFAULT_SOURCE, Source, SourceKind};
use howdah_error::{Error, JsonPath, Result, Within};
use serde_json::Value;

/// Empties the document. The source `default` stays, without tables: its connection may come
/// from how the server was started.
pub fn clear_metadata(metadata: &mut Metadata) {
    let default = metadata.source(DEFAULT_SOURCE).map(|source| Source {
        name: source.name.clone(),
        kind: source.kind,
        configuration: source.configuration.clone(),
        ..Source::default()
    });
    *metadata = Metadata {
        sources: default.into_iter().collect(),
        ..Metadata::default()
    };
}

/// Puts another document in place, of any version.
///
/// # Errors
/// As [`Metadata::from_any_version`]; `parse-failed` for sources or tables that are not there at all and
/// for unknown keys on tables; `cyclic-dependency` for inherited roles in a circle.
pub fn replace_metadata(metadata: &mut Metadata, args: &ReplaceMetadata) -> Result<()> {
    *metadata = match args {
        ReplaceMetadata::V1(document) => read(document, metadata)?,
        ReplaceMetadata::V2(args) => read(&args.metadata, metadata).within("metadata")?,
    };
    check_cycles(metadata)
}

/// Reads a document that somebody has sent: unlike one that is stored it must be complete, for what is
/// missing would be dropped, and must not have keys on tables that nobody knows, for a misspelt
/// permission would be forgotten.
fn read(document: &Value, current: &Metadata) -> Result<Metadata> {
    if document.get("version").and_then(Value::as_u64) == Some(VERSION) {
        check_complete(document)?;
    }
    let metadata = Metadata::from_any_version(document.clone(), current)?;
    for source in &metadata.sources {
        check_keys(source)
            .map_err(|error| error.within_path(&path_of_source(document, &source.name)))?;
    }
    Ok(metadata)
}

/// # Errors
/// `parse-failed` where there are no sources, or no tables of a source.
fn check_complete(document: &Value) -> Result<()> {
    let Some(sources) = document.get("sources") else {
        return Err(key_not_found("sources"));
    };
    for (position, source) in sources.as_array().into_iter().flatten().enumerate() {
        let kind = source.get("kind").and_then(Value::as_str);
        let served = kind.is_none_or(|kind| SourceKind::from_name(kind).is_some());
        if served && source.is_object() && source.get("tables").is_none() {
            return Err(key_not_found("tables"))
                .within(position)
                .within("sources");
        }
    }
    Ok(())
}

fn key_not_found(key: &str) -> Error {
    Error::parse_failed(format!("key {key:?} not found"))
}

/// # Errors
/// `parse-failed` at the first table with keys that are not known, which are listed.
fn check_keys(source: &Source) -> Result<()> {
    for (position, table) in source.tables.iter().enumerate() {
        if !table.extra.is_empty() {
            let keys: Vec<&String> = table.extra.keys().collect();
            return Err(Error::parse_failed(format!(
                "unexpected keys when parsing TableMetadata: [{}]",
                Value::from_iter(keys.into_iter().map(String::as_str))
                    .to_string()
                    .trim_matches(['[', ']'])
            )))
            .within(position)
            .within("tables");
        }
    }
    Ok(())
}

/// Where a source stands; documents without sources are one.
fn path_of_source(document: &Value, name: &str) -> JsonPath {
    let sources = document.get("sources").and_then(Value::as_array);
    let named = |source: &Value| source.get("name").and_then(Value::as_str) == Some(name);
    let mut path = JsonPath::root();
    if let Some(position) = sources.and_then(|sources| sources.iter().position(named)) {
        path.push("sources");
        path.push(position);
    }
    path
}
