//! Relationships of native queries, and of tables to native queries (B14, F12).
//!
//! A field of a logical model that leads to another one is what a native query has to implement by
//! a relationship of that name. One to a native query that returns the other one is as the field says;
//! any other one stands in its place.

use super::fields::check_free;
use super::findings::{Findings, on_table};
use super::relationships::tracked;
use crate::model::{
    ModelReference, NativeRelationship, Relationship, RelationshipKind, Source, is_graphql_name,
};
use crate::rules::qualified;
use howdah_error::{Error, Result};
use howdah_ir::catalog::{ColumnId, TableId};
use howdah_metadata::{
    ManualConfiguration, ManualTarget, MetadataObject, RelationshipUsing, TableObject,
};
use std::collections::BTreeSet;
use std::sync::Arc;

const KINDS: [howdah_metadata::RelationshipKind; 2] = [
    howdah_metadata::RelationshipKind::Object,
    howdah_metadata::RelationshipKind::Array,
];

/// Fills the relationships of native queries, and those of tables that lead to them. A native query
/// that does not fit takes those with it that lead to it.
pub(super) fn resolve(
    source: &mut Source,
    metadata: &howdah_metadata::Source,
    findings: &mut Findings<'_>,
) {
    loop {
        let mut faults = Vec::new();
        for query in &metadata.native_queries {
            let Some((id, _)) = source.native_named(&query.root_field_name) else {
                continue;
            };
            match of_query(source, id, query) {
                Ok((tables, natives)) => {
                    if let Some(found) = source.natives.get_mut(&id) {
                        found.rows.relationships =
                            tables.into_iter().map(|r| (r.name.clone(), r)).collect();
                        found.rows.native_relationships =
                            natives.into_iter().map(|r| (r.name.clone(), r)).collect();
                    }
                }
                Err(error) => faults.push((id, &query.root_field_name, error)),
            }
        }
        if faults.is_empty() {
            break;
        }
        for (id, name, error) in faults {
            source.natives.shift_remove(&id);
            findings.add_in_context(MetadataObject::native_query(&metadata.name, name), error);
        }
    }
    of_tables(source, metadata, findings);
}

type OfQuery = (Vec<Relationship>, Vec<NativeRelationship>);

fn of_query(source: &Source, id: TableId, query: &howdah_metadata::NativeQuery) -> Result<OfQuery> {
    let mut references: Vec<ModelReference> = source
        .natives
        .get(&id)
        .and_then(|found| source.models.get(&found.model))
        .map(|model| model.references.clone())
        .unwrap_or_default();
    check_kinds(query)?;
    let (mut tables, mut natives) = (Vec::new(), Vec::new());
    for kind in KINDS {
        for relationship in query.relationships(kind) {
            let name = relationship.name.as_str();
            let within = |error: Error| {
                let text = format!("in relationship {name:?}: {}", error.message());
                error.with_message(text)
            };
            let declared = references.iter().position(|r| &*r.name == name);
            let declared = declared.map(|position| references.remove(position));
            if declared.is_none() {
                check_extra(source, id, name).map_err(within)?;
            }
            let kind = kind_of(kind);
            match &relationship.using.target {
                ManualTarget::Table(target) => {
                    let target = tracked(source, target)?;
                    tables.push(Relationship {
                        name: name.into(),
                        kind,
                        target,
                        mapping: mapping(source, id, target, &relationship.using)?,
                        nullable: true,
                        description: Some(standard(kind).into()),
                        insert_first: false,
                    });
                }
                ManualTarget::NativeQuery(target) => {
                    let found = to_native(source, id, name, kind, target, &relationship.using)?;
                    natives.push(match declared {
                        Some(declared) => implement(source, found, &declared),
                        None => found,
                    });
                }
            }
        }
    }
    match references.first() {
        Some(missing) => Err(not_implemented(missing)),
        None => Ok((tables, natives)),
    }
}

/// No field can lead to one row and to many.
fn check_kinds(query: &howdah_metadata::NativeQuery) -> Result<()> {
    let arrays = query.array_relationships.iter().map(|r| r.name.as_str());
    let arrays: BTreeSet<&str> = arrays.collect();
    let objects = query.object_relationships.iter().map(|r| r.name.as_str());
    let both: BTreeSet<&str> = objects.filter(|name| arrays.contains(name)).collect();
    if both.is_empty() {
        return Ok(());
    }
    let both: Vec<&str> = both.into_iter().collect();
    Err(Error::invalid_configuration(format!(
        "The native query '{}' has duplicate relationships: {}",
        query.root_field_name,
        both.join(",")
    )))
}

/// A relationship that the logical model does not have must not take the name of a field.
fn check_extra(source: &Source, id: TableId, name: &str) -> Result<()> {
    if !is_graphql_name(name) {
        return Err(Error::invalid_configuration(format!(
            "{name:?} is not a valid GraphQL name"
        )));
    }
    if source.catalog.table(id).column_named(name).is_some() {
        return Err(Error::already_exists(format!(
            "the logical model has a field {name:?} that leads to no other logical model"
        )));
    }
    Ok(())
}

