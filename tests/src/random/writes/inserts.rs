//! Inserts of the naive evaluator: rows with others hanging on them, level by level, and one after the
//! other where a level fails.

use super::super::naive::{At, Eyes};
use super::super::world::{Basis, Cell, Link, Row, World};
use super::mutation::{Conflict, Nested, NewRow};
use super::naive::{
    CONSTRAINT, Fails, Slip, TWICE, UNSUPPORTED, VALIDATION, Writes, complete, is_unique, same,
};
use super::rules::InsertRule;
use std::collections::BTreeMap;

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
    pub(super) fn insert(
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
