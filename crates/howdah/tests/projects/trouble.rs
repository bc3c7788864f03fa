//! What goes wrong outside of the tool: wrong files, servers, secrets, metadata.

use crate::support::{folder, free_port};
use crate::tool::{Environment, Tool, project};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn every_trouble_with_the_server_has_its_exit_code() {
    let (environment, _folder, tool) = project().await;
    // Nobody there.
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let away = Tool::of(&tool.folder, &environment.gate).with("HASURA_GRAPHQL_ENDPOINT", &nobody);
    for line in ["migrate status", "metadata apply", "deploy", "doctor"] {
        away.ends(5, line);
    }
    away.ends(5, "metadata export")
        .tells(&["cannot reach the server", "--endpoint"]);
    away.ends(0, "version");
    // Somebody else.
    let at =
        |url: &str| Tool::of(&tool.folder, &environment.gate).with("HASURA_GRAPHQL_ENDPOINT", url);
    let foreign = foreign_server(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>",
    );
    at(&foreign)
        .ends(5, "metadata export")
        .tells(&["is not the endpoint of a GraphQL engine"]);
    let moved = foreign_server(
        "HTTP/1.1 308 Permanent Redirect\r\nlocation: https://new.example.com/\r\n\
         content-length: 0\r\n\r\n",
    );
    at(&moved)
        .ends(5, "metadata export")
        .tells(&["points to https://new.example.com/"]);
    at(&format!("https://127.0.0.1:{}", environment.howdah.port))
        .ends(5, "metadata export")
        .tells(&["nobody speaks TLS there"]);
    // The wrong secret, the right one from a file and from standard input.
    let wrong =
        Tool::of(&tool.folder, &environment.gate).with("HASURA_GRAPHQL_ADMIN_SECRET", "wrong-one");
    let ended = wrong
        .ends(1, "metadata export")
        .tells(&["invalid", "--admin-secret-file"]);
    assert!(!ended.err.contains("wrong-one"));
    tool.write("secret", "s3cret\n");
    wrong.runs("metadata export --admin-secret-file secret");
    wrong
        .call("metadata export --admin-secret-file -", &[], "s3cret\n")
        .ends(0);
    wrong
        .ends(2, "metadata export --admin-secret-file nowhere")
        .tells(&["nowhere"]);
    // No address at all.
    tool.ends(2, "metadata export --endpoint localhost:8080")
        .tells(&["is not a URL"]);
    // The order: flag, environment, .env, config.yaml.
    let plain = Tool::new(&tool.folder);
    plain.write("config.yaml", &format!("version: 3\nendpoint: {nobody}\n"));
    plain.ends(5, "metadata export");
    plain.write(
        ".env",
        &format!(
            "HASURA_GRAPHQL_ENDPOINT={}\nHASURA_GRAPHQL_ADMIN_SECRET=s3cret\n",
            environment.gate.url()
        ),
    );
    plain.runs("metadata export");
    let variable = Tool::new(&tool.folder).with("HASURA_GRAPHQL_ENDPOINT", &nobody);
    variable.ends(5, "metadata export");
    variable
        .call(
            "metadata export --endpoint {}",
            &[&environment.gate.url()],
            "",
        )
        .ends(0);
    plain.write("other.env", &format!("HASURA_GRAPHQL_ENDPOINT={nobody}\n"));
    plain.ends(5, "metadata export --envfile other.env");
    plain
        .ends(2, "metadata export --envfile missing.env")
        .tells(&["missing.env"]);
}

