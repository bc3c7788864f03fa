//! Which new inconsistencies refuse a change, and in which words.

use crate::state::inconsistencies_json;
use howdah_error::{Code, Error, Result};
use howdah_metadata::MetadataObject;
use howdah_schema::model::{Inconsistency, Snapshot};

/// How a command takes new inconsistencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attitude {
    /// A change of metadata: none may come of it.
    Strict,
    /// Something was dropped or renamed, here or in the database, or a query was stored: none may come
    /// of it either, in other words.
    Dropping,
    /// Whatever comes of it.
    Lenient,
}

/// Objects that are inconsistent after and were not before. Rights that a role cannot inherit are no
/// objects of the metadata.
pub(super) fn new_inconsistencies<'s>(
    before: &Snapshot,
    after: &'s Snapshot,
) -> Vec<&'s Inconsistency> {
    let known: std::collections::HashSet<&MetadataObject> = before
        .inconsistencies
        .iter()
        .map(|found| &found.object)
        .collect();
    after
        .inconsistencies
        .iter()
        .filter(|found| found.not_inherited.is_none() && !known.contains(&found.object))
        .collect()
}

/// Asks that an object fits, also if it did not before.
///
/// # Errors
/// `invalid-configuration` with the reasons.
pub(super) fn check_object(after: &Snapshot, object: &MetadataObject) -> Result<()> {
    let found = after.inconsistencies.iter();
    refuse(found.filter(|found| found.object == *object).collect())
}

fn refuse(found: Vec<&Inconsistency>) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    let reasons: Vec<&str> = found.iter().map(|found| found.reason.as_str()).collect();
    Err(Error::invalid_configuration(reasons.join(", ")).with_internal(inconsistencies_json(found)))
}

/// Whether an object is a query of a collection. Such a query is nothing that goes with what it needs:
/// it refuses the change.
pub(super) fn is_stored_query(found: &Inconsistency) -> bool {
    matches!(found.object, MetadataObject::StoredQuery { .. })
}

/// Compares two snapshots. `object` is what the command made or changed.
///
/// # Errors
/// As the attitude has it; `internal` lists the objects.
pub(super) fn check(
    before: &Snapshot,
    after: &Snapshot,
    object: Option<&MetadataObject>,
    attitude: Attitude,
) -> Result<()> {
    if attitude == Attitude::Lenient {
        return Ok(());
    }
    let new = new_inconsistencies(before, after);
    if new.is_empty() {
        return Ok(());
    }
    // Two definitions of one name are no single object's fault.
    if let Some(conflict) = new
        .iter()
        .find(|found| found.code == Code::Unexpected && found.message.is_none())
    {
        return Err(Error::unexpected(conflict.reason.clone()));
    }
    let own: Vec<&Inconsistency> = new
        .iter()
        .copied()
        .filter(|found| Some(&found.object) == object)
        .collect();
    refuse(own)?;
    let error = match attitude {
        Attitude::Dropping => {
            Error::unexpected("cannot continue due to newly found inconsistent metadata")
        }
        _ => Error::new(
            Code::Unexpected,
            "cannot continue due to new inconsistent metadata",
        )
        .with_status(400),
    };
    Err(error.with_internal(inconsistencies_json(new)))
}
