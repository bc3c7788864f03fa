//! Parts that do not fit are refused or reported, be they sent with a command or with a whole document:
//! names that the schema cannot have, roles that are nobody, rights of who needs none.

use crate::support::{World, library, user};
use howdah_error::{Code, Error};
use serde_json::{Value, json};

impl World {
    /// Replaces the metadata after a change of it, come what may; the inconsistent objects.
    pub async fn imported(&self, change: impl FnOnce(&mut Value)) -> Result<Value, Error> {
        let mut metadata = self.metadata().await;
        change(&mut metadata);
        let body = json!({"type": "replace_metadata", "version": 2,
                          "args": {"metadata": metadata, "allow_inconsistent_metadata": true}});
        let admin = howdah_ir::Session::admin();
        let answer = self.engine.metadata(body, &admin).await?;
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        Ok(answer["inconsistent_objects"].take())
    }
}

#[tokio::test]
async fn a_document_does_not_restrict_who_may_do_everything() {
    let world = library().await;
    let model = json!({"name": "m", "fields": [{"name": "id", "type": "int"}]});
    world.done("pg_track_logical_model", model).await;
    let right =
        json!([{"role": "admin", "permission": {"columns": ["id"], "filter": {"id": {"_eq": 0}}}}]);
    let objects = world
        .imported(|metadata| {
            let source = &mut metadata["sources"][0];
            source["tables"][1]["select_permissions"] = right.clone();
            source["tables"][1]["update_permissions"] = right.clone();
            source["logical_models"][0]["select_permissions"] = right.clone();
        })
        .await
        .unwrap();
    let reasons: Vec<(&str, &str)> = objects
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (
                found["type"].as_str().unwrap(),
                found["reason"].as_str().unwrap(),
            )
        })
        .collect();
    let on_table = "Inconsistent object: in table \"author\": in permission for role \"admin\": cannot \
                    define permission for admin role";
    let on_model = "Inconsistent object: in logical model \"m\": in permission for role \"admin\": cannot \
                    define permission for admin role";
    assert_eq!(
        reasons,
        [
            ("select_permission", on_table),
            ("update_permission", on_table),
            ("select_permission", on_model)
        ]
    );
    let all = json!({"author": [{"id": 1}, {"id": 2}]});
    assert_eq!(world.ask("{ author { id } }").await, all);
}

#[tokio::test]
async fn names_of_a_source_are_names_of_the_schema() {
    let world = library().await;
    for (part, key, name) in [
        ("root_fields", "namespace", "n s"),
        ("root_fields", "namespace", ""),
        ("root_fields", "prefix", "1st_"),
        ("root_fields", "suffix", "-x"),
        ("type_names", "prefix", "ä_"),
        ("type_names", "suffix", "\"x"),
    ] {
        let customization = json!({part: {key: name}});
        let text = format!("invalid GraphQL field name '{name}'");
        let args = json!({"name": "default", "customization": customization});
        let error = world.refused("pg_update_source", args).await;
        assert_eq!(
            error.path().to_string(),
            format!("$.args.customization.{part}.{key}")
        );
        assert!(error.message().ends_with(&text), "{}", error.message());
        let imported = world
            .imported(|metadata| metadata["sources"][0]["customization"] = customization)
            .await;
        let error = imported.unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            (&Code::ParseFailed, text.as_str())
        );
    }
}

#[tokio::test]
async fn there_are_two_naming_conventions() {
    let world = library().await;
    let args = json!({"name": "default", "customization": {"naming_convention": "kebab"}});
    let error = world.refused("pg_update_source", args).await;
    let text = "naming_convention can either be \"hasura-default\" or \"graphql-default\"";
    assert!(error.message().ends_with(text), "{}", error.message());
    assert_eq!(
        error.path().to_string(),
        "$.args.customization.naming_convention"
    );
}

