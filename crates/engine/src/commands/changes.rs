//! Commands that change the metadata.

use super::attitude::{self, Attitude};
use super::collections;
use super::draft::Draft;
use super::field_names;
use super::success;
use crate::dependencies::table_name;
use crate::state::no_source;
use bytes::Bytes;
use howdah_error::{Error, Result};
use howdah_metadata::apply::{self, Applied};
use howdah_metadata::commands::{Command, CreateFunctionPermission};
use howdah_metadata::{InheritedRole, Metadata, MetadataObject, QualifiedName};
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
        let repair = self.repair(command);
        let command = repair.as_ref().unwrap_or(command);
        let mut metadata = (**self.state.metadata()).clone();
        let object = self.apply(&mut metadata, command)?;
        self.note_sources(command);
        self.adopt(metadata, object.as_ref(), attitude_to(command))
            .await?;
        if let (Some(_), Some(source)) = (&repair, &object) {
            attitude::check_object(&self.state.snapshot, source)?;
        }
        Ok(success())
    }

    /// Applies a command to a copy of the metadata, unless it makes something in a source of which
    /// nothing is known; the object that it made, changed or removed.
    pub(super) fn apply(
        &self,
        metadata: &mut Metadata,
        command: &Command,
    ) -> Result<Option<MetadataObject>> {
        if let Some(name) = source_built_on(command) {
            self.check_source_is_known(name)?;
        }
        if let Command::RenameSource(args) = command
            && self.is_unknown(&args.name)
        {
            return Err(Error::not_exists(format!(
                "Could not find source with name {:?}",
                args.name
            )));
        }
        self.check_not_a_column(command)?;
        let object = apply_command(&self.state.snapshot, metadata, command)?;
        if let Command::CreateFunctionPermission(args) = command {
            self.check_role_is_known(args)?;
        }
        Ok(object)
    }

    /// A role that may do nothing at all cannot be given a function: what it returns could not be seen.
    fn check_role_is_known(&self, args: &CreateFunctionPermission) -> Result<()> {
        let metadata = self.state.metadata();
        let inherits = |role: &InheritedRole| role.role_name == args.role;
        if metadata.roles_with_rights().contains(&*args.role)
            || metadata.inherited_roles.iter().any(inherits)
        {
            return Ok(());
        }
        let returned = self.source(&args.source).and_then(|(source, _)| {
            let mut tracked = source.functions.iter();
            let tracked = tracked.find(|tracked| {
                let info = source.catalog.function(tracked.id);
                *info.schema == *args.function.schema && *info.name == *args.function.name
            })?;
            Some(table_name(source, tracked.table))
        });
        match returned {
            Some(table) => Err(Error::not_supported(format!(
                "function permission can only be added when the function's return table \"{table}\" has \
                 select permission configured for role: {:?}",
                args.role
            ))),
            // The function does not fit, and says so itself.
            None => Ok(()),
        }
    }

    /// A relationship cannot have the name of a column; the document alone does not tell these.
    fn check_not_a_column(&self, command: &Command) -> Result<()> {
        let (source, table, name) = match command {
            Command::CreateObjectRelationship(args) => (&args.source, &args.table, &args.name),
            Command::CreateArrayRelationship(args) => (&args.source, &args.table, &args.name),
            Command::RenameRelationship(args) => (&args.source, &args.table, &args.new_name),
            _ => return Ok(()),
        };
        let model = self.source(source).map(|(model, _)| model);
        let is_column = model.is_some_and(|model| {
            let tracked = model.table_named(&table.schema, &table.name);
            tracked.is_some_and(|t| model.catalog.table(t.id).column_named(name).is_some())
        });
        if !is_column {
            return Ok(());
        }
        Err(Error::already_exists(match command {
            Command::RenameRelationship(args) => apply::name_taken(args),
            _ => format!("field with name {name:?} already exists in table \"{table}\""),
        }))
    }

    /// Whether a source of the metadata could never be read, so that nothing is known of it.
    fn is_unknown(&self, source: &str) -> bool {
        matches!(self.state.databases.get(source), Some(Err(_)))
    }

    /// Refuses to make anything in a source of which nothing is known: it could not be checked.
    ///
    /// # Errors
    /// `not-exists`, as of a source that is not there.
    pub(super) fn check_source_is_known(&self, source: &str) -> Result<()> {
        match self.is_unknown(source) {
            true => Err(no_source(source)),
            false => Ok(()),
        }
    }

    /// Adding a source anew that is there and cannot be read is how people repair it: it gets the new
    /// configuration and keeps what is tracked in it.
    fn repair(&self, command: &Command) -> Option<Command> {
        match command {
            Command::AddSource(kind, args) if self.is_unknown(&args.name) => {
                let known = self.state.metadata().source(&args.name)?;
                (known.kind == *kind).then(|| {
                    let mut args = args.clone();
                    args.replace_configuration = true;
                    Command::AddSource(*kind, args)
                })
            }
            _ => None,
        }
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
fn apply_command(
    before: &Snapshot,
    metadata: &mut Metadata,
    command: &Command,
) -> Result<Option<MetadataObject>> {
    let source = command_source(command)
        .and_then(|name| before.source_named(name))
        .map(|(_, source)| source);
    let target = |table: &QualifiedName, field: &str| field_target(source?, table, field);
    let applied = apply::command(metadata, command, &target).map_err(|error| match command {
        Command::RenameRelationship(args) => {
            field_names::explain_missing(source, &args.table, &args.name, error)
        }
        Command::SetRelationshipComment(args) => {
            field_names::explain_missing(source, &args.table, &args.relationship, error)
        }
        _ => error,
    })?;
    let Applied::Changed(object) = applied else {
        return Err(Error::unexpected("a command that nobody knows how to run"));
    };
    field_names::check(command)?;
    Ok(object)
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

/// The source of a command on a relationship.
fn command_source(command: &Command) -> Option<&str> {
    match command {
        Command::SetRelationshipComment(args) => Some(&args.source),
        Command::RenameRelationship(args) => Some(&args.source),
        _ => None,
    }
}

/// The source of a command that makes or changes something in it, which must be known to check that.
fn source_built_on(command: &Command) -> Option<&str> {
    match command {
        Command::TrackTable(args) => Some(&args.source),
        Command::SetTableCustomization(args) => Some(&args.source),
        Command::SetTableIsEnum(args) => Some(&args.source),
        Command::SetApolloFederationConfig(args) => Some(&args.source),
        Command::CreateInsertPermission(args) => Some(&args.source),
        Command::CreateSelectPermission(args) => Some(&args.source),
        Command::CreateUpdatePermission(args) => Some(&args.source),
        Command::CreateDeletePermission(args) => Some(&args.source),
        Command::SetPermissionComment(args) => Some(&args.source),
        Command::CreateObjectRelationship(args) => Some(&args.source),
        Command::CreateArrayRelationship(args) => Some(&args.source),
        Command::RenameRelationship(args) => Some(&args.source),
        Command::SetRelationshipComment(args) => Some(&args.source),
        Command::AddComputedField(args) => Some(&args.source),
        Command::TrackFunction(args) => Some(&args.source),
        Command::SetFunctionCustomization(args) => Some(&args.source),
        Command::CreateFunctionPermission(args) => Some(&args.source),
        Command::TrackNativeQuery(args) => Some(&args.source),
        Command::TrackLogicalModel(args) => Some(&args.source),
        Command::CreateLogicalModelPermission(args) => Some(&args.source),
        _ => None,
    }
}

fn attitude_to(command: &Command) -> Attitude {
    match command {
        Command::ClearMetadata | Command::DropSource(_) => Attitude::Lenient,
        Command::DropPermission(..)
        | Command::RenameRelationship(_)
        | Command::CreateQueryCollection(_)
        | Command::RenameQueryCollection(_)
        | Command::DropQueryCollection(_)
        | Command::AddQueryToCollection(_)
        | Command::DropQueryFromCollection(_)
        | Command::UntrackFunction(_) => Attitude::Dropping,
        _ => Attitude::Strict,
    }
}
