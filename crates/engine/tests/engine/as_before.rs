//! Answers of the metadata API that scripts written for the older engine count on.

use crate::support::library;
use howdah_error::Code;
use serde_json::json;

#[tokio::test]
async fn several_tables_leave_together_with_what_is_between_them() {
    let world = library().await;
    for tables in [
        json!([{"table": "author"}]),
        json!([{"table": "author"}, {"table": "nothing"}]),
    ] {
        world
            .refused("pg_untrack_tables", json!({"tables": tables}))
            .await;
        assert_eq!(
            world.table("author").await["array_relationships"][0]["name"],
            "articles"
        );
    }
    let both = json!({"tables": [{"table": "author"}, {"table": "article"}]});
    let answer = world.done("pg_untrack_tables", both.clone()).await;
    assert_eq!(answer, json!({"message": "success"}));
    world.done("pg_track_tables", both).await;
    for command in ["pg_track_tables", "pg_untrack_tables"] {
        let twice = json!({"tables": [{"table": "author"}, {"table": "author"}]});
        let error = world.refused(command, twice).await;
        assert_eq!(
            (
                error.code(),
                error.message(),
                error.path().to_string().as_str()
            ),
            (
                &Code::BadRequest,
                "The following tables occur more than once in the request: default.author",
                "$.args.tables"
            )
        );
        let error = world.refused(command, json!({"tables": []})).await;
        assert_eq!(*error.code(), Code::InvalidConfiguration);
    }
}

#[tokio::test]
async fn sql_that_cascades_takes_along_what_goes_over_what_it_dropped() {
    let world = library().await;
    let rule = json!({"columns": "*", "filter": {"author": {"name": {"_eq": "X-Hasura-User-Id"}}}});
    let permission = json!({"table": "article", "role": "user", "permission": rule});
    world.done("pg_create_select_permission", permission).await;
    let drop = "alter table article drop column author_id";
    let error = world.run_sql(json!({"sql": drop})).await.unwrap_err();
    assert_eq!(
        error.message(),
        "cannot drop due to the following dependent objects: relationship author.articles in source \"default\", relationship article.author in source \"default\", permission article.user.select in source \"default\""
    );
    world
        .run_sql(json!({"sql": drop, "cascade": true}))
        .await
        .unwrap();
    let article = world.table("article").await;
    for gone in ["object_relationships", "select_permissions"] {
        assert!(article.get(gone).is_none(), "{article}");
    }
    assert!(
        world
            .table("author")
            .await
            .get("array_relationships")
            .is_none()
    );
}

#[tokio::test]
async fn a_document_within_metadata_needs_no_version() {
    let world = library().await;
    let document = world.metadata().await;
    let args = json!({"allow_inconsistent_metadata": true, "metadata": document});
    let answer = world.done("replace_metadata", args).await;
    assert_eq!(
        answer,
        json!({"is_consistent": true, "inconsistent_objects": []})
    );
    let answer = world.done("replace_metadata", document).await;
    assert_eq!(answer, json!({"message": "success"}));
}

#[tokio::test]
async fn what_cannot_be_read_refuses_a_bulk_that_keeps_going() {
    let world = library().await;
    let before = world.metadata().await;
    for unreadable in [
        json!({"type": "nope", "args": {}}),
        json!({"type": "pg_track_table", "args": {}}),
    ] {
        let untrack =
            json!({"type": "pg_untrack_table", "args": {"table": "article", "cascade": true}});
        let error = world
            .refused("bulk_keep_going", json!([untrack, unreadable]))
            .await;
        assert_eq!(*error.code(), Code::ParseFailed);
        assert!(error.path().to_string().starts_with("$.args[1]"), "{error}");
        assert_eq!(world.metadata().await, before);
    }
}

#[tokio::test]
async fn configurations_are_of_columns_that_are_there_and_never_forgotten() {
    let world = library().await;
    let config = json!({"nope": {"custom_name": "x"}});
    let args = json!({"table": "author", "configuration": {"column_config": config}});
    let error = world.refused("pg_set_table_customization", args).await;
    assert_eq!(
        (error.code(), error.message()),
        (
            &Code::InvalidConfiguration,
            "Inconsistent object: configuration was given for the column \"nope\", but no such column exists"
        )
    );
    let custom = json!({"table": "author", "configuration": {"custom_name": "Writer"}});
    world.done("pg_set_table_customization", custom).await;
    let error = world
        .refused("pg_set_table_customization", json!({"table": "author"}))
        .await;
    assert_eq!(*error.code(), Code::ParseFailed);
    assert_eq!(
        world.table("author").await["configuration"]["custom_name"],
        "Writer"
    );
    // Who drops a column drops what was said of it.
    let named = json!({"column_config": {"title": {"custom_name": "name"}}});
    let args = json!({"table": "article", "configuration": named});
    world.done("pg_set_table_customization", args).await;
    world.sql("alter table article drop column title").await;
    let inconsistent = world.done("get_inconsistent_metadata", json!({})).await;
    assert_eq!(inconsistent["is_consistent"], true);
}

