//! Every kind of key in every form, and the errors of times, issuers and audiences.

use crate::keys::{self, Key};
use crate::setup::{Guard, NAMESPACE, at, config, hs256, refusal, signed, usual, usual_but};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

async fn accepts(kind: &str, text: &str, key: &Key, algorithm: &str) {
    let guard = Guard::jwt(&json!({"type": kind, "key": text})).await;
    let token = signed(key, algorithm, &usual());
    let grant = guard.bearer(&token).await;
    let grant = grant.unwrap_or_else(|e| panic!("{kind} {algorithm}: {e}\n{text}"));
    assert_eq!(&**grant.session.role(), "user");
    let (start, signature) = token.rsplit_once('.').unwrap();
    let mut broken: Vec<char> = signature.chars().collect();
    let middle = broken.len() / 2;
    broken[middle] = if broken[middle] == 'A' { 'B' } else { 'A' };
    let broken: String = broken.into_iter().collect();
    let outcome = guard.bearer(&format!("{start}.{broken}")).await;
    let text = "Could not verify JWT: JWSError JWSInvalidSignature";
    assert_eq!(
        refusal(outcome),
        (400, "invalid-jwt".into(), text.into()),
        "{kind}"
    );
}

#[tokio::test]
async fn shared_secrets() {
    for kind in ["HS256", "HS384", "HS512"] {
        accepts(kind, keys::SHARED, &keys::shared(), kind).await;
    }
}

#[tokio::test]
async fn rsa_keys_in_every_form() {
    for kind in ["RS256", "RS384", "RS512"] {
        for text in [keys::RSA_PUBLIC, keys::RSA_PKCS1, keys::RSA_CERTIFICATE] {
            accepts(kind, text, &keys::rsa(), kind).await;
        }
    }
    // Settings copied from old tutorials name another length than the tokens have.
    accepts("RS512", keys::RSA_CERTIFICATE, &keys::rsa(), "RS256").await;
}

#[tokio::test]
async fn elliptic_keys_in_every_form() {
    for (kind, algorithm, pair) in [
        ("ES256", "ES256", keys::p256()),
        ("ES384", "ES384", keys::p384()),
        ("Ed25519", "EdDSA", keys::ed25519()),
    ] {
        for text in [&pair.public, &pair.certificate, &pair.request] {
            accepts(kind, text, &pair.key, algorithm).await;
        }
    }
    for text in [keys::P521_PUBLIC, keys::P521_CERTIFICATE] {
        accepts("ES512", text, &keys::p521(), "ES512").await;
    }
}

#[tokio::test]
async fn keys_that_do_not_fit_their_type_are_fatal() {
    let p256 = keys::p256().public;
    for (kind, text, reason) in [
        ("ES256", keys::RSA_PUBLIC, "the key is not one for ES256"),
        ("RS256", &p256, "the key is not one for RS256"),
        ("ES384", &p256, "the key is not one for ES384"),
        ("Ed25519", &p256, "the key is not one for Ed25519"),
        (
            "RS256",
            keys::RSA_1024,
            "an RSA key of 1024 bits cannot be used",
        ),
        ("RS256", keys::RSA_PEM, "this is a private key"),
        (
            "ES256",
            keys::K256_PUBLIC,
            "the curve is none of P-256, P-384, P-521",
        ),
    ] {
        let secret = json!({"type": kind, "key": text}).to_string();
        let fatal = config(&[("HASURA_GRAPHQL_JWT_SECRET", &secret)]).unwrap_err();
        assert!(fatal.message().contains(reason), "{fatal}");
        let leaked = text.lines().nth(1).unwrap();
        assert!(!fatal.message().contains(leaked), "{fatal}");
    }
}

