//! What is answered to what, in both sub-protocols.

use crate::fake::Server;
use crate::socket::{APOLLO, MODERN, Socket, wrapped};
use howdah_error::Error;
use howdah_server::subscription::Event;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

fn payload(query: &str) -> Value {
    json!({"query": query})
}

async fn legacy_path(server: &Server) -> Socket {
    let mut socket = Socket::connect(server, "/v1alpha1/graphql", &[])
        .await
        .unwrap();
    socket.init(json!({})).await;
    socket
}

#[tokio::test]
async fn the_newer_protocol_answers_and_completes() {
    let server = Server::start("").await;
    let mut socket = Socket::ready(&server, MODERN).await;
    assert_eq!(socket.protocol.as_deref(), Some(MODERN));
    let variables = json!({"query": "{ok}", "variables": {"n": 1}, "operationName": "o"});
    socket
        .say(json!({"type": "subscribe", "id": "a\"1", "payload": variables}))
        .await;
    let next = socket.hear().await;
    let keys: Vec<&str> = next
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, ["type", "id", "payload"]);
    assert_eq!(
        (&next["type"], &next["id"]),
        (&json!("next"), &json!("a\"1"))
    );
    assert_eq!(next["payload"]["data"]["role"], "admin");
    assert_eq!(next["payload"]["data"]["variables"], json!({"n": 1}));
    assert_eq!(next["payload"]["data"]["client"], "127.0.0.1");
    assert_eq!(
        socket.hear().await,
        json!({"type": "complete", "id": "a\"1"})
    );
}

#[tokio::test]
async fn the_older_protocol_answers_and_completes() {
    let server = Server::start("").await;
    for protocol in [Some(APOLLO), None, Some("graphql")] {
        let headers: Vec<_> = protocol
            .iter()
            .map(|p| ("sec-websocket-protocol", *p))
            .collect();
        // A client that names a protocol insists on getting it.
        let Ok(mut socket) = Socket::connect(&server, "/v1/graphql", &headers).await else {
            assert_eq!(protocol, Some("graphql"));
            continue;
        };
        assert_eq!(socket.protocol.as_deref(), protocol);
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear_any().await, json!({"type": "connection_ack"}));
        assert_eq!(socket.hear_any().await, json!({"type": "ka"}));
        socket
            .say(json!({"type": "start", "id": "1", "payload": payload("{ok}")}))
            .await;
        let data = socket.hear().await;
        assert_eq!(data["type"], "data");
        assert_eq!(data["payload"]["data"]["query"], "{ok}");
        assert_eq!(socket.hear().await, json!({"type": "complete", "id": "1"}));
        socket.say(json!({"type": "connection_terminate"})).await;
        let closed = socket.closed().await;
        assert_eq!(
            (closed.code, closed.reason.as_str()),
            (1000, "GQL_CONNECTION_TERMINATE received")
        );
    }
}

#[tokio::test]
async fn failures_have_the_envelope_of_protocol_and_path() {
    let server = Server::start("--dev-mode").await;
    let early = json!({
        "message": "field 'fail' not found in type: 'query_root'",
        "extensions": {"path": "$.selectionSet.fail", "code": "validation-failed"},
    });
    let late = json!({
        "message": "Foreign key violation. x",
        "extensions": {"path": "$", "code": "constraint-violation"},
    });
    let flat = |error: &Value| {
        let inner = &error["extensions"];
        json!({"error": error["message"], "path": inner["path"], "code": inner["code"]})
    };
    let done = json!({"type": "complete", "id": "1"});
    let ran = |error: Value| json!({"type": "data", "id": "1", "payload": {"data": null, "errors": [error]}});

    let mut socket = Socket::ready(&server, MODERN).await;
    for (query, error) in [("{fail}", &early), ("{constraint}", &late)] {
        socket.start("1", query).await;
        let expected = json!({"type": "error", "id": "1", "payload": [error]});
        assert_eq!(socket.hear().await, expected);
    }
    assert!(socket.is_quiet().await, "an error ends it");

    let mut socket = Socket::ready(&server, APOLLO).await;
    socket.start("1", "{fail}").await;
    let expected = json!({"type": "error", "id": "1", "payload": {"errors": [early]}});
    assert_eq!(socket.hear().await, expected);
    assert_eq!(socket.hear().await, done);
    socket.start("1", "{constraint}").await;
    assert_eq!(socket.hear().await, ran(late.clone()));
    assert_eq!(socket.hear().await, done);

    let mut socket = legacy_path(&server).await;
    socket.start("1", "{fail}").await;
    let expected = json!({"type": "error", "id": "1", "payload": flat(&early)});
    assert_eq!(socket.hear().await, expected);
    assert_eq!(socket.hear().await, done);
    socket.start("1", "{constraint}").await;
    assert_eq!(socket.hear().await, ran(flat(&late)));
    assert_eq!(socket.hear().await, done);
}

