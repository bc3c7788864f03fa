use super::input_types::InputTypes;
use super::needs::Needs;
use super::{StoredQuery, Verdict};
use crate::introspection::all_types;
use crate::model::Snapshot;
use crate::testing::{snapshot, snapshot_after, snapshot_with};
use crate::types::RoleSchema;
use serde_json::{Value, json};
use std::sync::Arc;

fn collection(queries: &[&str]) -> Value {
    let queries: Vec<Value> = queries
        .iter()
        .enumerate()
        .map(|(i, query)| json!({"name": format!("q{i}"), "query": query}))
        .collect();
    json!([{"name": "c", "definition": {"queries": queries}}])
}

fn stored(query: &str) -> Snapshot {
    snapshot_with(json!({"query_collections": collection(&[query])}))
}

/// What is said of a query after the beginning that is always the same.
fn told(snapshot: &Snapshot) -> Option<String> {
    let [found] = snapshot.inconsistencies.as_slice() else {
        assert_eq!(snapshot.inconsistencies, Vec::new());
        return None;
    };
    let beginning = "Inconsistent object: In query collection \"c\" the query \"q0\" is invalid with the \
                     following error(s): ";
    Some(found.reason.strip_prefix(beginning).unwrap().to_owned())
}

fn errors(query: &str) -> String {
    told(&stored(query)).unwrap_or_default()
}

#[test]
fn queries_of_every_form_fit() {
    for query in [
        "{ author { id name label latest { title } articles(limit: 1) { title words } \
         articles_aggregate { aggregate { count sum { reads } } nodes { id } } } }",
        "{ author_by_pk(id: 1) { __typename key: id } __typename other_note { body } }",
        "query ($where: author_bool_exp!, $by: [article_order_by!], $id: [Int!]!, $at: order_by) \
         { author(where: $where) { id } }",
        "mutation ($rows: [article_insert_input!]!, $set: author_set_input, $tags: jsonb) \
         { insert_article(objects: $rows) { affected_rows returning { author { id } } } \
           update_author_many(updates: []) { returning { id } } }",
        "subscription ($cursor: [article_stream_cursor_input]!) \
         { article_stream(cursor: $cursor, batch_size: 1) { id } }",
        "{ author { ...a ... on author { name } ... @include(if: true) { bio } } } \
         fragment a on author { articles { ...b } } fragment b on article { author { id } }",
        "query IntrospectionQuery { __schema { queryType { name } types { kind fields { args { type { \
         ofType { name } } } } enumValues { name } } directives { name locations } } }",
        "{ __type(name: \"author\") { fields(includeDeprecated: true) { name } } }",
        "{ author { x: id } author { x: id y: name } }",
        "subscription { __typename __schema { description } }",
    ] {
        assert_eq!(errors(query), "", "{query}");
    }
}

#[test]
fn faults_are_told_with_the_path_to_them() {
    for (query, error) in [
        (
            "{ author { nope } }",
            "$.author.nope: field 'nope' not found in object 'author'",
        ),
        (
            "{ nope }",
            "$.nope: field 'nope' not found in object 'query_root'",
        ),
        (
            "{ a: author { b: articles { c: nope } } }",
            "$.author.articles.nope: field 'nope' not found in object 'article'",
        ),
        (
            "{ author { ...f } } fragment f on article { title }",
            "$.author.title: field 'title' not found in object 'author'",
        ),
        (
            "{ author }",
            "$.author: object of type 'author' must have a selection set",
        ),
        (
            "{ author { id { x } } }",
            "$.author.id: scalar 'Int' does not accept a selection set",
        ),
        (
            "{ __schema { types { kind { x } } } }",
            "$.__schema.types.kind: enum '__TypeKind' does not accept a selection set",
        ),
        (
            "{ author { __schema { description } } }",
            "$.author.__schema: field '__schema' not found in object 'author'",
        ),
        (
            "mutation { insert_recent(objects: []) { affected_rows } }",
            "$.insert_recent: field 'insert_recent' not found in object 'mutation_root'",
        ),
        (
            "query ($x: nope!) { author { id } }",
            "$.x: type 'nope' not found in the schema",
        ),
        (
            "query ($x: [author]) { author { id } }",
            "$.x: object 'author' cannot be used in an input type",
        ),
        (
            "query ($x: author_inc_input, $y: author_pk_columns_inputs) { author { id } }",
            "$.y: type 'author_pk_columns_inputs' not found in the schema",
        ),
        (
            "{ author { x: id x: name } }",
            "$.author: field 'x' seen with two different types: Int! and String",
        ),
        (
            "{ author { id } author: article { id } }",
            "$: field 'author' seen with two different types: [author!]! and [article!]!",
        ),
        (
            "query a { author { id } } query b { author { id } }",
            "exactly one operation has to be present in the document when operationName is not specified",
        ),
    ] {
        assert_eq!(errors(query), format!("\"{error}\""), "{query}");
    }
}

