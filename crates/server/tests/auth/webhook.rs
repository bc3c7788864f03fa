//! The webhook: what it is asked, and what its answers lead to.

use crate::peer::{Answer, Peer};
use crate::setup::{Guard, header_map, refusal};
use howdah_server::auth::{Asked, Spelling};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

const INVALID: &str = "Invalid response from authorization hook";

async fn hook(peer: &Peer, mode: &[(&str, &str)]) -> Guard {
    let url = peer.url("/auth?key=s3cret");
    let mut environment = vec![("HASURA_GRAPHQL_AUTH_HOOK", url.as_str())];
    environment.extend_from_slice(mode);
    Guard::start(&environment).await
}

fn granted(body: Value) -> Answer {
    Answer::new(200, &[], body.to_string())
}

fn user() -> Answer {
    granted(json!({"X-Hasura-Role": "user", "X-Hasura-User-Id": "25", "other": "x"}))
}

#[tokio::test]
async fn get_forwards_the_clients_own_headers() {
    let peer = Peer::start(user()).await;
    let guard = hook(&peer, &[]).await;
    let dropped = [
        "content-length",
        "content-type",
        "content-md5",
        "origin",
        "referer",
        "accept",
        "accept-encoding",
        "accept-language",
        "accept-datetime",
        "cache-control",
        "connection",
        "dnt",
        "transfer-encoding",
        "upgrade",
        "te",
        "expect",
    ];
    let mut headers: Vec<(&str, &str)> = dropped.iter().map(|name| (*name, "1")).collect();
    headers.extend([
        ("host", "client.example"),
        ("user-agent", "client/1"),
        ("authorization", "Bearer t"),
        ("cookie", "a=b"),
        ("x-hasura-role", "editor"),
        ("x-custom", "1"),
        ("x-custom", "2"),
    ]);
    let grant = guard.ask(&headers).await.unwrap();
    let asked = &peer.asked()[0];
    assert!(
        asked.head.starts_with("GET /auth?key=s3cret HTTP/1.1\r\n"),
        "{}",
        asked.head
    );
    for name in dropped
        .into_iter()
        .filter(|name| *name != "accept-encoding")
    {
        assert!(!asked.has_header(name), "{name}");
    }
    // What answers may be packed with is howdah's own matter.
    assert!(
        asked.head.contains("accept-encoding: gzip\r\n"),
        "{}",
        asked.head
    );
    assert!(
        asked.head.contains(&format!("host: {}", peer.address)),
        "{}",
        asked.head
    );
    assert!(asked.head.contains("user-agent: howdah/"), "{}", asked.head);
    for kept in [
        "authorization: Bearer t",
        "cookie: a=b",
        "x-hasura-role: editor",
        "x-custom: 1",
        "x-custom: 2",
    ] {
        assert!(asked.head.contains(kept), "{kept}");
    }
    assert_eq!(asked.body, "");
    let variables = json!(grant.session.variables());
    assert_eq!(
        variables,
        json!({"x-hasura-role": "user", "x-hasura-user-id": "25"})
    );
    assert!(!grant.session.backend_only());
    let log = guard.log();
    assert!(log.contains(r#""type":"webhook-log""#) && log.contains(r#""status_code":200"#));
    assert!(!log.contains("s3cret") && !log.contains("Bearer"), "{log}");
}

#[tokio::test]
async fn post_puts_headers_and_request_into_the_body() {
    let peer = Peer::start(user()).await;
    let request = json!({"variables": {"a": 12345678901234567890_u64}, "query": "{a}"});
    for (mode, sends) in [("true", true), ("false", false)] {
        let guard = hook(
            &peer,
            &[
                ("HASURA_GRAPHQL_AUTH_HOOK_MODE", "POST"),
                ("HASURA_GRAPHQL_AUTH_HOOK_SEND_REQUEST_BODY", mode),
            ],
        )
        .await;
        let headers = header_map(&[
            ("Authorization", "Bearer t"),
            ("content-length", "17"),
            ("x-hasura-user-id", "1"),
        ]);
        assert_eq!(guard.auth.wants_request(&headers), sends);
        guard
            .auth
            .authenticate(
                &headers,
                Asked {
                    graphql: Some(&request),
                    spelling: &Spelling::of(["Authorization", "Content-length", "unsent"]),
                },
            )
            .await
            .unwrap();
        let asked = peer.asked().pop().unwrap();
        assert!(asked.head.starts_with("POST /auth"), "{}", asked.head);
        assert!(asked.has_header("content-type") && !asked.has_header("authorization"));
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(
            body["headers"],
            json!({"Authorization": "Bearer t", "Content-length": "17", "x-hasura-user-id": "1"})
        );
        assert_eq!(body.get("request"), sends.then_some(&request));
        let admin = header_map(&[("x-hasura-admin-secret", "admin")]);
        assert!(!guard.auth.wants_request(&admin));
    }
}

#[tokio::test]
async fn answers_other_than_a_grant() {
    let peer = Peer::start(user()).await;
    let guard = hook(&peer, &[]).await;
    let role = "x-hasura-role not found in session variables";
    for (answer, status, code, text) in [
        (
            Answer::new(
                401,
                &[("set-cookie", "a=b")],
                r#"{"X-Hasura-Role":"admin"}"#,
            ),
            401,
            "access-denied",
            "Authentication hook unauthorized this request",
        ),
        (
            Answer::new(403, &[], r#"{"X-Hasura-Role":"admin"}"#),
            500,
            "unexpected",
            INVALID,
        ),
        (
            Answer::new(201, &[], r#"{"X-Hasura-Role":"admin"}"#),
            500,
            "unexpected",
            INVALID,
        ),
        (Answer::new(500, &[], ""), 500, "unexpected", INVALID),
        (
            Answer::new(302, &[("location", &peer.url("/other"))], ""),
            500,
            "unexpected",
            INVALID,
        ),
        (
            Answer::new(200, &[], "nonsense"),
            500,
            "unexpected",
            INVALID,
        ),
        (Answer::new(200, &[], ""), 500, "unexpected", INVALID),
        (granted(json!([])), 500, "unexpected", INVALID),
        (
            granted(json!({"X-Hasura-Role": 1})),
            500,
            "unexpected",
            INVALID,
        ),
        (
            granted(json!({"X-Hasura-Role": "u", "n": 1})),
            500,
            "unexpected",
            INVALID,
        ),
        (
            granted(json!({"X-Hasura-Role": "u", "x-hasura-role": "admin"})),
            500,
            "unexpected",
            INVALID,
        ),
        (
            granted(json!({"X-Hasura-User-Id": "1"})),
            500,
            "unexpected",
            role,
        ),
        (
            granted(json!({"X-Hasura-Role": ""})),
            500,
            "unexpected",
            role,
        ),
        (
            granted(json!({"x_hasura_role": "admin"})),
            500,
            "unexpected",
            role,
        ),
    ] {
        peer.answers(answer.clone());
        let refused = guard.refusal(&[("x-hasura-role", "admin")]).await;
        assert_eq!(refused, (status, code.into(), text.into()), "{answer:?}");
    }
    assert!(
        peer.asked()
            .iter()
            .all(|asked| !asked.head.contains("/other"))
    );
    assert!(guard.log().contains(r#""status_code":403"#));
}

#[tokio::test]
async fn a_webhook_that_cannot_be_asked() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for url in [
        format!("http://{nobody}/?key=s3cret"),
        "http://169.254.169.254/".to_owned(),
    ] {
        let guard = Guard::start(&[("HASURA_GRAPHQL_AUTH_HOOK", &url)]).await;
        let refused = guard.refusal(&[("authorization", "Bearer s3cret")]).await;
        let text = "webhook authentication request failed";
        assert_eq!(refused, (500, "unexpected".into(), text.into()), "{url}");
        let log = guard.log();
        assert!(
            log.contains(r#""level":"error","type":"webhook-log""#),
            "{log}"
        );
        assert!(!log.contains("s3cret"), "{log}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_never_answers() {
    let peer = Peer::start(Answer::default()).await;
    let guard = hook(&peer, &[]).await;
    let outcome = tokio::time::timeout(Duration::from_secs(60), guard.ask(&[])).await;
    let text = "webhook authentication request failed";
    assert_eq!(refusal(outcome.unwrap()).2, text);
}

#[tokio::test]
async fn the_answer_says_when_a_session_ends() {
    let peer = Peer::start(user()).await;
    let guard = hook(&peer, &[]).await;
    let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
    let past = "Mon, 30 Mar 2020 13:25:18 GMT";
    for (keys, seconds) in [
        (json!({}), None),
        (json!({"Cache-Control": "max-age=600"}), Some(600)),
        (json!({"cache-control": "private, max-age=600"}), Some(600)),
        (json!({"Cache-Control": "max-age=0"}), Some(0)),
        (json!({"Expires": soon}), Some(100)),
        (json!({"Expires": past}), Some(0)),
        (
            json!({"Cache-Control": "max-age=600", "Expires": soon}),
            Some(600),
        ),
        (
            json!({"Cache-Control": "no-cache", "Expires": soon}),
            Some(100),
        ),
        (json!({"Cache-Control": "soon"}), None),
        (json!({"Expires": "soon"}), None),
    ] {
        let mut body = json!({"X-Hasura-Role": "user"});
        body.as_object_mut()
            .unwrap()
            .extend(keys.as_object().unwrap().clone());
        peer.answers(granted(body));
        let grant = guard.ask(&[]).await.unwrap();
        let left = grant.expires.map(|at| {
            at.duration_since(SystemTime::now())
                .unwrap_or_default()
                .as_secs()
        });
        match (left, seconds) {
            (Some(left), Some(seconds)) => assert!(left.abs_diff(seconds) <= 2, "{keys}: {left}"),
            (left, seconds) => assert_eq!(left, seconds, "{keys}"),
        }
    }
    assert!(
        guard
            .log()
            .contains(r#""level":"warn","type":"webhook-log""#)
    );
}

#[tokio::test]
async fn cookies_of_the_webhook_are_for_the_client() {
    let peer = Peer::start(user()).await;
    let guard = hook(&peer, &[]).await;
    let headers = [
        ("Set-Cookie", "a=1; Path=/"),
        ("set-cookie", "b=2"),
        ("x-other", "3"),
    ];
    peer.answers(Answer::new(200, &headers, r#"{"x-hasura-role":"user"}"#));
    let grant = guard.ask(&[]).await.unwrap();
    assert_eq!(grant.cookies, ["a=1; Path=/", "b=2"]);
}

#[tokio::test]
async fn the_admin_secret_goes_before_the_webhook() {
    let peer = Peer::start(user()).await;
    let guard = hook(&peer, &[]).await;
    let admin = guard
        .ask(&[("x-hasura-admin-secret", "admin")])
        .await
        .unwrap();
    assert!(admin.session.is_admin());
    assert_eq!(
        guard.refusal(&[("x-hasura-admin-secret", "guess")]).await.0,
        401
    );
    assert!(peer.asked().is_empty());
}
