//! Projects are brought to a server that writes down what it is asked.
#![allow(clippy::unwrap_used)]

use howdah_cli::{Api, ApiResult, Applied, Contents, Failure, SeedLog, Seeding, apply};
use howdah_error::{Code, Error};
use howdah_project::Project;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use tempfile::TempDir;

const DATABASES: &str = "\
- name: default
  kind: postgres
  configuration: {connection_info: {database_url: {from_env: HASURA_GRAPHQL_DATABASE_URL}}}
  tables: []
- name: reports
  kind: postgres
  configuration: {connection_info: {database_url: {from_env: REPORTS_URL}}}
  tables: []
";

/// A server with one known source, whose SQL fails where it says so.
#[derive(Default)]
struct Server {
    state: Mutex<Value>,
    asked: Mutex<Vec<String>>,
    replaced: Mutex<Option<Value>>,
}

impl Server {
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn note(&self, text: String) {
        self.asked.lock().unwrap().push(text);
    }
}

impl Api for Server {
    async fn metadata(&self, body: Value) -> ApiResult<Value> {
        let kind = body["type"].as_str().unwrap().to_owned();
        match kind.as_str() {
            "get_catalog_state" => return Ok(json!({"cli_state": *self.state.lock().unwrap()})),
            "set_catalog_state" => {
                assert_eq!(body["args"]["type"], "cli");
                *self.state.lock().unwrap() = body["args"]["state"].clone();
                return Ok(json!({"message": "success"}));
            }
            "export_metadata" => {
                return Ok(json!({"version": 3, "sources": [{
                    "name": "default", "kind": "postgres", "tables": [],
                    "configuration": {"connection_info": {"database_url": {"from_env": "OTHER"}}},
                }]}));
            }
            "get_inconsistent_metadata" => {
                return Ok(json!({"is_consistent": false, "inconsistent_objects": [
                    {"name": "table a in source default", "reason": "it is not there", "type": "table"},
                ]}));
            }
            "replace_metadata" => {
                assert_eq!(body["version"], 2);
                assert_eq!(body["args"]["allow_inconsistent_metadata"], true);
                *self.replaced.lock().unwrap() = Some(body["args"]["metadata"].clone());
            }
            "pg_add_source" => {
                assert_eq!(body["args"]["replace_configuration"], true);
                self.note(format!("add {}", body["args"]["name"].as_str().unwrap()));
                return Ok(json!({"message": "success"}));
            }
            _ => {}
        }
        self.note(kind);
        Ok(json!({"message": "success"}))
    }