#[tokio::test]
async fn rights_to_logical_models_are_replaced_and_dropped_without_a_murmur() {
    let world = library().await;
    let fields = json!([{"name": "id", "type": "integer"}, {"name": "name", "type": "text"}]);
    let model = json!({"name": "person", "fields": fields});
    world.done("pg_track_logical_model", model).await;
    for columns in [json!(["id"]), json!(["name"])] {
        let permission = json!({"columns": columns, "filter": {}});
        let args = json!({"name": "person", "role": "user", "permission": permission});
        world
            .done("pg_create_logical_model_select_permission", args)
            .await;
    }
    let models = world.metadata().await["sources"][0]["logical_models"].clone();
    let permissions = models[0]["select_permissions"].as_array().unwrap();
    assert_eq!(permissions.len(), 1);
    assert_eq!(permissions[0]["permission"]["columns"], json!(["name"]));
    for _ in 0..2 {
        world
            .done(
                "pg_drop_logical_model_select_permission",
                json!({"name": "person", "role": "user"}),
            )
            .await;
    }
    for (command, args, message) in [
        (
            "pg_track_logical_model",
            json!({"source": "nope", "name": "x", "fields": fields}),
            "Source nope not found.",
        ),
        (
            "pg_untrack_logical_model",
            json!({"source": "nope", "name": "x"}),
            "Source \"nope\" not found.",
        ),
    ] {
        let error = world.refused(command, args).await;
        assert_eq!(
            (error.code(), error.status(), error.message()),
            (&Code::NotFound, 400, message)
        );
    }
}

#[tokio::test]
async fn the_allow_list_tells_unknown_collections_from_unlisted_ones() {
    let world = library().await;
    let definition = json!({"queries": [{"name": "q", "query": "{ author { id } }"}]});
    let args = json!({"name": "c", "definition": definition});
    world.done("create_query_collection", args).await;
    for (collection, code, message) in [
        (
            "nope",
            Code::NotExists,
            "query collection with name \"nope\" does not exist",
        ),
        (
            "c",
            Code::NotFound,
            "collection \"c\" doesn't exist in the allowlist",
        ),
    ] {
        for (command, args) in [
            (
                "drop_collection_from_allowlist",
                json!({"collection": collection}),
            ),
            (
                "update_scope_of_collection_in_allowlist",
                json!({"collection": collection, "scope": {"global": true}}),
            ),
        ] {
            let error = world.refused(command, args).await;
            assert_eq!(
                (error.code(), error.status(), error.message()),
                (&code, 400, message)
            );
        }
    }
    let error = world
        .refused(
            "pg_untrack_table",
            json!({"source": "nope", "table": "author"}),
        )
        .await;
    assert_eq!(*error.code(), Code::AlreadyUntracked);
}

#[tokio::test]
async fn rights_that_a_role_cannot_inherit_are_told_and_stop_nothing() {
    let world = library().await;
    let grant = async |role: &str, check: serde_json::Value| {
        let select = json!({"columns": "*", "filter": {}});
        let select = json!({"table": "author", "role": role, "permission": select});
        world.done("pg_create_select_permission", select).await;
        let insert = json!({"columns": "*", "check": check});
        let insert = json!({"table": "author", "role": role, "permission": insert});
        world.done("pg_create_insert_permission", insert).await;
    };
    grant("u", json!({"id": {"_gt": 1}})).await;
    let args = json!({"role_name": "before", "role_set": ["u", "v"]});
    let select = json!({"columns": ["id"], "filter": {}});
    let select = json!({"table": "article", "role": "v", "permission": select});
    world.done("pg_create_select_permission", select).await;
    world.done("add_inherited_role", args).await;
    grant("v", json!({})).await;
    let args = json!({"role_name": "after", "role_set": ["u", "v"]});
    world.done("add_inherited_role", args).await;
    let told = world.done("get_inconsistent_metadata", json!({})).await;
    let found = |role: &str| {
        json!({
            "type": "inherited role permission inconsistency",
            "name": role,
            "entity": {"permission_type": "insert", "source": "default", "table": "author"},
            "reason": format!("Could not inherit permission for the role '{role}' for the entity: \
                               'insert permission, table: author, source: 'default''"),
        })
    };
    assert_eq!(
        told,
        json!({"is_consistent": false, "inconsistent_objects": [found("before"), found("after")]})
    );
    // All else is as it should be.
    for role in ["before", "after"] {
        let session = howdah_ir::Session::new(role.to_owned(), Vec::<(String, String)>::new());
        let answer = world.ask_as(
            &session,
            "{ author(limit: 1, order_by: {id: asc}) { name } }",
        );
        assert_eq!(answer.await.unwrap(), json!({"author": [{"name": "Ann"}]}));
        let insert = "mutation { insert_author_one(object: {id: 9, name: \"x\"}) { id } }";
        world.ask_as(&session, insert).await.unwrap_err();
    }
    let before = world.metadata().await;
    world.done("drop_inconsistent_metadata", json!({})).await;
    assert_eq!(world.metadata().await, before);
    let error = world.refused("replace_metadata", before).await;
    assert_eq!(
        error.message(),
        "cannot continue due to inconsistent metadata"
    );
}