#[tokio::test]
async fn a_scope_means_everybody_or_certain_roles() {
    let world = library().await;
    let collection = json!({"name": "c", "definition": {"queries": []}});
    world.done("create_query_collection", collection).await;
    let listed = json!({"collection": "c"});
    world.done("add_collection_to_allowlist", listed).await;
    for (scope, path, text) in [
        (
            json!({"global": true, "roles": ["user"]}),
            "",
            "roles are not allowed when global is true",
        ),
        (json!({"global": false}), "", "key \"roles\" not found"),
        (
            json!({"global": false, "roles": []}),
            ".roles",
            "parsing NonEmpty failed, unexpected empty list",
        ),
        (
            json!({"global": false, "roles": ["a", "a"]}),
            "",
            "duplicate roles are not allowed",
        ),
        (
            json!({"global": false, "roles": [""]}),
            ".roles[0]",
            "empty string not allowed",
        ),
        (json!({"roles": ["a"]}), "", "key \"global\" not found"),
    ] {
        let told = |error: Error| {
            let path = error.path().to_string();
            (error.code().clone(), path, error.message().to_owned())
        };
        let of_command = json!({"collection": "c", "scope": scope});
        for command in [
            "add_collection_to_allowlist",
            "update_scope_of_collection_in_allowlist",
        ] {
            assert_eq!(
                told(world.refused(command, of_command.clone()).await),
                (
                    Code::ParseFailed,
                    format!("$.args.scope{path}"),
                    text.to_owned()
                )
            );
        }
        let imported = world.imported(|m| m["allowlist"][0]["scope"] = scope).await;
        assert_eq!(
            told(imported.unwrap_err()),
            (
                Code::ParseFailed,
                format!("$.args.metadata.allowlist[0].scope{path}"),
                text.to_owned()
            )
        );
    }
    assert_eq!(
        world.metadata().await["allowlist"],
        json!([{"collection": "c"}])
    );
}

#[tokio::test]
async fn a_set_of_roles_has_each_of_them_once() {
    let world = library().await;
    let right = |role: &str| json!({"table": "author", "role": role, "permission": {"columns": "*", "filter": {}}});
    world.done("pg_create_select_permission", right("a")).await;
    world.done("pg_create_select_permission", right("b")).await;
    let role = json!({"role_name": "i", "role_set": ["a", "b", "a"]});
    world.done("add_inherited_role", role).await;
    let hidden = json!({"disabled_for_roles": ["a", "a"]});
    world
        .done("set_graphql_schema_introspection_options", hidden)
        .await;
    let metadata = world.metadata().await;
    assert_eq!(
        metadata["inherited_roles"],
        json!([{"role_name": "i", "role_set": ["a", "b"]}])
    );
    assert_eq!(
        metadata["graphql_schema_introspection"],
        json!({"disabled_for_roles": ["a"]})
    );
    for (command, args, path) in [
        (
            "add_inherited_role",
            json!({"role_name": "j", "role_set": ["a", ""]}),
            "$.args.role_set[1]",
        ),
        (
            "set_graphql_schema_introspection_options",
            json!({"disabled_for_roles": [""]}),
            "$.args.disabled_for_roles[0]",
        ),
        (
            "set_graphql_schema_introspection_options",
            json!({}),
            "$.args",
        ),
    ] {
        let error = world.refused(command, args).await;
        assert_eq!(
            (error.code(), error.path().to_string().as_str()),
            (&Code::ParseFailed, path)
        );
    }
    // What goes with one that others are made of is told as a failure of the request.
    let above = json!({"role_name": "j", "role_set": ["i"]});
    world.done("add_inherited_role", above).await;
    let error = world
        .refused("drop_inherited_role", json!({"role_name": "i"}))
        .await;
    assert_eq!(
        (error.status(), error.message()),
        (400, "cannot continue due to new inconsistent metadata")
    );
}

