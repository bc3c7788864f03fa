use crate::support::{World, library, options};
use howdah_engine::Engine;
use howdah_error::Code;
use howdah_ir::Session;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn version(world: &World) -> i64 {
    let body = json!({"type": "export_metadata", "version": 2, "args": {}});
    let answer = world
        .engine
        .metadata(body, &Session::admin())
        .await
        .unwrap();
    serde_json::from_slice::<Value>(&answer).unwrap()["resource_version"]
        .as_i64()
        .unwrap()
}

#[tokio::test]
async fn a_stale_resource_version_is_refused() {
    let world = library().await;
    let known = version(&world).await;
    let change = |referenced: i64| {
        json!({"type": "pg_set_table_customization", "resource_version": referenced,
               "args": {"table": "author", "configuration": {"custom_name": "writer"}}})
    };
    let error = world
        .engine
        .metadata(change(known - 1), &Session::admin())
        .await
        .unwrap_err();
    assert_eq!((error.status(), error.code()), (409, &Code::Conflict));
    world
        .engine
        .metadata(change(known), &Session::admin())
        .await
        .unwrap();
    assert_eq!(version(&world).await, known + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_instances_follow_changes_of_metadata_and_database() {
    let one = library().await;
    let engine = Engine::start(options(&one.database)).await.unwrap();
    let ask = async |query: &str| {
        let request = howdah_engine::GraphqlRequest {
            query: query.to_owned(),
            ..howdah_engine::GraphqlRequest::default()
        };
        engine.graphql(&request, &Session::admin(), false).await
    };
    assert!(ask("{ author { name } }").await.is_ok());
    one.sql("alter table author add column born int").await;
    one.done(
        "pg_set_table_customization",
        json!({"table": "author", "configuration": {"custom_name": "writer"}}),
    )
    .await;
    let patience = Instant::now() + Duration::from_secs(10);
    while ask("{ writer { name born } }").await.is_err() {
        assert!(Instant::now() < patience, "the change was not followed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    engine.stop();
}

#[tokio::test]
async fn a_restart_finds_everything_again() {
    let world = library().await;
    let before = world.metadata().await;
    world.engine.stop();
    let engine = Engine::start(options(&world.database)).await.unwrap();
    let again = World {
        database: world.database,
        engine,
    };
    assert_eq!(again.metadata().await, before);
    assert_eq!(
        again.ask("{ author(limit: 1) { id } }").await,
        json!({"author": [{"id": 1}]})
    );
}
