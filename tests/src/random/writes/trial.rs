//! A mutation run by an engine; its answer and the rows afterwards compared with what must be.

use super::super::trial::{Ground, Verdict};
use super::super::world::{Cell, World};
use super::super::writer::Writer;
use super::mutation::Mutation;
use super::naive::{Outcome, Slip, Writes};
use super::rules::WriteWorld;
use crate::ask::Ask;
use crate::project::{self, Project};
use howdah_engine::Engine;
use howdah_ir::Session;
use howdah_schema::model::SchemaOptions;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A mutation of somebody in a world.
#[derive(Debug, Clone)]
pub struct WriteCase {
    /// Who writes.
    pub role: String,
    /// Session variables by lower-case name.
    pub session: BTreeMap<String, String>,
    /// What is written.
    pub mutation: Mutation,
    /// Which values are written as variables.
    pub spelling: u64,
}

/// What an engine made of a mutation.
#[derive(Debug)]
pub struct Found {
    answer: Value,
    tables: Vec<Vec<Value>>,
}

/// A world that an engine serves.
pub struct WriteServed<'g> {
    ground: &'g Ground,
    engine: Arc<Engine>,
    all: WriteWorld,
}

impl Ground {
    /// Makes a world here, in place of the one before, and has an engine serve it. `None` when
    /// PostgreSQL refuses it.
    pub async fn serve_writes(&self, all: &WriteWorld) -> Option<WriteServed<'_>> {
        let sql = format!(
            "drop schema if exists hdb_catalog cascade; drop schema public cascade; create schema public; {}",
            all.sql()
        );
        let client = self.database.client().await;
        client.batch_execute(&sql).await.ok()?;
        self.pool.forget_statements();
        let project = Project::read(&self.pool, all.metadata()).await;
        let url = self.database.url();
        let engine = project::engine_with_faults(&project, url, SchemaOptions::default()).await;
        check_disagreements(&engine.inconsistent_objects(), all);
        Some(WriteServed {
            ground: self,
            engine,
            all: all.clone(),
        })
    }
}

/// What is inconsistent must be the rights on which parents disagree, and nothing else.
fn check_disagreements(found: &Value, all: &WriteWorld) {
    let mut found: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|object| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (role, entity) = (text(&object["name"]), &object["entity"]);
            let (kind, table) = (text(&entity["permission_type"]), text(&entity["table"]));
            format!("{kind} of {role} on {table}")
        })
        .collect();
    for (role, _) in &all.world.inherited {
        for (index, table) in all.world.tables.iter().enumerate() {
            for kind in all.disagreements(role, index) {
                let name = format!("{kind} of {role} on {}", table.name);
                let place = found.iter().position(|found| *found == name);
                let place = place.unwrap_or_else(|| panic!("{name} is not among {found:?}"));
                found.swap_remove(place);
            }
        }
    }
    assert!(found.is_empty(), "{found:?}\n{}", all.metadata());
}

impl Drop for WriteServed<'_> {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

impl WriteServed<'_> {
    /// Runs a document on the world as it was made.
    ///
    /// # Panics
    /// When the rows cannot be put back or read.
    pub async fn run(&self, ask: &Ask) -> Found {
        let client = self.ground.database.client().await;
        client.batch_execute(&self.all.reset()).await.unwrap();
        let answer = ask.serve(&self.engine).await;
        let mut tables = Vec::new();
        for table in &self.all.world.tables {
            let sql = format!("select to_json(t)::text from {} t", table.name);
            let rows = client.query(&sql, &[]).await.unwrap();
            let mut rows: Vec<Value> = rows
                .iter()
                .map(|row| serde_json::from_str(row.get(0)).unwrap())
                .collect();
            rows.sort_by_key(Value::to_string);
            tables.push(rows);
        }
        Found { answer, tables }
    }

    /// Whether what was found is what an evaluator with a mistake (or none) expects.
    pub fn compare(&self, case: &WriteCase, found: &Found, slip: Slip) -> Verdict {
        let outcome = Writes {
            all: &self.all,
            role: &case.role,
            session: &case.session,
            slip,
        }
        .outcome(&case.mutation);
        match judge(&outcome, found, &self.all.world) {
            Ok(()) => Verdict::Right,
            Err(why) => Verdict::Wrong(why),
        }
    }

    /// Whether a document was refused and wrote nothing.
    ///
    /// # Errors
    /// What happened instead.
    pub fn refused(&self, found: &Found) -> Result<(), String> {
        judge(
            &Outcome::Fails(vec!["validation-failed"]),
            found,
            &self.all.world,
        )
    }

    /// Everything a person needs to look into a case.
    pub fn report(&self, case: &WriteCase, found: &Found) -> String {
        let ask = case.ask(&self.all);
        format!(
            "{}\n{}\nas {} {:?}\n{}\nwith {:?}\nanswered {}",
            self.all.sql(),
            serde_json::to_string(&self.all.metadata()).unwrap(),
            case.role,
            case.session,
            ask.query,
            ask.variables,
            found.answer,
        )
    }
}

fn judge(outcome: &Outcome, found: &Found, before: &World) -> Result<(), String> {
    let (expected, after) = match outcome {
        Outcome::Done(expected, after) => (Some(expected), after),
        Outcome::Fails(_) => (None, before),
    };
    for (table, rows) in after.tables.iter().zip(&found.tables) {
        let mut must: Vec<Value> = table
            .rows
            .iter()
            .map(|row| {
                let cells = row.iter().zip(&table.columns);
                cells
                    .filter(|(_, column)| column.computed.is_none())
                    .map(|(cell, column): (&Cell, _)| (column.name.clone(), cell.json()))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            })
            .collect();
        must.sort_by_key(Value::to_string);
        if must != *rows {
            return Err(format!(
                "{} holds {} and not {}\nanswer: {}\nexpected: {outcome:?}",
                table.name,
                Value::from(rows.clone()),
                Value::from(must),
                found.answer
            ));
        }
    }
    match (expected, outcome) {
        (Some(expected), _) => match found.answer.get("data") {
            None => Err(format!("{} where data was expected", found.answer)),
            Some(data) => expected.compare(data).map_err(|why| format!("$.data{why}")),
        },
        (None, Outcome::Fails(codes)) => {
            let code = &found.answer["errors"][0]["extensions"]["code"];
            match codes.iter().any(|c| code == c) {
                true => Ok(()),
                false => Err(format!(
                    "{} where one of {codes:?} was expected",
                    found.answer
                )),
            }
        }
        (None, Outcome::Done(..)) => Ok(()),
    }
}

impl WriteCase {
    /// The request, with some values as variables.
    pub fn ask(&self, all: &WriteWorld) -> Ask {
        let session = Session::new(self.role.as_str(), self.session.clone());
        let mut writer = Writer::variables(self.spelling);
        let query = self.mutation.graphql(&all.world, &mut writer);
        Ask {
            variables: writer.into_values(),
            ..Ask::of(session, query)
        }
    }
}
