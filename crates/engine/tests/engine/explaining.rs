//! Why a role sees a row or does not.

use crate::support::{World, library};
use serde_json::{Value, json};

async fn permission(world: &World, table: &str, role: &str, permission: Value) {
    let args = json!({"table": table, "role": role, "permission": permission});
    world.done("pg_create_select_permission", args).await;
}

async fn explain(world: &World, table: &str, id: i64, role: &str, session: Value) -> Value {
    let args = json!({"table": table, "role": role, "session": session, "pk": {"id": id}});
    world.done("howdah_explain_permission", args).await
}

fn column<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let columns = answer["columns"].as_array().unwrap();
    columns
        .iter()
        .find(|column| column["name"] == name)
        .unwrap()
}

#[tokio::test]
async fn each_part_of_a_rule_has_its_value() {
    let world = library().await;
    let filter = json!({"_or": [
        {"author_id": {"_eq": "X-Hasura-User-Id"}},
        {"author": {"name": {"_like": "B%"}, "articles": {"title": {"_eq": "Three"}}}},
        {"_not": {"title": {"_is_null": false}}},
    ]});
    permission(
        &world,
        "article",
        "user",
        json!({"columns": ["id", "title"], "filter": filter, "limit": 5}),
    )
    .await;
    let own = explain(&world, "article", 1, "user", json!({"X-Hasura-User-Id": 1})).await;
    assert_eq!(own["visible"], json!(true), "{own:#}");
    assert_eq!(own["reason"], "the filter of role \"user\" holds");
    assert_eq!(
        own["notes"],
        json!(["role \"user\" gets 5 rows of a list at most"])
    );
    let rule = &own["permissions"]["select"]["filter"];
    assert_eq!(
        rule["parts"][0],
        json!({"path": "$.filter._or[0].author_id._eq", "kind": "comparison",
               "rule": {"author_id": {"_eq": "X-Hasura-User-Id"}}, "value": true,
               "left": 1, "right": 1})
    );
    assert_eq!(column(&own, "title")["visible"], json!(true));
    assert_eq!(column(&own, "author_id")["visible"], json!(false));
    assert_eq!(
        column(&own, "author_id")["reason"],
        "no select permission of the role is for it"
    );

    let other = explain(
        &world,
        "article",
        1,
        "user",
        json!({"x-hasura-user-id": "7"}),
    )
    .await;
    assert_eq!(other["visible"], json!(false));
    assert_eq!(
        other["reason"],
        "the filter of role \"user\" does not hold because of $.filter._or[0].author_id._eq, \
         $.filter._or[1].author, $.filter._or[2]._not.title._is_null"
    );
    let related = &other["permissions"]["select"]["filter"]["parts"][1];
    assert_eq!(related["kind"], "relationship");
    assert_eq!(
        related["rows"],
        json!({"found": 1, "matching": 0, "more": false})
    );
    let name = &related["parts"][0]["parts"][0];
    assert_eq!(
        (&name["left"], &name["right"], &name["values"]),
        (
            &json!("Ann"),
            &json!("B%"),
            &json!({"true": 0, "false": 1, "unknown": 0})
        )
    );
    let articles = &related["parts"][0]["parts"][1];
    assert_eq!(
        articles["rows"],
        json!({"found": 2, "matching": 0, "more": false})
    );
    assert_eq!(
        articles["parts"][0]["values"],
        json!({"true": 0, "false": 2, "unknown": 0})
    );
}

#[tokio::test]
async fn what_keeps_requests_from_running_is_named() {
    let world = library().await;
    let filter = json!({"title": {"_neq": "x"}, "author_id": {"_in": "X-Hasura-Ids"}});
    permission(
        &world,
        "article",
        "user",
        json!({"columns": "*", "filter": filter}),
    )
    .await;
    let missing = explain(&world, "article", 1, "user", json!({})).await;
    assert_eq!(missing["visible"], json!(false));
    let reason = "requests of role \"user\" fail: missing session variable: \"x-hasura-ids\"";
    assert_eq!(missing["reason"], reason);
    let failing = explain(&world, "article", 1, "user", json!({"X-Hasura-Ids": "7"})).await;
    let rule = &failing["permissions"]["select"]["filter"];
    assert_eq!(rule["value"], Value::Null);
    assert_eq!(rule["parts"][0]["value"], json!(true));
    assert_eq!(rule["parts"][1]["error"], "malformed array literal: \"7\"");
    assert_eq!(
        failing["reason"],
        "requests of role \"user\" fail: malformed array literal: \"7\""
    );
    let good = explain(
        &world,
        "article",
        1,
        "user",
        json!({"X-Hasura-Ids": "{7,1}"}),
    )
    .await;
    assert_eq!(good["visible"], json!(true), "{good:#}");
    let right = &good["permissions"]["select"]["filter"]["parts"][1]["right"];
    assert_eq!(*right, json!([7, 1]));
}

