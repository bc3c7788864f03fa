//! Codes, places and texts of what the metadata API refuses, as the older engine has them.

use crate::support::{World, library};
use howdah_error::Code;
use serde_json::{Value, json};

/// A request, and the code, path and text of its refusal.
type Refusal<'a> = (&'a str, Value, Code, &'a str, &'a str);

impl World {
    async fn refuses(&self, refusals: impl IntoIterator<Item = Refusal<'_>>) {
        let before = self.metadata().await;
        for (command, args, code, path, message) in refusals {
            let error = self.refused(command, args.clone()).await;
            assert_eq!(
                (error.code(), &*error.path().to_string(), error.message()),
                (&code, path, message),
                "{command} {args}"
            );
        }
        assert_eq!(self.metadata().await, before);
    }
}

#[tokio::test]
async fn relationships_have_names_of_their_own_kind() {
    let world = library().await;
    let using = json!({"foreign_key_constraint_on": "author_id"});
    let named = |name: &str| json!({"table": "article", "name": name, "using": using});
    let renamed = |name: &str| json!({"table": "author", "name": "articles", "new_name": name});
    let about = |key: &str| json!({"table": "article", key: "title", "new_name": "x"});
    let no_name = "cannot include bad name in the GraphQL schema because  it is not a valid GraphQL identifier";
    let column = "expecting a relationship; but, \"title\" is a postgres column; ";
    world
        .refuses([
            (
                "pg_create_object_relationship",
                named("bad name"),
                Code::ValidationFailed,
                "$.args",
                no_name,
            ),
            (
                "pg_rename_relationship",
                renamed("bad name"),
                Code::ValidationFailed,
                "$.args",
                no_name,
            ),
            (
                "pg_drop_relationship",
                about("relationship"),
                Code::UnexpectedPayload,
                "$.args",
                column,
            ),
            (
                "pg_set_relationship_comment",
                about("relationship"),
                Code::UnexpectedPayload,
                "$.args",
                column,
            ),
            (
                "pg_rename_relationship",
                about("name"),
                Code::UnexpectedPayload,
                "$.args",
                column,
            ),
        ])
        .await;
}

#[tokio::test]
async fn what_connects_tables_is_told_as_a_whole() {
    let world = library().await;
    let both = json!({"foreign_key_constraint_on": "author_id",
                      "manual_configuration": {"remote_table": "author", "column_mapping": {}}});
    for (using, message) in [
        (
            json!({}),
            "atleast one of foreign_key_constraint_on/manual_configuration should be present",
        ),
        (
            both,
            "only one of foreign_key_constraint_on/manual_configuration should be present",
        ),
        (json!(1), "using should be an object"),
        (
            json!({"foreign_key_constraint_on": 1}),
            "Expected string or array",
        ),
        (
            json!({"foreign_key_constraint_on": {"table": "article"}}),
            "expected exactly one of 'column' or 'columns'",
        ),
        (
            json!({"foreign_key_constraint_on": "author_id"}),
            "Expecting object { table, columns }.",
        ),
    ] {
        let args = json!({"table": "author", "name": "x", "using": using});
        let error = world.refused("pg_create_array_relationship", args).await;
        assert_eq!(
            (error.code(), error.path().to_string().as_str()),
            (&Code::ParseFailed, "$.args.using"),
            "{error}"
        );
        let said = error.message().lines().last().unwrap_or_default();
        assert_eq!(said, format!("Internal error message: {message}"));
    }
}

#[tokio::test]
async fn what_is_unknown_is_told_in_the_words_of_its_command() {
    let world = library().await;
    let nope = json!({"source": "nope", "function": "f"});
    let reload = |key: &str| json!({key: ["nope"]});
    let no_source = "Source 'nope' of kind postgres not found.";
    let no_table = "table \"nope\" does not exist in source: default";
    let field = |table: &str| json!({"table": table, "name": "x", "definition": {"function": "f"}});
    world
        .refuses([
            (
                "pg_track_function",
                nope,
                Code::NotExists,
                "$.args",
                "\"nope\" is not a known postgres source",
            ),
            (
                "reload_metadata",
                reload("reload_sources"),
                Code::NotExists,
                "$.args",
                "Source with name \"nope\" not found in metadata",
            ),
            (
                "reload_metadata",
                reload("recreate_event_triggers"),
                Code::NotExists,
                "$.args",
                "Source with name \"nope\" not found in metadata",
            ),
            (
                "reload_metadata",
                reload("reload_remote_schemas"),
                Code::NotExists,
                "$.args",
                "Remote schema with name \"nope\" not found in metadata",
            ),
            (
                "reload_metadata",
                reload("reload_data_connectors"),
                Code::NotExists,
                "$.args",
                "Data connector with name \"nope\" not found in metadata",
            ),
            (
                "get_source_kind_capabilities",
                json!({"name": "pg"}),
                Code::DataConnectorError,
                "$.args",
                "pg does not support Capabilities",
            ),
            (
                "get_source_kind_capabilities",
                json!({"name": "nope"}),
                Code::DataConnectorError,
                "$.args",
                "Source Kind nope was not found",
            ),
            (
                "pg_add_computed_field",
                field("nope"),
                Code::NotExists,
                "$.args.table",
                no_table,
            ),
            (
                "pg_drop_computed_field",
                field("nope"),
                Code::NotExists,
                "$.args.table",
                no_table,
            ),
            (
                "pg_drop_computed_field",
                field("author"),
                Code::NotExists,
                "$.args.name",
                "computed field \"x\" does not exist",
            ),
        ])
        .await;
    for command in ["pg_get_native_query", "pg_get_logical_model"] {
        let error = world.refused(command, json!({"source": "nope"})).await;
        assert_eq!(
            (error.code(), error.status(), error.message()),
            (&Code::NotFound, 400, no_source)
        );
    }
}

