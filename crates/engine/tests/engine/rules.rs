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
            error.message().contains("incompatible column types: "),
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

const THINGS: &str =
    "create table thing (id int primary key, n int, m int, t text, j jsonb, a int[]);
    insert into thing values
      (1, 1, 2, 'abc', '{\"a\": 1}', '{1,2}'),
      (2, 2, 2, 'ABC', '{\"b\": 1, \"c\": 2}', '{2}'),
      (3, null, 1, null, null, null);";

async fn things() -> World {
    let world = crate::support::world().await;
    world.sql(THINGS).await;
    world
        .done("pg_track_table", json!({"table": "thing"}))
        .await;
    world
}

async fn seen(world: &World, filter: Value) -> Vec<i64> {
    allow(world, "thing", filter).await;
    ids(world, "{ thing(order_by: {id: asc}) { id } }").await
}

#[tokio::test]
async fn operators_mean_the_same_in_both_spellings() {
    let world = things().await;
    for (column, operator, operand, expected) in [
        ("n", "eq", json!(1), vec![1]),
        ("n", "ne", json!(1), vec![2]),
        ("n", "neq", json!(1), vec![2]),
        ("n", "gt", json!(1), vec![2]),
        ("n", "lt", json!(2), vec![1]),
        ("n", "gte", json!(1), vec![1, 2]),
        ("n", "lte", json!(1), vec![1]),
        ("n", "in", json!([1, 7]), vec![1]),
        ("n", "in", json!([]), vec![]),
        ("n", "nin", json!([1, 7]), vec![2]),
        ("n", "nin", json!([]), vec![1, 2, 3]),
        ("n", "in", json!(["X-Hasura-User-Id", 7]), vec![1]),
        ("n", "is_null", json!(true), vec![3]),
        ("n", "is_null", json!(false), vec![1, 2]),
        ("n", "eq", json!("x-HASURA-user-id"), vec![1]),
        ("t", "like", json!("a%"), vec![1]),
        ("t", "nlike", json!("a%"), vec![2]),
        ("t", "ilike", json!("a%"), vec![1, 2]),
        ("t", "nilike", json!("a%"), vec![]),
        ("t", "similar", json!("(a|x)%"), vec![1]),
        ("t", "nsimilar", json!("(a|x)%"), vec![2]),
        ("t", "regex", json!("^a"), vec![1]),
        ("t", "nregex", json!("^a"), vec![2]),
        ("t", "iregex", json!("^a"), vec![1, 2]),
        ("t", "niregex", json!("^a"), vec![]),
        ("j", "contains", json!({"a": 1}), vec![1]),
        ("j", "contained_in", json!({"a": 1, "x": 2}), vec![1]),
        ("j", "has_key", json!("b"), vec![2]),
        ("j", "has_keys_any", json!(["a", "x"]), vec![1]),
        ("j", "has_keys_all", json!(["b", "c"]), vec![2]),
        ("a", "contains", json!([1]), vec![1]),
        ("n", "ceq", json!("m"), vec![2]),
        ("n", "cne", json!("m"), vec![1]),
        ("n", "cneq", json!(["m"]), vec![1]),
        ("n", "cgt", json!("m"), vec![]),
        ("n", "clt", json!(["$", "m"]), vec![1]),
        ("n", "cgte", json!("m"), vec![2]),
        ("n", "clte", json!("m"), vec![1, 2]),
    ] {
        for sign in ["_", "$"] {
            let filter = json!({column: {format!("{sign}{operator}"): operand}});
            assert_eq!(seen(&world, filter.clone()).await, expected, "{filter}");
        }
    }
    for (rule, expected) in [
        (json!({"and": []}), None),
        (json!({"_and": []}), Some(vec![1, 2, 3])),
        (json!({"$or": []}), Some(vec![])),
        (json!({"$not": {"n": {"$gt": 1}}}), Some(vec![1])),
        (
            json!({"_or": [{"n": 1}, {"$and": [{"m": 1}]}]}),
            Some(vec![1, 3]),
        ),
        (
            json!({"n": {"_gt": 0, "$lt": 2}, "t": "abc"}),
            Some(vec![1]),
        ),
        (json!({"n": {"unknown": 1}}), None),
        (json!({"nothing": {"_eq": 1}}), None),
    ] {
        match expected {
            Some(expected) => assert_eq!(seen(&world, rule.clone()).await, expected, "{rule}"),
            None => {
                let args = json!({"table": "thing", "role": "other",
                                  "permission": {"columns": "*", "filter": rule}});
                let outcome = world.command("pg_create_select_permission", args).await;
                assert!(outcome.is_err(), "{rule}");
            }
        }
    }
}

