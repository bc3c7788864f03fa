//! Requests, written as GraphQL.

use super::condition::Condition;
use super::world::{Cell, World};
use super::writer::Writer;

/// A query.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its root fields.
    pub roots: Vec<Root>,
}

/// A root field.
#[derive(Debug, Clone)]
pub struct Root {
    /// Answer key.
    pub key: String,
    /// The table.
    pub table: usize,
    /// Which field of the table.
    pub kind: RootKind,
}

/// Which root field.
#[derive(Debug, Clone)]
pub enum RootKind {
    /// `t`
    List(Arguments, Vec<Field>),
    /// `t_by_pk`
    ByKey(Vec<Cell>, Vec<Field>),
    /// `t_aggregate`
    Aggregate(Arguments, Vec<Part>),
    /// `all_t(args: {low: …})`
    Function(Option<i64>, Arguments, Vec<Field>),
    /// `all_t_aggregate(args: {low: …})`
    FunctionAggregate(Option<i64>, Arguments, Vec<Part>),
}

/// Arguments of lists.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// `where`
    pub filter: Option<Condition>,
    /// `order_by`
    pub order: Vec<Order>,
    /// `distinct_on`
    pub distinct: Vec<usize>,
    /// `limit`
    pub limit: Option<usize>,
    /// `offset`
    pub offset: Option<usize>,
}

/// A term of an order.
#[derive(Debug, Clone)]
pub struct Order {
    /// By what.
    pub by: By,
    /// Which way.
    pub descending: bool,
    /// Where NULL stands.
    pub nulls_first: bool,
}

/// What to order by.
#[derive(Debug, Clone)]
pub enum By {
    /// A column.
    Column(usize),
    /// Something of a related row.
    Link(usize, Box<By>),
    /// The number of related rows.
    Count(usize),
    /// An aggregate over a column of related rows.
    Function(usize, Function, usize),
}

/// Aggregate functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `min`
    Min,
    /// `max`
    Max,
    /// `sum`
    Sum,
    /// `avg`
    Avg,
    /// `stddev`
    Stddev,
    /// `stddev_pop`
    StddevPop,
    /// `var_samp`
    VarSamp,
    /// `variance`
    Variance,
    /// `var_pop`
    VarPop,
}

/// A selected field of a row, with its answer key.
#[derive(Debug, Clone)]
pub struct Field {
    /// Answer key.
    pub key: String,
    /// What it is.
    pub kind: FieldKind,
}

/// What a [`Field`] is.
#[derive(Debug, Clone)]
pub enum FieldKind {
    /// `__typename`
    Typename,
    /// A column.
    Column(usize),
    /// A related row.
    One(usize, Vec<Field>),
    /// Related rows.
    Many(usize, Arguments, Vec<Field>),
    /// Aggregates over related rows.
    Aggregate(usize, Arguments, Vec<Part>),
}

/// A part of an aggregate field.
#[derive(Debug, Clone)]
pub struct Part {
    /// Answer key.
    pub key: String,
    /// What it is.
    pub kind: PartKind,
}

/// What a [`Part`] is.
#[derive(Debug, Clone)]
pub enum PartKind {
    /// `aggregate`
    Figures(Vec<Figure>),
    /// `nodes`
    Nodes(Vec<Field>),
}

/// A figure in `aggregate`.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Answer key.
    pub key: String,
    /// What it is.
    pub kind: FigureKind,
}

/// What a [`Figure`] is.
#[derive(Debug, Clone)]
pub enum FigureKind {
    /// `count`, of columns, with `distinct`.
    Count(Vec<usize>, bool),
    /// A function of columns.
    Function(Function, Vec<usize>),
}