#[tokio::test]
async fn operations_that_read_run_side_by_side() {
    let world = library().await;
    let session = howdah_ir::Session::admin();
    let bulk = |items: serde_json::Value| {
        let body = json!({"type": "concurrent_bulk", "args": items});
        world.engine.query_v2(body, &session)
    };
    let select = json!({"table": "author", "columns": ["name"], "where": {"id": 1}});
    let answer = bulk(json!([
        {"type": "select", "args": select},
        {"type": "count", "args": {"table": "article"}},
        {"type": "run_sql", "args": {"sql": "select 1 as n", "read_only": true}},
    ]))
    .await
    .unwrap();
    assert_eq!(
        String::from_utf8(answer.to_vec()).unwrap(),
        r#"[[{"name":"Ann"}],{"count":3},{"result_type":"TuplesOk","result":[["n"],["1"]]}]"#
    );
    let delete = json!({"table": "author", "where": {}});
    let error = bulk(json!([{"type": "delete", "args": delete}]))
        .await
        .unwrap_err();
    assert_eq!(*error.code(), Code::BadRequest);
}

#[tokio::test]
async fn a_relationship_with_the_name_of_a_column_exists_already() {
    let world = library().await;
    let create = json!({"table": "article", "name": "title", "using": {"foreign_key_constraint_on": "author_id"}});
    let rename = json!({"table": "article", "name": "author", "new_name": "title"});
    for (command, args, text) in [
        (
            "pg_create_object_relationship",
            create,
            "field with name \"title\" already exists in table \"article\"",
        ),
        (
            "pg_rename_relationship",
            rename,
            "cannot rename relationship \"author\" to \"title\" in table \"article\" as a column/relationship with the name already exists",
        ),
    ] {
        let error = world.refused(command, args).await;
        assert_eq!(
            (error.code(), error.message(), &*error.path().to_string()),
            (&Code::AlreadyExists, text, "$.args")
        );
    }
}

#[tokio::test]
async fn functions_that_cannot_be_used_are_refused_with_all_reasons() {
    let world = library().await;
    world
        .sql(
            "create function one() returns int language sql stable as 'select 1';
             create function writers(s json, n int) returns setof author language sql stable as 'select * from author';
             create function odd(\"a b\" int) returns setof author language sql stable as 'select * from author';
             create function of_number(n int) returns int language sql stable as 'select 1';
             create function of_article(a article, s text) returns int language sql stable as 'select 1';
             create function pairs(a author) returns record language sql stable as 'select 1, 2'",
        )
        .await;
    for (function, configuration, reasons) in [
        (
            "one",
            json!({}),
            "for the following reasons:\n  • the function does not return a \"COMPOSITE\" type\n  • the function does not return a table\n",
        ),
        (
            "writers",
            json!({"session_argument": "x"}),
            "because given session argument \"x\" not the input argument of the function",
        ),
        (
            "writers",
            json!({"session_argument": "n"}),
            "because given session argument \"n\" is not of type json",
        ),
        (
            "odd",
            json!({}),
            "because the function arguments a b are not in compliance with GraphQL spec",
        ),
    ] {
        let args = json!({"function": function, "configuration": configuration});
        let error = world.refused("pg_track_function", args).await;
        let text = format!("the function {function:?} cannot be tracked {reasons}");
        assert!(error.message().ends_with(&text), "{error:?}");
    }
    for (definition, reasons) in [
        (
            json!({"function": "of_number"}),
            "for the following reasons:\n  • first argument of the function \"of_number\" is not COMPOSITE type\n  • first argument of the function \"of_number\" of type \"pg_catalog.integer\" is not the table to which the computed field is being added\n",
        ),
        (
            json!({"function": "of_article", "table_argument": "a"}),
            "because \"a\" argument of the function \"of_article\" of type \"article\" is not the table to which the computed field is being added",
        ),
        (
            json!({"function": "of_article", "table_argument": "x", "session_argument": "y"}),
            "because \"x\" is not an input argument of the function \"of_article\"",
        ),
        (
            json!({"function": "pairs", "session_argument": "y"}),
            "for the following reasons:\n  • \"y\" is not an input argument of the function \"pairs\"\n  • the function \"pairs\" returning type record is not a BASE type\n",
        ),
    ] {
        let args = json!({"table": "author", "name": "k", "definition": definition});
        let error = world.refused("pg_add_computed_field", args).await;
        let text =
            format!("the computed field \"k\" cannot be added to table \"author\" {reasons}");
        assert!(error.message().ends_with(&text), "{error:?}");
    }
}
