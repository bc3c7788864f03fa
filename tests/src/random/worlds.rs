//! Random worlds: few tables, few rows, many NULLs and duplicates.

use super::condition::{Condition, List, Operand, Operator};
use super::dice::Dice;
use super::world::{Arity, Basis, Cell, Column, Link, Row, Rule, Table, Type, World};
use std::collections::{BTreeMap, BTreeSet};

/// Roles with rules of their own.
pub const PLAIN_ROLES: [&str; 3] = ["red", "green", "blue"];
/// A role made of two others, and one made of it and a third.
pub const MIXED_ROLES: [(&str, &[&str]); 2] = [
    ("yellow", &["red", "green"]),
    ("white", &["yellow", "blue"]),
];

/// A world.
pub fn world(dice: &mut Dice) -> World {
    let count = dice.between(3, 5);
    let mut tables: Vec<Table> = (0..count).map(|i| table(dice, i)).collect();
    for i in 0..count {
        for _ in 0..dice.between(0, 2) {
            foreign_key(dice, &mut tables, i);
        }
    }
    for i in 0..count {
        for (basis, percent) in [(Basis::ByHand, 35), (Basis::Function, 60)] {
            if dice.chance(percent) {
                link_by_hand(dice, &mut tables, i, basis);
            }
        }
    }
    for table in &mut tables {
        if dice.chance(40) {
            computed_field(dice, table);
        }
    }
    let mut world = World {
        tables,
        rules: BTreeMap::new(),
        inherited: Vec::new(),
    };
    for role in PLAIN_ROLES {
        for table in 0..count {
            if dice.chance(80) {
                let rule = rule(dice, &world, table);
                world.rules.insert((role.to_owned(), table), rule);
            }
        }
    }
    for role in PLAIN_ROLES {
        repeat_rules(dice, &mut world, role);
        if dice.chance(40) {
            echo_rule(dice, &mut world, role);
        }
    }
    for (role, parents) in MIXED_ROLES {
        let parents = parents.iter().map(|p| (*p).to_owned()).collect();
        world.inherited.push((role.to_owned(), parents));
        // A rule of its own takes the place of what would be inherited.
        if dice.chance(15) {
            let table = dice.below(count);
            let rule = rule(dice, &world, table);
            world.rules.insert((role.to_owned(), table), rule);
        }
    }
    world
}

/// The session variables of a request.
pub fn session(dice: &mut Dice) -> BTreeMap<String, String> {
    let list = |dice: &mut Dice, ty: Type| -> String {
        let mut items: Vec<String> = (0..dice.between(0, 3))
            .map(|_| session_text(&value(dice, ty)))
            .collect();
        if dice.chance(15) {
            items.push("NULL".to_owned());
        }
        format!("{{{}}}", items.join(","))
    };
    let mut session = BTreeMap::new();
    for ty in [Type::Int, Type::Text, Type::Bool] {
        session.insert(variable(ty).to_lowercase(), session_text(&value(dice, ty)));
        let items = list(dice, ty);
        session.insert(list_variable(ty).to_lowercase(), items);
    }
    session
}

fn session_text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        other => other.json().to_string(),
    }
}

pub(super) fn variable(ty: Type) -> String {
    match ty {
        Type::Int => "X-Hasura-Number",
        Type::Text => "x-hasura-word",
        Type::Bool => "X-HASURA-FLAG",
    }
    .to_owned()
}

fn list_variable(ty: Type) -> String {
    match ty {
        Type::Int => "X-Hasura-Numbers",
        Type::Text => "x-hasura-words",
        Type::Bool => "X-HASURA-FLAGS",
    }
    .to_owned()
}

// ---- Tables

fn table(dice: &mut Dice, index: usize) -> Table {
    let key = if dice.chance(80) { 1 } else { 2 };
    let mut columns: Vec<Column> = ["id", "part"][..key]
        .iter()
        .map(|name| Column {
            name: (*name).to_owned(),
            ty: Type::Int,
            nullable: false,
            unique: false,
            computed: None,
        })
        .collect();
    for i in 0..dice.between(2, 4) {
        let ty = *dice.pick(&[Type::Int, Type::Text, Type::Bool]).unwrap();
        let letter = ['a', 'b', 'c', 'd'][i];
        let nullable = dice.chance(75);
        columns.push(Column {
            name: letter.to_string(),
            ty,
            nullable,
            unique: false,
            computed: None,
        });
    }
    let mut keys: BTreeSet<Row> = BTreeSet::new();
    for _ in 0..dice.between(0, 7) {
        keys.insert(
            (0..key)
                .map(|_| Cell::Int(dice.between(1, 8) as i64))
                .collect(),
        );
    }
    let rows = keys
        .into_iter()
        .map(|key_cells| {
            let rest = &columns[key..];
            let cells: Vec<Cell> = rest
                .iter()
                .map(|c| {
                    if c.nullable && dice.chance(25) {
                        Cell::Null
                    } else {
                        value(dice, c.ty)
                    }
                })
                .collect();
            key_cells.into_iter().chain(cells).collect()
        })
        .collect();
    Table {
        name: format!("t{index}"),
        columns,
        key,
        links: Vec::new(),
        rows,
        view_of: None,
        function: dice.chance(40),
    }
}