#[tokio::test]
async fn hostile_session_values_are_values() {
    let world = things().await;
    allow(
        &world,
        "thing",
        json!({"_or": [{"t": {"_eq": "X-Hasura-Name"}}, {"n": {"_in": "X-Hasura-Ids"}}]}),
    )
    .await;
    let ask = async |name: &str, list: &str| {
        let variables = [("x-hasura-name", name), ("x-hasura-ids", list)];
        let variables = variables.map(|(k, v)| (k.to_owned(), v.to_owned()));
        let session = howdah_ir::Session::new("user", variables);
        world.ask_as(&session, "{ thing { id } }").await
    };
    for name in [
        "' or true --",
        "\"",
        "\\",
        "{}",
        "$1",
        "\u{0}x",
        "abc'; drop table thing",
    ] {
        match ask(name, "{}").await {
            Ok(data) => assert_eq!(data, json!({"thing": []}), "{name:?}"),
            Err(error) => assert!(error.status() < 500, "{name:?}: {error}"),
        }
    }
    assert_eq!(
        ask("ABC", "{1,\"1\"}").await.unwrap()["thing"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    for list in [
        "1",
        "{1",
        "{a}",
        "{1,{2}}",
        "{99999999999}",
        "}{",
        "' or true",
        "",
    ] {
        let error = ask("x", list).await.unwrap_err();
        assert_eq!(
            (error.status(), error.code().as_str()),
            (400, "data-exception"),
            "{list:?}: {error}"
        );
    }
    let session = howdah_ir::Session::new("user", [("x-hasura-name".to_owned(), "abc".to_owned())]);
    let error = world
        .ask_as(&session, "{ thing { id } }")
        .await
        .unwrap_err();
    assert_eq!(
        (error.status(), error.code().as_str(), error.message()),
        (
            400,
            "not-found",
            "missing session variable: \"x-hasura-ids\""
        )
    );
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused_with_the_reason() {
    let world = library().await;
    world
        .sql(
            "alter table author add j json, add b jsonb;
             create function shout(a author) returns text language sql stable as
             $$ select upper(a.name) $$",
        )
        .await;
    world
        .done(
            "pg_add_computed_field",
            json!({"table": "author", "name": "loud", "definition": {"function": "shout"}}),
        )
        .await;
    let reason = |text: &str| {
        format!("Inconsistent object: in table \"author\": in permission for role \"user\": {text}")
    };
    let mistake = |text: &str, command: &str| {
        format!(
            "Error when parsing command {command}.\nSee the documentation of the metadata API.\n\
             Internal error message: {text}"
        )
    };
    let select = |permission: Value| ("pg_create_select_permission", permission);
    for ((command, permission), message) in [
        (
            select(json!({"columns": ["articles"], "filter": {}})),
            reason(
                "expecting a database column; but, \"articles\" is a relationship; permissions for relationships are automatically inferred",
            ),
        ),
        (
            select(json!({"columns": ["loud"], "filter": {}})),
            reason(
                "expecting a database column; but, \"loud\" is a computed field; permissions for relationships are automatically inferred",
            ),
        ),
        (
            select(json!({"columns": [], "computed_fields": ["id"], "filter": {}})),
            reason("expecting a computed field; but, \"id\" is a column"),
        ),
        (
            select(json!({"columns": [], "filter": {}, "limit": -1})),
            reason("unexpected negative value"),
        ),
        (
            select(json!({"columns": [], "filter": {"j": {"_eq": 1}}})),
            reason("JSON column can not be part of boolean expression"),
        ),
        (
            select(json!({"columns": [], "filter": {"id": {"_like": "x"}}})),
            reason(
                " is of type \"integer\"; this operator works only on columns of type \"varchar\", \"text\", \"citext\", \"bpchar\"",
            ),
        ),
        (
            (
                "pg_create_update_permission",
                json!({"columns": ["articles"], "filter": {}}),
            ),
            reason(
                "expecting a database column; but, \"articles\" is a relationship; relationships can't be used in update",
            ),
        ),
        (
            (
                "pg_create_insert_permission",
                json!({"columns": ["articles"], "check": {}}),
            ),
            reason(
                "expecting a database column; but, \"articles\" is a relationship; relationships can't be used in insert",
            ),
        ),
        (
            (
                "pg_create_insert_permission",
                json!({"columns": [], "check": {}, "set": {"articles": 1}}),
            ),
            reason(
                "expecting a database column; but, \"articles\" is a relationship; column \"articles\" not found in table \"author\"",
            ),
        ),
        (
            select(json!({"columns": [], "filter": {"_not": []}})),
            mistake(
                "parsing boolean expression failed, expected Object, but encountered Array",
                "create_select_permission",
            ),
        ),
        (
            select(json!({"columns": 1, "filter": {}})),
            mistake(
                "parsing [] failed, expected Array, but encountered Number",
                "create_select_permission",
            ),
        ),
    ] {
        let args = json!({"table": "author", "role": "user", "permission": permission});
        let error = world.refused(command, args).await;
        assert_eq!(error.message(), message);
        if message.starts_with("Error") {
            let path = error.path().to_string();
            assert!(path.starts_with("$.args.permission."), "{path}");
        }
    }
    // Whether JSON is there can be told; and what PostgreSQL has operators for.
    for filter in [
        json!({"j": {"_is_null": false}}),
        json!({"b": {"_has_key": "x", "_contains": {"y": 1}}}),
        json!({"loud": {"_like": "A%"}}),
    ] {
        let permission = json!({"columns": ["id"], "filter": filter});
        let args = json!({"table": "author", "role": "user", "permission": permission});
        world.done("pg_create_select_permission", args).await;
        assert!(ids(&world, "{ author { id } }").await.len() < 2);
        let args = json!({"table": "author", "role": "user"});
        world.done("pg_drop_select_permission", args).await;
    }
}

#[tokio::test]
async fn operations_on_rows_name_the_variable_that_a_rule_needs() {
    let world = library().await;
    allow(&world, "author", json!({"id": "X-Hasura-Need"})).await;
    let body = json!({"type": "select", "args": {"table": "author", "columns": ["id"]}});
    let error = world.engine.query_v2(body, &user(1)).await.unwrap_err();
    assert_eq!(
        (
            error.code().as_str(),
            error.message(),
            &*error.path().to_string()
        ),
        (
            "not-found",
            "x-hasura-need header is expected but not found",
            "$"
        )
    );
}
