//! Admin secrets and the role of strangers.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::logs::logger::tests::Sink;

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(*name, value.parse().unwrap());
    }
    map
}

async fn session(mode: &AuthMode, pairs: &[(&'static str, &'static str)]) -> Result<Session> {
    let settings = crate::config::LogSettings {
        types: Default::default(),
        level: crate::logs::Level::Info,
        metadata_queries: false,
        query_only_on_error: false,
    };
    let logger = Logger::to(&settings, Sink::default()).unwrap();
    let auth = Authenticator::start(mode, &Egress::default(), &logger)
        .await
        .unwrap();
    let asked = Asked {
        graphql: None,
        spelling: &Spelling::default(),
    };
    let grant = auth.authenticate(&headers(pairs), asked).await?;
    Ok(grant.session)
}

fn protected(anonymous: Option<&str>) -> AuthMode {
    AuthMode::admin_secret(["one", "two"], anonymous)
}

#[tokio::test]
async fn without_a_secret_everybody_chooses_the_role() {
    assert!(session(&AuthMode::Open, &[]).await.unwrap().is_admin());
    let found = [("x-hasura-role", "user"), ("x-hasura-user-id", "7")];
    let session = session(&AuthMode::Open, &found).await.unwrap();
    assert_eq!(&**session.role(), "user");
    assert_eq!(session.variable("x-hasura-user-id"), Some("7"));
    assert!(!session.backend_only());
}

#[tokio::test]
async fn each_of_several_secrets_opens() {
    for secret in ["one", "two"] {
        for name in ["x-hasura-admin-secret", "x-hasura-access-key"] {
            let session = session(&protected(None), &[(name, secret)]).await.unwrap();
            assert!(session.is_admin());
            let variable = session.variable(name);
            assert_eq!(variable, None, "secrets are no session variables");
        }
    }
}

#[tokio::test]
async fn wrong_and_missing_secrets_are_refused_with_401() {
    let sent = [("x-hasura-admin-secret", "three")];
    let wrong = session(&protected(Some("anonymous")), &sent).await;
    let wrong = wrong.unwrap_err();
    assert_eq!(
        wrong.message(),
        r#"invalid "x-hasura-admin-secret"/"x-hasura-access-key""#
    );
    assert_eq!(
        (wrong.status(), wrong.code().as_str()),
        (401, "access-denied")
    );
    let missing = session(&protected(None), &[("x-hasura-role", "admin")]).await;
    assert_eq!(
        missing.unwrap_err().message(),
        "x-hasura-admin-secret/x-hasura-access-key required, but not found"
    );
}

#[tokio::test]
async fn the_anonymous_role_cannot_be_left() {
    let sent = [
        ("x-hasura-role", "admin"),
        ("x-hasura-use-backend-only-permissions", "true"),
    ];
    let session = session(&protected(Some("anonymous")), &sent).await.unwrap();
    assert_eq!(&**session.role(), "anonymous");
    assert_eq!(session.variable("x-hasura-role"), Some("anonymous"));
    assert!(!session.is_admin() && !session.backend_only());
}

#[tokio::test]
async fn backend_only_must_be_a_boolean() {
    let open = async |text| {
        session(
            &AuthMode::Open,
            &[("x-hasura-use-backend-only-permissions", text)],
        )
        .await
    };
    assert!(open("Yes").await.unwrap().backend_only());
    assert!(!open("f").await.unwrap().backend_only());
    let error = open("1").await.unwrap_err();
    assert_eq!(
        (error.status(), error.code().as_str()),
        (400, "bad-request")
    );
    assert!(error.message().contains(r#"["true","t","yes","y"]"#));
}

#[test]
fn debug_output_holds_no_secret() {
    let mode = AuthMode::admin_secret(["hunter2"], None);
    assert!(!format!("{mode:?}").contains("hunter2"));
}
