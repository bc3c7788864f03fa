//! Statuses, envelopes and headers of every endpoint.

use crate::client::{get, post, send};
use crate::fake::{Server, big};
use serde_json::{Value, json};
use std::io::Read;
use std::sync::atomic::Ordering;

const NOT_FOUND: &str = r#"{"path":"$","error":"resource does not exist","code":"not-found"}"#;

#[tokio::test]
async fn graphql_gets_its_request_whatever_the_content_type() {
    let server = Server::start("").await;
    let body = r#"{"query":"{ok}","variables":{"n":12345678901234567890.10},"operationName":"q"}"#;
    for kind in ["application/json", "text/plain", "application/graphql+json"] {
        let answer = post(
            server.address,
            "/v1/graphql",
            &[("content-type", kind)],
            body,
        )
        .await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8")
        );
        assert!(
            answer.text().contains("12345678901234567890.10"),
            "digits are kept"
        );
        let data = &answer.json()["data"];
        assert_eq!(
            (&data["role"], &data["operationName"]),
            (&json!("admin"), &json!("q"))
        );
    }
}

#[tokio::test]
async fn raw_control_characters_are_spaces() {
    let server = Server::start("").await;
    let answer = post(
        server.address,
        "/v1/graphql",
        &[],
        "{\"query\":\"{a\n\tb}\"}",
    )
    .await;
    assert_eq!(answer.json()["data"]["query"], "{a  b}");
}

#[tokio::test]
async fn errors_are_200_at_v1_and_real_at_v1alpha1() {
    let server = Server::start("").await;
    let body = r#"{"query":"{fail}"}"#;
    let headers = [("x-hasura-role", "user")];
    let expected = json!({"errors": [{
        "message": "field 'fail' not found in type: 'query_root'",
        "extensions": {"path": "$.selectionSet.fail", "code": "validation-failed"},
    }]});
    let answer = post(server.address, "/v1/graphql", &headers, body).await;
    assert_eq!((answer.status, answer.json()), (200, expected.clone()));
    let answer = post(server.address, "/v1alpha1/graphql", &headers, body).await;
    assert_eq!((answer.status, answer.json()), (400, expected));
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_named() {
    let server = Server::start("").await;
    for (body, code, path) in [
        (&b"{"[..], "invalid-json", "$"),
        (b"", "invalid-json", "$"),
        (b"\"\xff\"", "invalid-json", "$"),
        (b"{}", "parse-failed", "$"),
        (b"{\"query\":1}", "parse-failed", "$.query"),
        (b"[{\"query\":\"{a}\"},3]", "parse-failed", "$[1]"),
    ] {
        let answer = send(server.address, "POST", "/v1/graphql", &[], body).await;
        assert_eq!(answer.status, 200);
        let extensions = answer.json()["errors"][0]["extensions"].clone();
        assert_eq!(extensions, json!({"path": path, "code": code}), "{body:?}");
        let answer = send(server.address, "POST", "/v1alpha1/graphql", &[], body).await;
        assert_eq!(answer.status, 400);
    }
    let answer = post(server.address, "/v1/metadata", &[], "{").await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (400, &json!("invalid-json"))
    );
    let deep = "[".repeat(200_000);
    let answer = post(server.address, "/v2/query", &[], &deep).await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (400, &json!("invalid-json"))
    );
}

#[tokio::test]
async fn batches_answer_each_request_by_itself_and_in_order() {
    let server = Server::start("").await;
    let body = r#"[{"query":"{one}"},{"query":"{fail}"},{"query":"{three}"}]"#;
    let answer = post(server.address, "/v1/graphql", &[], body).await;
    let items = answer.json();
    assert_eq!(items.as_array().unwrap().len(), 3);
    assert_eq!(items[0]["data"]["query"], "{one}");
    assert_eq!(
        items[1]["errors"][0]["extensions"]["code"],
        "validation-failed"
    );
    assert_eq!(items[2]["data"]["query"], "{three}");
    let answer = post(server.address, "/v1/graphql", &[], "[]").await;
    assert_eq!((answer.status, answer.text()), (200, "[]"));
}

