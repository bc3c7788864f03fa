//! From a request (`type`, `version`, `args`) to a typed command. Each endpoint has its own
//! spelling of names; which names belong to features that are not served yet is known here, so
//! that they are told apart from mistakes.

use super::*;
use crate::document::IntrospectionOptions;
use crate::limits::ApiLimits;
use crate::parse::{parse, parse_object};
use crate::permission::{
    DeletePermission, InsertPermission, PermissionKind, SelectPermission, UpdatePermission,
};
use crate::source::SourceKind;
use crate::wire::{is_graphql_name, present};
use howdah_error::{Error, Result, Segment, Within};
use serde_json::Value;

/// Where a command was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// `/v1/metadata`: commands on sources have a prefix (`pg_track_table`).
    V1Metadata,
    /// `/v1/query`: no prefixes, data operations too.
    V1Query,
    /// `/v2/query`: SQL and data operations.
    V2Query,
}

/// A command with its arguments.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, clippy::large_enum_variant)]
pub enum Command {
    AddSource(SourceKind, AddSource),
    UpdateSource(UpdateSource),
    DropSource(DropSource),
    RenameSource(RenameSource),
    ListSourceKinds,
    GetSourceKindCapabilities(GetSourceKindCapabilities),
    GetSourceTables(GetSourceTables),
    GetTableInfo(GetTableInfo),
    TrackTable(TrackTable),
    TrackTables(TrackTables),
    UntrackTable(UntrackTable),
    UntrackTables(UntrackTables),
    SetTableCustomization(SetTableCustomization),
    SetTableCustomFields(SetTableCustomFields),
    SetTableIsEnum(SetTableIsEnum),
    SetApolloFederationConfig(SetApolloFederationConfig),
    CreateInsertPermission(CreatePermission<InsertPermission>),
    CreateSelectPermission(CreatePermission<SelectPermission>),
    CreateUpdatePermission(CreatePermission<UpdatePermission>),
    CreateDeletePermission(CreatePermission<DeletePermission>),
    DropPermission(PermissionKind, DropPermission),
    SetPermissionComment(SetPermissionComment),
    CreateObjectRelationship(CreateObjectRelationship),
    CreateArrayRelationship(CreateArrayRelationship),
    DropRelationship(DropRelationship),
    RenameRelationship(RenameRelationship),
    SetRelationshipComment(SetRelationshipComment),
    SuggestRelationships(SuggestRelationships),
    AddComputedField(AddComputedField),
    DropComputedField(DropComputedField),
    TrackFunction(TrackFunction),
    UntrackFunction(UntrackFunction),
    SetFunctionCustomization(SetFunctionCustomization),
    CreateFunctionPermission(CreateFunctionPermission),
    DropFunctionPermission(DropFunctionPermission),
    TrackNativeQuery(TrackNativeQuery),
    UntrackNativeQuery(UntrackNativeQuery),
    GetNativeQueries(OfSource),
    TrackLogicalModel(TrackLogicalModel),
    UntrackLogicalModel(UntrackLogicalModel),
    GetLogicalModels(OfSource),
    CreateLogicalModelPermission(CreateLogicalModelPermission),
    DropLogicalModelPermission(DropLogicalModelPermission),
    AddInheritedRole(AddInheritedRole),
    DropInheritedRole(DropInheritedRole),
    CreateQueryCollection(CreateQueryCollection),
    RenameQueryCollection(RenameQueryCollection),
    DropQueryCollection(DropQueryCollection),
    AddQueryToCollection(AddQueryToCollection),
    DropQueryFromCollection(DropQueryFromCollection),
    AddCollectionToAllowlist(AddCollectionToAllowlist),
    UpdateAllowlistScope(UpdateAllowlistScope),
    DropCollectionFromAllowlist(DropCollectionFromAllowlist),
    SetApiLimits(ApiLimits),
    RemoveApiLimits,
    SetMetricsConfig(SetMetricsConfig),
    RemoveMetricsConfig,
    SetIntrospectionOptions(IntrospectionOptions),
    AddHostToTlsAllowlist(AddHostToTlsAllowlist),
    DropHostFromTlsAllowlist(DropHostFromTlsAllowlist),
    SetQueryTags(SetQueryTags),
    /// With the version of the command, 1 or 2.
    ExportMetadata(u64),
    ReplaceMetadata(ReplaceMetadata),
    ClearMetadata,
    ReloadMetadata(ReloadMetadata),
    GetInconsistentMetadata,
    DropInconsistentMetadata,
    GetCatalogState,
    SetCatalogState(SetCatalogState),
    DumpInternalState,
    ExplainPermission(ExplainPermission),
    RunSql(RunSql),
    Data(DataCommand),
    /// Stops at the first failure.
    Bulk(Vec<BulkItem>),
    /// Answers failures beside successes.
    BulkKeepGoing(Vec<BulkItem>),
    /// One change made of many.
    BulkAtomic(Vec<BulkItem>),
    /// Runs side by side; only reads.
    ConcurrentBulk(Vec<BulkItem>),
    /// Known, of a feature that is not served yet.
    Unserved(Unserved),
}

