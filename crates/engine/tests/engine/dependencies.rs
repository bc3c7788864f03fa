use crate::support::{World, library};
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
