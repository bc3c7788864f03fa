//! Input that does not fit, and names that nobody would choose.

use crate::support::{World, library, user, world};
use howdah_error::Code;
use howdah_ir::Session;
use serde_json::{Value, json};

/// Sends a command that must be refused: where it goes wrong, and what is said.
async fn refusal(world: &World, kind: &str, args: Value) -> (String, String) {
    let error = world.refused(kind, args).await;
    (error.path().to_string(), error.message().to_owned())
}

#[tokio::test]
async fn what_does_not_fit_is_told_with_its_place_and_changes_nothing() {
    let world = library().await;
    let before = world.metadata().await;
    let author =
        |permission: Value| json!({"table": "author", "role": "r", "permission": permission});
    let configuration = |names: Value| json!({"table": "author", "configuration": names});
    let document = |part: Value| {
        let mut document = before.clone();
        document
            .as_object_mut()
            .unwrap()
            .extend(part.as_object().unwrap().clone());
        document
    };
    let twice = json!([before["sources"][0], before["sources"][0]]);
    let elsewhere = json!({"name": "elsewhere", "kind": "mssql", "tables": [{"table": {"schema": "dbo", "name": "x"}}]});
    let mut second = before["sources"][0].clone();
    second["tables"][1]["select_permission"] = json!([]);
    second["tables"][1]["foo"] = json!(1);
    let misspelt = document(json!({"sources": [elsewhere, second]}));
    for (kind, args, path, text) in [
        (
            "pg_track_table",
            json!({}),
            "$.args",
            "key \"name\" not found",
        ),
        (
            "pg_track_table",
            json!({"table": 5}),
            "$.args.table",
            "expecting a string/object for QualifiedObject",
        ),
        (
            "pg_track_table",
            json!({"table": {"schema": 1, "name": "t"}}),
            "$.args.table.schema",
            "encountered Number",
        ),
        (
            "pg_track_table",
            json!({"table": "t\u{0}"}),
            "$.args",
            "no such table",
        ),
        (
            "pg_create_select_permission",
            author(json!({"columns": 7, "filter": {}})),
            "$.args.permission.columns",
            "parsing [] failed, expected Array, but encountered Number",
        ),
        (
            "pg_create_select_permission",
            author(json!({"columns": [7], "filter": {}})),
            "$.args.permission.columns[0]",
            "encountered Number",
        ),
        (
            "pg_create_select_permission",
            author(json!({"columns": "*", "filter": []})),
            "$.args.permission.filter",
            "encountered Array",
        ),
        (
            "pg_create_select_permission",
            author(json!({"columns": "*", "filter": {}, "limit": -1})),
            "$.args",
            "unexpected negative value",
        ),
        (
            "pg_create_select_permission",
            json!({"table": "author", "role": "", "permission": {"columns": "*", "filter": {}}}),
            "$.args.role",
            "empty string not allowed",
        ),
        (
            "pg_set_table_customization",
            configuration(json!({"custom_name": "two words"})),
            "$.args.configuration.custom_name",
            "invalid GraphQL field name 'two words'",
        ),
        (
            "pg_set_table_customization",
            configuration(json!({"custom_root_fields": {"select": "é"}})),
            "$.args.configuration.custom_root_fields.select",
            "invalid GraphQL field name 'é'",
        ),
        (
            "pg_set_table_customization",
            configuration(json!({"column_config": {"id": {"custom_name": "1st"}}})),
            "$.args.configuration.column_config.id.custom_name",
            "invalid GraphQL field name '1st'",
        ),
        (
            "pg_create_object_relationship",
            json!({"table": "article", "name": "", "using": {"foreign_key_constraint_on": "author_id"}}),
            "$.args.name",
            "empty string not allowed",
        ),
        (
            "pg_add_source",
            json!({"name": "", "configuration": {"connection_info": {"database_url": "x=y"}}}),
            "$.args.name",
            "empty string not allowed",
        ),
        (
            "add_inherited_role",
            json!({"role_name": "", "role_set": []}),
            "$.args.role_name",
            "empty string not allowed",
        ),
        (
            "add_inherited_role",
            json!({"role_name": "r", "role_set": ["r"]}),
            "$.args",
            "role combination",
        ),
        (
            "replace_metadata",
            document(json!({"version": 4})),
            "$.args.version",
            "version: 4",
        ),
        (
            "replace_metadata",
            document(json!({"version": "3"})),
            "$.args.version",
            "version",
        ),
        (
            "replace_metadata",
            document(json!({"sources": twice})),
            "$.args.sources",
            "multiple declarations",
        ),
        (
            "replace_metadata",
            document(json!({"sources": [{"name": "x", "tables": []}]})),
            "$.args.sources[0]",
            "\"configuration\" not found",
        ),
        (
            "replace_metadata",
            document(json!({"sources": [{"name": "x", "configuration": {}}]})),
            "$.args.sources[0]",
            "key \"tables\" not found",
        ),
        (
            "replace_metadata",
            json!({"version": 3}),
            "$.args",
            "key \"sources\" not found",
        ),
        (
            "replace_metadata",
            misspelt,
            "$.args.sources[1].tables[1]",
            "unexpected keys when parsing TableMetadata: [\"select_permission\",\"foo\"]",
        ),
        ("replace_metadata", json!([]), "$.args", "expected Object"),
        (
            "bulk",
            json!([{"type": "pg_track_table", "args": {"table": []}}]),
            "$.args[0].args.table",
            "expecting a string/object for QualifiedObject",
        ),
    ] {
        let (found_path, found_text) = refusal(&world, kind, args.clone()).await;
        assert_eq!(found_path, path, "{kind} {args}: {found_text}");
        assert!(found_text.contains(text), "{kind} {args}: {found_text}");
        assert_eq!(world.metadata().await, before, "{kind} {args}");
    }
}

