use crate::support::{library, user, world};
use howdah_engine::GraphqlRequest;
use howdah_error::Code;
use howdah_ir::Session;
use serde_json::{Value, json};

#[tokio::test]
async fn nested_questions_are_answered_in_the_order_of_the_selection() {
    let world = library().await;
    let answer = world
        .ask("{ b: author(order_by: {id: desc}) { name articles(order_by: {id: asc}) { title } } a: article_aggregate { aggregate { count } } }")
        .await;
    let expected = r#"{"b":[{"name":"Bob","articles":[{"title":"Three"}]},{"name":"Ann","articles":[{"title":"One"},{"title":"Two"}]}],"a":{"aggregate":{"count":3}}}"#;
    assert_eq!(answer.to_string(), expected);
}

#[tokio::test]
async fn a_role_sees_its_rows_and_needs_its_session_variables() {
    let world = library().await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "article", "role": "user", "permission": {
                "columns": ["title"], "filter": {"author": {"id": "X-Hasura-User-Id"}}}}),
        )
        .await;
    let answer = world
        .ask_as(&user(2), "{ article { title } }")
        .await
        .unwrap();
    assert_eq!(answer, json!({"article": [{"title": "Three"}]}));

    let error = world
        .ask_as(&user(2), "{ article { id } }")
        .await
        .unwrap_err();
    assert_eq!(error.message(), "field 'id' not found in type: 'article'");

    let error = world
        .ask_as(&Session::new("user", []), "{ article { title } }")
        .await
        .unwrap_err();
    assert_eq!(*error.code(), Code::NotFound);
    assert_eq!(
        error.message(),
        "missing session variable: \"x-hasura-user-id\""
    );
    assert_eq!(error.path().to_string(), "$");
}

#[tokio::test]
async fn inherited_roles_see_cells_that_a_parent_sees() {
    let world = library().await;
    for (role, columns, filter) in [
        ("titles", json!(["id", "title"]), json!({"id": {"_lte": 2}})),
        (
            "authors",
            json!(["id", "author_id"]),
            json!({"id": {"_gte": 2}}),
        ),
    ] {
        world
            .done(
                "pg_create_select_permission",
                json!({"table": "article", "role": role,
                       "permission": {"columns": columns, "filter": filter}}),
            )
            .await;
    }
    world
        .done(
            "add_inherited_role",
            json!({"role_name": "both", "role_set": ["titles", "authors"]}),
        )
        .await;
    let both = Session::new("both", []);
    let query = "{ article(order_by: {id: asc}) { id title author_id } }";
    let expected = json!({"article": [
        {"id": 1, "title": "One", "author_id": null},
        {"id": 2, "title": "Two", "author_id": 1},
        {"id": 3, "title": null, "author_id": 2},
    ]});
    assert_eq!(world.ask_as(&both, query).await.unwrap(), expected);

    // A role that inherits an inherited role is no exception.
    world
        .done(
            "add_inherited_role",
            json!({"role_name": "more", "role_set": ["both"]}),
        )
        .await;
    let more = Session::new("more", []);
    assert_eq!(world.ask_as(&more, query).await.unwrap(), expected);
    // Hidden cells cannot be found by their values either.
    let hidden = "{ article(where: {title: {_eq: \"Three\"}}) { id } }";
    assert_eq!(
        world.ask_as(&more, hidden).await.unwrap(),
        json!({"article": []})
    );
}

#[tokio::test]
async fn roles_that_inherit_each_other_are_inconsistent() {
    let world = library().await;
    let permission = json!({"columns": "*", "filter": {}});
    let permission = json!({"table": "author", "role": "b", "permission": permission});
    world.done("pg_create_select_permission", permission).await;
    world
        .done(
            "add_inherited_role",
            json!({"role_name": "a", "role_set": ["b"]}),
        )
        .await;
    let error = world
        .refused(
            "add_inherited_role",
            json!({"role_name": "b", "role_set": ["a"]}),
        )
        .await;
    assert!(error.message().contains("cycle"), "{error}");
}

#[tokio::test]
async fn a_role_with_unknown_parents_is_inconsistent() {
    let world = library().await;
    let permission = json!({"columns": "*", "filter": {}});
    let permission = json!({"table": "author", "role": "b", "permission": permission});
    world.done("pg_create_select_permission", permission).await;
    let error = world
        .refused(
            "add_inherited_role",
            json!({"role_name": "a", "role_set": ["b", "none"]}),
        )
        .await;
    assert_eq!(
        error.message(),
        "Inconsistent object: the following parent role(s) are not found: none which are required to \
         construct the inherited role: \"a\""
    );
    // Whoever inherits from one that is not there is not there either.
    let roles = json!([
        {"role_name": "a", "role_set": ["b", "none"]},
        {"role_name": "c", "role_set": ["a"]},
        {"role_name": "d", "role_set": ["b"]},
    ]);
    let mut document = world.metadata().await;
    document["inherited_roles"] = roles;
    let args = json!({"allow_inconsistent_metadata": true, "metadata": document});
    let answer = world.done("replace_metadata", args).await;
    let lost: Vec<&str> = answer["inconsistent_objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        lost,
        [
            "inherited_role inherited role a",
            "inherited_role inherited role c"
        ]
    );
}

