//! Root fields of all sources by name; conflicts between them.

use super::findings::Findings;
use super::scalars_in_use;
use crate::model::{
    Exposure, LogicalModel, RootField, RootIndex, RootKind, RootMember, SchemaOptions, Source,
    SourceId, Table, TableRoot, is_graphql_name,
};
use howdah_error::Error;
use howdah_ir::catalog::TableId;
use howdah_metadata::{MetadataObject, ModelPlace, QualifiedName};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Types that every schema has: rows of a table cannot be of one of them.
pub(super) const OWN_TYPES: [&str; 18] = [
    "Boolean",
    "Float",
    "ID",
    "Int",
    "String",
    "__Directive",
    "__DirectiveLocation",
    "__EnumValue",
    "__Field",
    "__InputValue",
    "__Schema",
    "__Type",
    "__TypeKind",
    "cursor_ordering",
    "mutation_root",
    "order_by",
    "query_root",
    "subscription_root",
];

/// Names of types that rows cannot have.
struct Reserved {
    /// Scalars that are in use.
    scalars: HashSet<Arc<str>>,
}

impl Reserved {
    fn of(sources: &[Source], options: &SchemaOptions) -> Self {
        let rows: HashSet<String> = sources.iter().flat_map(row_types).collect();
        Reserved {
            scalars: scalars_in_use::clashing(sources, options, |name| rows.contains(name)),
        }
    }

    /// Who defines a type of this name.
    fn definer(&self, name: &str) -> Option<&'static str> {
        match name {
            _ if OWN_TYPES.contains(&name) => Some("the schema itself"),
            _ if self.scalars.contains(name) => Some("the scalar of columns or arguments"),
            _ => None,
        }
    }
}

/// Names of types, and who has them.
struct TypeNames {
    reserved: Reserved,
    of_rows: HashMap<String, Arc<MetadataObject>>,
}

/// The types of a source's rows.
fn row_types(source: &Source) -> impl Iterator<Item = String> {
    let tables = source.tables.values().map(|table| &**table);
    let rows = tables.chain(source.natives.values().map(|query| &query.rows));
    rows.filter(|rows| rows.exposed)
        .map(|rows| source.names.type_of(&rows.type_base, ""))
}

/// A root field that somebody wants to define.
pub(super) struct Claim {
    pub(super) root: RootKind,
    pub(super) name: Arc<str>,
    pub(super) member: RootMember,
}

/// Builds the index. Where two objects claim a name the first one keeps it; the other is taken out
/// of the schema.
pub(super) fn build(
    sources: &mut [Source],
    options: &SchemaOptions,
    findings: &mut Findings<'_>,
) -> RootIndex {
    let mut index = RootIndex::default();
    let mut owners = Owners::default();
    let mut type_names = TypeNames {
        reserved: Reserved::of(sources, options),
        of_rows: HashMap::new(),
    };
    for (position, source) in sources.iter_mut().enumerate() {
        let id = SourceId(position as u16);
        let tables: Vec<TableId> = source.tables.keys().copied().collect();
        for table_id in tables {
            let Some(table) = source.tables.get(&table_id).filter(|table| table.exposed) else {
                continue;
            };
            let object = Arc::new(table_object(source, table_id));
            let claims = table_claims(source, id, table, options);
            let type_name = source.names.type_of(&table.type_base, "");
            let conflict = conflict(source, id, &claims, &owners, &object).or_else(|| {
                let other = match type_names.reserved.definer(&type_name) {
                    Some(other) => other.to_owned(),
                    None => shown(type_names.of_rows.get(&type_name)?),
                };
                Some(Error::unexpected(format!(
                    "Found conflicting definitions for {type_name:?}. It is defined by {other} and \
                     by {}.",
                    shown(&object)
                )))
            });
            if let Some(error) = conflict {
                findings.add((*object).clone(), error);
                if let Some(table) = source.tables.get_mut(&table_id) {
                    Arc::make_mut(table).exposed = false;
                }
                continue;
            }
            type_names.of_rows.insert(type_name, object.clone());
            accept(&mut index, &mut owners, (source, id), claims, &object);
        }
        natives(
            source,
            id,
            &mut index,
            &mut owners,
            &mut type_names,
            findings,
        );
        for function in 0..source.functions.len() {
            let claims = function_claims(source, id, function);
            let Some(tracked) = source.functions.get(function) else {
                continue;
            };
            let info = source.catalog.function(tracked.id);
            let object = Arc::new(MetadataObject::function(
                &*source.name,
                QualifiedName::new(&*info.schema, &*info.name),
            ));
            match conflict(source, id, &claims, &owners, &object) {
                Some(error) => findings.add((*object).clone(), error),
                None => accept(&mut index, &mut owners, (source, id), claims, &object),
            }
        }
    }
    index
}

