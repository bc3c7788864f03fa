//! What a mutation answers and leaves behind, written from the specification: statement by
//! statement, each seeing the rows as they were before it.

use super::super::condition::Condition;
use super::super::expected::{Expected, Group};
use super::super::naive::{At, Eyes, Mistake, Naive};
use super::super::request::{Arguments, Field};
use super::super::world::{Basis, Cell, Row, Type, World};
use super::mutation::{Change, Conflict, Mutation, NewRow, To, WriteField, WriteKind};
use super::rules::{InsertRule, Preset, UpdateRule, WriteRules, WriteWorld};
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
}

/// What a mutation must come to.
#[derive(Debug)]
pub enum Outcome {
    /// Data, and the tables afterwards.
    Done(Expected, World),
    /// One of these errors, and the tables unchanged.
    Fails(Vec<&'static str>),
}

const CONSTRAINT: &str = "constraint-violation";
const PERMISSION: &str = "permission-error";
const VALIDATION: &str = "validation-failed";

type Fails = Vec<&'static str>;

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

/// A row of an insert with what it gets from other rows.
struct Proposed {
    cells: BTreeMap<usize, Cell>,
    nested: Vec<(usize, Vec<NewRow>)>,
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

    fn eyes<'w>(&'w self, world: &'w World) -> Naive<'w> {
        Naive {
            world,
            role: self.role,
            session: self.session,
            mistake: Mistake::Nothing,
        }
    }

    fn rules(&self, table: usize) -> &WriteRules {
        self.all.rules(self.role, table).expect("a role with rules")
    }