#[test]
fn all_faults_are_told_beginning_with_the_last() {
    let query = "query ($x: nope) { author { one articles { two id } } three }";
    assert_eq!(
        errors(query),
        "\"$.x: type 'nope' not found in the schema\", \
         \"$.three: field 'three' not found in object 'query_root'\", \
         \"$.author.articles.two: field 'two' not found in object 'article'\", \
         \"$.author.one: field 'one' not found in object 'author'\""
    );
}

#[test]
fn an_object_is_described_as_a_query_of_its_collection() {
    let snapshot = stored("{ nope }");
    let found = &snapshot.inconsistencies[0];
    assert_eq!(found.object.type_name(), "query_collections");
    assert_eq!(found.object.name(), "query_collections q0 in c");
    assert_eq!(found.definition, json!({"name": "q0", "query": "{ nope }"}));
}

#[test]
fn it_is_told_what_a_query_is_used_for() {
    let endpoint = |name: &str, query: &str| {
        json!({"name": name, "url": name, "methods": ["GET"], "definition": {"query":
            {"collection_name": "c", "query_name": query}}})
    };
    let with = |endpoints: Value, scope: Value| {
        let snapshot = snapshot_with(json!({
            "query_collections": collection(&["{ nope }", "{ author { id } }"]),
            "rest_endpoints": endpoints,
            "allowlist": [{"collection": "c", "scope": scope}],
        }));
        told(&snapshot).unwrap()
    };
    let error = "\"$.nope: field 'nope' not found in object 'query_root'\"";
    let everybody = json!({"global": true});
    let some = json!({"global": false, "roles": ["user"]});
    assert_eq!(with(json!([endpoint("other", "q1")]), some.clone()), error);
    assert_eq!(
        with(json!([]), everybody.clone()),
        format!("{error}. This query is in allowlist.")
    );
    let endpoints = json!([
        endpoint("e", "q0"),
        endpoint("other", "q1"),
        endpoint("f", "q0")
    ]);
    let used = ". This query is being used in the following REST endpoint(s): \"f\", \"e\"";
    assert_eq!(with(endpoints.clone(), some), format!("{error}{used}"));
    assert_eq!(
        with(endpoints, everybody),
        format!("{error}{used}. This query is in allowlist.")
    );
}

#[test]
fn what_may_belong_to_a_part_that_is_not_served_is_believed() {
    let believed = "mutation ($x: SampleInput!) { act(arg: $x) { whatever { it { is } } } }";
    let fault = "{ act { x } author { nope } }";
    assert_ne!(errors(believed), "");
    let opaque = json!([{"name": "other", "kind": "mssql", "tables": [], "configuration": {}}]);
    for part in [
        json!({"actions": [{"name": "act"}]}),
        json!({"remote_schemas": [{"name": "r"}]}),
        json!({"custom_types": {"scalars": [{"name": "S"}]}}),
        json!({"sources": opaque}),
    ] {
        let of = |query: &str| {
            let mut more = part.clone();
            more["query_collections"] = collection(&[query]);
            told(&snapshot_with(more))
        };
        if part.get("sources").is_none() {
            assert_eq!(of(believed), None, "{part}");
            assert_eq!(
                of(fault).unwrap(),
                "\"$.author.nope: field 'nope' not found in object 'author'\""
            );
        } else {
            assert_eq!(of("subscription { table { id } }"), None);
        }
    }
}

