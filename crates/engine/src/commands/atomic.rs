//! `bulk_atomic` (L12): all changes together, one look at the result, all or nothing.

use super::attitude::Attitude;
use super::changes::apply_command;
use super::draft::Draft;
use super::request::KindOfSources;
use super::success;
use bytes::Bytes;
use howdah_error::{Error, Result, Within};
use howdah_metadata::commands::{BulkItem, Command, Endpoint};

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
            let applied = item.command(endpoint).and_then(|command| {
                if let Some(kind) = KindOfSources::of(&item.kind, &item.args) {
                    kind.check(&metadata)?;
                }
                check_supported(&command)?;
                apply_command(&self.state.snapshot, &mut metadata, &command).within("args")
            });
            applied.within(position).within("args")?;
        }
        // What one item takes away another may replace: only the result is looked at.
        self.adopt(metadata, None, Attitude::Strict).await?;
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
