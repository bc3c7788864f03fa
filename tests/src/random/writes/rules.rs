//! Rights to write, as data and as metadata.

use super::super::condition::{Condition, name_root};
use super::super::world::{Arity, Cell, Table, World};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A value that a rule gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Preset {
    /// Always the same.
    Value(Cell),
    /// A session variable.
    Session(String),
}

/// A right to insert.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
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
    /// Rights to write by role and table, as they are given to a role itself.
    pub rules: BTreeMap<(String, usize), WriteRules>,
    /// Functions `bump_<table>(low)` that set a column of the rows whose first column is at least
    /// `low`: the table, the column, the value, and who may call it.
    pub functions: Vec<(usize, usize, Cell, BTreeSet<String>)>,
}

/// The own right, or else the one that all of these are.
fn agreed<'r, R: PartialEq + Clone + 'r>(
    own: Option<R>,
    mut parents: impl Iterator<Item = &'r R>,
    disagreement: impl FnOnce(),
) -> Option<R> {
    if own.is_some() {
        return own;
    }
    let first = parents.next()?;
    if parents.all(|other| other == first) {
        return Some(first.clone());
    }
    disagreement();
    None
}

impl WriteWorld {
    /// The rights of a role on a table: its own, and of each kind that it has none of, the one on
    /// which those of its parents agree who have one.
    pub fn rules(&self, role: &str, table: usize) -> WriteRules {
        self.inherited(role, table, &mut Vec::new())
    }

    /// The rights that a role does not inherit because its parents disagree, as those are named that
    /// are reported: `insert`, `update`, `delete`.
    pub fn disagreements(&self, role: &str, table: usize) -> Vec<&'static str> {
        let mut kinds = Vec::new();
        self.inherited(role, table, &mut kinds);
        kinds
    }

    fn inherited(
        &self,
        role: &str,
        table: usize,
        disagreements: &mut Vec<&'static str>,
    ) -> WriteRules {
        let own = self.rules.get(&(role.to_owned(), table));
        let own = own.cloned().unwrap_or_default();
        let parents: Vec<WriteRules> = self
            .parents(role)
            .iter()
            .map(|parent| self.rules(parent, table))
            .collect();
        let inserts = parents.iter().filter_map(|p| p.insert.as_ref());
        let updates = parents.iter().filter_map(|p| p.update.as_ref());
        let deletes = parents.iter().filter_map(|p| p.delete.as_ref());
        WriteRules {
            insert: agreed(own.insert, inserts, || disagreements.push("insert")),
            update: agreed(own.update, updates, || disagreements.push("update")),
            delete: agreed(own.delete, deletes, || disagreements.push("delete")),
        }
    }

    /// The roles that a role is made of.
    pub fn parents(&self, role: &str) -> &[String] {
        let inherited = &self.world.inherited;
        inherited
            .iter()
            .find(|(name, _)| name == role)
            .map_or(&[], |(_, parents)| parents)
    }

    /// Whether a role may call the function on a table.
    pub fn calls(&self, role: &str, roles: &BTreeSet<String>) -> bool {
        roles.contains(role) || self.parents(role).iter().any(|p| self.calls(p, roles))
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
        let stored = self.world.tables.iter().filter(|t| t.view_of.is_none());
        let names: Vec<&str> = stored.map(|t| t.name.as_str()).collect();
        let mut out = format!(
            "begin; set constraints all deferred; truncate {};\n",
            names.join(", ")
        );
        // Foreign keys are not looked at while triggers are off.
        out.push_str("set local session_replication_role = replica;\n");
        let stored = self.world.tables.iter().filter(|t| t.view_of.is_none());
        out.extend(stored.filter_map(Table::insert_rows));
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