#[tokio::test]
async fn each_parent_of_a_role_is_explained() {
    let world = library().await;
    permission(
        &world,
        "article",
        "writer",
        json!({"columns": ["id", "title"], "filter": {"author_id": {"_eq": "X-Hasura-User-Id"}}}),
    )
    .await;
    permission(
        &world,
        "article",
        "reader",
        json!({"columns": ["id"], "filter": {}}),
    )
    .await;
    let own = json!({"columns": ["id"], "check": {}});
    let args = json!({"table": "article", "role": "nobody", "permission": own});
    world.done("pg_create_insert_permission", args).await;
    for (role, parents) in [("both", ["writer", "reader"]), ("more", ["both", "nobody"])] {
        let args = json!({"role_name": role, "role_set": parents});
        world.done("add_inherited_role", args).await;
    }
    for (id, title) in [(1, true), (3, false)] {
        let answer = explain(
            &world,
            "article",
            id,
            "more",
            json!({"x-hasura-user-id": 1}),
        )
        .await;
        assert_eq!(answer["visible"], json!(true), "{answer:#}");
        assert_eq!(column(&answer, "id")["visible"], json!(true));
        assert_eq!(column(&answer, "title")["visible"], json!(title));
        assert_eq!(column(&answer, "author_id")["visible"], json!(false));
        assert_eq!(
            column(&answer, "title")["by"],
            json!([
                {"role": "writer", "has_column": true, "sees_row": title},
                {"role": "reader", "has_column": false, "sees_row": true},
            ])
        );
        let select = &answer["permissions"]["select"];
        assert_eq!(select["origin"], "inherited");
        let both = &select["parents"][0];
        assert_eq!(both["role"], "both");
        assert_eq!(both["parents"][0]["allows"], json!(title));
        assert_eq!(select["parents"][1]["origin"], "none");
    }
}

#[tokio::test]
async fn rows_and_roles_that_are_not_there() {
    let world = library().await;
    let nothing = explain(&world, "article", 99, "user", json!({})).await;
    assert_eq!(nothing["row_exists"], json!(false));
    assert_eq!(
        nothing["reason"],
        "table \"article\" has no row with id = 99"
    );
    let stranger = explain(&world, "article", 1, "user", json!({})).await;
    assert_eq!(
        stranger["reason"],
        "role \"user\" has no select permission on table \"article\""
    );
    let admin = explain(&world, "article", 1, "admin", json!({})).await;
    assert_eq!(admin["visible"], json!(true));
    assert_eq!(column(&admin, "title")["visible"], json!(true));
    for (args, path) in [
        (
            json!({"table": "nowhere", "role": "user", "pk": {"id": 1}}),
            "$.args.table",
        ),
        (
            json!({"source": "x", "table": "article", "role": "user", "pk": {"id": 1}}),
            "$.args.source",
        ),
        (
            json!({"table": "article", "role": "user", "pk": {}}),
            "$.args.pk",
        ),
        (
            json!({"table": "article", "role": "user", "pk": {"key": 1}}),
            "$.args.pk.key",
        ),
        (
            json!({"table": "article", "role": "user", "pk": {"author_id": 1}}),
            "$.args.pk",
        ),
        (
            json!({"table": "article", "role": "user", "pk": {"id": null}}),
            "$.args.pk.id",
        ),
        (
            json!({"table": "article", "role": "user", "pk": {"id": "x"}}),
            "$.args",
        ),
        (
            json!({"table": "article", "role": "user", "pk": {"id": 1}, "session": {"user": "1"}}),
            "$.args.session.user",
        ),
    ] {
        let error = world.refused("howdah_explain_permission", args).await;
        assert_eq!(error.path().to_string(), path, "{error}");
        assert!(error.status() < 500, "{error}");
    }
}

#[tokio::test]
async fn rights_to_write_are_explained_for_the_row_as_it_is() {
    let world = library().await;
    let own = json!({"author_id": {"_eq": "X-Hasura-User-Id"}});
    world
        .done(
            "pg_create_update_permission",
            json!({"table": "article", "role": "user", "permission": {
                "columns": ["title"], "filter": own,
                "check": {"title": {"_neq": "One"}}, "set": {"author_id": "X-Hasura-User-Id"}}}),
        )
        .await;
    world
        .done(
            "pg_create_delete_permission",
            json!({"table": "article", "role": "user", "permission": {"filter": own}}),
        )
        .await;
    let answer = explain(&world, "article", 1, "user", json!({"x-hasura-user-id": 1})).await;
    let permissions = &answer["permissions"];
    assert_eq!(permissions["update"]["allows"], json!(true));
    assert_eq!(permissions["update"]["filter"]["value"], json!(true));
    assert_eq!(permissions["update"]["check"]["value"], json!(false));
    assert_eq!(permissions["update"]["columns"], json!(["title"]));
    assert_eq!(permissions["delete"]["allows"], json!(true));
    assert_eq!(permissions["insert"]["origin"], "none");
    let other = explain(&world, "article", 3, "user", json!({"x-hasura-user-id": 1})).await;
    assert_eq!(other["permissions"]["delete"]["allows"], json!(false));
}

#[tokio::test]
async fn only_administrators_are_told() {
    let world = library().await;
    let body = json!({"type": "howdah_explain_permission",
                      "args": {"table": "article", "role": "user", "pk": {"id": 1}}});
    let error = world
        .engine
        .metadata(body, &crate::support::user(1))
        .await
        .unwrap_err();
    assert_eq!(error.message(), "restricted access : admin only");
}
