//! From an empty folder to three environments, as somebody new would do it.

use crate::support::{Howdah, command, free_port};
use crate::tool::{Environment, SECRET, START, Tool};
use serde_json::{Value, json};

const USERS: &str = "create table users (id serial primary key, name text not null)";

#[tokio::test(flavor = "multi_thread")]
async fn a_project_goes_from_an_empty_folder_to_three_environments() {
    let folder = crate::support::folder();
    let (development, staging) = tokio::join!(Environment::start(), Environment::start());

    // A project, and what the server has already.
    Tool::new(folder.path())
        .call(
            "init shop --endpoint {} --admin-secret {}",
            &[&development.gate.url(), SECRET],
            "",
        )
        .ends(0);
    let tool = Tool::new(&folder.path().join("shop"));
    assert_eq!(tool.read(".gitignore"), ".env\n");
    assert!(!tool.read("config.yaml").contains(SECRET));
    tool.runs("metadata export");
    assert!(
        tool.read("metadata/databases/databases.yaml")
            .contains("HASURA_GRAPHQL_DATABASE_URL")
    );
    assert!(tool.runs("version").contains("server: v2."));

    // A table, by a migration.
    let version = tool
        .call(
            "migrate create {} --up-sql {} --down-sql {}",
            &["create users", USERS, "drop table users"],
            "",
        )
        .ends(0)
        .out;
    let version = version.trim();
    let file = format!("migrations/default/{version}_create_users/up.sql");
    assert_eq!(tool.read(&file), format!("{USERS}\n"));
    tool.ends(0, "migrate apply --dry-run").tells(&[]);
    tool.ends(0, "migrate apply")
        .tells(&["default: 1 migration done"]);
    tool.ends(0, "migrate apply").tells(&["nothing to apply"]);
    let status = tool.json("migrate status -o json");
    assert_eq!(status[0]["version"].to_string(), version);
    assert_eq!(status[0]["database_status"], "Present");

    // Its metadata, made on the server and taken into the project.
    let table = json!({"source": "default", "table": {"schema": "public", "name": "users"}});
    development.howdah.metadata("pg_track_table", table);
    tool.ends(3, "metadata diff");
    tool.runs("metadata export");
    tool.ends(0, "metadata diff");
    let users = "metadata/databases/default/tables/public_users.yaml";
    assert!(tool.read(users).contains("name: users"));

    // A permission, written by hand and applied.
    let permission = "select_permissions:\n  - role: reader\n    permission:\n      columns:\n        - name\n      filter: {}\n";
    tool.write(users, &format!("{}{permission}", tool.read(users)));
    let diff = tool.ends(3, "metadata diff");
    assert!(
        diff.out.contains("+          - role: reader"),
        "{}",
        diff.out
    );
    tool.ends(0, "metadata apply").tells(&["metadata applied"]);
    tool.ends(0, "metadata diff --type json");
    tool.runs("metadata export");
    assert!(tool.read(users).ends_with(permission));

    // Rows to start with.
    let seed = "insert into users (name) values ('Ada'), ('Grace');\n";
    tool.call("seed create people --file -", &[], seed).ends(0);
    tool.ends(0, "seed apply").tells(&["1 seed applied"]);
    assert_eq!(
        names(&development.howdah, "reader"),
        json!(["Ada", "Grace"])
    );

    // What a role sees.
    let sdl = tool.runs("types graphql --role reader");
    assert!(sdl.contains("type users {\n  name: String!\n}"), "{sdl}");
    let types = tool.runs("types typescript --role reader");
    assert!(types.contains("name: Scalars[\"String\"];"), "{types}");
    assert!(!types.contains("  id:"), "{types}");

    // All is well, and the second environment gets everything at once.
    let findings = tool.json("doctor -o json");
    let verdicts = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["verdict"]);
    assert!(
        verdicts.into_iter().all(|verdict| verdict == "ok"),
        "{findings:#}"
    );
    let line = "deploy --with-seeds --endpoint {}";
    let to_staging = |line: &str| tool.call(line, &[&staging.gate.url()], "");
    to_staging("doctor --endpoint {}").ends(1);
    let dry = to_staging("deploy --with-seeds --dry-run --endpoint {}").ends(0);
    assert!(
        dry.out.contains("default: 1 migration would be applied"),
        "{}",
        dry.out
    );
    to_staging(line)
        .ends(0)
        .tells(&["metadata applied", "1 migration done", "1 seed applied"]);
    assert_eq!(names(&staging.howdah, "reader"), json!(["Ada", "Grace"]));
    to_staging("metadata diff --endpoint {}").ends(0);

    // The third applies the project itself, as several instances that start together.
    production(&tool).await;

    development.gate.assert_only_old_operations();
    staging.gate.assert_only_old_operations();
}

async fn production(tool: &Tool) {
    let database = howdah_test_postgres::database().await;
    let project = tool.folder.to_str().unwrap();
    let start = |by: Start| {
        let port = free_port();
        let mut command = command();
        command
            .args(["serve", "--server-port", &port.to_string()])
            .env("HASURA_GRAPHQL_DATABASE_URL", database.url())
            .env("HASURA_GRAPHQL_ADMIN_SECRET", SECRET);
        match by {
            Start::Project => command.args(["--project", project]),
            Start::Folders => command
                .env("HASURA_GRAPHQL_METADATA_DIR", tool.folder.join("metadata"))
                .env(
                    "HASURA_GRAPHQL_MIGRATIONS_DIR",
                    tool.folder.join("migrations"),
                ),
        };
        let mut howdah = Howdah::start(command, port);
        howdah.secret = Some(SECRET.to_owned());
        howdah
    };
    let started = [Start::Project, Start::Folders, Start::Project].map(start);
    let ready = started.map(|howdah| howdah.ready(START));
    ready[0].sql("insert into users (name) values ('Joan')");
    for howdah in &ready {
        assert_eq!(names(howdah, "reader"), json!(["Joan"]));
    }
    let applied = ready.iter().filter(|howdah| {
        let line = howdah.says("\"migrations_applied\":");
        line.contains("\"migrations_applied\":1")
    });
    assert_eq!(applied.count(), 1, "each migration runs once");
    let before = ready[0].metadata("get_catalog_state", json!({}));
    assert_eq!(
        before["cli_state"]["migrations"]["default"]
            .as_object()
            .unwrap()
            .len(),
        1
    );

    // A migration that fails keeps a server from starting, with its reason.
    tool.migration(
        "9000000000000_bad",
        "select 1;\nselect * from nowhere;\n",
        "",
    );
    let mut failing = start(Start::Folders);
    let status = failing.wait(START).unwrap();
    assert_eq!(status.code(), Some(1));
    let lines = failing.lines().join("\n");
    for part in [
        "9000000000000_bad/up.sql:2:",
        "relation \"nowhere\" does not exist",
    ] {
        assert!(lines.contains(part), "{part} is missing in {lines}");
    }
    std::fs::remove_dir_all(tool.folder.join("migrations/default/9000000000000_bad")).unwrap();
    let again = start(Start::Project).ready(START);
    again.says("\"metadata_replaced\":false");
}

#[derive(Clone, Copy)]
enum Start {
    Project,
    Folders,
}

fn names(howdah: &Howdah, role: &str) -> Value {
    let answer = howdah.graphql(
        "{ users(order_by: {name: asc}) { name } }",
        &[("x-hasura-role", role)],
    );
    let rows = answer["data"]["users"].as_array();
    let rows = rows.unwrap_or_else(|| panic!("{answer}"));
    rows.iter().map(|row| row["name"].clone()).collect()
}