/// Answers like a web server that has nothing to do with us.
fn foreign_server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 8192]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_files_are_told_with_their_places_and_nothing_is_changed() {
    let environment = Environment::start().await;
    let folder = folder();
    Tool::new(folder.path())
        .ends(2, "migrate status")
        .tells(&["there is no config.yaml", "init"]);
    Tool::new(folder.path()).runs("init p");
    let tool = Tool::of(&folder.path().join("p"), &environment.gate);
    tool.ends(1, "init .").tells(&["is a project already"]);
    tool.runs("metadata export");
    let databases = tool.read("metadata/databases/databases.yaml");
    let before = environment.howdah.metadata("export_metadata", json!({}));
    std::fs::write(folder.path().join("outside.yaml"), "[]").unwrap();
    let wrong = [
        (
            "metadata/databases/databases.yaml",
            "- name: [a\n",
            "databases.yaml:",
        ),
        (
            "metadata/databases/databases.yaml",
            "- name: a\n  kind: postgres\n  tables: !include ../../../outside.yaml\n",
            "lies outside",
        ),
        (
            "metadata/databases/databases.yaml",
            "!include databases.yaml\n",
            "includes within each other",
        ),
        (
            "metadata/databases/databases.yaml",
            "- kind: postgres\n",
            "name",
        ),
        ("metadata/version.yaml", "version: 9\n", "version"),
    ];
    for (file, text, part) in wrong {
        let good = tool.read(file);
        tool.write(file, text);
        for line in ["metadata apply", "deploy", "metadata diff"] {
            tool.ends(1, line).tells(&[part]);
        }
        tool.write(file, &good);
    }
    tool.write(
        "metadata/databases/databases.yaml",
        &format!("{databases}  nonsense: 1\n"),
    );
    tool.ends(0, "metadata apply --dry-run")
        .tells(&["databases.yaml:", "the key \"nonsense\" is not known"]);
    tool.write("metadata/databases/databases.yaml", &databases);
    tool.write("migrations/default/1_a/up.sql", "select 1;");
    tool.write("migrations/default/1_b/up.sql", "select 1;");
    tool.ends(1, "deploy")
        .tells(&["two migrations have the version 1"]);
    assert_eq!(
        environment.howdah.metadata("export_metadata", json!({})),
        before
    );
    tool.write("config.yaml", "version: 3\nendpont: http://a\n");
    tool.ends(0, "metadata apply --dry-run").tells(&[
        "config.yaml:2:",
        "the key \"endpont\" is not known; did you mean \"endpoint\"?",
    ]);
    tool.write("config.yaml", "version: 3\nendpoint: [1]\n");
    tool.ends(2, "metadata apply").tells(&["config.yaml:2:"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn inconsistent_metadata_is_listed_refused_and_dropped() {
    let (environment, folder, tool) = project().await;
    environment
        .howdah
        .sql("create table users (id int primary key)");
    let table = json!({"source": "default", "table": "users"});
    environment.howdah.metadata("pg_track_table", table);
    tool.runs("metadata export");
    tool.ends(0, "metadata inconsistency status");
    environment.howdah.sql("alter table users rename to people");
    tool.runs("metadata clear");
    tool.ends(4, "metadata apply --disallow-inconsistent-metadata")
        .tells(&["users", "was not applied"]);
    // Leniently it is taken, and told.
    tool.ends(0, "metadata apply")
        .tells(&["1 object cannot be served"]);
    tool.ends(4, "metadata inconsistency status")
        .tells(&["inconsistency list"]);
    let listed = tool.json("metadata inconsistency list -o json");
    assert_eq!(listed[0]["type"], "table");
    assert!(tool.runs("metadata ic ls").contains("users"));
    tool.ends(4, "doctor");
    tool.ends(4, "deploy");
    tool.ends(0, "metadata reload").tells(&["inconsistent"]);
    tool.runs("metadata inconsistency drop");
    tool.ends(0, "metadata inconsistency status");
    tool.ends(3, "metadata diff");
    // The older tool's scripts rely on its exit codes.
    let link = folder.path().join("hasura");
    std::os::unix::fs::symlink(crate::support::BINARY, &link).unwrap();
    let mut old = Tool::of(&tool.folder, &environment.gate);
    old.program = link;
    old.runs("metadata diff");
    old.runs("metadata apply --skip-update-check");
    old.runs("--no-color deploy");
    assert!(old.ends(2, "metadata aply").err.contains("hasura metadata"));
    environment.gate.assert_only_old_operations();
}