/// One command of a bulk, not read yet: an error in it must not hide the answers before it.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkItem {
    /// Its name.
    pub kind: String,
    /// Its version.
    pub version: u64,
    /// Its arguments; none where it has no key for them.
    pub args: Option<Value>,
}

impl BulkItem {
    /// Reads the item as a request to the endpoint of its bulk.
    ///
    /// # Errors
    /// As [`Command::from_request`].
    pub fn command(&self, endpoint: Endpoint) -> Result<Command> {
        Command::from_request(endpoint, &self.kind, self.version, self.args.clone())
    }
}

/// An operation on rows; its arguments depend on the schema and are not read here.
#[derive(Debug, Clone, PartialEq)]
pub struct DataCommand {
    /// Which.
    pub operation: DataOperation,
    /// Its arguments.
    pub args: Value,
}

/// Operations on rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DataOperation {
    Select,
    Insert,
    Update,
    Delete,
    Count,
}

impl DataOperation {
    /// Whether it leaves all rows as they are.
    pub fn only_reads(self) -> bool {
        matches!(self, DataOperation::Select | DataOperation::Count)
    }

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            DataOperation::Select => "select",
            DataOperation::Insert => "insert",
            DataOperation::Update => "update",
            DataOperation::Delete => "delete",
            DataOperation::Count => "count",
        }
    }
}

/// A command that is known but not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unserved {
    /// Its full name.
    pub name: String,
}

impl Unserved {
    /// What such a command is answered with.
    pub fn error(&self) -> Error {
        Error::not_supported(format!(
            "the command \"{}\" is not supported yet",
            self.name
        ))
    }
}

/// Kinds of sources whose commands are known and not served.
const OTHER_PREFIXES: [&str; 4] = ["mssql", "bigquery", "dataconnector", "sqlite"];

impl Command {
    /// Reads a request.
    ///
    /// # Errors
    /// `parse-failed` for an unknown name and for arguments that do not fit or are not there; paths are
    /// relative to the request, so start with `args`.
    pub fn from_request(
        endpoint: Endpoint,
        kind: &str,
        version: u64,
        args: impl Into<Option<Value>>,
    ) -> Result<Command> {
        check_version(endpoint, kind, version)?;
        if let Some(args) = args.into() {
            return Self::from_args(endpoint, kind, version, args);
        }
        match Self::from_args(endpoint, kind, version, Value::Null) {
            Ok(command) if command.goes_without_args() => Ok(command),
            Err(error) if !is_in_args(&error) => Err(error),
            _ => Err(Error::parse_failed("key \"args\" not found")),
        }
    }

    fn from_args(endpoint: Endpoint, kind: &str, version: u64, args: Value) -> Result<Command> {
        if let Some(command) = general(endpoint, kind, version, &args).within("args")? {
            return Ok(command);
        }
        match endpoint {
            Endpoint::V1Metadata => prefixed(kind, args),
            Endpoint::V1Query if is_legacy(kind) => {
                match of_source(SourceKind::Postgres, kind, args).within("args")? {
                    Some(command) => Ok(command),
                    None => Err(unknown(kind)),
                }
            }
            Endpoint::V1Query if is_unserved(kind) => Ok(unserved(kind)),
            Endpoint::V1Query => Err(unknown(kind)),
            Endpoint::V2Query => Err(unknown(kind)),
        }
    }

