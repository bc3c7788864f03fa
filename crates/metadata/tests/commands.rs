//! Commands change documents.
#![allow(clippy::unwrap_used, clippy::panic)]

use howdah_error::Error;
use howdah_metadata::apply::{self, Applied};
use howdah_metadata::commands::{Command, Endpoint};
use howdah_metadata::{
    Metadata, MetadataObject, PermissionKind, QualifiedName, RelationshipKind, TableObject, rename,
};
use serde_json::{Value, json};
use std::collections::HashMap;

fn request(kind: &str, args: Value) -> Result<Command, Error> {
    Command::from_request(Endpoint::V1Metadata, kind, 1, args)
}

fn leads(table: &QualifiedName, field: &str) -> Option<QualifiedName> {
    match (table.name.as_str(), field) {
        ("article", "author" | "writer") => Some(QualifiedName::public("author")),
        ("author", "articles") => Some(QualifiedName::public("article")),
        _ => None,
    }
}

fn run(metadata: &mut Metadata, kind: &str, args: Value) -> Result<Applied, Error> {
    let command = request(kind, args).unwrap();
    apply::command(metadata, &command, &leads)
}

fn run_ok(metadata: &mut Metadata, kind: &str, args: Value) {
    run(metadata, kind, args).unwrap();
}

fn failure(metadata: &mut Metadata, kind: &str, args: Value) -> (String, String) {
    let before = metadata.clone();
    let error = run(metadata, kind, args).unwrap_err();
    assert_eq!(*metadata, before, "a refused command changes nothing");
    assert_eq!(error.path().to_string(), "$");
    (error.code().as_str().to_owned(), error.message().to_owned())
}

fn fails_with(metadata: &mut Metadata, kind: &str, args: Value, code: &str, text: &str) {
    assert_eq!(
        failure(metadata, kind, args),
        (code.to_owned(), text.to_owned())
    );
}

fn blog() -> Metadata {
    let mut metadata = Metadata::default();
    let url = json!({ "connection_info": { "database_url": "postgres://x" } });
    run_ok(
        &mut metadata,
        "pg_add_source",
        json!({ "name": "default", "configuration": url }),
    );
    for table in ["author", "article"] {
        run_ok(&mut metadata, "pg_track_table", json!({ "table": table }));
    }
    run_ok(
        &mut metadata,
        "pg_create_object_relationship",
        json!({ "table": "article", "name": "author", "using": { "foreign_key_constraint_on": "author_id" } }),
    );
    run_ok(
        &mut metadata,
        "pg_create_array_relationship",
        json!({ "table": "author", "name": "articles", "using":
            { "foreign_key_constraint_on": { "table": "article", "column": "author_id" } } }),
    );
    run_ok(
        &mut metadata,
        "pg_create_select_permission",
        json!({ "table": "author", "role": "user", "permission": {
            "columns": ["id", "name"],
            "filter": { "_and": [
                { "articles": { "author_id": { "_eq": "X-Hasura-User-Id" } } },
                { "_exists": { "_table": "article", "_where": { "author": { "name": { "_ceq": "id" } } } } }
            ] }
        } }),
    );
    run_ok(
        &mut metadata,
        "pg_create_insert_permission",
        json!({ "table": "article", "role": "user", "permission": {
            "check": { "author": { "id": { "_ceq": ["$", "author_id"] } } },
            "set": { "author_id": "x-hasura-user-id" }, "columns": ["title"] } }),
    );
    metadata
}

#[test]
fn sources_come_and_go() {
    let mut metadata = blog();
    let url = json!({ "connection_info": { "database_url": { "from_env": "E" } } });
    let default = json!({ "name": "default", "configuration": url });
    fails_with(
        &mut metadata,
        "pg_add_source",
        default.clone(),
        "already-exists",
        "source with name \"default\" already exists",
    );
    let mut replacing = default;
    replacing["replace_configuration"] = true.into();
    run_ok(&mut metadata, "pg_add_source", replacing);
    assert_eq!(metadata.sources[0].tables.len(), 2);

    fails_with(
        &mut metadata,
        "pg_drop_source",
        json!({ "name": "x" }),
        "not-exists",
        "source with name \"x\" does not exist",
    );
    run_ok(
        &mut metadata,
        "rename_source",
        json!({ "name": "default", "new_name": "main" }),
    );
    assert!(metadata.source("main").is_some());
    assert!(metadata.source("default").is_none());
    run_ok(&mut metadata, "pg_drop_source", json!({ "name": "main" }));
    assert!(metadata.sources.is_empty());
}

