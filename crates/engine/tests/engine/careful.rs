//! Where a request would take more away, or give more, than it says: it is refused.

use crate::support::{World, library, world};
use howdah_error::{Code, Error};
use howdah_ir::Session;
use serde_json::{Value, json};

fn told(error: &Error) -> (&str, &str, String) {
    (
        error.code().as_str(),
        error.message(),
        error.path().to_string(),
    )
}

/// A world with an inherited role whose parent `user` has no right but one on `article`.
async fn with_inherited_role() -> World {
    let world = library().await;
    let rights = json!({"columns": "*", "filter": {}});
    for (role, table) in [("user", "article"), ("guest", "author")] {
        let args = json!({"table": table, "role": role, "permission": rights});
        world.done("pg_create_select_permission", args).await;
    }
    let role = json!({"role_name": "both", "role_set": ["user", "guest"]});
    world.done("add_inherited_role", role).await;
    world
}

#[tokio::test]
async fn no_cascade_takes_an_inherited_role_along() {
    let world = with_inherited_role().await;
    let before = world.metadata().await;
    let refusal = "cannot continue due to newly found inconsistent metadata";
    let untrack = json!({"table": "article", "cascade": true});
    let error = world.refused("pg_untrack_table", untrack).await;
    assert_eq!(error.message(), refusal);
    let error = world
        .run_sql(json!({"sql": "drop table article", "cascade": true}))
        .await
        .unwrap_err();
    assert_eq!(told(&error), ("unexpected", refusal, "$".to_owned()));
    assert_eq!(
        error.internal().unwrap()[0]["type"],
        "inherited_role",
        "{error:?}"
    );
    assert_eq!(world.metadata().await, before);
    let rows = world.ask("{ article { id } }").await;
    assert_eq!(rows["article"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn another_table_of_the_same_name_inherits_nothing() {
    let world = library().await;
    let rights = json!({"columns": "*", "filter": {}});
    let args = json!({"table": "article", "role": "user", "permission": rights});
    world.done("pg_create_select_permission", args).await;
    let again = "create table other (id int primary key, secret text, author_id int);
        drop table article; alter table other rename to article";
    let error = world.run_sql(json!({"sql": again})).await.unwrap_err();
    assert_eq!(*error.code(), Code::DependencyError, "{error:?}");
    world
        .run_sql(json!({"sql": again, "cascade": true}))
        .await
        .unwrap();
    let tables = world.metadata().await["sources"][0]["tables"].clone();
    let names: Vec<&Value> = tables.as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 1, "{tables}");
    world
        .ask_as(&Session::new("user", []), "{ article { id } }")
        .await
        .unwrap_err();
    // The one that is there now can be tracked like any other.
    world
        .done("pg_track_table", json!({"table": "article"}))
        .await;
    // A view that is made anew is another one, too; one that is replaced stays.
    world
        .sql("create view titles as select id from article")
        .await;
    let view = json!({"table": "titles"});
    world.done("pg_track_table", view.clone()).await;
    world
        .sql("create or replace view titles as select id, secret from article")
        .await;
    world.table("titles").await;
    world
        .sql("drop view titles; create view titles as select id from article")
        .await;
    world.done("pg_track_table", view).await;
}

#[tokio::test]
async fn nothing_is_made_in_a_source_of_which_nothing_is_known() {
    let world = world().await;
    let source = |variable: &str| {
        json!({"name": "away", "kind": "postgres", "tables": [{"table": "kept"}],
               "configuration": {"connection_info": {"database_url": {"from_env": variable}}}})
    };
    let document = json!({"version": 3, "sources": [source("HOWDAH_TEST_NOT_SET")]});
    let args = json!({"allow_inconsistent_metadata": true, "metadata": document});
    world.done("replace_metadata", args).await;
    let before = world.metadata().await;
    let rights = json!({"columns": "*", "filter": {}});
    for (kind, args) in [
        ("pg_track_table", json!({"source": "away", "table": "t"})),
        (
            "pg_create_select_permission",
            json!({"source": "away", "table": "kept", "role": "u", "permission": rights}),
        ),
        (
            "pg_create_array_relationship",
            json!({"source": "away", "table": "kept", "name": "r",
                   "using": {"foreign_key_constraint_on": {"table": "kept", "column": "x"}}}),
        ),
    ] {
        let error = world.refused(kind, args).await;
        assert_eq!(
            told(&error),
            (
                "not-exists",
                "source with name \"away\" does not exist",
                "$.args".to_owned()
            ),
            "{kind}"
        );
    }
    let rename = json!({"name": "away", "new_name": "near"});
    let error = world.refused("rename_source", rename).await;
    assert_eq!(error.message(), "Could not find source with name \"away\"");
    let tables = json!({"tables": [{"source": "away", "table": "t"}]});
    world.refused("pg_track_tables", tables).await;
    assert_eq!(world.metadata().await, before);
    // What is tracked in it can be taken out.
    let kept = json!({"source": "away", "table": "kept"});
    world.done("pg_untrack_table", kept).await;
}

#[tokio::test]
async fn a_source_that_cannot_be_read_is_repaired_by_adding_it_again() {
    let world = library().await;
    let mut document = world.metadata().await;
    let good = document["sources"][0]["configuration"].clone();
    document["sources"][0]["configuration"] =
        json!({"connection_info": {"database_url": {"from_env": "HOWDAH_TEST_NOT_SET"}}});
    let args = json!({"allow_inconsistent_metadata": true, "metadata": document});
    world.done("replace_metadata", args).await;
    let bad = document["sources"][0]["configuration"].clone();
    let error = world
        .refused(
            "pg_add_source",
            json!({"name": "default", "configuration": bad}),
        )
        .await;
    assert_eq!(*error.code(), Code::InvalidConfiguration, "{error:?}");
    let repair = json!({"name": "default", "configuration": good});
    world.done("pg_add_source", repair.clone()).await;
    let rows = world.ask("{ author { articles { id } } }").await;
    assert_eq!(rows["author"].as_array().unwrap().len(), 2);
    let error = world.refused("pg_add_source", repair).await;
    assert_eq!(*error.code(), Code::AlreadyExists);
}

#[tokio::test]
async fn a_kind_of_source_that_nobody_knows_is_inconsistent() {
    let world = library().await;
    let before = world.metadata().await;
    let mut document = before.clone();
    document["sources"][0]["kind"] = "postgre".into();
    let error = world.refused("replace_metadata", document.clone()).await;
    assert_eq!(
        error.message(),
        "cannot continue due to inconsistent metadata"
    );
    assert_eq!(
        *error.internal().unwrap(),
        json!([{"definition": "default", "name": "source default", "type": "source",
            "reason": "Inconsistent object: Data connector named \"postgre\" was not found in the data connector backend info"}])
    );
    assert_eq!(world.metadata().await, before);
    let args = json!({"allow_inconsistent_metadata": true, "metadata": document});
    world.done("replace_metadata", args).await;
    world.done("drop_inconsistent_metadata", json!({})).await;
    assert_eq!(world.metadata().await["sources"], json!([]));
    // Kinds that are known, or have a connector, are kept and left alone.
    for (kind, configs) in [
        ("mssql", Value::Null),
        (
            "sqlite",
            json!({"dataconnector": {"sqlite": {"uri": "http://agent"}}}),
        ),
    ] {
        let mut other = json!({"version": 3, "sources": [{"name": "other", "kind": kind, "tables": [],
            "configuration": {}}]});
        if !configs.is_null() {
            other["backend_configs"] = configs;
        }
        world.done("replace_metadata", other.clone()).await;
        assert_eq!(world.metadata().await, other);
    }
}

#[tokio::test]
async fn values_of_rules_are_read_when_the_permission_is_made() {
    let world = library().await;
    let whole = "parsing Integer expected for input type: PGInteger failed, expected Number, but encountered";
    for (kind, permission, text) in [
        (
            "select",
            json!({"columns": "*", "filter": {"id": {"_eq": [1]}}}),
            format!("{whole} Array"),
        ),
        (
            "select",
            json!({"columns": "*", "filter": {"id": {"_in": [1, true]}}}),
            format!("{whole} Boolean"),
        ),
        (
            "select",
            json!({"columns": "*", "filter": {"id": {"_gt": 1.5}}}),
            "The value 1.5 lies outside the bounds or is not an integer".to_owned(),
        ),
        (
            "insert",
            json!({"check": {}, "columns": "*", "set": {"id": true}}),
            format!("{whole} Boolean"),
        ),
        (
            "update",
            json!({"filter": {}, "check": {}, "columns": "*", "set": {"title": 1}}),
            "parsing Text failed, expected String, but encountered Number".to_owned(),
        ),
    ] {
        let command = format!("pg_create_{kind}_permission");
        let args = json!({"table": "article", "role": "user", "permission": permission});
        let error = world.refused(&command, args).await;
        assert!(error.message().contains(&text), "{permission}: {error:?}");
    }
    for permission in [
        json!({"columns": "*", "filter": {"id": {"_in": ["1", 2]}}}),
        json!({"columns": "*", "filter": {"id": {"_in": ["1", "X-Hasura-User-Id"]}}}),
        json!({"columns": "*", "filter": {"_and": [{"id": {"_eq": "X-Hasura-User-Id"}}, {"id": {"_nin": "X-Hasura-List"}}]}}),
    ] {
        let args = json!({"table": "article", "role": "user", "permission": permission});
        world.done("pg_create_select_permission", args).await;
        let drop = json!({"table": "article", "role": "user"});
        world.done("pg_drop_select_permission", drop).await;
    }
}

#[tokio::test]
async fn what_fails_while_it_runs_is_not_at_its_arguments_on_the_second_endpoint() {
    let world = library().await;
    let send = async |body: Value| {
        let admin = Session::admin();
        world.engine.query_v2(body, &admin).await.unwrap_err()
    };
    let sql = json!({"type": "run_sql", "args": {"sql": "selec 1"}});
    let read_only = json!({"type": "run_sql", "args": {"sql": "selec 1", "read_only": true}});
    let fine = json!({"type": "run_sql", "args": {"sql": "select 1", "read_only": true}});
    let rows = |condition: Value| json!({"type": "select", "args": {"table": "author", "columns": ["id"], "where": condition}});
    for (body, path) in [
        (sql.clone(), "$"),
        (read_only.clone(), "$"),
        (json!({"type": "bulk", "args": [fine, sql]}), "$[1]"),
        (
            json!({"type": "concurrent_bulk", "args": [read_only, read_only]}),
            "$[0]",
        ),
        (rows(json!({"nope": {"_eq": 1}})), "$.where"),
        (
            json!({"type": "bulk", "args": [rows(json!({"id": {"_eq": true}}))]}),
            "$[0].where.id._eq",
        ),
        // What cannot be read is told with its place in the request.
        (json!({"type": "run_sql", "args": {"sql": 1}}), "$.args.sql"),
        (
            json!({"type": "bulk", "args": [fine, {"type": "run_sql", "args": {}}]}),
            "$.args[1].args",
        ),
    ] {
        let error = send(body.clone()).await;
        assert_eq!(error.path().to_string(), path, "{body} {error:?}");
    }
}

#[tokio::test]
async fn nothing_of_a_bulk_is_done_when_one_of_it_cannot_be_read() {
    let world = library().await;
    let body = json!({"type": "bulk", "args": [
        {"type": "run_sql", "args": {"sql": "create table done (id int)"}},
        {"type": "run_sql", "args": {"sql": []}}]});
    let admin = Session::admin();
    world.engine.query_v2(body, &admin).await.unwrap_err();
    let found = world.sql("select to_regclass('done') is null").await;
    assert_eq!(found["result"][1][0], "t", "{found}");
}
