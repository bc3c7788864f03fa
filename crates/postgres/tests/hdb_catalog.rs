//! The metadata store on real databases: fresh, taken over, foreign, and without rights.
#![allow(clippy::unwrap_used)]

use howdah_error::Code;
use howdah_postgres::hdb_catalog::{MetadataStore, StateOwner};
use howdah_postgres::{Pool, SourceSettings};
use howdah_test_postgres::{TestDatabase, database};
use serde_json::{Value, json};

const ONE: &str = "11111111-1111-1111-1111-111111111111";
const TWO: &str = "22222222-2222-2222-2222-222222222222";

fn pool(url: &str) -> Pool {
    Pool::new(SourceSettings::new(url)).unwrap()
}

async fn open(database: &TestDatabase, instance: &str) -> MetadataStore {
    MetadataStore::open(pool(database.url()), instance)
        .await
        .unwrap()
}

async fn refusal(url: &str) -> String {
    MetadataStore::open(pool(url), ONE)
        .await
        .unwrap_err()
        .message()
        .to_owned()
}

#[tokio::test]
async fn a_fresh_database_gets_the_catalogue_once() {
    let database = database().await;
    let store = open(&database, ONE).await;
    let loaded = store.load().await.unwrap();
    assert_eq!(loaded.resource_version, 1);
    assert_eq!(loaded.metadata, json!({"version": 3, "sources": []}));
    store.check_health().await.unwrap();
    let again = open(&database, TWO).await;
    assert_eq!(again.database_id(), store.database_id());
    assert_eq!(store.database_id().len(), 36);
}

#[tokio::test]
async fn instances_that_start_at_once_install_it_once() {
    let database = database().await;
    let opening = (0..8).map(|_| MetadataStore::open(pool(database.url()), ONE));
    let stores = futures_util::future::join_all(opening).await;
    let ids: Vec<_> = stores
        .iter()
        .map(|s| s.as_ref().unwrap().database_id())
        .collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn a_document_keeps_its_text_and_raises_its_version() {
    let database = database().await;
    let store = open(&database, ONE).await;
    let text = r#"{"version":3,"z":1.10,"a":9007199254740993,"sources":[{"name":"d\u0000\"x"}]}"#;
    let metadata: Value = serde_json::from_str(text).unwrap();
    assert_eq!(
        store
            .store(metadata.to_string(), 1, &json!({"metadata": true}))
            .await
            .unwrap(),
        2
    );
    let loaded = store.load().await.unwrap();
    assert_eq!(loaded.resource_version, 2);
    assert_eq!(loaded.metadata.to_string(), metadata.to_string());
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_and_changes_nothing() {
    let database = database().await;
    let (one, two) = (open(&database, ONE).await, open(&database, TWO).await);
    one.store(json!({"by": 1}).to_string(), 1, &json!({}))
        .await
        .unwrap();
    let error = two
        .store(json!({"by": 2}).to_string(), 1, &json!({}))
        .await
        .unwrap_err();
    assert_eq!((error.code(), error.status()), (&Code::Conflict, 409));
    assert_eq!(
        error.message(),
        "metadata resource version referenced (1) did not match current version"
    );
    let loaded = two.load().await.unwrap();
    assert_eq!(
        (loaded.resource_version, loaded.metadata),
        (2, json!({"by": 1}))
    );
}

#[tokio::test]
async fn other_instances_learn_of_changes() {
    let database = database().await;
    let (one, two) = (open(&database, ONE).await, open(&database, TWO).await);
    let before = two.poll_notifications().await.unwrap();
    assert_eq!((before.resource_version, before.instance_id), (1, None));
    one.store(json!({}).to_string(), 1, &json!({"sources": ["a"]}))
        .await
        .unwrap();
    let change = two.poll_notifications().await.unwrap();
    assert_eq!(change.resource_version, 2);
    assert_eq!(change.instance_id.as_deref(), Some(ONE));
    assert_eq!(change.notified_version, Some(2));
    assert_eq!(change.invalidations, json!({"sources": ["a"]}));
    two.notify(2, &json!({"sources": ["b"]})).await.unwrap();
    let change = one.poll_notifications().await.unwrap();
    assert_eq!(change.instance_id.as_deref(), Some(TWO));
    assert_eq!(change.invalidations, json!({"sources": ["b"]}));
}

#[tokio::test]
async fn notes_of_the_cli_and_the_console_are_kept_apart() {
    let database = database().await;
    let store = open(&database, ONE).await;
    store
        .set_catalog_state(StateOwner::Cli, &json!({"migrations": {"d": {"1": false}}}))
        .await
        .unwrap();
    store
        .set_catalog_state(StateOwner::Console, &json!({"x": 1}))
        .await
        .unwrap();
    let state = store.catalog_state().await.unwrap();
    assert_eq!(
        state.to_json(),
        json!({
            "id": store.database_id(),
            "cli_state": {"migrations": {"d": {"1": false}}},
            "console_state": {"x": 1},
        })
    );
}

#[tokio::test]
async fn other_versions_are_refused_untouched() {
    let database = database().await;
    open(&database, ONE).await;
    for (version, words) in [("49", "newer"), ("47", "v2.48"), ("abc", "does not know")] {
        database
            .run(&format!(
                "update hdb_catalog.hdb_version set version = '{version}'"
            ))
            .await;
        let text = refusal(database.url()).await;
        assert!(
            text.contains(words) && text.contains("nothing was changed"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_role_without_rights_is_told_the_grant() {
    let database = database().await;
    // Before version 13 the role would need a superuser's help with this, too.
    database
        .run(
            "do $$ begin if current_setting('server_version_num')::int < 130000 then \
             create extension pgcrypto; end if; end $$",
        )
        .await;
    let role = format!("poor_{}", database.name());
    database
        .run(&format!("create role {role} login password 'pw'"))
        .await;
    let url = database.url_as(&role, "pw");
    let text = refusal(&url).await;
    assert!(
        text.contains(&format!(
            "GRANT CREATE ON DATABASE \"{}\" TO \"{role}\"",
            database.name()
        )),
        "{text}"
    );
    database.run("create schema hdb_catalog").await;
    let text = refusal(&url).await;
    assert!(
        text.contains("GRANT USAGE, CREATE ON SCHEMA hdb_catalog"),
        "{text}"
    );
    database
        .run(&format!(
            "grant usage, create on schema hdb_catalog to {role}"
        ))
        .await;
    let store = MetadataStore::open(pool(&url), ONE).await.unwrap();
    store
        .store(json!({}).to_string(), 1, &json!({}))
        .await
        .unwrap();
    database
        .run(&format!(
            "alter table hdb_catalog.hdb_metadata owner to postgres; \
             revoke all on hdb_catalog.hdb_metadata from {role}"
        ))
        .await;
    let text = refusal(&url).await;
    assert!(
        text.contains("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES"),
        "{text}"
    );
    drop(store);
    database
        .run(&format!("drop owned by {role}; drop role {role}"))
        .await;
}