#[test]
fn a_source_that_remote_relationships_need_is_not_dropped_without_cascade() {
    let mut metadata = blog();
    let url = json!({ "connection_info": { "database_url": "x" } });
    run_ok(
        &mut metadata,
        "pg_add_source",
        json!({ "name": "other", "configuration": url }),
    );
    std::sync::Arc::make_mut(&mut metadata.sources[0].tables[0])
        .remote_relationships
        .push(json!({
            "name": "far", "definition": { "to_source": { "source": "other", "table": "t" } }
        }));
    fails_with(
        &mut metadata,
        "pg_drop_source",
        json!({ "name": "other" }),
        "dependency-error",
        "cannot drop due to the following dependent objects: remote relationship author.far in \
         source \"default\"",
    );
    run_ok(
        &mut metadata,
        "pg_drop_source",
        json!({ "name": "other", "cascade": true }),
    );
    assert!(
        metadata.sources[0].tables[0]
            .remote_relationships
            .is_empty()
    );
}

#[test]
fn tables_and_functions_are_tracked_once() {
    let mut metadata = blog();
    fails_with(
        &mut metadata,
        "pg_track_table",
        json!({ "table": "author" }),
        "already-tracked",
        "view/table already tracked: \"author\"",
    );
    fails_with(
        &mut metadata,
        "pg_untrack_table",
        json!({ "table": { "schema": "s", "name": "t" } }),
        "already-untracked",
        "view/table already untracked: \"s.t\"",
    );
    fails_with(
        &mut metadata,
        "pg_track_function",
        json!({ "function": "author" }),
        "not-supported",
        "table with name \"author\" already exists",
    );
    run_ok(
        &mut metadata,
        "pg_track_function",
        json!({ "function": "search" }),
    );
    fails_with(
        &mut metadata,
        "pg_track_table",
        json!({ "table": "search" }),
        "not-supported",
        "function with name \"search\" already exists",
    );
    fails_with(
        &mut metadata,
        "pg_set_table_customization",
        json!({ "table": "author1", "configuration": {} }),
        "not-exists",
        "table \"author1\" does not exist in source: default",
    );
    let grant = json!({ "function": "search", "role": "user" });
    run_ok(
        &mut metadata,
        "pg_create_function_permission",
        grant.clone(),
    );
    assert_eq!(
        failure(
            &mut metadata,
            "pg_create_function_permission",
            grant.clone()
        )
        .0,
        "already-exists"
    );
    run_ok(&mut metadata, "pg_drop_function_permission", grant.clone());
    assert_eq!(
        failure(&mut metadata, "pg_drop_function_permission", grant).0,
        "not-exists"
    );
}

#[test]
fn permissions_are_defined_once_and_never_for_admin() {
    let mut metadata = blog();
    let everything = |role: &str| json!({ "table": "author", "role": role, "permission": { "columns": "*", "filter": {} } });
    fails_with(
        &mut metadata,
        "pg_create_select_permission",
        everything("user"),
        "already-exists",
        "permission already defined on table \"author\" with role \"user\"",
    );
    assert_eq!(
        failure(
            &mut metadata,
            "pg_create_select_permission",
            everything("admin")
        )
        .0,
        "constraint-violation"
    );
    let one = json!({ "table": "author", "role": "user" });
    fails_with(
        &mut metadata,
        "pg_drop_delete_permission",
        one.clone(),
        "permission-denied",
        "delete permission on \"author\" for role \"user\" does not exist",
    );
    let mut comment = one.clone();
    comment["type"] = "select".into();
    comment["comment"] = "reads".into();
    run_ok(&mut metadata, "pg_set_permission_comment", comment);
    let table = metadata
        .table("default", &QualifiedName::public("author"))
        .unwrap();
    assert_eq!(
        table.select_permission("user").unwrap().comment.as_deref(),
        Some("reads")
    );
    run_ok(&mut metadata, "pg_drop_select_permission", one);
    assert!(!metadata.sources[0].tables[0].has_permission(PermissionKind::Select, "user"));
}

