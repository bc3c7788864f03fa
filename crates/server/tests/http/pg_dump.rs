//! `POST /v1alpha1/pg_dump`.

use crate::client::{get, post};
use crate::fake::Server;

const PATH: &str = "/v1alpha1/pg_dump";
const BODY: &str = r#"{"opts":["-O"]}"#;

#[tokio::test]
async fn administrators_get_text() {
    let server = Server::start("").await;
    let answer = post(server.address, PATH, &[], BODY).await;
    assert_eq!(
        (answer.status, answer.text()),
        (200, r#"-- {"opts":["-O"]}"#)
    );
    assert_eq!(
        answer.header("content-type"),
        Some("application/sql; charset=utf-8")
    );
    let answer = post(server.address, PATH, &[("x-hasura-role", "user")], BODY).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["code"], "access-denied");
    assert_eq!(get(server.address, PATH, &[]).await.status, 404);
}

#[tokio::test]
async fn it_is_an_api_of_its_own() {
    let server = Server::start("--enabled-apis metadata,graphql").await;
    assert_eq!(post(server.address, PATH, &[], BODY).await.status, 404);
}
