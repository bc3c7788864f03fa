//! Real clients against the real server: graphql-ws, subscriptions-transport-ws, Apollo Client and
//! urql, driven by Node. They are installed by `scripts/install-needs test`; where they are not,
//! the test says so and passes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use howdah_test_postgres::database;
use serde_json::json;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Howdah, repository};

#[tokio::test(flavor = "multi_thread")]
async fn real_clients_ask_write_and_hear_of_changes() {
    let clients = repository().join("tests/clients");
    if !clients.join("node_modules/graphql-ws").is_dir() {
        eprintln!("skipped: tests/clients is not installed (scripts/install-needs test)");
        return;
    }
    let database = database().await;
    database
        .run("create table note (id serial primary key, text text not null, owner int not null);")
        .await;
    let url = database.url().to_owned();
    let done = tokio::task::spawn_blocking(move || {
        let args = [
            "--admin-secret",
            "s",
            "--live-queries-multiplexed-refetch-interval",
            "200",
            "--streaming-queries-multiplexed-refetch-interval",
            "200",
            "--disable-close-websockets-on-metadata-change",
        ];
        let mut howdah = Howdah::serve(&url, &args, &[]).ready(Duration::from_secs(20));
        howdah.secret = Some("s".to_owned());
        let table = json!({"source": "default", "table": "note"});
        howdah.metadata("pg_track_table", table);
        let mine = json!({"owner": "X-Hasura-User-Id"});
        howdah.metadata(
            "pg_create_select_permission",
            json!({"table": "note", "role": "user", "permission": {"columns": "*", "filter": mine}}),
        );
        howdah.metadata(
            "pg_create_insert_permission",
            json!({"table": "note", "role": "user", "permission": {
                "columns": ["text"], "check": {}, "set": {"owner": "X-Hasura-User-Id"}}}),
        );
        Command::new("node")
            .args(["--test", "--test-force-exit", "clients.test.mjs"])
            .current_dir(clients)
            .env("HOWDAH_URL", format!("http://127.0.0.1:{}", howdah.port))
            .env("HOWDAH_SECRET", "s")
            .stdin(Stdio::null())
            .output()
    });
    let output = done.await.unwrap().expect("node runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
}
