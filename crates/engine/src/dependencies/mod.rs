//! What every object of a source needs, and who needs what is about to go (L17).
//!
//! Built when a drop or a change of the database asks for it, from the resolved model: objects that
//! are inconsistent already need nothing.

mod expression;
mod natives;

use expression::expression_needs;
use howdah_ir::catalog::{ColumnId, FunctionId, TableId};
use howdah_metadata::{
    Columns, ManualTarget, MetadataObject, PermissionKind, Presets, QualifiedName,
    RelationshipKind, RelationshipUsing, SourceObject, TableObject,
};
use howdah_schema::model::{ComputedReturn, Source};
use howdah_schema::rules::session_variable;
use std::collections::{BTreeMap, HashSet};

/// Something an object needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// A tracked table.
    Table(TableId),
    /// A column.
    Column(TableId, ColumnId),
    /// A field of a table: relationship or computed field.
    Field(TableId, String),
    /// A foreign key of a table, by position.
    ForeignKey(TableId, usize),
    /// A function.
    Function(FunctionId),
    /// A native query.
    NativeQuery(String),
    /// A logical model.
    LogicalModel(String),
}

impl Need {
    /// The table that it is, or is part of.
    fn table(&self) -> Option<TableId> {
        match self {
            Need::Table(table)
            | Need::Column(table, _)
            | Need::Field(table, _)
            | Need::ForeignKey(table, _) => Some(*table),
            Need::Function(_) | Need::NativeQuery(_) | Need::LogicalModel(_) => None,
        }
    }
}

/// How a column is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    /// Of whatever type it is.
    AnyType,
    /// With the type it has: it is compared with a constant.
    ThisType,
}

/// An object with what it needs.
#[derive(Debug)]
pub(crate) struct Dependent {
    pub(crate) object: MetadataObject,
    /// The table it stands on.
    pub(crate) on: Option<TableId>,
    pub(crate) needs: BTreeMap<Need, Strength>,
}

impl Dependent {
    fn needs_any(&self, needs: &[Need]) -> bool {
        needs.iter().any(|need| self.needs.contains_key(need))
    }

    /// What others may need of it.
    fn provides(&self) -> Option<Need> {
        let MetadataObject::InSource { object, .. } = &self.object else {
            return None;
        };
        match (object, self.on) {
            (
                SourceObject::InTable {
                    object: TableObject::Relationship(_, name) | TableObject::ComputedField(name),
                    ..
                },
                Some(table),
            ) => Some(Need::Field(table, name.clone())),
            (SourceObject::NativeQuery(name), _) => Some(Need::NativeQuery(name.clone())),
            (SourceObject::LogicalModel(name), _) => Some(Need::LogicalModel(name.clone())),
            _ => None,
        }
    }
}

/// All objects of a source with what they need, in the order of the metadata.
#[derive(Debug)]
pub(crate) struct Dependencies(Vec<Dependent>);

impl Dependencies {
    /// Looks at every object of a source.
    pub(crate) fn of(source: &Source, metadata: &howdah_metadata::Source) -> Self {
        let mut found = Vec::new();
        for table in &metadata.tables {
            if let Some(id) = source.table_named(&table.table.schema, &table.table.name) {
                on_table(source, &metadata.name, table, id.id, &mut found);
            }
        }
        for function in &metadata.functions {
            functions(source, &metadata.name, function, &mut found);
        }
        natives::natives(source, metadata, &mut found);
        Dependencies(found)
    }

    /// Who needs a table or any part of it, other than what stands on it, and who needs those in turn.
    pub(crate) fn on_table(&self, table: TableId) -> Vec<MetadataObject> {
        self.with_further(&[table], |dependent| {
            dependent
                .needs
                .keys()
                .any(|need| need.table() == Some(table))
        })
    }

    /// Who needs one of these, other than what stands on one of the tables `gone`, and who needs those
    /// in turn.
    pub(crate) fn on_any(&self, needs: &[Need], gone: &[TableId]) -> Vec<MetadataObject> {
        self.with_further(gone, |dependent| dependent.needs_any(needs))
    }

    /// Who needs one of these itself.
    pub(crate) fn directly_on(&self, needs: &[Need]) -> Vec<MetadataObject> {
        self.select(|dependent| dependent.needs_any(needs))
    }

