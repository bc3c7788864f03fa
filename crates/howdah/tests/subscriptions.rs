//! Subscriptions over the real server: metadata that change, a database that is restarted, tokens
//! that expire, the end of the process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use futures_util::{SinkExt, StreamExt};
use howdah_test_postgres::{Server, ServerOptions, TestDatabase, database};
use serde_json::{Value, json};
use std::time::Duration;
use support::Howdah;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PATIENCE: Duration = Duration::from_secs(30);
const QUERY: &str = "subscription ($id: Int!) { t_by_pk(id: $id) { n } }";

/// A socket of the newer sub-protocol.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(port: u16, headers: Value) -> Socket {
        let url = format!("ws://127.0.0.1:{port}/v1/graphql");
        let mut request = url.into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (stream, _) = connect_async(request).await.unwrap();
        let mut socket = Socket(stream);
        socket
            .say(json!({"type": "connection_init", "payload": {"headers": headers}}))
            .await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
    }

    async fn say(&mut self, message: Value) {
        let message = Message::text(message.to_string());
        self.0.send(message).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.say(json!({"type": "subscribe", "id": id, "payload": payload}))
            .await;
    }

    async fn frame(&mut self) -> Message {
        tokio::time::timeout(PATIENCE, self.0.next())
            .await
            .expect("in time")
            .expect("not the end")
            .unwrap()
    }

    /// The next message that is no keep-alive.
    async fn hear(&mut self) -> Value {
        loop {
            let Message::Text(text) = self.frame().await else {
                continue;
            };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] != "ping" {
                return message;
            }
        }
    }

    /// The data of the next result.
    async fn data(&mut self) -> Value {
        let mut message = self.hear().await;
        assert_eq!(message["type"], "next", "{message}");
        message["payload"]["data"].take()
    }

    /// The code that the server closes with.
    async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.expect("a code").code.into();
            }
        }
    }
}

fn n(n: u32) -> Value {
    json!({"t_by_pk": {"n": n}})
}

