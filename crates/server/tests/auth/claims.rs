//! Where claims are, what they must look like, and what of them becomes a session.

use crate::setup::{Guard, NAMESPACE, hs256, refusal, session, usual, usual_but};
use serde_json::{Value, json};

async fn outcome(settings: Value, change: Value) -> Result<(String, String), String> {
    let guard = Guard::shared(settings).await;
    match guard.bearer(&hs256(&usual_but(change))).await {
        Ok(grant) => {
            let role = grant.session.role().to_string();
            let user = grant.session.variable("x-hasura-user-id");
            Ok((role, user.unwrap_or("none").to_owned()))
        }
        Err(error) => {
            assert_eq!(error.status(), 400);
            Err(format!("{}: {}", error.code(), error.message()))
        }
    }
}

fn ok(role: &str, user: &str) -> Result<(String, String), String> {
    Ok((role.to_owned(), user.to_owned()))
}

fn err(text: &str) -> Result<(String, String), String> {
    Err(text.to_owned())
}

#[tokio::test]
async fn namespaces() {
    let text = session().to_string();
    for (settings, change, expected) in [
        (json!({}), json!({}), ok("user", "7")),
        (
            json!({"claims_namespace": "ns"}),
            json!({"ns": session()}),
            ok("user", "7"),
        ),
        (
            json!({"claims_namespace": "ns"}),
            json!({}),
            err("jwt-invalid-claims: claims key: 'ns' not found"),
        ),
        (
            json!({"claims_namespace_path": "$.a.b[1]"}),
            json!({"a": {"b": [0, session()]}}),
            ok("user", "7"),
        ),
        (
            json!({"claims_namespace_path": "$['https://x.org/c'].d"}),
            json!({"https://x.org/c": {"d": session()}}),
            ok("user", "7"),
        ),
        (
            json!({"claims_namespace_path": "$"}),
            json!({"x-hasura-allowed-roles": ["a"], "x-hasura-default-role": "a"}),
            ok("a", "none"),
        ),
        (
            json!({"claims_namespace_path": "$.a.b"}),
            json!({"a": {}}),
            err("jwt-invalid-claims: claims not found at claims_namespace_path: '$.a.b'"),
        ),
        (
            json!({"claims_format": "stringified_json"}),
            json!({NAMESPACE: text}),
            ok("user", "7"),
        ),
        (
            json!({"claims_format": "stringified_json"}),
            json!({}),
            err("jwt-invalid-claims: expecting a string when claims_format is stringified_json"),
        ),
        (
            json!({"claims_format": "stringified_json"}),
            json!({NAMESPACE: "{"}),
            err(&format!(
                "jwt-invalid-claims: expecting stringified json at: 'claims_namespace \
                 {NAMESPACE}', but found: {{"
            )),
        ),
        (
            json!({}),
            json!({NAMESPACE: text}),
            err("jwt-invalid-claims: expecting a json object when claims_format is json"),
        ),
    ] {
        assert_eq!(
            outcome(settings.clone(), change).await,
            expected,
            "{settings}"
        );
    }
}

