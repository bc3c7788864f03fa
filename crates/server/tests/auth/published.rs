//! Key sets behind a URL: fetched at start, on time, and for unknown keys at a bounded rate.

use crate::keys::{self, Key};
use crate::peer::{Answer, Peer};
use crate::setup::{Guard, refusal, usual};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Far more than anything here takes: other tests may keep the machine busy.
const PATIENCE: Duration = Duration::from_secs(30);

fn set(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

fn named(mut jwk: Value, name: &str) -> Value {
    jwk["kid"] = name.into();
    jwk
}

fn with(mut jwk: Value, key: &str, value: Value) -> Value {
    jwk[key] = value;
    jwk
}

fn token(key: &Key, algorithm: &str, kid: Option<&str>) -> String {
    let mut header = json!({"alg": algorithm});
    if let Some(kid) = kid {
        header["kid"] = kid.into();
    }
    key.token(&header, &usual())
}

async fn guard(peer: &Peer) -> Guard {
    Guard::jwt(&json!({"jwk_url": peer.url("/keys")})).await
}

const INVALID: &str = "Could not verify JWT: JWSError JWSInvalidSignature";

#[tokio::test]
async fn keys_of_every_kind_are_read() {
    let (p256, p384, ed25519) = (keys::p256(), keys::p384(), keys::ed25519());
    let body = set(&[
        named(keys::rsa_jwk(), "rsa"),
        named(p256.jwk.clone(), "p256"),
        named(p384.jwk.clone(), "p384"),
        named(keys::p521_jwk(), "p521"),
        named(ed25519.jwk.clone(), "ed"),
        json!({"kty": "unknown"}),
        json!("nonsense"),
    ]);
    let peer = Peer::start(Answer::new(200, &[("cache-control", "max-age=600")], body)).await;
    let guard = guard(&peer).await;
    for (key, algorithm, name) in [
        (&keys::rsa(), "RS256", "rsa"),
        (&keys::rsa(), "RS512", "rsa"),
        (&keys::rsa(), "PS256", "rsa"),
        (&p256.key, "ES256", "p256"),
        (&p384.key, "ES384", "p384"),
        (&keys::p521(), "ES512", "p521"),
        (&ed25519.key, "EdDSA", "ed"),
    ] {
        for kid in [Some(name), None] {
            let outcome = guard.bearer(&token(key, algorithm, kid)).await;
            assert!(
                outcome.is_ok(),
                "{algorithm} {kid:?}: {:?}",
                refusal(outcome)
            );
        }
    }
    // The right key under another key's name.
    assert_eq!(
        refusal(guard.bearer(&token(&p256.key, "ES256", Some("rsa"))).await).2,
        INVALID
    );
    assert_eq!(peer.asked().len(), 1, "fetched once, at start");
    let log = guard.log();
    assert!(log.contains(r#""type":"jwk-refresh-log""#), "{log}");
    assert!(
        log.contains(r#""keys":5,"keys_passed_over":2,"next_refresh_in":600"#),
        "{log}"
    );
}

#[tokio::test]
async fn keys_for_something_else_verify_nothing() {
    let p256 = keys::p256();
    let shared = json!({"kty": "oct", "k": keys::base64url(keys::SHARED), "alg": "HS256"});
    for (unfit, key, algorithm) in [
        (
            with(p256.jwk.clone(), "use", json!("enc")),
            &p256.key,
            "ES256",
        ),
        (
            with(p256.jwk.clone(), "key_ops", json!(["encrypt"])),
            &p256.key,
            "ES256",
        ),
        (
            with(p256.jwk.clone(), "alg", json!("ES384")),
            &p256.key,
            "ES256",
        ),
        (
            with(p256.jwk.clone(), "alg", json!("ECDH-ES")),
            &p256.key,
            "ES256",
        ),
        (
            with(keys::rsa_jwk(), "alg", json!("RS512")),
            &keys::rsa(),
            "RS256",
        ),
        (
            with(keys::rsa_jwk(), "n", json!("AQAB")),
            &keys::rsa(),
            "RS256",
        ),
        (
            with(p256.jwk.clone(), "crv", json!("secp256k1")),
            &p256.key,
            "ES256",
        ),
        (shared, &keys::shared(), "HS256"),
    ] {
        let other = keys::ed25519().jwk;
        let peer = Peer::start(Answer::new(200, &[], set(&[unfit.clone(), other]))).await;
        let outcome = guard(&peer)
            .await
            .bearer(&token(key, algorithm, None))
            .await;
        assert_eq!(refusal(outcome).2, INVALID, "{unfit}");
    }
    let fit = with(p256.jwk.clone(), "use", json!("sig"));
    let fit = with(
        with(fit, "alg", json!("ES256")),
        "key_ops",
        json!(["verify"]),
    );
    let peer = Peer::start(Answer::new(200, &[], set(&[fit]))).await;
    assert!(
        guard(&peer)
            .await
            .bearer(&token(&p256.key, "ES256", None))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_set_is_fetched_again_when_its_time_is_over() {
    let (old, new) = (keys::p256(), keys::p256());
    let short = [("cache-control", "max-age=1")];
    let peer = Peer::start(Answer::new(200, &short, set(&[old.jwk]))).await;
    let guard = guard(&peer).await;
    let old_token = token(&old.key, "ES256", None);
    assert!(guard.bearer(&old_token).await.is_ok());
    peer.answers(Answer::new(200, &short, set(&[named(new.jwk, "new")])));
    let new_token = token(&new.key, "ES256", Some("new"));
    let start = Instant::now();
    while guard.bearer(&old_token).await.is_ok() {
        assert!(start.elapsed() < PATIENCE, "the set is not fetched again");
        sleep(Duration::from_millis(100)).await;
    }
    assert!(guard.bearer(&new_token).await.is_ok());
    assert_eq!(
        refusal(guard.bearer(&old_token).await).2,
        INVALID,
        "seen before, key withdrawn"
    );
    // Later failures leave the keys as they are.
    peer.answers(Answer::new(500, &[], "oops"));
    let start = Instant::now();
    while !guard.log().contains(r#""level":"error""#) && start.elapsed() < PATIENCE {
        sleep(Duration::from_millis(100)).await;
    }
    assert!(guard.bearer(&new_token).await.is_ok());
    let log = guard.log();
    assert!(
        log.contains(r#""level":"error","type":"jwk-refresh-log""#),
        "{log}"
    );
    assert!(log.contains(r#""status_code":500"#), "{log}");
}

#[tokio::test]
async fn an_unknown_key_is_looked_up_at_a_bounded_rate() {
    let (old, new) = (keys::p256(), keys::p256());
    let peer = Peer::start(Answer::new(200, &[], set(&[named(old.jwk.clone(), "old")]))).await;
    let guard = guard(&peer).await;
    peer.answers(Answer::new(
        200,
        &[],
        set(&[named(old.jwk, "old"), named(new.jwk, "new")]),
    ));
    assert!(
        guard
            .bearer(&token(&old.key, "ES256", Some("old")))
            .await
            .is_ok()
    );
    assert_eq!(peer.asked().len(), 1);
    assert!(
        guard
            .bearer(&token(&new.key, "ES256", Some("new")))
            .await
            .is_ok()
    );
    assert_eq!(peer.asked().len(), 2);
    let stranger = keys::p256();
    let hostile = [
        "../../etc/passwd",
        "' or 1=1 --",
        "\u{0}\n",
        "",
        &"k".repeat(5000),
    ];
    for number in 0..50 {
        let kid = hostile
            .get(number)
            .map_or_else(|| format!("k{number}"), |k| (*k).to_owned());
        let outcome = guard
            .bearer(&token(&stranger.key, "ES256", Some(&kid)))
            .await;
        assert_eq!(refusal(outcome).2, INVALID, "{kid}");
    }
    assert!(peer.asked().len() <= 3, "{}", peer.asked().len());
    // A name that nobody published does not matter where the signature is right.
    assert!(
        guard
            .bearer(&token(&new.key, "ES256", Some("renamed")))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn without_keys_at_start_no_token_is_good_until_they_come() {
    let peer = Peer::start(Answer::new(404, &[], "")).await;
    let p256 = keys::p256();
    let secret = json!({"jwk_url": peer.url("/keys")}).to_string();
    let guard = Guard::start(&[
        ("HASURA_GRAPHQL_JWT_SECRET", &secret),
        ("HASURA_GRAPHQL_UNAUTHORIZED_ROLE", "anonymous"),
    ])
    .await;
    assert!(peer.asked().len() > 1, "it was tried several times");
    let token = token(&p256.key, "ES256", None);
    let (status, code, text) = refusal(guard.bearer(&token).await);
    assert_eq!((status, code.as_str()), (400, "invalid-jwt"));
    assert_eq!(text, "Could not verify JWT: JWSError NoUsableKeys");
    let admin = [("x-hasura-admin-secret", "admin")];
    assert!(guard.ask(&admin).await.is_ok(), "administrators are served");
    peer.answers(Answer::new(200, &[], set(std::slice::from_ref(&p256.jwk))));
    for _ in 0..100 {
        if guard.bearer(&token).await.is_ok() {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    panic!("the keys that came later were not found: {}", guard.log());
}

#[tokio::test]
async fn a_key_url_that_nobody_answers_is_no_reason_not_to_start() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://user:s3cret@{nobody}/keys?token=s3cret");
    let secret = json!({"jwk_url": url}).to_string();
    let guard = Guard::start(&[("HASURA_GRAPHQL_JWT_SECRET", &secret)]).await;
    let log = guard.log();
    assert!(
        log.contains("cannot refresh JWK from endpoint") && !log.contains("s3cret"),
        "{log}"
    );
}

#[tokio::test]
async fn a_key_url_that_must_not_be_called_is_fatal_at_start() {
    let secret = json!({"jwk_url": "http://169.254.169.254/keys"}).to_string();
    let outcome = Guard::try_start(&[("HASURA_GRAPHQL_JWT_SECRET", &secret)]).await;
    let text = outcome.map(|_| ()).unwrap_err().to_string();
    let begin = "Fatal Error:- the JSON web keys cannot be fetched from http://";
    assert!(
        text.starts_with(begin) && text.contains("HOWDAH_EGRESS"),
        "{text}"
    );
}

#[tokio::test]
async fn a_failed_first_attempt_is_made_good() {
    let peer = Peer::start(Answer::new(503, &[], "")).await;
    let p256 = keys::p256();
    let later = peer.clone();
    let body = set(std::slice::from_ref(&p256.jwk));
    tokio::spawn(async move {
        sleep(Duration::from_millis(100)).await;
        later.answers(Answer::new(200, &[], body));
    });
    let guard = guard(&peer).await;
    assert!(guard.bearer(&token(&p256.key, "ES256", None)).await.is_ok());
}

#[tokio::test]
async fn user_and_password_of_a_url_are_sent() {
    let p256 = keys::p256();
    let body = set(std::slice::from_ref(&p256.jwk));
    let peer = Peer::start(Answer::new(200, &[], body)).await;
    let url = peer.url("/keys").replace("//", "//us%40er:pa%3Ass@");
    let guard = Guard::jwt(&json!({"jwk_url": url})).await;
    assert!(guard.bearer(&token(&p256.key, "ES256", None)).await.is_ok());
    let asked = peer.asked().pop().unwrap();
    let sent = asked.head.to_ascii_lowercase();
    // `us@er:pa:ss`
    assert!(asked.head.contains("Basic dXNAZXI6cGE6c3M="), "{sent}");
    let log = guard.log();
    assert!(
        !log.contains("pa%3Ass") && !log.contains("dXNAZXI6"),
        "{log}"
    );
}
