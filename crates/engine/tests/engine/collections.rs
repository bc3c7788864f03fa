//! Query collections, the allow list and other settings of the whole document.

use crate::support::{library, options, user, world};
use howdah_engine::Engine;
use howdah_error::Code;
use howdah_test_postgres::database;
use serde_json::json;

#[tokio::test]
async fn only_listed_operations_run_while_the_list_is_in_force() {
    let mut world = library().await;
    for table in ["author", "article"] {
        world
            .done(
                "pg_create_select_permission",
                json!({"table": table, "role": "user",
                       "permission": {"columns": "*", "filter": {}}}),
            )
            .await;
    }
    let query = "query Named { author(order_by: {id: asc}) { name } }";
    world
        .done(
            "create_query_collection",
            json!({"name": "c", "definition": {"queries": [{"name": "q", "query": query}]}}),
        )
        .await;
    world
        .done("add_collection_to_allowlist", json!({"collection": "c"}))
        .await;
    world.engine.stop();
    let mut enforcing = options(&world.database);
    enforcing.schema.enforce_allow_list = true;
    world.engine = Engine::start(enforcing).await.unwrap();

    let listed = "{ author(order_by: {id: asc}) { __typename name } }";
    let answer = world.ask_as(&user(1), listed).await.unwrap();
    assert_eq!(answer["author"][1]["name"], "Bob");
    let other = "{ author(order_by: {id: desc}) { name } }";
    let error = world.ask_as(&user(1), other).await.unwrap_err();
    assert_eq!(error.message(), "query is not allowed");
    assert_eq!(error.code().as_str(), "validation-failed");
    assert!(error.path().is_root());
    world.ask(other).await;

    let others = json!({"global": false, "roles": ["other"]});
    world
        .done(
            "update_scope_of_collection_in_allowlist",
            json!({"collection": "c", "scope": others}),
        )
        .await;
    assert!(world.ask_as(&user(1), listed).await.is_err());
    let own = json!({"global": false, "roles": ["other", "user"]});
    world
        .done(
            "update_scope_of_collection_in_allowlist",
            json!({"collection": "c", "scope": own}),
        )
        .await;
    assert!(world.ask_as(&user(1), listed).await.is_ok());
    world
        .done("drop_collection_from_allowlist", json!({"collection": "c"}))
        .await;
    assert!(world.ask_as(&user(1), listed).await.is_err());
}

#[tokio::test]
async fn collections_change_as_a_whole_or_not_at_all() {
    let world = world().await;
    let definition = json!({"queries": [{"name": "q", "query": "{ __typename }"}]});
    let collection = json!({"name": "c", "definition": definition});
    world
        .done("create_query_collection", collection.clone())
        .await;
    let error = world.refused("create_query_collection", collection).await;
    assert_eq!(
        error.message(),
        "query collection with name \"c\" already exists"
    );
    let query = json!({"collection_name": "c", "query_name": "q", "query": "{ b: __typename }"});
    let error = world.refused("add_query_to_collection", query).await;
    assert_eq!(
        (error.message(), error.path().to_string().as_str()),
        (
            "query with name \"q\" already exists in collection \"c\"",
            "$.args"
        )
    );
    let before = world.metadata().await;
    let broken = json!({"collection_name": "c", "query_name": "x", "query": "{ b"});
    let error = world.refused("add_query_to_collection", broken).await;
    assert_eq!(error.path().to_string(), "$.args.query");
    let twice = json!({"name": "d", "definition": {"queries": [
        {"name": "q", "query": "{ __typename }"}, {"name": "q", "query": "{ b: __typename }"}]}});
    let error = world.refused("create_query_collection", twice).await;
    assert_eq!(error.path().to_string(), "$.args.definition.queries");
    assert_eq!(world.metadata().await, before);

    world
        .done("add_collection_to_allowlist", json!({"collection": "c"}))
        .await;
    let again = world
        .done("add_collection_to_allowlist", json!({"collection": "c"}))
        .await;
    assert_eq!(
        again["message"],
        "collection \"c\" already exists in the allowlist, scope ignored; to change scope, use \
         update_scope_of_collection_in_allowlist"
    );
    world
        .done(
            "rename_query_collection",
            json!({"name": "c", "new_name": "e"}),
        )
        .await;
    assert_eq!(
        world.metadata().await["allowlist"],
        json!([{"collection": "e"}])
    );
    let error = world
        .refused(
            "drop_query_collection",
            json!({"collection": "e", "cascade": false}),
        )
        .await;
    assert_eq!(*error.code(), Code::DependencyError);
    world
        .done(
            "drop_query_collection",
            json!({"collection": "e", "cascade": true}),
        )
        .await;
    let after = world.metadata().await;
    assert!(after.get("query_collections").is_none() && after.get("allowlist").is_none());
}