#[tokio::test]
async fn functions_are_for_roles_that_may_do_something() {
    let world = library().await;
    world
        .sql("create function f() returns setof article language sql volatile as 'select * from article'")
        .await;
    let mut function = json!({"function": "f", "configuration": {"exposed_as": "mutation",
                              "custom_root_fields": {"function": "x", "function_aggregate": "x"}}});
    let error = world.refused("pg_track_function", function.clone()).await;
    assert_eq!(
        (error.code(), error.path().to_string().as_str()),
        (
            &Code::ParseFailed,
            "$.args.configuration.custom_root_fields"
        )
    );
    let text = "the following custom root field names are duplicated: \"x\" and \"x\"";
    assert!(error.message().ends_with(text), "{}", error.message());
    function["configuration"]["custom_root_fields"]["function_aggregate"] = json!("y");
    world.done("pg_track_function", function).await;

    let permission = json!({"function": "f", "role": "user"});
    for role in ["user", "admin"] {
        let args = json!({"function": "f", "role": role});
        let error = world.refused("pg_create_function_permission", args).await;
        let text = format!(
            "function permission can only be added when the function's return table \"article\" has \
             select permission configured for role: \"{role}\""
        );
        assert_eq!(
            (error.code(), error.message()),
            (&Code::NotSupported, text.as_str())
        );
    }
    let gone = json!({"function": "g", "role": "user"});
    let error = world.refused("pg_drop_function_permission", gone).await;
    assert_eq!(
        error.message(),
        "permission of role \"user\" does not exist for function \"g\" in source: \"default\""
    );
    let right = json!({"table": "article", "role": "user", "permission": {"columns": ["id"], "filter": {"id": {"_eq": 1}}}});
    world.done("pg_create_select_permission", right).await;
    world
        .done("pg_create_function_permission", permission)
        .await;
    let rows = world.ask_as(&user(1), "mutation { x { id } }").await;
    assert_eq!(rows.unwrap(), json!({"x": [{"id": 1}]}));
}

#[tokio::test]
async fn federation_has_one_version() {
    let world = library().await;
    let args = |version: Value| json!({"table": "author", "apollo_federation_config": {"enable": version}});
    for version in [json!("v2"), json!(1)] {
        let error = world
            .refused("pg_set_apollo_federation_config", args(version))
            .await;
        assert_eq!(
            (error.code(), error.path().to_string().as_str()),
            (&Code::ParseFailed, "$.args.apollo_federation_config.enable")
        );
    }
    world
        .done("pg_set_apollo_federation_config", args(json!("v1")))
        .await;
    assert_eq!(
        world.table("author").await["apollo_federation_config"],
        json!({"enable": "v1"})
    );
}

#[tokio::test]
async fn rows_of_a_logical_model_have_the_limit_of_the_role() {
    let world = library().await;
    let model = json!({"name": "m", "fields": [{"name": "id", "type": "int"}]});
    world.done("pg_track_logical_model", model).await;
    let query = json!({"root_field_name": "q", "returns": "m", "code": "select id from article"});
    world.done("pg_track_native_query", query).await;
    let right = |key: &str, value: Value| {
        let mut permission = json!({"columns": ["id"], "filter": {}});
        permission[key] = value;
        json!({"name": "m", "role": "user", "permission": permission})
    };
    let create = "pg_create_logical_model_select_permission";
    world.done(create, right("limit", json!(2))).await;
    for query in ["{ q { id } }", "{ q(limit: 5) { id } }"] {
        let rows = world.ask_as(&user(1), query).await.unwrap();
        assert_eq!(rows["q"].as_array().unwrap().len(), 2, "{query}");
    }
    for (key, value, path) in [
        ("limit", json!("x"), "limit"),
        ("allow_aggregations", json!(1), "allow_aggregations"),
        ("query_root_fields", json!(["x"]), "query_root_fields[0]"),
        ("filter", json!({"_and": 1}), "filter._and"),
    ] {
        let error = world.refused(create, right(key, value)).await;
        assert_eq!(
            (error.code(), error.path().to_string()),
            (&Code::ParseFailed, format!("$.args.permission.{path}"))
        );
    }
    world.refused(create, right("limit", json!(-1))).await;
    let nobody = json!({"name": "m", "role": "", "permission": {"columns": "*", "filter": {}}});
    let error = world.refused(create, nobody).await;
    assert_eq!(error.path().to_string(), "$.args.role");
}