    /// Whether a request for the command need not even have empty arguments.
    fn goes_without_args(&self) -> bool {
        matches!(
            self,
            Command::RemoveApiLimits | Command::RemoveMetricsConfig | Command::Unserved(_)
        )
    }

    /// Whether the command may change the metadata.
    pub fn changes_metadata(&self) -> bool {
        !matches!(
            self,
            Command::ListSourceKinds
                | Command::GetSourceKindCapabilities(_)
                | Command::GetSourceTables(_)
                | Command::GetTableInfo(_)
                | Command::SuggestRelationships(_)
                | Command::GetNativeQueries(_)
                | Command::GetLogicalModels(_)
                | Command::ExportMetadata(_)
                | Command::GetInconsistentMetadata
                | Command::GetCatalogState
                | Command::SetCatalogState(_)
                | Command::DumpInternalState
                | Command::ExplainPermission(_)
                | Command::Data(_)
                | Command::ConcurrentBulk(_)
                | Command::Unserved(_)
        )
    }
}

fn is_in_args(error: &Error) -> bool {
    matches!(error.path().segments().first(), Some(Segment::Key(key)) if &**key == "args")
}

/// A few commands have a second form, and `/v2/query` has no versions.
fn check_version(endpoint: Endpoint, kind: &str, version: u64) -> Result<()> {
    let of_second: &[&str] = match endpoint {
        Endpoint::V1Metadata => &["export_metadata", "replace_metadata"],
        Endpoint::V1Query => &[
            "replace_metadata",
            "set_table_custom_fields",
            "track_function",
            "track_table",
        ],
        Endpoint::V2Query => return Ok(()),
    };
    match version {
        1 => Ok(()),
        2 if of_second.contains(&kind) => Ok(()),
        2 => Err(unknown(kind)),
        other => {
            let text = format!("expected 1 or 2, encountered {other}");
            Err(Error::parse_failed(text).within("version"))
        }
    }
}

/// Whether `/v1/query` has a command on the default source. It knows nothing that came after it.
fn is_legacy(kind: &str) -> bool {
    matches!(
        kind,
        "add_existing_table_or_view"
            | "track_table"
            | "untrack_table"
            | "set_table_is_enum"
            | "set_table_customization"
            | "set_table_custom_fields"
            | "track_function"
            | "untrack_function"
            | "create_object_relationship"
            | "create_array_relationship"
            | "drop_relationship"
            | "set_relationship_comment"
            | "rename_relationship"
            | "add_computed_field"
            | "drop_computed_field"
            | "create_insert_permission"
            | "create_select_permission"
            | "create_update_permission"
            | "create_delete_permission"
            | "drop_insert_permission"
            | "drop_select_permission"
            | "drop_update_permission"
            | "drop_delete_permission"
            | "set_permission_comment"
    )
}

fn unknown(kind: &str) -> Error {
    Error::parse_failed(format!("unknown command \"{kind}\"")).within("type")
}

fn unserved(kind: &str) -> Command {
    Command::Unserved(Unserved {
        name: kind.to_owned(),
    })
}

/// A command of `/v1/metadata` on a kind of source: `pg_track_table`. What stands before the first `_`
/// may name a data connector, which can be any name.
fn prefixed(kind: &str, args: Value) -> Result<Command> {
    if is_unserved(kind) {
        return Ok(unserved(kind));
    }
    let (prefix, name) = kind.split_once('_').unwrap_or((kind, ""));
    if OTHER_PREFIXES.contains(&prefix) {
        return Ok(unserved(kind));
    }
    let Some(source_kind) = SourceKind::from_name(prefix) else {
        return Err(if is_graphql_name(prefix) {
            no_such_command(prefix, name)
        } else {
            Error::parse_failed(format!(
                "unknown metadata command \"{kind}\"; \"{prefix}\" was not recognized as a valid backend name"
            ))
        });
    };
    if !has_command(source_kind, name) {
        return Err(no_such_command(prefix, name));
    }
    match of_source(source_kind, name, args) {
        Ok(Some(command)) => Ok(command),
        Ok(None) if is_unserved_of_source(name) => Ok(unserved(kind)),
        Ok(None) => Err(no_such_command(prefix, name)),
        Err(error) => {
            let message = format!(
                "Error when parsing command {name}.\n\
                 See the documentation of the metadata API.\n\
                 Internal error message: {}",
                error.message()
            );
            Err(error.with_message(message).within("args"))
        }
    }
}