#[tokio::test]
async fn times_issuers_and_audiences() {
    let strict = json!({"issuer": "me", "audience": ["a", "b"]});
    let skewed = json!({"allowed_skew": 60});
    let plain = json!({});
    let good = json!({"iss": "me", "aud": "b"});
    let unreadable = "JWTClaimsSetDecodeError";
    for (settings, change, reason) in [
        (&plain, json!({}), ""),
        (&plain, json!({"iss": "x", "aud": ["y"]}), ""),
        (&plain, json!({"exp": null, "iat": null}), ""),
        (&plain, json!({"exp": at(3600) as f64 + 0.5}), ""),
        (&plain, json!({"exp": at(-1)}), "JWTExpired"),
        (&plain, json!({"exp": at(-30)}), "JWTExpired"),
        (&skewed, json!({"exp": at(-30)}), ""),
        (&skewed, json!({"exp": at(-61)}), "JWTExpired"),
        (&plain, json!({"exp": -1}), "JWTExpired"),
        (&plain, json!({"nbf": at(30)}), "JWTNotYetValid"),
        (&skewed, json!({"nbf": at(30)}), ""),
        (&plain, json!({"nbf": at(-5)}), ""),
        (&plain, json!({"iat": at(30)}), "JWTIssuedAtFuture"),
        (&skewed, json!({"iat": at(30)}), ""),
        (&plain, json!({"exp": "tomorrow"}), unreadable),
        (&plain, json!({"exp": {}}), unreadable),
        (&plain, json!({"aud": 1}), unreadable),
        (&plain, json!({"aud": ["a", 1]}), unreadable),
        (&plain, json!({"iss": 1}), unreadable),
        (&strict, good.clone(), ""),
        (&strict, json!({"iss": "me", "aud": ["x", "a"]}), ""),
        // A token that names no issuer has always passed.
        (&strict, json!({"aud": "a"}), ""),
        (
            &strict,
            json!({"iss": "other", "aud": "a"}),
            "JWTNotInIssuer",
        ),
        (&strict, json!({"iss": "ME", "aud": "a"}), "JWTNotInIssuer"),
        (
            &strict,
            json!({"iss": "me", "aud": "c"}),
            "JWTNotInAudience",
        ),
        (&strict, json!({"iss": "me", "aud": []}), "JWTNotInAudience"),
        (&strict, json!({"iss": "me"}), "JWTNotInAudience"),
    ] {
        let guard = Guard::shared(settings.clone()).await;
        // Twice: a token that was seen before is judged alike.
        for _ in 0..2 {
            match guard.bearer(&hs256(&usual_but(change.clone()))).await {
                Ok(_) => assert_eq!(reason, "", "{settings} {change}"),
                Err(error) => {
                    let start = format!("Could not verify JWT: {reason}");
                    assert!(
                        !reason.is_empty() && error.message().starts_with(&start),
                        "{settings} {change}: {error}"
                    );
                    assert_eq!(
                        (error.status(), error.code().as_str()),
                        (400, "invalid-jwt")
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_was_seen_ends_all_the_same() {
    let guard = Guard::shared(json!({})).await;
    let token = hs256(&usual_but(json!({"exp": at(5)})));
    let grant = guard.bearer(&token).await.unwrap();
    let left = grant
        .expires
        .unwrap()
        .duration_since(SystemTime::now())
        .unwrap();
    assert!(
        left <= Duration::from_secs(5),
        "the end of a session is told"
    );
    assert!(guard.bearer(&token).await.is_ok());
    tokio::time::sleep(Duration::from_millis(5100)).await;
    let (_, _, text) = refusal(guard.bearer(&token).await);
    assert_eq!(text, "Could not verify JWT: JWTExpired");
    let endless = guard
        .bearer(&hs256(&usual_but(json!({"exp": null}))))
        .await
        .unwrap();
    assert_eq!(endless.expires, None);
}

#[tokio::test]
async fn several_secrets_are_chosen_by_place_and_issuer() {
    let other = keys::p256();
    let secrets = json!([
        {"type": "HS256", "key": keys::SHARED, "issuer": "one"},
        {"type": "ES256", "key": other.public, "issuer": "two"},
        {"type": "HS256", "key": keys::SHARED, "issuer": "one",
         "header": {"type": "Cookie", "name": "jwt"}},
    ]);
    let guard = Guard::start(&[
        ("HASURA_GRAPHQL_JWT_SECRETS", &secrets.to_string()),
        ("HASURA_GRAPHQL_UNAUTHORIZED_ROLE", "anonymous"),
    ])
    .await;
    let one = hs256(&usual_but(json!({"iss": "one"})));
    let two = signed(&other.key, "ES256", &usual_but(json!({"iss": "two"})));
    let forged = signed(&other.key, "ES256", &usual_but(json!({"iss": "one"})));
    let foreign = hs256(&usual_but(json!({"iss": "three"})));
    let unnamed = hs256(&usual());
    for _ in 0..2 {
        assert!(guard.bearer(&one).await.is_ok());
        assert!(guard.bearer(&two).await.is_ok());
        let anonymous = guard.ask(&[]).await.unwrap();
        assert_eq!(&**anonymous.session.role(), "anonymous");
        let wrong_key = "Could not verify JWT: JWSError JWSInvalidSignature";
        assert_eq!(refusal(guard.bearer(&forged).await).2, wrong_key);
        let nobody = refusal(guard.bearer(&foreign).await);
        let text = "Could not verify JWT: JWTNotInIssuer";
        assert_eq!(nobody, (400, "invalid-jwt".into(), text.into()));
        let several = "Could not verify JWT: Multiple JWTs found";
        let ambiguous = refusal(guard.bearer(&unnamed).await);
        assert_eq!(ambiguous, (400, "invalid-headers".into(), several.into()));
        let both = guard
            .ask(&[
                ("authorization", &format!("Bearer {one}")),
                ("cookie", &format!("jwt={one}")),
            ])
            .await;
        assert_eq!(refusal(both).2, several);
        let cookie = guard
            .ask(&[
                ("authorization", &format!("Bearer {foreign}")),
                ("cookie", &format!("jwt={one}")),
            ])
            .await;
        assert!(
            cookie.is_ok(),
            "the token of a foreign issuer is left aside"
        );
    }
}

#[tokio::test]
async fn the_signature_of_a_token_is_verified_once() {
    let guard =
        Guard::jwt(&json!({"type": "RS256", "key": keys::RSA_PUBLIC, "issuer": "me"})).await;
    let claims = |user: &str| {
        let mut session = crate::setup::session();
        session["X-Hasura-User-Id"] = Value::from(user);
        usual_but(json!({"iss": "me", NAMESPACE: session}))
    };
    let tokens = ["7", "8"].map(|user| signed(&keys::rsa(), "RS256", &claims(user)));
    for round in 1..=5 {
        for token in &tokens {
            guard.bearer(token).await.unwrap();
        }
        assert_eq!(guard.auth.tokens_judged(), 2, "in round {round}");
    }
    // What was refused is judged again each time, and nothing is taken for something else.
    let forged = format!("{}x", tokens[0]);
    for round in 1..=3 {
        assert!(guard.bearer(&forged).await.is_err());
        assert_eq!(guard.auth.tokens_judged(), 2 + round);
    }
    for (token, user) in tokens.iter().zip(["7", "8"]) {
        let grant = guard.bearer(token).await.unwrap();
        assert_eq!(grant.session.variable("x-hasura-user-id"), Some(user));
    }
    assert_eq!(guard.auth.tokens_judged(), 5);
}
