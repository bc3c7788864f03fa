use crate::support::library;
use howdah_error::Code;
use serde_json::json;

#[tokio::test]
async fn metadata_follows_renames_in_the_database() {
    let world = library().await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "article", "role": "user", "permission": {
                "columns": ["id", "author_id"],
                "filter": {"author": {"name": {"_ceq": ["$", "title"]}}}}}),
        )
        .await;
    world
        .sql(
            "alter table author rename to writer; alter table writer rename column name to called;
              alter table article rename column title to heading;
              alter table article rename column id to swapped;
              alter table article rename column author_id to id;
              alter table article rename column swapped to author_id;",
        )
        .await;
    let article = world.table("article").await;
    let permission = &article["select_permissions"][0]["permission"];
    assert_eq!(permission["columns"], json!(["author_id", "id"]));
    assert_eq!(
        permission["filter"],
        json!({"author": {"called": {"_ceq": ["$", "heading"]}}})
    );
    assert_eq!(
        article["object_relationships"][0]["using"],
        json!({"foreign_key_constraint_on": "id"})
    );
    assert_eq!(
        world
            .ask("{ writer(where: {id: {_eq: 2}}) { called articles { heading } } }")
            .await,
        json!({"writer": [{"called": "Bob", "articles": [{"heading": "Three"}]}]})
    );
    assert!(world.engine.health().await.consistent);
}

#[tokio::test]
async fn sql_that_takes_away_what_others_need_is_rolled_back() {
    let world = library().await;
    let drop = "alter table article drop column author_id";
    let error = world.run_sql(json!({"sql": drop})).await.unwrap_err();
    assert_eq!(*error.code(), Code::DependencyError);
    assert_eq!(error.path().to_string(), "$.args");
    assert_eq!(
        error.message(),
        "cannot drop due to the following dependent objects: relationship author.articles in source \"default\", relationship article.author in source \"default\""
    );
    assert_eq!(
        world.ask("{ article(limit: 1) { author_id } }").await["article"][0]["author_id"],
        1
    );

    world
        .run_sql(json!({"sql": drop, "cascade": true}))
        .await
        .unwrap();
    assert_eq!(world.table("author").await.get("array_relationships"), None);
    assert_eq!(
        world.table("article").await.get("object_relationships"),
        None
    );

    world.sql("drop table article").await;
    assert_eq!(
        world.metadata().await["sources"][0]["tables"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn the_type_of_a_column_that_is_compared_with_a_constant_stays() {
    let world = library().await;
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "article", "role": "user",
                   "permission": {"columns": ["id"], "filter": {"title": {"_eq": "x"}}}}),
        )
        .await;
    let error = world
        .run_sql(json!({"sql": "alter table article alter column title type varchar(10)"}))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "cannot change type of column \"title\" in table \"article\" because of the following dependencies: permission article.user.select in source \"default\""
    );
    world
        .sql("alter table article alter column id type bigint")
        .await;
    assert_eq!(
        world
            .ask("{ __type(name: \"article\") { fields { name type { ofType { name } } } } }")
            .await["__type"]["fields"][2],
        json!({"name": "id", "type": {"ofType": {"name": "bigint"}}})
    );
}

#[tokio::test]
async fn a_function_in_use_cannot_be_overloaded_or_made_to_write() {
    let world = library().await;
    world
        .sql(
            "create function search(word text) returns setof article language sql stable as
              'select * from article where title ilike word'",
        )
        .await;
    world
        .done("pg_track_function", json!({"function": "search"}))
        .await;
    assert_eq!(
        world
            .ask("{ search(args: {word: \"t%\"}, order_by: {id: asc}) { title } }")
            .await,
        json!({"search": [{"title": "Two"}, {"title": "Three"}]})
    );
    let overload = "create function search(word int) returns setof article language sql stable as 'select * from article'";
    let error = world
        .run_sql(json!({"sql": overload, "check_metadata_consistency": true}))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "the following tracked function(s) cannot be overloaded: \"search\""
    );
    let error = world
        .run_sql(json!({"sql": "alter function search volatile"}))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "type of function \"search\" is altered to \"VOLATILE\" which is not supported now"
    );
    world.sql("drop function search").await;
    assert_eq!(world.metadata().await["sources"][0].get("functions"), None);
}

#[tokio::test]
async fn failing_sql_is_told_with_the_words_of_the_database() {
    let world = library().await;
    let error = world
        .run_sql(json!({"sql": "select 1/0"}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.message(), error.code().as_str()),
        ("query execution failed", "postgres-error")
    );
    assert_eq!(
        error.internal().unwrap()["error"]["message"],
        "division by zero"
    );
    let error = world
        .run_sql(json!({"sql": "delete from article", "read_only": true}))
        .await
        .unwrap_err();
    assert_eq!(error.internal().unwrap()["error"]["status_code"], "25006");
    assert_eq!(
        world
            .sql("select id, null as n from article order by id limit 1")
            .await,
        json!({"result_type": "TuplesOk", "result": [["id", "n"], ["1", "NULL"]]})
    );
}
