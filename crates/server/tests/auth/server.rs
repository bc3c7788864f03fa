//! Tokens and the webhook through a whole server: statuses, envelopes, cookies, logs.

use crate::keys;
use crate::peer::{Answer, Peer};
use crate::setup::{Sink, config, hs256, usual};
use async_trait::async_trait;
use howdah_error::Error;
use howdah_ir::Session;
use howdah_server::service::{
    GraphqlAnswer, GraphqlRequest, Health, JsonAnswer, RequestContext, Service,
};
use howdah_server::{Logger, bind, serve};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Answers with the session.
struct Echo;

#[async_trait]
impl Service for Echo {
    async fn graphql(
        &self,
        _: GraphqlRequest,
        session: &Session,
        _: &RequestContext,
    ) -> Result<GraphqlAnswer, Error> {
        let body = json!({"data": session.variables()});
        Ok(GraphqlAnswer::whole(body.to_string()))
    }

    async fn metadata(
        &self,
        _: Value,
        _: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        Err(Error::not_exists("nothing"))
    }

    async fn query_v1(
        &self,
        _: Value,
        _: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        Ok("1".into())
    }

    async fn query_v2(
        &self,
        _: Value,
        _: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        Ok("2".into())
    }

    async fn explain(
        &self,
        _: Value,
        _: &Session,
        _: &RequestContext,
    ) -> Result<JsonAnswer, Error> {
        Ok("[]".into())
    }

    async fn health(&self) -> Health {
        Health {
            metadata_db_ok: true,
            consistent: true,
        }
    }
}

struct Server {
    address: SocketAddr,
    logger: Logger,
    sink: Sink,
}

async fn start(environment: &[(&str, &str)]) -> Server {
    let config = config(environment).unwrap();
    let sink = Sink::default();
    let logger = Logger::to(&config.logs, sink.clone()).unwrap();
    let listener = bind(&config.http).await.unwrap();
    let server = Server {
        address: listener.address(),
        logger: logger.clone(),
        sink,
    };
    let never = std::future::pending();
    tokio::spawn(serve(
        listener,
        Arc::new(Echo),
        Arc::new(config),
        logger,
        never,
    ));
    while TcpStream::connect(server.address).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    server
}

impl Server {
    /// The head and the body of the answer.
    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> (String, Value) {
        let mut text = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), serde_json::from_str(body).unwrap())
    }
}

fn status(head: &str) -> &str {
    head.split(' ').nth(1).unwrap()
}

#[tokio::test]
async fn tokens_over_http() {
    let secret = json!({"type": "HS256", "key": keys::SHARED}).to_string();
    let server = start(&[("HASURA_GRAPHQL_JWT_SECRET", &secret)]).await;
    let bearer = format!("Bearer {}", hs256(&usual()));
    let (head, body) = server
        .post(
            "/v1/graphql",
            &[("AUTHORIZATION", &bearer), ("X-Hasura-User-Id", "1")],
            r#"{"query":"{a}"}"#,
        )
        .await;
    assert_eq!(status(&head), "200");
    assert_eq!(
        body,
        json!({"data": {"x-hasura-role": "user", "x-hasura-user-id": "7"}})
    );
    let flat =
        json!({"error": "Malformed Authorization header", "path": "$", "code": "invalid-headers"});
    let graphql = json!({"errors": [{"message": flat["error"],
        "extensions": {"path": "$", "code": "invalid-headers"}}]});
    for (path, expected_status, expected) in [
        ("/v1/graphql", "200", &graphql),
        ("/v1alpha1/graphql", "400", &graphql),
        ("/v1/metadata", "400", &flat),
    ] {
        let headers = [("authorization", "Token x")];
        let (head, body) = server.post(path, &headers, "{}").await;
        assert_eq!(
            (status(&head), &body),
            (expected_status, expected),
            "{path}"
        );
    }
    server.logger.flush();
    let log = server.sink.text();
    let signature = bearer.rsplit('.').next().unwrap();
    assert!(
        log.contains("http-log") && !log.contains(signature),
        "{log}"
    );
}