    fn field(&self, state: &mut World, field: &WriteField) -> Result<Expected, Fails> {
        let table = field.table;
        Ok(match &field.kind {
            WriteKind::Insert(rows, conflict, returning) => {
                let (written, count) = self.insert(state, table, rows, conflict.as_ref(), true)?;
                self.response(state, table, &written, count, returning.as_deref(), true)
            }
            WriteKind::InsertOne(row, conflict, fields) => {
                let rows = std::slice::from_ref(row);
                let (written, _) = self.insert(state, table, rows, conflict.as_ref(), true)?;
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

    // ---- Inserts

    fn insert(
        &self,
        state: &mut World,
        table: usize,
        rows: &[NewRow],
        conflict: Option<&Conflict>,
        top: bool,
    ) -> Result<(Vec<Row>, usize), Fails> {
        let proposed = rows
            .iter()
            .map(|row| Proposed {
                cells: row.cells.iter().cloned().collect(),
                nested: row.nested.clone(),
            })
            .collect();
        self.insert_level(state, table, proposed, conflict, top)
    }

    fn insert_level(
        &self,
        state: &mut World,
        table: usize,
        mut rows: Vec<Proposed>,
        conflict: Option<&Conflict>,
        top: bool,
    ) -> Result<(Vec<Row>, usize), Fails> {
        let rule = self.rules(table).insert.as_ref().expect("a right");
        let links = self.all.world.tables[table].links.clone();
        let mut order: Vec<usize> = Vec::new();
        for (link, _) in rows.iter().flat_map(|row| &row.nested) {
            if !order.contains(link) {
                order.push(*link);
            }
        }
        let mut count = 0;
        let taken = |rule: &InsertRule, cells: &BTreeMap<usize, Cell>, columns: &[usize]| {
            columns.iter().any(|c| {
                cells.contains_key(c) || rule.presets.iter().any(|(preset, _)| preset == c)
            })
        };
        let of = |rows: &[Proposed], link: usize| -> Vec<(usize, Vec<NewRow>)> {
            rows.iter()
                .enumerate()
                .flat_map(|(i, row)| row.nested.iter().map(move |n| (i, n)))
                .filter(|(_, (l, _))| *l == link)
                .map(|(i, (_, nested))| (i, nested.clone()))
                .collect()
        };
        for link in order.iter().filter(|l| links[**l].basis == Basis::OwnKey) {
            let own: Vec<usize> = links[*link].mapping.iter().map(|(own, _)| *own).collect();
            let nested = of(&rows, *link);
            if nested
                .iter()
                .any(|(i, _)| taken(rule, &rows[*i].cells, &own))
            {
                return Err(vec![VALIDATION]);
            }
            let all: Vec<NewRow> = nested.iter().flat_map(|(_, rows)| rows.clone()).collect();
            let (written, more) = self.insert(state, links[*link].target, &all, None, false)?;
            count += more;
            for ((i, _), target) in nested.iter().zip(&written) {
                for (own, other) in &links[*link].mapping {
                    rows[*i].cells.insert(*own, target[*other].clone());
                }
            }
        }
        let written = self.insert_rows(state, table, rule, &rows, conflict, top)?;
        count += written.iter().flatten().count();
        for link in order
            .iter()
            .filter(|l| links[**l].basis == Basis::ForeignKey)
        {
            let target = links[*link].target;
            let other: Vec<usize> = links[*link].mapping.iter().map(|(_, o)| *o).collect();
            let nested_rule = self.rules(target).insert.as_ref().expect("a right");
            let mut all = Vec::new();
            for (i, nested) in of(&rows, *link) {
                let Some(parent) = &written[i] else {
                    return Err(vec!["not-supported"]);
                };
                for row in nested {
                    let mut cells: BTreeMap<usize, Cell> = row.cells.iter().cloned().collect();
                    if taken(nested_rule, &cells, &other) {
                        return Err(vec![VALIDATION]);
                    }
                    for (own, other) in &links[*link].mapping {
                        cells.insert(*other, parent[*own].clone());
                    }
                    all.push(Proposed {
                        cells,
                        nested: row.nested,
                    });
                }
            }
            count += self.insert_level(state, target, all, None, false)?.1;
        }
        let written: Vec<Row> = written.into_iter().flatten().collect();
        if self.slip == Slip::NestedUncounted {
            count = written.len();
        }
        Ok((written, count))
    }

    /// One statement; `None` for a row that was skipped.
    fn insert_rows(
        &self,
        state: &mut World,
        table: usize,
        rule: &InsertRule,
        rows: &[Proposed],
        conflict: Option<&Conflict>,
        top: bool,
    ) -> Result<Vec<Option<Row>>, Fails> {
        let before = state.clone();
        let eyes = self.eyes(&before);
        let of = &before.tables[table];
        let mut unchecked = true;
        let mut written = Vec::new();
        for proposed in rows {
            let mut row: Row = vec![Cell::Null; of.columns.len()];
            for (column, cell) in &proposed.cells {
                row[*column] = cell.clone();
            }
            if self.slip != Slip::NoPresets {
                for (column, preset) in &rule.presets {
                    row[*column] = self.preset(preset, of.columns[*column].ty);
                }
            }
            complete(&before, table, &mut row);
            if !self.not_null(&before, table, &row) {
                return Err(vec![CONSTRAINT]);
            }
            let rows = &state.tables[table].rows;
            let clash = conflict.and_then(|conflict| {
                let position = rows
                    .iter()
                    .position(|other| same(of.key, conflict, &row, other));
                position.map(|position| (conflict, position))
            });
            if let Some((conflict, position)) = clash {
                let update = self.rules(table).update.as_ref();
                let existing = rows[position].clone();
                let at = At {
                    table,
                    row: &existing,
                };
                let Some(update) = update.filter(|_| !conflict.update.is_empty()) else {
                    written.push(None);
                    continue;
                };
                let permitted = self.slip == Slip::NoConflictFilter
                    || eyes.holds(&update.filter, at, at, Eyes::Author) == Some(true);
                let asked = self.slip == Slip::NoConflictCondition
                    || conflict
                        .filter
                        .as_ref()
                        .is_none_or(|f| eyes.holds(f, at, at, Eyes::Asker) == Some(true));
                if !permitted || !asked {
                    written.push(None);
                    continue;
                }
                let mut new = existing;
                for column in &conflict.update {
                    new[*column] = row[*column].clone();
                }
                if !matches!(self.slip, Slip::NoPresets | Slip::NoPresetsOfConflicts) {
                    for (column, preset) in &update.presets {
                        new[*column] = self.preset(preset, of.columns[*column].ty);
                    }
                }
                complete(&before, table, &mut new);
                if !self.not_null(&before, table, &new)
                    || !is_unique(state, table, &new, Some(position))
                {
                    return Err(vec![CONSTRAINT]);
                }
                state.tables[table].rows[position] = new.clone();
                let check = match (&update.check, self.slip) {
                    (_, Slip::ConflictsCheckedAsInserts) => Some(&rule.check),
                    (None, Slip::NoCheckOfConflicts) => None,
                    (None, _) => Some(&rule.check),
                    (Some(check), _) => Some(check),
                };
                let passes = check.is_none_or(|c| self.passes(&eyes, c, table, &new));
                unchecked &= passes || self.slip == Slip::NoUpdateCheck;
                written.push(Some(new));
                continue;
            }
            if !is_unique(state, table, &row, None) {
                return Err(vec![CONSTRAINT]);
            }
            state.tables[table].rows.push(row.clone());
            let update = self.rules(table).update.as_ref();
            let check = match (self.slip, conflict, update.and_then(|u| u.check.as_ref())) {
                (Slip::InsertsCheckedAsConflicts, Some(_), Some(check)) => check,
                _ => &rule.check,
            };
            let passes = self.passes(&eyes, check, table, &row)
                || match self.slip {
                    Slip::NoInsertCheck => top,
                    Slip::NoNestedCheck => !top,
                    _ => false,
                };
            unchecked &= passes;
            written.push(Some(row));
        }
        self.judge(state, unchecked)?;
        Ok(written)
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
        let rule: &UpdateRule = self.rules(table).update.as_ref().expect("a right");
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
        let rule = self.rules(table).delete.as_ref().expect("a right");
        let reached = self.reached(state, table, rule, filter, slip);
        let rows = std::mem::take(&mut state.tables[table].rows);
        let mut gone = Vec::new();
        for (i, row) in rows.into_iter().enumerate() {
            match reached.contains(&i) {
                true => gone.push(row),
                false => state.tables[table].rows.push(row),
            }
        }
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

    fn passes(&self, eyes: &Naive<'_>, check: &Condition, table: usize, row: &Row) -> bool {
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
    fn judge(&self, state: &World, checked: bool) -> Result<(), Fails> {
        let mut fails = Vec::new();
        if !refers(state) {
            fails.push(CONSTRAINT);
        }
        if !checked {
            fails.push(PERMISSION);
        }
        if fails.is_empty() { Ok(()) } else { Err(fails) }
    }

    fn not_null(&self, world: &World, table: usize, row: &Row) -> bool {
        let of = &world.tables[table];
        of.columns
            .iter()
            .enumerate()
            .all(|(i, c)| row[i] != Cell::Null || (c.nullable && i >= of.key))
    }

    fn preset(&self, preset: &Preset, ty: Type) -> Cell {
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
fn complete(world: &World, table: usize, row: &mut Row) {
    for (i, column) in world.tables[table].columns.iter().enumerate() {
        if let Some(source) = column.computed {
            row[i] = row[source].clone();
        }
    }
}

/// Whether two rows clash on the constraint of a conflict.
fn same(key: usize, conflict: &Conflict, a: &Row, b: &Row) -> bool {
    match conflict.unique {
        None => a[..key] == b[..key],
        Some(column) => a[column] != Cell::Null && a[column] == b[column],
    }
}

/// Whether no other row clashes with this one.
fn is_unique(world: &World, table: usize, row: &Row, own: Option<usize>) -> bool {
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
