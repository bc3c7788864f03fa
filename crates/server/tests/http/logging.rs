//! What stands in the log, and what does not.

use crate::client::{get, post};
use crate::fake::Server;
use serde_json::{Value, json};

#[tokio::test]
async fn each_request_leaves_one_line() {
    let server = Server::start("--admin-secret s3cret").await;
    let headers = [
        ("x-hasura-admin-secret", "s3cret"),
        ("x-hasura-user-id", "7"),
        ("x-request-id", "r1"),
    ];
    post(
        server.address,
        "/v1/graphql",
        &headers,
        r#"{"query":"{a}"}"#,
    )
    .await;
    let lines = server.lines("http-log");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["level"], "info");
    let detail = &lines[0]["detail"];
    assert_eq!(
        detail["http_info"],
        json!({"status": 200, "method": "POST", "ip": "127.0.0.1", "url": "/v1/graphql",
            "http_version": "HTTP/1.1", "content_encoding": null})
    );
    let operation = &detail["operation"];
    assert_eq!(
        operation["user_vars"],
        json!({"x-hasura-role": "admin", "x-hasura-user-id": "7"})
    );
    assert_eq!(
        (&operation["request_id"], &detail["request_id"]),
        (&json!("r1"), &json!("r1"))
    );
    assert_eq!(operation["request_mode"], "single");
    assert_eq!(
        operation["query"],
        json!({"type": null}),
        "query-log is off"
    );
    for number in ["query_execution_time", "request_read_time", "response_size"] {
        assert!(operation[number].is_number(), "{number}");
    }
    assert!(server.lines("query-log").is_empty());
}

#[tokio::test]
async fn failures_are_lines_of_level_error() {
    let server = Server::start("").await;
    post(server.address, "/v1/graphql", &[], r#"{"query":"{fail}"}"#).await;
    let line = &server.lines("http-log")[0];
    assert_eq!(line["level"], "error");
    let operation = &line["detail"]["operation"];
    assert_eq!(operation["request_mode"], "error");
    assert_eq!(operation["error"]["code"], "validation-failed");
    assert_eq!(operation["error"]["internal"]["statement"], "select 1");
}

#[tokio::test]
async fn batches_are_listed() {
    let server = Server::start("").await;
    post(
        server.address,
        "/v1/graphql",
        &[],
        r#"[{"query":"{a}"},{"query":"{fail}"}]"#,
    )
    .await;
    let detail = &server.lines("http-log")[0]["detail"];
    assert_eq!(detail["operation"]["request_mode"], "batched");
    let batch = detail["batched_operations"].as_array().unwrap();
    assert!(batch[0]["response_size"].is_number());
    assert_eq!(batch[1]["error"]["code"], "validation-failed");
}

#[tokio::test]
async fn query_log_holds_the_request_and_its_sql() {
    let server = Server::start("--enabled-log-types startup,http-log,query-log").await;
    let body = r#"{"query":"query q {a}","operationName":"q","variables":{"x":1}}"#;
    post(
        server.address,
        "/v1/graphql",
        &[("x-request-id", "r2")],
        body,
    )
    .await;
    assert_eq!(
        server.lines("query-log")[0]["detail"],
        json!({
            "request_id": "r2",
            "kind": "database",
            "query": {"operationName": "q", "query": "query q {a}", "variables": {"x": 1}},
            "generated_sql": {"query": "select 1"},
        })
    );
    assert_eq!(
        server.lines("http-log")[0]["detail"]["operation"]["query"]["operationName"],
        "q"
    );
    // Bodies of metadata requests may hold passwords.
    post(
        server.address,
        "/v1/metadata",
        &[],
        r#"{"type":"pg_add_source","args":"pass"}"#,
    )
    .await;
    let query = server.lines("http-log")[1]["detail"]["operation"]["query"].clone();
    assert_eq!(query, json!({"type": "pg_add_source"}));
}

#[tokio::test]
async fn metadata_bodies_are_logged_when_asked_for() {
    let flags = "--enabled-log-types http-log,query-log --enable-metadata-query-logging";
    let server = Server::start(flags).await;
    post(
        server.address,
        "/v1/metadata",
        &[],
        r#"{"type":"t","args":{}}"#,
    )
    .await;
    let query = server.lines("http-log")[0]["detail"]["operation"]["query"].clone();
    assert_eq!(query, json!({"type": "t", "args": {}}));
}

#[tokio::test]
async fn connection_strings_are_left_out_of_metadata_bodies() {
    let flags = "--enabled-log-types http-log,query-log --enable-metadata-query-logging";
    let server = Server::start(flags).await;
    let info = |url: Value| json!({"connection_info": {"database_url": url, "retries": 1}});
    let body = |string: &str, password: &str| {
        let parts = json!({"host": "h", "password": password});
        json!({"type": "bulk", "args": [
            {"type": "pg_add_source", "args": {"name": "a", "configuration": info(json!(string))}},
            {"type": "replace_metadata", "args": {"sources": [
                {"configuration": info(json!({"connection_parameters": parts}))},
                {"configuration": info(json!({"from_env": "URL"}))},
                {"configuration": {"connection_info": {"connection_string": string}}}
            ]}}
        ]})
    };
    let sent = body("postgres://u:s3cret@h/d", "s3cret").to_string();
    post(server.address, "/v1/metadata", &[], &sent).await;
    let line = server.lines("http-log")[0].clone();
    assert_eq!(line["detail"]["operation"]["query"], body("...", "..."));
    assert!(!line.to_string().contains("s3cret"), "{line}");
}

#[tokio::test]
async fn chosen_types_and_levels_decide() {
    let server = Server::start("--enabled-log-types startup").await;
    get(server.address, "/livez", &[]).await;
    assert!(server.lines("http-log").is_empty());
    let server = Server::start("--log-level error").await;
    get(server.address, "/livez", &[]).await;
    get(server.address, "/nowhere", &[]).await;
    let lines = server.lines("http-log");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["detail"]["http_info"]["status"], 404);
}

#[tokio::test]
async fn secrets_are_in_no_line() {
    let server = Server::start(
        "--admin-secret s3cret --enabled-log-types startup,http-log,query-log --log-level debug",
    )
    .await;
    for secret in ["s3cret", "guess3d"] {
        let headers = [
            ("x-hasura-admin-secret", secret),
            ("x-hasura-access-key", secret),
        ];
        post(
            server.address,
            "/v1/graphql",
            &headers,
            r#"{"query":"{a}"}"#,
        )
        .await;
        get(server.address, "/v1alpha1/config", &headers).await;
    }
    for kind in ["http-log", "query-log", "startup", "unstructured"] {
        let lines = Value::from(server.lines(kind)).to_string();
        assert!(
            !lines.contains("s3cret") && !lines.contains("guess3d"),
            "{kind}"
        );
    }
}
