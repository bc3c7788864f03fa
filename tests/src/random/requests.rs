//! Random requests of a role: only what its schema offers, or something that it must not offer.

use super::condition::{Aggregate, Condition, Figure as Measure, Operator};
use super::dice::Dice;
use super::naive::Naive;
use super::request::{
    Arguments, By, Field, FieldKind, Figure, FigureKind, Function, Order, Part, PartKind, Request,
    Root, RootKind,
};
use super::world::{Arity, Basis, Cell, Type, World};
use super::worlds;

/// Invents requests of the role of an evaluator.
pub struct Inventor<'a, 'w> {
    /// Randomness.
    pub dice: &'a mut Dice,
    /// Knows the role's rights.
    pub naive: &'a Naive<'w>,
}

impl<'w> Inventor<'_, 'w> {
    fn world(&self) -> &'w World {
        self.naive.world
    }

    pub(super) fn opens(&self, table: usize) -> bool {
        self.naive.opens(self.naive.role, table)
    }

    pub(super) fn columns(&self, table: usize) -> Vec<usize> {
        (0..self.world().tables[table].columns.len())
            .filter(|c| self.naive.has_column(self.naive.role, table, *c))
            .collect()
    }

    /// Columns that are no computed fields.
    fn stored(&self, table: usize) -> Vec<usize> {
        let columns = &self.world().tables[table].columns;
        self.columns(table)
            .into_iter()
            .filter(|c| columns[*c].computed.is_none())
            .collect()
    }

    fn columns_of(&self, table: usize, types: &[Type]) -> Vec<usize> {
        let columns = &self.world().tables[table].columns;
        self.columns(table)
            .into_iter()
            .filter(|c| types.contains(&columns[*c].ty))
            .collect()
    }

    fn links(&self, table: usize, arity: Arity) -> Vec<usize> {
        let links = &self.world().tables[table].links;
        (0..links.len())
            .filter(|l| links[*l].arity == arity && self.opens(links[*l].target))
            .collect()
    }

    fn aggregates(&self, table: usize) -> bool {
        self.naive.has_aggregates(self.naive.role, table)
    }

    /// A request, if the role may read anything.
    pub fn request(&mut self) -> Option<Request> {
        let open: Vec<usize> = (0..self.world().tables.len())
            .filter(|t| self.opens(*t))
            .collect();
        if open.is_empty() {
            return None;
        }
        let roots = (0..self.dice.between(1, 2))
            .map(|i| {
                let table = *self.dice.pick(&open).unwrap();
                Root {
                    key: format!("q{i}"),
                    table,
                    kind: self.root(table),
                }
            })
            .collect();
        Some(Request { roots })
    }

    fn root(&mut self, table: usize) -> RootKind {
        let of = &self.world().tables[table];
        let has_key = self.columns(table).iter().filter(|c| **c < of.key).count() == of.key;
        if has_key && self.dice.chance(15) {
            let key = match self.dice.pick(&of.rows) {
                Some(row) if self.dice.chance(85) => row[..of.key].to_vec(),
                _ => vec![Cell::Int(2); of.key],
            };
            return RootKind::ByKey(key, self.fields(table, 2));
        }
        if self.aggregates(table) && self.dice.chance(30) {
            return RootKind::Aggregate(self.arguments(table), self.parts(table, 2));
        }
        if of.function && self.dice.chance(25) {
            let low = if self.dice.chance(60) {
                Some(self.dice.between(0, 6) as i64)
            } else {
                None
            };
            if self.aggregates(table) && self.dice.chance(40) {
                let arguments = self.arguments(table);
                return RootKind::FunctionAggregate(low, arguments, self.parts(table, 2));
            }
            return RootKind::Function(low, self.arguments(table), self.fields(table, 2));
        }
        RootKind::List(self.arguments(table), self.fields(table, 3))
    }

    pub(super) fn fields(&mut self, table: usize, depth: usize) -> Vec<Field> {
        let columns = self.columns(table);
        let ones = self.links(table, Arity::One);
        let many = self.links(table, Arity::Many);
        (0..self.dice.between(1, 4))
            .map(|i| {
                let dive = depth > 0 && self.dice.chance(45);
                let kind = match self.dice.below(3) {
                    0 if dive && !ones.is_empty() => {
                        let link = *self.dice.pick(&ones).unwrap();
                        FieldKind::One(link, self.fields(self.target(table, link), depth - 1))
                    }
                    1 if dive && !many.is_empty() => {
                        let link = *self.dice.pick(&many).unwrap();
                        let target = self.target(table, link);
                        FieldKind::Many(
                            link,
                            self.arguments(target),
                            self.fields(target, depth - 1),
                        )
                    }
                    2 if dive && !many.is_empty() => {
                        let link = *self.dice.pick(&many).unwrap();
                        let target = self.target(table, link);
                        if self.aggregates(target) {
                            let arguments = self.arguments(target);
                            FieldKind::Aggregate(link, arguments, self.parts(target, depth - 1))
                        } else {
                            FieldKind::Typename
                        }
                    }
                    _ => self
                        .dice
                        .pick(&columns)
                        .map_or(FieldKind::Typename, |c| FieldKind::Column(*c)),
                };
                Field {
                    key: format!("f{i}"),
                    kind,
                }
            })
            .collect()
    }

    fn target(&self, table: usize, link: usize) -> usize {
        self.world().tables[table].links[link].target
    }

    fn arguments(&mut self, table: usize) -> Arguments {
        let mut arguments = Arguments::default();
        if self.dice.chance(50) {
            arguments.filter = Some(self.condition(table, 3));
        }
        for _ in 0..self.dice.between(0, 2) {
            if let Some(by) = self.order(table, 2) {
                let term = self.direction(by);
                arguments.order.push(term);
            }
        }
        let columns = self.stored(table);
        if self.dice.chance(15) && !columns.is_empty() {
            let mut distinct = self.dice.some(&columns, 40);
            self.dice.shuffle(&mut distinct);
            distinct.truncate(2);
            arguments.distinct.clone_from(&distinct);
            if !arguments.order.is_empty() {
                // The columns must lead the order, in any order among themselves.
                self.dice.shuffle(&mut distinct);
                let lead: Vec<Order> = distinct
                    .into_iter()
                    .map(|c| self.direction(By::Column(c)))
                    .collect();
                arguments.order.splice(0..0, lead);
            }
        }
        let key = self.world().tables[table].key;
        if self.dice.chance(60) && (0..key).all(|c| columns.contains(&c)) {
            // A total order, so that nothing is left open.
            if !arguments.distinct.is_empty() && arguments.order.is_empty() {
                let lead: Vec<Order> = arguments
                    .distinct
                    .iter()
                    .map(|c| Order {
                        by: By::Column(*c),
                        descending: false,
                        nulls_first: false,
                    })
                    .collect();
                arguments.order = lead;
            }
            for c in 0..key {
                let term = self.direction(By::Column(c));
                arguments.order.push(term);
            }
        }
        if self.dice.chance(25) {
            arguments.limit = Some(self.dice.between(0, 4));
        }
        if self.dice.chance(20) {
            arguments.offset = Some(self.dice.between(0, 3));
        }
        arguments
    }

    fn direction(&mut self, by: By) -> Order {
        Order {
            by,
            descending: self.dice.chance(50),
            nulls_first: self.dice.chance(50),
        }
    }

    fn order(&mut self, table: usize, depth: usize) -> Option<By> {
        let ones = self.links(table, Arity::One);
        let many: Vec<usize> = self
            .links(table, Arity::Many)
            .into_iter()
            .filter(|l| self.aggregates(self.target(table, *l)))
            .collect();
        match self.dice.below(6) {
            0 if depth > 0 && !ones.is_empty() => {
                let link = *self.dice.pick(&ones).unwrap();
                let inner = self.order(self.target(table, link), depth - 1)?;
                Some(By::Link(link, Box::new(inner)))
            }
            1 | 2 if !many.is_empty() => Some(By::Count(*self.dice.pick(&many).unwrap())),
            3 if !many.is_empty() => {
                let link = *self.dice.pick(&many).unwrap();
                let target = self.target(table, link);
                let function = *self
                    .dice
                    .pick(&[Function::Min, Function::Max, Function::Sum])?;
                let types: &[Type] = match function {
                    Function::Sum => &[Type::Int],
                    _ => &[Type::Int, Type::Text],
                };
                let stored = self.stored(target);
                let mut columns = self.columns_of(target, types);
                columns.retain(|c| stored.contains(c));
                let column = *self.dice.pick(&columns)?;
                Some(By::Function(link, function, column))
            }
            _ => self.dice.pick(&self.columns(table)).map(|c| By::Column(*c)),
        }
    }

    pub(super) fn condition(&mut self, table: usize, depth: usize) -> Condition {
        let links = &self.world().tables[table].links;
        if self.dice.chance(if depth == 0 { 0 } else { 60 }) {
            match self.dice.below(6) {
                0 | 1 => {
                    let parts = (0..self.dice.between(0, 3))
                        .map(|_| self.condition(table, depth - 1))
                        .collect();
                    return if self.dice.chance(50) {
                        Condition::And(parts)
                    } else {
                        Condition::Or(parts)
                    };
                }
                2 => return Condition::Not(Box::new(self.condition(table, depth - 1))),
                3 => {
                    if let Some(condition) = self.aggregate_condition(table, depth) {
                        return condition;
                    }
                }
                _ => {
                    let open: Vec<usize> = (0..links.len())
                        .filter(|l| self.opens(links[*l].target))
                        .collect();
                    if let Some(link) = self.dice.pick(&open).copied() {
                        let inner = self.condition(links[link].target, depth - 1);
                        return Condition::Link(link, Box::new(inner));
                    }
                }
            }
        }
        let columns = self.columns(table);
        let Some(column) = self.dice.pick(&columns).copied() else {
            return Condition::everything();
        };
        let ty = self.world().tables[table].columns[column].ty;
        match self.dice.below(6) {
            0 => Condition::IsNull(column, self.dice.chance(50)),
            1 => {
                let positive = self.dice.chance(50);
                Condition::In(column, positive, worlds::values(self.dice, ty))
            }
            _ => worlds::compare_with_value(self.dice, column, ty),
        }
    }

    fn aggregate_condition(&mut self, table: usize, depth: usize) -> Option<Condition> {
        let many: Vec<usize> = self
            .links(table, Arity::Many)
            .into_iter()
            .filter(|l| self.aggregates(self.target(table, *l)))
            .filter(|l| self.world().tables[table].links[*l].basis != Basis::Function)
            .collect();
        let link = *self.dice.pick(&many)?;
        let target = self.target(table, link);
        let stored = self.stored(target);
        let mut flags = self.columns_of(target, &[Type::Bool]);
        flags.retain(|c| stored.contains(c));
        let filter = if self.dice.chance(40) {
            Some(self.condition(target, depth - 1))
        } else {
            None
        };
        let aggregate = match self.dice.pick(&flags) {
            Some(flag) if self.dice.chance(30) => Aggregate {
                link,
                of: if self.dice.chance(50) {
                    Measure::All(*flag)
                } else {
                    Measure::Any(*flag)
                },
                filter,
                operator: if self.dice.chance(70) {
                    Operator::Equal
                } else {
                    Operator::Unequal
                },
                value: Cell::Bool(self.dice.chance(50)),
            },
            _ => {
                let mut columns = self.dice.some(&stored, 30);
                columns.truncate(2);
                let distinct = !columns.is_empty() && self.dice.chance(50);
                Aggregate {
                    link,
                    of: Measure::Count(columns, distinct),
                    filter,
                    operator: *self.dice.pick(&[
                        Operator::Equal,
                        Operator::Greater,
                        Operator::AtMost,
                    ])?,
                    value: Cell::Int(self.dice.between(0, 3) as i64),
                }
            }
        };
        Some(Condition::Aggregate(Box::new(aggregate)))
    }

    fn parts(&mut self, table: usize, depth: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.dice.chance(80) {
            parts.push(PartKind::Figures(self.figures(table)));
        }
        if parts.is_empty() || self.dice.chance(60) {
            parts.push(PartKind::Nodes(self.fields(table, depth)));
        }
        self.dice.shuffle(&mut parts);
        parts
            .into_iter()
            .enumerate()
            .map(|(i, kind)| Part {
                key: format!("p{i}"),
                kind,
            })
            .collect()
    }

    fn figures(&mut self, table: usize) -> Vec<Figure> {
        (0..self.dice.between(1, 3))
            .map(|i| {
                let kind = self
                    .figure(table)
                    .unwrap_or(FigureKind::Count(Vec::new(), false));
                Figure {
                    key: format!("a{i}"),
                    kind,
                }
            })
            .collect()
    }

    fn figure(&mut self, table: usize) -> Option<FigureKind> {
        if self.dice.chance(40) {
            let columns = self.stored(table);
            let mut columns = self.dice.some(&columns, 40);
            columns.truncate(3);
            let distinct = self.dice.chance(50);
            return Some(FigureKind::Count(columns, distinct));
        }
        let function = *self.dice.pick(&[
            Function::Min,
            Function::Max,
            Function::Sum,
            Function::Avg,
            Function::Stddev,
            Function::StddevPop,
            Function::VarSamp,
            Function::Variance,
            Function::VarPop,
        ])?;
        let types: &[Type] = match function {
            Function::Min | Function::Max => &[Type::Int, Type::Text],
            _ => &[Type::Int],
        };
        let columns = self.columns_of(table, types);
        let first = *self.dice.pick(&columns)?;
        let mut chosen = vec![first];
        chosen.extend(
            columns
                .into_iter()
                .filter(|c| *c != first && self.dice.chance(20)),
        );
        Some(FigureKind::Function(function, chosen))
    }

    /// A document that asks for a column, a table or an aggregate that the role does not have;
    /// `None` if it has everything.
    pub fn forbidden(&mut self) -> Option<String> {
        let world = self.world();
        let mut found = Vec::new();
        for (index, table) in world.tables.iter().enumerate() {
            let name = &table.name;
            if !self.opens(index) {
                found.push(format!("{{ {name} {{ __typename }} }}"));
                found.push(format!(
                    "{{ {name}_aggregate {{ aggregate {{ count }} }} }}"
                ));
                for (other, link) in self.links_to(index) {
                    found.push(format!("{{ {other} {{ {link} {{ __typename }} }} }}"));
                    found.push(format!(
                        "{{ {other}(where: {{{link}: {{}}}}) {{ __typename }} }}"
                    ));
                    found.push(format!(
                        "{{ {other}(order_by: {{{link}: {{id: asc}}}}) {{ __typename }} }}"
                    ));
                }
                continue;
            }
            if !self.aggregates(index) {
                found.push(format!(
                    "{{ {name}_aggregate {{ aggregate {{ count }} }} }}"
                ));
                for (other, link) in self.links_to(index) {
                    for rest in [
                        format!("{{ {link}_aggregate {{ aggregate {{ count }} }} }}"),
                        format!(
                            "(where: {{{link}_aggregate: {{count: {{predicate: {{_eq: 0}}}}}}}}) {{ __typename }}"
                        ),
                        format!(
                            "(order_by: {{{link}_aggregate: {{count: asc}}}}) {{ __typename }}"
                        ),
                    ] {
                        found.push(format!("{{ {other} {rest} }}"));
                    }
                }
            }
            let readable = self.columns(index);
            for (c, column) in table.columns.iter().enumerate() {
                if readable.contains(&c) {
                    continue;
                }
                let c = &column.name;
                for rest in [
                    format!("{{ {c} }}"),
                    format!("(where: {{{c}: {{_is_null: true}}}}) {{ __typename }}"),
                    format!("(where: {{_not: {{{c}: {{}}}}}}) {{ __typename }}"),
                    format!("(order_by: {{{c}: asc}}) {{ __typename }}"),
                    format!("(distinct_on: {c}) {{ __typename }}"),
                ] {
                    found.push(format!("{{ {name} {rest} }}"));
                }
                if self.aggregates(index) {
                    found.push(format!(
                        "{{ {name}_aggregate {{ aggregate {{ count(columns: {c}) }} }} }}"
                    ));
                    found.push(format!(
                        "{{ {name}_aggregate {{ aggregate {{ max {{ {c} }} }} }} }}"
                    ));
                    found.push(format!("{{ {name}_aggregate {{ nodes {{ {c} }} }} }}"));
                }
                for (other, link) in self.links_to(index) {
                    found.push(format!("{{ {other} {{ {link} {{ {c} }} }} }}"));
                    found.push(format!(
                        "{{ {other}(where: {{{link}: {{{c}: {{_is_null: false}}}}}}) {{ __typename }} }}"
                    ));
                }
            }
        }
        self.dice.pick(&found).cloned()
    }

    /// Relationships of open tables that lead to a table.
    fn links_to(&self, table: usize) -> Vec<(&'w str, &'w str)> {
        self.world()
            .tables
            .iter()
            .enumerate()
            .filter(|(index, _)| self.opens(*index))
            .flat_map(|(_, other)| {
                other
                    .links
                    .iter()
                    .filter(|l| l.target == table)
                    .map(|l| (other.name.as_str(), l.name.as_str()))
            })
            .collect()
    }
}