#[tokio::test]
async fn the_database_decides_what_values_are() {
    let world = library().await;
    world.sql("create table thing (id uuid primary key)").await;
    world
        .done("pg_track_table", json!({"table": "thing"}))
        .await;
    let error = world
        .ask_as(
            &Session::admin(),
            "{ thing(where: {id: {_eq: \"no uuid\"}}) { id } }",
        )
        .await
        .unwrap_err();
    assert_eq!(*error.code(), Code::DataException);
    assert_eq!(error.path().to_string(), "$");
}

#[tokio::test]
async fn explaining_shows_sql_and_plan_for_the_role_that_is_asked_about() {
    let world = library().await;
    let body = json!({"query": {"query": "{ author { name } __typename }"}});
    let answer = world.engine.explain(body).await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer[0]["field"], "author");
    assert!(
        answer[0]["sql"].as_str().unwrap().contains("author"),
        "{answer}"
    );
    assert!(
        answer[0]["plan"]
            .as_array()
            .is_some_and(|lines| !lines.is_empty()),
        "{answer}"
    );
    assert_eq!(answer[1]["sql"], json!(null));

    let body =
        json!({"query": {"query": "{ author { name } }"}, "user": {"x-hasura-role": "user"}});
    let error = world.engine.explain(body).await.unwrap_err();
    assert_eq!(
        error.message(),
        "field 'author' not found in type: 'query_root'"
    );
    let body = json!({"query": {"query": "mutation { nothing_known }"}});
    let error = world.engine.explain(body).await.unwrap_err();
    assert_eq!(*error.code(), Code::InvalidParams);
    assert_eq!(error.message(), "only queries can be explained");
}

#[tokio::test]
async fn a_long_answer_is_handed_out_while_it_is_read_and_ends_as_a_short_one_does() {
    let world = library().await;
    world
        .sql(
            "insert into article select n, repeat('x', 1000), 1 from generate_series(10, 3000) n; \
             create function later(n int) returns int language plpgsql as \
             $$ begin if n = 2900 then raise exception 'too late'; end if; return n; end $$; \
             create view broken as select id, later(id) as n, title from article",
        )
        .await;
    let ask = |query: &str| GraphqlRequest {
        query: query.to_owned(),
        ..GraphqlRequest::default()
    };
    let admin = Session::admin();
    let long = "{ a: __typename article(order_by: {id: asc}) { id title } z: __typename }";
    let answer = world.engine.graphql(&ask(long), &admin, false).await;
    let answer = answer.unwrap();
    assert!(answer.rest.is_some());
    let body: Value = serde_json::from_slice(&answer.body().await.unwrap()).unwrap();
    assert_eq!(body["data"]["article"].as_array().unwrap().len(), 2994);
    assert_eq!(body["data"]["article"][2993]["id"], 3000);
    assert_eq!(body["data"]["z"], "query_root");

    // Two fields of a database are gathered, so that a failure of either is the answer.
    let two = "{ article { id title } author { id } }";
    let answer = world.engine.graphql(&ask(two), &admin, false).await;
    let answer = answer.unwrap();
    assert!(answer.rest.is_none());
    let body: Value = serde_json::from_slice(&answer.body().await.unwrap()).unwrap();
    assert_eq!(body["data"]["article"].as_array().unwrap().len(), 2994);
    assert_eq!(body["data"]["author"].as_array().unwrap().len(), 2);

    let table = json!({"table": "broken"});
    world.done("pg_track_table", table).await;
    let broken = "{ broken { id n title } }";
    let answer = world.engine.graphql(&ask(broken), &admin, false).await;
    let error = answer.unwrap().body().await.unwrap_err();
    assert_eq!(error.message(), "database query error");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_say_nothing_of_tables_that_inherit() {
    let world = world().await;
    world
        .sql(
            "create table place (id int primary key, name text);
             create table city (mayor text) inherits (place);
             create table person (id int primary key, place_id int references place);
             insert into place values (1, 'here');
             insert into city values (1, 'there', 'Ann');
             insert into person values (7, 1);",
        )
        .await;
    for table in ["place", "person"] {
        world.done("pg_track_table", json!({"table": table})).await;
    }
    world
        .done(
            "pg_create_object_relationship",
            json!({"table": "person", "name": "place",
                   "using": {"foreign_key_constraint_on": "place_id"}}),
        )
        .await;
    let people = world
        .ask("{ person(where: {place: {id: {_eq: 1}}}) { id place { id } } }")
        .await;
    assert_eq!(people["person"], json!([{"id": 7, "place": {"id": 1}}]));
}