#[test]
fn fields_of_a_table_have_different_names() {
    let mut metadata = blog();
    let using = json!({ "foreign_key_constraint_on": "other_id" });
    fails_with(
        &mut metadata,
        "pg_create_object_relationship",
        json!({ "table": "article", "name": "author", "using": using }),
        "already-exists",
        "field with name \"author\" already exists in table \"article\"",
    );
    assert_eq!(
        failure(
            &mut metadata,
            "pg_add_computed_field",
            json!({ "table": "article", "name": "author", "definition": { "function": "f" } })
        )
        .0,
        "already-exists"
    );
    fails_with(
        &mut metadata,
        "pg_drop_relationship",
        json!({ "table": "article", "relationship": "nobody" }),
        "not-exists",
        "relationship \"nobody\" does not exist",
    );
}

fn filter(metadata: &Metadata, table: &str) -> Value {
    let table = metadata
        .table("default", &QualifiedName::public(table))
        .unwrap();
    let select = table
        .select_permission("user")
        .map(|entry| entry.permission.filter.clone());
    let insert = table
        .insert_permission("user")
        .map(|entry| entry.permission.check.clone());
    Value::Object(select.or(insert).unwrap())
}

#[test]
fn renaming_a_relationship_is_followed_through_permissions() {
    let mut metadata = blog();
    run_ok(
        &mut metadata,
        "pg_rename_relationship",
        json!({ "table": "article", "name": "author", "new_name": "writer" }),
    );
    let expected = json!({ "_exists": { "_table": "article", "_where":
        { "writer": { "name": { "_ceq": "id" } } } } });
    assert_eq!(filter(&metadata, "author")["_and"][1], expected);
    assert_eq!(
        filter(&metadata, "article"),
        json!({ "writer": { "id": { "_ceq": ["$", "author_id"] } } })
    );
    fails_with(
        &mut metadata,
        "pg_rename_relationship",
        json!({ "table": "article", "name": "author", "new_name": "x" }),
        "not-exists",
        "relationship \"author\" does not exist",
    );
}

#[test]
fn renaming_a_column_is_followed_everywhere() {
    let mut metadata = blog();
    run_ok(
        &mut metadata,
        "pg_set_table_customization",
        json!({ "table": "article", "configuration":
            { "column_config": { "author_id": { "custom_name": "authorId" } } } }),
    );
    let article = QualifiedName::public("article");
    let renamed = |table: &QualifiedName, names: &[(&str, &str)]| {
        let names = names
            .iter()
            .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()));
        HashMap::from([(table.clone(), names.collect())])
    };
    let source = &mut metadata.sources[0];
    let change = renamed(&article, &[("author_id", "writer_id")]);
    rename::columns(source, &change, &leads);
    let export = metadata.to_export();
    let text = export.to_string();
    assert!(!text.contains("author_id"), "{text}");
    assert_eq!(text.matches("writer_id").count(), 7, "{text}");
    assert_eq!(
        metadata.sources[0].tables[1]
            .configuration
            .custom_column_name("writer_id"),
        Some("authorId")
    );

    // A column of the same name elsewhere is another column.
    let before = metadata.clone();
    let other = QualifiedName::public("elsewhere");
    let change = renamed(&other, &[("writer_id", "x")]);
    rename::columns(&mut metadata.sources[0], &change, &leads);
    assert_eq!(metadata, before);

    // Columns that swap their names, twice, are what they were.
    let swap = renamed(&article, &[("writer_id", "id"), ("id", "writer_id")]);
    rename::columns(&mut metadata.sources[0], &swap, &leads);
    assert_ne!(metadata, before);
    rename::columns(&mut metadata.sources[0], &swap, &leads);
    assert_eq!(metadata, before);
}

#[test]
fn a_column_that_gets_the_name_of_a_relationship_takes_no_condition_away() {
    let mut metadata = blog();
    run_ok(
        &mut metadata,
        "pg_create_select_permission",
        json!({ "table": "article", "role": "reader", "permission": { "columns": ["id"],
            "filter": { "author": { "id": { "_eq": 1 } }, "title": { "_eq": "x" } } } }),
    );
    let names = HashMap::from([("title".to_owned(), "author".to_owned())]);
    let renamed = HashMap::from([(QualifiedName::public("article"), names)]);
    rename::columns(&mut metadata.sources[0], &renamed, &leads);
    let table = metadata.table("default", &QualifiedName::public("article"));
    let entry = table.unwrap().select_permission("reader").unwrap();
    assert_eq!(
        Value::Object(entry.permission.filter.clone()),
        json!({ "_and": [{ "author": { "id": { "_eq": 1 } } }, { "author": { "_eq": "x" } }] })
    );
}