#[tokio::test]
async fn panics_are_internal_errors() {
    let server = Server::start("").await;
    let mut socket = Socket::ready(&server, MODERN).await;
    for query in ["{panic}", "mutation {panic}", "subscription {panic}"] {
        socket.start("1", query).await;
        let answer = socket.hear().await;
        if query.starts_with("mutation") {
            // The fake runs it.
            assert_eq!(socket.hear().await["type"], "complete");
            continue;
        }
        assert_eq!(answer["payload"][0]["message"], "internal error");
    }
}

#[tokio::test]
async fn subscriptions_say_results_until_they_end() {
    let server = Server::start("").await;
    for (protocol, kind) in [(MODERN, "next"), (APOLLO, "data")] {
        let mut socket = Socket::speaking(&server, protocol).await;
        socket
            .init(json!({"headers": {"x-hasura-role": "user"}}))
            .await;
        socket.start("s", "subscription {live}").await;
        let said = |payload: Value| json!({"type": kind, "id": "s", "payload": payload});
        assert_eq!(socket.hear().await, said(json!({"data": {"role": "user"}})));
        server
            .fake
            .publish("s", &Event::Data(r#"{"data":1}"#.into()));
        assert_eq!(socket.hear().await, said(json!({"data": 1})));
        // A result that could not be had is no end.
        let error = Error::unexpected("database query error").with_internal(json!("secret"));
        server.fake.publish("s", &Event::Error(error));
        let shown = json!({"message": "database query error", "extensions": {"path": "$", "code": "unexpected"}});
        assert_eq!(
            socket.hear().await,
            said(json!({"data": null, "errors": [shown]}))
        );
        server
            .fake
            .publish("s", &Event::Data(r#"{"data":2}"#.into()));
        assert_eq!(socket.hear().await, said(json!({"data": 2})));
        server.fake.publish("s", &Event::Complete);
        assert_eq!(socket.hear().await, json!({"type": "complete", "id": "s"}));
        server.wait_for_subscriptions(0).await;
        // The id may be used again.
        socket.start("s", "subscription {live}").await;
        assert_eq!(socket.hear().await["type"], kind);
        let stop = if protocol == MODERN {
            "complete"
        } else {
            "stop"
        };
        socket.say(json!({"type": stop, "id": "s"})).await;
        server.wait_for_subscriptions(0).await;
        server
            .fake
            .publish("s", &Event::Data(r#"{"data":3}"#.into()));
        socket.say(json!({"type": stop, "id": "unknown"})).await;
        assert!(socket.is_quiet().await);
    }
}

#[tokio::test]
async fn subscriptions_that_cannot_start_fail() {
    let server = Server::start("").await;
    let mut socket = Socket::ready(&server, APOLLO).await;
    socket.start("s", "subscription {fail}").await;
    let error = socket.hear().await;
    assert_eq!(error["type"], "error");
    assert_eq!(
        error["payload"]["errors"][0]["extensions"]["code"],
        "validation-failed"
    );
    assert_eq!(socket.hear().await, json!({"type": "complete", "id": "s"}));
}

#[tokio::test]
async fn an_id_that_is_in_use() {
    let server = Server::start("").await;
    let mut socket = Socket::ready(&server, APOLLO).await;
    for query in ["subscription {live}", "{wait}"] {
        socket.start(query, query).await;
        if query != "{wait}" {
            socket.hear().await;
        }
        socket.start(query, "{ok}").await;
        let text = format!("an operation already exists with this id: {query}");
        let error = json!({"message": text, "extensions": {"path": "$", "code": "start-failed"}});
        let expected = json!({"type": "error", "id": query, "payload": error});
        assert_eq!(socket.hear().await, expected);
        assert_eq!(
            socket.hear().await,
            json!({"type": "complete", "id": query})
        );
    }
    assert_eq!(server.fake.subscriptions(), 1, "the first one goes on");

    let mut socket = Socket::ready(&server, MODERN).await;
    socket.start("x", "{wait}").await;
    socket.start("x", "{ok}").await;
    assert_eq!(
        socket.closed().await,
        wrapped(4409, "Subscriber for x already exists")
    );
}

#[tokio::test]
async fn nothing_starts_before_the_connection_is_initialised() {
    let server = Server::start("").await;
    let mut socket = Socket::speaking(&server, APOLLO).await;
    socket.start("1", "{ok}").await;
    let text = "start received before the connection is initialised";
    let error = json!({"message": text, "extensions": {"path": "$", "code": "start-failed"}});
    let expected = json!({"type": "error", "id": "1", "payload": error});
    assert_eq!(socket.hear().await, expected);
    assert_eq!(socket.hear().await, json!({"type": "complete", "id": "1"}));
    socket.init(json!({})).await;

    let mut socket = Socket::speaking(&server, MODERN).await;
    socket.start("1", "{ok}").await;
    assert_eq!(socket.closed().await, wrapped(4401, "Unauthorized"));
}

#[tokio::test]
async fn a_second_connection_init() {
    let server = Server::start("").await;
    let mut socket = Socket::ready(&server, MODERN).await;
    socket.say(json!({"type": "connection_init"})).await;
    assert_eq!(
        socket.closed().await,
        wrapped(4429, "Too many initialisation requests")
    );

    let mut socket = Socket::ready(&server, APOLLO).await;
    socket
        .init(json!({"headers": {"X-Hasura-Role": "user"}}))
        .await;
    socket.start("1", "{ok}").await;
    assert_eq!(socket.hear().await["payload"]["data"]["role"], "user");
}

#[tokio::test]
async fn messages_that_are_none() {
    let server = Server::start("").await;
    let unexpected =
        "parsing ClientMessage failed: Error in $: unexpected type for ClientMessage: x";
    let mut socket = Socket::ready(&server, APOLLO).await;
    socket.say(json!({"type": "x"})).await;
    let expected = json!({"type": "connection_error", "payload": unexpected});
    assert_eq!(socket.hear().await, expected);
    for broken in [
        "",
        "{",
        "[]",
        "1",
        "\u{0}",
        "{\"type\":\"start\",\"id\":\"1\"}",
    ] {
        socket.send(Message::text(broken)).await;
        assert_eq!(socket.hear().await["type"], "connection_error", "{broken}");
    }
    socket.start("1", "{ok}").await;
    assert_eq!(socket.hear().await["type"], "data", "the socket lives on");

    let mut socket = Socket::ready(&server, MODERN).await;
    socket.say(json!({"type": "x"})).await;
    let closed = socket.closed().await;
    assert_eq!(closed.code, 4400);
    let reason: Value = serde_json::from_str(&closed.reason).unwrap();
    let text = reason["server_error_msg"].as_str().unwrap();
    assert!(text.starts_with("4400: Parsing client message failed: parsing ClientMessage failed"));
}

#[tokio::test]
async fn pings_of_both_kinds_are_answered() {
    let server = Server::start("").await;
    let mut socket = Socket::speaking(&server, MODERN).await;
    // Pings may come before the connection is initialised.
    for payload in [json!({"message": "x"}), json!(null)] {
        socket
            .say(json!({"type": "ping", "payload": payload}))
            .await;
        let mut expected = json!({"type": "pong"});
        if !payload.is_null() {
            expected["payload"] = payload;
        }
        assert_eq!(socket.hear().await, expected);
    }
    socket.say(json!({"type": "pong"})).await;
    socket.send(Message::Ping("p".into())).await;
    let answer = futures_util::StreamExt::next(&mut socket.stream).await;
    assert_eq!(answer.unwrap().unwrap(), Message::Pong("p".into()));
}

#[tokio::test]
async fn mutations_are_run_in_order_and_queries_see_them() {
    let server = Server::start("").await;
    let mut socket = Socket::ready(&server, MODERN).await;
    for (id, query) in [
        ("0", "{slow}"),
        ("1", "mutation {a}"),
        ("2", "{log}"),
        ("3", "mutation {b}"),
        ("4", "{log}"),
    ] {
        socket.start(id, query).await;
    }
    let mut answers = Vec::new();
    while answers.len() < 5 {
        let message = socket.hear().await;
        if message["type"] == "next" {
            answers.push((message["id"].clone(), message["payload"]["data"].clone()));
        }
    }
    let ids: Vec<&str> = answers.iter().map(|(id, _)| id.as_str().unwrap()).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
    assert_eq!(answers[2].1, "mutation {a}");
    assert_eq!(answers[4].1, "mutation {a}mutation {b}");
}

#[tokio::test]
async fn queries_run_side_by_side_and_can_be_called_back() {
    let server = Server::start("").await;
    let mut socket = Socket::ready(&server, MODERN).await;
    socket.start("1", "{wait}").await;
    socket.start("2", "{ok}").await;
    assert_eq!(socket.hear().await["id"], "2");
    assert_eq!(socket.hear().await["id"], "2");
    server.wait_for_running(1).await;
    socket.say(json!({"type": "complete", "id": "1"})).await;
    server.wait_for_running(0).await;
    // A mutation is not called back; its answer is nobody's.
    socket.start("3", "mutation {c}").await;
    socket.say(json!({"type": "complete", "id": "3"})).await;
    socket.start("4", "{log}").await;
    let answer = socket.hear().await;
    assert_eq!(
        (&answer["id"], &answer["payload"]["data"]),
        (&json!("4"), &json!("mutation {c}"))
    );
}