fn no_such_command(prefix: &str, name: &str) -> Error {
    Error::parse_failed(format!(
        "unknown metadata command \"{name}\" for backend {prefix}"
    ))
}

/// Whether a kind of source has a command that PostgreSQL has.
fn has_command(kind: SourceKind, name: &str) -> bool {
    const EVENTS: [&str; 7] = [
        "create_event_trigger",
        "delete_event_trigger",
        "redeliver_event",
        "invoke_event_trigger",
        "get_event_logs",
        "get_event_invocation_logs",
        "get_event_by_id",
    ];
    const COMPUTED_FIELDS: [&str; 2] = ["add_computed_field", "drop_computed_field"];
    const FUNCTIONS: [&str; 5] = [
        "track_function",
        "untrack_function",
        "set_function_customization",
        "create_function_permission",
        "drop_function_permission",
    ];
    if kind == SourceKind::Postgres {
        return true;
    }
    let is_missing = match kind {
        SourceKind::Citus => name == "set_table_is_enum",
        _ => FUNCTIONS.contains(&name),
    };
    !(is_missing || EVENTS.contains(&name) || COMPUTED_FIELDS.contains(&name))
}

/// Commands that belong to no source, with the names of the endpoint.
fn general(endpoint: Endpoint, kind: &str, version: u64, args: &Value) -> Result<Option<Command>> {
    let data = |operation| {
        Ok(Some(Command::Data(DataCommand {
            operation,
            args: args.clone(),
        })))
    };
    if endpoint != Endpoint::V1Metadata {
        match kind {
            "run_sql" => return Ok(Some(Command::RunSql(parse_object(args.clone())?))),
            "select" => return data(DataOperation::Select),
            "insert" => return data(DataOperation::Insert),
            "update" => return data(DataOperation::Update),
            "delete" => return data(DataOperation::Delete),
            "count" => return data(DataOperation::Count),
            _ => {}
        }
    }
    if kind == "bulk" {
        return Ok(Some(Command::Bulk(bulk(args)?)));
    }
    if endpoint == Endpoint::V2Query {
        return Ok(match kind.split_once('_') {
            Some((prefix, "run_sql")) if SourceKind::from_name(prefix).is_some() => {
                Some(Command::RunSql(parse_object(args.clone())?))
            }
            Some((prefix, "run_sql")) if OTHER_PREFIXES.contains(&prefix) => Some(unserved(kind)),
            _ if kind == "concurrent_bulk" => Some(Command::ConcurrentBulk(bulk(args)?)),
            _ => None,
        });
    }
    Ok(Some(match kind {
        "export_metadata" => Command::ExportMetadata(version),
        "replace_metadata" => {
            Command::ReplaceMetadata(ReplaceMetadata::from_args(version, args.clone())?)
        }
        "clear_metadata" => Command::ClearMetadata,
        "reload_metadata" => Command::ReloadMetadata(parse_object(args.clone())?),
        "get_inconsistent_metadata" => Command::GetInconsistentMetadata,
        "drop_inconsistent_metadata" => Command::DropInconsistentMetadata,
        "dump_internal_state" => Command::DumpInternalState,
        "create_query_collection" => Command::CreateQueryCollection(parse_object(args.clone())?),
        "rename_query_collection" => Command::RenameQueryCollection(parse_object(args.clone())?),
        "drop_query_collection" => Command::DropQueryCollection(parse_object(args.clone())?),
        "add_query_to_collection" => Command::AddQueryToCollection(parse_object(args.clone())?),
        "drop_query_from_collection" => {
            Command::DropQueryFromCollection(parse_object(args.clone())?)
        }
        "add_collection_to_allowlist" => {
            Command::AddCollectionToAllowlist(parse_object(args.clone())?)
        }
        "drop_collection_from_allowlist" => {
            Command::DropCollectionFromAllowlist(parse_object(args.clone())?)
        }
        _ if endpoint == Endpoint::V1Query => return Ok(None),
        "add_inherited_role" => Command::AddInheritedRole(parse_object(args.clone())?),
        "drop_inherited_role" => Command::DropInheritedRole(parse_object(args.clone())?),
        "update_scope_of_collection_in_allowlist" => {
            Command::UpdateAllowlistScope(parse_object(args.clone())?)
        }
        "set_api_limits" => Command::SetApiLimits(parse_object(args.clone())?),
        "remove_api_limits" => Command::RemoveApiLimits,
        "set_metrics_config" => Command::SetMetricsConfig(parse_object(args.clone())?),
        "remove_metrics_config" => Command::RemoveMetricsConfig,
        "set_graphql_schema_introspection_options" => {
            Command::SetIntrospectionOptions(parse_object(args.clone())?)
        }
        "add_host_to_tls_allowlist" => Command::AddHostToTlsAllowlist(parse_object(args.clone())?),
        "drop_host_from_tls_allowlist" => {
            Command::DropHostFromTlsAllowlist(parse_object(args.clone())?)
        }
        "set_query_tags" => Command::SetQueryTags(parse_object(args.clone())?),
        "bulk_atomic" => Command::BulkAtomic(bulk(args)?),
        "bulk_keep_going" => Command::BulkKeepGoing(bulk(args)?),
        "rename_source" => Command::RenameSource(parse_object(args.clone())?),
        "list_source_kinds" => Command::ListSourceKinds,
        "get_source_kind_capabilities" => {
            Command::GetSourceKindCapabilities(parse_object(args.clone())?)
        }
        "get_table_info" => Command::GetTableInfo(parse_object(args.clone())?),
        "get_catalog_state" => Command::GetCatalogState,
        "howdah_explain_permission" => Command::ExplainPermission(parse_object(args.clone())?),
        "set_catalog_state" => Command::SetCatalogState(parse_object(args.clone())?),
        _ => return Ok(None),
    }))
}

