//! Commands on the whole document: replace and reload.

use super::draft::Draft;
use super::{success, success_with};
use crate::building::{Reread, beside_requests};
use crate::state::inconsistencies_json;
use bytes::Bytes;
use howdah_error::{Code, Error, Result};
use howdah_metadata::apply;
use howdah_metadata::commands::{ReloadMetadata, ReplaceMetadata};
use serde_json::{Value, json};

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
        for name in args.named_sources() {
            self.check_source(name)?;
        }
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

/// The sources that a reload names one by one.
trait NamedSources {
    fn named_sources(&self) -> &[String];
}

impl NamedSources for ReloadMetadata {
    fn named_sources(&self) -> &[String] {
        match &self.reload_sources {
            howdah_metadata::commands::ReloadSpec::Some(names) => names,
            howdah_metadata::commands::ReloadSpec::Every(_) => &[],
        }
    }
}
