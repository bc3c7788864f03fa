//! Rights to write, as data and as metadata.

use super::super::condition::{Condition, name_root};
use super::super::world::{Arity, Cell, World};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A value that a rule gives.
#[derive(Debug, Clone)]
pub enum Preset {
    /// Always the same.
    Value(Cell),
    /// A session variable.
    Session(String),
}

/// A right to insert.
#[derive(Debug, Clone)]
pub struct InsertRule {
    /// Columns that may be given.
    pub columns: BTreeSet<usize>,
    /// What every row must fulfil.
    pub check: Condition,
    /// Values that the role cannot choose.
    pub presets: Vec<(usize, Preset)>,
    /// For backends only.
    pub backend: bool,
}

/// A right to update.
#[derive(Debug, Clone)]
pub struct UpdateRule {
    /// Columns that may be changed.
    pub columns: BTreeSet<usize>,
    /// Which rows.
    pub filter: Condition,
    /// What every row must fulfil afterwards.
    pub check: Option<Condition>,
    /// Values that the role cannot choose.
    pub presets: Vec<(usize, Preset)>,
}

/// What a role may write of a table.
#[derive(Debug, Clone, Default)]
pub struct WriteRules {
    /// Inserts.
    pub insert: Option<InsertRule>,
    /// Updates.
    pub update: Option<UpdateRule>,
    /// Which rows it may delete.
    pub delete: Option<Condition>,
}

/// A world with rights to write.
#[derive(Debug, Clone)]
pub struct WriteWorld {
    /// Tables, rows, rights to read.
    pub world: World,
    /// Rights to write by role and table.
    pub rules: BTreeMap<(String, usize), WriteRules>,
    /// Functions `bump_<table>(low)` that set a column of the rows whose first column is at least
    /// `low`: the table, the column, the value, and who may call it.
    pub functions: Vec<(usize, usize, Cell, BTreeSet<String>)>,
}

impl WriteWorld {
    /// The rights of a role on a table.
    pub fn rules(&self, role: &str, table: usize) -> Option<&WriteRules> {
        self.rules.get(&(role.to_owned(), table))
    }

    /// The statements that make it.
    pub fn sql(&self) -> String {
        let mut out = self.world.sql();
        for (table, column, value, _) in &self.functions {
            let table = &self.world.tables[*table];
            let (name, column) = (&table.name, &table.columns[*column].name);
            let value = value.sql();
            let _ = writeln!(
                out,
                "create function bump_{name}(low int) returns setof {name} language sql volatile as \
                 $$ update {name} set {column} = {value} where id >= low returning * $$;"
            );
        }
        out
    }

    /// The statements that put the rows back.
    pub fn reset(&self) -> String {
        let names: Vec<&str> = self.world.tables.iter().map(|t| t.name.as_str()).collect();
        let mut out = format!(
            "begin; set constraints all deferred; truncate {};\n",
            names.join(", ")
        );
        // Foreign keys are not looked at while triggers are off.
        out.push_str("set local session_replication_role = replica;\n");
        for table in self.world.tables.iter().filter(|t| !t.rows.is_empty()) {
            let rows: Vec<String> = table
                .rows
                .iter()
                .map(|row| {
                    let stored = row.iter().zip(&table.columns);
                    let cells: Vec<String> = stored
                        .filter(|(_, column)| column.computed.is_none())
                        .map(|(cell, _)| cell.sql())
                        .collect();
                    format!("({})", cells.join(", "))
                })
                .collect();
            let _ = writeln!(
                out,
                "insert into {} values {};",
                table.name,
                rows.join(", ")
            );
        }
        out.push_str("commit");
        out
    }

    /// The metadata, as [`World::metadata`] has it.
    pub fn metadata(&self) -> Value {
        let mut metadata = self.world.metadata();
        for ((role, index), rules) in &self.rules {
            let table = &mut metadata["tables"][*index];
            let mut add = |kind: &str, permission: Value| {
                let entry = json!({"role": role, "permission": permission});
                match &mut table[kind] {
                    Value::Array(list) => list.push(entry),
                    none => *none = json!([entry]),
                }
            };
            let condition = |condition: &Condition| {
                let mut value = condition.metadata(&self.world, *index);
                name_root(&mut value, &self.world, *index);
                value
            };
            let names = |columns: &BTreeSet<usize>| -> Vec<&str> {
                columns
                    .iter()
                    .map(|c| self.world.tables[*index].columns[*c].name.as_str())
                    .collect()
            };
            let presets = |presets: &[(usize, Preset)]| -> Map<String, Value> {
                presets
                    .iter()
                    .map(|(column, preset)| {
                        let value = match preset {
                            Preset::Value(cell) => cell.json(),
                            Preset::Session(name) => json!(name),
                        };
                        let name = &self.world.tables[*index].columns[*column].name;
                        (name.clone(), value)
                    })
                    .collect()
            };
            if let Some(insert) = &rules.insert {
                add(
                    "insert_permissions",
                    json!({
                        "columns": names(&insert.columns),
                        "check": condition(&insert.check),
                        "set": presets(&insert.presets),
                        "backend_only": insert.backend,
                    }),
                );
            }
            if let Some(update) = &rules.update {
                add(
                    "update_permissions",
                    json!({
                        "columns": names(&update.columns),
                        "filter": condition(&update.filter),
                        "check": update.check.as_ref().map(condition),
                        "set": presets(&update.presets),
                    }),
                );
            }
            if let Some(filter) = &rules.delete {
                add("delete_permissions", json!({"filter": condition(filter)}));
            }
        }
        for (table, _, _, roles) in &self.functions {
            let name = format!("bump_{}", self.world.tables[*table].name);
            let permissions: Vec<Value> = roles.iter().map(|r| json!({"role": r})).collect();
            let function = json!({
                "function": {"schema": "public", "name": name},
                "configuration": {"exposed_as": "mutation"},
                "permissions": permissions,
            });
            if let Value::Array(functions) = &mut metadata["functions"] {
                functions.push(function);
            }
        }
        metadata
    }

    /// Relationships of a table over foreign keys, by which rows can be inserted together.
    pub fn insertable_links(&self, table: usize) -> Vec<usize> {
        use super::super::world::Basis;
        let links = &self.world.tables[table].links;
        (0..links.len())
            .filter(|l| match links[*l].basis {
                Basis::OwnKey => true,
                Basis::ForeignKey => links[*l].arity == Arity::Many,
                Basis::ByHand | Basis::Function => false,
            })
            .collect()
    }
}