impl Function {
    /// As GraphQL names it.
    pub fn name(self) -> &'static str {
        match self {
            Function::Min => "min",
            Function::Max => "max",
            Function::Sum => "sum",
            Function::Avg => "avg",
            Function::Stddev => "stddev",
            Function::StddevPop => "stddev_pop",
            Function::VarSamp => "var_samp",
            Function::Variance => "variance",
            Function::VarPop => "var_pop",
        }
    }
}

impl Request {
    /// The document.
    pub fn graphql(&self, world: &World, writer: &mut Writer) -> String {
        let mut out = String::new();
        for root in &self.roots {
            let name = &world.tables[root.table].name;
            let text = match &root.kind {
                RootKind::List(arguments, fields) => format!(
                    "{name}{} {}",
                    arguments.graphql(world, root.table, writer),
                    select(fields, world, root.table, writer)
                ),
                RootKind::ByKey(key, fields) => {
                    let columns = &world.tables[root.table].columns;
                    let key: Vec<String> = columns
                        .iter()
                        .zip(key)
                        .map(|(column, cell)| {
                            let literal = cell.json().to_string();
                            let value = writer.value("Int!", 40, literal, cell.json());
                            format!("{}: {value}", column.name)
                        })
                        .collect();
                    let fields = select(fields, world, root.table, writer);
                    format!("{name}_by_pk({}) {fields}", key.join(", "))
                }
                RootKind::Aggregate(arguments, parts) => format!(
                    "{name}_aggregate{} {}",
                    arguments.graphql(world, root.table, writer),
                    parts_text(parts, world, root.table, writer)
                ),
                RootKind::Function(low, arguments, fields) => format!(
                    "all_{name}{} {}",
                    arguments.of_function(*low, world, root.table, writer),
                    select(fields, world, root.table, writer)
                ),
                RootKind::FunctionAggregate(low, arguments, parts) => format!(
                    "all_{name}_aggregate{} {}",
                    arguments.of_function(*low, world, root.table, writer),
                    parts_text(parts, world, root.table, writer)
                ),
            };
            out.push_str(&format!("  {}: {text}\n", root.key));
        }
        format!("query{} {{\n{out}}}", writer.head())
    }
}

impl Arguments {
    fn graphql(&self, world: &World, table: usize, writer: &mut Writer) -> String {
        self.after(Vec::new(), world, table, writer)
    }

    fn of_function(
        &self,
        low: Option<i64>,
        world: &World,
        table: usize,
        writer: &mut Writer,
    ) -> String {
        let first = low.map(|low| {
            format!(
                "args: {{low: {}}}",
                writer.value("Int", 30, low.to_string(), low.into())
            )
        });
        self.after(first.into_iter().collect(), world, table, writer)
    }

    fn after(
        &self,
        mut all: Vec<String>,
        world: &World,
        table: usize,
        writer: &mut Writer,
    ) -> String {
        if let Some(filter) = &self.filter {
            all.push(format!(
                "where: {}",
                filter.written(world, table, "", writer)
            ));
        }
        if !self.order.is_empty() {
            let terms: Vec<String> = self
                .order
                .iter()
                .map(|o| o.graphql(world, table, writer))
                .collect();
            all.push(format!("order_by: [{}]", terms.join(", ")));
        }
        if !self.distinct.is_empty() {
            let columns: Vec<&str> = self
                .distinct
                .iter()
                .map(|c| world.tables[table].columns[*c].name.as_str())
                .collect();
            all.push(format!("distinct_on: [{}]", columns.join(", ")));
        }
        if let Some(limit) = self.limit {
            let value = writer.value("Int", 30, limit.to_string(), limit.into());
            all.push(format!("limit: {value}"));
        }
        if let Some(offset) = self.offset {
            let value = writer.value("Int", 30, offset.to_string(), offset.into());
            all.push(format!("offset: {value}"));
        }
        if all.is_empty() {
            String::new()
        } else {
            format!("({})", all.join(", "))
        }
    }
}