#[tokio::test]
async fn the_webhook_over_a_websocket() {
    let grant = Answer::new(200, &[], r#"{"X-Hasura-Role":"user"}"#);
    let peer = Peer::start(grant).await;
    let url = peer.url("/");
    let server = start(&[
        ("HASURA_GRAPHQL_AUTH_HOOK", &url),
        ("HASURA_GRAPHQL_AUTH_HOOK_MODE", "POST"),
    ])
    .await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let handshake = "GET /v1/graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
                     Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                     Sec-WebSocket-Protocol: graphql-transport-ws\r\n\
                     X-Outer: 1\r\nX-BOTH: 1\r\n\r\n";
    stream.write_all(handshake.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        assert!(stream.read_buf(&mut head).await.unwrap() > 0);
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    let mut socket = tokio_tungstenite::WebSocketStream::from_raw_socket(
        stream,
        tokio_tungstenite::tungstenite::protocol::Role::Client,
        None,
    )
    .await;
    let init = json!({"type": "connection_init", "payload": {"headers": {
        "Authorization": "Bearer t", "x-Both": "2"}}});
    let init = tokio_tungstenite::tungstenite::Message::text(init.to_string());
    futures_util::SinkExt::send(&mut socket, init)
        .await
        .unwrap();
    let answer = futures_util::StreamExt::next(&mut socket).await.unwrap();
    assert!(
        answer
            .unwrap()
            .to_text()
            .unwrap()
            .contains("connection_ack")
    );
    let body: Value = serde_json::from_str(&peer.asked().pop().unwrap().body).unwrap();
    assert_eq!(
        body,
        json!({"headers": {"Host": "x", "X-Outer": "1", "x-Both": "2",
            "Authorization": "Bearer t"}, "request": null})
    );
}

#[tokio::test]
async fn the_config_api_tells_how_tokens_are_read() {
    let secrets = json!([
        {"type": "HS256", "key": keys::SHARED, "claims_namespace": "ns", "issuer": "a"},
        {"type": "HS256", "key": keys::SHARED, "issuer": "b", "claims_map": {
            "x-hasura-allowed-roles": ["u"],
            "x-hasura-default-role": {"path": "$.role", "default": "u"}}},
    ])
    .to_string();
    let server = start(&[("HASURA_GRAPHQL_JWT_SECRETS", &secrets)]).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = "GET /v1alpha1/config HTTP/1.1\r\nhost: x\r\nx-hasura-admin-secret: admin\r\n\
                   connection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["is_jwt_set"], json!(true));
    assert_eq!(body["is_auth_hook_set"], json!(false));
    assert_eq!(
        body["jwt"],
        json!([
            {"claims_namespace": "ns", "claims_format": "json"},
            {"claims_namespace": "https://hasura.io/jwt/claims", "claims_format": "json",
             "claims_map": {
                "x-hasura-default-role": {"path": "$.role", "default": "u"},
                "x-hasura-allowed-roles": ["u"]}},
        ])
    );
}

#[tokio::test]
async fn the_webhook_over_http() {
    let cookie = [("set-cookie", "a=1"), ("set-cookie", "b=2")];
    let grant = Answer::new(200, &cookie, r#"{"X-Hasura-Role":"user"}"#);
    let peer = Peer::start(grant.clone()).await;
    let url = peer.url("/");
    let server = start(&[
        ("HASURA_GRAPHQL_AUTH_HOOK", &url),
        ("HASURA_GRAPHQL_AUTH_HOOK_MODE", "POST"),
        ("HASURA_GRAPHQL_PRESERVE_401_ERRORS", "true"),
    ])
    .await;
    let asked = || serde_json::from_str::<Value>(&peer.asked().pop().unwrap().body).unwrap();
    let one = r#"{"query":"{a}","variables":{"n":1.50},"operationName":"x","extensions":{}}"#;
    let (head, body) = server.post("/v1/graphql", &[("x-a", "b")], one).await;
    assert_eq!(body, json!({"data": {"x-hasura-role": "user"}}));
    assert!(
        head.contains("set-cookie: a=1\r\n") && head.contains("set-cookie: b=2"),
        "{head}"
    );
    assert_eq!(asked()["headers"]["x-a"], "b");
    // The names of headers are as the client writes them.
    let spelled = [("AUTHorization", "Bearer t"), ("x-A", "1"), ("X-a", "2")];
    server.post("/v1/graphql", &spelled, one).await;
    let length = one.len().to_string();
    let expected = json!({"host": "x", "connection": "close", "AUTHorization": "Bearer t",
        "X-a": "2", "content-length": length});
    let mut heard = asked()["headers"].clone();
    assert!(
        heard
            .as_object_mut()
            .unwrap()
            .remove("x-request-id")
            .is_some()
    );
    assert_eq!(heard, expected);
    assert_eq!(
        asked()["request"].to_string(),
        r#"{"variables":{"n":1.50},"operationName":"x","query":"{a}"}"#
    );
    server
        .post("/v1/graphql", &[], r#"[{"query":"{a}"},{"query":"{b}"}]"#)
        .await;
    assert_eq!(
        asked()["request"],
        json!([{"query": "{a}"}, {"query": "{b}"}])
    );
    let (_, body) = server.post("/v1/graphql", &[], "nonsense").await;
    assert_eq!(asked()["request"], Value::Null);
    assert_eq!(body["errors"][0]["extensions"]["code"], "invalid-json");
    let (head, _) = server.post("/v1/metadata", &[], r#"{"type":"x"}"#).await;
    assert_eq!(asked()["request"], Value::Null);
    assert!(
        status(&head) == "400" && head.contains("set-cookie: a=1"),
        "{head}"
    );

    let calls = peer.asked().len();
    let admin = [("x-hasura-admin-secret", "admin")];
    server.post("/v1/graphql", &admin, one).await;
    assert_eq!(peer.asked().len(), calls);

    peer.answers(Answer::new(401, &cookie, "{}"));
    let (head, body) = server.post("/v1/graphql", &[], one).await;
    assert!(
        status(&head) == "401" && !head.contains("set-cookie"),
        "{head}"
    );
    assert_eq!(
        body,
        json!({"errors": [{"message": "Authentication hook unauthorized this request",
            "extensions": {"path": "$", "code": "access-denied"}}]})
    );
    peer.answers(Answer::new(500, &[], ""));
    let (head, body) = server.post("/v1/graphql", &[], one).await;
    assert_eq!(status(&head), "200");
    assert_eq!(
        body["errors"][0]["extensions"],
        json!({"path": "$", "code": "unexpected"})
    );
}

#[tokio::test]
async fn a_webhook_hears_the_id_that_the_client_is_told() {
    let grant = Answer::new(200, &[], r#"{"X-Hasura-Role":"user"}"#);
    let peer = Peer::start(grant).await;
    let url = peer.url("/");
    for mode in ["GET", "POST"] {
        let server = start(&[
            ("HASURA_GRAPHQL_AUTH_HOOK", &url),
            ("HASURA_GRAPHQL_AUTH_HOOK_MODE", mode),
        ])
        .await;
        let (head, _) = server.post("/v1/graphql", &[], "{}").await;
        let head = head.to_ascii_lowercase();
        let told = head.split("x-request-id: ").nth(1).unwrap();
        let told = told.lines().next().unwrap();
        let asked = peer.asked().pop().unwrap();
        let heard = match mode {
            "GET" => asked.head,
            _ => asked.body,
        };
        assert!(heard.contains(told), "{mode}: {heard}");
    }
}