    /// Those who are wanted and those who need them, over any number of steps, but for what stands on
    /// one of the tables `gone`.
    fn with_further(
        &self,
        gone: &[TableId],
        wanted: impl Fn(&Dependent) -> bool,
    ) -> Vec<MetadataObject> {
        let stays = |dependent: &Dependent| !dependent.on.is_some_and(|on| gone.contains(&on));
        let mut found: Vec<bool> = self.0.iter().map(|d| stays(d) && wanted(d)).collect();
        let mut lost: Vec<Need> = self.provided(&found);
        while !lost.is_empty() {
            let further: Vec<bool> = self
                .0
                .iter()
                .zip(&found)
                .map(|(d, is_found)| !is_found && stays(d) && d.needs_any(&lost))
                .collect();
            lost = self.provided(&further);
            for (is_found, is_further) in found.iter_mut().zip(further) {
                *is_found |= is_further;
            }
        }
        let mut found = found.into_iter();
        self.select(|_| found.next().unwrap_or_default())
    }

    /// What others may need of those that are marked.
    fn provided(&self, marks: &[bool]) -> Vec<Need> {
        let marked = self.0.iter().zip(marks).filter(|(_, mark)| **mark);
        marked
            .filter_map(|(dependent, _)| dependent.provides())
            .collect()
    }

    /// The tables on which something stands that needs one of `tables` or a part of one.
    pub(crate) fn tables_in_need(&self, tables: &HashSet<TableId>) -> HashSet<TableId> {
        let in_need = |dependent: &&Dependent| {
            let mut needs = dependent.needs.keys().filter_map(Need::table);
            needs.any(|table| tables.contains(&table))
        };
        self.0.iter().filter(in_need).filter_map(|d| d.on).collect()
    }

    /// Who needs a column to have the type it has.
    pub(crate) fn on_type(&self, table: TableId, column: ColumnId) -> Vec<MetadataObject> {
        self.select(|dependent| {
            dependent.needs.get(&Need::Column(table, column)) == Some(&Strength::ThisType)
        })
    }

    fn select(&self, mut wanted: impl FnMut(&Dependent) -> bool) -> Vec<MetadataObject> {
        self.0
            .iter()
            .filter(|d| wanted(d))
            .map(|d| d.object.clone())
            .collect()
    }
}

/// What an object needs, being collected.
#[derive(Default)]
pub(crate) struct Needs(BTreeMap<Need, Strength>);

impl Needs {
    pub(crate) fn add(&mut self, need: Need) {
        self.0.entry(need).or_insert(Strength::AnyType);
    }

    pub(crate) fn add_typed(&mut self, need: Need) {
        self.0.insert(need, Strength::ThisType);
    }
}

fn on_table(
    source: &Source,
    source_name: &str,
    table: &howdah_metadata::Table,
    id: TableId,
    found: &mut Vec<Dependent>,
) {
    let mut push = |object: TableObject, needs: Needs| {
        found.push(Dependent {
            object: MetadataObject::in_table(source_name, table.table.clone(), object),
            on: Some(id),
            needs: needs.0,
        });
    };
    for kind in [RelationshipKind::Object, RelationshipKind::Array] {
        for relationship in table.relationships(kind) {
            let needs = relationship_needs(source, id, relationship);
            push(
                TableObject::Relationship(kind, relationship.name.clone()),
                needs,
            );
        }
    }
    for field in &table.computed_fields {
        let needs = computed_needs(source, id, &field.name);
        push(TableObject::ComputedField(field.name.clone()), needs);
    }
    let columns = |columns: &Columns, needs: &mut Needs| {
        // All columns are whatever columns there are.
        if let Columns::List(names) = columns {
            names
                .iter()
                .for_each(|name| add_column(source, id, name, needs));
        }
    };
    for entry in &table.insert_permissions {
        let mut needs = Needs::default();
        expression_needs(source, id, &entry.permission.check, &mut needs);
        entry
            .permission
            .columns
            .iter()
            .for_each(|list| columns(list, &mut needs));
        add_presets(source, id, &entry.permission.set, &mut needs);
        push(
            TableObject::Permission(PermissionKind::Insert, entry.role.clone()),
            needs,
        );
    }
    for entry in &table.select_permissions {
        let mut needs = Needs::default();
        expression_needs(source, id, &entry.permission.filter, &mut needs);
        columns(&entry.permission.columns, &mut needs);
        for field in &entry.permission.computed_fields {
            needs.add(Need::Field(id, field.clone()));
        }
        push(
            TableObject::Permission(PermissionKind::Select, entry.role.clone()),
            needs,
        );
    }
    for entry in &table.update_permissions {
        let mut needs = Needs::default();
        expression_needs(source, id, &entry.permission.filter, &mut needs);
        if let Some(check) = &entry.permission.check {
            expression_needs(source, id, check, &mut needs);
        }
        columns(&entry.permission.columns, &mut needs);
        add_presets(source, id, &entry.permission.set, &mut needs);
        push(
            TableObject::Permission(PermissionKind::Update, entry.role.clone()),
            needs,
        );
    }
    for entry in &table.delete_permissions {
        let mut needs = Needs::default();
        expression_needs(source, id, &entry.permission.filter, &mut needs);
        push(
            TableObject::Permission(PermissionKind::Delete, entry.role.clone()),
            needs,
        );
    }
}

