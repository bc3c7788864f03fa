//! Tracking many tables at once: what cannot be done is warned about (L15).

use super::attitude::{is_stored_query, new_inconsistencies};
use super::draft::Draft;
use super::{success, success_with};
use crate::building::Reread;
use crate::state::inconsistencies_json;
use bytes::Bytes;
use howdah_error::{Code, Error, Result, Within};
use howdah_metadata::apply;
use howdah_metadata::commands::{TrackTables, UntrackTables};
use howdah_metadata::{MetadataObject, QualifiedName};
use howdah_schema::model::Inconsistency;
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl Draft {
    /// `track_tables`.
    pub(super) async fn track_tables(&mut self, args: &TrackTables) -> Result<Bytes> {
        once_each(args.tables.iter().map(|t| (&t.source, &t.table)))?;
        let mut warnings = Vec::new();
        let mut metadata = (**self.state.metadata()).clone();
        for table in &args.tables {
            let tracked = self
                .check_source_is_known(&table.source)
                .and_then(|()| apply::track_table(&mut metadata, table));
            if let Err(error) = tracked {
                let object = MetadataObject::table(&table.source, table.table.clone());
                warnings.push(warning(&Code::TrackTableFailed, &object, error.message()));
            }
        }
        let sources: BTreeSet<String> = args.tables.iter().map(|t| t.source.clone()).collect();
        let sources: Vec<String> = sources.into_iter().collect();
        let mut reread = Reread::Nothing;
        loop {
            let next = self.build(metadata.clone(), reread).await;
            let new = new_inconsistencies(&self.state.snapshot, &next.snapshot);
            if new.is_empty() {
                self.state = next;
                break;
            }
            if matches!(reread, Reread::Nothing) {
                // The database may have changed behind our back.
                reread = Reread::Sources(&sources);
                continue;
            }
            if new.iter().all(|found| is_stored_query(found)) {
                return Err(refusal(&new));
            }
            let mut removed = false;
            for found in new.into_iter().filter(|found| !is_stored_query(found)) {
                warnings.push(warning(
                    &Code::TrackTableFailed,
                    &found.object,
                    &found.reason,
                ));
                removed |= found.object.remove(&mut metadata);
            }
            if !removed {
                break;
            }
        }
        finish(
            warnings,
            args.allow_warnings,
            args.tables.len(),
            "all tables failed to track",
        )
    }

    /// `untrack_tables`.
    pub(super) async fn untrack_tables(&mut self, args: &UntrackTables) -> Result<Bytes> {
        once_each(args.tables.iter().map(|t| (&t.source, &t.table)))?;
        // What stands between tables of the request goes with them.
        let leaving = self.may_leave(&args.tables);
        let mut warnings = Vec::new();
        let before = self.state.clone();
        for table in &args.tables {
            if let Err(error) = self.untrack_table_of(table, &leaving).await {
                if *error.code() == Code::Unexpected {
                    // What becomes inconsistent is the fault of the request as a whole.
                    self.state = before;
                    return Err(error.with_status(400));
                }
                let object = MetadataObject::table(&table.source, table.table.clone());
                warnings.push(warning(&Code::UntrackTableFailed, &object, error.message()));
            }
        }
        finish(
            warnings,
            args.allow_warnings,
            args.tables.len(),
            "all tables failed to untrack",
        )
    }
}

/// Refuses tables that stand in a request more than once.
fn once_each<'a>(tables: impl Iterator<Item = (&'a String, &'a QualifiedName)>) -> Result<()> {
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<String> = tables
        .map(|(source, table)| format!("{source}.{table}"))
        .filter(|name| !seen.insert(name.clone()))
        .collect();
    if twice.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = twice.into_iter().collect();
    Err(Error::new(
        Code::BadRequest,
        format!(
            "The following tables occur more than once in the request: {}",
            names.join(", ")
        ),
    ))
    .within("tables")
}

/// The refusal to track tables for what would become of stored queries.
fn refusal(new: &[&Inconsistency]) -> Error {
    Error::unexpected("cannot continue due to newly found inconsistent metadata")
        .with_status(400)
        .with_internal(inconsistencies_json(new.iter().copied()))
}

fn warning(code: &Code, object: &MetadataObject, message: &str) -> Value {
    json!({
        "code": code.as_str(),
        "message": message,
        "name": object.name(),
        "type": object.type_name(),
    })
}

fn finish(warnings: Vec<Value>, allowed: bool, asked: usize, all_failed: &str) -> Result<Bytes> {
    if warnings.is_empty() && asked > 0 {
        return Ok(success());
    }
    if warnings.len() >= asked {
        return Err(Error::invalid_configuration(all_failed).with_internal(warnings.into()));
    }
    if !allowed {
        return Err(
            Error::new(Code::MetadataWarnings, "failed due to metadata warnings")
                .with_internal(warnings.into()),
        );
    }
    Ok(success_with(json!({"warnings": warnings})))
}