/// Adds the root fields of native queries; one whose rows would be of a type that is another one
/// already is taken out of the schema.
fn natives(
    source: &mut Source,
    id: SourceId,
    index: &mut RootIndex,
    owners: &mut Owners,
    type_names: &mut TypeNames,
    findings: &mut Findings<'_>,
) {
    let mut shapes: HashMap<TableId, Vec<String>> = HashMap::new();
    let queries: Vec<TableId> = source.natives.keys().copied().collect();
    for rows in queries {
        let Some(query) = source.natives.get(&rows) else {
            continue;
        };
        let object = Arc::new(MetadataObject::native_query(&*source.name, &*query.name));
        let model = source.models.get(&query.model).map(LogicalModel::place);
        let model = model.unwrap_or_else(|| ModelPlace::Model(query.rows.name.to_string()));
        let model = Arc::new(model.object(&source.name));
        let claims = [RootKind::Query, RootKind::Subscription].map(|root| Claim {
            root,
            name: query.field.name.clone(),
            member: RootMember::Native(id, rows),
        });
        let type_name = source.names.type_of(&query.rows.type_base, "");
        let shape = shape(source, &query.rows);
        let twice = |one: String, other: &MetadataObject| {
            Error::unexpected(format!(
                "Found conflicting definitions for {type_name:?}. It is defined by {one} and by {}.",
                shown(other)
            ))
        };
        let fault = conflict(source, id, &claims, owners, &object).or_else(|| {
            if let Some(other) = type_names.reserved.definer(&type_name) {
                return Some(twice(other.to_owned(), &model));
            }
            match type_names.of_rows.get(&type_name) {
                Some(other) if **other != *model => Some(twice(shown(other), &model)),
                _ => match shapes.get(&query.model) {
                    Some(other) if *other != shape => Some(twice(shown(&model), &object)),
                    _ => None,
                },
            }
        });
        if let Some(error) = fault {
            findings.add((*object).clone(), error);
            if let Some(query) = source.natives.get_mut(&rows) {
                query.rows.exposed = false;
            }
            continue;
        }
        shapes.entry(query.model).or_insert(shape);
        type_names.of_rows.insert(type_name, model);
        accept(index, owners, (source, id), claims.into(), &object);
    }
}

/// What clients see of the relationships of a native query's rows: the same for all that return
/// the same logical model, for their rows are of one type.
fn shape(source: &Source, rows: &Table) -> Vec<String> {
    let tables = rows.relationships.values().map(|r| {
        let target = source.table(r.target).map_or("", |t| &*t.type_base);
        format!("{} {:?} {target}", r.name, r.kind)
    });
    let natives = rows.native_relationships.values().map(|r| {
        let target = source.natives.get(&r.target).map(|query| {
            let arguments = if query.arguments.is_empty() {
                ""
            } else {
                &*query.name
            };
            format!("{} {arguments}", query.rows.type_base)
        });
        format!("{} {:?} {}", r.name, r.kind, target.unwrap_or_default())
    });
    let mut all: Vec<String> = tables.chain(natives).collect();
    all.sort();
    all
}

/// Who defines the fields of a root or of a namespace below it.
type Owners = HashMap<(RootKind, Option<SourceId>, Arc<str>), Arc<MetadataObject>>;

const ROOTS: [(RootKind, &str); 3] = [
    (RootKind::Mutation, "mutation_root"),
    (RootKind::Query, "query_root"),
    (RootKind::Subscription, "subscription_root"),
];

fn accept(
    index: &mut RootIndex,
    owners: &mut Owners,
    (source, id): (&Source, SourceId),
    claims: Vec<Claim>,
    object: &Arc<MetadataObject>,
) {
    let place = source.namespace.as_ref().map(|_| id);
    for claim in claims {
        owners.insert((claim.root, place, claim.name.clone()), object.clone());
        let fields = match claim.root {
            RootKind::Query => &mut index.query,
            RootKind::Mutation => &mut index.mutation,
            RootKind::Subscription => &mut index.subscription,
        };
        let Some(namespace) = &source.namespace else {
            fields.insert(claim.name, claim.member);
            continue;
        };
        fields.insert(namespace.clone(), RootMember::Namespace(id));
        let of_source = MetadataObject::Source(source.name.to_string());
        owners.insert((claim.root, None, namespace.clone()), Arc::new(of_source));
        index
            .namespaces
            .entry((claim.root, id))
            .or_default()
            .insert(claim.name, claim.member);
    }
}

/// The text that names every field that two objects claim, of the first root that has any.
fn conflict(
    source: &Source,
    id: SourceId,
    claims: &[Claim],
    owners: &Owners,
    object: &MetadataObject,
) -> Option<Error> {
    if let Some(namespace) = &source.namespace
        && let Some(error) = namespace_conflict(source, namespace, claims, owners)
    {
        return Some(error);
    }
    let place = source.namespace.as_ref().map(|_| id);
    // Few: a set would cost more than to look through them.
    let mut seen: Vec<&str> = Vec::with_capacity(claims.len());
    for (root, root_name) in ROOTS {
        let mut lines = Vec::new();
        seen.clear();
        for claim in claims.iter().rev().filter(|claim| claim.root == root) {
            let own = seen.contains(&&*claim.name);
            seen.push(&claim.name);
            let other = match owners.get(&(root, place, claim.name.clone())) {
                Some(other) => other,
                None if own => object,
                None => continue,
            };
            lines.push(line(&claim.name, other, object));
        }
        if !lines.is_empty() {
            return Some(twice(root_name, &lines));
        }
    }
    None
}

