//! From metadata and catalogues to the resolved model.
//!
//! Pure: the same input gives the same snapshot. An object that does not fit its database becomes an
//! [`Inconsistency`] and is left out; whatever needs it fails in turn, with its own reason, and the
//! rest keeps working. This module knows no SQL and reads no rows: values of enum tables come with
//! the input.

mod columns;
mod computed;
mod enum_tables;
mod fields;
mod findings;
mod functions;
mod inherited;
mod kept;
mod native;
mod native_permissions;
mod native_relationships;
mod permissions;
mod relationships;
mod root_changes;
mod root_index;
mod root_names;
mod scalars_in_use;
mod tables;
mod type_names;

pub use enum_tables::EnumColumns;
pub use kept::{Before, same_model};
pub use type_names::named_type;

use crate::allow_list::AllowList;
use crate::model::{EnumValues, Inconsistency, NameStyle, SchemaOptions, Snapshot, Source};
use crate::naming::Convention;
use crate::stored_queries::{self, StoredQueries};
use crate::types::scalar_name;
use findings::Findings;
use howdah_error::{Code, Error};
use howdah_ir::catalog::{Catalog, TypeId};
use howdah_ir::permit::Roles;
use howdah_metadata::{
    Metadata, MetadataObject, NamingConvention, QualifiedName, SourceCustomization,
};
use indexmap::IndexMap;
use kept::Kept;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Everything a snapshot is made of.
#[derive(Debug)]
pub struct ResolveInput<'a> {
    /// See [`Snapshot::generation`].
    pub generation: u64,
    /// See [`Snapshot::resource_version`].
    pub resource_version: i64,
    /// The metadata.
    pub metadata: Arc<Metadata>,
    /// Switches that shape the schema.
    pub options: SchemaOptions,
    /// What is known of the sources' databases.
    pub databases: &'a Databases,
    /// What may be taken over from the snapshot before; `None` makes everything anew.
    pub before: Option<Before<'a>>,
}

/// What is known of databases, by name of the source. One that is missing counts as unreachable.
pub type Databases = HashMap<String, Result<Database, Error>>;

/// What was found in the database of a source.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its catalogue.
    pub catalog: Arc<Catalog>,
    /// Rows of the tables that metadata makes enums, or why they could not be read.
    pub enum_values: Arc<HashMap<QualifiedName, Result<EnumValues, Error>>>,
    /// Why it cannot be reached now. What was found in it before stays in the schema, so that
    /// requests are told of the connection and not of fields that do not exist.
    pub unreachable: Option<Error>,
    /// What native queries return, or why they do not fit the database; one that is missing has
    /// not been looked at and is believed.
    pub native_queries: Arc<HashMap<NativeQueryKey, Result<Vec<ReturnedColumn>, Error>>>,
}

/// What the answer of a native query depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NativeQueryKey {
    /// The SQL.
    pub code: String,
    /// Names and types of its arguments.
    pub arguments: Vec<(String, String)>,
}

impl NativeQueryKey {
    /// The key of a query.
    pub fn of(query: &howdah_metadata::NativeQuery) -> Self {
        NativeQueryKey {
            code: query.code.clone(),
            arguments: query
                .arguments
                .iter()
                .map(|(name, argument)| (name.clone(), argument.ty.clone()))
                .collect(),
        }
    }
}

/// A column that a native query returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedColumn {
    /// Its name.
    pub name: Arc<str>,
    /// `pg_type.oid` of its type; that of the base type for a domain.
    pub type_oid: u32,
    /// The type's internal name.
    pub type_name: Arc<str>,
}

/// Makes a snapshot.
pub fn resolve(input: ResolveInput<'_>) -> Snapshot {
    let ResolveInput {
        generation,
        resource_version,
        metadata,
        options,
        databases,
        before,
    } = input;
    let mut findings = Findings::new(&metadata);
    let mut sources = Vec::with_capacity(metadata.sources.len());
    for source in &metadata.sources {
        match databases.get(&source.name) {
            Some(Ok(database)) => {
                if let Some(error) = &database.unreachable {
                    findings.add(MetadataObject::Source(source.name.clone()), error.clone());
                }
                let kept = before
                    .as_ref()
                    .and_then(|before| before.of(source, database));
                sources.push(resolve_source(
                    source,
                    database,
                    &options,
                    kept,
                    &mut findings,
                ));
            }
            Some(Err(error)) => {
                findings.add(MetadataObject::Source(source.name.clone()), error.clone());
            }
            None => findings.add(
                MetadataObject::Source(source.name.clone()),
                Error::unexpected("the source has not been read"),
            ),
        }
    }
    for source in metadata.opaque_sources_of_nobody() {
        findings.add(
            MetadataObject::Source(source.name.clone()),
            Error::new(
                Code::NotExists,
                format!(
                    "Data connector named {:?} was not found in the data connector backend info",
                    source.kind
                ),
            ),
        );
    }
    inherited::derive(&metadata, &mut sources, &mut findings);
    let roots = before
        .as_ref()
        .and_then(|before| root_changes::follow(before.snapshot, &sources, &options))
        .unwrap_or_else(|| root_index::build(&mut sources, &options, &mut findings));
    let roles = role_names(&metadata, &sources);
    let inconsistencies: Vec<Inconsistency> = findings.into_list();
    let allow_list = options
        .enforce_allow_list
        .then(|| AllowList::new(&metadata));
    let mut snapshot = Snapshot {
        generation,
        resource_version,
        sources,
        inconsistencies,
        options,
        allow_list,
        stored_queries: StoredQueries::default(),
        roots,
        roles,
        metadata,
    };
    // They are held against the schema that the rest gives.
    let before = before.map(|before| before.snapshot);
    snapshot.stored_queries = StoredQueries::check(&snapshot, before);
    let misfits = stored_queries::inconsistencies(&snapshot);
    snapshot.inconsistencies.extend(misfits);
    snapshot
}

