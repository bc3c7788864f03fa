//! The arguments of every command of `/v1/metadata`, `/v1/query` and `/v2/query` that this
//! version serves, typed with their defaults. What commands do is in [`crate::apply`] and, where
//! a database is needed, in the engine.

mod collection;
mod document;
mod explaining;
mod function;
mod native;
mod permission;
mod relationship;
mod request;
mod role;
mod settings;
mod source;
mod sql;
mod table;

pub use collection::{
    AddCollectionToAllowlist, AddQueryToCollection, CreateQueryCollection,
    DropCollectionFromAllowlist, DropQueryCollection, DropQueryFromCollection,
    RenameQueryCollection, UpdateAllowlistScope,
};
pub use document::{
    CatalogStateKind, ReloadMetadata, ReloadSpec, ReplaceMetadata, ReplaceMetadataV2,
    SetCatalogState,
};
pub use explaining::ExplainPermission;
pub use function::{
    CreateFunctionPermission, DropFunctionPermission, SetFunctionCustomization, TrackFunction,
    UntrackFunction,
};
pub use native::{
    CreateLogicalModelPermission, DropLogicalModelPermission, ModelKind, OfSource,
    TrackLogicalModel, TrackNativeQuery, UntrackLogicalModel, UntrackNativeQuery,
};
pub use permission::{CreatePermission, DropPermission, SetPermissionComment};
pub use relationship::{
    AddComputedField, CreateArrayRelationship, CreateObjectRelationship, DropComputedField,
    DropRelationship, RenameRelationship, SetRelationshipComment, SuggestRelationships,
};
pub use request::{BulkItem, Command, DataCommand, DataOperation, Endpoint, Unserved};
pub use role::{AddInheritedRole, DropInheritedRole};
pub use settings::{
    AddHostToTlsAllowlist, DropHostFromTlsAllowlist, QueryTags, QueryTagsFormat, SetMetricsConfig,
    SetQueryTags,
};
pub use source::{
    AddSource, DropSource, GetSourceKindCapabilities, GetSourceTables, GetTableInfo, RenameSource,
    UpdateSource,
};
pub use sql::RunSql;
pub use table::{
    SetApolloFederationConfig, SetTableCustomFields, SetTableCustomization, SetTableIsEnum,
    TrackTable, TrackTables, UntrackTable, UntrackTables,
};

use crate::source::DEFAULT_SOURCE;
use serde::{Deserialize, Deserializer};

/// Reads the name of a source; null is none.
fn source_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_else(default_source))
}

/// Reads a switch that is on unless it is turned off; null does not.
fn null_on<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_else(on))
}

/// The source of arguments that name none.
fn default_source() -> String {
    DEFAULT_SOURCE.to_owned()
}

/// The default of switches that are on.
fn on() -> bool {
    true
}