#[tokio::test]
async fn roles_and_variables() {
    let with = |name: &str, value: Value| {
        let mut session = session();
        let map = session.as_object_mut().unwrap();
        map.retain(|key, _| !key.eq_ignore_ascii_case(name));
        if !value.is_null() {
            map.insert(name.to_owned(), value);
        }
        json!({NAMESPACE: session})
    };
    let (allowed, default) = ("x-hasura-allowed-roles", "x-hasura-default-role");
    for (change, expected) in [
        (
            with("X-HASURA-Default-Role", json!("editor")),
            ok("editor", "7"),
        ),
        (
            with(allowed, Value::Null),
            err("jwt-missing-role-claims: JWT claim does not contain x-hasura-allowed-roles"),
        ),
        (
            with(default, Value::Null),
            err("jwt-missing-role-claims: JWT claim does not contain x-hasura-default-role"),
        ),
        (
            with(allowed, json!("user")),
            err(
                "jwt-invalid-claims: invalid x-hasura-allowed-roles; should be a list of roles: \
                 parsing [] failed, expected Array, but encountered String",
            ),
        ),
        (
            with(allowed, json!(["user", 1])),
            err(
                "jwt-invalid-claims: invalid x-hasura-allowed-roles; should be a list of roles: \
                 parsing Text failed, expected String, but encountered Number",
            ),
        ),
        (
            with(default, json!(["user"])),
            err(
                "jwt-invalid-claims: invalid x-hasura-default-role; should be a single role \
                 name: parsing Text failed, expected String, but encountered Array",
            ),
        ),
        (
            with(default, json!("admin")),
            err("access-denied: Your requested role is not in allowed roles"),
        ),
        (
            with(allowed, json!([])),
            err("access-denied: Your requested role is not in allowed roles"),
        ),
        (
            with("x-hasura-user-id", json!(7)),
            err(
                "jwt-invalid-claims: x-hasura-* claims: parsing Text failed, expected String, \
                 but encountered Number",
            ),
        ),
        (with("unrelated", json!(7)), ok("user", "7")),
        (with("x_hasura_user_id", json!("8")), ok("user", "7")),
        (
            json!({NAMESPACE: {allowed: ["user"], default: "user", "x-hasura-a": "1",
                "X-Hasura-A": "2"}}),
            err("jwt-invalid-claims: x-hasura-* claims: x-hasura-a stands there more than once"),
        ),
    ] {
        let name = change.to_string();
        assert_eq!(outcome(json!({}), change).await, expected, "{name}");
    }
}

