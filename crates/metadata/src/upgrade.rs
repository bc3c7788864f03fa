//! Documents of version 1 and 2, in which the server had one database: their tables and
//! functions become those of the source `default`.

use crate::document::Metadata;
use crate::function::Function;
use crate::parse::parse;
use crate::source::{DEFAULT_SOURCE, Source};
use howdah_error::{Error, Result, Within};
use serde_json::{Map, Value};

/// Reads a document without sources. `current` gives the connection of the source `default`.
pub(crate) fn from_old(document: Value, current: &Metadata) -> Result<Metadata> {
    let Value::Object(mut document) = document else {
        return Err(Error::parse_failed(
            "parsing Metadata failed, expected Object, but encountered another value",
        ));
    };
    let version = match document.shift_remove("version") {
        None => 1,
        Some(version) => match version.as_u64() {
            Some(known @ (1 | 2)) => known,
            _ => {
                return Err(Error::parse_failed(format!(
                    "unexpected value for metadata version: {version}"
                ))
                .within("version"));
            }
        },
    };
    let tables = document
        .shift_remove("tables")
        .ok_or_else(|| Error::parse_failed("key \"tables\" not found"))?;
    let tables = parse(tables).within("tables")?;
    let functions = match document.shift_remove("functions") {
        None | Some(Value::Null) => Vec::new(),
        Some(functions) if version == 1 => parse::<Vec<_>>(functions)
            .within("functions")?
            .into_iter()
            .map(Function::new)
            .collect(),
        Some(functions) => parse(functions).within("functions")?,
    };
    let mut metadata: Metadata = parse(Value::Object(known_parts(document)))?;

    let default = current.source(DEFAULT_SOURCE).ok_or_else(|| {
        Error::not_supported(
            "cannot import metadata without sources since no default source is defined",
        )
    })?;
    metadata.sources = vec![Source {
        tables,
        functions,
        ..default.clone()
    }];
    Ok(metadata)
}

/// What old documents may have besides tables and functions. The allow list had another key in
/// some of them, query templates are gone, and the parts of a source mean nothing without one.
fn known_parts(mut document: Map<String, Value>) -> Map<String, Value> {
    for key in ["query_templates", "name", "kind", "configuration"] {
        document.shift_remove(key);
    }
    if let Some(list) = document.shift_remove("allow_list") {
        document.entry("allowlist").or_insert(list);
    }
    document
}
