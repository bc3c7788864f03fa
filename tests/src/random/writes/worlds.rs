//! Random rights to write.

use super::super::condition::{Condition, Operand, Operator};
use super::super::dice::Dice;
use super::super::world::{Arity, Basis, Cell, Link, Table, Type, World};
use super::super::worlds::{self, MIXED_ROLES, PLAIN_ROLES};
use super::rules::{InsertRule, Preset, UpdateRule, WriteRules, WriteWorld};
use std::collections::{BTreeMap, BTreeSet};

/// A world whose roles may write.
pub fn world(dice: &mut Dice) -> WriteWorld {
    let mut world = worlds::world(dice);
    if dice.chance(50) {
        view(dice, &mut world);
    }
    let mut all = WriteWorld {
        world,
        rules: BTreeMap::new(),
        functions: Vec::new(),
    };
    for table in 0..all.world.tables.len() {
        let inserts = spread(dice, 85, |dice| insert(dice, &all, table));
        let updates = spread(dice, 80, |dice| update(dice, &all, table));
        let deletes = spread(dice, 70, |dice| condition(dice, &all, table));
        let kinds = inserts.into_iter().zip(updates).zip(deletes);
        for (number, (role, ((insert, update), delete))) in
            PLAIN_ROLES.into_iter().zip(kinds).enumerate()
        {
            let mut rules = WriteRules {
                insert: insert.rule,
                update: update.rule,
                delete: delete.rule,
            };
            let mark = |condition: &mut Condition| *condition = marked(condition, number);
            if !insert.shared {
                rules.insert.iter_mut().for_each(|r| mark(&mut r.check));
            }
            if !update.shared {
                rules.update.iter_mut().for_each(|r| mark(&mut r.filter));
            }
            if !delete.shared {
                rules.delete.iter_mut().for_each(mark);
            }
            all.rules.insert((role.to_owned(), table), rules);
        }
    }
    // Rights of its own go before those that a role inherits.
    for (role, _) in MIXED_ROLES {
        let table = dice.below(all.world.tables.len());
        let rules = WriteRules {
            insert: dice.chance(30).then(|| insert(dice, &all, table)),
            update: dice.chance(30).then(|| update(dice, &all, table)),
            delete: dice.chance(30).then(|| condition(dice, &all, table)),
        };
        all.rules.insert((role.to_owned(), table), rules);
    }
    for table in 0..all.world.tables.len() {
        if dice.chance(50) && all.world.tables[table].view_of.is_none() {
            let columns = &all.world.tables[table].columns;
            // Not a key.
            let plain: Vec<usize> = (0..columns.len())
                .filter(|c| matches!(columns[*c].name.as_str(), "a" | "b" | "c" | "d"))
                .collect();
            let column = plain[dice.below(plain.len())];
            let value = worlds::value(dice, columns[column].ty);
            let roles = PLAIN_ROLES
                .iter()
                .filter(|_| dice.chance(60))
                .map(|r| (*r).to_owned())
                .collect();
            all.functions.push((table, column, value, roles));
        }
    }
    all
}

/// A view of some table, through which rows are written, and relationships to it and from it.
fn view(dice: &mut Dice, world: &mut World) {
    let base = dice.below(world.tables.len());
    let number = world.tables.len();
    let of = &world.tables[base];
    let columns: Vec<_> = of
        .columns
        .iter()
        .filter(|c| c.computed.is_none())
        .cloned()
        .collect();
    let rows = of.rows.iter().map(|row| row[..columns.len()].to_vec());
    let link = |name: &str, target| Link {
        name: name.to_owned(),
        arity: Arity::Many,
        target,
        mapping: vec![(0, 0)],
        basis: Basis::ByHand,
    };
    let view = Table {
        name: format!("t{number}"),
        key: of.key,
        rows: rows.collect(),
        links: vec![link("under", base)],
        function: false,
        view_of: Some(base),
        columns,
    };
    world.tables.push(view);
    world.tables[base].links.push(link("above", number));
    for role in PLAIN_ROLES {
        if dice.chance(80) {
            let rule = worlds::rule(dice, world, number);
            world.rules.insert((role.to_owned(), number), rule);
        }
    }
}

