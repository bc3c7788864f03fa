//! Conditions of rules and of requests, written as metadata and as GraphQL.

use super::world::{Cell, World};
use super::writer::Writer;
use serde_json::{Map, Value, json};

/// A condition on a row. Rules use all but [`Condition::Aggregate`]; requests have only values as
/// operands and no [`Condition::Exists`].
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All hold.
    And(Vec<Condition>),
    /// Any holds.
    Or(Vec<Condition>),
    /// Does not hold.
    Not(Box<Condition>),
    /// A column compared with something.
    Compare(usize, Operator, Operand),
    /// A column is (or is not) NULL.
    IsNull(usize, bool),
    /// A column is (`true`) or is not in a list.
    In(usize, bool, List),
    /// There is a related row.
    Link(usize, Box<Condition>),
    /// There is a row in some table.
    Exists(usize, Box<Condition>),
    /// An aggregate over related rows compares with a value.
    Aggregate(Box<Aggregate>),
}

/// See [`Condition::Aggregate`].
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The relationship.
    pub link: usize,
    /// What is computed.
    pub of: Figure,
    /// Which related rows count.
    pub filter: Option<Condition>,
    /// The comparison.
    pub operator: Operator,
    /// The value.
    pub value: Cell,
}

/// What an [`Aggregate`] computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// `count`, of columns, with `distinct`.
    Count(Vec<usize>, bool),
    /// `bool_and`
    All(usize),
    /// `bool_or`
    Any(usize),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<>`
    Unequal,
    /// `>`
    Greater,
    /// `<`
    Less,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `like`
    Like,
    /// `not like`
    NotLike,
    /// `ilike`
    LikeInAnyCase,
}

/// What a column is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A value, not NULL.
    Value(Cell),
    /// A session variable.
    Session(String),
    /// A column of the same row.
    Column(usize),
    /// A column of the row that the rule is on.
    Root(usize),
}

/// A list of values.
#[derive(Debug, Clone, PartialEq)]
pub enum List {
    /// Values and session variables.
    Of(Vec<Operand>),
    /// A session variable with an array.
    Session(String),
}

impl Operator {
    fn name(self) -> &'static str {
        match self {
            Operator::Equal => "eq",
            Operator::Unequal => "neq",
            Operator::Greater => "gt",
            Operator::Less => "lt",
            Operator::AtLeast => "gte",
            Operator::AtMost => "lte",
            Operator::Like => "like",
            Operator::NotLike => "nlike",
            Operator::LikeInAnyCase => "ilike",
        }
    }
}

impl Condition {
    /// What every row fulfils.
    pub fn everything() -> Condition {
        Condition::And(Vec::new())
    }

    /// As metadata and variables write it, on a table.
    pub fn metadata(&self, world: &World, table: usize) -> Value {
        let of = &world.tables[table];
        let column = |c: usize| of.columns[c].name.as_str();
        let list = |all: &[Condition]| -> Vec<Value> {
            all.iter().map(|c| c.metadata(world, table)).collect()
        };
        match self {
            Condition::And(all) if all.is_empty() => json!({}),
            Condition::And(all) => json!({"_and": list(all)}),
            Condition::Or(any) => json!({"_or": list(any)}),
            Condition::Not(inner) => json!({"_not": inner.metadata(world, table)}),
            Condition::Compare(c, operator, operand) => {
                let (operator, value) = match operand {
                    Operand::Value(cell) => (format!("_{}", operator.name()), cell.json()),
                    Operand::Session(name) => (format!("_{}", operator.name()), json!(name)),
                    Operand::Column(other) => {
                        (format!("_c{}", operator.name()), json!(column(*other)))
                    }
                    Operand::Root(other) => {
                        // Filled in by whoever knows the rule's own table: see `name_root`.
                        (format!("_c{}", operator.name()), json!(["$", other]))
                    }
                };
                json!({column(*c): {operator: value}})
            }
            Condition::IsNull(c, positive) => json!({column(*c): {"_is_null": positive}}),
            Condition::In(c, positive, list) => {
                let operator = if *positive { "_in" } else { "_nin" };
                let value = match list {
                    List::Session(name) => json!(name),
                    List::Of(items) => items
                        .iter()
                        .map(|item| match item {
                            Operand::Value(cell) => cell.json(),
                            Operand::Session(name) => json!(name),
                            other => panic!("{other:?} in a list"),
                        })
                        .collect(),
                };
                json!({column(*c): {operator: value}})
            }
            Condition::Link(link, inner) => {
                let link = &of.links[*link];
                json!({&link.name: inner.metadata(world, link.target)})
            }
            Condition::Exists(other, inner) => {
                json!({"_exists": {
                    "_table": {"schema": "public", "name": world.tables[*other].name},
                    "_where": inner.metadata(world, *other),
                }})
            }
            Condition::Aggregate(aggregate) => aggregate.json(world, table),
        }
    }

    /// As [`Condition::graphql`], or as a variable of the type with `required` at its end.
    pub fn written(
        &self,
        world: &World,
        table: usize,
        required: &str,
        writer: &mut Writer,
    ) -> String {
        let literal = self.graphql(world, table, &mut Writer::literals());
        let ty = format!("{}_bool_exp{required}", world.tables[table].name);
        let text = writer.value(&ty, 8, literal.clone(), self.metadata(world, table));
        if text == literal {
            self.graphql(world, table, writer)
        } else {
            text
        }
    }

    /// As GraphQL writes it, on a table.
    pub fn graphql(&self, world: &World, table: usize, writer: &mut Writer) -> String {
        let of = &world.tables[table];
        let column = |c: usize| of.columns[c].name.as_str();
        let list = |all: &[Condition], writer: &mut Writer| -> String {
            let all: Vec<String> = all
                .iter()
                .map(|c| c.written(world, table, "!", writer))
                .collect();
            format!("[{}]", all.join(", "))
        };
        match self {
            Condition::And(all) => format!("{{_and: {}}}", list(all, writer)),
            Condition::Or(any) => format!("{{_or: {}}}", list(any, writer)),
            Condition::Not(inner) => {
                format!("{{_not: {}}}", inner.written(world, table, "", writer))
            }
            Condition::Compare(c, operator, Operand::Value(cell)) => {
                let ty = of.columns[*c].ty.graphql();
                let value = writer.value(ty, 30, cell.json().to_string(), cell.json());
                format!("{{{}: {{_{}: {value}}}}}", column(*c), operator.name())
            }
            Condition::IsNull(c, positive) => {
                let value = writer.value("Boolean", 20, positive.to_string(), json!(positive));
                format!("{{{}: {{_is_null: {value}}}}}", column(*c))
            }
            Condition::In(c, positive, List::Of(items)) => {
                let operator = if *positive { "_in" } else { "_nin" };
                let ty = of.columns[*c].ty.graphql();
                let mut literals = Vec::new();
                let mut values = Vec::new();
                for item in items {
                    let Operand::Value(cell) = item else {
                        panic!("{item:?} in a request")
                    };
                    literals.push(cell.json().to_string());
                    values.push(cell.json());
                }
                let whole = format!("[{}]", literals.join(", "));
                let mut value = writer.value(&format!("[{ty}!]"), 30, whole.clone(), json!(values));
                if value == whole {
                    let items: Vec<String> = literals
                        .into_iter()
                        .zip(values)
                        .map(|(literal, value)| writer.value(&format!("{ty}!"), 20, literal, value))
                        .collect();
                    value = format!("[{}]", items.join(", "));
                }
                format!("{{{}: {{{operator}: {value}}}}}", column(*c))
            }
            Condition::Link(link, inner) => {
                let link = &of.links[*link];
                format!(
                    "{{{}: {}}}",
                    link.name,
                    inner.written(world, link.target, "", writer)
                )
            }
            Condition::Aggregate(aggregate) => aggregate.graphql(world, table, writer),
            other => panic!("a request cannot say {other:?}"),
        }
    }

    /// Conditions that are a part of this one: what to try instead when looking for a smaller case.
    pub fn smaller(&self) -> Vec<Condition> {
        let mut found = Vec::new();
        match self {
            Condition::And(all) | Condition::Or(all) => {
                found.extend(all.iter().cloned());
                for i in 0..all.len() {
                    let mut fewer = all.clone();
                    fewer.remove(i);
                    found.push(self.rebuilt(fewer));
                    for part in all[i].smaller() {
                        let mut changed = all.clone();
                        changed[i] = part;
                        found.push(self.rebuilt(changed));
                    }
                }
            }
            Condition::Not(inner) => {
                found.push((**inner).clone());
                found.extend(
                    inner
                        .smaller()
                        .into_iter()
                        .map(|c| Condition::Not(Box::new(c))),
                );
            }
            Condition::Link(link, inner) => {
                found.extend(
                    inner
                        .smaller()
                        .into_iter()
                        .map(|c| Condition::Link(*link, Box::new(c))),
                );
            }
            Condition::Exists(table, inner) => {
                found.extend(
                    inner
                        .smaller()
                        .into_iter()
                        .map(|c| Condition::Exists(*table, Box::new(c))),
                );
            }
            Condition::Aggregate(aggregate) => {
                if let Some(filter) = &aggregate.filter {
                    let with = |filter| {
                        Condition::Aggregate(Box::new(Aggregate {
                            filter,
                            ..(**aggregate).clone()
                        }))
                    };
                    found.push(with(None));
                    found.extend(filter.smaller().into_iter().map(|c| with(Some(c))));
                }
            }
            _ => {}
        }
        if *self != Condition::everything() {
            found.insert(0, Condition::everything());
        }
        found
    }

    fn rebuilt(&self, parts: Vec<Condition>) -> Condition {
        match self {
            Condition::Or(_) => Condition::Or(parts),
            _ => Condition::And(parts),
        }
    }
}

/// Puts the names of a table's columns where [`Operand::Root`] left their positions.
pub fn name_root(value: &mut Value, world: &World, table: usize) {
    match value {
        Value::Array(items) => match items.as_mut_slice() {
            [dollar, position] if dollar == "$" && position.is_number() => {
                let index = position.as_u64().unwrap() as usize;
                *position = json!(world.tables[table].columns[index].name);
            }
            items => items
                .iter_mut()
                .for_each(|item| name_root(item, world, table)),
        },
        Value::Object(map) => map
            .values_mut()
            .for_each(|item| name_root(item, world, table)),
        _ => {}
    }
}

impl Aggregate {
    /// Function, arguments.
    fn measure(&self, world: &World, table: usize) -> (&'static str, Vec<String>, bool) {
        let link = &world.tables[table].links[self.link];
        let target = &world.tables[link.target];
        let column = |c: &usize| target.columns[*c].name.clone();
        match &self.of {
            Figure::Count(columns, distinct) => {
                ("count", columns.iter().map(column).collect(), *distinct)
            }
            Figure::All(c) => ("bool_and", vec![column(c)], false),
            Figure::Any(c) => ("bool_or", vec![column(c)], false),
        }
    }

    fn json(&self, world: &World, table: usize) -> Value {
        let link = &world.tables[table].links[self.link];
        let (function, arguments, distinct) = self.measure(world, table);
        let mut measure = Map::new();
        match arguments.as_slice() {
            [] => {}
            [only] if function != "count" => {
                measure.insert("arguments".into(), json!(only));
            }
            all => {
                measure.insert("arguments".into(), json!(all));
            }
        }
        if distinct {
            measure.insert("distinct".into(), json!(true));
        }
        if let Some(filter) = &self.filter {
            measure.insert("filter".into(), filter.metadata(world, link.target));
        }
        let operator = format!("_{}", self.operator.name());
        measure.insert("predicate".into(), json!({ operator: self.value.json() }));
        json!({ format!("{}_aggregate", link.name): { function: measure } })
    }

    fn graphql(&self, world: &World, table: usize, writer: &mut Writer) -> String {
        let link = &world.tables[table].links[self.link];
        let (function, arguments, distinct) = self.measure(world, table);
        let mut inside = Vec::new();
        match arguments.as_slice() {
            [] => {}
            [only] if function != "count" => inside.push(format!("arguments: {only}")),
            all => inside.push(format!("arguments: [{}]", all.join(", "))),
        }
        if distinct {
            let value = writer.value("Boolean", 20, "true".to_owned(), json!(true));
            inside.push(format!("distinct: {value}"));
        }
        if let Some(filter) = &self.filter {
            inside.push(format!(
                "filter: {}",
                filter.written(world, link.target, "", writer)
            ));
        }
        let ty = if function == "count" {
            "Int"
        } else {
            "Boolean"
        };
        let value = writer.value(ty, 30, self.value.json().to_string(), self.value.json());
        inside.push(format!("predicate: {{_{}: {value}}}", self.operator.name()));
        format!(
            "{{{}_aggregate: {{{function}: {{{}}}}}}}",
            link.name,
            inside.join(", ")
        )
    }
}
