//! What a mutation answers and leaves behind, written from the specification: statement by
//! statement, each seeing the rows as they were before it.

use super::super::condition::Condition;
use super::super::expected::{Expected, Group};
use super::super::naive::{At, Eyes, Mistake, Naive};
use super::super::request::{Arguments, Field};
use super::super::world::{Basis, Cell, Link, Row, Type, World};
use super::mutation::{Change, Conflict, Mutation, Nested, NewRow, To, WriteField, WriteKind};
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

const CONSTRAINT: &str = "constraint-violation";
const PERMISSION: &str = "permission-error";
const VALIDATION: &str = "validation-failed";
const UNSUPPORTED: &str = "not-supported";
const TWICE: &str = "unexpected";

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
#[derive(Clone)]
struct Proposed {
    cells: BTreeMap<usize, Cell>,
    nested: Vec<Nested>,
}

impl Proposed {
    fn of(row: &NewRow) -> Self {
        let written = row.nested.iter().filter(|nested| !nested.rows.is_empty());
        Proposed {
            cells: row.cells.iter().cloned().collect(),
            nested: written.cloned().collect(),
        }
    }
}

/// Rows of one table that are inserted together.
struct Level {
    rows: Vec<Proposed>,
    conflict: Option<Conflict>,
    /// How many go into each statement.
    parts: Vec<usize>,
    /// Whether each row comes with all that hangs on it, before the next.
    careful: bool,
}

/// Rows of a relationship, ready to be written, and the row that they belong to.
struct Ready {
    parent: usize,
    rows: Vec<Proposed>,
    conflict: Option<Conflict>,
}

/// One level of all that have the same rule for conflicts, in order. With a rule each part is a
/// statement.
fn levels(all: Vec<Ready>, careful: bool) -> Vec<(Level, Vec<usize>)> {
    let mut levels: Vec<(Level, Vec<usize>)> = Vec::new();
    for ready in all {
        let size = ready.rows.len();
        match levels.last_mut() {
            Some((level, parents)) if same_rule(&level.conflict, &ready.conflict) => {
                level.rows.extend(ready.rows);
                parents.push(ready.parent);
                match (&level.conflict, level.parts.last_mut()) {
                    (None, Some(whole)) => *whole += size,
                    _ => level.parts.push(size),
                }
            }
            _ => {
                let level = Level {
                    rows: ready.rows,
                    conflict: ready.conflict,
                    parts: vec![size],
                    careful,
                };
                levels.push((level, vec![ready.parent]));
            }
        }
    }
    levels
}

