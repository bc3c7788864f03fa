//! Mutations, written as GraphQL.

use super::super::condition::Condition;
use super::super::request::{Field, select};
use super::super::world::{Arity, Cell, World};
use super::super::writer::Writer;

/// A mutation.
#[derive(Debug, Clone)]
pub struct Mutation {
    /// Its root fields.
    pub fields: Vec<WriteField>,
}

/// A root field.
#[derive(Debug, Clone)]
pub struct WriteField {
    /// Answer key.
    pub key: String,
    /// The table.
    pub table: usize,
    /// What it does.
    pub kind: WriteKind,
}

/// What a root field does.
#[derive(Debug, Clone)]
pub enum WriteKind {
    /// `insert_t`
    Insert(Vec<NewRow>, Option<Conflict>, Returning),
    /// `insert_t_one`
    InsertOne(NewRow, Option<Conflict>, Vec<Field>),
    /// `update_t`
    Update(Change, Returning),
    /// `update_t_by_pk`
    UpdateByKey(Vec<Cell>, Vec<(usize, To)>, Vec<Field>),
    /// `update_t_many`
    UpdateMany(Vec<Change>, Returning),
    /// `delete_t`
    Delete(Condition, Returning),
    /// `delete_t_by_pk`
    DeleteByKey(Vec<Cell>, Vec<Field>),
    /// `bump_t(args: {low: …})`
    Function(i64, Vec<Field>),
}

/// The rows that change, and how.
#[derive(Debug, Clone)]
pub struct Change {
    /// Which.
    pub filter: Condition,
    /// Columns.
    pub to: Vec<(usize, To)>,
}

/// How a cell changes.
#[derive(Debug, Clone)]
pub enum To {
    /// `_set`
    Be(Cell),
    /// `_inc`
    By(i64),
}

/// A row to insert.
#[derive(Debug, Clone)]
pub struct NewRow {
    /// Cells that are given.
    pub cells: Vec<(usize, Cell)>,
    /// Rows of relationships.
    pub nested: Vec<Nested>,
}

/// Rows of a relationship of a new row.
#[derive(Debug, Clone)]
pub struct Nested {
    /// The relationship.
    pub link: usize,
    /// Its rows.
    pub rows: Vec<NewRow>,
    /// What becomes of those that clash.
    pub conflict: Option<Conflict>,
}

/// `on_conflict`
#[derive(Debug, Clone)]
pub struct Conflict {
    /// The unique column; `None` is the primary key.
    pub unique: Option<usize>,
    /// `update_columns`
    pub update: Vec<usize>,
    /// `where`
    pub filter: Option<Condition>,
}

/// `{n: affected_rows r: returning {…}}`, the latter if there are fields.
pub type Returning = Option<Vec<Field>>;

impl Mutation {
    /// The document.
    pub fn graphql(&self, world: &World, writer: &mut Writer) -> String {
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|field| format!("  {}: {}\n", field.key, field.graphql(world, writer)))
            .collect();
        format!("mutation{} {{\n{}}}", writer.head(), fields.concat())
    }
}

impl WriteField {
    fn graphql(&self, world: &World, writer: &mut Writer) -> String {
        let table = self.table;
        let name = &world.tables[table].name;
        let some = |returning: &Returning, writer: &mut Writer| match returning {
            None => "{ n: affected_rows }".to_owned(),
            Some(fields) => format!(
                "{{ n: affected_rows r: returning {} }}",
                select(fields, world, table, writer)
            ),
        };
        match &self.kind {
            WriteKind::Insert(rows, conflict, returning) => {
                let rows: Vec<String> = rows
                    .iter()
                    .map(|row| row.graphql(world, table, writer))
                    .collect();
                let conflict = conflict_text(conflict, world, table, writer);
                let returning = some(returning, writer);
                format!(
                    "insert_{name}(objects: [{}]{conflict}) {returning}",
                    rows.join(", ")
                )
            }
            WriteKind::InsertOne(row, conflict, fields) => {
                let row = row.graphql(world, table, writer);
                let conflict = conflict_text(conflict, world, table, writer);
                let fields = select(fields, world, table, writer);
                format!("insert_{name}_one(object: {row}{conflict}) {fields}")
            }
            WriteKind::Update(change, returning) => {
                let change = change.graphql(world, table, writer);
                format!("update_{name}({change}) {}", some(returning, writer))
            }
            WriteKind::UpdateByKey(key, to, fields) => {
                let key = key_text(key, world, table, writer);
                let to = to_text(to, world, table, writer);
                let fields = select(fields, world, table, writer);
                format!("update_{name}_by_pk(pk_columns: {{{key}}}, {to}) {fields}")
            }
            WriteKind::UpdateMany(changes, returning) => {
                let changes: Vec<String> = changes
                    .iter()
                    .map(|change| format!("{{{}}}", change.graphql(world, table, writer)))
                    .collect();
                let returning = some(returning, writer);
                format!(
                    "update_{name}_many(updates: [{}]) {returning}",
                    changes.join(", ")
                )
            }
            WriteKind::Delete(filter, returning) => {
                let filter = filter.written(world, table, "!", writer);
                format!("delete_{name}(where: {filter}) {}", some(returning, writer))
            }
            WriteKind::DeleteByKey(key, fields) => {
                let key = key_text(key, world, table, writer);
                let fields = select(fields, world, table, writer);
                format!("delete_{name}_by_pk({key}) {fields}")
            }
            WriteKind::Function(low, fields) => {
                let low = writer.value("Int", 30, low.to_string(), (*low).into());
                let fields = select(fields, world, table, writer);
                format!("bump_{name}(args: {{low: {low}}}) {fields}")
            }
        }
    }
}