#[test]
fn renaming_a_table_is_followed_everywhere() {
    let mut metadata = blog();
    let new = QualifiedName::new("blog", "post");
    let renamed = HashMap::from([(QualifiedName::public("article"), new.clone())]);
    rename::tables(&mut metadata.sources[0], &renamed, &leads);
    let text = metadata.to_export().to_string();
    assert!(!text.contains("\"article\""), "{text}");
    assert!(metadata.table("default", &new).is_some());
    assert_eq!(text.matches("\"post\"").count(), 3, "{text}");
}

#[test]
fn objects_are_named_as_lists_of_inconsistencies_name_them() {
    let metadata = blog();
    let relationship = MetadataObject::in_table(
        "default",
        QualifiedName::public("author"),
        TableObject::Relationship(RelationshipKind::Array, "articles".into()),
    );
    assert_eq!(relationship.type_name(), "array_relation");
    assert_eq!(
        relationship.name(),
        "array_relation articles in table author in source default"
    );
    assert_eq!(
        relationship.dependency_text(),
        "relationship author.articles in source \"default\""
    );
    assert_eq!(
        relationship.reason_prefix(),
        "in table \"author\": in relationship \"articles\": "
    );
    assert_eq!(
        relationship.definition(&metadata),
        json!({
            "name": "articles",
            "using": { "foreign_key_constraint_on": {
                "column": "author_id", "table": { "schema": "public", "name": "article" } } },
            "source": "default",
            "comment": null,
            "table": { "schema": "public", "name": "author" }
        })
    );
    let permission = MetadataObject::in_table(
        "default",
        QualifiedName::new("s", "t"),
        TableObject::Permission(PermissionKind::Select, "user".into()),
    );
    assert_eq!(
        permission.name(),
        "select_permission user in table s.t in source default"
    );
    assert_eq!(
        permission.dependency_text(),
        "permission s.t.user.select in source \"default\""
    );
    assert_eq!(permission.definition(&metadata), Value::Null);
}

#[test]
fn removing_an_object_removes_what_hangs_on_it() {
    let mut metadata = blog();
    let table = MetadataObject::table("default", QualifiedName::public("author"));
    assert!(table.remove(&mut metadata));
    assert!(!table.remove(&mut metadata));
    assert_eq!(metadata.sources[0].tables.len(), 1);
}

#[test]
fn clearing_keeps_the_default_source_without_tables() {
    let mut metadata = blog();
    let url = json!({ "connection_info": { "database_url": "x" } });
    run_ok(
        &mut metadata,
        "pg_add_source",
        json!({ "name": "other", "configuration": url }),
    );
    let configuration = metadata.sources[0].configuration.clone();
    assert_eq!(
        run(&mut metadata, "clear_metadata", json!({})),
        Ok(Applied::Changed(None))
    );
    assert_eq!(metadata.sources.len(), 1);
    assert_eq!(metadata.sources[0].configuration, configuration);
    assert!(metadata.sources[0].tables.is_empty());
}

#[test]
fn replacing_reads_both_versions_of_the_command() {
    let mut metadata = blog();
    run_ok(&mut metadata, "replace_metadata", json!({ "tables": [] }));
    assert!(metadata.sources[0].tables.is_empty());
    let command = Command::from_request(
        Endpoint::V1Metadata,
        "replace_metadata",
        2,
        json!({ "metadata": { "version": 3, "sources": [{}] } }),
    )
    .unwrap();
    let error = apply::command(&mut metadata, &command, &leads).unwrap_err();
    assert_eq!(error.path().to_string(), "$.metadata.sources[0]");
}

#[test]
fn an_inherited_role_is_not_its_own_parent() {
    let mut metadata = blog();
    run_ok(
        &mut metadata,
        "add_inherited_role",
        json!({ "role_name": "both", "role_set": ["a", "b"] }),
    );
    assert_eq!(
        failure(
            &mut metadata,
            "add_inherited_role",
            json!({ "role_name": "both", "role_set": ["both"] })
        )
        .0,
        "invalid-params"
    );
    run_ok(
        &mut metadata,
        "drop_inherited_role",
        json!({ "role_name": "both" }),
    );
    assert_eq!(
        failure(
            &mut metadata,
            "drop_inherited_role",
            json!({ "role_name": "both" })
        )
        .0,
        "not-exists"
    );
}