    async fn query(&self, body: Value) -> ApiResult<Value> {
        assert_eq!(body["type"], "run_sql");
        let args = &body["args"];
        assert_eq!(
            (&args["cascade"], &args["read_only"]),
            (&json!(false), &json!(false))
        );
        let sql = args["sql"].as_str().unwrap();
        if sql.contains("wrong") {
            return Err(Error::new(Code::PostgresError, "query execution failed").into());
        }
        self.note(format!("{}: {sql}", args["source"].as_str().unwrap()));
        Ok(json!({"result_type": "CommandOk", "result": null}))
    }
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn project() -> TempDir {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    write(root, "config.yaml", "version: 3\n");
    write(root, "metadata/version.yaml", "version: 3\n");
    write(root, "metadata/databases/databases.yaml", DATABASES);
    write(root, "migrations/default/2_b/up.sql", "b");
    write(root, "migrations/default/1_a/up.sql", "a");
    write(root, "migrations/elsewhere/1_x/up.sql", "x");
    write(root, "migrations/reports/3_c/up.sql", "c");
    write(root, "seeds/default/1.sql", "s1");
    write(root, "seeds/default/2.sql", "s2");
    folder
}

fn read(folder: &TempDir) -> Contents {
    Contents::read(&Project::open(folder.path(), |_| None).unwrap()).unwrap()
}

async fn apply_to(
    server: &Server,
    folder: &TempDir,
    seeding: &Seeding,
) -> Result<Applied, Failure> {
    let databases = BTreeSet::from(["default".to_owned(), "reports".to_owned()]);
    apply(server, &read(folder), &databases, seeding).await
}

#[tokio::test]
async fn everything_is_applied_once_and_in_order() {
    let (server, folder) = (Server::default(), project());
    let seeding = Seeding::Remaining(SeedLog::at(folder.path().join("log")));
    let applied = apply_to(&server, &folder, &seeding).await.unwrap();
    assert_eq!(
        applied,
        Applied {
            migrations: 3,
            seeds: 2,
            metadata: true,
            left_out: vec!["elsewhere".into()],
            inconsistent: vec!["table a in source default: it is not there".into()],
        }
    );
    assert_eq!(
        server.asked(),
        [
            "add default",
            "add reports",
            "default: a",
            "default: b",
            "reports: c",
            "default: s1",
            "default: s2",
            "reload_metadata",
            "replace_metadata",
        ]
    );
    assert_eq!(
        server.state.lock().unwrap()["migrations"],
        json!({"default": {"1": false, "2": false}, "reports": {"3": false}})
    );
    write(folder.path(), "migrations/default/4_d/up.sql", "d");
    let applied = apply_to(&server, &folder, &Seeding::No).await.unwrap();
    assert_eq!((applied.migrations, applied.seeds), (1, 0));
    assert_eq!(
        server.asked(),
        [
            "add default",
            "default: d",
            "reload_metadata",
            "replace_metadata"
        ]
    );
    let applied = apply_to(&server, &folder, &Seeding::No).await.unwrap();
    assert_eq!(applied.migrations, 0);
    assert_eq!(server.asked(), ["replace_metadata"]);
}

#[tokio::test]
async fn a_failure_names_the_file_and_the_next_start_goes_on_after_what_was_done() {
    let (server, folder) = (Server::default(), project());
    let seeding = Seeding::Remaining(SeedLog::at(folder.path().join("log")));
    write(folder.path(), "migrations/default/2_b/up.sql", "wrong");
    let failure = apply_to(&server, &folder, &seeding)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        failure.contains("2_b/up.sql: query execution failed"),
        "{failure}"
    );
    assert_eq!(
        server.state.lock().unwrap()["migrations"],
        json!({"default": {"1": false}})
    );
    server.asked();

    write(folder.path(), "migrations/default/2_b/up.sql", "b");
    write(folder.path(), "seeds/default/2.sql", "wrong");
    apply_to(&server, &folder, &seeding).await.unwrap_err();
    let asked = server.asked();
    assert!(!asked.contains(&"default: a".to_owned()), "{asked:?}");
    assert!(asked.contains(&"default: s1".to_owned()), "{asked:?}");

    write(folder.path(), "seeds/default/2.sql", "s2");
    apply_to(&server, &folder, &seeding).await.unwrap();
    let asked = server.asked();
    assert!(!asked.contains(&"default: s1".to_owned()), "{asked:?}");
    assert!(asked.contains(&"default: s2".to_owned()), "{asked:?}");
}

#[tokio::test]
async fn a_project_without_sources_gets_the_default_one() {
    let (server, folder) = (Server::default(), TempDir::new().unwrap());
    write(folder.path(), "config.yaml", "version: 3\n");
    write(folder.path(), "metadata/databases/databases.yaml", "[]\n");
    apply_to(&server, &folder, &Seeding::No).await.unwrap();
    let replaced = server.replaced.lock().unwrap().take().unwrap();
    assert_eq!(replaced["sources"][0]["name"], "default");
    assert_eq!(
        replaced["sources"][0]["configuration"]["connection_info"]["database_url"],
        json!({"from_env": "HASURA_GRAPHQL_DATABASE_URL"})
    );
}

#[tokio::test]
async fn a_project_without_a_metadata_folder_leaves_the_metadata_alone() {
    let (server, folder) = (Server::default(), TempDir::new().unwrap());
    write(folder.path(), "config.yaml", "version: 3\n");
    write(folder.path(), "migrations/default/1_a/up.sql", "a");
    let applied = apply_to(&server, &folder, &Seeding::No).await.unwrap();
    assert!(!applied.metadata);
    assert_eq!(server.asked(), ["default: a", "reload_metadata"]);
}
