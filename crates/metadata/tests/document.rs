//! Documents in and out: order, losslessness, old versions, errors with paths.
#![allow(clippy::unwrap_used)]

use howdah_metadata::{
    Columns, Metadata, PoolSettings, QualifiedName, RelationshipUsing, UrlConfig, VERSION, parse,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn document(sources: Value) -> Value {
    json!({ "version": 3, "sources": sources })
}

fn source(tables: Value) -> Value {
    json!([{
        "name": "default",
        "kind": "postgres",
        "tables": tables,
        "configuration": { "connection_info": {
            "database_url": { "from_env": "PG_URL" },
            "isolation_level": "read-committed",
            "use_prepared_statements": true
        } }
    }])
}

fn text(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

/// A document as the format's exports look, with every typed part.
const EXPORT: &str = r#"{
  "version": 3,
  "sources": [
    {
      "name": "default",
      "kind": "postgres",
      "tables": [
        {
          "table": { "name": "users", "schema": "auth" },
          "is_enum": true,
          "configuration": {
            "column_config": {
              "created_at": { "comment": "when", "custom_name": "createdAt" },
              "id": { "custom_name": "id" }
            },
            "comment": "",
            "custom_column_names": { "created_at": "createdAt", "id": "id" },
            "custom_name": "users",
            "custom_root_fields": {
              "delete": "deleteUsers",
              "select": { "comment": "all of them", "name": "users" },
              "select_aggregate": { "comment": "count", "name": null }
            }
          },
          "object_relationships": [
            { "name": "a", "using": { "foreign_key_constraint_on": "role" } },
            { "name": "b", "using": { "foreign_key_constraint_on": ["x", "y"] }, "comment": "" },
            { "name": "c", "using": { "foreign_key_constraint_on":
                { "column": "user_id", "table": { "name": "detail", "schema": "public" } } } }
          ],
          "array_relationships": [
            { "name": "d", "using": { "foreign_key_constraint_on":
                { "columns": ["p", "q"], "table": { "name": "t", "schema": "public" } } } },
            { "name": "e", "using": { "manual_configuration": {
                "column_mapping": { "id": "user_id" },
                "insertion_order": null,
                "remote_table": { "name": "t", "schema": "public" } } } },
            { "name": "f", "using": { "manual_configuration": {
                "column_mapping": { "id": "user_id" },
                "insertion_order": "before_parent",
                "remote_native_query": "q" } } }
          ],
          "computed_fields": [
            { "name": "g", "definition": {
                "function": { "name": "f", "schema": "public" },
                "session_argument": "s", "table_argument": "t" }, "comment": "x" }
          ],
          "remote_relationships": [
            { "name": "h", "definition": { "to_source": { "z": 1, "a": [1.10, -0.0] } } }
          ],
          "insert_permissions": [
            { "role": "user", "permission": {
                "check": { "id": { "_eq": "X-Hasura-User-Id" } },
                "set": { "id": "x-hasura-user-id" },
                "columns": "*", "backend_only": true }, "comment": "" }
          ],
          "select_permissions": [
            { "role": "anonymous", "permission": {
                "columns": "*", "computed_fields": ["g"], "filter": {}, "limit": 10,
                "allow_aggregations": true,
                "query_root_fields": [], "subscription_root_fields": ["select_stream"] } },
            { "role": "user", "permission": { "columns": ["id"], "filter": { "_or": [] } } }
          ],
          "update_permissions": [
            { "role": "user", "permission": { "columns": [], "filter": {}, "check": null } }
          ],
          "delete_permissions": [
            { "role": "user", "permission": { "filter": {}, "backend_only": true } }
          ],
          "event_triggers": [ { "name": "t", "webhook": "x", "new_key": 123456789012345678901234567890 } ],
          "apollo_federation_config": { "enable": "v1" },
          "from_the_future": { "b": 1, "a": 2 }
        },
        { "table": { "name": "album", "schema": "public" } }
      ],
      "functions": [
        {
          "function": { "name": "search", "schema": "public" },
          "configuration": { "custom_root_fields": { "function": "find" }, "exposed_as": "query", "session_argument": "s" },
          "permissions": [ { "role": "user" } ],
          "comment": "finds"
        }
      ],
      "native_queries": [ { "arguments": {}, "code": "select 1", "returns": "m", "root_field_name": "one" } ],
      "logical_models": [ { "fields": [], "name": "m" } ],
      "configuration": {
        "connection_info": {
          "database_url": { "connection_parameters": {
              "database": "d", "host": "h", "password": "p", "port": 5432, "username": "u" } },
          "isolation_level": "serializable",
          "pool_settings": {
            "connection_lifetime": 600, "idle_timeout": 180, "max_connections": 50,
            "pool_timeout": 1.50, "retries": 1 },
          "use_prepared_statements": false
        },
        "extensions_schema": "ext"
      },
      "customization": {
        "naming_convention": "hasura-default",
        "root_fields": { "namespace": "n", "prefix": "p_", "suffix": "_s" },
        "type_names": { "prefix": "p_" }
      },
      "query_tags": { "disabled": true }
    },
    { "name": "warehouse", "kind": "bigquery", "tables": [ { "table": { "dataset": "d", "name": "t" } } ], "configuration": {} }
  ],
  "remote_schemas": [ { "name": "r", "definition": { "url": "http://x" } } ],
  "query_collections": [ { "name": "c", "definition": { "queries": [ { "name": "q", "query": "{ a }" } ] } } ],
  "allowlist": [ { "collection": "c", "scope": { "global": false, "roles": ["user"] } } ],
  "actions": [ { "name": "act", "definition": {} } ],
  "custom_types": { "scalars": [ { "name": "S" } ] },
  "cron_triggers": [ { "name": "cron" } ],
  "rest_endpoints": [ { "name": "rest" } ],
  "api_limits": { "disabled": true, "rate_limit": { "global": { "max_reqs_per_min": 1, "unique_params": "IP" }, "per_role": {} }, "depth_limit": { "global": 5, "per_role": { "user": 3 } } },
  "metrics_config": { "analyze_query_variables": true },
  "inherited_roles": [ { "role_name": "both", "role_set": ["a", "b"] } ],
  "graphql_schema_introspection": { "disabled_for_roles": ["user"] },
  "network": { "tls_allowlist": [ { "host": "h", "suffix": "8443", "permissions": ["self-signed"] } ] },
  "backend_configs": { "dataconnector": { "a": { "uri": "http://x" } } },
  "opentelemetry": { "status": "enabled" },
  "from_the_future": [1, { "x": null }]
}"#;

#[test]
fn an_export_survives_reading_and_writing_to_the_byte() {
    let mut given: Value = serde_json::from_str(EXPORT).unwrap();
    // An empty `per_role` is the only default this document spells out.
    given["api_limits"]["rate_limit"]
        .as_object_mut()
        .unwrap()
        .shift_remove("per_role");
    let metadata = Metadata::from_document(given.clone()).unwrap();
    assert_eq!(text(&metadata.to_export()), text(&given));
    let again = Metadata::from_document(metadata.to_export()).unwrap();
    assert_eq!(again, metadata);
}

#[test]
fn an_empty_document_has_sources() {
    assert_eq!(
        Metadata::default().to_export(),
        json!({ "version": VERSION, "sources": [] })
    );
}

#[test]
fn parts_that_say_nothing_are_left_out() {
    let metadata = Metadata::from_document(json!({
        "version": 3,
        "sources": [],
        "custom_types": { "enums": [], "input_objects": [], "objects": [], "scalars": [] },
        "backend_configs": {},
        "opentelemetry": {},
        "api_limits": {},
        "network": { "tls_allowlist": [] },
        "graphql_schema_introspection": { "disabled_for_roles": [] },
        "actions": []
    }))
    .unwrap();
    assert_eq!(
        metadata.to_export(),
        json!({ "version": VERSION, "sources": [] })
    );
}

#[test]
fn lists_are_sorted_and_defaults_left_out() {
    let metadata = Metadata::from_document(document(source(json!([
        { "table": { "schema": "b", "name": "a" }, "is_enum": false, "configuration": {} },
        { "table": "z", "select_permissions": [
            { "role": "y", "permission": { "columns": [], "filter": {}, "allow_aggregations": false } },
            { "role": "x", "permission": { "columns": "*", "filter": {}, "computed_fields": null } }
        ] },
        { "table": { "schema": "a", "name": "z" }, "object_relationships": null }
    ]))))
    .unwrap();
    let export = metadata.to_export();
    assert_eq!(
        export["sources"][0]["tables"],
        json!([
            { "table": { "schema": "a", "name": "z" } },
            { "table": { "schema": "b", "name": "a" } },
            { "table": { "schema": "public", "name": "z" }, "select_permissions": [
                { "role": "x", "permission": { "columns": "*", "filter": {} } },
                { "role": "y", "permission": { "columns": [], "filter": {} } }
            ] }
        ])
    );
}

#[test]
fn old_column_names_are_merged_under_new_ones() {
    let metadata = Metadata::from_document(document(source(json!([{
        "table": "t",
        "configuration": {
            "custom_column_names": { "a": "old", "b": "fromOld" },
            "column_config": { "a": { "custom_name": "new" }, "b": { "comment": "c" } }
        }
    }]))))
    .unwrap();
    let configuration = &metadata.sources[0].tables[0].configuration;
    assert_eq!(configuration.custom_column_name("a"), Some("new"));
    assert_eq!(configuration.custom_column_name("b"), Some("fromOld"));
    assert_eq!(
        configuration.column_config["b"].comment.as_deref(),
        Some("c")
    );
}

#[test]
fn every_spelling_of_a_connection_string_is_read() {
    let read = |url: Value| parse::<UrlConfig>(url);
    assert_eq!(
        read(json!("postgres://x")).unwrap(),
        UrlConfig::Value("postgres://x".into())
    );
    assert_eq!(
        read(json!({ "from_env": "E" })).unwrap(),
        UrlConfig::FromEnv("E".into())
    );
    assert_eq!(
        read(json!({ "dynamic_from_file": "/f" })).unwrap(),
        UrlConfig::DynamicFromFile("/f".into())
    );
    assert!(read(json!({})).is_err());
    assert!(read(json!({ "from_env": "E", "dynamic_from_file": "/f" })).is_err());
}

#[test]
fn times_of_pools_may_have_fractions_but_no_sign() {
    let read = |seconds: &str| {
        let text = format!("{{\"pool_timeout\": {seconds}, \"connection_lifetime\": {seconds}}}");
        parse::<PoolSettings>(serde_json::from_str(&text).unwrap())
    };
    for (text, milliseconds) in [("0", 0), ("2", 2_000), ("0.25", 250), ("1e1", 10_000)] {
        let patience = read(text).unwrap().pool_timeout.unwrap();
        assert_eq!(patience.duration().as_millis(), milliseconds, "{text}");
    }
    let long = read("1e300").unwrap().pool_timeout.unwrap();
    assert_eq!(long.duration(), std::time::Duration::MAX);
    assert_eq!(read("null").unwrap().pool_timeout, None);
    for wrong in ["-1", "-0.5", "\"3\"", "true", "[]"] {
        let error = read(wrong).unwrap_err();
        assert_eq!(error.code().as_str(), "parse-failed", "{wrong}");
    }
}

#[test]
fn errors_name_the_place() {
    let broken = |tables: Value| {
        let error = Metadata::from_document(document(source(tables))).unwrap_err();
        assert_eq!(error.code().as_str(), "parse-failed");
        (error.path().to_string(), error.message().to_owned())
    };
    assert_eq!(
        broken(json!([{ "table": "t", "select_permissions": [
            { "role": "r", "permission": { "columns": "all", "filter": {} } }] }])),
        (
            "$.sources[0].tables[0].select_permissions[0].permission.columns".into(),
            "parsing [] failed, expected Array, but encountered String".into()
        )
    );
    assert_eq!(
        broken(
            json!([{ "table": "t", "delete_permissions": [{ "role": "r", "permission": {} }] }])
        ),
        (
            "$.sources[0].tables[0].delete_permissions[0].permission".into(),
            "key \"filter\" not found".into()
        )
    );
    for (filter, below, text) in [
        (
            json!([]),
            "",
            "parsing boolean expression failed, expected Object, but encountered Array",
        ),
        (
            json!(null),
            "",
            "parsing boolean expression failed, expected Object, but encountered Null",
        ),
        (
            json!({ "a": 1, "_not": [] }),
            "._not",
            "parsing boolean expression failed, expected Object, but encountered Array",
        ),
        (
            json!({ "_or": [{}, { "$and": {} }] }),
            "._or[1][\"$and\"]",
            "parsing [] failed, expected Array, but encountered Object",
        ),
        (
            json!({ "_exists": { "_table": "t" } }),
            "._exists",
            "key \"_where\" not found",
        ),
    ] {
        let permission = json!({ "role": "r", "permission": { "filter": filter } });
        assert_eq!(
            broken(json!([{ "table": "t", "delete_permissions": [permission] }])),
            (
                format!("$.sources[0].tables[0].delete_permissions[0].permission.filter{below}"),
                text.to_owned()
            )
        );
    }
    assert_eq!(
        broken(json!([{ "table": 1 }])),
        (
            "$.sources[0].tables[0].table".into(),
            "expecting a string/object for QualifiedObject".into()
        )
    );
    assert_eq!(
        broken(json!([{ "table": "t", "is_enum": "yes" }])),
        (
            "$.sources[0].tables[0].is_enum".into(),
            "expected Bool, but encountered String".into()
        )
    );
    assert_eq!(
        broken(json!([{ "table": "t" }, { "table": { "name": "t", "schema": "public" } }])),
        (
            "$.sources[0].tables".into(),
            "multiple declarations exist for the following tables: \"t\"".into()
        )
    );
    assert_eq!(
        broken(json!([{ "table": "t", "array_relationships": [
            { "name": "a", "using": { "foreign_key_constraint_on": "c" } }] }]))
        .0,
        "$.sources[0].tables[0].array_relationships[0].using"
    );
    assert_eq!(
        broken(
            json!([{ "table": "t", "configuration": { "custom_root_fields": {
            "select": "x", "insert": { "name": "x" }, "update": "y" } } }])
        )
        .1,
        "the following custom root field names are duplicated: x"
    );
}

#[test]
fn parts_that_are_only_kept_have_names() {
    let broken = |key: &str, list: Value| {
        let document = json!({ "version": 3, "sources": [], key: list });
        let error = Metadata::from_document(document).unwrap_err();
        (error.path().to_string(), error.message().to_owned())
    };
    for key in [
        "actions",
        "remote_schemas",
        "cron_triggers",
        "rest_endpoints",
    ] {
        assert_eq!(broken(key, json!([5])).0, format!("$.{key}[0]"));
        assert_eq!(
            broken(key, json!([{ "name": "a" }, {}])),
            (format!("$.{key}[1]"), "key \"name\" not found".into())
        );
        let (path, text) = broken(key, json!([{ "name": "a" }, { "name": "a" }]));
        assert_eq!(path, format!("$.{key}"));
        assert!(text.ends_with(": \"a\""), "{text}");
    }
    let tables = json!([{ "table": "t", "event_triggers": [{ "name": "a" }, { "name": 1 }] }]);
    let error = Metadata::from_document(document(source(tables))).unwrap_err();
    assert_eq!(
        error.path().to_string(),
        "$.sources[0].tables[0].event_triggers[1].name"
    );
}

#[test]
fn what_joins_conditions_is_written_in_one_way() {
    let filter = json!({
        "$or": [{ "id": { "$gt": 1 } }, { "$not": { "boss": { "$and": [] } } }],
        "$exists": { "_table": "t", "$where": { "$and": [] } },
    });
    let twice = json!({ "$not": { "a": 1 }, "_not": { "b": 1 } });
    let tables = json!([{ "table": "t",
        "update_permissions": [{ "role": "r", "permission": {
            "columns": "*", "filter": filter, "check": twice } }] }]);
    let metadata = Metadata::from_document(document(source(tables))).unwrap();
    let permission = &metadata.sources[0].tables[0].update_permissions[0].permission;
    assert_eq!(
        Value::Object(permission.filter.clone()),
        json!({
            "_or": [{ "id": { "$gt": 1 } }, { "_not": { "boss": { "$and": [] } } }],
            "_exists": { "_table": "t", "_where": { "_and": [] } },
        })
    );
    assert_eq!(
        permission.check.clone().map(Value::Object),
        Some(json!({ "_and": [{ "_not": { "a": 1 } }, { "_not": { "b": 1 } }] }))
    );
}

#[test]
fn documents_of_other_versions_are_told_apart() {
    let code = |document| {
        Metadata::from_document(document)
            .unwrap_err()
            .path()
            .to_string()
    };
    assert_eq!(code(json!({ "sources": [] })), "$");
    assert_eq!(code(json!({ "version": 4, "sources": [] })), "$.version");
    let error =
        Metadata::from_any_version(json!({ "version": 7 }), &Metadata::default()).unwrap_err();
    assert_eq!(error.path().to_string(), "$.version");
    assert!(Metadata::from_any_version(json!([]), &Metadata::default()).is_err());
    assert!(Metadata::from_document(json!({ "version": 3, "sources": {} })).is_err());
}

#[test]
fn old_documents_become_the_default_source() {
    let current = Metadata::from_document(document(source(json!([{ "table": "gone" }])))).unwrap();
    let v1 = json!({
        "tables": [{ "table": "author", "array_relationships": [
            { "name": "articles", "comment": null, "using":
                { "foreign_key_constraint_on": { "table": "article", "column": "author_id" } } }] }],
        "functions": [{ "schema": "public", "name": "search" }, "other"],
        "query_templates": [],
        "allow_list": [{ "collection": "c" }]
    });
    let metadata = Metadata::from_any_version(v1, &current).unwrap();
    let default = metadata.source("default").unwrap();
    assert_eq!(default.configuration, current.sources[0].configuration);
    assert_eq!(default.functions.len(), 2);
    assert_eq!(metadata.allowlist.len(), 1);
    let table = default.table(&QualifiedName::public("author")).unwrap();
    assert_eq!(
        table.array_relationships[0].using,
        RelationshipUsing::ForeignKeyOf {
            table: QualifiedName::public("article"),
            columns: vec!["author_id".into()]
        }
    );

    let v2 = json!({
        "version": 2,
        "tables": [],
        "functions": [{ "function": "f", "configuration": { "session_argument": "s" } }]
    });
    let metadata = Metadata::from_any_version(v2.clone(), &current).unwrap();
    let function = &metadata.sources[0].functions[0];
    assert_eq!(
        function.configuration.session_argument.as_deref(),
        Some("s")
    );

    let error = Metadata::from_any_version(v2, &Metadata::default()).unwrap_err();
    assert_eq!(error.code().as_str(), "not-supported");
}

#[test]
fn special_parts_are_found_in_every_corner() {
    let metadata = Metadata::from_document(serde_json::from_str(EXPORT).unwrap()).unwrap();
    let parts: Vec<String> = metadata
        .special_parts()
        .into_iter()
        .map(|part| format!("{} {}", part.kind.as_str(), part.name))
        .collect();
    for expected in [
        "action act",
        "allow list c",
        "API limits ",
        "event trigger t in table auth.users in source default",
        "disabled introspection user",
        "inherited role both",
        "source warehouse",
    ] {
        assert!(
            parts.iter().any(|part| part == expected),
            "{expected} in {parts:?}"
        );
    }
}

#[test]
fn unknown_keys_are_found_where_they_stand() {
    let metadata = Metadata::from_document(serde_json::from_str(EXPORT).unwrap()).unwrap();
    let found: Vec<String> = metadata
        .unknown_keys()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        found,
        [
            "$.from_the_future",
            "$.sources[0].tables[0].from_the_future"
        ]
    );
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[0-9]{1,30}\\.[0-9]{1,30}".prop_map(|text| serde_json::from_str(
            text.trim_start_matches('0').trim_start_matches('.')
        )
        .unwrap_or(Value::Null)),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_$]{1,5}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn bool_exp() -> impl Strategy<Value = Value> {
    prop::collection::vec(("[a-z_$]{1,5}", json_value()), 0..3)
        .prop_map(|pairs| Value::Object(pairs.into_iter().collect()))
}