#[tokio::test]
async fn roles_are_kept_from_introspection() {
    let world = library().await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "author", "role": "user",
                   "permission": {"columns": "*", "filter": {}}}),
        )
        .await;
    world
        .done(
            "set_graphql_schema_introspection_options",
            json!({"disabled_for_roles": ["user"]}),
        )
        .await;
    for query in [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"author\") { name } }",
    ] {
        let error = world.ask_as(&user(1), query).await.unwrap_err();
        assert_eq!(
            error.message(),
            "introspection is disabled for role: \"user\""
        );
        world.ask(query).await;
    }
    let allowed = "{ __typename author { __typename } }";
    assert!(world.ask_as(&user(1), allowed).await.is_ok());
}

#[tokio::test]
async fn settings_are_stored_and_removed() {
    let database = database().await;
    let engine = Engine::start(options(&database)).await.unwrap();
    let world = crate::support::World { database, engine };
    let before = world.metadata().await;
    let limits = json!({"depth_limit": {"global": 3, "per_role": {"user": 2}}});
    world.done("set_api_limits", limits.clone()).await;
    let metrics = json!({"analyze_query_variables": true, "analyze_response_body": false});
    world.done("set_metrics_config", metrics.clone()).await;
    let host = json!({"host": "h", "suffix": "8443", "permissions": ["self-signed"]});
    world.done("add_host_to_tls_allowlist", host.clone()).await;
    let error = world
        .refused("add_host_to_tls_allowlist", host.clone())
        .await;
    assert_eq!(*error.code(), Code::AlreadyExists);
    world
        .done(
            "set_query_tags",
            json!({"source_name": "default", "format": "sqlcommenter"}),
        )
        .await;
    let stored = world.metadata().await;
    assert_eq!(stored["api_limits"], limits);
    assert_eq!(stored["metrics_config"], metrics);
    assert_eq!(stored["network"]["tls_allowlist"], json!([host]));
    assert_eq!(
        stored["sources"][0]["query_tags"],
        json!({"format": "sqlcommenter"})
    );
    world.done("remove_api_limits", json!({})).await;
    world.done("remove_metrics_config", json!({})).await;
    let gone = json!({"host": "h", "suffix": "8443"});
    world
        .done("drop_host_from_tls_allowlist", gone.clone())
        .await;
    let error = world.refused("drop_host_from_tls_allowlist", gone).await;
    assert_eq!((error.code(), error.status()), (&Code::NotExists, 400));
    for (command, message) in [
        ("add_host_to_tls_allowlist", "key \"host\" cannot be empty"),
        ("drop_host_from_tls_allowlist", "hostname cannot be empty"),
    ] {
        let error = world.refused(command, json!({"host": ""})).await;
        assert_eq!(
            (error.code(), error.message()),
            (&Code::BadRequest, message)
        );
    }
    let mut after = world.metadata().await;
    after["sources"][0]
        .as_object_mut()
        .unwrap()
        .remove("query_tags");
    assert_eq!(after, before);
}

#[tokio::test]
async fn an_atomic_bulk_is_one_change() {
    let world = library().await;
    let before = world.metadata().await;
    let drop = |name: &str| {
        json!({"type": "pg_drop_relationship",
               "args": {"table": "author", "relationship": name}})
    };
    let create = |name: &str| {
        json!({"type": "pg_create_array_relationship",
               "args": {"table": "author", "name": name, "using": {"foreign_key_constraint_on":
                   {"table": "article", "column": "author_id"}}}})
    };
    let error = world
        .refused(
            "bulk_atomic",
            json!([drop("articles"), create("works"), drop("none")]),
        )
        .await;
    assert_eq!(error.path().to_string(), "$.args", "{error:?}");
    assert_eq!(world.metadata().await, before);
    world
        .done("bulk_atomic", json!([drop("articles"), create("works")]))
        .await;
    let data = world.ask("{ author { works { id } } }").await;
    assert!(data["author"][0]["works"].is_array());
    let error = world
        .refused(
            "bulk_atomic",
            json!([{"type": "clear_metadata", "args": {}}]),
        )
        .await;
    assert_eq!(error.message(), "Bulk atomic does not support this command");
}