/// A value out of few.
pub(super) fn value(dice: &mut Dice, ty: Type) -> Cell {
    match ty {
        Type::Int => Cell::Int(dice.between(0, 5) as i64 - 1),
        Type::Text => Cell::Text((*dice.pick(&["a", "b", "ab", "B", "ba_b"]).unwrap()).to_owned()),
        Type::Bool => Cell::Bool(dice.chance(50)),
    }
}

/// New columns of a table that refer to the key of some table, and relationships on both sides.
fn foreign_key(dice: &mut Dice, tables: &mut [Table], from: usize) {
    let to = dice.below(tables.len());
    let number = tables[from].columns.len();
    let width = tables[to].key;
    let keys: Vec<Row> = tables[to]
        .rows
        .iter()
        .map(|r| r[..width].to_vec())
        .collect();
    let nullable = keys.is_empty() || dice.chance(70);
    let unique = width == 1 && nullable && dice.chance(25);
    for i in 0..width {
        let name = format!("r{number}{}", ["", "x"][i]);
        tables[from].columns.push(Column {
            name,
            ty: Type::Int,
            nullable,
            unique,
            computed: None,
        });
    }
    let mut left = keys.clone();
    for row in &mut tables[from].rows {
        let none = vec![Cell::Null; width];
        let cells = if nullable && dice.chance(25) {
            none
        } else if unique {
            if left.is_empty() {
                none
            } else {
                left.remove(dice.below(left.len()))
            }
        } else {
            let mut cells = dice.pick(&keys).cloned().unwrap_or(none);
            if nullable && width > 1 && dice.chance(15) {
                // A key that is NULL in part refers to nothing.
                cells[0] = Cell::Null;
            }
            cells
        };
        row.extend(cells);
    }
    let mapping: Vec<(usize, usize)> = (0..width).map(|i| (number + i, i)).collect();
    let back = mapping.iter().map(|(own, other)| (*other, *own)).collect();
    tables[from].links.push(Link {
        name: format!("to{from}{number}"),
        arity: Arity::One,
        target: to,
        mapping,
        basis: Basis::OwnKey,
    });
    tables[to].links.push(Link {
        name: format!("of{from}{number}"),
        arity: if unique { Arity::One } else { Arity::Many },
        target: from,
        mapping: back,
        basis: Basis::ForeignKey,
    });
}

/// A relationship over columns of the same type, without any key.
fn link_by_hand(dice: &mut Dice, tables: &mut [Table], from: usize, basis: Basis) {
    let to = dice.below(tables.len());
    let own = dice.below(tables[from].columns.len());
    let ty = tables[from].columns[own].ty;
    let fitting: Vec<usize> = (0..tables[to].columns.len())
        .filter(|c| tables[to].columns[*c].ty == ty)
        .collect();
    let Some(other) = dice.pick(&fitting).copied() else {
        return;
    };
    tables[from].links.push(Link {
        name: format!(
            "{}{from}",
            if basis == Basis::ByHand {
                "like"
            } else {
                "made"
            }
        ),
        arity: Arity::Many,
        target: to,
        mapping: vec![(own, other)],
        basis,
    });
}

/// A field that is computed from a column.
fn computed_field(dice: &mut Dice, table: &mut Table) {
    let source = dice.below(table.columns.len());
    table.columns.push(Column {
        name: "made".to_owned(),
        ty: table.columns[source].ty,
        nullable: true,
        unique: false,
        computed: Some(source),
    });
    for row in &mut table.rows {
        row.push(row[source].clone());
    }
}

// ---- Rules