#[test]
fn fields_of_remote_relationships_are_believed() {
    let source = |relationships: Value| {
        json!([{
            "name": "default",
            "kind": "postgres",
            "configuration": {"connection_info": {"database_url": "postgres://nowhere"}},
            "tables": [{"table": "author", "remote_relationships": relationships}],
        }])
    };
    let remote = json!([{"name": "weather", "definition": {"to_remote_schema": {
        "remote_schema": "r", "lhs_fields": [], "remote_field": {}}}}]);
    let ask = |relationships: Value, query: &str| {
        told(&snapshot_with(json!({
            "sources": source(relationships),
            "query_collections": collection(&[query]),
        })))
    };
    let query = "{ author { weather { today } weather_aggregate { aggregate { count } } } }";
    assert!(ask(json!([]), query).is_some());
    assert_eq!(ask(remote.clone(), query), None);
    assert!(ask(remote, "{ author { weathers { today } } }").is_some());
}

#[test]
fn fragments_that_multiply_take_no_time() {
    let mut query = String::from("{ author { ...f0 } }");
    for i in 0..30 {
        let next = i + 1;
        query.push_str(&format!(
            " fragment f{i} on author {{ articles {{ author {{ ...f{next} id }} }} x: articles {{ author {{ \
             ...f{next} id }} }} }}"
        ));
    }
    query.push_str(" fragment f30 on author { id }");
    assert_eq!(errors(&query), "");
}

/// The source under another naming.
fn named_otherwise(customization: Value) -> Value {
    json!([{
        "name": "default",
        "kind": "postgres",
        "configuration": {"connection_info": {"database_url": "postgres://nowhere"}},
        "customization": customization,
        "tables": [
            {"table": "author", "array_relationships": [{"name": "articles", "using":
                {"foreign_key_constraint_on": {"table": "article", "column": "author_id"}}}],
             "computed_fields": [{"name": "latest", "definition": {"function": "author_latest"}}]},
            {"table": "article"},
        ],
    }])
}

#[test]
fn every_type_of_the_schema_is_found_by_its_name() {
    let cased = json!({"naming_convention": "graphql-default",
                       "type_names": {"prefix": "A_", "suffix": "_z"}});
    let below = json!({"root_fields": {"namespace": "ns"}, "type_names": {"prefix": "a"}});
    for snapshot in [
        snapshot(),
        snapshot_with(json!({"sources": named_otherwise(cased)})),
        snapshot_with(json!({"sources": named_otherwise(below)})),
    ] {
        assert_eq!(snapshot.inconsistencies, Vec::new());
        let schema = RoleSchema {
            snapshot: &snapshot,
            role: "admin",
            backend: true,
        };
        let types = all_types(schema);
        assert!(types.len() > 80, "{}", types.len());
        let mut inputs = InputTypes::new(schema);
        for (name, key) in &types {
            let found = inputs.find(name).map(|key| schema.type_kind(key));
            assert_eq!(found, Some(schema.type_kind(key)), "{name}");
        }
    }
}