/// A howdah that serves a table `t`, whose rows 1 to 1000 have `n` = 0.
async fn serve(database: &TestDatabase, args: &'static [&'static str]) -> Howdah {
    database
        .run("create table t (id int primary key, n int not null); insert into t select g, 0 from generate_series(1, 1000) g;")
        .await;
    let url = database.url().to_owned();
    let serving = tokio::task::spawn_blocking(move || {
        let secret = args.iter().position(|a| *a == "--admin-secret");
        let mut howdah = Howdah::serve(&url, args, &[]).ready(PATIENCE);
        howdah.secret = secret.map(|at| args[at + 1].to_owned());
        howdah.metadata("pg_track_table", json!({"source": "default", "table": "t"}));
        let all = json!({"columns": "*", "filter": {}});
        for role in ["user", "visitor"] {
            howdah.metadata(
                "pg_create_select_permission",
                json!({"table": "t", "role": role, "permission": all}),
            );
        }
        howdah
    });
    serving.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_are_closed_when_the_metadata_change() {
    let database = database().await;
    let howdah = serve(&database, &[]).await;
    let mut socket = Socket::open(howdah.port, json!({})).await;
    socket.subscribe("1", QUERY, json!({"id": 1})).await;
    assert_eq!(socket.data().await, n(0));
    // What only looks closes nothing.
    howdah.metadata("export_metadata", json!({}));
    howdah.sql("update t set n = 1");
    assert_eq!(socket.data().await, n(1));
    howdah.metadata(
        "pg_drop_select_permission",
        json!({"table": "t", "role": "visitor"}),
    );
    assert_eq!(socket.closed().await, 1012);
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_outlive_a_change_of_the_metadata_if_that_is_wanted() {
    let database = database().await;
    let howdah = serve(
        &database,
        &["--disable-close-websockets-on-metadata-change"],
    )
    .await;
    let mut socket = Socket::open(howdah.port, json!({"x-hasura-role": "visitor"})).await;
    socket.subscribe("1", QUERY, json!({"id": 1})).await;
    assert_eq!(socket.data().await, n(0));
    howdah.metadata(
        "pg_drop_select_permission",
        json!({"table": "t", "role": "user"}),
    );
    database.run("update t set n = 1").await;
    assert_eq!(socket.data().await, n(1));
    howdah.metadata(
        "pg_drop_select_permission",
        json!({"table": "t", "role": "visitor"}),
    );
    let told = socket.hear().await;
    assert!(told["payload"]["errors"].is_array(), "{told}");
    assert_eq!(
        socket.hear().await,
        json!({"type": "complete", "id": "1"}),
        "what may not be seen any more is over"
    );
    // The socket lives on.
    socket
        .subscribe("2", "subscription { __typename }", json!({}))
        .await;
    assert_eq!(socket.hear().await["type"], "error");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_process_is_told_with_1001() {
    let database = database().await;
    let mut howdah = serve(&database, &[]).await;
    let mut socket = Socket::open(howdah.port, json!({})).await;
    socket.subscribe("1", QUERY, json!({"id": 1})).await;
    assert_eq!(socket.data().await, n(0));
    howdah.signal("TERM");
    assert_eq!(socket.closed().await, 1001);
    drop(socket);
    let ended = tokio::task::spawn_blocking(move || howdah.wait(PATIENCE));
    assert!(ended.await.unwrap().is_some_and(|status| status.success()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_credentials_subscribes_as_the_role_for_everybody() {
    let database = database().await;
    let howdah = serve(
        &database,
        &["--admin-secret", "s", "--unauthorized-role", "visitor"],
    )
    .await;
    let mut socket = Socket::open(howdah.port, json!({"x-hasura-role": "admin"})).await;
    socket.subscribe("1", QUERY, json!({"id": 1})).await;
    assert_eq!(socket.data().await, n(0));
    howdah.metadata(
        "pg_drop_select_permission",
        json!({"table": "t", "role": "visitor"}),
    );
    assert_eq!(socket.closed().await, 1012);
    let mut socket = Socket::open(howdah.port, json!({})).await;
    socket.subscribe("1", QUERY, json!({"id": 1})).await;
    let refused = socket.hear().await;
    assert_eq!(refused["type"], "error");
    assert_eq!(refused["payload"][0]["message"], "no subscriptions exist");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_live_queries_outlive_a_restart_of_postgresql() {
    let server = Server::start(ServerOptions::default()).await;
    let database = server.database().await;
    let howdah = serve(
        &database,
        &["--live-queries-multiplexed-refetch-interval", "500"],
    )
    .await;
    let mut sockets = Vec::new();
    for first in (1..=1000).step_by(100) {
        let mut socket = Socket::open(howdah.port, json!({})).await;
        for id in first..first + 100 {
            socket
                .subscribe(&id.to_string(), QUERY, json!({"id": id}))
                .await;
        }
        for _ in 0..100 {
            assert_eq!(socket.data().await, n(0));
        }
        sockets.push(socket);
    }
    server.stop();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    server.start_again();
    // Every tenth has changed when it is back; the others must hear nothing.
    database.run("update t set n = 1 where id % 10 = 0").await;
    for socket in &mut sockets {
        for _ in 0..10 {
            let message = socket.hear().await;
            let id: u32 = message["id"].as_str().unwrap().parse().unwrap();
            assert_eq!(id % 10, 0, "{message}");
            assert_eq!(message["payload"]["data"], n(1));
        }
    }
    database.run("update t set n = 2 where id = 1").await;
    assert_eq!(sockets[0].data().await, n(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_subscribed_to_is_listed_for_developers_and_polls_are_logged() {
    let database = database().await;
    let howdah = serve(
        &database,
        &[
            "--admin-secret",
            "s",
            "--enabled-apis",
            "metadata,graphql,developer",
            "--enabled-log-types",
            "startup,livequery-poller-log",
            "--live-queries-multiplexed-refetch-interval",
            "100",
        ],
    )
    .await;
    let headers = json!({"x-hasura-admin-secret": "s", "x-hasura-role": "user"});
    let mut socket = Socket::open(howdah.port, headers).await;
    socket.subscribe("1", QUERY, json!({"id": 7})).await;
    assert_eq!(socket.data().await, n(0));
    let listed = howdah
        .try_send("GET", "/dev/subscriptions/extended", &[], b"")
        .unwrap()
        .json();
    let poller = &listed["live_queries"]["pollers"][0];
    assert_eq!(
        (&poller["role"], &poller["source"]),
        (&json!("user"), &json!("default"))
    );
    assert_eq!(poller["cohorts"][0]["variables"], json!(["7"]));
    let user = [("x-hasura-role", "user")];
    let refused = howdah
        .try_send("GET", "/dev/subscriptions", &user, b"")
        .unwrap();
    assert_eq!(refused.status, 400);
    let line = support::eventually(PATIENCE, || {
        howdah.lines().iter().any(|line| {
            line.contains("\"livequery-poller-log\"")
                && line.contains("\"subscriber_count\":1")
                && line.contains("\"batch_size\":1")
        })
    });
    assert!(line, "{:#?}", howdah.lines());
}