pub(super) fn rule(dice: &mut Dice, world: &World, table: usize) -> Rule {
    let all: Vec<usize> = (0..world.tables[table].columns.len()).collect();
    let columns = if dice.chance(25) {
        all.clone()
    } else {
        dice.some(&all, 75)
    };
    let filter = if dice.chance(25) {
        Condition::everything()
    } else {
        rule_condition(dice, world, table, table, 3)
    };
    Rule {
        columns: columns.into_iter().collect(),
        filter,
        limit: if dice.chance(20) {
            Some(dice.between(0, 4))
        } else {
            None
        },
        aggregates: dice.chance(70),
    }
}

/// Lets some rules of a role ask of a related row what the role's rule on that row's table asks of
/// it, as people write them who want rows to be seen with what they belong to.
fn repeat_rules(dice: &mut Dice, world: &mut World, role: &str) {
    for table in 0..world.tables.len() {
        for link in 0..world.tables[table].links.len() {
            let target = world.tables[table].links[link].target;
            let Some(other) = world.rules.get(&(role.to_owned(), target)) else {
                continue;
            };
            let other = other.filter.clone();
            if !dice.chance(30) || !has_fitting_roots(&other, world, target, table) {
                continue;
            }
            let Some(rule) = world.rules.get_mut(&(role.to_owned(), table)) else {
                continue;
            };
            let repeated = Condition::Link(link, Box::new(other));
            let own = std::mem::replace(&mut rule.filter, Condition::everything());
            rule.filter = match dice.below(3) {
                0 => repeated,
                1 => Condition::And(vec![own, repeated]),
                _ => Condition::And(vec![repeated, own]),
            };
        }
    }
}

/// Rules of two related tables of which one repeats the other and says no more: that some row of the
/// relationship is as the role sees such rows, or that the row it hangs on is. Both are short, so
/// that rows fulfil them and others do not.
fn echo_rule(dice: &mut Dice, world: &mut World, role: &str) {
    let table = dice.below(world.tables.len());
    let links = &world.tables[table].links;
    let keyed = |l: &&usize| matches!(links[**l].basis, Basis::OwnKey | Basis::ForeignKey);
    let numbers: Vec<usize> = (0..links.len()).collect();
    let keyed: Vec<usize> = numbers.iter().filter(keyed).copied().collect();
    let Some(link) = dice.pick(&keyed).copied() else {
        return;
    };
    let target = links[link].target;
    if target == table {
        return;
    }
    let turned = |(a, b): &(usize, usize)| (*b, *a);
    let back: Vec<(usize, usize)> = links[link].mapping.iter().map(turned).collect();
    let back = world.tables[target]
        .links
        .iter()
        .position(|l| l.target == table && l.mapping == back);
    let (here, there) = match back {
        Some(back) if dice.chance(50) => {
            let said = of_the_root(dice, world, table, target);
            (said.clone(), Condition::Link(back, Box::new(said)))
        }
        _ => {
            let of = &world.tables[target].columns;
            let column = dice.below(of.len());
            let said = compare_with_value(dice, column, of[column].ty);
            (Condition::Link(link, Box::new(said.clone())), said)
        }
    };
    for (table, filter) in [(table, here), (target, there)] {
        let mut new = rule(dice, world, table);
        new.filter = filter;
        new.limit = None;
        world.rules.insert((role.to_owned(), table), new);
    }
}

/// A comparison of a row of `table` with the root, be it a row of this table or of the other.
fn of_the_root(dice: &mut Dice, world: &World, table: usize, other: usize) -> Condition {
    let own = &world.tables[table].columns;
    let mut pairs = Vec::new();
    for (root, column) in own.iter().enumerate() {
        let fits = |c: &Column| c.ty == column.ty && c.computed.is_none();
        if fits(column) && world.tables[other].columns.get(root).is_some_and(fits) {
            let comparable = (0..own.len()).filter(|c| *c != root && own[*c].ty == column.ty);
            pairs.extend(comparable.map(|c| (c, root)));
        }
    }
    match dice.pick(&pairs) {
        Some((column, root)) => {
            Condition::Compare(*column, plain_operator(dice), Operand::Root(*root))
        }
        None => compare_with_value(dice, 0, own[0].ty),
    }
}