#[tokio::test]
async fn claims_maps() {
    let map = |allowed: Value, default: Value, user: Value| {
        json!({"claims_map": {
            "x-hasura-allowed-roles": allowed,
            "x-hasura-default-role": default,
            "X-Hasura-User-Id": user,
        }})
    };
    let roles = || json!({"path": "$.user.roles"});
    let first = || json!({"path": "$.user.roles[0]"});
    let user = json!({"user": {"id": "u1", "roles": ["reader", "writer"], "n": 3}});
    for (settings, expected) in [
        (
            map(json!(["a", "b"]), json!("b"), json!("fixed")),
            ok("b", "fixed"),
        ),
        (
            map(roles(), first(), json!({"path": "$.user.id"})),
            ok("reader", "u1"),
        ),
        (
            map(roles(), first(), json!({"path": "$.sub"})),
            ok("reader", "someone"),
        ),
        (
            map(roles(), first(), json!({"path": "$.none", "default": "d"})),
            ok("reader", "d"),
        ),
        (
            map(roles(), first(), json!({"path": "$.none"})),
            err("jwt-invalid-claims: JWT claim from claims_map, x-hasura-user-id not found"),
        ),
        (
            map(roles(), first(), json!({"path": "$.user.n"})),
            err(
                "jwt-invalid-claims: x-hasura-* claims: parsing Text failed, expected String, \
                 but encountered Number",
            ),
        ),
        (
            map(json!({"path": "$.none"}), first(), json!("x")),
            err("jwt-missing-role-claims: JWT claim does not contain x-hasura-allowed-roles"),
        ),
        (
            map(roles(), json!({"path": "$.none"}), json!("x")),
            err("jwt-missing-role-claims: JWT claim does not contain x-hasura-default-role"),
        ),
        (
            map(
                json!({"path": "$.none", "default": ["z"]}),
                json!({"path": "$.none", "default": "z"}),
                json!("x"),
            ),
            ok("z", "x"),
        ),
        (
            map(json!({"path": "$.user.id"}), first(), json!("x")),
            err(
                "jwt-invalid-claims: invalid x-hasura-allowed-roles; should be a list of roles: \
                 parsing [] failed, expected Array, but encountered String",
            ),
        ),
    ] {
        let name = settings.to_string();
        assert_eq!(outcome(settings, user.clone()).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_claims_map_goes_before_a_namespace() {
    let settings = json!({
        "claims_namespace": "ns",
        "claims_map": {"x-hasura-allowed-roles": ["a"], "x-hasura-default-role": "a"},
    });
    assert_eq!(
        outcome(settings, json!({"ns": session()})).await,
        ok("a", "none")
    );
}

#[tokio::test]
async fn the_requested_role_must_be_allowed() {
    let guard = Guard::shared(json!({})).await;
    let token = format!("Bearer {}", hs256(&usual()));
    let bearer = ("authorization", token.as_str());
    for _ in 0..2 {
        let editor = guard
            .ask(&[bearer, ("X-Hasura-Role", "editor")])
            .await
            .unwrap();
        assert_eq!(&**editor.session.role(), "editor");
        assert_eq!(editor.session.variable("x-hasura-role"), Some("editor"));
        let empty = guard.ask(&[bearer, ("x-hasura-role", "")]).await.unwrap();
        assert_eq!(&**empty.session.role(), "user");
        for roles in [
            &["admin"][..],
            &["user", "admin"],
            &["admin", "user"],
            &["User"],
            &["user "],
        ] {
            let mut headers = vec![bearer];
            headers.extend(roles.iter().map(|role| ("x-hasura-role", *role)));
            let text = "Your requested role is not in allowed roles";
            let expected = (400, "access-denied".to_owned(), text.to_owned());
            assert_eq!(guard.refusal(&headers).await, expected, "{roles:?}");
        }
    }
}

#[tokio::test]
async fn variables_come_from_the_token_alone() {
    let guard = Guard::shared(json!({})).await;
    let grant = guard
        .ask(&[
            ("authorization", &format!("Bearer {}", hs256(&usual()))),
            ("x-hasura-user-id", "8"),
            ("X-Hasura-Org-Id", "9"),
            ("x_hasura_role", "editor"),
            ("x-hasura-use-backend-only-permissions", "true"),
            ("x-hasura-default-role", "admin"),
            ("x-hasura-allowed-roles", "admin"),
        ])
        .await
        .unwrap();
    let variables: Vec<(&str, &str)> = grant
        .session
        .variables()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        variables,
        [("x-hasura-role", "user"), ("x-hasura-user-id", "7")]
    );
    assert!(!grant.session.backend_only() && !grant.session.is_admin());
}

#[tokio::test]
async fn tokens_are_where_the_settings_say() {
    let token = hs256(&usual());
    let bearer = format!("Bearer {token}");
    let cookie = format!("other=x; jwt={token}; last=\"y\"");
    let in_cookie = json!({"header": {"type": "cookie", "name": "jwt"}});
    let in_header = json!({"header": {"type": "CustomHeader", "name": "X-Token"}});
    let as_text = json!({"header": "{\"type\": \"Cookie\", \"name\": \"jwt\"}"});
    let missing = "Missing 'Authorization' or 'Cookie' header in JWT authentication mode";
    let malformed = "Malformed Authorization header";
    let several = "Could not verify JWT: Multiple JWTs found";
    let parts = "Could not verify JWT: JWSError (CompactDecodeError Invalid number of parts: \
                 Expected 3 parts; got 1)";
    for (settings, headers, refused) in [
        (&json!({}), vec![("authorization", bearer.as_str())], ""),
        (
            &json!({"header": {"type": "Authorization"}}),
            vec![("authorization", &bearer)],
            "",
        ),
        (
            &json!({}),
            vec![("authorization", &format!("  Bearer   {token} ").leak()[..])],
            "",
        ),
        (&json!({}), vec![("cookie", &cookie)], missing),
        (&json!({}), vec![("authorization", &token)], malformed),
        (&json!({}), vec![("authorization", "Basic YTpi")], malformed),
        (&json!({}), vec![("authorization", "Bearer")], malformed),
        (&json!({}), vec![("authorization", "Bearer a b")], malformed),
        (
            &json!({}),
            vec![("authorization", &bearer), ("authorization", &bearer)],
            several,
        ),
        (&json!({}), vec![("authorization", "Bearer x")], parts),
        (&in_cookie, vec![("cookie", &cookie)], ""),
        (&as_text, vec![("cookie", &cookie)], ""),
        (&in_cookie, vec![("cookie", "a=b"), ("cookie", &cookie)], ""),
        (
            &in_cookie,
            vec![("cookie", &cookie), ("cookie", &cookie)],
            several,
        ),
        (&in_cookie, vec![("cookie", "jwtx=1; xjwt=2")], missing),
        (&in_cookie, vec![("authorization", &bearer)], missing),
        (&in_cookie, vec![("cookie", "jwt=x")], parts),
        (&in_header, vec![("x-token", &token)], ""),
        (
            &in_header,
            vec![("X-TOKEN", &token), ("authorization", "Basic x")],
            "",
        ),
        (&in_header, vec![("authorization", &bearer)], missing),
    ] {
        let guard = Guard::shared(settings.clone()).await;
        match guard.ask(&headers).await {
            Ok(_) => assert_eq!(refused, "", "{settings} {headers:?}"),
            Err(error) => assert_eq!(error.message(), refused, "{settings} {headers:?}"),
        }
    }
}

#[tokio::test]
async fn without_a_token_there_may_be_a_role() {
    let guard = Guard::shared(json!({})).await;
    let missing = "Missing 'Authorization' or 'Cookie' header in JWT authentication mode";
    let expected = (400, "invalid-headers".to_owned(), missing.to_owned());
    assert_eq!(guard.refusal(&[("x-hasura-role", "user")]).await, expected);

    let secret = json!({"type": "HS256", "key": crate::keys::SHARED}).to_string();
    let guard = Guard::start(&[
        ("HASURA_GRAPHQL_JWT_SECRET", &secret),
        ("HASURA_GRAPHQL_UNAUTHORIZED_ROLE", "anonymous"),
    ])
    .await;
    let grant = guard
        .ask(&[("x-hasura-role", "admin"), ("x-hasura-user-id", "7")])
        .await
        .unwrap();
    assert_eq!(&**grant.session.role(), "anonymous");
    assert_eq!(
        grant.session.variables().len(),
        1,
        "nobody vouches for the rest"
    );
    let bad = guard.bearer("a.b.c").await;
    assert_eq!(refusal(bad).1, "invalid-jwt", "a bad token is not no token");
    let malformed = guard.refusal(&[("authorization", "Basic x")]).await;
    assert_eq!(malformed.2, "Malformed Authorization header");
}

#[tokio::test]
async fn the_admin_secret_goes_before_tokens() {
    let guard = Guard::shared(json!({})).await;
    let token = format!("Bearer {}", hs256(&usual()));
    let grant = guard
        .ask(&[
            ("x-hasura-admin-secret", "admin"),
            ("authorization", &token),
            ("x-hasura-user-id", "9"),
        ])
        .await
        .unwrap();
    assert!(grant.session.is_admin());
    assert_eq!(grant.session.variable("x-hasura-user-id"), Some("9"));
    let wrong = guard
        .refusal(&[
            ("x-hasura-admin-secret", "guess"),
            ("authorization", &token),
        ])
        .await;
    let text = r#"invalid "x-hasura-admin-secret"/"x-hasura-access-key""#;
    assert_eq!(wrong, (401, "access-denied".to_owned(), text.to_owned()));
}

#[tokio::test]
async fn registered_claims_that_are_null_count_as_absent() {
    let mut claims = usual();
    for name in ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"] {
        claims[name] = Value::Null;
    }
    let map = json!({
        "x-hasura-allowed-roles": ["user"],
        "x-hasura-default-role": "user",
        "x-hasura-user-id": {"path": "$.sub", "default": "nobody"},
    });
    for settings in [json!({"issuer": "me"}), json!({"claims_map": map})] {
        let guard = Guard::shared(settings.clone()).await;
        let grant = guard.bearer(&hs256(&claims)).await.unwrap();
        assert_eq!(grant.expires, None);
        if settings.get("claims_map").is_some() {
            assert_eq!(grant.session.variable("x-hasura-user-id"), Some("nobody"));
        }
    }
}

#[tokio::test]
async fn no_claim_takes_the_name_of_a_secret() {
    let mut session = session();
    session["x-hasura-admin-secret"] = json!("s");
    session["X-Hasura-Access-Key"] = json!("q");
    let guard = Guard::shared(json!({})).await;
    let token = hs256(&usual_but(json!({NAMESPACE: session})));
    let grant = guard.bearer(&token).await.unwrap();
    for name in ["x-hasura-admin-secret", "x-hasura-access-key"] {
        assert_eq!(grant.session.variable(name), None);
    }
}