#[tokio::test]
async fn collections_are_refused_where_and_as_they_always_were() {
    let world = library().await;
    let query = |name: &str| json!({"name": name, "query": "{ author { id } }"});
    let collection = |queries: Value| json!({"name": "c", "definition": {"queries": queries}});
    world
        .done("create_query_collection", collection(json!([query("q")])))
        .await;
    world
        .done("add_collection_to_allowlist", json!({"collection": "c"}))
        .await;
    let mut twice = collection(json!([query("y"), query("x"), query("y"), query("x")]));
    twice["name"] = json!("d");
    let nope = "query collection with name \"nope\" does not exist";
    world
        .refuses([
            (
                "create_query_collection",
                twice,
                Code::NotSupported,
                "$.args.definition.queries",
                "found duplicate query names \"x\", \"y\"",
            ),
            (
                "create_query_collection",
                json!({"name": "d", "definition": {}}),
                Code::ParseFailed,
                "$.args.definition",
                "key \"queries\" not found",
            ),
            (
                "add_query_to_collection",
                json!({"collection_name": "nope", "query_name": "x", "query": "{ author { id } }"}),
                Code::NotExists,
                "$.args",
                nope,
            ),
            (
                "drop_query_from_collection",
                json!({"collection_name": "nope", "query_name": "x"}),
                Code::NotExists,
                "$.args",
                nope,
            ),
            (
                "rename_query_collection",
                json!({"name": "nope", "new_name": "x"}),
                Code::NotExists,
                "$.args",
                nope,
            ),
            (
                "drop_query_collection",
                json!({"collection": "c", "cascade": false}),
                Code::DependencyError,
                "$.args.collection",
                "query collection with name \"c\" is present in the allowlist; cannot proceed to \
                 drop. please use cascade to confirm you wish to drop it from the allowlist as well",
            ),
        ])
        .await;
}

#[tokio::test]
async fn functions_that_compute_fields_stay_what_they_are() {
    let world = library().await;
    let function = "create or replace function shout(a author) returns text language sql";
    world
        .sql(&format!("{function} stable as 'select upper(a.name)'"))
        .await;
    let field = json!({"table": "author", "name": "loud", "definition": {"function": "shout"}});
    world.done("pg_add_computed_field", field).await;
    let overload =
        "create function shout(a author, b int) returns text language sql stable as 'select 1'";
    for (sql, message) in [
        (
            format!("{function} volatile as 'select upper(a.name)'"),
            "The type of function \"shout\" associated with computed field \"loud\" of table \
             \"author\" is being altered to \"VOLATILE\"",
        ),
        (
            overload.to_owned(),
            "The function \"shout\" associated with computed field\"loud\" of table \"author\" is \
             being overloaded",
        ),
    ] {
        let args = json!({"sql": sql, "check_metadata_consistency": true});
        let error = world.run_sql(args).await.unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            (&Code::NotSupported, message)
        );
    }
    let answer = world.ask("{ author(order_by: {id: asc}) { loud } }").await;
    assert_eq!(answer["author"][0]["loud"], "ANN");
}

#[tokio::test]
async fn commands_of_another_kind_of_source_say_which_they_are_for() {
    let world = library().await;
    world
        .refuses([
            (
                "citus_track_table",
                json!({"table": "author"}),
                Code::NotExists,
                "$.args",
                "source with name \"default\" has backend type \"postgres\" which does not match the \
                 expected type citus",
            ),
            (
                "citus_track_function",
                json!({"function": "f"}),
                Code::NotExists,
                "$.args",
                "\"default\" is not a known citus source",
            ),
        ])
        .await;
}

#[tokio::test]
async fn what_must_be_said_is_missed_where_it_is_not() {
    let world = library().await;
    let of_source = |command: &str| {
        format!(
            "Error when parsing command {command}.\nSee the documentation of the metadata API.\n\
             Internal error message: key \"source\" not found"
        )
    };
    let (query, model) = (
        of_source("get_native_query"),
        of_source("get_logical_model"),
    );
    world
        .refuses([
            (
                "drop_query_collection",
                json!({"collection": "c"}),
                Code::ParseFailed,
                "$.args",
                "key \"cascade\" not found",
            ),
            (
                "pg_get_native_query",
                json!({}),
                Code::ParseFailed,
                "$.args",
                &query,
            ),
            (
                "pg_get_logical_model",
                json!({}),
                Code::ParseFailed,
                "$.args",
                &model,
            ),
        ])
        .await;
    let admin = howdah_ir::Session::admin();
    for (body, path) in [
        (json!({"type": "export_metadata"}), "$"),
        (
            json!({"type": "bulk", "args": [{"type": "clear_metadata"}]}),
            "$.args[0]",
        ),
    ] {
        let error = world.engine.metadata(body, &admin).await.unwrap_err();
        assert_eq!(
            (error.code(), &*error.path().to_string(), error.message()),
            (&Code::ParseFailed, path, "key \"args\" not found")
        );
    }
    let body = json!({"type": "remove_api_limits"});
    assert!(world.engine.metadata(body, &admin).await.is_ok());
}