#[tokio::test]
async fn flat_errors_keep_key_order_and_status() {
    let server = Server::start("").await;
    let answer = post(server.address, "/v1/metadata", &[], r#"{"type":"fail"}"#).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.text(),
        r#"{"error":"table \"t\" does not exist in source: default","path":"$.args","code":"not-exists","internal":"inside"}"#
    );
    for (path, text) in [
        ("/v1/metadata", r#"{"message":"success"}"#),
        ("/v1/query", r#""v1""#),
        ("/v2/query", r#""v2""#),
        ("/v1/graphql/explain", "[]"),
    ] {
        let answer = post(server.address, path, &[], "{}").await;
        assert_eq!((answer.status, answer.text()), (200, text));
    }
}

#[tokio::test]
async fn internals_are_for_admin_unless_settings_say_otherwise() {
    for (flags, role, shown) in [
        ("", "admin", true),
        ("", "user", false),
        ("--admin-internal-errors false", "admin", false),
        ("--dev-mode", "user", true),
    ] {
        let server = Server::start(flags).await;
        let headers = [("x-hasura-role", role)];
        let answer = post(
            server.address,
            "/v1/graphql",
            &headers,
            r#"{"query":"{fail}"}"#,
        )
        .await;
        let extensions = answer.json()["errors"][0]["extensions"].clone();
        assert_eq!(
            extensions.get("internal").is_some(),
            shown,
            "{flags} {role}"
        );
        let answer = post(
            server.address,
            "/v1/metadata",
            &headers,
            r#"{"type":"fail"}"#,
        )
        .await;
        assert_eq!(
            answer.json().get("internal").is_some(),
            shown,
            "{flags} {role}"
        );
    }
}

#[tokio::test]
async fn secrets_open_and_their_absence_is_401_or_200() {
    let server = Server::start("--admin-secret s3cret").await;
    let body = r#"{"query":"{ok}"}"#;
    let answer = post(server.address, "/v1/graphql", &[], body).await;
    let error = &answer.json()["errors"][0];
    assert_eq!(answer.status, 200);
    assert_eq!(
        error["message"],
        "x-hasura-admin-secret/x-hasura-access-key required, but not found"
    );
    assert_eq!(error["extensions"]["code"], "access-denied");
    let wrong = [("x-hasura-admin-secret", "guess")];
    let answer = post(server.address, "/v1/metadata", &wrong, "{").await;
    assert_eq!(answer.status, 401, "credentials come before the body");
    assert_eq!(
        answer.json()["error"],
        r#"invalid "x-hasura-admin-secret"/"x-hasura-access-key""#
    );
    let right = [
        ("x-hasura-admin-secret", "s3cret"),
        ("x-hasura-role", "user"),
    ];
    let answer = post(server.address, "/v1/graphql", &right, body).await;
    assert_eq!(answer.json()["data"]["role"], "user");

    let server = Server::start("--admin-secret s3cret --preserve-401-errors").await;
    assert_eq!(
        post(server.address, "/v1/graphql", &[], body).await.status,
        401
    );
    assert_eq!(
        post(server.address, "/v1/graphql", &right, "{}")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn health_speaks_of_database_and_metadata() {
    let server = Server::start("").await;
    let fake = &server.fake;
    for path in ["/healthz", "/hasura/healthz"] {
        let answer = get(server.address, path, &[]).await;
        assert_eq!((answer.status, answer.text()), (200, "OK"));
    }
    fake.consistent.store(false, Ordering::SeqCst);
    let answer = get(server.address, "/healthz?strict=false", &[]).await;
    assert_eq!(
        (answer.status, answer.text()),
        (200, "WARN: inconsistent objects in schema")
    );
    let answer = get(server.address, "/healthz?strict=true", &[]).await;
    assert_eq!(
        (answer.status, answer.text()),
        (500, "ERROR: inconsistent objects in schema")
    );
    fake.database_ok.store(false, Ordering::SeqCst);
    let answer = get(server.address, "/healthz", &[]).await;
    assert_eq!((answer.status, answer.text()), (500, "ERROR"));
    let answer = get(server.address, "/livez", &[]).await;
    assert_eq!((answer.status, answer.text()), (200, "OK"));
}

#[tokio::test]
async fn version_and_config_describe_the_server() {
    let server =
        Server::start("--admin-secret s --live-queries-multiplexed-refetch-interval 1500").await;
    let answer = get(server.address, "/v1/version", &[]).await;
    assert_eq!(
        answer.json(),
        json!({"version": howdah_server::VERSION, "server_type": "ce"})
    );
    let admin = [("x-hasura-admin-secret", "s")];
    let config = get(server.address, "/v1alpha1/config", &admin).await.json();
    let keys: Vec<&str> = config
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "version",
            "is_function_permissions_inferred",
            "is_remote_schema_permissions_enabled",
            "is_admin_secret_set",
            "is_auth_hook_set",
            "is_jwt_set",
            "jwt",
            "is_allow_list_enabled",
            "live_queries",
            "streaming_queries",
            "console_assets_dir",
            "experimental_features",
            "is_prometheus_metrics_enabled",
            "default_naming_convention",
            "feature_flags",
            "is_apollo_federation_enabled",
        ]
    );
    assert_eq!(config["is_admin_secret_set"], true);
    assert_eq!(
        config["live_queries"],
        json!({"batch_size": 100, "refetch_delay": 1.5})
    );
    let user = [("x-hasura-admin-secret", "s"), ("x-hasura-role", "user")];
    for answer in [
        get(server.address, "/v1alpha1/config", &user).await,
        post(server.address, "/v1/graphql/explain", &user, "{}").await,
    ] {
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (400, &json!("access-denied"))
        );
    }
    assert_eq!(
        get(server.address, "/v1alpha1/config", &[]).await.status,
        401
    );
}

#[tokio::test]
async fn unknown_paths_and_closed_apis_are_404() {
    let server = Server::start("--enabled-apis graphql").await;
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/nowhere"),
        ("GET", "/v1/metadata"),
        ("DELETE", "/v1/graphql"),
    ] {
        let answer = send(server.address, method, path, &[], b"{}").await;
        assert_eq!(
            (answer.status, answer.text()),
            (404, NOT_FOUND),
            "{method} {path}"
        );
    }
    for path in [
        "/v1/metadata",
        "/v1/query",
        "/v2/query",
        "/v1/graphql/explain",
    ] {
        let answer = post(server.address, path, &[], "{}").await;
        assert_eq!(answer.status, 404);
        assert_eq!(
            answer.json(),
            serde_json::from_str::<Value>(NOT_FOUND).unwrap()
        );
    }
    assert_eq!(
        get(server.address, "/v1alpha1/config", &[]).await.status,
        404
    );
    assert_eq!(
        post(server.address, "/v1/graphql", &[], r#"{"query":"{a}"}"#)
            .await
            .status,
        200
    );

    let server = Server::start("--enabled-apis metadata").await;
    for path in ["/v1/graphql", "/v1alpha1/graphql"] {
        assert_eq!(post(server.address, path, &[], "{}").await.status, 404);
    }
}

#[tokio::test]
async fn get_of_graphql_is_about_persisted_queries() {
    let server = Server::start("").await;
    let answer = get(server.address, "/v1/graphql?extensions=x", &[]).await;
    assert_eq!(answer.status, 200);
    let error = &answer.json()["errors"][0];
    assert_eq!(
        error["message"],
        "Automatic Persisted Queries is not enabled"
    );
}

#[tokio::test]
async fn cors_admits_configured_origins_only() {
    let server = Server::start("--cors-domain https://*.example.com").await;
    let good = [
        ("origin", "https://shop.example.com"),
        (
            "access-control-request-headers",
            "content-type,x-hasura-role",
        ),
    ];
    let answer = send(server.address, "OPTIONS", "/v1/graphql", &good, b"").await;
    assert_eq!(answer.status, 204);
    for (name, value) in [
        ("access-control-allow-origin", "https://shop.example.com"),
        ("access-control-allow-credentials", "true"),
        (
            "access-control-allow-methods",
            "GET,POST,PUT,PATCH,DELETE,OPTIONS",
        ),
        ("access-control-allow-headers", "content-type,x-hasura-role"),
        ("access-control-max-age", "1728000"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    let answer = post(
        server.address,
        "/v1/graphql",
        &good[..1],
        r#"{"query":"{a}"}"#,
    )
    .await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://shop.example.com")
    );
    let bad = [("origin", "https://shop.example.org")];
    let answer = post(server.address, "/v1/graphql", &bad, r#"{"query":"{a}"}"#).await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (200, None)
    );
    let answer = send(server.address, "OPTIONS", "/v1/graphql", &bad, b"").await;
    assert_eq!(answer.status, 404);

    let server = Server::start("--disable-cors").await;
    let answer = post(server.address, "/v1/graphql", &good[..1], "{}").await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_name_gzip() {
    let server = Server::start("").await;
    let body = r#"{"query":"{big}"}"#;
    let gzip = [("accept-encoding", "gzip, deflate")];
    let answer = post(server.address, "/v1/graphql", &gzip, body).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.body.len() < big().len() / 4);
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&answer.body[..])
        .read_to_string(&mut plain)
        .unwrap();
    assert_eq!(plain, big());
    let answer = post(
        server.address,
        "/v1/graphql",
        &[("accept-encoding", "*")],
        body,
    )
    .await;
    assert_eq!(
        (answer.header("content-encoding"), answer.text()),
        (None, big().as_str())
    );
    let answer = post(server.address, "/v1/graphql", &gzip, r#"{"query":"{a}"}"#).await;
    assert_eq!(
        answer.header("content-encoding"),
        None,
        "short answers stay plain"
    );
    let answer = post(
        server.address,
        "/v1/graphql",
        &gzip,
        r#"{"query":"{huge}"}"#,
    )
    .await;
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&answer.body[..])
        .read_to_end(&mut plain)
        .unwrap();
    assert_eq!(plain.len(), 64 << 20);
}

#[tokio::test]
async fn request_ids_are_returned() {
    let server = Server::start("").await;
    let answer = get(server.address, "/v1/version", &[("x-request-id", "mine")]).await;
    assert_eq!(answer.header("x-request-id"), Some("mine"));
    let answer = post(server.address, "/v1/metadata", &[], "{").await;
    assert_eq!(answer.header("x-request-id").unwrap().len(), 36);
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_server_goes_on() {
    let server = Server::start("").await;
    for path in ["/v1/graphql", "/v1alpha1/graphql"] {
        let answer = post(server.address, path, &[], r#"{"query":"{panic}"}"#).await;
        assert_eq!(answer.status, 500);
        assert_eq!(
            answer.json(),
            json!({"errors": [{"message": "internal error",
                "extensions": {"path": "$", "code": "unexpected"}}]})
        );
    }
    assert_eq!(
        post(server.address, "/v1/graphql", &[], r#"{"query":"{a}"}"#)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn clients_behind_proxies_are_known_by_their_own_address() {
    let server = Server::start("").await;
    let body = r#"{"query":"{a}"}"#;
    for (headers, client) in [
        (&[][..], "127.0.0.1"),
        (
            &[("x-forwarded-for", "203.0.113.7, 10.0.0.1")],
            "203.0.113.7",
        ),
        (
            &[
                ("x-real-ip", "2001:db8::1"),
                ("x-forwarded-for", "203.0.113.7"),
            ],
            "2001:db8::1",
        ),
        (&[("x-forwarded-for", "unknown")], "127.0.0.1"),
    ] {
        let answer = post(server.address, "/v1/graphql", headers, body).await;
        assert_eq!(answer.json()["data"]["client"], client);
    }
}
