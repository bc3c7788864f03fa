//! What a mutation answers and leaves behind, written from the specification: statement by
//! statement, each seeing the rows as they were before it.

use super::super::condition::Condition;
use super::super::expected::{Expected, Group};
use super::super::naive::{At, Eyes, Mistake, Naive};
use super::super::request::{Arguments, Field};
use super::super::world::{Basis, Cell, Row, Type, World};
use super::mutation::{Change, Conflict, Mutation, To, WriteField, WriteKind};
use super::rules::{Preset, UpdateRule, WriteRules, WriteWorld};
use serde_json::json;
use std::collections::BTreeMap;

/// A mistake that the evaluator makes on purpose, to prove that comparing finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// None.
    Nothing,
    /// Rows are inserted whatever the check says.
    NoInsertCheck,
    /// Nested rows are inserted whatever the check says.
    NoNestedCheck,
    /// Rows may be whatever they are after an update.
    NoUpdateCheck,
    /// Rows are updated whatever the filter says.
    NoUpdateFilter,
    /// Each but the first of many updates reaches rows whatever the filter says.
    NoFilterOfMany,
    /// Rows named by their key are written whatever the filters say.
    NoFilterByKey,
    /// Rows are deleted whatever the filter says.
    NoDeleteFilter,
    /// Conflicting rows are updated whatever the filter says.
    NoConflictFilter,
    /// Conflicting rows are updated whatever the client's condition says.
    NoConflictCondition,
    /// Updated rows of an upsert are judged by the insert's check.
    ConflictsCheckedAsInserts,
    /// Inserted rows of an upsert are judged by the update's check.
    InsertsCheckedAsConflicts,
    /// Where the update has no check, updated rows of an upsert are not judged.
    NoCheckOfConflicts,
    /// Presets are forgotten.
    NoPresets,
    /// The update's presets are forgotten in upserts.
    NoPresetsOfConflicts,
    /// A check that is unknown holds.
    UnknownChecksHold,
    /// Rows of a failed mutation stay.
    FailuresStay,
    /// Nested rows are not counted.
    NestedUncounted,
    /// Functions show rows whatever the rules say.
    FunctionsShowAll,
    /// Conflicting rows of relationships are updated whatever the filter says.
    NoFilterOfNestedConflicts,
    /// Updated rows of relationships are not judged.
    NoCheckOfNestedConflicts,
    /// Rows are inserted though those that they refer to were skipped.
    SkippedRowsAreFound,
    /// A right of an inherited role's own does not go before those of its parents.
    OwnRulesLose,
}

/// What a mutation must come to.
#[derive(Debug)]
pub enum Outcome {
    /// Data, and the tables afterwards.
    Done(Expected, World),
    /// One of these errors, and the tables unchanged.
    Fails(Vec<&'static str>),
}

pub(super) const CONSTRAINT: &str = "constraint-violation";
pub(super) const PERMISSION: &str = "permission-error";
pub(super) const VALIDATION: &str = "validation-failed";
pub(super) const UNSUPPORTED: &str = "not-supported";
pub(super) const TWICE: &str = "unexpected";

pub(super) type Fails = Vec<&'static str>;

/// Writes as a role.
pub struct Writes<'a> {
    /// Tables, rows, rules.
    pub all: &'a WriteWorld,
    /// Who writes.
    pub role: &'a str,
    /// Session variables by lower-case name.
    pub session: &'a BTreeMap<String, String>,
    /// A mistake to make.
    pub slip: Slip,
}

