//! `pg_dump` of a source.

use crate::support::library;
use howdah_error::Code;
use serde_json::json;

#[tokio::test]
async fn a_source_is_dumped_clean_or_as_it_is() {
    let world = library().await;
    world
        .sql("create table odd (t text); insert into odd values ('-- no comment')")
        .await;
    let dump = |body| async {
        let bytes = world.engine.pg_dump(body).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    let opts = json!(["-O", "-x", "--schema", "public"]);
    let whole = dump(json!({"opts": opts})).await;
    assert!(whole.contains("-- PostgreSQL database dump"), "{whole}");
    let clean = dump(json!({"opts": opts, "clean_output": true, "source": "default"})).await;
    assert!(clean.contains("CREATE TABLE public.author"), "{clean}");
    assert!(clean.contains("\n-- no comment\n\\.\n"), "{clean}");
    assert!(!clean.contains("PostgreSQL database dump") && !clean.contains("SET lock_timeout"));
    let schema = dump(json!({"opts": ["--schema-only"], "clean_output": true})).await;
    assert!(!schema.contains("no comment"), "{schema}");
}

#[tokio::test]
async fn other_places_and_failures_are_told() {
    let world = library().await;
    let refused = |body| async { world.engine.pg_dump(body).await.unwrap_err() };
    let error = refused(json!({"opts": ["-O", "--file=/tmp/x"]})).await;
    assert_eq!(*error.code(), Code::InvalidParams);
    assert_eq!(error.path().to_string(), "$.opts[1]");
    let error = refused(json!({"opts": [], "source": "none"})).await;
    assert_eq!(*error.code(), Code::NotExists);
    let error = refused(json!({"opts": ["--table", "nowhere"]})).await;
    assert!(
        error
            .message()
            .starts_with("error while executing pg_dump: pg_dump: error: no matching tables"),
        "{error:?}"
    );
    let error = refused(json!({})).await;
    assert_eq!(error.message(), "key \"opts\" not found");
}
