//! The resolved model: metadata checked against catalogues, with GraphQL names, one per snapshot.
//!
//! Everything here is derived, shared by all roles and never mutated after [`crate::resolve`] made
//! it. It grows with tables, relationships and permissions, never with tables × roles.

use crate::allow_list::AllowList;
use crate::naming::Convention;
pub use crate::naming::NameStyle;
use crate::stored_queries::StoredQueries;
use howdah_ir::catalog::{Catalog, ColumnId, FunctionId, NativeQueryId, TableId, TypeId};
use howdah_ir::permit::Roles;
use howdah_metadata::{Metadata, ModelPlace};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Position of a source in [`Snapshot::sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u16);

/// What a request holds: everything derived from one state of metadata and databases.
#[derive(Debug)]
pub struct Snapshot {
    /// Counts the snapshots of this process.
    pub generation: u64,
    /// Version of the stored metadata this was made from.
    pub resource_version: i64,
    /// The stored metadata.
    pub metadata: Arc<Metadata>,
    /// Sources that could be read, in metadata order.
    pub sources: Vec<Source>,
    /// Objects that do not fit the databases, and stored queries that do not fit the schema.
    pub inconsistencies: Vec<Inconsistency>,
    /// Switches that shape the schema.
    pub options: SchemaOptions,
    /// Which operations may run, where that is enforced.
    pub allow_list: Option<AllowList>,
    /// The queries of collections, as they are held against the schema.
    pub(crate) stored_queries: StoredQueries,
    /// Root fields of all sources.
    pub roots: RootIndex,
    /// Roles that have any permission anywhere.
    pub roles: BTreeSet<Arc<str>>,
}

/// Settings that change the schema or how requests are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaOptions {
    /// `stringify_numeric_types`.
    pub stringify_numeric_types: bool,
    /// `v1_boolean_null_collapse`: comparisons with null in `where` count as absent.
    pub boolean_null_collapse: bool,
    /// Accept null for `T!` variables.
    pub null_in_non_nullable_variables: bool,
    /// Unbound nullable variables are absent rather than null.
    pub no_null_unbound_variable_default: bool,
    /// Query functions follow the table's permission.
    pub infer_function_permissions: bool,
    /// Arrays are opaque scalars (`_text`).
    pub disable_postgres_arrays: bool,
    /// Leave `<rel>_aggregate` out of `bool_exp`.
    pub hide_aggregation_predicates: bool,
    /// Leave `<t>_stream` out.
    pub hide_stream_fields: bool,
    /// Leave `update_<t>_many` out.
    pub hide_update_many_fields: bool,
    /// The naming convention of sources that name none. Without one, sources have none of their own
    /// either: all names are as in the database.
    pub naming_convention: Option<Convention>,
    /// Others than administrators may run listed operations only.
    pub enforce_allow_list: bool,
}

impl Default for SchemaOptions {
    fn default() -> Self {
        SchemaOptions {
            stringify_numeric_types: false,
            boolean_null_collapse: false,
            null_in_non_nullable_variables: false,
            no_null_unbound_variable_default: false,
            infer_function_permissions: true,
            disable_postgres_arrays: false,
            hide_aggregation_predicates: false,
            hide_stream_fields: false,
            hide_update_many_fields: false,
            naming_convention: Some(Convention::HasuraDefault),
            enforce_allow_list: false,
        }
    }
}

/// A metadata object that could not be used, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Inconsistency {
    /// Which object.
    pub object: howdah_metadata::MetadataObject,
    /// Its definition as reported.
    pub definition: serde_json::Value,
    /// What is wrong.
    pub reason: String,
    /// The error's code when the object is being created.
    pub code: howdah_error::Code,
    /// More detail (for example the driver's text).
    pub message: Option<serde_json::Value>,
    /// The right that an inherited role could not get from its parents, if that is all. Everything
    /// else fits, so that this is told and refuses no change.
    pub not_inherited: Option<NotInherited>,
}

/// A right that the parents of a role have in different forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotInherited {
    /// The inherited role.
    pub role: String,
    /// In which source.
    pub source: String,
    /// On which table.
    pub table: howdah_metadata::QualifiedName,
    /// Which right.
    pub kind: howdah_metadata::PermissionKind,
}

/// A source that could be read.
#[derive(Debug)]
pub struct Source {
    /// Name.
    pub name: Arc<str>,
    /// Kind.
    pub kind: howdah_metadata::SourceKind,
    /// What is in the database, and the rows of native queries.
    pub catalog: Arc<Catalog>,
    /// What is in the database, as it was read.
    pub read: Arc<Catalog>,
    /// Tracked tables by id; those that a change does not touch are shared with the snapshot before.
    pub tables: IndexMap<TableId, Arc<Table>>,
    /// Tracked functions.
    pub functions: Vec<TrackedFunction>,
    /// Native queries by the virtual tables that stand for their rows.
    pub natives: IndexMap<TableId, NativeQuery>,
    /// Logical models by the virtual tables that have their fields as columns. Rules are read on
    /// these; nobody has a right to them, for they have no rows.
    pub models: IndexMap<TableId, LogicalModel>,
    /// Who may do what.
    pub roles: Roles,
    /// How names are made.
    pub names: NameStyle,
    /// The field below which its root fields lie, if there is one.
    pub namespace: Option<Arc<str>>,
    /// Types of columns and arguments by GraphQL scalar name, for declared variables.
    pub scalars: HashMap<Arc<str>, TypeId>,
}

/// Values of an enum table: name and description.
pub type EnumValues = Vec<(Arc<str>, Option<Arc<str>>)>;

/// A tracked table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its place in the catalogue.
    pub id: TableId,
    /// Base of all GraphQL names: custom name or default name.
    pub name: Arc<str>,
    /// Base of its type names: `name`, or in another case under a naming convention.
    pub type_base: Arc<str>,
    /// Whether `name` is a valid GraphQL name; otherwise nothing of it is in the schema (B22).
    pub exposed: bool,
    /// Description of the object type.
    pub description: Option<Arc<str>>,
    /// Names and descriptions of root fields.
    pub root_fields: RootFields,
    /// Columns by position; `None` where the name is no GraphQL name.
    pub columns: Vec<ColumnView>,
    /// Relationships to tables by name.
    pub relationships: IndexMap<Arc<str>, Relationship>,
    /// Relationships to native queries by name.
    pub native_relationships: IndexMap<Arc<str>, NativeRelationship>,
    /// Computed fields by name.
    pub computed_fields: IndexMap<Arc<str>, ComputedField>,
    /// Every field name of the object type.
    pub members: BTreeMap<Arc<str>, Member>,
    /// Values when it is an enum table.
    pub enum_values: Option<EnumValues>,
}

/// A column with its GraphQL face.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnView {
    /// GraphQL name; `None` when it has none that is valid.
    pub name: Option<Arc<str>>,
    /// Description.
    pub description: Option<Arc<str>>,
    /// The enum table whose values it holds, by foreign key.
    pub enum_table: Option<TableId>,
}

/// What a field name of a table's object type means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// A column.
    Column(ColumnId),
    /// A relationship by position.
    Relationship(usize),
    /// `<rel>_aggregate` of an array relationship by position.
    RelationshipAggregate(usize),
    /// A relationship to a native query by position.
    NativeRelationship(usize),
    /// A computed field by position.
    Computed(usize),
    /// `<field>_aggregate` of a table computed field by position.
    ComputedAggregate(usize),
}

/// Root fields of a table: name and description of each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RootFields {
    /// `t`
    pub select: RootField,
    /// `t_by_pk`
    pub select_by_pk: RootField,
    /// `t_aggregate`
    pub select_aggregate: RootField,
    /// `t_stream`
    pub select_stream: RootField,
    /// `insert_t`
    pub insert: RootField,
    /// `insert_t_one`
    pub insert_one: RootField,
    /// `update_t`
    pub update: RootField,
    /// `update_t_by_pk`
    pub update_by_pk: RootField,
    /// `update_t_many`
    pub update_many: RootField,
    /// `delete_t`
    pub delete: RootField,
    /// `delete_t_by_pk`
    pub delete_by_pk: RootField,
}

/// Name and description of a root field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RootField {
    /// Name.
    pub name: Arc<str>,
    /// Description; `None` means none is shown.
    pub description: Option<Arc<str>>,
}

/// A relationship between tracked tables of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct Relationship {
    /// Name.
    pub name: Arc<str>,
    /// Object or array.
    pub kind: RelationshipKind,
    /// The related table.
    pub target: TableId,
    /// Pairs (own column, column of the target).
    pub mapping: Vec<(ColumnId, ColumnId)>,
    /// Whether the database allows that there is no related row.
    pub nullable: bool,
    /// Description: the comment or the standard text.
    pub description: Option<Arc<str>>,
    /// Nested inserts: whether the related row is written before its parent.
    pub insert_first: bool,
}

/// A relationship to a native query of the source.
#[derive(Debug, Clone, PartialEq)]
pub struct NativeRelationship {
    /// Name.
    pub name: Arc<str>,
    /// Object or array.
    pub kind: RelationshipKind,
    /// The virtual table of the native query's rows.
    pub target: TableId,
    /// Pairs (own column, column of the target).
    pub mapping: Vec<(ColumnId, ColumnId)>,
    /// Whether there may be no related row, or no list.
    pub nullable: bool,
    /// Whether it is a field of the logical model, which a role's permission has to list.
    pub of_model: bool,
    /// Description.
    pub description: Option<Arc<str>>,
}

/// Object (to one) or array (to many).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationshipKind {
    /// To one.
    Object,
    /// To many.
    Array,
}

/// A computed field.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputedField {
    /// Name.
    pub name: Arc<str>,
    /// The function.
    pub function: FunctionId,
    /// Position of the argument that takes the row.
    pub row_argument: usize,
    /// Position of the argument that takes the session.
    pub session_argument: Option<usize>,
    /// What it returns.
    pub returns: ComputedReturn,
    /// Description.
    pub description: Option<Arc<str>>,
}

/// What a computed field returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComputedReturn {
    /// A value.
    Scalar(TypeId),
    /// Rows of a tracked table.
    Rows(TableId),
}

/// A tracked function.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackedFunction {
    /// Its place in the catalogue.
    pub id: FunctionId,
    /// Root field name.
    pub name: Arc<str>,
    /// Root field name of the aggregate.
    pub aggregate_name: Arc<str>,
    /// Name of the arguments' input type (`<name>_args`) before the source's prefix and suffix.
    pub args_name: Arc<str>,
    /// Description of the root field.
    pub description: Option<Arc<str>>,
    /// Table whose rows come back.
    pub table: TableId,
    /// Whether it returns a set.
    pub returns_set: bool,
    /// Under which root it stands.
    pub exposed_as: Exposure,
    /// Position of the argument that takes the session.
    pub session_argument: Option<usize>,
    /// Roles with an explicit permission.
    pub permitted: BTreeSet<Arc<str>>,
}

/// A native query.
#[derive(Debug, PartialEq)]
pub struct NativeQuery {
    /// Its place in the catalogue.
    pub id: NativeQueryId,
    /// Its name in the metadata.
    pub name: Arc<str>,
    /// Its root field.
    pub field: RootField,
    /// The virtual table of the logical model that it returns.
    pub model: TableId,
    /// Its arguments, in the order of their declaration.
    pub arguments: Vec<NativeArgument>,
    /// Its rows.
    pub rows: Table,
}

/// An argument of a native query.
#[derive(Debug, PartialEq)]
pub struct NativeArgument {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: Option<Arc<str>>,
    /// Type.
    pub ty: TypeId,
    /// Whether it may be left out or null.
    pub nullable: bool,
}

/// A logical model.
#[derive(Debug, PartialEq)]
pub struct LogicalModel {
    /// Name.
    pub name: Arc<str>,
    /// Its fields, without those that lead to other logical models.
    pub rows: Table,
    /// Fields that lead to other logical models.
    pub references: Vec<ModelReference>,
    /// Whether it is the shape of the one native query that has its name, and of nothing else.
    pub of_query: bool,
}

impl LogicalModel {
    /// Where it is written.
    pub fn place(&self) -> ModelPlace {
        match self.of_query {
            true => ModelPlace::Query(self.name.to_string()),
            false => ModelPlace::Model(self.name.to_string()),
        }
    }
}

/// A field of a logical model that leads to another one.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelReference {
    /// Name.
    pub name: Arc<str>,
    /// To one row or to many.
    pub kind: RelationshipKind,
    /// The logical model's name.
    pub model: Arc<str>,
    /// Whether there may be none.
    pub nullable: bool,
    /// Description.
    pub description: Option<Arc<str>>,
}

/// Under which root a function stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// `query_root` (and `subscription_root`).
    Query,
    /// `mutation_root`.
    Mutation,
}

/// Root fields by name; the role's right is checked when one is asked for.
#[derive(Debug, Default, PartialEq)]
pub struct RootIndex {
    /// Fields of `query_root`.
    pub query: BTreeMap<Arc<str>, RootMember>,
    /// Fields of `mutation_root`.
    pub mutation: BTreeMap<Arc<str>, RootMember>,
    /// Fields of `subscription_root`.
    pub subscription: BTreeMap<Arc<str>, RootMember>,
    /// Fields below the namespaces of sources.
    pub namespaces: HashMap<(RootKind, SourceId), BTreeMap<Arc<str>, RootMember>>,
}

/// The three roots of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RootKind {
    /// `query_root`
    Query,
    /// `mutation_root`
    Mutation,
    /// `subscription_root`
    Subscription,
}

/// What a root field name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootMember {
    /// A field of a table.
    Table(SourceId, TableId, TableRoot),
    /// A function's rows, by position in [`Source::functions`].
    Function(SourceId, usize),
    /// The aggregate over a function's rows.
    FunctionAggregate(SourceId, usize),
    /// The field below which the root fields of a source lie.
    Namespace(SourceId),
    /// A native query, by the virtual table of its rows.
    Native(SourceId, TableId),
}

/// Which root field of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableRoot {
    /// `t`
    Select,
    /// `t_by_pk`
    SelectByPk,
    /// `t_aggregate`
    SelectAggregate,
    /// `t_stream`
    SelectStream,
    /// `insert_t`
    Insert,
    /// `insert_t_one`
    InsertOne,
    /// `update_t`
    Update,
    /// `update_t_by_pk`
    UpdateByPk,
    /// `update_t_many`
    UpdateMany,
    /// `delete_t`
    Delete,
    /// `delete_t_by_pk`
    DeleteByPk,
}

impl Snapshot {
    /// A source by id.
    pub fn source(&self, id: SourceId) -> &Source {
        &self.sources[usize::from(id.0)]
    }

    /// A readable source by name.
    pub fn source_named(&self, name: &str) -> Option<(SourceId, &Source)> {
        self.sources
            .iter()
            .enumerate()
            .find(|(_, s)| &*s.name == name)
            .map(|(i, s)| (SourceId(i as u16), s))
    }
}

impl Source {
    /// A tracked table, or a virtual one.
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables
            .get(&id)
            .map(|table| &**table)
            .or_else(|| self.natives.get(&id).map(|query| &query.rows))
            .or_else(|| self.models.get(&id).map(|model| &model.rows))
    }

    /// A native query by name.
    pub fn native_named(&self, name: &str) -> Option<(TableId, &NativeQuery)> {
        self.natives
            .iter()
            .find(|(_, query)| &*query.name == name)
            .map(|(id, query)| (*id, query))
    }

    /// A logical model by name.
    pub fn model_named(&self, name: &str) -> Option<(TableId, &LogicalModel)> {
        self.models
            .iter()
            .find(|(_, model)| &*model.name == name && !model.of_query)
            .map(|(id, model)| (*id, model))
    }

    /// A tracked table by database name.
    pub fn table_named(&self, schema: &str, name: &str) -> Option<&Table> {
        self.table(self.catalog.table_named(schema, name)?)
    }
}

/// Whether a text is a GraphQL name.
pub fn is_graphql_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