impl Writes<'_> {
    /// What a mutation must come to.
    pub fn outcome(&self, mutation: &Mutation) -> Outcome {
        let mut state = self.all.world.clone();
        let mut data = Vec::new();
        for field in &mutation.fields {
            match self.field(&mut state, field) {
                Ok(value) => data.push((field.key.clone(), value)),
                Err(_) if self.slip == Slip::FailuresStay => {}
                Err(fails) => return Outcome::Fails(fails),
            }
        }
        Outcome::Done(Expected::Object(data), state)
    }

    pub(super) fn eyes<'w>(&'w self, world: &'w World) -> Naive<'w> {
        Naive {
            world,
            role: self.role,
            session: self.session,
            mistake: Mistake::Nothing,
        }
    }

    pub(super) fn rules(&self, table: usize) -> WriteRules {
        let rules = self.all.rules(self.role, table);
        if self.slip != Slip::OwnRulesLose {
            return rules;
        }
        let mut parents = self.all.parents(self.role).iter();
        let inherited = parents.next().map(|p| self.all.rules(p, table));
        let inherited = inherited.unwrap_or_default();
        WriteRules {
            insert: rules.insert.map(|own| inherited.insert.unwrap_or(own)),
            update: rules.update.map(|own| inherited.update.unwrap_or(own)),
            delete: rules.delete.map(|own| inherited.delete.unwrap_or(own)),
        }
    }

    fn field(&self, state: &mut World, field: &WriteField) -> Result<Expected, Fails> {
        let table = field.table;
        Ok(match &field.kind {
            WriteKind::Insert(rows, conflict, returning) => {
                let (written, count) = self.insert(state, table, rows, conflict.as_ref())?;
                self.response(state, table, &written, count, returning.as_deref(), true)
            }
            WriteKind::InsertOne(row, conflict, fields) => {
                let rows = std::slice::from_ref(row);
                let (written, _) = self.insert(state, table, rows, conflict.as_ref())?;
                self.single(state, table, &written, fields)
            }
            WriteKind::Update(change, returning) => {
                let written = self.update(state, table, change, Slip::NoUpdateFilter)?;
                let count = written.len();
                self.response(state, table, &written, count, returning.as_deref(), false)
            }
            WriteKind::UpdateMany(changes, returning) => {
                let mut places = Vec::new();
                for (i, change) in changes.iter().enumerate() {
                    let slip = match i {
                        0 => Slip::Nothing,
                        _ => Slip::NoFilterOfMany,
                    };
                    let written = self.update(state, table, change, slip)?;
                    let count = written.len();
                    let one =
                        self.response(state, table, &written, count, returning.as_deref(), false);
                    places.push(Group {
                        places: vec![vec![one]],
                        take: 1,
                    });
                }
                Expected::List(places)
            }
            WriteKind::UpdateByKey(key, to, fields) => {
                let change = Change {
                    filter: by_key(key),
                    to: to.clone(),
                };
                let written = self.update(state, table, &change, Slip::NoFilterByKey)?;
                self.single(state, table, &written, fields)
            }
            WriteKind::Delete(filter, returning) => {
                let written = self.delete(state, table, filter, Slip::NoDeleteFilter)?;
                let count = written.len();
                self.response(state, table, &written, count, returning.as_deref(), false)
            }
            WriteKind::DeleteByKey(key, fields) => {
                let written = self.delete(state, table, &by_key(key), Slip::NoFilterByKey)?;
                self.single(state, table, &written, fields)
            }
            WriteKind::Function(low, fields) => self.function(state, table, *low, fields)?,
        })
    }

    // ---- Answers

    fn response(
        &self,
        state: &World,
        table: usize,
        rows: &[Row],
        count: usize,
        returning: Option<&[Field]>,
        ordered: bool,
    ) -> Expected {
        let mut entries = vec![("n".to_owned(), Expected::Exact(json!(count)))];
        if let Some(fields) = returning {
            let eyes = self.eyes(state);
            let places: Vec<Vec<Expected>> = rows
                .iter()
                .map(|row| vec![eyes.object(At { table, row }, fields)])
                .collect();
            let groups = match ordered {
                true => places
                    .into_iter()
                    .map(|place| Group {
                        places: vec![place],
                        take: 1,
                    })
                    .collect(),
                false => {
                    let take = places.len();
                    vec![Group { places, take }]
                }
            };
            entries.push(("r".to_owned(), Expected::List(groups)));
        }
        Expected::Object(entries)
    }

    fn single(&self, state: &World, table: usize, rows: &[Row], fields: &[Field]) -> Expected {
        match rows.first() {
            None => Expected::Exact(json!(null)),
            Some(row) => self.eyes(state).object(At { table, row }, fields),
        }
    }

    // ---- Updates and deletes

    fn reached(
        &self,
        state: &World,
        table: usize,
        rule: &Condition,
        filter: &Condition,
        slip: Slip,
    ) -> Vec<usize> {
        let eyes = self.eyes(state);
        let rows = &state.tables[table].rows;
        (0..rows.len())
            .filter(|i| {
                let at = At {
                    table,
                    row: &rows[*i],
                };
                let permitted = (slip != Slip::Nothing && slip == self.slip)
                    || eyes.holds(rule, at, at, Eyes::Author) == Some(true);
                permitted && eyes.holds(filter, at, at, Eyes::Asker) == Some(true)
            })
            .collect()
    }

    fn update(
        &self,
        state: &mut World,
        table: usize,
        change: &Change,
        slip: Slip,
    ) -> Result<Vec<Row>, Fails> {
        let rule: UpdateRule = self.rules(table).update.expect("a right");
        let before = state.clone();
        let eyes = self.eyes(&before);
        let mut checked = true;
        let mut written = Vec::new();
        for position in self.reached(&before, table, &rule.filter, &change.filter, slip) {
            let mut row = before.tables[table].rows[position].clone();
            for (column, to) in &change.to {
                row[*column] = match (to, &row[*column]) {
                    (To::Be(cell), _) => cell.clone(),
                    (To::By(n), Cell::Int(old)) => Cell::Int(old + n),
                    (To::By(_), _) => Cell::Null,
                };
            }
            if self.slip != Slip::NoPresets {
                for (column, preset) in &rule.presets {
                    row[*column] = self.preset(preset, before.tables[table].columns[*column].ty);
                }
            }
            complete(&before, table, &mut row);
            if !self.not_null(&before, table, &row)
                || !is_unique(state, table, &row, Some(position))
            {
                return Err(vec![CONSTRAINT]);
            }
            state.tables[table].rows[position] = row.clone();
            let check = rule.check.as_ref();
            checked &= self.slip == Slip::NoUpdateCheck
                || check.is_none_or(|c| self.passes(&eyes, c, table, &row));
            written.push(row);
        }
        state.mirror(table);
        self.judge(state, checked)?;
        Ok(written)
    }

    fn delete(
        &self,
        state: &mut World,
        table: usize,
        filter: &Condition,
        slip: Slip,
    ) -> Result<Vec<Row>, Fails> {
        let rule = self.rules(table).delete.expect("a right");
        let reached = self.reached(state, table, &rule, filter, slip);
        let rows = std::mem::take(&mut state.tables[table].rows);
        let mut gone = Vec::new();
        for (i, row) in rows.into_iter().enumerate() {
            match reached.contains(&i) {
                true => gone.push(row),
                false => state.tables[table].rows.push(row),
            }
        }
        state.mirror(table);
        self.judge(state, true)?;
        Ok(gone)
    }

    fn function(
        &self,
        state: &mut World,
        table: usize,
        low: i64,
        fields: &[Field],
    ) -> Result<Expected, Fails> {
        let before = state.clone();
        let functions = &self.all.functions;
        let (_, column, value, _) = functions
            .iter()
            .find(|(of, ..)| *of == table)
            .expect("a function");
        for row in &mut state.tables[table].rows {
            if row[0] >= Cell::Int(low) {
                row[*column] = value.clone();
            }
        }
        for i in 0..state.tables[table].rows.len() {
            let mut row = state.tables[table].rows[i].clone();
            complete(&before, table, &mut row);
            state.tables[table].rows[i] = row;
        }
        state.mirror(table);
        self.judge(state, true)?;
        let returned: Vec<Row> = state.tables[table]
            .rows
            .iter()
            .filter(|row| row[0] >= Cell::Int(low))
            .cloned()
            .collect();
        let mut eyes = self.eyes(&before);
        if self.slip == Slip::FunctionsShowAll {
            eyes.mistake = Mistake::NoFilters;
        }
        let ats = returned.iter().map(|row| At { table, row }).collect();
        Ok(eyes.list(ats, table, &Arguments::default(), fields))
    }

    // ---- What holds

    pub(super) fn passes(
        &self,
        eyes: &Naive<'_>,
        check: &Condition,
        table: usize,
        row: &Row,
    ) -> bool {
        // The row lives as long as the judgement.
        let eyes = Naive {
            world: eyes.world,
            role: eyes.role,
            session: eyes.session,
            mistake: eyes.mistake,
        };
        let at = At { table, row };
        match eyes.holds(check, at, at, Eyes::Author) {
            None => self.slip == Slip::UnknownChecksHold,
            Some(holds) => holds,
        }
    }

    /// The end of a statement.
    pub(super) fn judge(&self, state: &World, checked: bool) -> Result<(), Fails> {
        let mut fails = Vec::new();
        if !refers(state) {
            fails.push(CONSTRAINT);
        }
        if !checked {
            fails.push(PERMISSION);
        }
        if fails.is_empty() { Ok(()) } else { Err(fails) }
    }

    pub(super) fn not_null(&self, world: &World, table: usize, row: &Row) -> bool {
        let of = &world.tables[table];
        of.columns
            .iter()
            .enumerate()
            .all(|(i, c)| row[i] != Cell::Null || (c.nullable && i >= of.key))
    }

    pub(super) fn preset(&self, preset: &Preset, ty: Type) -> Cell {
        match preset {
            Preset::Value(cell) => cell.clone(),
            Preset::Session(name) => {
                let text = &self.session[&name.to_lowercase()];
                match ty {
                    Type::Int => Cell::Int(text.parse().expect("a number")),
                    Type::Text => Cell::Text(text.clone()),
                    Type::Bool => Cell::Bool(text == "true"),
                }
            }
        }
    }
}