/// Commands on the objects of a source, without a prefix.
fn of_source(kind: SourceKind, name: &str, args: Value) -> Result<Option<Command>> {
    Ok(Some(match name {
        "add_source" => Command::AddSource(kind, parse_object(args)?),
        "update_source" => Command::UpdateSource(parse_object(args)?),
        "drop_source" => Command::DropSource(parse_object(args)?),
        "get_source_tables" => Command::GetSourceTables(parse_object(args)?),
        "get_table_info" => Command::GetTableInfo(parse_object(args)?),
        "track_table" | "add_existing_table_or_view" => {
            Command::TrackTable(TrackTable::from_args(args)?)
        }
        "track_tables" => Command::TrackTables(parse_object(args)?),
        "untrack_table" => Command::UntrackTable(parse_object(args)?),
        "untrack_tables" => Command::UntrackTables(parse_object(args)?),
        "set_table_customization" => Command::SetTableCustomization(parse_object(args)?),
        "set_table_custom_fields" => Command::SetTableCustomFields(parse_object(args)?),
        "set_table_is_enum" => Command::SetTableIsEnum(parse_object(args)?),
        "set_apollo_federation_config" => Command::SetApolloFederationConfig(parse_object(args)?),
        "create_insert_permission" => Command::CreateInsertPermission(parse_object(args)?),
        "create_select_permission" => Command::CreateSelectPermission(parse_object(args)?),
        "create_update_permission" => Command::CreateUpdatePermission(parse_object(args)?),
        "create_delete_permission" => Command::CreateDeletePermission(parse_object(args)?),
        "drop_insert_permission" => {
            Command::DropPermission(PermissionKind::Insert, parse_object(args)?)
        }
        "drop_select_permission" => {
            Command::DropPermission(PermissionKind::Select, parse_object(args)?)
        }
        "drop_update_permission" => {
            Command::DropPermission(PermissionKind::Update, parse_object(args)?)
        }
        "drop_delete_permission" => {
            Command::DropPermission(PermissionKind::Delete, parse_object(args)?)
        }
        "set_permission_comment" => Command::SetPermissionComment(parse_object(args)?),
        "create_object_relationship" => Command::CreateObjectRelationship(parse_object(args)?),
        "create_array_relationship" => {
            Command::CreateArrayRelationship(CreateArrayRelationship::from_args(args)?)
        }
        "drop_relationship" => Command::DropRelationship(parse_object(args)?),
        "rename_relationship" => Command::RenameRelationship(parse_object(args)?),
        "set_relationship_comment" => Command::SetRelationshipComment(parse_object(args)?),
        "suggest_relationships" => Command::SuggestRelationships(parse_object(args)?),
        "add_computed_field" => Command::AddComputedField(parse_object(args)?),
        "drop_computed_field" => Command::DropComputedField(parse_object(args)?),
        "track_function" => Command::TrackFunction(TrackFunction::from_args(args)?),
        "untrack_function" => Command::UntrackFunction(UntrackFunction::from_args(args)?),
        "set_function_customization" => Command::SetFunctionCustomization(parse_object(args)?),
        "create_function_permission" => Command::CreateFunctionPermission(parse_object(args)?),
        "drop_function_permission" => Command::DropFunctionPermission(parse_object(args)?),
        "track_native_query" => Command::TrackNativeQuery(TrackNativeQuery::from_args(args)?),
        "untrack_native_query" => Command::UntrackNativeQuery(parse_object(args)?),
        "get_native_query" => Command::GetNativeQueries(parse_object(args)?),
        "track_logical_model" => Command::TrackLogicalModel(TrackLogicalModel::from_args(args)?),
        "untrack_logical_model" => Command::UntrackLogicalModel(parse_object(args)?),
        "get_logical_model" => Command::GetLogicalModels(parse_object(args)?),
        "create_logical_model_select_permission" => {
            Command::CreateLogicalModelPermission(parse_object(args)?)
        }
        "drop_logical_model_select_permission" => {
            Command::DropLogicalModelPermission(parse_object(args)?)
        }
        _ => return Ok(None),
    }))
}

