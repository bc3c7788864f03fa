//! Random rights to write.

use super::super::condition::Condition;
use super::super::dice::Dice;
use super::super::world::{Cell, Type};
use super::super::worlds::{self, PLAIN_ROLES};
use super::rules::{InsertRule, Preset, UpdateRule, WriteRules, WriteWorld};
use std::collections::{BTreeMap, BTreeSet};

/// A world whose plain roles may write.
pub fn world(dice: &mut Dice) -> WriteWorld {
    let mut world = worlds::world(dice);
    // Roles made of roles would inherit rights to write only where those agree.
    world.inherited.clear();
    world
        .rules
        .retain(|(role, _), _| PLAIN_ROLES.contains(&role.as_str()));
    let mut all = WriteWorld {
        world,
        rules: BTreeMap::new(),
        functions: Vec::new(),
    };
    for role in PLAIN_ROLES {
        for table in 0..all.world.tables.len() {
            let rules = WriteRules {
                insert: dice.chance(85).then(|| insert(dice, &all, table)),
                update: dice.chance(80).then(|| update(dice, &all, table)),
                delete: dice.chance(70).then(|| condition(dice, &all, table)),
            };
            all.rules.insert((role.to_owned(), table), rules);
        }
    }
    for table in 0..all.world.tables.len() {
        if dice.chance(50) {
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
        check: dice.chance(70).then(|| condition(dice, all, table)),
        presets: presets(dice, all, table),
    }
}