/// Whether what a condition says of its root, a row of `from`, could be said of a row of `to`.
fn has_fitting_roots(condition: &Condition, world: &World, from: usize, to: usize) -> bool {
    let fits = |operand: &Operand| match operand {
        Operand::Root(column) => {
            let of = |table: usize| {
                let column = world.tables[table].columns.get(*column)?;
                column.computed.is_none().then_some(column.ty)
            };
            of(to).is_some() && of(from) == of(to)
        }
        Operand::Value(_) | Operand::Session(_) | Operand::Column(_) => true,
    };
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts
            .iter()
            .all(|part| has_fitting_roots(part, world, from, to)),
        Condition::Not(inner) | Condition::Link(_, inner) | Condition::Exists(_, inner) => {
            has_fitting_roots(inner, world, from, to)
        }
        Condition::Compare(_, _, operand) => fits(operand),
        Condition::In(_, _, List::Of(items)) => items.iter().all(fits),
        Condition::In(_, _, List::Session(_)) | Condition::IsNull(..) => true,
        Condition::Aggregate(aggregate) => aggregate
            .filter
            .as_ref()
            .is_none_or(|filter| has_fitting_roots(filter, world, from, to)),
    }
}

/// A condition of a rule on `root`, at a row of `table`.
pub(super) fn rule_condition(
    dice: &mut Dice,
    world: &World,
    table: usize,
    root: usize,
    depth: usize,
) -> Condition {
    let of = &world.tables[table];
    let nested = if depth == 0 { 0 } else { 55 };
    if dice.chance(nested) {
        match dice.below(6) {
            0 | 1 => {
                let parts = (0..dice.between(0, 3))
                    .map(|_| rule_condition(dice, world, table, root, depth - 1))
                    .collect();
                return if dice.chance(50) {
                    Condition::And(parts)
                } else {
                    Condition::Or(parts)
                };
            }
            2 => {
                let inner = rule_condition(dice, world, table, root, depth - 1);
                return Condition::Not(Box::new(inner));
            }
            3 => {
                let other = dice.below(world.tables.len());
                let inner = rule_condition(dice, world, other, root, depth - 1);
                return Condition::Exists(other, Box::new(inner));
            }
            _ if !of.links.is_empty() => {
                let link = dice.below(of.links.len());
                let inner = rule_condition(dice, world, of.links[link].target, root, depth - 1);
                return Condition::Link(link, Box::new(inner));
            }
            _ => {}
        }
    }
    let column = dice.below(of.columns.len());
    let ty = of.columns[column].ty;
    match dice.below(10) {
        0 => Condition::IsNull(column, dice.chance(50)),
        1 => Condition::In(column, dice.chance(60), List::Session(list_variable(ty))),
        2 => {
            let items = (0..dice.between(0, 3))
                .map(|_| {
                    if dice.chance(25) {
                        Operand::Session(variable(ty))
                    } else {
                        Operand::Value(value(dice, ty))
                    }
                })
                .collect();
            Condition::In(column, dice.chance(60), List::Of(items))
        }
        3 | 4 => {
            let operator = plain_operator(dice);
            let same = |t: usize| -> Vec<usize> {
                let columns = &world.tables[t].columns;
                (0..columns.len())
                    .filter(|c| columns[*c].ty == ty && columns[*c].computed.is_none())
                    .collect()
            };
            let at_root = dice.chance(50);
            match dice.pick(&same(if at_root { root } else { table })) {
                Some(c) if at_root => Condition::Compare(column, operator, Operand::Root(*c)),
                Some(c) => Condition::Compare(column, operator, Operand::Column(*c)),
                None => Condition::IsNull(column, true),
            }
        }
        5 | 6 => Condition::Compare(column, plain_operator(dice), Operand::Session(variable(ty))),
        _ => compare_with_value(dice, column, ty),
    }
}

/// A comparison of a column with a value.
pub fn compare_with_value(dice: &mut Dice, column: usize, ty: Type) -> Condition {
    if ty == Type::Text && dice.chance(40) {
        let operator = *dice
            .pick(&[Operator::Like, Operator::NotLike, Operator::LikeInAnyCase])
            .unwrap();
        let pattern = *dice.pick(&["a%", "%b", "_", "%", "b%b"]).unwrap();
        let pattern = Cell::Text(pattern.to_owned());
        return Condition::Compare(column, operator, Operand::Value(pattern));
    }
    Condition::Compare(
        column,
        plain_operator(dice),
        Operand::Value(value(dice, ty)),
    )
}

/// A list of values.
pub fn values(dice: &mut Dice, ty: Type) -> List {
    List::Of(
        (0..dice.between(0, 3))
            .map(|_| Operand::Value(value(dice, ty)))
            .collect(),
    )
}

fn plain_operator(dice: &mut Dice) -> Operator {
    *dice
        .pick(&[
            Operator::Equal,
            Operator::Equal,
            Operator::Unequal,
            Operator::Greater,
            Operator::Less,
            Operator::AtLeast,
            Operator::AtMost,
        ])
        .unwrap()
}