#[test]
fn fields_are_those_that_clients_write() {
    let ask = |customization: Value, query: &str| {
        told(&snapshot_with(json!({
            "sources": named_otherwise(customization),
            "query_collections": collection(&[query]),
        })))
    };
    let below = json!({"root_fields": {"namespace": "ns"}});
    assert_eq!(
        ask(below.clone(), "{ ns { author { id } __typename } }"),
        None
    );
    assert_eq!(
        ask(below.clone(), "{ ns { nope } }").unwrap(),
        "\"$.ns.nope: field 'nope' not found in object 'ns_query'\""
    );
    assert!(ask(below, "{ author { id } }").is_some());
    let cased = json!({"naming_convention": "graphql-default"});
    let query = "{ article { authorId isPublished } authorAggregate { aggregate { count } } }";
    assert_eq!(ask(cased.clone(), query), None);
    assert_eq!(
        ask(cased, "{ article { author_id } }").unwrap(),
        "\"$.article.author_id: field 'author_id' not found in object 'Article'\""
    );
}

fn only(snapshot: &Snapshot) -> &StoredQuery {
    snapshot.stored_queries.by_text.values().next().unwrap()
}

fn needs(snapshot: &Snapshot) -> &Arc<Needs> {
    match &only(snapshot).verdict {
        Verdict::Fits(needs) => needs,
        Verdict::Fails(errors) => panic!("{errors:?}"),
    }
}

#[test]
fn a_query_is_looked_at_again_only_when_a_change_concerns_it() {
    for (query, touched, is_kept) in [
        ("{ other_note { body } }", "author", true),
        ("{ other_note { body } }", "note", false),
        ("{ article { author { name } } }", "author", false),
        ("{ article { title } }", "author", true),
        (
            "mutation { delete_author(where: {}) { affected_rows } }",
            "author",
            false,
        ),
        (
            "query ($x: author_bool_exp) { other_note { body } }",
            "author",
            false,
        ),
        (
            "query ($x: author_bool_exp) { other_note { body } }",
            "article",
            true,
        ),
        ("{ __typename __schema { description } }", "author", true),
    ] {
        let more = json!({"query_collections": collection(&[query])});
        let before = snapshot_with(more.clone());
        let after = snapshot_after(&before, &[touched], more);
        assert!(Arc::ptr_eq(&only(&before).outline, &only(&after).outline));
        let kept = Arc::ptr_eq(needs(&before), needs(&after));
        assert_eq!(kept, is_kept, "{query} beside {touched}");
    }
}

#[test]
fn what_is_gone_fits_no_longer_and_does_again_when_it_is_back() {
    let query = "{ recent { id } }";
    let queries = collection(&[query]);
    let whole = snapshot_with(json!({"query_collections": queries}));
    let sources = |tables: Value| {
        json!([{
            "name": "default",
            "kind": "postgres",
            "configuration": {"connection_info": {"database_url": "postgres://nowhere"}},
            "tables": tables,
        }])
    };
    let note = json!({"table": {"schema": "other", "name": "note"}});
    let less = json!({"query_collections": queries, "sources": sources(json!([note.clone()]))});
    let after = snapshot_after(&whole, &["recent"], less);
    assert!(told(&after).is_some());
    let more = json!([note, {"table": "recent"}]);
    let again = json!({"query_collections": queries, "sources": sources(more)});
    assert_eq!(told(&snapshot_after(&after, &["recent"], again)), None);

    let queries = collection(&["{ no_queries_available }"]);
    let none = json!({"query_collections": queries, "sources": sources(json!([]))});
    let none = snapshot_with(none);
    assert_eq!(told(&none), None);
    let some =
        json!({"query_collections": queries, "sources": sources(json!([{"table": "recent"}]))});
    assert!(told(&snapshot_after(&none, &["recent"], some)).is_some());
}

#[test]
fn parts_that_are_not_served_concern_all_queries() {
    let queries = collection(&["{ author { id } act }"]);
    let with = json!({"query_collections": queries, "actions": [{"name": "act"}]});
    let before = snapshot_with(with.clone());
    assert_eq!(told(&before), None);
    let same = snapshot_after(&before, &["article"], with);
    assert!(Arc::ptr_eq(needs(&before), needs(&same)));
    let without = json!({"query_collections": queries});
    assert!(told(&snapshot_after(&before, &[], without)).is_some());
}