#[tokio::test]
async fn a_field_of_a_native_query_leads_to_one_row_or_to_many() {
    let world = library().await;
    let model = json!({"name": "m", "fields": [{"name": "id", "type": "int"}]});
    world.done("pg_track_logical_model", model).await;
    let relationship = |name: &str| json!([{"name": name, "using": {"column_mapping": {"id": "id"}, "remote_table": "author"}}]);
    let query = json!({"root_field_name": "q", "returns": "m", "code": "select id from article",
                       "object_relationships": relationship("r"), "array_relationships": relationship("r")});
    let error = world.refused("pg_track_native_query", query.clone()).await;
    let reason = "Inconsistent object: The native query 'q' has duplicate relationships: r";
    assert_eq!(
        (error.code(), error.message()),
        (&Code::InvalidConfiguration, reason)
    );
    let objects = world
        .imported(|metadata| metadata["sources"][0]["native_queries"] = json!([query]))
        .await
        .unwrap();
    assert_eq!(objects[0]["reason"], reason);
}

#[tokio::test]
async fn rows_have_no_type_that_every_schema_has() {
    let world = library().await;
    let model = json!({"name": "Boolean", "fields": [{"name": "id", "type": "int"}]});
    world.done("pg_track_logical_model", model).await;
    let query =
        json!({"root_field_name": "q", "returns": "Boolean", "code": "select id from article"});
    let error = world.refused("pg_track_native_query", query).await;
    assert_eq!(
        error.message(),
        "Found conflicting definitions for \"Boolean\". It is defined by the schema itself and by \
         logical_model Boolean in source default."
    );
    for name in ["query_root", "Int", "__Type"] {
        let args = json!({"table": "author", "configuration": {"custom_name": name}});
        let error = world.refused("pg_set_table_customization", args).await;
        assert!(
            error.message().contains("defined by the schema itself"),
            "{}",
            error.message()
        );
    }
}

#[tokio::test]
async fn rows_have_no_type_that_is_a_scalar_in_use() {
    let world = library().await;
    world
        .sql(
            "create table date (id int primary key, at timestamptz);
             create table event (id int primary key, day date[], secret uuid);
             create function on_day(day date) returns setof author
               language sql stable as 'select * from author';",
        )
        .await;
    let track = |table: &str| json!({"table": table});
    // Nothing is of the type yet.
    world.done("pg_track_table", track("date")).await;
    let conflict = "Found conflicting definitions for \"date\". It is defined by the scalar of columns \
                    or arguments and by table date in source default.";
    let error = world.refused("pg_track_table", track("event")).await;
    assert_eq!(error.message(), conflict);
    let error = world
        .refused("pg_track_function", json!({"function": "on_day"}))
        .await;
    assert_eq!(error.message(), conflict);
    let error = world
        .run_sql(json!({"sql": "alter table article add day date"}))
        .await
        .unwrap_err();
    assert_eq!(error.message(), conflict);
    world.ask("{ date { at } }").await;

    world.done("pg_untrack_table", track("date")).await;
    world.done("pg_track_table", track("event")).await;
    let error = world.refused("pg_track_table", track("date")).await;
    assert_eq!(error.message(), conflict);
    let renamed = json!({"table": "date", "configuration": {"custom_name": "Date"}});
    world.done("pg_track_table", renamed.clone()).await;
    let error = world
        .refused(
            "pg_set_table_customization",
            json!({"table": "date", "configuration": {}}),
        )
        .await;
    assert_eq!(error.message(), conflict);
    // Through documents it is inconsistent, until nothing else is called so.
    let objects = world
        .imported(|metadata| metadata["sources"][0]["tables"][2]["configuration"] = json!({}))
        .await
        .unwrap();
    assert_eq!(objects[0]["name"], "table date in source default");
    assert_eq!(objects[0]["reason"], conflict);
    world.done("pg_untrack_table", track("event")).await;
    world.ask("{ date { at } }").await;
    assert!(world.engine.health().await.consistent);
}

