use crate::support::{library, world};
use howdah_error::Code;
use howdah_ir::Session;
use serde_json::json;

#[tokio::test]
async fn a_refused_change_leaves_everything_as_it_was() {
    let world = library().await;
    let before = world.done("export_metadata", json!({})).await;
    let error = world
        .refused(
            "pg_create_select_permission",
            json!({"table": "author", "role": "user",
                   "permission": {"columns": ["nonsense"], "filter": {}}}),
        )
        .await;
    assert_eq!(*error.code(), Code::InvalidConfiguration);
    assert_eq!(error.path().to_string(), "$.args");
    assert_eq!(
        error.message(),
        "Inconsistent object: in table \"author\": in permission for role \"user\": column \"nonsense\" does not exist"
    );
    let listed = &error.internal().unwrap()[0];
    assert_eq!(listed["type"], "select_permission");
    assert_eq!(
        listed["name"],
        "select_permission user in table author in source default"
    );
    assert_eq!(world.metadata().await, before);
}

#[tokio::test]
async fn a_bulk_is_done_wholly_or_not_at_all() {
    let world = library().await;
    let before = world.metadata().await;
    let permission = |role: &str, column: &str| {
        json!({"type": "pg_create_select_permission", "args": {"table": "author", "role": role,
               "permission": {"columns": [column], "filter": {}}}})
    };
    let error = world
        .refused(
            "bulk",
            json!([
                permission("a", "id"),
                permission("b", "none"),
                permission("c", "id")
            ]),
        )
        .await;
    assert_eq!(error.path().to_string(), "$.args[1].args");
    assert_eq!(world.metadata().await, before);

    let answer = world
        .done(
            "bulk",
            json!([
                permission("a", "id"),
                permission("b", "name"),
                permission("c", "id")
            ]),
        )
        .await;
    assert_eq!(answer.as_array().unwrap().len(), 3);
    assert_eq!(
        world.table("author").await["select_permissions"]
            .as_array()
            .unwrap()
            .len(),
        3
    );

    let answer = world
        .done(
            "bulk_keep_going",
            json!([permission("a", "id"), permission("d", "id")]),
        )
        .await;
    assert_eq!(answer[0]["code"], "already-exists");
    assert_eq!(answer[1]["message"], "success");
    assert_eq!(
        world.table("author").await["select_permissions"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
}

#[tokio::test]
async fn tables_made_behind_our_back_can_be_tracked() {
    let world = world().await;
    world
        .database
        .run("create table made_elsewhere (id int primary key)")
        .await;
    world
        .done("pg_track_table", json!({"table": "made_elsewhere"}))
        .await;
    assert_eq!(
        world.ask("{ made_elsewhere { id } }").await,
        json!({"made_elsewhere": []})
    );
    let error = world
        .refused("pg_track_table", json!({"table": "nowhere"}))
        .await;
    assert!(
        error
            .message()
            .contains("no such table/view exists in source: \"nowhere\""),
        "{error}"
    );
}

#[tokio::test]
async fn many_tables_are_tracked_with_warnings_for_those_that_cannot() {
    let world = world().await;
    world
        .sql("create table a (id int); create table b (id int)")
        .await;
    let answer = world
        .done(
            "pg_track_tables",
            json!({"tables": [{"table": "a"}, {"table": "none"}, {"table": "b"}]}),
        )
        .await;
    assert_eq!(answer["message"], "success");
    assert_eq!(answer["warnings"][0]["code"], "track-table-failed");
    assert_eq!(answer["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(
        world.ask("{ a { id } b { id } }").await,
        json!({"a": [], "b": []})
    );
    let error = world
        .refused(
            "pg_track_tables",
            json!({"tables": [{"table": "none"}], "allow_warnings": true}),
        )
        .await;
    assert_eq!(error.message(), "all tables failed to track");
}

#[tokio::test]
async fn objects_that_do_not_fit_are_reported_and_the_rest_works() {
    let world = library().await;
    let mut document = world.metadata().await;
    let tables = document["sources"][0]["tables"].as_array_mut().unwrap();
    tables.push(
        json!({"table": {"schema": "public", "name": "gone"}, "object_relationships": [
        {"name": "x", "using": {"foreign_key_constraint_on": "y"}}]}),
    );
    tables[0]["select_permissions"] =
        json!([{"role": "user", "permission": {"columns": ["title"], "filter": {"bad": 1}}}]);

    let strict = json!({"metadata": document.clone()});
    let body = |args| json!({"type": "replace_metadata", "version": 2, "args": args});
    let error = world
        .engine
        .metadata(body(strict), &Session::admin())
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "cannot continue due to inconsistent metadata"
    );

    let lenient = json!({"allow_inconsistent_metadata": true, "metadata": document});
    world
        .engine
        .metadata(body(lenient), &Session::admin())
        .await
        .unwrap();
    let found = world.done("get_inconsistent_metadata", json!({})).await;
    assert_eq!(found["is_consistent"], false);
    let names: Vec<&str> = found["inconsistent_objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "table gone in source default",
            "select_permission user in table article in source default"
        ]
    );
    assert_eq!(
        world.ask("{ author(limit: 1) { name } }").await,
        json!({"author": [{"name": "Ann"}]})
    );
    world.done("drop_inconsistent_metadata", json!({})).await;
    assert!(world.engine.health().await.consistent);
    assert_eq!(
        world.metadata().await["sources"][0]["tables"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_source_that_cannot_be_reached_does_not_keep_others_from_serving() {
    let world = library().await;
    let args = json!({"name": "away", "configuration": {"connection_info": {
        "database_url": "postgres://nobody:secret@127.0.0.1:1/none?connect_timeout=1",
        "pool_settings": {"retries": 0}}}});
    let error = world.refused("pg_add_source", args.clone()).await;
    let shown = format!("{error:?}");
    assert!(!shown.contains("secret"), "{shown}");
    let mut document = world.metadata().await;
    document["sources"].as_array_mut().unwrap().push(json!({
        "name": "away", "kind": "postgres", "tables": [], "configuration": args["configuration"]}));
    let body = json!({"type": "replace_metadata", "version": 2,
        "args": {"allow_inconsistent_metadata": true, "metadata": document}});
    world
        .engine
        .metadata(body, &Session::admin())
        .await
        .unwrap();
    let found = world.done("get_inconsistent_metadata", json!({})).await;
    assert_eq!(found["inconsistent_objects"][0]["name"], "source away");
    assert!(!found.to_string().contains("secret"));
    assert_eq!(
        world.ask("{ author(limit: 1) { id } }").await,
        json!({"author": [{"id": 1}]})
    );
    world.done("pg_drop_source", json!({"name": "away"})).await;
    assert!(world.engine.health().await.consistent);
}

#[tokio::test]
async fn only_administrators_change_anything() {
    let world = library().await;
    let user = Session::new("user", []);
    for kind in ["export_metadata", "nonsense", "bulk"] {
        let body = json!({"type": kind, "args": {}});
        let error = world.engine.metadata(body, &user).await.unwrap_err();
        assert_eq!(*error.code(), Code::AccessDenied);
        assert_eq!(error.status(), 400);
        assert_eq!(error.path().to_string(), "$.args");
        assert_eq!(error.message(), "restricted access : admin only");
    }
}

#[tokio::test]
async fn two_definitions_of_a_root_field_are_refused() {
    let world = library().await;
    let error = world
        .refused(
            "pg_set_table_customization",
            json!({"table": "author", "configuration": {"custom_name": "article"}}),
        )
        .await;
    assert_eq!(error.status(), 500);
    assert!(
        error
            .message()
            .starts_with("Encountered conflicting definitions"),
        "{error}"
    );
    assert!(error.message().contains("'insert_article' defined in [table article in source default, table author in source default]"), "{error}");
}

#[tokio::test]
async fn what_is_not_served_says_so_and_is_kept() {
    let world = library().await;
    let mut document = world.metadata().await;
    document["actions"] = json!([{"name": "act", "definition": {"handler": "http://x"}}]);
    let body = json!({"type": "replace_metadata", "version": 2, "args": {"metadata": document}});
    world
        .engine
        .metadata(body, &Session::admin())
        .await
        .unwrap();
    assert_eq!(world.metadata().await["actions"][0]["name"], "act");
    let inactive = world.engine.inactive_parts();
    assert_eq!(inactive.len(), 1);
    assert_eq!(inactive[0].name, "act");
}

#[tokio::test]
async fn relationships_are_suggested_for_each_table_that_is_asked_for() {
    let world = library().await;
    let suggested = async |args: serde_json::Value| {
        let answer = world.done("pg_suggest_relationships", args).await;
        let found = answer["relationships"].as_array().unwrap().clone();
        let kinds = found
            .iter()
            .map(|found| found["type"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    for tables in [json!(["author"]), json!(["article"]), json!(null)] {
        assert_eq!(
            suggested(json!({"tables": tables})).await,
            ["object", "array"]
        );
    }
    assert_eq!(suggested(json!({"tables": ["other"]})).await, [""; 0]);
    assert_eq!(suggested(json!({"omit_tracked": true})).await, [""; 0]);
}