#[tokio::test]
async fn inherited_roles_in_a_circle_are_refused() {
    let world = library().await;
    let permission = json!({"columns": "*", "filter": {}});
    let permission = json!({"table": "author", "role": "c", "permission": permission});
    world.done("pg_create_select_permission", permission).await;
    let role = |name: &str, parent: &str| json!({"role_name": name, "role_set": [parent]});
    world.done("add_inherited_role", role("b", "c")).await;
    world.done("add_inherited_role", role("a", "b")).await;
    let before = world.metadata().await;
    let error = world.refused("add_inherited_role", role("c", "a")).await;
    let told = (
        error.code().as_str(),
        error.message(),
        error.path().to_string(),
    );
    assert_eq!(
        told,
        (
            "cyclic-dependency",
            "found cycle(s) in roles: [\"b\",\"c\",\"a\",\"b\"]",
            "$.args".to_owned()
        )
    );
    let mut document = before.clone();
    document["inherited_roles"] = json!([role("x", "y"), role("y", "x")]);
    let args = json!({"allow_inconsistent_metadata": true, "metadata": document});
    let error = world.refused("replace_metadata", args).await;
    assert_eq!(*error.code(), Code::CyclicDependency);
    assert_eq!(world.metadata().await, before);
}

#[tokio::test]
async fn names_of_every_kind_are_tracked_and_asked_for() {
    let world = world().await;
    let names = [
        "we\"ird 'quotes' \\ and {{braces}}".to_owned(),
        "Größe — 数 🐘".to_owned(),
        "select".to_owned(),
        "x".repeat(63),
        "$1; drop table author; --".to_owned(),
    ];
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    for (position, name) in names.iter().enumerate() {
        let (table, key) = (
            quoted(name),
            quoted(&format!("{position}{}", &name[..name.len().min(1)])),
        );
        world
            .sql(&format!(
                "create table {table} ({key} int primary key, {table} text); \
                 insert into {table} values (1, 'mine'), (2, 'other')"
            ))
            .await;
        let column = format!("{position}{}", &name[..name.len().min(1)]);
        world
            .done(
                "pg_track_table",
                json!({"table": {"schema": "public", "name": name}, "configuration": {
                    "custom_name": format!("t{position}"),
                    "column_config": {name: {"custom_name": "words"}, column: {"custom_name": "id"}}}}),
            )
            .await;
        world
            .done(
                "pg_create_select_permission",
                json!({"table": {"schema": "public", "name": name}, "role": "user", "permission": {
                    "columns": [name], "filter": {name: {"_eq": "mine"}}}}),
            )
            .await;
        let query = format!("{{ t{position}(order_by: {{words: asc}}) {{ words }} }}");
        let data = world.ask_as(&user(1), &query).await.unwrap();
        assert_eq!(
            data[format!("t{position}")],
            json!([{"words": "mine"}]),
            "{name}"
        );
    }
    let document = world.metadata().await;
    world.done("replace_metadata", document.clone()).await;
    assert_eq!(world.metadata().await, document);
    // PostgreSQL cuts longer names, metadata names nothing that is cut.
    let error = world
        .refused("pg_track_table", json!({"table": "x".repeat(64)}))
        .await;
    assert!(error.message().contains("no such table"), "{error:?}");
}

