//! `bulk_atomic` (L12): all changes together, one look at the result, all or nothing.

use super::attitude::{Attitude, check, new_inconsistencies};
use super::draft::Draft;
use super::request::KindOfSources;
use super::success;
use crate::building::Reread;
use crate::state::inconsistencies_json;
use bytes::Bytes;
use howdah_error::{Code, Error, JsonPath, Result, Within};
use howdah_metadata::commands::{BulkItem, Command, Endpoint};
use serde_json::Value;

impl Draft {
    /// Applies the items in order and takes the result over as a whole; paths of errors are relative
    /// to the request.
    pub(super) async fn bulk_atomic(
        &mut self,
        endpoint: Endpoint,
        items: &[BulkItem],
    ) -> Result<Bytes> {
        let mut metadata = (**self.state.metadata()).clone();
        for (position, item) in items.iter().enumerate() {
            let command = item.command(endpoint).within(position).within("args")?;
            if let Some(kind) = KindOfSources::of(&item.kind, item.args.as_ref()) {
                kind.check(&metadata).within(position).within("args")?;
            }
            let applied =
                check_supported(&command).and_then(|()| self.apply(&mut metadata, &command));
            // Which item it was has never been told.
            applied
                .map_err(|error| error.at(JsonPath::root()))
                .within("args")?;
        }
        // What one item takes away another may replace: only the result is looked at.
        let next = self.build(metadata, Reread::Nothing).await;
        let verdict = check(&self.state.snapshot, &next.snapshot, None, Attitude::Strict);
        if let Err(refusal) = verdict {
            if refusal.internal().is_none() {
                return Err(refusal);
            }
            let new = new_inconsistencies(&self.state.snapshot, &next.snapshot);
            // Those of an object stand together.
            let objects: Vec<Value> = new
                .into_iter()
                .map(|found| inconsistencies_json([found]))
                .collect();
            return Err(
                Error::new(Code::BadRequest, "Schema inconsistency").with_internal(objects.into())
            )
            .within("args");
        }
        self.state = next;
        Ok(success())
    }
}

fn check_supported(command: &Command) -> Result<()> {
    match command {
        Command::CreateObjectRelationship(_)
        | Command::CreateArrayRelationship(_)
        | Command::DropRelationship(_)
        | Command::TrackNativeQuery(_)
        | Command::UntrackNativeQuery(_)
        | Command::TrackLogicalModel(_)
        | Command::UntrackLogicalModel(_) => Ok(()),
        Command::Unserved(unserved) => Err(unserved.error()),
        _ => Err(Error::unexpected(
            "Bulk atomic does not support this command",
        )),
    }
}
