//! A small database with relationships and rules, as data; written as SQL and as metadata.

use super::condition::{Condition, name_root};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// NULL
    Null,
    /// `int4`
    Int(i64),
    /// `text`
    Text(String),
    /// `bool`
    Bool(bool),
}

/// A type of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `int4`
    Int,
    /// `text`
    Text,
    /// `bool`
    Bool,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Whether no value stands twice (and a constraint says so).
    pub unique: bool,
    /// It is a computed field: a function that gives the value of this column. Such stand last.
    pub computed: Option<usize>,
}

/// How many rows a relationship leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// At most one.
    One,
    /// Any number.
    Many,
}

/// What makes a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A foreign key here.
    OwnKey,
    /// A foreign key of the other table.
    ForeignKey,
    /// Columns named by hand.
    ByHand,
    /// A computed field: a function that gives the rows with equal columns.
    Function,
}

/// A relationship.
#[derive(Debug, Clone)]
pub struct Link {
    /// Name.
    pub name: String,
    /// To one or many.
    pub arity: Arity,
    /// The other table.
    pub target: usize,
    /// Pairs of own and other columns.
    pub mapping: Vec<(usize, usize)>,
    /// What makes it.
    pub basis: Basis,
}

/// A row.
pub type Row = Vec<Cell>;

/// A table with its rows. The first `key` columns are the primary key.
#[derive(Debug, Clone)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// How many columns the key has.
    pub key: usize,
    /// Relationships.
    pub links: Vec<Link>,
    /// Rows.
    pub rows: Vec<Row>,
    /// It is a view of all rows and all stored columns of this table.
    pub view_of: Option<usize>,
    /// Whether there is a function `all_<table>(low)` that gives the rows whose first column is at
    /// least `low` (by default all).
    pub function: bool,
}

/// What a role may see of a table.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Columns.
    pub columns: BTreeSet<usize>,
    /// Rows.
    pub filter: Condition,
    /// How many rows at once.
    pub limit: Option<usize>,
    /// Whether aggregates may be asked for.
    pub aggregates: bool,
}

/// Everything.
#[derive(Debug, Clone)]
pub struct World {
    /// Tables.
    pub tables: Vec<Table>,
    /// Rules by role and table.
    pub rules: BTreeMap<(String, usize), Rule>,
    /// Roles that are made of others, which stand before them.
    pub inherited: Vec<(String, Vec<String>)>,
}

impl Cell {
    /// As SQL.
    pub fn sql(&self) -> String {
        match self {
            Cell::Null => "null".to_owned(),
            Cell::Int(n) => n.to_string(),
            Cell::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Cell::Bool(value) => value.to_string(),
        }
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        match self {
            Cell::Null => Value::Null,
            Cell::Int(n) => json!(n),
            Cell::Text(text) => json!(text),
            Cell::Bool(value) => json!(value),
        }
    }
}

impl Type {
    /// As SQL.
    pub fn sql(self) -> &'static str {
        match self {
            Type::Int => "int",
            Type::Text => "text",
            Type::Bool => "bool",
        }
    }
}

impl Type {
    /// As GraphQL names it.
    pub fn graphql(self) -> &'static str {
        match self {
            Type::Int => "Int",
            Type::Text => "String",
            Type::Bool => "Boolean",
        }
    }
}

impl Table {
    /// The statement that inserts its rows, if there are any.
    pub fn insert_rows(&self) -> Option<String> {
        let row = |row: &Row| -> String {
            let stored = row.iter().zip(&self.columns);
            let cells: Vec<String> = stored
                .filter(|(_, column)| column.computed.is_none())
                .map(|(cell, _)| cell.sql())
                .collect();
            format!("({})", cells.join(", "))
        };
        let rows: Vec<String> = self.rows.iter().map(row).collect();
        let name = &self.name;
        (!rows.is_empty()).then(|| format!("insert into {name} values {};\n", rows.join(", ")))
    }
}

impl World {
    /// The statements that make it, from an empty schema `public`.
    pub fn sql(&self) -> String {
        let mut out = String::new();
        for table in self.tables.iter().filter(|t| t.view_of.is_none()) {
            let columns: Vec<String> = table
                .columns
                .iter()
                .filter(|c| c.computed.is_none())
                .map(|c| {
                    let null = if c.nullable { "" } else { " not null" };
                    let unique = if c.unique { " unique" } else { "" };
                    format!("{} {}{null}{unique}", c.name, c.ty.sql())
                })
                .collect();
            let key: Vec<&str> = table
                .columns
                .iter()
                .take(table.key)
                .map(|c| c.name.as_str())
                .collect();
            let _ = writeln!(
                out,
                "create table {} ({}, primary key ({}));",
                table.name,
                columns.join(", "),
                key.join(", ")
            );
            out.extend(table.insert_rows());
        }
        // Keys come last: tables may refer to each other in circles.
        for table in &self.tables {
            for link in table.links.iter().filter(|l| l.basis == Basis::OwnKey) {
                let target = &self.tables[link.target];
                let (own, other) = self.names(table, link);
                let _ = writeln!(
                    out,
                    "alter table {} add foreign key ({}) references {} ({});",
                    table.name,
                    own.join(", "),
                    target.name,
                    other.join(", ")
                );
            }
        }
        for table in &self.tables {
            if let Some(base) = table.view_of {
                let base = &self.tables[base].name;
                let _ = writeln!(out, "create view {} as select * from {base};", table.name);
            }
        }
        for table in &self.tables {
            self.functions(table, &mut out);
        }
        out
    }

