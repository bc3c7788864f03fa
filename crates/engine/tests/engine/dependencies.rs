use crate::support::{World, library, world};
use howdah_error::Code;
use serde_json::json;

async fn with_rule_over_relationship() -> World {
    let world = library().await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "author", "role": "user", "permission": {
                "columns": ["id"], "filter": {"articles": {"title": {"_eq": "One"}}}}}),
        )
        .await;
    world
}

#[tokio::test]
async fn what_others_need_is_dropped_with_them_or_not_at_all() {
    let world = with_rule_over_relationship().await;
    let error = world
        .refused("pg_untrack_table", json!({"table": "article"}))
        .await;
    assert_eq!(*error.code(), Code::DependencyError);
    assert_eq!(
        error.message(),
        "cannot drop due to the following dependent objects: relationship author.articles in source \"default\", permission author.user.select in source \"default\""
    );
    world
        .done(
            "pg_untrack_table",
            json!({"table": "article", "cascade": true}),
        )
        .await;
    let author = world.table("author").await;
    assert_eq!(author.get("array_relationships"), None);
    assert_eq!(author.get("select_permissions"), None);
}

#[tokio::test]
async fn a_relationship_that_a_rule_follows_is_not_dropped_alone() {
    let world = with_rule_over_relationship().await;
    let drop = json!({"table": "author", "relationship": "articles"});
    let error = world.refused("pg_drop_relationship", drop).await;
    assert_eq!(
        error.message(),
        "cannot drop due to the following dependent objects: permission author.user.select in source \"default\""
    );
    world
        .done(
            "pg_rename_relationship",
            json!({"table": "author", "name": "articles", "new_name": "works"}),
        )
        .await;
    let filter = &world.table("author").await["select_permissions"][0]["permission"]["filter"];
    assert_eq!(*filter, json!({"works": {"title": {"_eq": "One"}}}));
    world
        .done(
            "pg_drop_relationship",
            json!({"table": "author", "relationship": "works", "cascade": true}),
        )
        .await;
    assert_eq!(world.table("author").await.get("select_permissions"), None);
}

/// Three tables in a row, with everything that can lead from one to another.
async fn with_long_chains() -> World {
    let world = world().await;
    world
        .sql(
            "create table a (id int primary key);
             create table b (id int primary key, a_id int references a);
             create table c (id int primary key, b_id int references b, note text);
             create function a_cs(one a) returns setof c language sql stable as 'select * from c';
             create function all_c() returns setof c language sql stable as 'select * from c';",
        )
        .await;
    let tables = ["a", "b", "c"].map(|table| json!({"table": table}));
    world
        .done("pg_track_tables", json!({"tables": tables}))
        .await;
    for (table, name, of) in [("a", "bs", "b"), ("b", "cs", "c")] {
        let using =
            json!({"foreign_key_constraint_on": {"table": of, "column": format!("{table}_id")}});
        let args = json!({"table": table, "name": name, "using": using});
        world.done("pg_create_array_relationship", args).await;
    }
    world
        .done(
            "pg_add_computed_field",
            json!({"table": "a", "name": "computed", "definition": {"function": "a_cs"}}),
        )
        .await;
    world
        .done("pg_track_function", json!({"function": "all_c"}))
        .await;
    let exists = json!({"_exists": {"_table": {"schema": "public", "name": "c"}, "_where": {}}});
    for (table, role, filter) in [
        ("a", "far", json!({"bs": {"cs": {"note": {"_eq": "x"}}}})),
        (
            "a",
            "computed",
            json!({"_not": {"computed": {"id": {"_gt": 1}}}}),
        ),
        ("b", "exists", json!({"_or": [{"id": {"_eq": 1}}, exists]})),
        ("b", "near", json!({"id": {"_eq": 1}})),
        ("c", "own", json!({})),
    ] {
        let permission = json!({"columns": ["id"], "filter": filter});
        let args = json!({"table": table, "role": role, "permission": permission});
        world.done("pg_create_select_permission", args).await;
    }
    world
}

#[tokio::test]
async fn whatever_leads_to_a_table_is_told_and_goes_with_it() {
    let world = with_long_chains().await;
    let error = world
        .refused("pg_untrack_table", json!({"table": "c"}))
        .await;
    assert_eq!(*error.code(), Code::DependencyError);
    for needed in [
        "relationship b.cs in source \"default\"",
        "computed field a.computed in source \"default\"",
        "permission a.far.select in source \"default\"",
        "permission a.computed.select in source \"default\"",
        "permission b.exists.select in source \"default\"",
        "function all_c in source \"default\"",
    ] {
        assert!(
            error.message().contains(needed),
            "{needed}: {}",
            error.message()
        );
    }
    assert!(!error.message().contains("b.near"), "{}", error.message());
    world
        .done("pg_untrack_table", json!({"table": "c", "cascade": true}))
        .await;
    let found = world.done("get_inconsistent_metadata", json!({})).await;
    assert_eq!(found["is_consistent"], true, "{found}");
    let a = world.table("a").await;
    assert_eq!(a.get("computed_fields"), None);
    assert_eq!(a.get("select_permissions"), None);
    assert_eq!(a["array_relationships"][0]["name"], "bs");
    let b = world.table("b").await;
    assert_eq!(b.get("array_relationships"), None);
    assert_eq!(b["select_permissions"].as_array().unwrap().len(), 1);
    assert_eq!(b["select_permissions"][0]["role"], "near");
    assert_eq!(world.metadata().await["sources"][0].get("functions"), None);
}

#[tokio::test]
async fn a_column_that_a_rule_far_away_compares_is_not_dropped_alone() {
    let world = with_long_chains().await;
    let sql = "alter table c drop column note";
    let error = world.run_sql(json!({"sql": sql})).await.unwrap_err();
    assert_eq!(*error.code(), Code::DependencyError);
    assert_eq!(
        error.message(),
        "cannot drop due to the following dependent objects: permission a.far.select in source \"default\""
    );
    // Nothing was done to the database.
    world.ask("{ c { note } }").await;
    world
        .run_sql(json!({"sql": sql, "cascade": true}))
        .await
        .unwrap();
    let a = world.table("a").await;
    let roles: Vec<_> = a["select_permissions"].as_array().unwrap().iter().collect();
    assert_eq!(roles.len(), 1, "{roles:?}");
    assert_eq!(roles[0]["role"], "computed");
}

#[tokio::test]
async fn a_dropped_table_takes_what_leads_to_it_along() {
    let world = with_long_chains().await;
    let sql = "drop function a_cs; drop function all_c; drop table c";
    let error = world.run_sql(json!({"sql": sql})).await.unwrap_err();
    assert_eq!(*error.code(), Code::DependencyError);
    world
        .run_sql(json!({"sql": sql, "cascade": true}))
        .await
        .unwrap();
    let found = world.done("get_inconsistent_metadata", json!({})).await;
    assert_eq!(found["is_consistent"], true, "{found}");
    let metadata = world.metadata().await;
    assert_eq!(
        metadata["sources"][0]["tables"].as_array().unwrap().len(),
        2
    );
    assert_eq!(metadata["sources"][0].get("functions"), None);
}
