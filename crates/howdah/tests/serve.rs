//! `howdah serve` as a process: start, stop, bad settings, lost clients, a restarted PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use howdah_test_postgres::{Server, ServerOptions, database};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::time::{Duration, Instant};
use support::{Howdah, command, eventually, run};

const START: Duration = Duration::from_secs(20);

#[test]
fn without_a_database_it_names_the_ways_to_give_one() {
    let mut command = command();
    command.arg("serve");
    let (status, stdout, stderr) = run(command);
    assert_eq!(status.code(), Some(2));
    let text = format!("{stdout}{stderr}");
    for way in ["--database-url", "--metadata-database-url", "--managed-db"] {
        assert!(text.contains(way), "{way} is missing in: {text}");
    }
}

#[test]
fn a_bad_setting_is_one_plain_line() {
    let mut command = command();
    command
        .arg("serve")
        .env("HASURA_GRAPHQL_SERVER_PORT", "nonsense");
    let (status, stdout, stderr) = run(command);
    assert_eq!(status.code(), Some(1));
    let text = format!("{stdout}{stderr}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(lines[0].starts_with("Fatal Error:-"), "{text}");
    assert!(lines[0].contains("HASURA_GRAPHQL_SERVER_PORT"), "{text}");
}

#[test]
fn the_version_is_what_the_endpoint_answers() {
    let mut command = command();
    command.arg("version");
    let (status, stdout, _) = run(command);
    assert!(status.success());
    let last = stdout.split_whitespace().last().unwrap_or_default();
    assert!(last.starts_with("v2.48.0-howdah."), "{stdout}");
}

#[test]
fn it_answers_to_the_old_name() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("graphql-engine");
    std::os::unix::fs::symlink(support::BINARY, &link).unwrap();
    let output = std::process::Command::new(link)
        .arg("version")
        .output()
        .unwrap();
    assert!(output.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_session_from_sql_to_nested_answers() {
    let database = database().await;
    let url = database.url().to_owned();
    tokio::task::spawn_blocking(move || {
        let mut howdah = Howdah::serve(&url, &[], &[]).ready(START);
        howdah.sql(
            "create table author (id serial primary key, name text not null);
             create table article (id serial primary key, title text, author_id int not null references author);
             insert into author (name) values ('Ada'), ('Bob');
             insert into article (title, author_id) values ('One', 1), ('Two', 1), ('Three', 2);",
        );
        for table in ["author", "article"] {
            howdah.metadata("pg_track_table", json!({"source": "default", "table": table}));
        }
        howdah.metadata(
            "pg_create_array_relationship",
            json!({"source": "default", "table": "author", "name": "articles",
                "using": {"foreign_key_constraint_on": {"table": "article", "column": "author_id"}}}),
        );
        howdah.metadata(
            "pg_create_select_permission",
            json!({"source": "default", "table": "author", "role": "user",
                "permission": {"columns": ["name"], "filter": {"id": {"_eq": "X-Hasura-User-Id"}}}}),
        );
        let query = "{ author(order_by: {id: asc}) { name articles(order_by: {id: asc}) { title } } }";
        assert_eq!(
            howdah.graphql(query, &[]),
            json!({"data": {"author": [
                {"name": "Ada", "articles": [{"title": "One"}, {"title": "Two"}]},
                {"name": "Bob", "articles": [{"title": "Three"}]},
            ]}})
        );
        let user = [("x-hasura-role", "user"), ("x-hasura-user-id", "2")];
        assert_eq!(
            howdah.graphql("{ author { name } }", &user),
            json!({"data": {"author": [{"name": "Bob"}]}})
        );
        assert_eq!(
            howdah.graphql("{ author { id } }", &user)["errors"][0]["message"],
            "field 'id' not found in type: 'author'"
        );
        let version = howdah.try_send("GET", "/v1/version", &[], b"").unwrap().json();
        assert!(version["version"].as_str().unwrap().starts_with("v2.48.0-howdah."));

        // What was tracked outlives the process.
        howdah.signal("TERM");
        let status = howdah.wait(START).expect("it stops when idle");
        assert!(status.success(), "{status}");
        for line in howdah.lines() {
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"));
            for key in ["timestamp", "level", "type", "detail"] {
                assert!(line.get(key).is_some(), "{key} is missing in {line}");
            }
        }
        let again = Howdah::serve(&url, &[], &[]).ready(START);
        assert_eq!(
            again.graphql("{ author(limit: 1, order_by: {id: asc}) { name } }", &[]),
            json!({"data": {"author": [{"name": "Ada"}]}})
        );
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_gets_its_query_cancelled() {
    let database = database().await;
    let url = database.url().to_owned();
    database
        .run(
            "create table t (id int primary key); insert into t values (1);
             create function slow() returns setof t language sql stable as
             $$ select t.* from t, pg_sleep(90) $$;",
        )
        .await;
    let howdah = tokio::task::spawn_blocking(move || {
        let howdah = Howdah::serve(&url, &[], &[]).ready(START);
        howdah.metadata("pg_track_table", json!({"source": "default", "table": "t"}));
        howdah.metadata(
            "pg_track_function",
            json!({"source": "default", "function": "slow"}),
        );
        let body = json!({"query": "{ slow { id } }"}).to_string();
        let stream = howdah
            .open("POST", "/v1/graphql", &[], body.as_bytes())
            .unwrap();
        (howdah, stream)
    });
    let (howdah, stream) = howdah.await.unwrap();
    let client = database.client().await;
    let running = async || -> i64 {
        let sql = "select count(*) from pg_stat_activity
             where state = 'active' and query like '%slow%' and pid <> pg_backend_pid()";
        client.query_one(sql, &[]).await.unwrap().get(0)
    };
    let start = Instant::now();
    while running().await == 0 {
        assert!(start.elapsed() < START, "the query never ran");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(stream);
    let start = Instant::now();
    while running().await > 0 {
        assert!(start.elapsed() < START, "the query still runs");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(howdah);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_heals_when_postgresql_comes_back() {
    let server = Server::start(ServerOptions::default()).await;
    let database = server.database().await;
    let url = database.url().to_owned();
    database
        .run("create table t (id int primary key); insert into t values (1), (2);")
        .await;
    tokio::task::spawn_blocking(move || {
        let howdah = Howdah::serve(&url, &[], &[]).ready(START);
        howdah.metadata("pg_track_table", json!({"source": "default", "table": "t"}));
        let query = "{ t_aggregate { aggregate { count } } }";
        let good = json!({"data": {"t_aggregate": {"aggregate": {"count": 2}}}});
        assert_eq!(howdah.graphql(query, &[]), good);

        // Test servers write late; what was written so far is to survive the hard stop.
        howdah.sql("set local synchronous_commit = on; create table written (id int)");
        server.stop();
        let answer = howdah.graphql(query, &[]);
        assert!(answer["errors"][0]["message"].is_string(), "{answer}");
        let health = howdah.try_send("GET", "/healthz", &[], b"").unwrap();
        assert_eq!(health.status, 500);
        let alive = howdah.try_send("GET", "/livez", &[], b"").unwrap();
        assert_eq!(alive.status, 200);

        server.start_again();
        assert!(
            eventually(Duration::from_secs(10), || howdah.graphql(query, &[])
                == good),
            "{:?}",
            howdah.graphql(query, &[])
        );
        assert!(eventually(Duration::from_secs(10), || {
            howdah.try_send("GET", "/healthz", &[], b"").unwrap().status == 200
        }));
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_of_another_version_is_left_alone() {
    for (version, names) in [("49", "newer"), ("46", "v2.")] {
        let database = database().await;
        database
            .run(&format!(
                "create schema hdb_catalog;
                 create table hdb_catalog.hdb_version (hasura_uuid uuid primary key default gen_random_uuid(),
                   version text not null, upgraded_on timestamptz not null, cli_state jsonb not null default '{{}}',
                   console_state jsonb not null default '{{}}', ee_client_id text, ee_client_secret text);
                 insert into hdb_catalog.hdb_version (version, upgraded_on) values ('{version}', now());"
            ))
            .await;
        let url = database.url().to_owned();
        let text = tokio::task::spawn_blocking(move || {
            let mut command = command();
            command.args([
                "--database-url",
                &url,
                "serve",
                "--server-port",
                &support::free_port().to_string(),
            ]);
            let (status, stdout, stderr) = run(command);
            assert_eq!(status.code(), Some(1), "{stdout}{stderr}");
            format!("{stdout}{stderr}")
        })
        .await
        .unwrap();
        assert!(text.contains(names), "{text}");
        let client = database.client().await;
        let row = client
            .query_one(
                "select version, (select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace
                   where nspname = 'hdb_catalog' and relkind = 'r') from hdb_catalog.hdb_version",
                &[],
            )
            .await
            .unwrap();
        assert_eq!(
            (row.get::<_, String>(0).as_str(), row.get::<_, i64>(1)),
            (version, 1)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_get_clear_errors_and_hurt_nobody() {
    let database = database().await;
    let url = database.url().to_owned();
    database
        .run("create table t (id int primary key, name text); insert into t values (1, 'a');")
        .await;
    tokio::task::spawn_blocking(move || {
        let howdah = Howdah::serve(&url, &[], &[]).ready(START);
        howdah.metadata("pg_track_table", json!({"source": "default", "table": "t"}));
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let aliases: String = (0..50_000).map(|i| format!("a{i}: id ")).collect();
        let many = json!({"query": format!("{{ t {{ {aliases} }} }}")}).to_string();
        let deep_query = json!({"query": "{t".repeat(50_000)}).to_string();
        let bodies: Vec<Vec<u8>> = vec![
            b"".to_vec(),
            b"{".to_vec(),
            b"\xff\xfe".to_vec(),
            b"null".to_vec(),
            b"[]".to_vec(),
            b"{\"query\": 1}".to_vec(),
            b"{\"query\": \"{ t { id } }\", \"variables\": 5}".to_vec(),
            br#"{"query": "{ t(where: {name: {_eq: \"\u0000\"}}) { id } }"}"#.to_vec(),
            br#"{"query": "query($n: String) { t(where: {name: {_eq: $n}}) { id } }", "variables": {"n": "a\u0000b"}}"#.to_vec(),
            br#"{"query": "{ t(where: {id: {_eq: 99999999999999999999999999999999999}}) { id } }"}"#.to_vec(),
            br#"{"query": "{ t(limit: 1e400) { id } }"}"#.to_vec(),
            br#"{"query": "{ ...a } fragment a on query_root { ...b } fragment b on query_root { ...a }"}"#.to_vec(),
            deep.into_bytes(),
            many.into_bytes(),
            deep_query.into_bytes(),
        ];
        for body in bodies {
            for path in ["/v1/graphql", "/v1alpha1/graphql", "/v1/metadata", "/v2/query", "/v1/query"] {
                let answer = howdah.try_send("POST", path, &[], &body).unwrap();
                let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
                assert!(answer.status < 500, "{path} {shown}: {}", answer.json());
                let json = answer.json();
                let is_error = json.get("errors").is_some() || json.get("error").is_some();
                let is_many = shown.contains("a1: id");
                assert!(is_error || json == json!([]) || is_many, "{path} {shown}: {json}");
            }
        }
        assert_eq!(howdah.graphql("{ t { id } }", &[]), json!({"data": {"t": [{"id": 1}]}}));
    })
    .await
    .unwrap();
}

/// A webhook that refuses everything; answers its address.
fn refusing_webhook() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 8192];
            // Small requests come in few pieces, and their end is a brace.
            let mut got = 0;
            while !bytes[..got].ends_with(b"}") {
                got += stream.read(&mut bytes[got..]).unwrap();
            }
            let body = r#"{"message":"not good"}"#;
            let head = "HTTP/1.1 400 x\r\nconnection: close\r\ncontent-length";
            let _ = write!(stream, "{head}: {}\r\n\r\n{body}", body.len());
        }
    });
    format!("http://name:hunter2@{address}/check?key=hunter2")
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_judge_input_are_logged_and_kept_to_the_permitted_addresses() {
    let database = database().await;
    let url = database.url().to_owned();
    database
        .run("create table t (id int primary key, name text)")
        .await;
    tokio::task::spawn_blocking(move || {
        let hook = refusing_webhook();
        const TYPE: &str = r#""type":"validate-input-log""#;
        let insert = "mutation { insert_t(objects: [{id: 1}]) { affected_rows } }";
        let user = [("x-hasura-role", "user")];
        let types = (
            "HASURA_GRAPHQL_ENABLED_LOG_TYPES",
            "startup,validate-input-log",
        );
        {
            let howdah = Howdah::serve(&url, &[], &[types]).ready(START);
            howdah.metadata("pg_track_table", json!({"source": "default", "table": "t"}));
            let validate = json!({"type": "http", "definition": {"url": hook, "headers": [{"name": "X-Key", "value": "hunter2"}]}});
            let permission = json!({"columns": "*", "check": {}, "validate_input": validate});
            howdah.metadata(
                "pg_create_insert_permission",
                json!({"source": "default", "table": "t", "role": "user", "permission": permission}),
            );
            let answer = howdah.graphql(insert, &user);
            assert_eq!(answer["errors"][0]["message"], "not good", "{answer}");
            let find = || {
                let lines = howdah.lines();
                let line = lines.iter().find(|l| l.contains(TYPE));
                line.map(|line| serde_json::from_str::<Value>(line).unwrap())
            };
            assert!(eventually(START, || find().is_some()));
            let line = find().unwrap();
            let address = hook.split(['@', '?']).nth(1).unwrap();
            assert_eq!(line["type"], "validate-input-log");
            assert_eq!(
                line["detail"],
                json!({"type": "http", "details": {
                    "url": format!("http://{address}"),
                    "request": {"version": 1, "role": "user",
                        "session_variables": {"x-hasura-role": "user"},
                        "data": {"input": [{"id": 1}]}},
                    "request_headers": [{"name": "X-Key", "value": "<hidden>"}],
                    "response": {"message": "not good"},
                    "response_status": 400,
                }})
            );
            assert!(!howdah.lines().concat().contains("hunter2"));
        }
        // Nothing of it is logged unless asked for, and what may not be called is not.
        let howdah = Howdah::serve(&url, &[], &[("HOWDAH_EGRESS", "public")]).ready(START);
        let answer = howdah.graphql(insert, &user);
        let message = &answer["errors"][0]["message"];
        assert_eq!(message, "http exception when validating input data", "{answer}");
        drop(howdah);
        let mut howdah = Howdah::serve(&url, &[], &[]).ready(START);
        let answer = howdah.graphql(insert, &user);
        assert_eq!(answer["errors"][0]["message"], "not good", "{answer}");
        howdah.signal("TERM");
        assert!(howdah.wait(START).is_some());
        assert!(!howdah.lines().concat().contains(TYPE));
    })
    .await
    .unwrap();
}