    /// Has a table's views show its rows, or a view's table and other views those of the view.
    pub fn mirror(&mut self, written: usize) {
        let base = self.tables[written].view_of.unwrap_or(written);
        let stored = |row: &Row, width: usize| -> Row { row[..width].to_vec() };
        let rows = self.tables[written].rows.clone();
        for (i, table) in self.tables.iter_mut().enumerate() {
            if i == written || (i != base && table.view_of != Some(base)) {
                continue;
            }
            let computed = table.columns.iter().filter_map(|c| c.computed);
            let computed: Vec<usize> = computed.collect();
            let width = table.columns.len() - computed.len();
            table.rows = rows
                .iter()
                .map(|row| {
                    let mut row = stored(row, width);
                    let made: Vec<Cell> = computed.iter().map(|c| row[*c].clone()).collect();
                    row.extend(made);
                    row
                })
                .collect();
        }
    }

    fn functions(&self, table: &Table, out: &mut String) {
        let name = &table.name;
        for column in &table.columns {
            if let Some(source) = column.computed {
                let _ = writeln!(
                    out,
                    "create function {name}_{}(r {name}) returns {} language sql stable as $$ select r.{} $$;",
                    column.name,
                    column.ty.sql(),
                    table.columns[source].name
                );
            }
        }
        for link in table.links.iter().filter(|l| l.basis == Basis::Function) {
            let (own, other) = self.names(table, link);
            let target = &self.tables[link.target].name;
            let equal: Vec<String> = own
                .iter()
                .zip(&other)
                .map(|(a, b)| format!("o.{b} = r.{a}"))
                .collect();
            let _ = writeln!(
                out,
                "create function {name}_{}(r {name}) returns setof {target} language sql stable as \
                 $$ select o.* from {target} o where {} $$;",
                link.name,
                equal.join(" and ")
            );
        }
        if table.function {
            let _ = writeln!(
                out,
                "create function all_{name}(low int default -100) returns setof {name} \
                 language sql stable as $$ select * from {name} where id >= low $$;"
            );
        }
    }

    /// Names of the columns of a relationship on both sides.
    fn names(&self, table: &Table, link: &Link) -> (Vec<String>, Vec<String>) {
        let target = &self.tables[link.target];
        link.mapping
            .iter()
            .map(|(own, other)| {
                (
                    table.columns[*own].name.clone(),
                    target.columns[*other].name.clone(),
                )
            })
            .unzip()
    }

    /// The metadata: what a source's part of a document holds, and `inherited_roles`.
    pub fn metadata(&self) -> Value {
        let tables: Vec<Value> = self
            .tables
            .iter()
            .enumerate()
            .map(|(i, _)| self.table_metadata(i))
            .collect();
        let inherited: Vec<Value> = self
            .inherited
            .iter()
            .map(|(name, of)| json!({"role_name": name, "role_set": of}))
            .collect();
        let functions: Vec<Value> = self
            .tables
            .iter()
            .filter(|t| t.function)
            .map(|t| json!({"function": {"schema": "public", "name": format!("all_{}", t.name)}}))
            .collect();
        json!({"tables": tables, "functions": functions, "inherited_roles": inherited})
    }

    fn table_metadata(&self, index: usize) -> Value {
        let table = &self.tables[index];
        let links = |arity: Arity| -> Vec<Value> {
            table
                .links
                .iter()
                .filter(|l| l.arity == arity && l.basis != Basis::Function)
                .map(|l| json!({"name": l.name, "using": self.using(table, l)}))
                .collect()
        };
        let permissions: Vec<Value> = self
            .rules
            .iter()
            .filter(|((_, of), _)| *of == index)
            .map(|((role, _), rule)| {
                let names = |computed: bool| -> Vec<&str> {
                    rule.columns
                        .iter()
                        .map(|c| &table.columns[*c])
                        .filter(|c| c.computed.is_some() == computed)
                        .map(|c| c.name.as_str())
                        .collect()
                };
                let mut permission = Map::new();
                permission.insert("columns".into(), json!(names(false)));
                permission.insert("computed_fields".into(), json!(names(true)));
                let mut filter = rule.filter.metadata(self, index);
                name_root(&mut filter, self, index);
                permission.insert("filter".into(), filter);
                permission.insert("allow_aggregations".into(), json!(rule.aggregates));
                if let Some(limit) = rule.limit {
                    permission.insert("limit".into(), json!(limit));
                }
                json!({"role": role, "permission": permission})
            })
            .collect();
        let computed: Vec<Value> = table
            .columns
            .iter()
            .filter(|c| c.computed.is_some())
            .map(|c| &c.name)
            .chain(
                table
                    .links
                    .iter()
                    .filter(|l| l.basis == Basis::Function)
                    .map(|l| &l.name),
            )
            .map(|name| {
                let function = format!("{}_{name}", table.name);
                json!({
                    "name": name,
                    "definition": {"function": {"schema": "public", "name": function}},
                })
            })
            .collect();
        json!({
            "table": {"schema": "public", "name": table.name},
            "object_relationships": links(Arity::One),
            "array_relationships": links(Arity::Many),
            "computed_fields": computed,
            "select_permissions": permissions,
        })
    }

    fn using(&self, table: &Table, link: &Link) -> Value {
        let target = json!({"schema": "public", "name": self.tables[link.target].name});
        let (own, other) = self.names(table, link);
        match link.basis {
            Basis::OwnKey => json!({"foreign_key_constraint_on": own}),
            Basis::ForeignKey => {
                json!({"foreign_key_constraint_on": {"table": target, "columns": other}})
            }
            Basis::ByHand | Basis::Function => {
                let mapping: Map<String, Value> = own
                    .into_iter()
                    .zip(other.into_iter().map(Value::from))
                    .collect();
                json!({"manual_configuration": {"remote_table": target, "column_mapping": mapping}})
            }
        }
    }
}
