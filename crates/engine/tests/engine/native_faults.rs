//! What is wrong with native queries and logical models, and who is told of it.

use crate::natives::library;
use howdah_error::Code;
use serde_json::{Value, json};

#[tokio::test]
async fn the_database_checks_a_native_query_when_it_is_tracked() {
    let world = library().await;
    let before = world.metadata().await;
    let query = |code: &str| {
        json!({"root_field_name": "q", "returns": "author_model", "code": code,
               "array_relationships": [{"name": "articles", "using": {
                   "column_mapping": {"id": "author_id"}, "remote_native_query": "articles"}}]})
    };
    // What the database says, or the query that it would be, is told beside the object.
    let failed = "Failed to validate query";
    for (code, args, reason, message) in [
        (
            "select nothing from nowhere",
            "",
            failed,
            "relation \"nowhere\" does not exist",
        ),
        (
            "select 1 as id, 'x' as name",
            "",
            failed,
            "Column named 'org' is not returned from the query.",
        ),
        (
            "select 1 as id, 'x' as name, 1 as org, 2 as org",
            "",
            failed,
            "column reference \"org\" is ambiguous",
        ),
        (
            "select 1::bigint as id, 'x' as name, 1 as org",
            "",
            failed,
            "Return column 'id' has a type mismatch. The expected type is 'int4', but the actual type \
             is 'int8'.",
        ),
        (
            "select {{a}}, {{c}}, {{b}}",
            "a",
            "The following columns are used in the query, but are not declared as arguments: ['b', 'c']",
            "",
        ),
        (
            "select 1 as id, {{b}} as name, 1 as org",
            "cba",
            "The following columns are declared as arguments, but are not used in the query: ['a', 'c']",
            "",
        ),
        (
            "select 1; select 2",
            "",
            "a native query must be one statement",
            "",
        ),
        (
            "insert into author values (9, 'x', 9) returning *",
            "",
            failed,
            "syntax error at or near \"into\"",
        ),
        (
            "delete from author returning *",
            "",
            failed,
            "syntax error at or near \"from\"",
        ),
        (
            "with gone as (delete from author returning *) select * from gone",
            "",
            failed,
            "WITH clause containing a data-modifying statement must be at the top level",
        ),
        (
            "drop table author",
            "",
            failed,
            "syntax error at or near \"table\"",
        ),
        (
            "select id, name, org from author where name = '{{a}}'",
            "a",
            "the argument \"a\" stands inside a literal or a quoted name, where it would have no \
             effect: put it outside and join the parts with ||",
            "",
        ),
        (
            "select id, name, org from author) as q, (select 1",
            "",
            "the parentheses of the native query do not match",
            "",
        ),
        (
            "select id, name, org from author where id = $1",
            "",
            "\"$1\" is no parameter of a native query: arguments are written {{name}}",
            "",
        ),
        ("", "", "the native query has no SQL", ""),
    ] {
        let mut query = query(code);
        for name in args.chars() {
            query["arguments"][name.to_string()] = json!({"type": "text"});
        }
        let error = world.refused("pg_track_native_query", query).await;
        assert_eq!(
            (
                error.message(),
                error.code(),
                error.path().to_string().as_str()
            ),
            (
                format!("Inconsistent object: {reason}").as_str(),
                &Code::InvalidConfiguration,
                "$.args"
            ),
            "{code}"
        );
        let object = &error.internal().unwrap()[0];
        assert_eq!(object["type"], "native_query");
        let told = &object["message"];
        let told = told["error"]["message"].as_str().or(told.as_str());
        assert_eq!(told.unwrap_or_default(), message, "{code}");
    }
    let unclosed = world
        .refused("pg_track_native_query", query("select {{a"))
        .await;
    assert_eq!(
        (unclosed.code(), unclosed.message()),
        (
            &Code::ParseFailed,
            "Found '{{' without a matching closing '}}'"
        )
    );
    assert_eq!(world.metadata().await, before);
    assert_eq!(
        world.sql("select count(*) from author").await["result"][1],
        json!(["2"])
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused_or_inconsistent() {
    let world = library().await;
    for (kind, args, code, message) in [
        (
            "pg_track_native_query",
            json!({"root_field_name": "authors", "returns": "author_model", "code": "select 1"}),
            "already-tracked",
            "Native query 'authors' is already tracked.",
        ),
        (
            "pg_track_logical_model",
            json!({"name": "author_model", "fields": []}),
            "already-tracked",
            "Logical model 'author_model' is already tracked.",
        ),
        (
            "pg_track_native_query",
            json!({"root_field_name": "q", "returns": "nothing", "code": "select 1"}),
            "invalid-configuration",
            "Inconsistent object: The logical model nothing could not be found",
        ),
        (
            "pg_track_native_query",
            json!({"root_field_name": "a b", "returns": "author_model", "code": "select 1"}),
            "invalid-configuration",
            "Inconsistent object: \"a b\" is not a valid GraphQL name",
        ),
        (
            "pg_track_logical_model",
            json!({"name": "m", "fields": [{"name": "a", "type": {"logical_model": "none"}}]}),
            "invalid-configuration",
            "Inconsistent object: in logical model \"m\": Logical model \"none\" not found.",
        ),
        (
            "pg_track_logical_model",
            json!({"name": "m", "fields": [{"name": "a", "type": "strange"}]}),
            "invalid-configuration",
            "Inconsistent object: in logical model \"m\": type \"strange\" does not exist",
        ),
        (
            "pg_untrack_logical_model",
            json!({"name": "author_model"}),
            "constraint-violation",
            "Logical model \"author_model\" still being used by following native queries: authors",
        ),
        (
            "pg_untrack_native_query",
            json!({"root_field_name": "none"}),
            "not-found",
            "Native query \"none\" not found in source \"default\".",
        ),
        (
            "pg_create_logical_model_select_permission",
            json!({"name": "author_model", "role": "r",
                   "permission": {"columns": ["none"], "filter": {}}}),
            "unexpected",
            "cannot continue due to new inconsistent metadata",
        ),
        (
            "pg_create_logical_model_select_permission",
            json!({"name": "author_model", "role": "r",
                   "permission": {"columns": "*", "filter": {"articles": {"id": {"_eq": 1}}}}}),
            "unexpected",
            "cannot continue due to new inconsistent metadata",
        ),
    ] {
        let error = world.refused(kind, args.clone()).await;
        assert_eq!(
            (error.code().as_str(), error.message()),
            (code, message),
            "{kind} {args}"
        );
    }
    // A field that leads to another logical model must be implemented.
    let error = world
        .refused(
            "pg_track_native_query",
            json!({"root_field_name": "q", "returns": "author_model",
                   "code": "select id, name, org from author"}),
        )
        .await;
    assert_eq!(
        error.message(),
        "Inconsistent object: the field \"articles\" of the logical model needs an array relationship of that name to a \
         native query that returns \"article_model\""
    );
    // What the SQL of native queries reads cannot be dropped, except with them.
    let error = world
        .run_sql(json!({"sql": "drop table author"}))
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "cannot continue due to newly found inconsistent metadata"
    );
    world
        .run_sql(json!({"sql": "drop table author", "cascade": true}))
        .await
        .unwrap();
    let answer = world.done("get_inconsistent_metadata", json!({})).await;
    assert_eq!(answer["is_consistent"], json!(true), "{answer}");
    assert_eq!(
        world
            .done("pg_get_native_query", json!({"source": "default"}))
            .await,
        json!([])
    );
    assert_eq!(
        world
            .done("pg_get_logical_model", json!({"source": "default"}))
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn documents_with_faults_are_kept_and_tell_them() {
    let world = library().await;
    let mut metadata = world.metadata().await;
    metadata["sources"][0]["native_queries"][0]["code"] = json!("select 1 as id");
    metadata["sources"][0]["logical_models"][0]["select_permissions"] =
        json!([{"role": "user", "permission": {"columns": ["none"], "filter": {}}}]);
    let body = json!({"type": "replace_metadata", "version": 2,
        "args": {"metadata": metadata, "allow_inconsistent_metadata": true}});
    let answer = world
        .engine
        .metadata(body, &howdah_ir::Session::admin())
        .await
        .unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let objects: Vec<(String, String)> = answer["inconsistent_objects"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"))
        .iter()
        .map(|o| {
            (
                o["type"].as_str().unwrap().into(),
                o["name"].as_str().unwrap().into(),
            )
        })
        .collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        objects,
        [
            pair("native_query", "native_query articles in source default"),
            pair("native_query", "native_query authors in source default"),
            pair(
                "select_permission",
                "select_permission user in logical_model article_model in source default"
            ),
        ]
    );
    world.done("drop_inconsistent_metadata", json!({})).await;
    let left = world.metadata().await;
    assert_eq!(left["sources"][0].get("native_queries"), None);
    assert_eq!(
        left["sources"][0]["logical_models"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}
