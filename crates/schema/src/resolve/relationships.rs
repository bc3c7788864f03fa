//! Relationships: every form of `using`, against foreign keys and tracked tables.

use super::description;
use super::fields::check_free;
use super::findings::{Findings, on_table};
use super::kept::Kept;
use crate::model::{Relationship, RelationshipKind, Source, is_graphql_name};
use howdah_error::{Code, Error, Result};
use howdah_ir::catalog::{Catalog, ColumnId, ForeignKey, TableId};
use howdah_metadata::{
    InsertionOrder, ManualConfiguration, ManualTarget, QualifiedName, RelationshipUsing,
    TableObject,
};
use std::sync::Arc;

/// Fills the relationships of all tables.
pub(super) fn resolve(
    source: &mut Source,
    metadata: &howdah_metadata::Source,
    kept: Option<&Kept<'_>>,
    findings: &mut Findings<'_>,
) {
    for tracked in &metadata.tables {
        let Some(id) = source
            .table_named(&tracked.table.schema, &tracked.table.name)
            .map(|t| t.id)
        else {
            continue;
        };
        if kept.is_some_and(|kept| kept.has(id)) {
            continue;
        }
        for kind in [
            howdah_metadata::RelationshipKind::Object,
            howdah_metadata::RelationshipKind::Array,
        ] {
            for relationship in tracked.relationships(kind) {
                // Those to native queries come when these have been read.
                if matches!(
                    &relationship.using,
                    RelationshipUsing::Manual(ManualConfiguration {
                        target: ManualTarget::NativeQuery(_),
                        ..
                    })
                ) {
                    continue;
                }
                let object = on_table(
                    &metadata.name,
                    &tracked.table,
                    TableObject::Relationship(kind, relationship.name.clone()),
                );
                let resolved = match build(source, id, kind, relationship) {
                    Ok(resolved) => resolved,
                    Err(error) => {
                        findings.add_in_context(object, error);
                        continue;
                    }
                };
                let mut names = vec![relationship.name.clone()];
                if kind == howdah_metadata::RelationshipKind::Array {
                    names.push(format!("{}_aggregate", relationship.name));
                }
                match check_free(source, id, &names) {
                    Ok(()) => {
                        if let Some(table) = source.tables.get_mut(&id).map(Arc::make_mut) {
                            table.relationships.insert(resolved.name.clone(), resolved);
                        }
                    }
                    Err(error) => findings.add(object, error),
                }
            }
        }
    }
}

fn build(
    source: &Source,
    table: TableId,
    kind: howdah_metadata::RelationshipKind,
    relationship: &howdah_metadata::Relationship,
) -> Result<Relationship> {
    let catalog = &source.catalog;
    let name: Arc<str> = relationship.name.as_str().into();
    if !is_graphql_name(&name) {
        return Err(Error::invalid_configuration(format!(
            "{name:?} is not a valid GraphQL name"
        )));
    }
    let kind = match kind {
        howdah_metadata::RelationshipKind::Object => RelationshipKind::Object,
        howdah_metadata::RelationshipKind::Array => RelationshipKind::Array,
    };
    let (target, mapping, nullable, insert_first) = match &relationship.using {
        RelationshipUsing::ForeignKeyOn(columns) => {
            let key = foreign_key(catalog, table, columns, None)?;
            let nullable = key
                .columns
                .iter()
                .any(|column| catalog.column(table, *column).nullable);
            (
                key.target,
                pairs(&key.columns, &key.target_columns),
                nullable,
                true,
            )
        }
        RelationshipUsing::ForeignKeyOf {
            table: other,
            columns,
        } => {
            let other = tracked(source, other)?;
            let key = foreign_key(catalog, other, columns, Some(table))?;
            (other, pairs(&key.target_columns, &key.columns), true, false)
        }
        RelationshipUsing::Manual(manual) => {
            let (target, mapping) = manual_mapping(source, table, manual)?;
            let first = manual.insertion_order != Some(InsertionOrder::AfterParent);
            (target, mapping, true, first)
        }
    };
    if !source.tables.contains_key(&target) {
        let target = catalog.table(target);
        return Err(not_tracked(&QualifiedName::new(
            &*target.schema,
            &*target.name,
        )));
    }
    let standard = match kind {
        RelationshipKind::Object => "An object relationship",
        RelationshipKind::Array => "An array relationship",
    };
    Ok(Relationship {
        name,
        kind,
        target,
        mapping,
        nullable,
        description: description(relationship.comment.as_deref(), None, || {
            Some(standard.into())
        }),
        insert_first: insert_first && kind == RelationshipKind::Object,
    })
}