/// The namespace of a source must be nobody else's field.
fn namespace_conflict(
    source: &Source,
    namespace: &Arc<str>,
    claims: &[Claim],
    owners: &Owners,
) -> Option<Error> {
    let of_source = MetadataObject::Source(source.name.to_string());
    if !is_graphql_name(namespace) {
        return Some(Error::invalid_configuration(format!(
            "the namespace {namespace:?} of source {:?} is not a valid GraphQL name",
            &*source.name
        )));
    }
    ROOTS.into_iter().find_map(|(root, root_name)| {
        let other = owners.get(&(root, None, namespace.clone()))?;
        let claimed = claims.iter().any(|claim| claim.root == root);
        (claimed && **other != of_source)
            .then(|| twice(root_name, &[line(namespace, other, &of_source)]))
    })
}

fn line(field: &str, one: &MetadataObject, other: &MetadataObject) -> String {
    let mut defined = [shown(one), shown(other)];
    defined.sort();
    format!("'{field}' defined in [{}]", defined.join(", "))
}

fn twice(root_name: &str, lines: &[String]) -> Error {
    Error::unexpected(format!(
        "Encountered conflicting definitions in the selection set for '{root_name}' for \
         fields: [\n  {}\n]. Fields must not be defined more than once across all sources.",
        lines.join(",\n  ")
    ))
}

/// `table author in source default`.
fn shown(object: &MetadataObject) -> String {
    object.name()
}

fn table_object(source: &Source, table: TableId) -> MetadataObject {
    let info = source.catalog.table(table);
    MetadataObject::table(
        &*source.name,
        QualifiedName::new(&*info.schema, &*info.name),
    )
}

/// The root fields of a table.
pub(super) fn table_claims(
    source: &Source,
    id: SourceId,
    table: &Table,
    options: &SchemaOptions,
) -> Vec<Claim> {
    let info = source.catalog.table(table.id);
    let has_key = info.primary_key.is_some();
    let fields = &table.root_fields;
    let mut claims = Vec::new();
    let mut claim = |root, field: &RootField, kind| {
        if is_graphql_name(&field.name) {
            claims.push(Claim {
                root,
                name: field.name.clone(),
                member: RootMember::Table(id, table.id, kind),
            });
        }
    };
    for root in [RootKind::Query, RootKind::Subscription] {
        claim(root, &fields.select, TableRoot::Select);
        claim(root, &fields.select_aggregate, TableRoot::SelectAggregate);
        if has_key {
            claim(root, &fields.select_by_pk, TableRoot::SelectByPk);
        }
    }
    if !options.hide_stream_fields {
        claim(
            RootKind::Subscription,
            &fields.select_stream,
            TableRoot::SelectStream,
        );
    }
    if info.writable.insert {
        claim(RootKind::Mutation, &fields.insert, TableRoot::Insert);
        claim(RootKind::Mutation, &fields.insert_one, TableRoot::InsertOne);
    }
    if info.writable.update {
        claim(RootKind::Mutation, &fields.update, TableRoot::Update);
        if has_key {
            claim(
                RootKind::Mutation,
                &fields.update_by_pk,
                TableRoot::UpdateByPk,
            );
        }
        if !options.hide_update_many_fields {
            claim(
                RootKind::Mutation,
                &fields.update_many,
                TableRoot::UpdateMany,
            );
        }
    }
    if info.writable.delete {
        claim(RootKind::Mutation, &fields.delete, TableRoot::Delete);
        if has_key {
            claim(
                RootKind::Mutation,
                &fields.delete_by_pk,
                TableRoot::DeleteByPk,
            );
        }
    }
    claims
}

fn function_claims(source: &Source, id: SourceId, position: usize) -> Vec<Claim> {
    let Some(function) = source.functions.get(position) else {
        return Vec::new();
    };
    let exposed = source
        .table(function.table)
        .is_some_and(|table| table.exposed);
    if !exposed {
        return Vec::new();
    }
    let roots: &[RootKind] = match function.exposed_as {
        Exposure::Query => &[RootKind::Query, RootKind::Subscription],
        Exposure::Mutation => &[RootKind::Mutation],
    };
    let mut claims = Vec::new();
    for root in roots {
        claims.push(Claim {
            root: *root,
            name: function.name.clone(),
            member: RootMember::Function(id, position),
        });
        // What changes data answers with the rows, never with an aggregate over them.
        if function.exposed_as == Exposure::Query {
            claims.push(Claim {
                root: *root,
                name: function.aggregate_name.clone(),
                member: RootMember::FunctionAggregate(id, position),
            });
        }
    }
    claims
}
