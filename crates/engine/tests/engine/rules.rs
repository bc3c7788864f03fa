//! Rules of permissions on a real database: what they let through, and which are refused.

use crate::support::{World, library, user};
use serde_json::{Value, json};

/// Gives the role `user` all columns of a table under a rule.
async fn allow(world: &World, table: &str, filter: Value) {
    let args = json!({"table": table, "role": "user",
                      "permission": {"columns": "*", "filter": filter}});
    let drop = json!({"table": table, "role": "user"});
    let _ = world.command("pg_drop_select_permission", drop).await;
    world.done("pg_create_select_permission", args).await;
}

async fn ids(world: &World, query: &str) -> Vec<i64> {
    let data = world.ask_as(&user(1), query).await.unwrap();
    let rows = data.as_object().unwrap().values().next().unwrap().clone();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn an_unrelated_table_is_tied_to_the_row_by_the_root() {
    let world = library().await;
    let shared = json!({"_exists": {
        "_table": {"schema": "public", "name": "article"},
        "_where": {"_and": [
            {"author_id": {"_ceq": ["$", "id"]}},
            {"title": {"_eq": "Three"}},
        ]},
    }});
    allow(&world, "author", shared).await;
    allow(&world, "article", json!({})).await;
    assert_eq!(ids(&world, "{ author { id } }").await, [2]);
    // The root is the row that the rule is on, wherever the request begins.
    let through = "{ article(order_by: {id: asc}, where: {author: {}}) { id } }";
    assert_eq!(ids(&world, through).await, [3]);
}

#[tokio::test]
async fn columns_of_different_types_are_not_compared() {
    let world = library().await;
    for filter in [
        json!({"title": {"_ceq": "id"}}),
        json!({"author": {"name": {"$ceq": ["$", "id"]}}}),
    ] {
        let error = world
            .refused(
                "pg_create_select_permission",
                json!({"table": "article", "role": "user",
                       "permission": {"columns": "*", "filter": filter}}),
            )
            .await;
        assert!(
            error.message().contains("incompatible column types : "),
            "{error}"
        );
    }
}

/// Gives a role a right to delete articles.
async fn may_delete(world: &World, role: &str, filter: Value) {
    let args = json!({"table": "article", "role": role, "permission": {"filter": filter}});
    world.done("pg_create_delete_permission", args).await;
}

#[tokio::test]
async fn parents_agree_whatever_the_order_of_what_they_say() {
    let world = library().await;
    let own = json!({"author_id": {"_eq": "X-Hasura-User-Id"}});
    let draft = json!({"title": {"_is_null": true}});
    may_delete(&world, "one", json!({"_or": [own, draft]})).await;
    may_delete(&world, "two", json!({"$or": [draft, own]})).await;
    may_delete(&world, "three", json!({"_and": [draft, own]})).await;
    let args = json!({"role_name": "both", "role_set": ["one", "two"]});
    world.done("add_inherited_role", args).await;
    let consistent = world.done("get_inconsistent_metadata", json!({})).await;
    assert_eq!(consistent["is_consistent"], json!(true), "{consistent}");
    let args = json!({"role_name": "all", "role_set": ["both", "three"]});
    let answer = world.command("add_inherited_role", args).await;
    let found = world.done("get_inconsistent_metadata", json!({})).await;
    let told = answer.is_err() || found["is_consistent"] == json!(false);
    assert!(told, "{answer:?} {found}");
}
