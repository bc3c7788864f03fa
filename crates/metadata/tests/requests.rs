//! Requests become typed commands.
#![allow(clippy::unwrap_used, clippy::panic)]

use howdah_error::{Code, Error};
use howdah_metadata::commands::{Command, Endpoint, ReloadMetadata};
use howdah_metadata::{QualifiedName, SourceKind, parse};
use serde_json::{Value, json};

fn request(kind: &str, args: Value) -> Result<Command, Error> {
    Command::from_request(Endpoint::V1Metadata, kind, 1, args)
}

#[test]
fn names_depend_on_the_endpoint() {
    let kind = |endpoint, name: &str, args: Value| Command::from_request(endpoint, name, 1, args);
    let table = json!({ "table": "t" });
    assert!(matches!(
        kind(Endpoint::V1Metadata, "pg_track_table", table.clone()),
        Ok(Command::TrackTable(_))
    ));
    assert!(matches!(
        kind(Endpoint::V1Query, "track_table", json!({ "schema": "s", "name": "t" })),
        Ok(Command::TrackTable(args)) if args.table == QualifiedName::new("s", "t")
    ));
    assert!(matches!(
        kind(Endpoint::V1Query, "track_table", json!("t")),
        Ok(Command::TrackTable(args)) if args.source == "default"
    ));
    for (endpoint, name) in [
        (Endpoint::V1Metadata, "track_table"),
        (Endpoint::V1Metadata, "pg_fly"),
        (Endpoint::V1Metadata, "run_sql"),
        (Endpoint::V1Query, "pg_track_table"),
        (Endpoint::V1Query, "track_tables"),
        (Endpoint::V1Query, "drop_source"),
        (Endpoint::V1Query, "untrack_native_query"),
        (Endpoint::V1Query, "drop_inherited_role"),
        (Endpoint::V2Query, "track_table"),
    ] {
        let error = kind(endpoint, name, table.clone()).unwrap_err();
        assert_eq!(error.code().as_str(), "parse-failed", "{name}");
    }
    for name in [
        "mssql_track_table",
        "create_action",
        "pg_create_event_trigger",
    ] {
        assert!(
            matches!(
                kind(Endpoint::V1Metadata, name, json!({})),
                Ok(Command::Unserved(_))
            ),
            "{name}"
        );
    }
    assert!(matches!(
        kind(Endpoint::V2Query, "citus_run_sql", json!({ "sql": "select 1" })),
        Ok(Command::RunSql(args)) if args.source == "default" && !args.cascade
    ));
    assert!(matches!(
        kind(
            Endpoint::V1Metadata,
            "citus_add_source",
            json!({ "name": "c", "configuration": { "connection_info": { "database_url": "x" } } })
        ),
        Ok(Command::AddSource(SourceKind::Citus, _))
    ));
}

#[test]
fn arguments_that_do_not_fit_are_refused_with_their_place() {
    let error = request("pg_track_table", json!({ "table": { "schema": "s" } })).unwrap_err();
    assert_eq!(error.path().to_string(), "$.args.table");
    assert!(
        error.message().ends_with("key \"name\" not found"),
        "{}",
        error.message()
    );
    assert!(
        error
            .message()
            .starts_with("Error when parsing command track_table.")
    );

    let error = Command::from_request(
        Endpoint::V1Query,
        "create_array_relationship",
        1,
        json!({ "table": "t", "name": "r", "using": { "foreign_key_constraint_on": "c" } }),
    )
    .unwrap_err();
    assert_eq!(error.path().to_string(), "$.args.using");

    let error = request(
        "bulk",
        json!([{ "type": "clear_metadata", "args": {} }, {}]),
    )
    .unwrap_err();
    assert_eq!(error.path().to_string(), "$.args[1]");
}

