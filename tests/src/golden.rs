//! Folders of requests with recorded SQL and answers.
//!
//! A folder holds `schema.sql`, `metadata.yaml` (what a source's part of a metadata document
//! holds, and `inherited_roles`) and requests (`*.graphql`), each with its record (`*.snap`).
//! A request opens with comments that say who asks:
//!
//! ```graphql
//! # as user x-hasura-user-id=1
//! # with {"id": 1}
//! # as admin
//! ```
//!
//! * `as ROLE [NAME=VALUE …]`: one more ask; without any the administrator asks.
//! * `with JSON`: the variables of the ask before it.
//! * `operation NAME`: the operation of every ask.
//! * `option NAME`: a switch of the schema.
//! * `rejected`: every ask must end with an error; otherwise none may.
//! * `apart: TEXT`: why the GraphQL standard judges otherwise than this engine.
//! * Anything else is prose.
//!
//! Records are read by people: whoever accepts one has checked that it is right.

use crate::ask::Ask;
use crate::oracle::Oracle;
use crate::project::{self, Project};
use howdah_engine::Engine;
use howdah_ir::Session;
use howdah_schema::model::SchemaOptions;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder of all folders.
pub fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// A request with what its comments say.
#[derive(Debug, Default)]
pub struct Golden {
    /// File name without extension.
    pub name: String,
    /// Who asks.
    pub asks: Vec<Ask>,
    /// Switches.
    pub options: SchemaOptions,
    /// Whether errors are expected.
    pub rejected: bool,
    /// Why the standard judges otherwise.
    pub apart: Option<String>,
}

impl Golden {
    /// Reads a request.
    ///
    /// # Panics
    /// When its comments make no sense.
    pub fn parse(name: &str, text: &str) -> Golden {
        let mut golden = Golden {
            name: name.to_owned(),
            ..Golden::default()
        };
        let mut operation = None;
        let comments = text
            .lines()
            .map_while(|line| line.strip_prefix('#'))
            .map(str::trim);
        for comment in comments {
            let (word, rest) = comment.split_once(' ').unwrap_or((comment, ""));
            match word.trim_end_matches(':') {
                "as" => golden.asks.push(Ask::of(session(rest), text)),
                "with" => {
                    if golden.asks.is_empty() {
                        golden.asks.push(Ask::admin(text));
                    }
                    golden.asks.last_mut().unwrap().variables = variables(rest);
                }
                "operation" => operation = Some(rest.to_owned()),
                "option" => switch(&mut golden.options, rest),
                "rejected" => golden.rejected = true,
                "apart" => golden.apart = Some(rest.to_owned()),
                _ => {}
            }
        }
        if golden.asks.is_empty() {
            golden.asks.push(Ask::admin(text));
        }
        for ask in &mut golden.asks {
            ask.operation.clone_from(&operation);
        }
        golden
    }
}

fn session(text: &str) -> Session {
    let mut words = text.split_whitespace();
    let role = words.next().expect("`as` names a role");
    let variables = words.map(|word| {
        let (name, value) = word
            .split_once('=')
            .expect("session variables are NAME=VALUE");
        (name.to_owned(), value.to_owned())
    });
    Session::new(role, variables)
}

fn variables(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => map,
        other => panic!("variables are a JSON object: {text}: {other:?}"),
    }
}

fn switch(options: &mut SchemaOptions, name: &str) {
    let flag = match name {
        "stringify_numeric_types" => &mut options.stringify_numeric_types,
        "boolean_null_collapse" => &mut options.boolean_null_collapse,
        "null_in_non_nullable_variables" => &mut options.null_in_non_nullable_variables,
        "no_null_unbound_variable_default" => &mut options.no_null_unbound_variable_default,
        "explicit_function_permissions" => {
            options.infer_function_permissions = false;
            return;
        }
        "disable_postgres_arrays" => &mut options.disable_postgres_arrays,
        "hide_aggregation_predicates" => &mut options.hide_aggregation_predicates,
        "hide_stream_fields" => &mut options.hide_stream_fields,
        other => panic!("there is no option {other:?}"),
    };
    *flag = true;
}

