//! Random mutations of a role: what its schema offers, or something that it must not offer.

use super::super::condition::Condition;
use super::super::dice::Dice;
use super::super::naive::{Mistake, Naive};
use super::super::request::Field;
use super::super::requests::Inventor;
use super::super::world::{Arity, Basis, Cell, Type};
use super::super::worlds;
use super::mutation::{
    Change, Conflict, Mutation, Nested, NewRow, Returning, To, WriteField, WriteKind,
};
use super::rules::{InsertRule, WriteWorld};
use std::collections::{BTreeMap, BTreeSet};

/// Invents mutations.
pub struct WriteInventor<'a> {
    /// Randomness.
    pub dice: &'a mut Dice,
    /// Tables and rules.
    pub all: &'a WriteWorld,
    /// Who asks.
    pub role: &'a str,
    /// Session variables.
    pub session: &'a BTreeMap<String, String>,
}

impl WriteInventor<'_> {
    fn reader<T>(&mut self, ask: impl FnOnce(&mut Inventor<'_, '_>) -> T) -> T {
        let naive = Naive {
            world: &self.all.world,
            role: self.role,
            session: self.session,
            mistake: Mistake::Nothing,
        };
        ask(&mut Inventor {
            dice: self.dice,
            naive: &naive,
        })
    }

    fn opens(&mut self, table: usize) -> bool {
        self.reader(|r| r.opens(table))
    }

    fn has_key(&mut self, table: usize) -> bool {
        let key = self.all.world.tables[table].key;
        let columns = self.reader(|r| r.columns(table));
        (0..key).all(|c| columns.contains(&c))
    }

    fn fields(&mut self, table: usize) -> Vec<Field> {
        let depth = if self.dice.chance(50) { 0 } else { 2 };
        self.reader(|r| r.fields(table, depth))
    }

    fn returning(&mut self, table: usize) -> Returning {
        (self.opens(table) && self.dice.chance(80)).then(|| self.fields(table))
    }

    fn condition(&mut self, table: usize) -> Condition {
        match self.dice.chance(30) {
            true => Condition::everything(),
            false => {
                let depth = self.dice.between(0, 2);
                self.reader(|r| r.condition(table, depth))
            }
        }
    }

    /// A mutation, if the role may write anything.
    pub fn mutation(&mut self) -> Option<Mutation> {
        let count = if self.dice.chance(30) { 2 } else { 1 };
        let mut fields = Vec::new();
        for _ in 0..30 {
            if fields.len() == count {
                break;
            }
            let table = self.dice.below(self.all.world.tables.len());
            if let Some(kind) = self.kind(table) {
                fields.push(WriteField {
                    key: format!("m{}", fields.len()),
                    table,
                    kind,
                });
            }
        }
        (!fields.is_empty()).then_some(Mutation { fields })
    }

    fn insert_rule(&self, table: usize) -> Option<InsertRule> {
        let rule = self.all.rules(self.role, table).insert?;
        (!rule.backend).then_some(rule)
    }

    fn is_view(&self, table: usize) -> bool {
        self.all.world.tables[table].view_of.is_some()
    }

    fn kind(&mut self, table: usize) -> Option<WriteKind> {
        let rules = self.all.rules(self.role, table);
        match self.dice.below(12) {
            0..=3 => {
                self.insert_rule(table)?;
                let one = self.dice.chance(40) && self.opens(table);
                let number = if one { 1 } else { self.dice.between(0, 3) };
                let depth = if self.dice.chance(40) { 2 } else { 0 };
                let conflict = match self.dice.chance(35) {
                    true => self.conflict(table, true),
                    false => None,
                };
                let mut rows = self.rows(table, number, depth, &[], conflict.as_ref());
                if one {
                    let row = rows.pop()?;
                    return Some(WriteKind::InsertOne(row, conflict, self.fields(table)));
                }
                Some(WriteKind::Insert(rows, conflict, self.returning(table)))
            }
            4 | 5 => {
                rules.update?;
                if !self.opens(table) {
                    return None;
                }
                let change = self.change(table)?;
                Some(WriteKind::Update(change, self.returning(table)))
            }
            6 => {
                rules.update?;
                if !self.opens(table) {
                    return None;
                }
                // Without a column that may be set there is no such field.
                self.to(table)?;
                let changes: Option<Vec<Change>> = (0..self.dice.between(0, 3))
                    .map(|_| self.change(table))
                    .collect();
                Some(WriteKind::UpdateMany(changes?, self.returning(table)))
            }
            7 => {
                rules.update?;
                if !self.has_key(table) || self.is_view(table) {
                    return None;
                }
                let to = self.to(table)?;
                Some(WriteKind::UpdateByKey(
                    self.key(table),
                    to,
                    self.fields(table),
                ))
            }
            8 => {
                rules.delete?;
                if !self.opens(table) {
                    return None;
                }
                Some(WriteKind::Delete(
                    self.condition(table),
                    self.returning(table),
                ))
            }
            9 => {
                rules.delete?;
                if !self.has_key(table) || self.is_view(table) {
                    return None;
                }
                Some(WriteKind::DeleteByKey(self.key(table), self.fields(table)))
            }
            _ => {
                let functions = &self.all.functions;
                let (.., roles) = functions.iter().find(|(of, ..)| *of == table)?;
                if !self.all.calls(self.role, roles) || !self.opens(table) {
                    return None;
                }
                let low = self.dice.between(0, 9) as i64;
                Some(WriteKind::Function(low, self.fields(table)))
            }
        }
    }

    fn key(&mut self, table: usize) -> Vec<Cell> {
        let of = &self.all.world.tables[table];
        match self.dice.pick(&of.rows) {
            Some(row) if self.dice.chance(85) => row[..of.key].to_vec(),
            _ => vec![Cell::Int(2); of.key],
        }
    }

    /// Rows to insert, of which no two meet the same row.
    fn rows(
        &mut self,
        table: usize,
        number: usize,
        depth: usize,
        without: &[usize],
        conflict: Option<&Conflict>,
    ) -> Vec<NewRow> {
        let mut keys = BTreeSet::new();
        let mut rows = Vec::new();
        for _ in 0..number {
            // Where clashes are provided for, there are to be some.
            let known = if conflict.is_some() { 70 } else { 25 };
            let row = self.row(table, depth, without, known);
            let key = |columns: &[usize]| -> Vec<Option<Cell>> {
                let of = |c| {
                    row.cells
                        .iter()
                        .find(|(i, _)| *i == c)
                        .map(|(_, v)| v.clone())
                };
                columns.iter().map(|c| of(*c)).collect()
            };
            let columns: Vec<usize> = match conflict.and_then(|c| c.unique) {
                Some(column) => vec![column],
                None => (0..self.all.world.tables[table].key).collect(),
            };
            if conflict.is_none() || keys.insert(key(&columns)) {
                rows.push(row);
            }
        }
        rows
    }

    /// Columns to give: all that must be, and most others.
    fn row(&mut self, table: usize, depth: usize, without: &[usize], known: usize) -> NewRow {
        let rule = self.insert_rule(table);
        let of = &self.all.world.tables[table];
        let permitted: Vec<usize> = rule
            .iter()
            .flat_map(|rule| {
                let preset = |c: &usize| rule.presets.iter().any(|(p, _)| p == c);
                rule.columns.iter().copied().filter(move |c| !preset(c))
            })
            .filter(|c| !without.contains(c))
            .collect();
        let mut nested = Vec::new();
        let mut given_by_others = without.to_vec();
        if depth > 0 {
            for link in self.all.insertable_links(table) {
                let link_of = &of.links[link];
                let overlap = link_of.basis == Basis::OwnKey
                    && link_of
                        .mapping
                        .iter()
                        .any(|(own, _)| given_by_others.contains(own));
                if overlap || !self.dice.chance(50) || self.insert_rule(link_of.target).is_none() {
                    continue;
                }
                let (number, without): (usize, Vec<usize>) = match link_of.arity {
                    Arity::One => {
                        given_by_others.extend(link_of.mapping.iter().map(|(own, _)| *own));
                        (1, Vec::new())
                    }
                    Arity::Many => (
                        self.dice.between(0, 2),
                        link_of.mapping.iter().map(|(_, other)| *other).collect(),
                    ),
                };
                let conflict = match self.dice.chance(35) {
                    true => self.conflict(link_of.target, false),
                    false => None,
                };
                let rows = self.rows(
                    link_of.target,
                    number,
                    depth - 1,
                    &without,
                    conflict.as_ref(),
                );
                nested.push(Nested {
                    link,
                    rows,
                    conflict,
                });
            }
        }
        let mut cells = Vec::new();
        for column in permitted {
            // Seldom given though another row determines it.
            if given_by_others.contains(&column) && !self.dice.chance(2) {
                continue;
            }
            let required = column < of.key || !of.columns[column].nullable;
            if self.dice.chance(if required { 98 } else { 75 }) {
                cells.push((column, self.cell(table, column, known)));
            }
        }
        self.dice.shuffle(&mut cells);
        NewRow { cells, nested }
    }

    /// A value for a column: of keys one that is there in so many of a hundred cases, of foreign keys
    /// often one that is there.
    fn cell(&mut self, table: usize, column: usize, known: usize) -> Cell {
        let of = &self.all.world.tables[table];
        if column < of.key {
            return match self.dice.pick(&of.rows) {
                Some(row) if self.dice.chance(known) => row[column].clone(),
                _ => Cell::Int(self.dice.between(9, 60) as i64),
            };
        }
        if of.columns[column].nullable && self.dice.chance(15) {
            return Cell::Null;
        }
        let key = of
            .links
            .iter()
            .filter(|l| l.basis == Basis::OwnKey)
            .find_map(|l| {
                let (_, other) = l.mapping.iter().find(|(own, _)| *own == column)?;
                Some((l.target, *other))
            });
        if let Some((target, other)) = key
            && let Some(row) = self.dice.pick(&self.all.world.tables[target].rows)
        {
            return row[other].clone();
        }
        worlds::value(self.dice, of.columns[column].ty)
    }

    fn change(&mut self, table: usize) -> Option<Change> {
        let to = self.to(table)?;
        Some(Change {
            filter: self.condition(table),
            to,
        })
    }

    fn to(&mut self, table: usize) -> Option<Vec<(usize, To)>> {
        let rule = self.all.rules(self.role, table).update?;
        let of = &self.all.world.tables[table];
        let open: Vec<usize> = rule
            .columns
            .iter()
            .copied()
            .filter(|c| rule.presets.iter().all(|(p, _)| p != c))
            // Keys seldom: mostly they clash.
            .filter(|c| *c >= of.key || self.dice.chance(20))
            .collect();
        let mut chosen = self.dice.some(&open, 50);
        if chosen.is_empty() {
            chosen.push(*self.dice.pick(&open)?);
        }
        Some(
            chosen
                .into_iter()
                .map(|column| {
                    let info = &of.columns[column];
                    let plain = column >= of.key && !info.unique;
                    let to = match info.ty == Type::Int && plain && self.dice.chance(30) {
                        true => To::By(self.dice.between(0, 4) as i64 - 2),
                        false => To::Be(self.cell(table, column, 25)),
                    };
                    (column, to)
                })
                .collect(),
        )
    }

    /// What is to become of rows that clash. The condition of a nested one is a comparison with a
    /// value: never the same as another.
    fn conflict(&mut self, table: usize, top: bool) -> Option<Conflict> {
        let of = &self.all.world.tables[table];
        if of.view_of.is_some() {
            return None;
        }
        let unique: Vec<usize> = (0..of.columns.len())
            .filter(|c| of.columns[*c].unique)
            .collect();
        let unique = match self.dice.chance(20) {
            true => self.dice.pick(&unique).copied(),
            false => None,
        };
        let mut update = Vec::new();
        if let Some(rule) = self.all.rules(self.role, table).update {
            let open: Vec<usize> = rule
                .columns
                .iter()
                .copied()
                .filter(|c| rule.presets.iter().all(|(p, _)| p != c))
                .collect();
            if self.dice.chance(85) {
                update = self.dice.some(&open, 60);
            }
        }
        let filtered = !update.is_empty() && self.opens(table) && self.dice.chance(30);
        let filter = match (filtered, top) {
            (false, _) => None,
            (true, true) => Some(self.condition(table)),
            (true, false) => {
                let columns = self.reader(|r| r.columns(table));
                let column = self.dice.pick(&columns).copied();
                column.map(|c| worlds::compare_with_value(self.dice, c, of.columns[c].ty))
            }
        };
        Some(Conflict {
            unique,
            update,
            filter,
        })
    }

    /// A document with something that the role must not do.
    pub fn forbidden(&mut self) -> Option<String> {
        let table = self.dice.below(self.all.world.tables.len());
        let of = &self.all.world.tables[table];
        let name = &of.name;
        let rules = self.all.rules(self.role, table);
        let stored: Vec<usize> = (0..of.columns.len())
            .filter(|c| of.columns[*c].computed.is_none())
            .collect();
        let denied = |columns: &BTreeSet<usize>, presets: &[usize]| -> Vec<usize> {
            let mut all = stored.clone();
            all.retain(|c| !columns.contains(c) || presets.contains(c));
            all
        };
        let text = |c: usize| match of.columns[c].ty {
            Type::Int => "77",
            Type::Text => "\"x\"",
            Type::Bool => "true",
        };
        Some(match self.dice.below(5) {
            0 => match &rules.insert {
                Some(rule) if !rule.backend => {
                    let presets: Vec<usize> = rule.presets.iter().map(|(c, _)| *c).collect();
                    let column = *self.dice.pick(&denied(&rule.columns, &presets))?;
                    let value = text(column);
                    let column = &of.columns[column].name;
                    format!(
                        "mutation {{ insert_{name}(objects: [{{{column}: {value}}}]) {{ affected_rows }} }}"
                    )
                }
                _ => format!("mutation {{ insert_{name}(objects: [{{}}]) {{ affected_rows }} }}"),
            },
            1 => {
                let (column, value) = match &rules.update {
                    Some(rule) => {
                        let presets: Vec<usize> = rule.presets.iter().map(|(c, _)| *c).collect();
                        let column = *self.dice.pick(&denied(&rule.columns, &presets))?;
                        (column, text(column))
                    }
                    None => (0, "77"),
                };
                let column = &of.columns[column].name;
                format!(
                    "mutation {{ update_{name}(where: {{}}, _set: {{{column}: {value}}}) {{ affected_rows }} }}"
                )
            }
            2 if rules.delete.is_none() => {
                format!("mutation {{ delete_{name}(where: {{}}) {{ affected_rows }} }}")
            }
            3 => {
                let rule = rules
                    .insert
                    .filter(|rule| !rule.backend && of.view_of.is_none())?;
                let column = *rule.columns.iter().next()?;
                let may = rules.update.is_some_and(|u| {
                    u.columns.contains(&column) && u.presets.iter().all(|(p, _)| *p != column)
                });
                if may {
                    return None;
                }
                let column = &of.columns[column].name;
                format!(
                    "mutation {{ insert_{name}(objects: [], on_conflict: {{constraint: {name}_pkey, \
                     update_columns: [{column}]}}) {{ affected_rows }} }}"
                )
            }
            4 => {
                let functions = &self.all.functions;
                let (.., roles) = functions.iter().find(|(of, ..)| *of == table)?;
                if self.all.calls(self.role, roles) && self.opens(table) {
                    return None;
                }
                format!("mutation {{ bump_{name}(args: {{low: 0}}) {{ __typename }} }}")
            }
            _ => return None,
        })
    }
}