impl Order {
    fn graphql(&self, world: &World, table: usize, writer: &mut Writer) -> String {
        let direction = match (self.descending, self.nulls_first) {
            (false, false) => "asc",
            (false, true) => "asc_nulls_first",
            (true, true) => "desc",
            (true, false) => "desc_nulls_last",
        };
        let direction = writer.value("order_by", 20, direction.to_owned(), direction.into());
        self.by.graphql(world, table, &direction)
    }
}

impl By {
    fn graphql(&self, world: &World, table: usize, direction: &str) -> String {
        let of = &world.tables[table];
        match self {
            By::Column(c) => format!("{{{}: {direction}}}", of.columns[*c].name),
            By::Link(link, inner) => {
                let link = &of.links[*link];
                format!(
                    "{{{}: {}}}",
                    link.name,
                    inner.graphql(world, link.target, direction)
                )
            }
            By::Count(link) => {
                format!(
                    "{{{}_aggregate: {{count: {direction}}}}}",
                    of.links[*link].name
                )
            }
            By::Function(link, function, c) => {
                let link = &of.links[*link];
                let column = &world.tables[link.target].columns[*c].name;
                format!(
                    "{{{}_aggregate: {{{}: {{{column}: {direction}}}}}}}",
                    link.name,
                    function.name()
                )
            }
        }
    }
}

pub(super) fn select(fields: &[Field], world: &World, table: usize, writer: &mut Writer) -> String {
    let of = &world.tables[table];
    let texts: Vec<String> = fields
        .iter()
        .map(|field| {
            let text = match &field.kind {
                FieldKind::Typename => format!("__typename{}", writer.directive()),
                FieldKind::Column(c) => {
                    format!("{}{}", of.columns[*c].name, writer.directive())
                }
                FieldKind::One(link, inner) => {
                    let link = &of.links[*link];
                    format!(
                        "{} {}",
                        link.name,
                        select(inner, world, link.target, writer)
                    )
                }
                FieldKind::Many(link, arguments, inner) => {
                    let link = &of.links[*link];
                    format!(
                        "{}{} {}",
                        link.name,
                        arguments.graphql(world, link.target, writer),
                        select(inner, world, link.target, writer)
                    )
                }
                FieldKind::Aggregate(link, arguments, parts) => {
                    let link = &of.links[*link];
                    format!(
                        "{}_aggregate{} {}",
                        link.name,
                        arguments.graphql(world, link.target, writer),
                        parts_text(parts, world, link.target, writer)
                    )
                }
            };
            format!("{}: {text}", field.key)
        })
        .collect();
    format!("{{ {} }}", texts.join(" "))
}

fn parts_text(parts: &[Part], world: &World, table: usize, writer: &mut Writer) -> String {
    let columns = &world.tables[table].columns;
    let names =
        |of: &[usize]| -> Vec<&str> { of.iter().map(|c| columns[*c].name.as_str()).collect() };
    let texts: Vec<String> = parts
        .iter()
        .map(|part| match &part.kind {
            PartKind::Nodes(fields) => {
                format!(
                    "{}: nodes {}",
                    part.key,
                    select(fields, world, table, writer)
                )
            }
            PartKind::Figures(figures) => {
                let figures: Vec<String> = figures
                    .iter()
                    .map(|figure| match &figure.kind {
                        FigureKind::Count(of, _) if of.is_empty() => {
                            format!("{}: count", figure.key)
                        }
                        FigureKind::Count(of, distinct) => format!(
                            "{}: count(columns: [{}], distinct: {distinct})",
                            figure.key,
                            names(of).join(", ")
                        ),
                        FigureKind::Function(function, of) => format!(
                            "{}: {} {{ {} }}",
                            figure.key,
                            function.name(),
                            names(of).join(" ")
                        ),
                    })
                    .collect();
                format!("{}: aggregate {{ {} }}", part.key, figures.join(" "))
            }
        })
        .collect();
    format!("{{ {} }}", texts.join(" "))
}