/// Conditions with values of their own are never the same.
fn same_rule(one: &Option<Conflict>, other: &Option<Conflict>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one.unique == other.unique
                && one.update == other.update
                && one.filter.is_none()
                && other.filter.is_none()
        }
        _ => false,
    }
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

    fn rules(&self, table: usize) -> WriteRules {
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

    // ---- Inserts

    fn insert(
        &self,
        state: &mut World,
        table: usize,
        rows: &[NewRow],
        conflict: Option<&Conflict>,
    ) -> Result<(Vec<Row>, usize), Fails> {
        let write = |state: &mut World, careful| {
            let level = Level {
                rows: rows.iter().map(Proposed::of).collect(),
                conflict: conflict.cloned(),
                parts: vec![rows.len()],
                careful,
            };
            let (written, count) = self.insert_level(state, table, level, Depth::Top)?;
            Ok((written.into_iter().flatten().collect(), count))
        };
        let before = state.clone();
        match write(state, false) {
            // It counts what becomes of one row after the other.
            Err(_) if rows.iter().any(|row| !row.nested.is_empty()) => {
                *state = before;
                write(state, true)
            }
            other => other,
        }
    }

    fn insert_level(
        &self,
        state: &mut World,
        table: usize,
        level: Level,
        depth: Depth,
    ) -> Result<(Vec<Option<Row>>, usize), Fails> {
        if level.careful && level.rows.len() > 1 && level.rows.iter().any(|r| !r.nested.is_empty())
        {
            let (mut written, mut count) = (Vec::new(), 0);
            for row in level.rows {
                let level = Level {
                    rows: vec![row],
                    conflict: level.conflict.clone(),
                    parts: vec![1],
                    careful: true,
                };
                let (row, more) = self.insert_level(state, table, level, depth)?;
                written.extend(row);
                count += more;
            }
            return Ok((written, count));
        }
        let Level {
            mut rows,
            conflict,
            mut parts,
            careful,
        } = level;
        let rule = self.rules(table).insert.expect("a right");
        let links = self.all.world.tables[table].links.clone();
        let mut order: Vec<usize> = Vec::new();
        for nested in rows.iter().flat_map(|row| &row.nested) {
            if !order.contains(&nested.link) {
                order.push(nested.link);
            }
        }
        let (before, after): (Vec<usize>, Vec<usize>) = order
            .into_iter()
            .partition(|link| links[*link].basis == Basis::OwnKey);
        let mut count = 0;
        for link in before {
            count += self.insert_before(state, &links[link], link, &mut rows, careful)?;
        }
        // Where it matters which rows were skipped, each is a statement.
        let matters = depth == Depth::Before || !after.is_empty();
        if conflict.is_some() && matters {
            parts = vec![1; rows.len()];
        }
        let mut written = Vec::new();
        let mut rest = rows.as_slice();
        for size in parts {
            let (part, more) = rest.split_at(size);
            let conflict = conflict.as_ref();
            written.extend(self.insert_rows(state, table, &rule, part, conflict, depth)?);
            rest = more;
        }
        count += written.iter().flatten().count();
        for link in after {
            count += self.insert_after(state, &links[link], link, &rows, &written, careful)?;
        }
        if self.slip == Slip::NestedUncounted {
            count = written.iter().flatten().count();
        }
        Ok((written, count))
    }

    /// The rows that others refer to, and their keys in those.
    fn insert_before(
        &self,
        state: &mut World,
        link: &Link,
        number: usize,
        rows: &mut [Proposed],
        careful: bool,
    ) -> Result<usize, Fails> {
        let own: Vec<usize> = link.mapping.iter().map(|(own, _)| *own).collect();
        let nested = nested_of(rows, number);
        if nested.iter().any(|(i, _)| taken(&rows[*i].cells, &own)) {
            return Err(vec![VALIDATION]);
        }
        let ready = nested
            .into_iter()
            .map(|(parent, nested)| Ready {
                parent,
                rows: nested.rows.iter().map(Proposed::of).collect(),
                conflict: nested.conflict,
            })
            .collect();
        let mut count = 0;
        for (level, parents) in levels(ready, careful) {
            let (written, more) = self.insert_level(state, link.target, level, Depth::Before)?;
            count += more;
            for (parent, target) in parents.into_iter().zip(written) {
                match target {
                    Some(target) => {
                        for (own, other) in &link.mapping {
                            rows[parent].cells.insert(*own, target[*other].clone());
                        }
                    }
                    None if self.slip == Slip::SkippedRowsAreFound => {}
                    None => return Err(vec![UNSUPPORTED]),
                }
            }
        }
        Ok(count)
    }

    /// The rows that refer to others, with the keys of those.
    fn insert_after(
        &self,
        state: &mut World,
        link: &Link,
        number: usize,
        rows: &[Proposed],
        written: &[Option<Row>],
        careful: bool,
    ) -> Result<usize, Fails> {
        let other: Vec<usize> = link.mapping.iter().map(|(_, other)| *other).collect();
        let mut all = Vec::new();
        for (parent, nested) in nested_of(rows, number) {
            let Some(keys) = &written[parent] else {
                if self.slip == Slip::SkippedRowsAreFound {
                    continue;
                }
                return Err(vec![UNSUPPORTED]);
            };
            let mut rows: Vec<Proposed> = nested.rows.iter().map(Proposed::of).collect();
            for row in &mut rows {
                if taken(&row.cells, &other) {
                    return Err(vec![VALIDATION]);
                }
                for (own, other) in &link.mapping {
                    row.cells.insert(*other, keys[*own].clone());
                }
            }
            all.push(Ready {
                parent,
                rows,
                conflict: nested.conflict,
            });
        }
        let mut count = 0;
        for (level, _) in levels(all, careful) {
            count += self
                .insert_level(state, link.target, level, Depth::After)?
                .1;
        }
        Ok(count)
    }

    /// One statement; `None` for a row that was skipped.
    fn insert_rows(
        &self,
        state: &mut World,
        table: usize,
        rule: &InsertRule,
        rows: &[Proposed],
        conflict: Option<&Conflict>,
        depth: Depth,
    ) -> Result<Vec<Option<Row>>, Fails> {
        let top = depth == Depth::Top;
        let before = state.clone();
        let eyes = self.eyes(&before);
        let of = &before.tables[table];
        let update = self.rules(table).update;
        let mut unchecked = true;
        let mut touched = Vec::new();
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
                let existing = rows[position].clone();
                let at = At {
                    table,
                    row: &existing,
                };
                let Some(update) = update.as_ref().filter(|_| !conflict.update.is_empty()) else {
                    written.push(None);
                    continue;
                };
                if touched.contains(&position) {
                    // No row is updated twice by one statement.
                    return Err(vec![TWICE]);
                }
                let permitted = self.slip == Slip::NoConflictFilter
                    || (self.slip == Slip::NoFilterOfNestedConflicts && !top)
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
                unchecked &= passes
                    || self.slip == Slip::NoUpdateCheck
                    || (self.slip == Slip::NoCheckOfNestedConflicts && !top);
                touched.push(position);
                written.push(Some(new));
                continue;
            }
            if !is_unique(state, table, &row, None) {
                return Err(vec![CONSTRAINT]);
            }
            touched.push(state.tables[table].rows.len());
            state.tables[table].rows.push(row.clone());
            let checked = update.as_ref().and_then(|u| u.check.as_ref());
            let check = match (self.slip, conflict, checked) {
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
        state.mirror(table);
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

/// Where in a tree of inserts a level stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// The root field's own rows.
    Top,
    /// Rows that others refer to.
    Before,
    /// Rows that refer to others.
    After,
}

/// Whether a row is given values in some columns.
fn taken(cells: &BTreeMap<usize, Cell>, columns: &[usize]) -> bool {
    columns.iter().any(|c| cells.contains_key(c))
}

/// Rows of a relationship with the numbers of the rows that they belong to.
fn nested_of(rows: &[Proposed], link: usize) -> Vec<(usize, Nested)> {
    rows.iter()
        .enumerate()
        .flat_map(|(i, row)| row.nested.iter().map(move |nested| (i, nested.clone())))
        .filter(|(_, nested)| nested.link == link)
        .collect()
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