fn add_column(source: &Source, table: TableId, name: &str, needs: &mut Needs) {
    if let Some(column) = source.catalog.table(table).column_named(name) {
        needs.add(Need::Column(table, column));
    }
}

/// A preset constant must fit its column's type.
fn add_presets(source: &Source, table: TableId, presets: &Presets, needs: &mut Needs) {
    for (name, value) in presets {
        if let Some(column) = source.catalog.table(table).column_named(name) {
            let need = Need::Column(table, column);
            if value.is_null() || session_variable(value).is_some() {
                needs.add(need);
            } else {
                needs.add_typed(need);
            }
        }
    }
}

fn relationship_needs(
    source: &Source,
    table: TableId,
    relationship: &howdah_metadata::Relationship,
) -> Needs {
    let mut needs = Needs::default();
    if let RelationshipUsing::Manual(manual) = &relationship.using
        && let ManualTarget::NativeQuery(_) = manual.target
    {
        needs.add(Need::Table(table));
        natives::manual_needs(source, table, manual, &mut needs);
        return needs;
    }
    let Some(resolved) = source
        .table(table)
        .and_then(|t| t.relationships.get(relationship.name.as_str()))
    else {
        return needs;
    };
    needs.add(Need::Table(table));
    needs.add(Need::Table(resolved.target));
    for (own, other) in &resolved.mapping {
        needs.add(Need::Column(table, *own));
        needs.add(Need::Column(resolved.target, *other));
    }
    let own: Vec<ColumnId> = resolved.mapping.iter().map(|(own, _)| *own).collect();
    let other: Vec<ColumnId> = resolved.mapping.iter().map(|(_, other)| *other).collect();
    let (holder, target, columns) = match &relationship.using {
        RelationshipUsing::ForeignKeyOn(_) => (table, resolved.target, own),
        RelationshipUsing::ForeignKeyOf { .. } => (resolved.target, table, other),
        RelationshipUsing::Manual(_) => return needs,
    };
    for (position, key) in source.catalog.table(holder).foreign_keys.iter().enumerate() {
        let same = key.columns.len() == columns.len()
            && key.columns.iter().all(|column| columns.contains(column));
        if same && key.target == target {
            needs.add(Need::ForeignKey(holder, position));
            break;
        }
    }
    needs
}

fn computed_needs(source: &Source, table: TableId, name: &str) -> Needs {
    let mut needs = Needs::default();
    if let Some(field) = source
        .table(table)
        .and_then(|t| t.computed_fields.get(name))
    {
        needs.add(Need::Table(table));
        needs.add(Need::Function(field.function));
        if let ComputedReturn::Rows(target) = field.returns {
            needs.add(Need::Table(target));
        }
    }
    needs
}

fn functions(
    source: &Source,
    source_name: &str,
    function: &howdah_metadata::Function,
    found: &mut Vec<Dependent>,
) {
    let Some(tracked) = source.functions.iter().find(|tracked| {
        let info = source.catalog.function(tracked.id);
        *info.schema == *function.function.schema && *info.name == *function.function.name
    }) else {
        return;
    };
    let mut needs = Needs::default();
    needs.add(Need::Table(tracked.table));
    needs.add(Need::Function(tracked.id));
    found.push(Dependent {
        object: MetadataObject::function(source_name, function.function.clone()),
        on: None,
        needs: needs.0,
    });
    for permission in &function.permissions {
        let mut needs = Needs::default();
        needs.add(Need::Function(tracked.id));
        found.push(Dependent {
            object: MetadataObject::in_source(
                source_name,
                SourceObject::FunctionPermission {
                    function: function.function.clone(),
                    role: permission.role.clone(),
                },
            ),
            on: None,
            needs: needs.0,
        });
    }
}

/// The metadata name of a table.
pub(crate) fn table_name(source: &Source, table: TableId) -> QualifiedName {
    let info = source.catalog.table(table);
    QualifiedName::new(&*info.schema, &*info.name)
}
