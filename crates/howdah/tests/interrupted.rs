//! Mutations that something cuts short while they run in the real server: a killed process of
//! PostgreSQL, a client that leaves, a row that somebody holds. A clear error, nothing half-written,
//! and whoever comes next is served.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use howdah_test_postgres::{Server, ServerOptions, TestDatabase, database};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;
use support::{Howdah, eventually};

const START: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_secs(30);

/// Writes that sleep for a minute: one statement, several, several levels.
const STILL: [&str; 3] = [
    "mutation { insert_item_one(object: {id: 5, n: 1, mood: \"still\"}) { id } }",
    "mutation {
       a: update_item_by_pk(pk_columns: {id: 1}, _set: {n: 9}) { id }
       b: insert_item_one(object: {id: 5, n: 1, mood: \"still\"}) { id }
     }",
    "mutation {
       a: insert_item(objects: [{id: 4, n: 4, parts: {data: [{id: 4}]}}]) { affected_rows }
       b: insert_item(objects: [{id: 5, n: 5, parts: {data: [{id: 5, mood: \"still\"}]}}]) { affected_rows }
     }",
];

/// The server on a database with items and their parts. One connection: whoever comes next gets the
/// one that was interrupted.
async fn serve(database: &TestDatabase, options: &str) -> Howdah {
    database
        .run(
            "create table item (id int primary key, n int not null, mood text);
             create table part (id int primary key, item_id int not null references item, mood text);
             insert into item values (1, 0), (2, 0);
             create function slow() returns trigger language plpgsql as $$ begin
                 if new.mood = 'still' then perform pg_sleep(60); end if;
                 return new; end $$;
             create trigger slow after insert or update on item for each row execute function slow();
             create trigger slow after insert or update on part for each row execute function slow();",
        )
        .await;
    let url = format!("{}{options}", database.url());
    tokio::task::spawn_blocking(move || {
        let howdah = Howdah::serve(&url, &["--connections", "1"], &[]).ready(START);
        for table in ["item", "part"] {
            howdah.metadata(
                "pg_track_table",
                json!({"source": "default", "table": table}),
            );
        }
        howdah.metadata(
            "pg_create_array_relationship",
            json!({"source": "default", "table": "item", "name": "parts", "using":
                   {"foreign_key_constraint_on": {"table": "part", "column": "item_id"}}}),
        );
        howdah
    })
    .await
    .unwrap()
}

fn body(query: &str) -> Vec<u8> {
    json!({ "query": query }).to_string().into_bytes()
}

/// The process of PostgreSQL in which a write sleeps, once there is one.
async fn sleeping(database: &TestDatabase) -> i32 {
    let client = database.client().await;
    let sql = "select pid from pg_stat_activity
         where datname = current_database() and wait_event = 'PgSleep'";
    loop {
        if let Some(row) = client.query(sql, &[]).await.unwrap().first() {
            return row.get(0);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// All rows as the server shows them, once it does.
fn rows(howdah: &Howdah) -> Value {
    let query = "{ item(order_by: {id: asc}) { id n parts { id } } }";
    let shown = eventually(PATIENCE, || {
        howdah.graphql(query, &[]).get("data").is_some()
    });
    assert!(shown, "{}", howdah.graphql(query, &[]));
    howdah.graphql(query, &[])["data"]["item"].take()
}

/// Nothing was written, and the next writes are.
fn nothing_is_left(howdah: &Howdah, of: &str) {
    let before = json!([{"id": 1, "n": 0, "parts": []}, {"id": 2, "n": 0, "parts": []}]);
    assert_eq!(rows(howdah), before, "{of}");
    let next = howdah.graphql(
        "mutation {
           insert_item(objects: [{id: 99, n: 1, parts: {data: [{id: 99}]}}]) { affected_rows }
           delete_part_by_pk(id: 99) { id }
           delete_item_by_pk(id: 99) { n }
         }",
        &[],
    );
    let expected = json!({"insert_item": {"affected_rows": 2},
        "delete_part_by_pk": {"id": 99}, "delete_item_by_pk": {"n": 1}});
    assert_eq!(next["data"], expected, "{of}: {next}");
    assert_eq!(rows(howdah), before, "{of}");
}

/// PostgreSQL takes the death of one of its processes for a broken memory: it cuts everybody off and
/// recovers from its log.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_of_postgresql_that_is_killed() {
    let settings = vec![("synchronous_commit".to_owned(), "on".to_owned())];
    let server = Server::start(ServerOptions {
        settings,
        ..ServerOptions::default()
    })
    .await;
    let database = server.database().await;
    let mut howdah = serve(&database, "").await;
    for mutation in STILL {
        let running = tokio::task::spawn_blocking(move || {
            let answer = howdah.try_send("POST", "/v1/graphql", &[], &body(mutation));
            (howdah, answer.unwrap().json())
        });
        let pid = sleeping(&database).await.to_string();
        let killed = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        assert!(killed.success());
        let answer;
        (howdah, answer) = running.await.unwrap();
        assert_eq!(answer.get("data"), None, "{answer}");
        let error = &answer["errors"][0];
        assert_eq!(error["message"], "connection error", "{answer}");
        assert_eq!(error["extensions"]["code"], "postgres-error", "{answer}");
        howdah = tokio::task::spawn_blocking(move || {
            nothing_is_left(&howdah, mutation);
            howdah
        })
        .await
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_in_the_middle_of_a_write() {
    let database = database().await;
    let mut howdah = serve(&database, "").await;
    for mutation in STILL {
        let stream = howdah
            .open("POST", "/v1/graphql", &[], &body(mutation))
            .unwrap();
        sleeping(&database).await;
        drop(stream);
        howdah = tokio::task::spawn_blocking(move || {
            nothing_is_left(&howdah, mutation);
            howdah
        })
        .await
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_holds_longer_than_statements_may_take() {
    let database = database().await;
    let separator = if database.url().contains('?') {
        '&'
    } else {
        '?'
    };
    let options = format!("{separator}options=-c%20statement_timeout%3D2000");
    let howdah = serve(&database, &options).await;
    let holder = database.client().await;
    for mutation in [
        "mutation { update_item_by_pk(pk_columns: {id: 1}, _set: {n: 9}) { id } }",
        "mutation {
           a: update_item_by_pk(pk_columns: {id: 2}, _set: {n: 9}) { id }
           b: update_item(where: {}, _inc: {n: 9}) { affected_rows }
         }",
        "mutation { delete_item(where: {}) { affected_rows } }",
    ] {
        let hold = "begin; select from item where id = 1 for update";
        holder.batch_execute(hold).await.unwrap();
        let answer = howdah.graphql(mutation, &[]);
        let error = &answer["errors"][0];
        assert_eq!(error["message"], "database query error", "{answer}");
        let told = &error["extensions"]["internal"]["error"];
        assert_eq!(told["status_code"], "57014", "{answer}");
        holder.batch_execute("rollback").await.unwrap();
        nothing_is_left(&howdah, mutation);
    }
}
