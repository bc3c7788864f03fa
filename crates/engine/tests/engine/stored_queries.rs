//! Queries of collections are held against the schema: what does not fit is reported, and nothing that
//! is in use goes unnoticed.

use crate::support::{World, library, options, user, world};
use howdah_engine::Engine;
use howdah_error::{Code, Error};
use serde_json::{Value, json};

const FITTING: &str = "{ author { name articles { title } } }";

/// Why a query does not fit that asks for a field that authors do not have.
const REASON: &str = "Inconsistent object: In query collection \"c\" the query \"bad\" is invalid with the \
                      following error(s): \"$.author.nope: field 'nope' not found in object 'author'\"";

fn bad() -> Value {
    json!({"name": "bad", "query": "{ author { nope } }"})
}

fn good() -> Value {
    json!({"name": "good", "query": FITTING})
}

/// The library with a collection of one query that fits.
async fn library_with_collection() -> World {
    let world = library().await;
    let args = json!({"name": "c", "definition": {"queries": [good()]}});
    world.done("create_query_collection", args).await;
    world
}

async fn inconsistent(world: &World) -> Vec<Value> {
    let mut answer = world.done("get_inconsistent_metadata", json!({})).await;
    let objects = answer["inconsistent_objects"].take();
    assert_eq!(answer["is_consistent"], objects == json!([]));
    serde_json::from_value(objects).unwrap()
}