fn pairs(own: &[ColumnId], other: &[ColumnId]) -> Vec<(ColumnId, ColumnId)> {
    own.iter().copied().zip(other.iter().copied()).collect()
}

/// The one foreign key of `table` on exactly these columns, in any order.
fn foreign_key<'c>(
    catalog: &'c Catalog,
    table: TableId,
    columns: &[String],
    target: Option<TableId>,
) -> Result<&'c ForeignKey> {
    let mut wanted = Vec::with_capacity(columns.len());
    for column in columns {
        let found = catalog
            .table(table)
            .column_named(column)
            .ok_or_else(|| Error::not_exists(format!("column {column:?} does not exist")))?;
        if !wanted.contains(&found) {
            wanted.push(found);
        }
    }
    let mut found = catalog.table(table).foreign_keys.iter().filter(|key| {
        key.columns.len() == wanted.len()
            && key.columns.iter().all(|column| wanted.contains(column))
            && target.is_none_or(|target| key.target == target)
    });
    let constraint_error = |text: &str| Error::new(Code::ConstraintError, text);
    let key = found
        .next()
        .ok_or_else(|| constraint_error("no foreign constraint exists on the given column(s)"))?;
    // Two constraints that say the same are no ambiguity.
    let ambiguous = found.any(|other| {
        (other.target, &other.columns, &other.target_columns)
            != (key.target, &key.columns, &key.target_columns)
    });
    if ambiguous {
        return Err(constraint_error(
            "more than one foreign key constraint exists on the given column(s)",
        ));
    }
    Ok(key)
}

fn manual_mapping(
    source: &Source,
    table: TableId,
    manual: &ManualConfiguration,
) -> Result<(TableId, Vec<(ColumnId, ColumnId)>)> {
    let target = match &manual.target {
        ManualTarget::Table(name) => tracked(source, name)?,
        ManualTarget::NativeQuery(name) => {
            return Err(Error::not_exists(format!("table {name:?} is not tracked")));
        }
    };
    if manual.column_mapping.is_empty() {
        return Err(Error::invalid_configuration("the column mapping is empty"));
    }
    let mut mapping = Vec::with_capacity(manual.column_mapping.len());
    for (own, other) in &manual.column_mapping {
        mapping.push((
            column(&source.catalog, table, own)?,
            column(&source.catalog, target, other)?,
        ));
    }
    Ok((target, mapping))
}

/// A column by name.
pub(super) fn column(catalog: &Catalog, table: TableId, name: &str) -> Result<ColumnId> {
    let found = catalog.table(table);
    found.column_named(name).ok_or_else(|| {
        Error::not_exists(format!(
            "table {:?} has no column named {name:?}",
            crate::rules::qualified(&found.schema, &found.name)
        ))
    })
}

/// A tracked table by name.
pub(super) fn tracked(source: &Source, name: &QualifiedName) -> Result<TableId> {
    source
        .table_named(&name.schema, &name.name)
        .map(|table| table.id)
        .ok_or_else(|| not_tracked(name))
}

/// What is said of tables that are needed and not tracked.
pub(super) fn not_tracked(name: &QualifiedName) -> Error {
    Error::not_exists(format!("table \"{name}\" is not tracked"))
}
