//! Who may open a socket, and when it is closed.

use crate::fake::{Server, until};
use crate::socket::{APOLLO, Closed, MODERN, Socket, wrapped};
use howdah_server::subscription::Event;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Error;

async fn refused(server: &Server, path: &str, headers: &[(&'static str, &str)]) -> (u16, Value) {
    match Socket::connect(server, path, headers).await {
        Err(Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            (
                response.status().as_u16(),
                serde_json::from_slice(body).unwrap_or_default(),
            )
        }
        Err(other) => panic!("an answer, not {other}"),
        Ok(_) => panic!("{path} was opened"),
    }
}

#[tokio::test]
async fn credentials_are_checked_when_the_connection_is_initialised() {
    let server = Server::start("--admin-secret s3cret").await;
    let secret = json!({"headers": {"X-Hasura-Admin-Secret": "s3cret", "x-hasura-role": "user"}});
    for protocol in [MODERN, APOLLO] {
        let mut socket = Socket::speaking(&server, protocol).await;
        socket.init(secret.clone()).await;
        socket.start("1", "{ok}").await;
        assert_eq!(socket.hear().await["payload"]["data"]["role"], "user");
    }
    // The handshake may bring them too.
    let headers = [
        ("x-hasura-admin-secret", "s3cret"),
        ("x-hasura-user-id", "7"),
    ];
    let mut socket = Socket::connect(&server, "/v1/graphql", &headers)
        .await
        .unwrap();
    socket.init(json!(null)).await;
    socket.start("1", "{ok}").await;
    assert_eq!(socket.hear().await["payload"]["data"]["user"], "7");
}

#[tokio::test]
async fn without_credentials_the_socket_is_closed_soon() {
    let server = Server::start("--admin-secret s3cret").await;
    let missing = "x-hasura-admin-secret/x-hasura-access-key required, but not found";
    let wrong = r#"invalid "x-hasura-admin-secret"/"x-hasura-access-key""#;
    for (payload, text) in [
        (json!({}), missing),
        (json!({"headers": {"x-hasura-admin-secret": "x"}}), wrong),
    ] {
        let init = json!({"type": "connection_init", "payload": payload});
        let mut socket = Socket::speaking(&server, MODERN).await;
        socket.say(init.clone()).await;
        assert_eq!(socket.closed().await, wrapped(4403, "Forbidden"));

        let mut socket = Socket::speaking(&server, APOLLO).await;
        socket.say(init).await;
        let expected = json!({"type": "connection_error", "payload": text});
        assert_eq!(socket.hear().await, expected);
        socket.start("1", "{ok}").await;
        let reason = format!("cannot start as connection_init failed with: {text}");
        assert_eq!(socket.hear().await["payload"]["message"], reason);
        let closed = socket.closed().await;
        assert_eq!(closed.code, 4400);
        assert!(closed.reason.contains("Connection initialization failed"));
    }
}

#[tokio::test]
async fn the_newer_protocol_waits_only_so_long_for_the_first_message() {
    let server = Server::start("--websocket-connection-init-timeout 1").await;
    let mut older = Socket::speaking(&server, APOLLO).await;
    let mut socket = Socket::speaking(&server, MODERN).await;
    assert_eq!(
        socket.closed().await,
        wrapped(4408, "Connection initialisation timeout")
    );
    older.init(json!({})).await;
    let mut socket = Socket::ready(&server, MODERN).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    socket.start("1", "{ok}").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn other_paths_are_refused() {
    let server = Server::start("").await;
    let text =
        "only '/v1/graphql', '/v1alpha1/graphql' and '/v1beta1/relay' are supported on websockets";
    let expected = json!({"message": text, "extensions": {"path": "$", "code": "not-found"}});
    for path in ["/", "/v1/metadata", "/v1/graphql/x"] {
        assert_eq!(refused(&server, path, &[]).await, (404, expected.clone()));
    }
    let server = Server::start("--enabled-apis metadata").await;
    assert_eq!(refused(&server, "/v1/graphql", &[]).await.0, 404);
}

#[tokio::test]
async fn origins_must_be_allowed() {
    let server = Server::start("--cors-domain https://*.example.com").await;
    let text = "received origin header does not match configured CORS domains";
    let expected = json!({"message": text, "extensions": {"path": "$", "code": "access-denied"}});
    for origin in ["https://evil.com", "null"] {
        let answer = refused(&server, "/v1/graphql", &[("origin", origin)]).await;
        assert_eq!(answer, (400, expected.clone()));
    }
    for headers in [&[("origin", "https://a.example.com")][..], &[]] {
        assert!(
            Socket::connect(&server, "/v1/graphql", headers)
                .await
                .is_ok()
        );
    }
    let server = Server::start("--disable-cors").await;
    let headers = [("origin", "https://evil.com"), ("cookie", "a=b")];
    assert!(
        Socket::connect(&server, "/v1/graphql", &headers)
            .await
            .is_ok()
    );
    let notes = server.lines("websocket-log");
    let note = notes[0]["detail"]["connection_info"]["msg"]
        .as_str()
        .unwrap();
    assert!(note.contains("--ws-read-cookie"));
}

#[tokio::test]
async fn keep_alives_come_in_time() {
    let server = Server::start("--websocket-keepalive 1").await;
    for (protocol, expected) in [
        (
            MODERN,
            json!({"type": "ping", "payload": {"message": "keepalive"}}),
        ),
        (APOLLO, json!({"type": "ka"})),
    ] {
        let mut socket = Socket::ready(&server, protocol).await;
        if protocol == APOLLO {
            assert_eq!(socket.hear_any().await, expected);
        }
        let started = Instant::now();
        for _ in 0..2 {
            assert_eq!(socket.hear_any().await, expected);
        }
        let taken = started.elapsed().as_millis();
        // How much more depends on how busy the machine is.
        assert!(taken > 900, "{taken}");
    }
}

#[tokio::test]
async fn a_change_of_the_metadata_closes_sockets() {
    let server = Server::start("").await;
    let mut socket = Socket::ready(&server, MODERN).await;
    socket.start("s", "subscription {live}").await;
    socket.hear().await;
    server.fake.metadata.send_modify(|version| *version += 1);
    let reason = "Closing all websocket connections as the metadata has changed".to_owned();
    assert_eq!(socket.closed().await, Closed { code: 1012, reason });
    server.wait_for_subscriptions(0).await;
    assert!(Socket::speaking(&server, MODERN).await.protocol.is_some());

    let server = Server::start("--disable-close-websockets-on-metadata-change").await;
    let mut socket = Socket::ready(&server, MODERN).await;
    server.fake.metadata.send_modify(|version| *version += 1);
    socket.start("1", "{slow}").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn what_runs_is_answered_before_the_server_stops() {
    let mut server = Server::start("").await;
    let mut idle = Socket::ready(&server, APOLLO).await;
    let mut busy = Socket::ready(&server, MODERN).await;
    busy.start("s", "subscription {live}").await;
    busy.hear().await;
    busy.start("q", "{slow}").await;
    server.wait_for_running(1).await;
    server.stop();
    assert_eq!(idle.closed().await.code, 1001);
    assert_eq!(busy.hear().await["payload"]["data"], json!({"slow": true}));
    assert_eq!(busy.hear().await, json!({"type": "complete", "id": "q"}));
    assert_eq!(busy.closed().await.code, 1001);
    drop((idle, busy));
    let ended = tokio::time::timeout(Duration::from_secs(30), &mut server.task).await;
    ended.expect("in time").unwrap();
}

#[tokio::test]
async fn a_client_that_leaves_takes_everything_with_it() {
    let server = Server::start("").await;
    let mut socket = Socket::ready(&server, MODERN).await;
    socket.start("s", "subscription {live}").await;
    socket.hear().await;
    socket.start("q", "{wait}").await;
    server.wait_for_running(1).await;
    drop(socket);
    server.wait_for_running(0).await;
    server.wait_for_subscriptions(0).await;

    let mut socket = Socket::ready(&server, MODERN).await;
    socket.start("s", "subscription {live}").await;
    socket.hear().await;
    socket.stream.close(None).await.unwrap();
    server.wait_for_subscriptions(0).await;
}

#[tokio::test]
async fn each_event_leaves_a_line() {
    let server = Server::start("--enabled-log-types websocket-log,query-log").await;
    let mut socket = Socket::speaking(&server, APOLLO).await;
    let headers = json!({"x-hasura-role": "user", "x-request-id": "r1"});
    socket.init(json!({"headers": headers})).await;
    let operation = json!({"query": "query o {ok}", "operationName": "o", "variables": {"a": 1}});
    socket
        .say(json!({"type": "start", "id": "1", "payload": operation}))
        .await;
    socket.hear().await;
    socket.hear().await;
    socket.start("2", "{fail}").await;
    socket.hear().await;
    socket.hear().await;
    socket.start("3", "subscription {live}").await;
    socket.hear().await;
    socket.start("3", "{ok}").await;
    socket.hear().await;
    socket.hear().await;
    socket.say(json!({"type": "stop", "id": "3"})).await;
    socket.say(json!({"type": "x"})).await;
    socket.hear().await;
    drop(socket);
    until(|| server.lines("websocket-log").len() == 8).await;
    let lines = server.lines("websocket-log");
    let events: Vec<&Value> = lines.iter().map(|line| &line["detail"]["event"]).collect();
    let kinds: Vec<&Value> = events.iter().map(|event| &event["type"]).collect();
    assert_eq!(
        json!(kinds),
        json!([
            "accepted",
            "operation",
            "operation",
            "operation",
            "operation",
            "operation",
            "conn_err",
            "closed"
        ])
    );
    let happened: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "operation")
        .map(|event| &event["detail"]["operation_type"]["type"])
        .collect();
    assert_eq!(
        json!(happened),
        json!(["completed", "query_err", "started", "proto_err", "stopped"])
    );
    assert_eq!(
        events[1]["detail"],
        json!({
            "operation_id": "1",
            "request_id": "r1",
            "operation_name": "o",
            "operation_type": {"type": "completed"},
            "query": {"operationName": "o", "query": "query o {ok}", "variables": null},
            "parameterized_query_hash": null,
        })
    );
    let detail = &lines[1]["detail"];
    assert_eq!(detail["user_vars"], json!({"x-hasura-role": "user"}));
    assert!(detail["connection_info"]["websocket_id"].is_string());
    let levels: Vec<&Value> = lines.iter().map(|line| &line["level"]).collect();
    assert_eq!(
        json!(levels),
        json!([
            "info", "info", "error", "info", "error", "info", "error", "info"
        ])
    );
    assert_eq!(server.lines("query-log").len(), 1, "as over HTTP");
}

#[tokio::test]
async fn a_token_that_expires_closes_the_socket() {
    let key = "0123456789abcdef0123456789abcdef";
    let secret = json!({"type": "HS256", "key": key}).to_string();
    let server = Server::start(&format!("--admin-secret s --jwt-secret {secret}")).await;
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let claims = json!({"exp": now + 2, "https://hasura.io/jwt/claims": {
        "x-hasura-default-role": "user", "x-hasura-allowed-roles": ["user"], "x-hasura-user-id": "7",
    }});
    let token = token(key, &claims);
    let mut socket = Socket::speaking(&server, MODERN).await;
    let bearer = format!("Bearer {token}");
    socket
        .init(json!({"headers": {"Authorization": bearer}}))
        .await;
    socket.start("s", "subscription {live}").await;
    assert_eq!(socket.hear().await["payload"]["data"]["role"], "user");
    server.fake.publish("s", &Event::Data("1".into()));
    assert_eq!(socket.hear().await["payload"], 1);
    assert_eq!(socket.closed().await, wrapped(4403, "Forbidden"));
    let line = server.lines("websocket-log").pop().unwrap();
    assert!(line["detail"]["connection_info"]["token_expiry"].is_string());
    server.wait_for_subscriptions(0).await;
}

fn token(key: &str, claims: &Value) -> String {
    use base64::Engine;
    let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let signed = format!(
        "{}.{}",
        encode(br#"{"alg":"HS256"}"#),
        encode(claims.to_string().as_bytes())
    );
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key.as_bytes());
    let signature = ring::hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", encode(signature.as_ref()))
}