/// The files of a folder with an extension, by name.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    found.sort();
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// The requests of a folder.
pub fn requests(folder: &Path) -> Vec<Golden> {
    files(folder, "graphql")
        .iter()
        .map(|path| Golden::parse(&stem(path), &fs::read_to_string(path).unwrap()))
        .collect()
}

/// The database and metadata of a folder.
pub async fn load(folder: &Path) -> Project {
    let schema = fs::read_to_string(folder.join("schema.sql")).unwrap();
    let metadata = fs::read_to_string(folder.join("metadata.yaml")).unwrap();
    let metadata: Value = serde_norway::from_str(&metadata).unwrap();
    Project::create(&schema, metadata).await
}

/// Runs a folder's requests and compares with the records, and the engine's judgement with that
/// of an independent implementation of the standard.
///
/// # Panics
/// When something differs, after all requests have been run.
pub async fn run(name: &str) {
    let folder = home().join(name);
    let project = load(&folder).await;
    let requests = requests(&folder);
    let known: BTreeSet<String> = requests.iter().map(|r| r.name.clone()).collect();
    let mut failures = Vec::new();
    for record in files(&folder, "snap") {
        if !known.contains(&stem(&record)) {
            failures.push(format!("{} belongs to no request", record.display()));
        }
    }
    let mut engines: HashMap<String, Arc<Engine>> = HashMap::new();
    let mut oracles: HashMap<(String, String), Oracle> = HashMap::new();
    for golden in &requests {
        let snapshot = project.snapshot(golden.options.clone());
        let mut record = String::new();
        let mut last_sql = Vec::new();
        for ask in &golden.asks {
            let options = format!("{:?}", golden.options);
            if !engines.contains_key(&options) {
                let engine = project::engine(&project, project.url(), golden.options.clone()).await;
                engines.insert(options.clone(), engine);
            }
            let answer = ask.serve(&engines[&options]).await;
            let told = ask.run(&project, &snapshot).await;
            title(&mut record, ask);
            let response = serde_json::to_string_pretty(&answer).unwrap();
            let _ = writeln!(record, "{response}");
            if answer.get("errors").is_some() != golden.rejected {
                failures.push(format!(
                    "{name}/{}: {} was expected but got {response}\n{}\n{}",
                    golden.name,
                    if golden.rejected { "an error" } else { "data" },
                    told.outcome
                        .err()
                        .map_or_else(String::new, |e| format!("{:#?}", e.internal())),
                    told.sql.join("\n"),
                ));
            } else if answer != told.response() && !golden.rejected {
                failures.push(format!(
                    "{name}/{}: the engine answers otherwise than its parts: {response}\n{}",
                    golden.name,
                    told.response(),
                ));
            }
            if told.sql != last_sql && !golden.rejected {
                for statement in &told.sql {
                    let _ = writeln!(record, "---- sql\n{statement}");
                }
                last_sql = told.sql;
            }
            let role = ask.session.role().to_string();
            let oracle = oracles
                .entry((role, options))
                .or_insert_with(|| Oracle::of(&snapshot, ask.session.role()));
            let verdict = oracle.judge(&ask.query);
            if verdict.is_ok() == golden.rejected && golden.apart.is_none() {
                failures.push(format!(
                    "{name}/{} as {}: the standard judges otherwise: {verdict:?}",
                    golden.name,
                    ask.session.role(),
                ));
            }
        }
        if let Some(failure) = differs(&folder, &golden.name, &record) {
            failures.push(failure);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn title(record: &mut String, ask: &Ask) {
    if !record.is_empty() {
        record.push('\n');
    }
    let _ = write!(record, "==== as {}", ask.session.role());
    for (name, value) in ask.session.variables() {
        if name != "x-hasura-role" {
            let _ = write!(record, " {name}={value}");
        }
    }
    if !ask.variables.is_empty() {
        let _ = write!(record, " with {}", Value::Object(ask.variables.clone()));
    }
    record.push('\n');
}

/// Compares with the record of a request.
fn differs(folder: &Path, name: &str, text: &str) -> Option<String> {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.remove_input_file();
    let compared = catch_unwind(AssertUnwindSafe(|| {
        settings.bind(|| insta::assert_snapshot!(name, text));
    }));
    compared.err().map(|_| {
        format!(
            "{}/{name}.graphql differs from its record",
            folder.display()
        )
    })
}