/// A refusal for what would become of queries; the reasons.
fn refusal(error: &Error, status: u16, message: &str) -> Vec<String> {
    assert_eq!(
        (error.code(), error.status(), error.message()),
        (&Code::Unexpected, status, message)
    );
    let objects = error.internal().unwrap().as_array().unwrap();
    objects
        .iter()
        .map(|object| {
            assert_eq!(object["type"], "query_collections");
            object["reason"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn a_query_that_does_not_fit_is_not_stored() {
    let world = library_with_collection().await;
    let before = world.metadata().await;
    for (command, args) in [
        (
            "add_query_to_collection",
            json!({"collection_name": "c", "query_name": "bad", "query": bad()["query"]}),
        ),
        (
            "create_query_collection",
            json!({"name": "d", "definition": {"queries": [good(), bad()]}}),
        ),
    ] {
        let error = world.refused(command, args).await;
        let reasons = refusal(
            &error,
            500,
            "cannot continue due to newly found inconsistent metadata",
        );
        assert_eq!(reasons.len(), 1);
        assert!(
            reasons[0].ends_with("\"$.author.nope: field 'nope' not found in object 'author'\"")
        );
    }
    assert_eq!(world.metadata().await, before);
    let several = json!({"collection_name": "c", "query_name": "two",
                         "query": "query a { author { id } } query b { author { id } }"});
    let error = world.refused("add_query_to_collection", several).await;
    assert!(
        error.internal().unwrap()[0]["reason"]
            .as_str()
            .unwrap()
            .contains("exactly one operation has to be present")
    );
}

#[tokio::test]
async fn an_imported_query_that_does_not_fit_is_listed_and_dropped() {
    let world = library().await;
    let endpoint = |name: &str, query: &str| {
        json!({"name": name, "url": name, "methods": ["GET"], "definition": {"query":
            {"collection_name": "c", "query_name": query}}})
    };
    let mut document = world.metadata().await;
    document["query_collections"] = json!([
        {"name": "c", "definition": {"queries": [good(), bad()]}},
        {"name": "d", "definition": {"queries": [bad()]}},
    ]);
    document["rest_endpoints"] = json!([endpoint("broken", "bad"), endpoint("whole", "good")]);
    document["allowlist"] = json!([
        {"collection": "c", "scope": {"global": true}},
        {"collection": "d", "scope": {"global": false, "roles": ["user"]}},
    ]);
    let error = world.refused("replace_metadata", document.clone()).await;
    let message = "cannot continue due to inconsistent metadata";
    assert_eq!(refusal(&error, 400, message).len(), 2);

    let args = json!({"allow_inconsistent_metadata": true, "metadata": document});
    let body = json!({"type": "replace_metadata", "version": 2, "args": args});
    let answer = world
        .engine
        .metadata(body, &howdah_ir::Session::admin())
        .await
        .unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let listed = inconsistent(&world).await;
    assert_eq!(answer["inconsistent_objects"], json!(listed));
    let used = ". This query is being used in the following REST endpoint(s): \"broken\". This query is in \
                allowlist.";
    assert_eq!(
        listed[0],
        json!({
            "type": "query_collections",
            "name": "query_collections bad in c",
            "reason": format!("{REASON}{used}"),
            "definition": bad(),
        })
    );
    assert_eq!(listed[1]["name"], "query_collections bad in d");

    // Another name makes it another object, which was not inconsistent before.
    let rename = json!({"name": "c", "new_name": "e"});
    let error = world.refused("rename_query_collection", rename).await;
    let message = "cannot continue due to newly found inconsistent metadata";
    assert_eq!(refusal(&error, 500, message).len(), 1);

    world.done("drop_inconsistent_metadata", json!({})).await;
    assert_eq!(inconsistent(&world).await, Vec::<Value>::new());
    let after = world.metadata().await;
    assert_eq!(
        after["query_collections"],
        json!([{"name": "c", "definition": {"queries": [good()]}}])
    );
    assert_eq!(after["rest_endpoints"], json!([endpoint("whole", "good")]));
    assert_eq!(after["allowlist"].as_array().unwrap().len(), 1);
    assert_eq!(after["sources"], document["sources"]);
}

#[tokio::test]
async fn nothing_goes_that_a_stored_query_asks_for() {
    let world = library_with_collection().await;
    let before = world.metadata().await;
    let found = "cannot continue due to newly found inconsistent metadata";
    let new = "cannot continue due to new inconsistent metadata";
    let article = json!({"schema": "public", "name": "article"});
    let relationship = json!({"table": "author", "relationship": "articles"});
    let cascade = |args: &Value| {
        let mut args = args.clone();
        args["cascade"] = true.into();
        args
    };
    for (command, args, status, message) in [
        (
            "pg_untrack_table",
            json!({"table": article, "cascade": true}),
            500,
            found,
        ),
        (
            "pg_untrack_tables",
            json!({"tables": [{"table": "article"}, {"table": "author"}]}),
            400,
            found,
        ),
        ("pg_drop_relationship", relationship.clone(), 500, found),
        ("pg_drop_relationship", cascade(&relationship), 500, found),
        (
            "pg_rename_relationship",
            json!({"table": "author", "name": "articles", "new_name": "works"}),
            500,
            found,
        ),
        (
            "pg_set_table_customization",
            json!({"table": "author", "configuration": {"custom_name": "writer"}}),
            400,
            new,
        ),
    ] {
        let error = world.refused(command, args).await;
        let reasons = refusal(&error, status, message);
        assert!(reasons[0].contains("the query \"good\""), "{reasons:?}");
        assert_eq!(world.metadata().await, before, "{command}");
    }
    for cascade in [false, true] {
        let sql = "alter table article drop column title";
        let error = world
            .run_sql(json!({"sql": sql, "cascade": cascade}))
            .await
            .unwrap_err();
        refusal(&error, 500, found);
        assert_eq!(world.metadata().await, before);
    }
    world.ask(FITTING).await;

    let drop = json!({"collection_name": "c", "query_name": "good"});
    world.done("drop_query_from_collection", drop).await;
    world
        .done(
            "pg_untrack_table",
            json!({"table": "article", "cascade": true}),
        )
        .await;
}

#[tokio::test]
async fn tables_are_tracked_and_changed_beside_a_query_that_does_not_fit() {
    let world = library_with_collection().await;
    // What was done to the database behind our back is no fault of later commands.
    world
        .run_sql(
            json!({"sql": "create table note (id int primary key); drop table article cascade",
                        "check_metadata_consistency": false}),
        )
        .await
        .unwrap();
    world.done("reload_metadata", json!({})).await;
    let kinds: Vec<Value> = inconsistent(&world)
        .await
        .into_iter()
        .map(|mut object| object["type"].take())
        .collect();
    assert!(kinds.contains(&"query_collections".into()), "{kinds:?}");
    world
        .done("pg_track_tables", json!({"tables": [{"table": "note"}]}))
        .await;
    world
        .done(
            "pg_set_table_customization",
            json!({"table": "note", "configuration": {"custom_name": "remark"}}),
        )
        .await;
    let query =
        json!({"collection_name": "c", "query_name": "remarks", "query": "{ remark { id } }"});
    world.done("add_query_to_collection", query).await;
}

#[tokio::test]
async fn a_query_that_does_not_fit_stays_allowed() {
    let mut world = library().await;
    let permission = json!({"table": "author", "role": "user",
                            "permission": {"columns": "*", "filter": {}}});
    world.done("pg_create_select_permission", permission).await;
    let query = "query ($unused: nothing) { author { name } }";
    let mut document = world.metadata().await;
    document["query_collections"] =
        json!([{"name": "c", "definition": {"queries": [{"name": "q", "query": query}]}}]);
    document["allowlist"] = json!([{"collection": "c", "scope": {"global": true}}]);
    let args = json!({"allow_inconsistent_metadata": true, "metadata": document});
    let body = json!({"type": "replace_metadata", "version": 2, "args": args});
    world
        .engine
        .metadata(body, &howdah_ir::Session::admin())
        .await
        .unwrap();
    world.engine.stop();
    let mut enforcing = options(&world.database);
    enforcing.schema.enforce_allow_list = true;
    world.engine = Engine::start(enforcing).await.unwrap();
    assert_eq!(inconsistent(&world).await.len(), 1);
    let answer = world.ask_as(&user(1), query).await.unwrap();
    assert_eq!(answer["author"][0]["name"], "Ann");
}

#[tokio::test]
async fn a_source_that_is_dropped_leaves_queries_behind() {
    let world = library_with_collection().await;
    world
        .done(
            "pg_drop_source",
            json!({"name": "default", "cascade": true}),
        )
        .await;
    let listed = inconsistent(&world).await;
    assert_eq!(listed.len(), 1);
    assert!(
        listed[0]["reason"]
            .as_str()
            .unwrap()
            .contains("$.author: field 'author' not found in object 'query_root'")
    );
    world.done("drop_inconsistent_metadata", json!({})).await;
    assert!(world.metadata().await.get("query_collections").is_none());
}

#[tokio::test]
async fn a_query_that_lives_on_a_schema_without_fields_refuses_the_first_table() {
    let world = world().await;
    world.sql("create table t (id int primary key)").await;
    let query = json!({"name": "q", "query": "{ no_queries_available }"});
    let args = json!({"name": "c", "definition": {"queries": [query]}});
    world.done("create_query_collection", args).await;
    let before = world.metadata().await;
    let error = world.refused("pg_track_table", json!({"table": "t"})).await;
    let message = "cannot continue due to new inconsistent metadata";
    assert_eq!(refusal(&error, 400, message).len(), 1);
    let tables = json!({"tables": [{"table": "t"}]});
    let error = world.refused("pg_track_tables", tables).await;
    let message = "cannot continue due to newly found inconsistent metadata";
    assert_eq!(refusal(&error, 400, message).len(), 1);
    assert_eq!(world.metadata().await, before);
}

#[tokio::test]
async fn native_queries_stay_that_a_stored_query_runs() {
    let world = world().await;
    world
        .done(
            "bulk_atomic",
            json!([
                {"type": "pg_track_logical_model", "args": {"name": "one", "fields": [
                    {"name": "id", "type": "integer"}]}},
                {"type": "pg_track_native_query", "args": {
                    "root_field_name": "ones", "returns": "one", "code": "select 1 as id"}},
            ]),
        )
        .await;
    let query = json!({"name": "q", "query": "query ($w: one_bool_exp_bool_exp) { ones(where: $w) { id } }"});
    let args = json!({"name": "c", "definition": {"queries": [query]}});
    world.done("create_query_collection", args).await;
    let native = json!({"root_field_name": "ones", "source": "default"});
    let error = world.refused("pg_untrack_native_query", native).await;
    let message = "cannot continue due to new inconsistent metadata";
    assert_eq!(refusal(&error, 400, message).len(), 1);
}