fn columns() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("*")),
        prop::collection::vec("[a-z]{1,4}", 0..3).prop_map(Value::from)
    ]
}

fn table() -> impl Strategy<Value = Value> {
    (
        ("[a-z]{1,3}", "[a-z]{1,3}"),
        prop::collection::btree_map("[a-z]{1,3}", (columns(), bool_exp(), any::<bool>()), 0..3),
        prop::collection::btree_map("[a-z]{1,3}", (bool_exp(), bool_exp()), 0..3),
        prop::option::of(json_value()),
    )
        .prop_map(|((schema, name), select, insert, unknown)| {
            let mut table = serde_json::Map::new();
            table.insert("table".into(), json!({ "name": name, "schema": schema }));
            let insert: Vec<Value> = insert
                .into_iter()
                .map(|(role, (check, set))| {
                    let mut permission = serde_json::Map::new();
                    permission.insert("check".into(), check);
                    if set.as_object().is_some_and(|set| !set.is_empty()) {
                        permission.insert("set".into(), set);
                    }
                    json!({ "role": role, "permission": permission })
                })
                .collect();
            if !insert.is_empty() {
                table.insert("insert_permissions".into(), insert.into());
            }
            let select: Vec<Value> = select
                .into_iter()
                .map(|(role, (columns, filter, aggregations))| {
                    let mut permission = json!({ "columns": columns, "filter": filter });
                    if aggregations {
                        permission["allow_aggregations"] = true.into();
                    }
                    json!({ "role": role, "permission": permission })
                })
                .collect();
            if !select.is_empty() {
                table.insert("select_permissions".into(), select.into());
            }
            if let Some(unknown) = unknown {
                table.insert("unknown_key".into(), unknown);
            }
            Value::Object(table)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn canonical_documents_survive(tables in prop::collection::vec(table(), 0..4), extra in json_value()) {
        let mut tables = tables;
        let key = |table: &Value| (table["table"]["schema"].to_string(), table["table"]["name"].to_string());
        tables.sort_by_key(key);
        tables.dedup_by_key(|table| key(table));
        let mut given = document(source(tables.into()));
        given["later"] = extra;
        // The text is what counts: numbers keep every digit.
        let metadata = Metadata::from_document(given.clone()).unwrap();
        prop_assert_eq!(text(&metadata.to_export()), text(&given));
    }

    #[test]
    fn reading_never_panics(value in json_value()) {
        let _ = Metadata::from_document(value.clone());
        let _ = Metadata::from_document(json!({ "version": 3, "sources": value.clone() }));
        let _ = Metadata::from_any_version(json!({ "tables": value }), &Metadata::default());
    }
}

#[test]
fn columns_read_a_star_and_lists() {
    assert_eq!(parse::<Columns>(json!("*")).unwrap(), Columns::All);
    assert_eq!(
        parse::<Columns>(json!(["a"])).unwrap(),
        Columns::List(vec!["a".into()])
    );
}

#[test]
fn integers_of_any_size_survive_in_parts_that_are_not_known() {
    let wide = r#"{"n": 20000000000000000000, "m": -170141183460469231731687303715884105729}"#;
    let wide: Value = serde_json::from_str(wide).unwrap();
    let table = json!({ "table": { "name": "t", "schema": "s" }, "later": wide });
    let given = document(source(json!([table])));
    let metadata = Metadata::from_document(given.clone()).unwrap();
    assert_eq!(text(&metadata.to_export()), text(&given));
    let mut broken = given;
    broken["sources"][0]["tables"][0]["table"]["name"] = json!(5);
    let error = Metadata::from_document(broken).unwrap_err();
    assert_eq!(
        error.path().to_string(),
        "$.sources[0].tables[0].table.name"
    );
    assert!(!error.message().contains("line"), "{error:?}");
}
