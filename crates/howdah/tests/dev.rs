//! `howdah dev` and `serve --managed-db` as processes: an empty folder, the demo, what is applied
//! when, what is left behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::Duration;
use support::{Howdah, command, copy, eventually, folder, processes_of, repository, run};

/// Far more than a start takes: other tests may keep the machine busy.
const START: Duration = Duration::from_secs(90);
const STOP: Duration = Duration::from_secs(30);

fn dev(folder: &Path) -> Howdah {
    Howdah::dev(folder, &[], &[])
        .ready(START)
        .with_printed_secret()
}

fn stop(mut howdah: Howdah, folder: &Path) {
    howdah.signal("TERM");
    let status = howdah.wait(STOP).expect("it stops");
    assert!(status.success(), "{status} {:#?}", howdah.lines());
    assert_eq!(processes_of(folder), Vec::<String>::new());
}

/// Path and body of each `curl` that is printed, which are `count` at least.
fn printed_requests(howdah: &Howdah, count: usize) -> Vec<(String, Value)> {
    let printed = || {
        let lines = howdah.lines();
        let commands = lines.iter().filter(|line| line.trim().starts_with("curl "));
        commands.count()
    };
    assert!(
        eventually(STOP, || printed() >= count),
        "{:#?}",
        howdah.lines()
    );
    let base = format!("http://localhost:{}", howdah.port);
    let lines = howdah.lines();
    let commands = lines.iter().filter(|line| line.trim().starts_with("curl "));
    commands
        .map(|line| {
            let path = line.split(&base).nth(1).unwrap().split(' ').next().unwrap();
            let body = line
                .split_once(" -d '")
                .unwrap()
                .1
                .strip_suffix('\'')
                .unwrap();
            (path.to_owned(), serde_json::from_str(body).unwrap())
        })
        .collect()
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A project with one table, tracked, and a row of seeds.
fn small_project(folder: &Path) {
    write(folder, "config.yaml", "version: 3\n");
    write(folder, "metadata/version.yaml", "version: 3\n");
    write(
        folder,
        "metadata/databases/databases.yaml",
        "- name: default\n  kind: postgres\n  configuration:\n    connection_info:\n      \
         database_url:\n        from_env: SHOP_DATABASE\n  tables:\n    - table: {schema: public, \
         name: thing}\n",
    );
    write(
        folder,
        "migrations/default/1_thing/up.sql",
        "create table thing (id serial primary key, name text not null);",
    );
    write(
        folder,
        "seeds/default/things.sql",
        "insert into thing (name) values ('one');",
    );
}

#[test]
fn an_empty_folder_answers_soon_and_says_what_to_do_next() {
    let folder = folder();
    let howdah = dev(folder.path());

    let requests = printed_requests(&howdah, 3);
    assert_eq!(requests.len(), 3, "{requests:#?}");
    let answers: Vec<Value> = requests
        .iter()
        .map(|(path, body)| howdah.post(path, &[], body).json())
        .collect();
    assert_eq!(
        answers[2],
        json!({"data": {"note": [{"id": 1, "text": "hello"}]}})
    );

    let without = howdah.graphql("{ note { id } }", &[("x-hasura-admin-secret", "wrong")]);
    assert_eq!(without["errors"][0]["extensions"]["code"], "access-denied");
    let secret = howdah.secret.clone();
    stop(howdah, folder.path());

    // What was made by hand is there again, under the same secret.
    let again = dev(folder.path());
    assert_eq!(again.secret, secret);
    let requests = printed_requests(&again, 1);
    assert_eq!(requests.len(), 1, "{requests:#?}");
    let (path, body) = &requests[0];
    assert_eq!(
        again.post(path, &[], body).json(),
        json!({"data": {"note": [{"id": 1, "text": "hello"}]}})
    );
    stop(again, folder.path());
}

#[test]
fn the_demo_is_served_to_its_roles_and_nothing_outlives_a_kill() {
    let folder = folder();
    let project = folder.path().join("demo");
    copy(&repository().join("demo"), &project);
    let named = ["--project", project.to_str().unwrap()];
    let elsewhere = support::folder();
    let start = || {
        Howdah::dev(elsewhere.path(), &named, &[])
            .ready(START)
            .with_printed_secret()
    };
    let mut howdah = start();
    let tried = printed_requests(&howdah, 1);
    let answer = howdah.post(&tried[0].0, &[], &tried[0].1).json();
    let rows = answer["data"]
        .as_object()
        .and_then(|data| data.values().next());
    assert_eq!(
        rows.and_then(Value::as_array).map(Vec::len),
        Some(3),
        "{answer}"
    );

    let anonymous = [("x-hasura-role", "anonymous")];
    let hidden = howdah.graphql("{ products { purchase_price } }", &anonymous);
    assert_eq!(
        hidden["errors"][0]["message"],
        "field 'purchase_price' not found in type: 'products'"
    );
    let customer = [("x-hasura-role", "customer"), ("x-hasura-user-id", "18")];
    let answer = howdah.graphql("{ orders { customer_id } }", &customer);
    let orders = answer["data"]["orders"].as_array().unwrap();
    assert!(!orders.is_empty());
    assert!(
        orders.iter().all(|order| order["customer_id"] == 18),
        "{answer}"
    );
    let count = "{ orders_aggregate { aggregate { count } } }";
    let orders = howdah.graphql(count, &[]);
    assert!(orders["data"]["orders_aggregate"]["aggregate"]["count"].as_i64() > Some(100));
    for line in howdah.lines() {
        assert!(!line.contains("inconsistent metadata"), "{line}");
    }

    howdah.child.kill().unwrap();
    howdah.child.wait().unwrap();
    assert!(
        eventually(STOP, || processes_of(&project).is_empty()),
        "{:#?}",
        processes_of(&project)
    );

    // Seeds are for the first start only.
    let howdah = start();
    assert_eq!(howdah.graphql(count, &[]), orders);
    howdah.says("no new migration");
    stop(howdah, &project);
}

#[test]
fn a_second_start_applies_what_is_new_in_the_project() {
    let folder = folder();
    small_project(folder.path());
    let howdah = dev(folder.path());
    let query = "{ thing { id name } }";
    assert_eq!(
        howdah.graphql(query, &[]),
        json!({"data": {"thing": [{"id": 1, "name": "one"}]}})
    );
    let state = howdah.metadata("get_catalog_state", json!({}));
    assert_eq!(
        state["cli_state"]["migrations"],
        json!({"default": {"1": false}})
    );
    stop(howdah, folder.path());

    // A migration that the metadata of last time would stand in the way of.
    write(
        folder.path(),
        "migrations/default/2_rename/up.sql",
        "alter table thing rename column name to label; create table other (id int primary key);",
    );
    write(
        folder.path(),
        "metadata/databases/databases.yaml",
        "- name: default\n  kind: postgres\n  configuration:\n    connection_info:\n      \
         database_url:\n        from_env: SHOP_DATABASE\n  tables:\n    - table: {schema: public, \
         name: thing}\n    - table: {schema: public, name: other}\n    - table: {schema: public, \
         name: missing}\n",
    );
    let howdah = dev(folder.path());
    assert_eq!(
        howdah.graphql("{ thing { id label } other { id } }", &[]),
        json!({"data": {"thing": [{"id": 1, "label": "one"}], "other": []}})
    );
    let state = howdah.metadata("get_catalog_state", json!({}));
    assert_eq!(
        state["cli_state"]["migrations"],
        json!({"default": {"1": false, "2": false}})
    );
    howdah.says("1 object");
    howdah.says("missing");
    stop(howdah, folder.path());
}

#[test]
fn a_migration_that_fails_is_named_and_can_be_mended() {
    let folder = folder();
    small_project(folder.path());
    write(
        folder.path(),
        "migrations/default/2_more/up.sql",
        "create table thing (id int);",
    );
    let mut howdah = Howdah::dev(folder.path(), &[], &[]);
    let status = howdah.wait(START).expect("it ends");
    assert_eq!(status.code(), Some(1));
    howdah.says("already exists");
    howdah.says("migrations/default/2_more/up.sql");
    assert_eq!(processes_of(folder.path()), Vec::<String>::new());

    write(
        folder.path(),
        "migrations/default/2_more/up.sql",
        "create table more (id int);",
    );
    let howdah = dev(folder.path());
    let answer = howdah.graphql("{ thing { name } }", &[]);
    assert_eq!(answer, json!({"data": {"thing": [{"name": "one"}]}}));
    stop(howdah, folder.path());
}

#[test]
fn faults_of_the_project_are_told_before_anything_is_started() {
    let folder = folder();
    small_project(folder.path());
    write(
        folder.path(),
        "metadata/databases/databases.yaml",
        "- name: default\n  tables: 5\n",
    );
    let mut command = command();
    command.current_dir(folder.path()).arg("dev");
    let (status, _, stderr) = run(command);
    assert_eq!(status.code(), Some(1));
    assert!(stderr.contains("databases.yaml:"), "{stderr}");
    assert!(!folder.path().join(".howdah").exists());
}

#[test]
fn a_taken_port_is_told_before_anything_is_started() {
    let folder = folder();
    let taken = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = command();
    command
        .current_dir(folder.path())
        .args(["dev", "--server-port", &port]);
    let (status, _, stderr) = run(command);
    assert_eq!(status.code(), Some(1));
    assert!(
        stderr.contains(&port) && stderr.contains("--server-port"),
        "{stderr}"
    );
    assert!(!folder.path().join(".howdah/postgres").exists());
}

#[test]
fn without_postgresql_the_text_says_where_it_was_looked_for() {
    let folder = folder();
    let mut command = command();
    command
        .current_dir(folder.path())
        .args(["dev", "--server-port", "0"]);
    command.env("HOWDAH_PG_BIN", folder.path());
    let (status, _, stderr) = run(command);
    assert_eq!(status.code(), Some(1));
    assert!(stderr.contains("HOWDAH_PG_BIN"), "{stderr}");
}

#[test]
fn databases_of_the_environment_are_left_alone() {
    let folder = folder();
    let url = "postgres://production.example.com/shop";
    let env = [("HASURA_GRAPHQL_DATABASE_URL", url), ("SHOP_DATABASE", url)];
    small_project(folder.path());
    let howdah = Howdah::dev(folder.path(), &[], &env)
        .ready(START)
        .with_printed_secret();
    let answer = howdah.graphql("{ thing { name } }", &[]);
    assert_eq!(answer, json!({"data": {"thing": [{"name": "one"}]}}));
    howdah.says("HASURA_GRAPHQL_DATABASE_URL of the environment is not used");
    stop(howdah, folder.path());
}

#[test]
fn a_folder_in_use_is_refused_and_a_postgresql_that_ends_comes_back() {
    let folder = folder();
    small_project(folder.path());
    let howdah = dev(folder.path());

    let mut second = Howdah::dev(folder.path(), &[], &[]);
    let status = second.wait(START).expect("it ends");
    assert_eq!(status.code(), Some(1));
    second.says("in use by another howdah");

    let pid_file = folder.path().join(".howdah/postgres/data/postmaster.pid");
    let pid = fs::read_to_string(pid_file).unwrap();
    let pid = pid.lines().next().unwrap();
    let status = std::process::Command::new("kill")
        .args(["-KILL", pid])
        .status()
        .unwrap();
    assert!(status.success());
    howdah.says("PostgreSQL ended by itself");
    let query = "{ thing { name } }";
    let good = json!({"data": {"thing": [{"name": "one"}]}});
    assert!(
        eventually(START, || howdah.graphql(query, &[]) == good),
        "{} {:#?}",
        howdah.graphql(query, &[]),
        howdah.lines()
    );
    stop(howdah, folder.path());
}

#[test]
fn serve_may_bring_its_own_database() {
    let folder = folder();
    let start = || {
        let port = support::free_port();
        let mut command = command();
        command.current_dir(folder.path()).args([
            "serve",
            "--managed-db",
            "--server-port",
            &port.to_string(),
        ]);
        Howdah::start(command, port).ready(START)
    };
    let howdah = start();
    howdah.sql("create table thing (id int primary key); insert into thing values (7)");
    howdah.metadata(
        "pg_track_table",
        json!({"source": "default", "table": "thing"}),
    );
    for line in howdah.lines() {
        assert!(
            serde_json::from_str::<Value>(&line).is_ok(),
            "not JSON: {line}"
        );
    }
    stop(howdah, folder.path());
    let howdah = start();
    let answer = howdah.graphql("{ thing { id } }", &[]);
    assert_eq!(answer, json!({"data": {"thing": [{"id": 7}]}}));
    stop(howdah, folder.path());
}
