//! Many commands in one request.
//!
//! Commands that only add to the metadata are tried together first: one look at the result instead
//! of one for each. Where anything is wrong with it they run one by one, so that the first failure
//! is told as if they always had.

use super::attitude::{self, Attitude};
use super::changes::apply_command;
use super::draft::Draft;
use super::request::KindOfSources;
use super::{failure, list, success};
use crate::building::Reread;
use bytes::Bytes;
use howdah_error::{Result, Within};
use howdah_metadata::commands::{BulkItem, Command, Endpoint};

impl Draft {
    /// Runs the items in order; the first failure ends it.
    pub(super) async fn bulk(&mut self, endpoint: Endpoint, items: &[BulkItem]) -> Result<Bytes> {
        let mut answers = Vec::with_capacity(items.len());
        while let Some(rest) = items.get(answers.len()..).filter(|rest| !rest.is_empty()) {
            let together = self.add_together(endpoint, rest).await;
            if together > 0 {
                answers.extend(std::iter::repeat_n(success(), together));
                continue;
            }
            // What failed as a whole runs to its end one by one: trying the rest of it together
            // again and again would cost more than it saves.
            let alone = additions(endpoint, rest).len().max(1);
            for item in rest.iter().take(alone) {
                let position = answers.len();
                let answer = self.run_item(endpoint, item).await;
                answers.push(answer.within(position).within("args")?);
            }
        }
        Ok(list(&answers))
    }

    /// Runs the items in order; failures stand among the answers. An item that cannot be read is a
    /// fault of the request as a whole, before anything of it is done.
    pub(super) async fn bulk_keep_going(
        &mut self,
        endpoint: Endpoint,
        items: &[BulkItem],
    ) -> Result<Bytes> {
        for (position, item) in items.iter().enumerate() {
            item.command(endpoint).within(position).within("args")?;
        }
        let mut answers = Vec::with_capacity(items.len());
        for item in items {
            let answer = self.run_item(endpoint, item).await;
            answers.push(answer.unwrap_or_else(|error| failure(&error)));
        }
        Ok(list(&answers))
    }

    async fn run_item(&mut self, endpoint: Endpoint, item: &BulkItem) -> Result<Bytes> {
        let command = item.command(endpoint)?;
        if let Some(kind) = KindOfSources::of(&item.kind, &item.args) {
            kind.check(self.state.metadata())?;
        }
        Box::pin(self.run(endpoint, &command)).await
    }

    /// Takes over what the first items add, if there are several and nothing is wrong; how many.
    async fn add_together(&mut self, endpoint: Endpoint, items: &[BulkItem]) -> usize {
        let commands = additions(endpoint, items);
        if commands.len() < 2 {
            return 0;
        }
        let mut metadata = (**self.state.metadata()).clone();
        let of_other_kind = items.iter().take(commands.len()).any(|item| {
            KindOfSources::of(&item.kind, &item.args)
                .is_some_and(|kind| kind.check(self.state.metadata()).is_err())
        });
        if of_other_kind {
            return 0;
        }
        for command in &commands {
            if apply_command(&self.state.snapshot, &mut metadata, command).is_err() {
                return 0;
            }
        }
        let next = self.build(metadata, Reread::Nothing).await;
        let verdict = attitude::check(&self.state.snapshot, &next.snapshot, None, Attitude::Strict);
        if verdict.is_err() {
            return 0;
        }
        self.state = next;
        commands.len()
    }
}

/// The commands at the beginning that only add to the metadata.
fn additions(endpoint: Endpoint, items: &[BulkItem]) -> Vec<Command> {
    items
        .iter()
        .map_while(|item| item.command(endpoint).ok().filter(only_adds))
        .collect()
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
