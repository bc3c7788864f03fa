//! Documents in and out: the fixed order of keys and lists that exports have, and sources that
//! are kept though they are not served. Old versions are upgraded in [`crate::upgrade`].

use crate::checks;
use crate::document::Metadata;
use crate::parse::parse;
use crate::sorted::Sorted;
use crate::source::{OpaqueSource, Source, SourceKind};
use crate::upgrade;
use howdah_error::{Error, Result, Within};
use serde::Serialize;
use serde_json::Value;

/// The version of documents that are written.
pub const VERSION: u64 = 3;

impl Metadata {
    /// The document as `export_metadata` answers it and as it is stored.
    ///
    /// Keys stand in a fixed order, lists are sorted by name (tables and functions by schema and
    /// name, permissions by role), empty parts are left out except for `sources` and `tables`.
    pub fn to_export(&self) -> Value {
        let mut document = to_value(&Document::of(self));
        if !self.opaque_sources.is_empty()
            && let Some(sources) = document.get_mut("sources").and_then(Value::as_array_mut)
        {
            let opaque = self.opaque_sources.iter();
            sources.extend(opaque.map(|source| Value::Object(source.document.clone())));
        }
        if let Some(sources) = document.get_mut("sources").and_then(Value::as_array_mut) {
            sources.sort_by(Sorted::order);
        }
        document
    }

    /// The text of [`Metadata::to_export`].
    pub fn to_export_text(&self) -> String {
        let sorted = self.sources.is_sorted_by(|a, b| a.name <= b.name);
        if sorted && self.opaque_sources.is_empty() {
            // A document type always has a JSON form.
            return serde_json::to_string(&Document::of(self)).unwrap_or_default();
        }
        self.to_export().to_string()
    }

    /// Reads a document of version 3.
    ///
    /// # Errors
    /// `parse-failed` at the first part that does not fit, for duplicates, and for other
    /// versions: see [`Metadata::from_any_version`].
    pub fn from_document(document: Value) -> Result<Self> {
        let Value::Object(mut document) = document else {
            return Err(Error::parse_failed(
                "parsing Metadata failed, expected Object, but encountered another value",
            ));
        };
        match document.shift_remove("version") {
            Some(version) if version.as_u64() == Some(VERSION) => {}
            Some(version) => {
                return Err(Error::parse_failed(format!(
                    "expected metadata of version {VERSION}, but encountered {version}"
                ))
                .within("version"));
            }
            None => return Err(Error::parse_failed("key \"version\" not found")),
        }
        let (sources, opaque_sources) = match document.shift_remove("sources") {
            Some(Value::Array(sources)) => read_sources(sources).within("sources")?,
            Some(Value::Null) | None => Default::default(),
            Some(other) => {
                return Err(parse::<Vec<Value>>(other).err().map_or_else(
                    || Error::unexpected("a list was refused"),
                    |error| error.within("sources"),
                ));
            }
        };
        let mut metadata: Metadata = parse(Value::Object(document))?;
        metadata.sources = sources;
        metadata.opaque_sources = opaque_sources;
        checks::check(&metadata)?;
        Ok(metadata)
    }

    /// Reads a document of any version. Documents of version 1 and 2 know no sources: their
    /// tables and functions go to the source `default`, whose configuration is taken from
    /// `current`.
    ///
    /// # Errors
    /// As [`Metadata::from_document`]; `not-supported` for an old document when `current` has
    /// no source `default`.
    pub fn from_any_version(document: Value, current: &Metadata) -> Result<Self> {
        if document.get("version").and_then(Value::as_u64) == Some(VERSION) {
            return Metadata::from_document(document);
        }
        let metadata = upgrade::from_old(document, current)?;
        checks::check(&metadata)?;
        Ok(metadata)
    }
}

/// What a document says, with its version in front.
#[derive(Serialize)]
struct Document<'a> {
    version: u64,
    #[serde(flatten)]
    metadata: &'a Metadata,
}

impl<'a> Document<'a> {
    fn of(metadata: &'a Metadata) -> Self {
        Document {
            version: VERSION,
            metadata,
        }
    }
}

fn read_sources(list: Vec<Value>) -> Result<(Vec<Source>, Vec<OpaqueSource>)> {
    let mut sources = Vec::with_capacity(list.len());
    let mut opaque_sources = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        let kind = value.get("kind").and_then(Value::as_str).map(str::to_owned);
        match (kind, value) {
            (Some(kind), Value::Object(document)) if SourceKind::from_name(&kind).is_none() => {
                let name = document
                    .get("name")
                    .and_then(Value::as_str)
                    .ok_or_else(|| Error::parse_failed("key \"name\" not found").within(index))?;
                opaque_sources.push(OpaqueSource {
                    name: name.to_owned(),
                    kind,
                    document,
                });
            }
            (_, value) => sources.push(parse(value).within(index)?),
        }
    }
    Ok((sources, opaque_sources))
}

/// The JSON of a document type: these always have one.
pub(crate) fn to_value<T: serde::Serialize>(object: &T) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}
