//! The metadata document: every object typed once, for API, storage and project folder alike.
//!
//! Objects are ordered and lossless: lists keep their order until exported, keys that are not
//! known are kept in `extra`. This crate knows no database: whether a table, a column or a
//! foreign key exists is found out elsewhere.

pub mod apply;
mod boolean_expression;
mod checks;
pub mod commands;
mod connection;
mod document;
mod export;
mod function;
mod limits;
mod logical_model;
mod lookup;
mod name;
mod native_query;
mod network;
mod object;
mod parse;
mod permission;
mod query_collection;
mod relationship;
mod remote;
pub mod rename;
mod role;
mod sorted;
mod source;
mod special_parts;
mod strict_json;
mod table;
mod table_configuration;
mod unknown_keys;
mod upgrade;
mod wire;

pub use connection::{
    ConnectionInfo, ConnectionParameters, IsolationLevel, PoolSettings, Seconds,
    SourceConfiguration, SslConfiguration, UrlConfig,
};
pub use document::{IntrospectionOptions, Metadata};
pub use export::VERSION;
pub use function::{
    ComputedField, ComputedFieldDefinition, Function, FunctionConfiguration, FunctionExposure,
    FunctionRootFields,
};
pub use limits::{Address, ApiLimits, Limit, RateLimit, UniqueParams};
pub use logical_model::{LogicalModel, LogicalModelField, LogicalModelType};
pub use name::{DEFAULT_SCHEMA, QualifiedName};
pub use native_query::{
    NativeQuery, NativeQueryArgument, NativeQueryKind, NativeQueryRelationship, OwnModel, Piece,
    Returned, TemplateError,
};
pub use network::{Network, TlsAllow, TlsPermission};
pub use object::{MetadataObject, ModelObject, ModelPlace, SourceObject, TableObject};
pub use parse::{parse, parse_object};
pub use permission::{
    AnyPermission, BoolExp, Columns, DeletePermission, FunctionPermission, InsertPermission,
    Permission, PermissionKind, Presets, QueryRootField, SelectPermission, SubscriptionRootField,
    UpdatePermission,
};
pub use query_collection::{
    AllowlistEntry, AllowlistScope, CollectionDefinition, ListedQuery, QueryCollection,
};
pub use relationship::{
    InsertionOrder, ManualConfiguration, ManualTarget, Relationship, RelationshipKind,
    RelationshipUsing,
};
pub use role::{ADMIN, InheritedRole};
pub use source::{
    DEFAULT_SOURCE, NamingConvention, OpaqueSource, RootFieldsCustomization, Source,
    SourceCustomization, SourceKind, TypeNamesCustomization,
};
pub use special_parts::{Part, PartKind};
pub use table::{ApolloFederationConfig, ApolloFederationVersion, Table};
pub use table_configuration::{
    ColumnConfig, CustomRootField, CustomRootFields, TableConfiguration,
};
pub use wire::{Extra, present};