fn resolve_source(
    metadata: &howdah_metadata::Source,
    database: &Database,
    options: &SchemaOptions,
    kept: Option<Kept<'_>>,
    findings: &mut Findings<'_>,
) -> Source {
    let mut source = Source {
        name: metadata.name.as_str().into(),
        kind: metadata.kind,
        catalog: database.catalog.clone(),
        read: database.catalog.clone(),
        tables: IndexMap::new(),
        functions: Vec::new(),
        natives: IndexMap::new(),
        models: IndexMap::new(),
        roles: Roles::default(),
        names: name_style(&metadata.customization, options),
        namespace: metadata
            .customization
            .root_fields
            .namespace
            .as_deref()
            .filter(|name| !name.is_empty())
            .map(Into::into),
        scalars: scalars(&database.catalog),
    };
    let kept = kept.as_ref();
    tables::resolve(&mut source, metadata, database, options, kept, findings);
    // Fields of tables need all tables; rules need all fields.
    native::resolve(&mut source, metadata, database, options, findings);
    relationships::resolve(&mut source, metadata, kept, findings);
    native_relationships::resolve(&mut source, metadata, findings);
    computed::resolve(&mut source, metadata, kept, findings);
    fields::finish(&mut source, kept);
    functions::resolve(&mut source, metadata, findings);
    permissions::resolve(&mut source, metadata, kept, findings);
    native_permissions::resolve(&mut source, metadata, findings);
    source
}

fn name_style(customization: &SourceCustomization, options: &SchemaOptions) -> NameStyle {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let convention = match (options.naming_convention, customization.naming_convention) {
        (None, _) | (_, Some(NamingConvention::HasuraDefault)) => Convention::HasuraDefault,
        (_, Some(NamingConvention::GraphqlDefault)) => Convention::GraphqlDefault,
        (Some(default), None) => default,
    };
    NameStyle {
        convention,
        type_prefix: text(&customization.type_names.prefix),
        type_suffix: text(&customization.type_names.suffix),
        root_prefix: text(&customization.root_fields.prefix),
        root_suffix: text(&customization.root_fields.suffix),
    }
}

/// Types by the name that declared variables use. The five that GraphQL has itself are shared by
/// several database types; the one whose text form takes every value of the others is kept.
fn scalars(catalog: &Catalog) -> HashMap<Arc<str>, TypeId> {
    let mut found: HashMap<Arc<str>, TypeId> = HashMap::new();
    for position in 0..catalog.types.len() {
        let ty = TypeId(position as u32);
        if catalog.base_type(ty) != ty {
            continue;
        }
        let name = scalar_name(catalog, ty);
        let known = found.entry(name).or_insert(ty);
        if &*catalog.ty(ty).name == "text" {
            *known = ty;
        }
    }
    found
}

fn role_names(metadata: &Metadata, sources: &[Source]) -> BTreeSet<Arc<str>> {
    let permitted = sources.iter().flat_map(|s| s.roles.names().cloned());
    let callers = sources
        .iter()
        .flat_map(|s| s.functions.iter().flat_map(|f| f.permitted.iter().cloned()));
    let inherited = metadata
        .inherited_roles
        .iter()
        .map(|r| r.role_name.as_str().into());
    permitted.chain(callers).chain(inherited).collect()
}

/// A description: a comment of the metadata wins, an empty one means that there is none; then the
/// database's comment; then the standard text.
fn description(
    given: Option<&str>,
    from_database: Option<&Arc<str>>,
    standard: impl FnOnce() -> Option<String>,
) -> Option<Arc<str>> {
    match (given, from_database) {
        (Some(""), _) => None,
        (Some(text), _) => Some(text.into()),
        (None, Some(text)) => Some(text.clone()),
        (None, None) => standard().map(Into::into),
    }
}