#[test]
fn names_of_a_source_are_put_together_from_names() {
    let customized = |customization: Value| {
        request(
            "pg_update_source",
            json!({ "name": "default", "customization": customization }),
        )
    };
    assert!(customized(json!({ "root_fields": { "namespace": "a", "suffix": "_b" } })).is_ok());
    for (part, name) in [
        ("root_fields", "namespace"),
        ("root_fields", "prefix"),
        ("type_names", "suffix"),
    ] {
        let error = customized(json!({ part: { name: "a b" } })).unwrap_err();
        assert_eq!(*error.code(), Code::ParseFailed);
        assert_eq!(
            error.path().to_string(),
            format!("$.args.customization.{part}.{name}")
        );
    }
}

#[test]
fn there_is_one_version_of_federation() {
    let enabled = |version: &str| {
        let config = json!({ "enable": version });
        request(
            "pg_set_apollo_federation_config",
            json!({ "table": "t", "apollo_federation_config": config }),
        )
    };
    assert!(enabled("v1").is_ok());
    let error = enabled("v2").unwrap_err();
    assert_eq!(
        error.path().to_string(),
        "$.args.apollo_federation_config.enable"
    );
}

#[test]
fn null_is_an_absent_argument() {
    for (kind, args) in [
        (
            "pg_track_table",
            json!({ "table": "t", "source": null, "configuration": null }),
        ),
        (
            "pg_track_tables",
            json!({ "tables": [], "allow_warnings": null }),
        ),
        (
            "pg_untrack_table",
            json!({ "table": "t", "source": null, "cascade": null }),
        ),
        (
            "pg_suggest_relationships",
            json!({ "source": null, "tables": null, "omit_tracked": null }),
        ),
        (
            "reload_metadata",
            json!({ "reload_sources": null, "reload_remote_schemas": null,
                    "recreate_event_triggers": null }),
        ),
        (
            "replace_metadata",
            json!({ "metadata": {}, "allow_warnings": null }),
        ),
    ] {
        let Value::Object(absent) = args.clone() else {
            panic!()
        };
        let absent = absent.into_iter().filter(|(_, value)| !value.is_null());
        assert_eq!(
            request(kind, args).unwrap(),
            request(kind, absent.collect()).unwrap(),
            "{kind}"
        );
    }
}

#[test]
fn a_list_is_no_object() {
    for (kind, args) in [
        ("rename_source", json!(["default", "other"])),
        ("add_inherited_role", json!(["both", ["a", "b"]])),
        ("set_catalog_state", json!(["cli", {}])),
        ("pg_drop_relationship", json!(["default", "t", "r"])),
        ("reload_metadata", json!([])),
    ] {
        let error = request(kind, args).unwrap_err();
        assert_eq!(*error.code(), Code::ParseFailed);
        assert_eq!(error.path().to_string(), "$.args", "{kind}");
        let text = "parsing Object failed, expected Object, but encountered Array";
        assert!(error.message().ends_with(text), "{}", error.message());
    }
    let error = request("bulk", json!([["clear_metadata", 1, {}]])).unwrap_err();
    assert_eq!(error.path().to_string(), "$.args[0]");
}

#[test]
fn only_a_few_commands_have_a_second_version() {
    let read = |endpoint, kind, version| {
        Command::from_request(endpoint, kind, version, json!({}))
            .map_err(|error| (error.path().to_string(), error.message().to_owned()))
    };
    assert_eq!(
        read(Endpoint::V1Metadata, "export_metadata", 2),
        Ok(Command::ExportMetadata(2))
    );
    for (endpoint, kind) in [
        (Endpoint::V1Metadata, "clear_metadata"),
        (Endpoint::V1Query, "export_metadata"),
    ] {
        let text = format!("unknown command \"{kind}\"");
        assert_eq!(read(endpoint, kind, 2), Err(("$.type".into(), text)));
    }
    let text = "expected 1 or 2, encountered 3".to_owned();
    assert_eq!(
        read(Endpoint::V1Query, "track_function", 3),
        Err(("$.version".into(), text))
    );
}

