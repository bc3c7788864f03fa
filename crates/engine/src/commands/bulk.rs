//! Many commands in one request.
//!
//! Commands that only add to the metadata are tried together first: one look at the result instead
//! of one for each. Where anything is wrong with it they run one by one, so that the first failure
//! is told as if they always had.

use super::attitude::{self, Attitude};
use super::draft::Draft;
use super::request::KindOfSources;
use super::{failure, list, places, success};
use crate::building::Reread;
use bytes::Bytes;
use howdah_error::Result;
use howdah_metadata::Metadata;
use howdah_metadata::commands::{BulkItem, Command, Endpoint};

impl Draft {
    /// Runs the items in order; the first failure ends it. An item that cannot be read is a fault of the
    /// request as a whole, before anything of it is done.
    pub(super) async fn bulk(&mut self, endpoint: Endpoint, items: &[BulkItem]) -> Result<Bytes> {
        let items = read(endpoint, items)?;
        let mut answers = Vec::with_capacity(items.len());
        while let Some(rest) = items.get(answers.len()..).filter(|rest| !rest.is_empty()) {
            let together = self.add_together(rest).await;
            if together > 0 {
                answers.extend(std::iter::repeat_n(success(), together));
                continue;
            }
            // What failed as a whole runs to its end one by one: trying the rest of it together
            // again and again would cost more than it saves.
            let alone = additions(rest).len().max(1);
            for item in rest.iter().take(alone) {
                let position = answers.len();
                let answer = self.run_item(endpoint, item).await;
                answers.push(places::of_item(endpoint, position, answer)?);
            }
        }
        Ok(list(&answers))
    }

    /// Runs the items in order; failures stand among the answers, but for items that cannot be read, as
    /// in [`Self::bulk`].
    pub(super) async fn bulk_keep_going(
        &mut self,
        endpoint: Endpoint,
        items: &[BulkItem],
    ) -> Result<Bytes> {
        let items = read(endpoint, items)?;
        let mut answers = Vec::with_capacity(items.len());
        for item in &items {
            let answer = self.run_item(endpoint, item).await;
            answers.push(answer.unwrap_or_else(|error| failure(&error)));
        }
        Ok(list(&answers))
    }

    async fn run_item(&mut self, endpoint: Endpoint, item: &Item) -> Result<Bytes> {
        item.check_kind(self.state.metadata())?;
        Box::pin(self.run(endpoint, &item.command)).await
    }

    /// Takes over what the first items add, if there are several and nothing is wrong; how many.
    async fn add_together(&mut self, items: &[Item]) -> usize {
        let additions = additions(items);
        if additions.len() < 2 {
            return 0;
        }
        let mut metadata = (**self.state.metadata()).clone();
        for item in additions {
            let applied = item
                .check_kind(self.state.metadata())
                .and_then(|()| self.apply(&mut metadata, &item.command));
            if applied.is_err() {
                return 0;
            }
        }
        let next = self.build(metadata, Reread::Nothing).await;
        let verdict = attitude::check(&self.state.snapshot, &next.snapshot, None, Attitude::Strict);
        if verdict.is_err() {
            return 0;
        }
        self.state = next;
        additions.len()
    }
}

/// An item that has been read.
pub(super) struct Item {
    pub(super) command: Command,
    kind: Option<KindOfSources>,
}

impl Item {
    /// # Errors
    /// As [`KindOfSources::check`].
    pub(super) fn check_kind(&self, metadata: &Metadata) -> Result<()> {
        match &self.kind {
            Some(kind) => kind.check(metadata),
            None => Ok(()),
        }
    }
}

/// Reads all items of a bulk before any of them runs.
///
/// # Errors
/// `parse-failed` at the first one that cannot be read.
pub(super) fn read(endpoint: Endpoint, items: &[BulkItem]) -> Result<Vec<Item>> {
    let items = items.iter().enumerate().map(|(position, item)| {
        let command = places::of_unread(position, item.command(endpoint))?;
        let kind = KindOfSources::of(&item.kind, item.args.as_ref());
        Ok(Item { command, kind })
    });
    items.collect()
}

/// The items at the beginning that only add to the metadata.
fn additions(items: &[Item]) -> &[Item] {
    let adds = items.iter().take_while(|item| only_adds(&item.command));
    items.split_at(adds.count()).0
}

fn only_adds(command: &Command) -> bool {
    matches!(
        command,
        Command::TrackTable(_)
            | Command::CreateInsertPermission(_)
            | Command::CreateSelectPermission(_)
            | Command::CreateUpdatePermission(_)
            | Command::CreateDeletePermission(_)
            | Command::CreateObjectRelationship(_)
            | Command::CreateArrayRelationship(_)
            | Command::AddComputedField(_)
            | Command::TrackFunction(_)
            | Command::CreateFunctionPermission(_)
            | Command::SetPermissionComment(_)
            | Command::SetRelationshipComment(_)
    )
}
