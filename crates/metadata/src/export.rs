//! Documents in and out: the fixed order of keys and lists that exports have, and sources that
//! are kept though they are not served. Old versions are upgraded in [`crate::upgrade`].

use crate::checks;
use crate::document::Metadata;
use crate::parse::parse;
use crate::source::{OpaqueSource, Source, SourceKind};
use crate::table::Table;
use crate::upgrade;
use howdah_error::{Error, Result, Within};
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// The version of documents that are written.
pub const VERSION: u64 = 3;

impl Metadata {
    /// The document as `export_metadata` answers it and as it is stored.
    ///
    /// Keys stand in a fixed order, lists are sorted by name (tables and functions by schema and
    /// name, permissions by role), empty parts are left out except for `sources` and `tables`.
    pub fn to_export(&self) -> Value {
        let mut sorted = self.clone();
        sorted.sort();
        let mut sources: Vec<(String, Value)> = Vec::new();
        for source in &sorted.sources {
            sources.push((source.name.clone(), to_value(source)));
        }
        for source in &sorted.opaque_sources {
            sources.push((source.name.clone(), Value::Object(source.document.clone())));
        }
        sources.sort_by(|a, b| a.0.cmp(&b.0));
        let sources: Vec<Value> = sources.into_iter().map(|(_, source)| source).collect();

        let mut document = Map::new();
        document.insert("version".into(), VERSION.into());
        document.insert("sources".into(), Value::Array(sources));
        sorted.sources.clear();
        if let Value::Object(rest) = to_value(&sorted) {
            document.extend(rest.into_iter().filter(|(key, _)| key != "sources"));
        }
        Value::Object(document)
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

    fn sort(&mut self) {
        for source in &mut self.sources {
            source.sort();
        }
        self.query_collections.sort_by(|a, b| a.name.cmp(&b.name));
        self.allowlist
            .sort_by(|a, b| a.collection.cmp(&b.collection));
        self.inherited_roles
            .sort_by(|a, b| a.role_name.cmp(&b.role_name));
        for list in [
            &mut self.remote_schemas,
            &mut self.actions,
            &mut self.cron_triggers,
            &mut self.rest_endpoints,
        ] {
            sort_by_key(list, "name");
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

impl Source {
    fn sort(&mut self) {
        for table in &mut self.tables {
            table.sort();
        }
        self.tables.sort_by(|a, b| a.table.cmp(&b.table));
        self.functions.sort_by(|a, b| a.function.cmp(&b.function));
        for query in &mut self.native_queries {
            query
                .object_relationships
                .sort_by(|a, b| a.name.cmp(&b.name));
            query
                .array_relationships
                .sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.native_queries
            .sort_by(|a, b| a.root_field_name.cmp(&b.root_field_name));
        for model in &mut self.logical_models {
            model.select_permissions.sort_by(|a, b| a.role.cmp(&b.role));
        }
        self.logical_models.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

impl Table {
    fn sort(&mut self) {
        sort_map(&mut self.configuration.column_config);
        self.object_relationships
            .sort_by(|a, b| a.name.cmp(&b.name));
        self.array_relationships.sort_by(|a, b| a.name.cmp(&b.name));
        self.computed_fields.sort_by(|a, b| a.name.cmp(&b.name));
        self.insert_permissions.sort_by(|a, b| a.role.cmp(&b.role));
        self.select_permissions.sort_by(|a, b| a.role.cmp(&b.role));
        self.update_permissions.sort_by(|a, b| a.role.cmp(&b.role));
        self.delete_permissions.sort_by(|a, b| a.role.cmp(&b.role));
        sort_by_key(&mut self.remote_relationships, "name");
        sort_by_key(&mut self.event_triggers, "name");
    }
}

fn sort_map<V>(map: &mut IndexMap<String, V>) {
    map.sort_keys();
}

fn sort_by_key(list: &mut [Value], key: &str) {
    list.sort_by(|a, b| {
        let name = |value: &Value| value.get(key).and_then(Value::as_str).map(str::to_owned);
        name(a).cmp(&name(b))
    });
}

/// The JSON of a document type: these always have one.
pub(crate) fn to_value<T: serde::Serialize>(object: &T) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}