/// The condition that the key is this.
fn by_key(key: &[Cell]) -> Condition {
    use super::super::condition::{Operand, Operator};
    Condition::And(
        key.iter()
            .enumerate()
            .map(|(i, c)| Condition::Compare(i, Operator::Equal, Operand::Value(c.clone())))
            .collect(),
    )
}

/// Computes the computed fields.
pub(super) fn complete(world: &World, table: usize, row: &mut Row) {
    for (i, column) in world.tables[table].columns.iter().enumerate() {
        if let Some(source) = column.computed {
            row[i] = row[source].clone();
        }
    }
}

/// Whether two rows clash on the constraint of a conflict.
pub(super) fn same(key: usize, conflict: &Conflict, a: &Row, b: &Row) -> bool {
    match conflict.unique {
        None => a[..key] == b[..key],
        Some(column) => a[column] != Cell::Null && a[column] == b[column],
    }
}

/// Whether no other row clashes with this one.
pub(super) fn is_unique(world: &World, table: usize, row: &Row, own: Option<usize>) -> bool {
    let of = &world.tables[table];
    of.rows
        .iter()
        .enumerate()
        .filter(|(i, _)| Some(*i) != own)
        .all(|(_, other)| {
            other[..of.key] != row[..of.key]
                && of
                    .columns
                    .iter()
                    .enumerate()
                    .all(|(c, column)| !column.unique || row[c] == Cell::Null || row[c] != other[c])
        })
}

/// Whether every foreign key leads to a row.
fn refers(world: &World) -> bool {
    world.tables.iter().all(|table| {
        let keys = table.links.iter().filter(|l| l.basis == Basis::OwnKey);
        keys.into_iter().all(|link| {
            table.rows.iter().all(|row| {
                link.mapping.iter().any(|(own, _)| row[*own] == Cell::Null)
                    || world.tables[link.target].rows.iter().any(|target| {
                        link.mapping
                            .iter()
                            .all(|(own, other)| row[*own] == target[*other])
                    })
            })
        })
    })
}
