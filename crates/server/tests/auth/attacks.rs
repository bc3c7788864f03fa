//! Tokens and headers made by somebody who wants in.

use crate::keys::{self, SHARED, base64url};
use crate::setup::{Guard, config, hs256, refusal, signed, usual};
use serde_json::{Value, json};

/// Refused as unverified; answers the reason.
async fn unverified(guard: &Guard, token: &str) -> String {
    let (status, code, text) = refusal(guard.bearer(token).await);
    assert_eq!((status, code.as_str()), (400, "invalid-jwt"), "{text}");
    let reason = text.strip_prefix("Could not verify JWT: ");
    reason.unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[tokio::test]
async fn no_algorithm_is_no_signature() {
    let guard = Guard::shared(json!({})).await;
    for name in ["none", "None", "NONE", "nOnE"] {
        let header = json!({"alg": name, "typ": "JWT"}).to_string();
        let unsigned = format!("{}.{}.", base64url(header), base64url(usual().to_string()));
        assert_eq!(
            unverified(&guard, &unsigned).await,
            "JWSError JWSNoSignatures"
        );
        let signed = signed(&keys::shared(), name, &usual());
        assert_eq!(
            unverified(&guard, &signed).await,
            "JWSError JWSNoSignatures"
        );
    }
    for header in [
        json!({}),
        json!({"alg": null}),
        json!({"alg": ["HS256"]}),
        json!({"alg": "hs256"}),
        json!({"alg": "HS1"}),
        json!({"alg": "HS256", "crit": ["exp"]}),
        json!({"alg": "HS256", "crit": [], "b64": false}),
    ] {
        let token = keys::shared().token(&header, &usual());
        let reason = unverified(&guard, &token).await;
        assert!(
            reason.starts_with("JWSError (JSONDecodeError"),
            "{header}: {reason}"
        );
    }
}

#[tokio::test]
async fn a_public_key_is_no_shared_secret() {
    let pairs = [keys::p256(), keys::ed25519()];
    let settings = [
        ("RS256", keys::RSA_PUBLIC),
        ("RS256", keys::RSA_CERTIFICATE),
        ("ES256", pairs[0].public.as_str()),
        ("Ed25519", pairs[1].public.as_str()),
    ];
    for (kind, public) in settings {
        let guard = Guard::jwt(&json!({"type": kind, "key": public})).await;
        for secret in [public, public.trim_end(), &public.replace('\n', "")] {
            for algorithm in ["HS256", "HS384", "HS512"] {
                let forger = keys::Key::Hmac(secret.as_bytes().to_vec());
                let token = signed(&forger, algorithm, &usual());
                assert_eq!(
                    unverified(&guard, &token).await,
                    "JWSError JWSInvalidSignature"
                );
            }
        }
    }
}

#[tokio::test]
async fn keys_of_one_kind_verify_nothing_of_another() {
    let (p256, p384, ed25519) = (keys::p256(), keys::p384(), keys::ed25519());
    let guards = [
        Guard::shared(json!({})).await,
        Guard::jwt(&json!({"type": "RS256", "key": keys::RSA_PUBLIC})).await,
        Guard::jwt(&json!({"type": "ES256", "key": p256.public})).await,
        Guard::jwt(&json!({"type": "ES384", "key": p384.public})).await,
        Guard::jwt(&json!({"type": "ES512", "key": keys::P521_PUBLIC})).await,
        Guard::jwt(&json!({"type": "Ed25519", "key": ed25519.public})).await,
    ];
    let tokens = [
        hs256(&usual()),
        signed(&keys::rsa(), "RS256", &usual()),
        signed(&p256.key, "ES256", &usual()),
        signed(&p384.key, "ES384", &usual()),
        signed(&keys::p521(), "ES512", &usual()),
        signed(&ed25519.key, "EdDSA", &usual()),
    ];
    for (number, guard) in guards.iter().enumerate() {
        for (other, token) in tokens.iter().enumerate() {
            if number == other {
                assert!(guard.bearer(token).await.is_ok(), "{number}");
            } else {
                let reason = unverified(guard, token).await;
                assert_eq!(reason, "JWSError JWSInvalidSignature", "{number} {other}");
            }
        }
    }
}

#[tokio::test]
async fn short_secrets_do_not_stand_for_longer_hashes() {
    let guard = Guard::jwt(&json!({"type": "HS256", "key": &SHARED[..32]})).await;
    let key = keys::Key::Hmac(SHARED.as_bytes()[..32].to_vec());
    assert!(guard.bearer(&signed(&key, "HS256", &usual())).await.is_ok());
    for longer in ["HS384", "HS512"] {
        let token = signed(&key, longer, &usual());
        assert_eq!(
            unverified(&guard, &token).await,
            "JWSError JWSInvalidSignature"
        );
    }
}

#[tokio::test]
async fn parts_of_tokens_cannot_be_exchanged() {
    let guard = Guard::shared(json!({})).await;
    let good = hs256(&usual());
    guard.bearer(&good).await.unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let mut claims = usual();
    claims[crate::setup::NAMESPACE]["x-hasura-default-role"] = Value::from("admin");
    claims[crate::setup::NAMESPACE]["x-hasura-allowed-roles"] = json!(["admin"]);
    let forged = base64url(claims.to_string());
    for token in [
        format!("{}.{forged}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}=", parts[0], parts[1], parts[2]),
        format!("{}.{}.{}.{}", parts[0], parts[1], parts[2], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}..{}", parts[0], parts[2]),
        format!(".{}.{}", parts[1], parts[2]),
        "..".to_owned(),
        format!("{good}é"),
        format!("{}\u{0}", parts[0]),
    ] {
        let outcome = guard.ask(&[]).await;
        assert!(outcome.is_err());
        if http::HeaderValue::from_str(&format!("Bearer {token}")).is_ok() && token.is_ascii() {
            unverified(&guard, &token).await;
        }
    }
}

#[tokio::test]
async fn payloads_that_are_no_claims() {
    let guard = Guard::shared(json!({})).await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for payload in ["", "[]", "\"x\"", "{", "{}x", &deep] {
        let signed = format!("{}.{}", base64url(r#"{"alg":"HS256"}"#), base64url(payload));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SHARED.as_bytes());
        let signature = base64url(ring::hmac::sign(&key, signed.as_bytes()).as_ref());
        let reason = unverified(&guard, &format!("{signed}.{signature}")).await;
        assert!(
            reason.starts_with("JWTClaimsSetDecodeError"),
            "{payload:.9}: {reason}"
        );
    }
}

#[tokio::test]
async fn oversize_tokens_are_not_read() {
    let guard = Guard::shared(json!({"issuer": "me"})).await;
    let mut claims = usual();
    claims["filler"] = Value::from("x".repeat(100_000));
    let reason = unverified(&guard, &hs256(&claims)).await;
    assert_eq!(reason, "the token is longer than 65536 bytes");
    claims["filler"] = Value::from("x".repeat(40_000));
    assert!(guard.bearer(&hs256(&claims)).await.is_ok());
}

#[tokio::test]
async fn each_of_several_admin_secrets_must_be_right() {
    let guard = Guard::shared(json!({})).await;
    for headers in [
        [
            ("x-hasura-admin-secret", "admin"),
            ("x-hasura-admin-secret", "guess"),
        ],
        [
            ("x-hasura-admin-secret", "guess"),
            ("x-hasura-admin-secret", "admin"),
        ],
        [
            ("x-hasura-admin-secret", "guess"),
            ("x-hasura-access-key", "admin"),
        ],
    ] {
        assert_eq!(guard.refusal(&headers).await.0, 401, "{headers:?}");
    }
    for name in [
        "x_hasura_admin_secret",
        "x-hasura-admin-secret2",
        "hasura-admin-secret",
    ] {
        let (status, code, _) = guard.refusal(&[(name, "admin")]).await;
        assert_eq!((status, code.as_str()), (400, "invalid-headers"), "{name}");
    }
}

#[tokio::test]
async fn nothing_secret_is_shown() {
    let secret = json!({"type": "HS256", "key": SHARED}).to_string();
    let hook = "http://user:s3cret@127.0.0.1:9/hook?token=s3cret";
    let settings = [
        config(&[("HASURA_GRAPHQL_JWT_SECRET", &secret)]).unwrap(),
        config(&[("HASURA_GRAPHQL_AUTH_HOOK", hook)]).unwrap(),
    ];
    for config in settings {
        let sink = crate::setup::Sink::default();
        let logger = howdah_server::Logger::to(&config.logs, sink.clone()).unwrap();
        logger.configuration(&config);
        logger.flush();
        for text in [format!("{config:?}"), sink.text()] {
            assert!(!text.contains("s3cret") && !text.contains(SHARED), "{text}");
        }
    }
    let guard = Guard::shared(json!({})).await;
    let shown = format!("{:?}", guard.auth);
    assert!(!shown.contains(&SHARED[..16]), "{shown}");
}
