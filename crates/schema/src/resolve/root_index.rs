//! Root fields of all sources by name; conflicts between them.

use super::findings::Findings;
use crate::model::{
    Exposure, RootField, RootIndex, RootMember, SchemaOptions, Source, SourceId, Table, TableRoot,
    is_graphql_name,
};
use howdah_error::Error;
use howdah_ir::catalog::TableId;
use howdah_metadata::{MetadataObject, QualifiedName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Root {
    Query,
    Mutation,
    Subscription,
}

/// A root field that somebody wants to define.
struct Claim {
    root: Root,
    name: Arc<str>,
    member: RootMember,
}

/// Builds the index. Where two objects claim a name the first one keeps it; the other is taken out
/// of the schema.
pub(super) fn build(
    sources: &mut [Source],
    options: &SchemaOptions,
    findings: &mut Findings<'_>,
) -> RootIndex {
    let mut index = RootIndex::default();
    let mut owners: BTreeMap<(Root, Arc<str>), MetadataObject> = BTreeMap::new();
    let mut type_names: BTreeMap<String, MetadataObject> = BTreeMap::new();
    for (position, source) in sources.iter_mut().enumerate() {
        let id = SourceId(position as u16);
        let tables: Vec<TableId> = source.tables.keys().copied().collect();
        for table_id in tables {
            let Some(table) = source.tables.get(&table_id).filter(|table| table.exposed) else {
                continue;
            };
            let object = table_object(source, table_id);
            let claims = table_claims(source, id, table, options);
            let type_name = source.names.type_of(&table.type_base, "");
            let conflict = conflict(&claims, &owners, &object).or_else(|| {
                let other = type_names.get(&type_name)?;
                Some(Error::unexpected(format!(
                    "Found conflicting definitions for {type_name:?}. It is defined by {} and by \
                     {}.",
                    shown(other),
                    shown(&object)
                )))
            });
            if let Some(error) = conflict {
                findings.add(object, error);
                if let Some(table) = source.tables.get_mut(&table_id) {
                    table.exposed = false;
                }
                continue;
            }
            type_names.insert(type_name, object.clone());
            accept(&mut index, &mut owners, claims, &object);
        }
        for function in 0..source.functions.len() {
            let claims = function_claims(source, id, function);
            let Some(tracked) = source.functions.get(function) else {
                continue;
            };
            let info = source.catalog.function(tracked.id);
            let object = MetadataObject::function(
                &*source.name,
                QualifiedName::new(&*info.schema, &*info.name),
            );
            match conflict(&claims, &owners, &object) {
                Some(error) => findings.add(object, error),
                None => accept(&mut index, &mut owners, claims, &object),
            }
        }
    }
    index
}

fn accept(
    index: &mut RootIndex,
    owners: &mut BTreeMap<(Root, Arc<str>), MetadataObject>,
    claims: Vec<Claim>,
    object: &MetadataObject,
) {
    for claim in claims {
        owners.insert((claim.root, claim.name.clone()), object.clone());
        let fields = match claim.root {
            Root::Query => &mut index.query,
            Root::Mutation => &mut index.mutation,
            Root::Subscription => &mut index.subscription,
        };
        fields.insert(claim.name, claim.member);
    }
}

/// The text that names every field that two objects claim, of the first root that has any.
fn conflict(
    claims: &[Claim],
    owners: &BTreeMap<(Root, Arc<str>), MetadataObject>,
    object: &MetadataObject,
) -> Option<Error> {
    let mut seen: BTreeSet<(Root, &str)> = BTreeSet::new();
    let roots = [
        (Root::Mutation, "mutation_root"),
        (Root::Query, "query_root"),
        (Root::Subscription, "subscription_root"),
    ];
    for (root, root_name) in roots {
        let mut lines = Vec::new();
        for claim in claims.iter().rev().filter(|claim| claim.root == root) {
            let own = !seen.insert((root, &claim.name));
            let other = match owners.get(&(root, claim.name.clone())) {
                Some(other) => other,
                None if own => object,
                None => continue,
            };
            let mut defined = [shown(other), shown(object)];
            defined.sort();
            lines.push(format!(
                "'{}' defined in [{}]",
                claim.name,
                defined.join(", ")
            ));
        }
        if !lines.is_empty() {
            return Some(Error::unexpected(format!(
                "Encountered conflicting definitions in the selection set for '{root_name}' for \
                 fields: [\n  {}\n]. Fields must not be defined more than once across all sources.",
                lines.join(",\n  ")
            )));
        }
    }
    None
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

fn table_claims(
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
    for root in [Root::Query, Root::Subscription] {
        claim(root, &fields.select, TableRoot::Select);
        claim(root, &fields.select_aggregate, TableRoot::SelectAggregate);
        if has_key {
            claim(root, &fields.select_by_pk, TableRoot::SelectByPk);
        }
    }
    if !options.hide_stream_fields {
        claim(
            Root::Subscription,
            &fields.select_stream,
            TableRoot::SelectStream,
        );
    }
    if info.writable.insert {
        claim(Root::Mutation, &fields.insert, TableRoot::Insert);
        claim(Root::Mutation, &fields.insert_one, TableRoot::InsertOne);
    }
    if info.writable.update {
        claim(Root::Mutation, &fields.update, TableRoot::Update);
        if has_key {
            claim(Root::Mutation, &fields.update_by_pk, TableRoot::UpdateByPk);
        }
        if !options.hide_update_many_fields {
            claim(Root::Mutation, &fields.update_many, TableRoot::UpdateMany);
        }
    }
    if info.writable.delete {
        claim(Root::Mutation, &fields.delete, TableRoot::Delete);
        if has_key {
            claim(Root::Mutation, &fields.delete_by_pk, TableRoot::DeleteByPk);
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
    let roots: &[Root] = match function.exposed_as {
        Exposure::Query => &[Root::Query, Root::Subscription],
        Exposure::Mutation => &[Root::Mutation],
    };
    let mut claims = Vec::new();
    for root in roots {
        claims.push(Claim {
            root: *root,
            name: function.name.clone(),
            member: RootMember::Function(id, position),
        });
        // What changes data answers with the rows, never with an aggregate over them.
        if function.returns_set && function.exposed_as == Exposure::Query {
            claims.push(Claim {
                root: *root,
                name: function.aggregate_name.clone(),
                member: RootMember::FunctionAggregate(id, position),
            });
        }
    }
    claims
}