#[tokio::test]
async fn settings_are_of_known_kinds_in_documents_too() {
    let world = library().await;
    let limits = |unique: Value| {
        json!({"rate_limit": {"global": {"max_reqs_per_min": 1, "unique_params": unique}},
               "time_limit": {"global": 0.5, "per_role": {"user": 3}}})
    };
    world.done("set_api_limits", limits(json!("ip"))).await;
    assert_eq!(world.metadata().await["api_limits"], limits(json!("IP")));
    let text = "Not a valid value. Should be either: 'IP' or a list of Hasura session variables";
    for unique in [
        json!("x"),
        json!(["x-hasura-role"]),
        json!(["id"]),
        json!(1),
    ] {
        let error = world.refused("set_api_limits", limits(unique)).await;
        assert_eq!(
            (error.message(), error.path().to_string().as_str()),
            (text, "$.args.rate_limit.global.unique_params")
        );
    }
    let host = json!({"tls_allowlist": [{"host": "h", "permissions": ["none"]}]});
    let error = world.imported(|m| m["network"] = host).await.unwrap_err();
    assert_eq!(
        (error.message(), error.path().to_string().as_str()),
        (
            "expecting \"self-signed\" for permissions",
            "$.args.metadata.network.tls_allowlist[0].permissions[0]"
        )
    );
    // What hangs on a function that is not there goes unmentioned, as with tables.
    let function = json!([{"function": "none", "permissions": [{"role": "user"}]}]);
    let objects = world
        .imported(|m| m["sources"][0]["functions"] = function)
        .await
        .unwrap();
    assert_eq!(objects.as_array().unwrap().len(), 1, "{objects}");
}

#[tokio::test]
async fn names_on_a_table_are_refused_where_they_stand() {
    let world = library().await;
    for (configuration, path, text) in [
        (
            json!({"custom_root_fields": {"select": "a", "insert": "a"}}),
            "custom_root_fields",
            "the following custom root field names are duplicated: a",
        ),
        (
            json!({"custom_root_fields": {"select": "a", "insert": "a", "update": {"name": "b"}, "delete": "b"}}),
            "custom_root_fields",
            "the following custom root field names are duplicated: a and b",
        ),
        (
            json!({"custom_root_fields": {"select": {"name": "a b"}}}),
            "custom_root_fields.select.name",
            "invalid GraphQL field name 'a b'",
        ),
        (
            json!({"custom_column_names": {"name": "a b"}}),
            "custom_column_names.name",
            "invalid GraphQL field name 'a b'",
        ),
    ] {
        let args = json!({"table": "author", "configuration": configuration});
        let error = world.refused("pg_set_table_customization", args).await;
        assert_eq!(
            error.path().to_string(),
            format!("$.args.configuration.{path}")
        );
        assert!(error.message().ends_with(text), "{}", error.message());
    }
}

#[tokio::test]
async fn arguments_are_objects() {
    let world = library().await;
    for (command, args, path) in [
        (
            "pg_untrack_table",
            json!(["default", "author", true]),
            "$.args",
        ),
        ("pg_drop_source", json!(["default", true]), "$.args"),
        ("add_host_to_tls_allowlist", json!(["h"]), "$.args"),
        (
            "update_scope_of_collection_in_allowlist",
            json!({"collection": "c", "scope": [true]}),
            "$.args.scope",
        ),
    ] {
        let error = world.refused(command, args).await;
        assert_eq!(
            (error.code(), error.path().to_string().as_str()),
            (&Code::ParseFailed, path)
        );
        let text = "parsing Object failed, expected Object, but encountered Array";
        assert!(error.message().ends_with(text), "{}", error.message());
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_of_the_database_as_it_is() {
    let world = library().await;
    // Behind the engine's back.
    world
        .database
        .run("create function f(variadic x int[]) returns setof article language sql stable as 'select * from article';
              create function g() returns int language sql stable as 'select 1'")
        .await;
    for (function, reason) in [
        (
            "f",
            "Inconsistent object: in function \"f\": the function \"f\" cannot be tracked because function \
             with \"VARIADIC\" parameters are not supported",
        ),
        (
            "g",
            "Inconsistent object: in function \"g\": the function \"g\" cannot be tracked for the \
             following reasons:\n  • the function does not return a \"COMPOSITE\" type\n  • the function \
             does not return a table\n",
        ),
        (
            "h",
            "Inconsistent object: in function \"h\": no such function exists: \"h\"",
        ),
    ] {
        let error = world
            .refused("pg_track_function", json!({"function": function}))
            .await;
        assert_eq!(error.message(), reason);
    }
}