/// A right of one of several roles, and whether others have the same.
#[derive(Clone)]
struct Share<R> {
    rule: Option<R>,
    shared: bool,
}

/// Rights of the plain roles: one that is the same for all who have it, so that it can be inherited,
/// one that a single role has, or as many as there are roles.
fn spread<R: Clone>(
    dice: &mut Dice,
    percent: usize,
    mut make: impl FnMut(&mut Dice) -> R,
) -> Vec<Share<R>> {
    let way = dice.below(4);
    let one = (way == 0).then(|| make(dice));
    let only = (way == 1).then(|| dice.below(PLAIN_ROLES.len()));
    (0..PLAIN_ROLES.len())
        .map(|role| {
            let has = dice.chance(percent) && only.is_none_or(|only| only == role);
            Share {
                rule: has.then(|| one.clone().unwrap_or_else(|| make(dice))),
                shared: one.is_some(),
            }
        })
        .collect()
}

/// The same condition on all rows that there are, and never the same as that of another role.
fn marked(condition: &Condition, role: usize) -> Condition {
    let below_all = Cell::Int(-100 - role as i64);
    let mark = Condition::Compare(0, Operator::AtLeast, Operand::Value(below_all));
    Condition::And(vec![condition.clone(), mark])
}

/// Often something that rows fulfil.
fn condition(dice: &mut Dice, all: &WriteWorld, table: usize) -> Condition {
    let depth = match dice.below(10) {
        0..=2 => return Condition::everything(),
        3..=5 => 0,
        6..=8 => 1,
        _ => 2,
    };
    let one = worlds::rule_condition(dice, &all.world, table, table, depth);
    if dice.chance(40) {
        let other = worlds::rule_condition(dice, &all.world, table, table, depth);
        return Condition::Or(vec![one, other]);
    }
    one
}

fn stored(all: &WriteWorld, table: usize) -> Vec<usize> {
    let columns = &all.world.tables[table].columns;
    (0..columns.len())
        .filter(|c| columns[*c].computed.is_none())
        .collect()
}

fn presets(dice: &mut Dice, all: &WriteWorld, table: usize) -> Vec<(usize, Preset)> {
    let columns = &all.world.tables[table].columns;
    let mut presets = Vec::new();
    for column in stored(all, table) {
        let ty = columns[column].ty;
        if column < all.world.tables[table].key || !dice.chance(15) {
            continue;
        }
        let preset = match dice.below(4) {
            0 if columns[column].nullable => Preset::Value(Cell::Null),
            1 | 2 => Preset::Session(worlds::variable(ty)),
            _ if ty == Type::Text => Preset::Value(Cell::Text("p".to_owned())),
            _ => Preset::Value(worlds::value(dice, ty)),
        };
        presets.push((column, preset));
    }
    presets
}

fn columns(dice: &mut Dice, all: &WriteWorld, table: usize) -> BTreeSet<usize> {
    let stored = stored(all, table);
    match dice.chance(50) {
        true => stored.into_iter().collect(),
        false => dice.some(&stored, 75).into_iter().collect(),
    }
}

fn insert(dice: &mut Dice, all: &WriteWorld, table: usize) -> InsertRule {
    InsertRule {
        columns: columns(dice, all, table),
        check: condition(dice, all, table),
        presets: presets(dice, all, table),
        backend: dice.chance(5),
    }
}

fn update(dice: &mut Dice, all: &WriteWorld, table: usize) -> UpdateRule {
    UpdateRule {
        columns: columns(dice, all, table),
        filter: condition(dice, all, table),
        check: dice.chance(60).then(|| condition(dice, all, table)),
        presets: presets(dice, all, table),
    }
}
