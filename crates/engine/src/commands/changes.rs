//! Commands that change the metadata.

use super::attitude::Attitude;
use super::collections;
use super::draft::Draft;
use super::success;
use crate::dependencies::table_name;
use bytes::Bytes;
use howdah_error::{Error, Result};
use howdah_metadata::apply::{self, Applied};
use howdah_metadata::commands::Command;
use howdah_metadata::{Metadata, MetadataObject, QualifiedName};
use howdah_schema::model::{ComputedReturn, Snapshot, Source};

impl Draft {
    /// Runs a command that changes the metadata; paths of errors are relative to its arguments.
    pub(super) async fn change(&mut self, command: &Command) -> Result<Bytes> {
        match command {
            Command::TrackTables(args) => return self.track_tables(args).await,
            Command::UntrackTables(args) => return self.untrack_tables(args).await,
            Command::UntrackTable(args) => {
                self.untrack_table(args).await?;
                return Ok(success());
            }
            Command::DropRelationship(args) => {
                self.drop_relationship(args).await?;
                return Ok(success());
            }
            Command::DropComputedField(args) => {
                self.drop_computed_field(args).await?;
                return Ok(success());
            }
            Command::UntrackNativeQuery(args) => {
                self.untrack_native_query(args).await?;
                return Ok(success());
            }
            Command::UntrackLogicalModel(args) => {
                self.untrack_logical_model(args).await?;
                return Ok(success());
            }
            Command::ReplaceMetadata(args) => return self.replace_metadata(args).await,
            Command::ReloadMetadata(args) => return self.reload_metadata(args).await,
            Command::AddCollectionToAllowlist(args) => return self.allow_collection(args).await,
            Command::DropInconsistentMetadata => return self.drop_inconsistent().await,
            _ => {}
        }
        collections::check_texts(command)?;
        let mut metadata = (**self.state.metadata()).clone();
        let object = apply_command(&self.state.snapshot, &mut metadata, command)?;
        self.note_sources(command);
        self.adopt(metadata, object.as_ref(), attitude(command))
            .await?;
        Ok(success())
    }

    /// Sources that others must connect to anew.
    fn note_sources(&mut self, command: &Command) {
        match command {
            Command::AddSource(_, args) => self.mark_stale(&args.name),
            Command::UpdateSource(args) => self.mark_stale(&args.name),
            Command::RenameSource(args) => self.mark_stale(&args.new_name),
            _ => {}
        }
    }

    /// `drop_inconsistent_metadata`: until nothing that is left fails for what was taken out.
    async fn drop_inconsistent(&mut self) -> Result<Bytes> {
        while !self.state.snapshot.inconsistencies.is_empty() {
            let mut metadata = (**self.state.metadata()).clone();
            let mut removed = false;
            for found in &self.state.snapshot.inconsistencies {
                removed |= found.object.remove(&mut metadata);
            }
            if !removed {
                break;
            }
            self.adopt(metadata, None, Attitude::Lenient).await?;
        }
        Ok(success())
    }
}

/// Applies a command to a copy of the metadata; the object that it made, changed or removed.
pub(super) fn apply_command(
    before: &Snapshot,
    metadata: &mut Metadata,
    command: &Command,
) -> Result<Option<MetadataObject>> {
    let source = command_source(command)
        .and_then(|name| before.source_named(name))
        .map(|(_, source)| source);
    let target = |table: &QualifiedName, field: &str| field_target(source?, table, field);
    match apply::command(metadata, command, &target)? {
        Applied::Changed(object) => Ok(object),
        Applied::Elsewhere => Err(Error::unexpected("a command that nobody knows how to run")),
    }
}

/// Which table a relationship or computed field leads to.
pub(super) fn field_target(
    source: &Source,
    table: &QualifiedName,
    field: &str,
) -> Option<QualifiedName> {
    let table = source.table_named(&table.schema, &table.name)?;
    let target = match table.relationships.get(field) {
        Some(relationship) => relationship.target,
        None => match table.computed_fields.get(field)?.returns {
            ComputedReturn::Rows(target) => target,
            ComputedReturn::Scalar(_) => return None,
        },
    };
    Some(table_name(source, target))
}

/// The source of a command that renames.
fn command_source(command: &Command) -> Option<&str> {
    match command {
        Command::RenameRelationship(args) => Some(&args.source),
        _ => None,
    }
}

fn attitude(command: &Command) -> Attitude {
    match command {
        Command::ClearMetadata | Command::DropSource(_) => Attitude::Lenient,
        Command::DropPermission(..)
        | Command::UntrackFunction(_)
        | Command::DropFunctionPermission(_)
        | Command::DropLogicalModelPermission(_)
        | Command::DropInheritedRole(_) => Attitude::Dropping,
        _ => Attitude::Strict,
    }
}
