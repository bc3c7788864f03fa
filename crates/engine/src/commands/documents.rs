//! Commands on the whole document: replace and reload.

use super::draft::Draft;
use super::{success, success_with};
use crate::building::{Reread, beside_requests};
use crate::state::inconsistencies_json;
use bytes::Bytes;
use howdah_error::{Code, Error, Result};
use howdah_metadata::commands::{ReloadMetadata, ReplaceMetadata};
use howdah_metadata::{Metadata, apply};
use serde_json::{Value, json};
use std::collections::HashSet;

impl Draft {
    /// `replace_metadata`: every source is read anew.
    pub(super) async fn replace_metadata(&mut self, args: &ReplaceMetadata) -> Result<Bytes> {
        let mut metadata = (**self.state.metadata()).clone();
        beside_requests(|| apply::replace_metadata(&mut metadata, args))?;
        let names: Vec<String> = metadata.sources.iter().map(|s| s.name.clone()).collect();
        let next = self.build(metadata, Reread::Sources(&names)).await;
        let strict = match args {
            ReplaceMetadata::V1(_) => true,
            ReplaceMetadata::V2(args) => !args.allow_inconsistent_metadata,
        };
        let found = &next.snapshot.inconsistencies;
        if strict && !found.is_empty() {
            return Err(Error::new(
                Code::Unexpected,
                "cannot continue due to inconsistent metadata",
            )
            .with_status(400)
            .with_internal(inconsistencies_json(found)));
        }
        self.state = next;
        names.iter().for_each(|name| self.mark_stale(name));
        self.announce = true;
        Ok(match args {
            ReplaceMetadata::V1(_) => success(),
            ReplaceMetadata::V2(_) => self.consistency(),
        })
    }

    /// `reload_metadata`: reads the sources that are named.
    pub(super) async fn reload_metadata(&mut self, args: &ReloadMetadata) -> Result<Bytes> {
        check_names(self.state.metadata(), args)?;
        let metadata = (**self.state.metadata()).clone();
        let names: Vec<String> = metadata
            .sources
            .iter()
            .map(|source| source.name.clone())
            .filter(|name| args.reload_sources.includes(name))
            .collect();
        let next = self.build(metadata, Reread::Sources(&names)).await;
        self.state = next;
        names.iter().for_each(|name| self.mark_stale(name));
        self.announce = true;
        let found = &self.state.snapshot.inconsistencies;
        let mut said = json!({"is_consistent": found.is_empty()});
        if let (false, Value::Object(map)) = (found.is_empty(), &mut said) {
            map.insert("inconsistent_objects".into(), inconsistencies_json(found));
        }
        Ok(success_with(said))
    }
}

/// Refuses a reload of what the metadata does not have.
///
/// # Errors
/// `not-exists` for the first name that nothing has.
fn check_names(metadata: &Metadata, args: &ReloadMetadata) -> Result<()> {
    let remote_schemas = named(&metadata.remote_schemas);
    for name in args.reload_remote_schemas.names() {
        if !remote_schemas.contains(name.as_str()) {
            return Err(unknown("Remote schema", name));
        }
    }
    let is_source = |name: &&String| metadata.has_source(name);
    let sources = args.reload_sources.names().iter();
    let triggers = args.recreate_event_triggers.names().iter();
    if let Some(name) = sources.chain(triggers).find(|name| !is_source(name)) {
        return Err(unknown("Source", name));
    }
    let connectors = metadata.backend_configs.as_ref();
    let connectors = connectors.and_then(|kinds| kinds.get("dataconnector"));
    for name in args.reload_data_connectors.names() {
        if connectors.is_none_or(|known| known.get(name).is_none()) {
            return Err(unknown("Data connector", name));
        }
    }
    Ok(())
}

fn named(objects: &[Value]) -> HashSet<&str> {
    let names = objects.iter().filter_map(|object| object.get("name"));
    names.filter_map(Value::as_str).collect()
}

fn unknown(what: &str, name: &str) -> Error {
    Error::not_exists(format!("{what} with name {name:?} not found in metadata"))
}