fn key_text(key: &[Cell], world: &World, table: usize, writer: &mut Writer) -> String {
    let columns = world.tables[table].columns.iter();
    let parts: Vec<String> = columns
        .zip(key)
        .map(|(column, cell)| {
            let value = writer.value("Int!", 40, cell.json().to_string(), cell.json());
            format!("{}: {value}", column.name)
        })
        .collect();
    parts.join(", ")
}

fn cell_text(
    column: usize,
    cell: &Cell,
    world: &World,
    table: usize,
    writer: &mut Writer,
) -> String {
    let ty = world.tables[table].columns[column].ty.graphql();
    match cell {
        // A variable of a type that takes no null would refuse it.
        Cell::Null => "null".to_owned(),
        cell => writer.value(ty, 30, cell.json().to_string(), cell.json()),
    }
}

fn to_text(to: &[(usize, To)], world: &World, table: usize, writer: &mut Writer) -> String {
    let mut parts = Vec::new();
    for operator in ["_set", "_inc"] {
        let entries: Vec<String> = to
            .iter()
            .filter_map(|(column, to)| {
                let value = match (operator, to) {
                    ("_set", To::Be(cell)) => cell_text(*column, cell, world, table, writer),
                    ("_inc", To::By(n)) => writer.value("Int", 30, n.to_string(), (*n).into()),
                    _ => return None,
                };
                Some(format!(
                    "{}: {value}",
                    world.tables[table].columns[*column].name
                ))
            })
            .collect();
        if !entries.is_empty() {
            parts.push(format!("{operator}: {{{}}}", entries.join(", ")));
        }
    }
    parts.join(", ")
}

fn conflict_text(
    conflict: &Option<Conflict>,
    world: &World,
    table: usize,
    writer: &mut Writer,
) -> String {
    let Some(conflict) = conflict else {
        return String::new();
    };
    let of = &world.tables[table];
    let constraint = match conflict.unique {
        None => format!("{}_pkey", of.name),
        Some(column) => format!("{}_{}_key", of.name, of.columns[column].name),
    };
    let columns: Vec<&str> = conflict
        .update
        .iter()
        .map(|c| of.columns[*c].name.as_str())
        .collect();
    let filter = match &conflict.filter {
        None => String::new(),
        Some(filter) => format!(", where: {}", filter.written(world, table, "", writer)),
    };
    format!(
        ", on_conflict: {{constraint: {constraint}, update_columns: [{}]{filter}}}",
        columns.join(", ")
    )
}

impl Change {
    fn graphql(&self, world: &World, table: usize, writer: &mut Writer) -> String {
        let filter = self.filter.written(world, table, "!", writer);
        format!(
            "where: {filter}, {}",
            to_text(&self.to, world, table, writer)
        )
    }
}

impl NewRow {
    fn graphql(&self, world: &World, table: usize, writer: &mut Writer) -> String {
        let of = &world.tables[table];
        let mut entries: Vec<String> = self
            .cells
            .iter()
            .map(|(column, cell)| {
                let value = cell_text(*column, cell, world, table, writer);
                format!("{}: {value}", of.columns[*column].name)
            })
            .collect();
        for nested in &self.nested {
            let link = &of.links[nested.link];
            let rows: Vec<String> = nested
                .rows
                .iter()
                .map(|row| row.graphql(world, link.target, writer))
                .collect();
            let data = match link.arity {
                Arity::One => rows.concat(),
                Arity::Many => format!("[{}]", rows.join(", ")),
            };
            let conflict = conflict_text(&nested.conflict, world, link.target, writer);
            entries.push(format!("{}: {{data: {data}{conflict}}}", link.name));
        }
        format!("{{{}}}", entries.join(", "))
    }
}