#[test]
fn unknown_commands_are_those_of_a_data_connector() {
    for (kind, text) in [
        (
            "pg_nonsense",
            "unknown metadata command \"nonsense\" for backend pg",
        ),
        (
            "other_track_table",
            "unknown metadata command \"track_table\" for backend other",
        ),
        (
            "nonsense",
            "unknown metadata command \"\" for backend nonsense",
        ),
        (
            "1_track_table",
            "unknown metadata command \"1_track_table\"; \"1\" was not recognized as a valid backend name",
        ),
    ] {
        let error = request(kind, json!({})).unwrap_err();
        assert_eq!(*error.code(), Code::ParseFailed);
        assert_eq!(
            (error.path().to_string().as_str(), error.message()),
            ("$", text)
        );
    }
}

#[test]
fn arguments_must_be_there() {
    let without = |endpoint, kind: &str| Command::from_request(endpoint, kind, 1, None);
    for (endpoint, kind) in [
        (Endpoint::V1Metadata, "export_metadata"),
        (Endpoint::V1Metadata, "reload_metadata"),
        (Endpoint::V1Metadata, "pg_track_table"),
        (Endpoint::V1Metadata, "bulk"),
        (Endpoint::V1Query, "clear_metadata"),
        (Endpoint::V1Query, "select"),
        (Endpoint::V2Query, "run_sql"),
    ] {
        let error = without(endpoint, kind).unwrap_err();
        assert_eq!(error.message(), "key \"args\" not found", "{kind}");
        assert!(error.path().is_root(), "{kind}: {}", error.path());
    }
    // These have none.
    for kind in ["remove_api_limits", "remove_metrics_config"] {
        assert!(without(Endpoint::V1Metadata, kind).is_ok(), "{kind}");
    }
    let unknown = without(Endpoint::V1Query, "nonsense").unwrap_err();
    assert_eq!(unknown.path().to_string(), "$.type");
    // Null is there, and as good as any other value where nothing is needed.
    assert!(request("clear_metadata", Value::Null).is_ok());
    let item = json!([{ "type": "clear_metadata" }, { "type": "clear_metadata", "args": null }]);
    let Ok(Command::Bulk(items)) = request("bulk", item) else {
        panic!("a bulk is read")
    };
    assert!(items[0].command(Endpoint::V1Metadata).is_err());
    assert!(items[1].command(Endpoint::V1Metadata).is_ok());
}

#[test]
fn a_function_of_a_named_source_is_named_as_such() {
    for kind in ["pg_track_function", "pg_untrack_function"] {
        let error = request(kind, json!({ "source": "other", "name": "f" })).unwrap_err();
        let text = error.message();
        assert!(text.ends_with("key \"function\" not found"), "{text}");
        for args in [
            json!({ "name": "f" }),
            json!({ "source": null, "name": "f", "schema": "s" }),
            json!({ "function": "f" }),
            json!("f"),
        ] {
            assert!(request(kind, args.clone()).is_ok(), "{kind} {args}");
        }
    }
}

#[test]
fn a_bulk_reads_its_items_one_by_one() {
    let bulk = request(
        "bulk",
        json!([{ "type": "clear_metadata", "args": {} }, { "type": "nonsense" }]),
    );
    let Ok(Command::Bulk(items)) = bulk else {
        panic!("{bulk:?}")
    };
    assert_eq!(
        items[0].command(Endpoint::V1Metadata),
        Ok(Command::ClearMetadata)
    );
    assert!(items[1].command(Endpoint::V1Metadata).is_err());
}

#[test]
fn reloading_takes_switches_and_names() {
    let args: ReloadMetadata = parse(json!({ "reload_sources": ["a"] })).unwrap();
    assert!(args.reload_sources.includes("a"));
    assert!(!args.reload_sources.includes("b"));
    assert!(args.reload_remote_schemas.includes("any"));
    assert!(!args.recreate_event_triggers.includes("any"));
}