fn bulk(args: &Value) -> Result<Vec<BulkItem>> {
    let items: Vec<Value> = parse(args.clone())?;
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let item: Item = parse_object(item).within(index)?;
            Ok(BulkItem {
                kind: item.kind,
                version: item.version.unwrap_or(1),
                args: item.args,
            })
        })
        .collect()
}

#[derive(serde::Deserialize)]
struct Item {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    version: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    args: Option<Value>,
}

/// Commands of no source whose features are not served yet.
fn is_unserved(kind: &str) -> bool {
    const NAMES: &[&str] = &[
        "add_remote_schema",
        "add_remote_schema_permissions",
        "cleanup_event_trigger_logs",
        "create_action",
        "create_action_permission",
        "create_cron_trigger",
        "create_event_trigger",
        "create_remote_relationship",
        "create_remote_schema_remote_relationship",
        "create_rest_endpoint",
        "create_scheduled_event",
        "dc_add_agent",
        "dc_delete_agent",
        "delete_cron_trigger",
        "delete_event_trigger",
        "delete_remote_relationship",
        "delete_remote_schema_remote_relationship",
        "delete_scheduled_event",
        "drop_action",
        "drop_action_permission",
        "drop_remote_schema_permissions",
        "drop_rest_endpoint",
        "get_cron_triggers",
        "get_scheduled_event_invocations",
        "get_scheduled_events",
        "introspect_remote_schema",
        "invoke_event_trigger",
        "pause_event_trigger_cleanups",
        "redeliver_event",
        "reload_remote_schema",
        "remove_remote_schema",
        "resume_event_trigger_cleanups",
        "set_custom_types",
        "set_opentelemetry_config",
        "set_opentelemetry_status",
        "test_webhook_transform",
        "update_action",
        "update_remote_relationship",
        "update_remote_schema",
        "update_remote_schema_remote_relationship",
    ];
    NAMES.contains(&kind)
}

/// Commands of a source whose features are not served yet.
fn is_unserved_of_source(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "create_remote_relationship",
        "update_remote_relationship",
        "delete_remote_relationship",
        "create_event_trigger",
        "delete_event_trigger",
        "redeliver_event",
        "invoke_event_trigger",
        "get_event_logs",
        "get_event_invocation_logs",
        "get_event_by_id",
        "track_stored_procedure",
        "untrack_stored_procedure",
        "get_stored_procedure",
        "test_connection_template",
        "get_source_trackables",
    ];
    NAMES.contains(&name)
}