fn not_implemented(reference: &ModelReference) -> Error {
    Error::validation(format!(
        "the field {:?} of the logical model needs an {} relationship of that name to a native \
         query that returns {:?}",
        &*reference.name,
        match reference.kind {
            RelationshipKind::Object => "object",
            RelationshipKind::Array => "array",
        },
        &*reference.model
    ))
}

/// The relationship as the field that it implements declares it. One that leads elsewhere than the field
/// says stands in its place all the same, as it always did.
fn implement(
    source: &Source,
    found: NativeRelationship,
    declared: &ModelReference,
) -> NativeRelationship {
    let returned = source
        .natives
        .get(&found.target)
        .and_then(|query| source.models.get(&query.model))
        .is_some_and(|model| model.name == declared.model && !model.of_query);
    if found.kind != declared.kind || !returned {
        return found;
    }
    NativeRelationship {
        nullable: declared.nullable,
        of_model: true,
        description: declared.description.clone().or(found.description),
        ..found
    }
}

fn of_tables(source: &mut Source, metadata: &howdah_metadata::Source, findings: &mut Findings<'_>) {
    for tracked in &metadata.tables {
        let Some(id) = source
            .table_named(&tracked.table.schema, &tracked.table.name)
            .map(|t| t.id)
        else {
            continue;
        };
        for kind in KINDS {
            for relationship in tracked.relationships(kind) {
                let RelationshipUsing::Manual(manual) = &relationship.using else {
                    continue;
                };
                let ManualTarget::NativeQuery(target) = &manual.target else {
                    continue;
                };
                let name = relationship.name.as_str();
                let object = on_table(
                    &metadata.name,
                    &tracked.table,
                    TableObject::Relationship(kind, name.to_owned()),
                );
                if !is_graphql_name(name) {
                    let error = Error::invalid_configuration(format!(
                        "{name:?} is not a valid GraphQL name"
                    ));
                    findings.add_in_context(object, error);
                    continue;
                }
                let mut found = match to_native(source, id, name, kind_of(kind), target, manual) {
                    Ok(found) => found,
                    Err(error) => {
                        findings.add(object, error);
                        continue;
                    }
                };
                found.description = super::description(
                    relationship.comment.as_deref(),
                    found.description.as_ref(),
                    || None,
                );
                match check_free(source, id, &[name.to_owned()]) {
                    Ok(()) => {
                        if let Some(table) = source.tables.get_mut(&id).map(Arc::make_mut) {
                            table.native_relationships.insert(found.name.clone(), found);
                        }
                    }
                    Err(error) => findings.add(object, error),
                }
            }
        }
    }
}

fn to_native(
    source: &Source,
    from: TableId,
    name: &str,
    kind: RelationshipKind,
    target: &str,
    manual: &ManualConfiguration,
) -> Result<NativeRelationship> {
    let (target, _) = source
        .native_named(target)
        .ok_or_else(|| Error::not_exists(format!("native query {target:?} is not tracked")))?;
    Ok(NativeRelationship {
        name: name.into(),
        kind,
        target,
        mapping: mapping(source, from, target, manual)?,
        nullable: kind == RelationshipKind::Object,
        of_model: false,
        description: Some(standard(kind).into()),
    })
}

fn mapping(
    source: &Source,
    from: TableId,
    target: TableId,
    manual: &ManualConfiguration,
) -> Result<Vec<(ColumnId, ColumnId)>> {
    if manual.column_mapping.is_empty() {
        return Err(Error::invalid_configuration("the column mapping is empty"));
    }
    manual
        .column_mapping
        .iter()
        .map(|(own, other)| Ok((field(source, from, own)?, field(source, target, other)?)))
        .collect()
}

/// A column of a table or of a native query's rows, by name.
fn field(source: &Source, rows: TableId, name: &str) -> Result<ColumnId> {
    let info = source.catalog.table(rows);
    info.column_named(name).ok_or_else(|| {
        let place = match source.natives.get(&rows) {
            Some(query) => format!("native query {:?}", &*query.name),
            None => format!("table {:?}", qualified(&info.schema, &info.name)),
        };
        Error::not_exists(format!("{place} has no field named {name:?}"))
    })
}

fn kind_of(kind: howdah_metadata::RelationshipKind) -> RelationshipKind {
    match kind {
        howdah_metadata::RelationshipKind::Object => RelationshipKind::Object,
        howdah_metadata::RelationshipKind::Array => RelationshipKind::Array,
    }
}

fn standard(kind: RelationshipKind) -> &'static str {
    match kind {
        RelationshipKind::Object => "An object relationship",
        RelationshipKind::Array => "An array relationship",
    }
}