#[tokio::test]
async fn connection_strings_are_shown_in_no_error() {
    let world = world().await;
    let secret = "hunter2secret";
    let mut texts = Vec::new();
    for url in [
        json!(format!("postgres://someone:{secret}@127.0.0.1:1/none")),
        json!(format!(
            "host=127.0.0.1 port=1 user=someone password={secret} dbname=none"
        )),
        json!(format!("postgres://someone:{secret}@[::1/none")),
        json!(format!("postgres://someone:{secret}@host:port/none")),
        json!(format!("host=127.0.0.1 nonsense password={secret}")),
        json!(format!("{secret}")),
        json!({"connection_parameters": {"username": "someone", "password": secret,
               "host": "127.0.0.1", "port": 1, "database": "none"}}),
        json!({"connection_parameters": {"username": "someone", "password": secret}}),
        json!({"from_env": 7, "password": secret}),
        json!([secret]),
    ] {
        let info = json!({"database_url": url, "pool_settings": {"retries": 0}});
        let args = json!({"name": "x", "configuration": {"connection_info": info}});
        let error = world.refused("pg_add_source", args.clone()).await;
        texts.push(format!("{} {:?}", error.message(), error.internal()));
        let document = json!({"version": 3, "sources": [
            {"name": "x", "kind": "postgres", "tables": [], "configuration": args["configuration"]}]});
        let allowed = json!({"type": "replace_metadata", "version": 2, "args": {
            "allow_inconsistent_metadata": true, "metadata": document}});
        match world.engine.metadata(allowed, &Session::admin()).await {
            Ok(answer) => texts.push(String::from_utf8_lossy(&answer).into_owned()),
            Err(error) => texts.push(format!("{} {:?}", error.message(), error.internal())),
        }
        for kind in ["get_inconsistent_metadata", "dump_internal_state"] {
            texts.push(world.done(kind, json!({})).await.to_string());
        }
        texts.push(format!("{:?}", world.engine));
    }
    for text in texts {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn commands_of_another_kind_of_source_are_refused() {
    let world = library().await;
    let before = world.metadata().await;
    for (kind, args) in [
        ("citus_track_table", json!({"table": "author"})),
        (
            "cockroach_untrack_table",
            json!({"table": "author", "cascade": true}),
        ),
        ("citus_update_source", json!({"name": "default"})),
        ("citus_get_source_tables", json!({"source": "default"})),
        (
            "citus_untrack_tables",
            json!({"tables": [{"table": "author"}]}),
        ),
        (
            "bulk",
            json!([{"type": "citus_untrack_table", "args": {"table": "article"}}]),
        ),
        (
            "bulk_atomic",
            json!([{"type": "citus_drop_relationship",
                                "args": {"table": "author", "relationship": "articles"}}]),
        ),
    ] {
        let error = world.refused(kind, args).await;
        assert_eq!(*error.code(), Code::NotExists, "{kind}: {error:?}");
        assert!(
            error.message().contains("has backend type \"postgres\""),
            "{kind}: {error:?}"
        );
        assert_eq!(world.metadata().await, before);
    }
}

#[tokio::test]
async fn limits_are_checked_before_they_are_stored() {
    let world = world().await;
    let rate = |params: Value| json!({"rate_limit": {"global": {"max_reqs_per_min": 10, "unique_params": params}}});
    for params in [json!("IP"), json!(["x-hasura-user-id"])] {
        world.done("set_api_limits", rate(params.clone())).await;
        let stored = world.metadata().await;
        let found = &stored["api_limits"]["rate_limit"]["global"]["unique_params"];
        assert_eq!(*found, params);
    }
    let before = world.metadata().await;
    for (args, path) in [
        (
            rate(json!("anything")),
            "$.args.rate_limit.global.unique_params",
        ),
        (
            json!({"depth_limit": {"global": -5}}),
            "$.args.depth_limit.global",
        ),
        (
            json!({"node_limit": {"global": "x"}}),
            "$.args.node_limit.global",
        ),
        (json!({"time_limit": {}}), "$.args.time_limit"),
    ] {
        let (found, text) = refusal(&world, "set_api_limits", args).await;
        assert_eq!(found, path, "{text}");
    }
    assert_eq!(world.metadata().await, before);
    world.done("remove_api_limits", json!({})).await;
    assert_eq!(world.metadata().await.get("api_limits"), None);
}

#[tokio::test]
async fn no_table_takes_the_name_of_a_type_that_every_schema_has() {
    let world = library().await;
    for name in ["query_root", "Int", "order_by", "__Type"] {
        world
            .sql(&format!("create table \"{name}\" (id int primary key)"))
            .await;
        let error = world
            .refused("pg_track_table", json!({"table": name}))
            .await;
        assert_eq!(
            error.message(),
            format!(
                "Found conflicting definitions for {name:?}. It is defined by the schema itself and \
                 by table {name} in source default."
            )
        );
        let customized = json!({"table": name, "configuration": {"custom_name": "renamed"}});
        world.done("pg_track_table", customized).await;
        world.ask("{ renamed { id } author { id } }").await;
        world.done("pg_untrack_table", json!({"table": name})).await;
    }
}
