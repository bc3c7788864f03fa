//! Native queries and logical models (F9–F12) on a real database.

use crate::support::{World, user, world};
use howdah_error::Code;
use serde_json::{Value, json};

/// Authors and articles by SQL, with relationships both ways.
pub(crate) async fn library() -> World {
    let world = world().await;
    world
        .sql(
            "create table author (id int primary key, name text not null, org int);
             create table article (id int primary key, title text, author_id int not null,
                                   is_published boolean not null);
             insert into author values (1, 'Ann', 10), (2, 'Bob', 20);
             insert into article values (1, 'One', 1, true), (2, 'Two', 1, false),
                                        (3, 'Three', 2, true);",
        )
        .await;
    world.done("bulk_atomic", library_commands()).await;
    world
}

fn library_commands() -> Value {
    json!([
        {"type": "pg_track_logical_model", "args": {"name": "author_model", "description": "who writes",
            "fields": [
                {"name": "id", "type": {"scalar": "integer"}},
                {"name": "name", "type": "text", "description": "full name"},
                {"name": "org", "type": {"scalar": "int", "nullable": true}},
                {"name": "articles", "type": {"array": {"logical_model": "article_model"}}}]}},
        {"type": "pg_track_logical_model", "args": {"name": "article_model", "fields": [
            {"name": "id", "type": "int4"},
            {"name": "title", "type": "text", "nullable": true},
            {"name": "author_id", "type": "integer"},
            {"name": "is_published", "type": "boolean"},
            {"name": "author", "type": {"logical_model": "author_model", "nullable": true}}]}},
        {"type": "pg_track_native_query", "args": {
            "root_field_name": "authors", "returns": "author_model",
            "arguments": {"like": {"type": "text", "nullable": true, "description": "a pattern"}},
            "code": "select id, name, org from author where {{like}} is null or name like {{like}}",
            "array_relationships": [{"name": "articles", "using": {
                "column_mapping": {"id": "author_id"}, "remote_native_query": "articles"}}]}},
        {"type": "pg_track_native_query", "args": {
            "root_field_name": "articles", "returns": "article_model", "type": "query",
            "arguments": {"length": {"type": "integer"}},
            "code": "select id, substring(title, 1, {{length}}) as title, author_id, is_published\n from article -- all",
            "object_relationships": [{"name": "author", "using": {
                "column_mapping": {"author_id": "id"}, "insertion_order": null,
                "remote_native_query": "authors"}}]}}
    ])
}

#[tokio::test]
async fn rows_of_a_native_query_are_filtered_ordered_and_sliced_like_those_of_a_table() {
    let world = library().await;
    let data = world
        .ask(
            "{ authors(args: {}, order_by: {name: desc}) { id name __typename }
               some: authors(args: {like: \"A%\"}) { name }
               none: authors(args: {like: null}, where: {name: {_eq: \"Bob\"}}) { id }
               articles(args: {length: 2}, where: {_or: [{id: {_gt: 1}}, {is_published: {_eq: false}}]},
                        order_by: [{author_id: asc}, {id: desc}], limit: 2, offset: 0) { id title }
               firsts: articles(args: {length: 9}, distinct_on: author_id,
                        order_by: [{author_id: asc}, {id: desc}]) { id } }",
        )
        .await;
    assert_eq!(
        data.to_string(),
        json!({"authors": [{"id": 2, "name": "Bob", "__typename": "author_model"},
                           {"id": 1, "name": "Ann", "__typename": "author_model"}],
               "some": [{"name": "Ann"}],
               "none": [{"id": 2}],
               "articles": [{"id": 2, "title": "Tw"}, {"id": 3, "title": "Th"}],
               "firsts": [{"id": 2}, {"id": 3}]})
        .to_string()
    );
}

#[tokio::test]
async fn native_queries_lead_to_each_other_with_arguments_of_their_own() {
    let world = library().await;
    let data = world
        .ask(
            "{ authors(args: {}, order_by: {id: asc}) { name
                 short: articles(args: {length: 1}, order_by: {id: desc}) { title }
                 long: articles(args: {length: 100}, limit: 1, order_by: {id: asc},
                                where: {is_published: {_eq: true}}) {
                     title author(args: {}) { name } other: author(args: {like: \"nobody\"}) { name } } } }",
        )
        .await;
    assert_eq!(
        data,
        json!({"authors": [
            {"name": "Ann", "short": [{"title": "T"}, {"title": "O"}],
             "long": [{"title": "One", "author": {"name": "Ann"}, "other": null}]},
            {"name": "Bob", "short": [{"title": "T"}],
             "long": [{"title": "Three", "author": {"name": "Bob"}, "other": null}]}]})
    );
}

#[tokio::test]
async fn tables_and_native_queries_lead_to_each_other() {
    let world = library().await;
    for table in ["author", "article"] {
        world.done("pg_track_table", json!({"table": table})).await;
    }
    world
        .done(
            "pg_create_array_relationship",
            json!({"table": "author", "name": "texts", "using": {"manual_configuration": {
                "remote_native_query": "articles", "column_mapping": {"id": "author_id"}}}}),
        )
        .await;
    world
        .done(
            "pg_track_logical_model",
            json!({"name": "number", "fields": [{"name": "n", "type": "integer"}]}),
        )
        .await;
    world
        .done(
            "pg_track_native_query",
            json!({"root_field_name": "numbers", "returns": "number",
                   "code": "select n from generate_series(1, 3) n;",
                   "object_relationships": [{"name": "writer", "using": {
                       "remote_table": "author", "column_mapping": {"n": "id"}}}],
                   "array_relationships": [{"name": "articles", "using": {
                       "remote_table": {"schema": "public", "name": "article"},
                       "column_mapping": {"n": "author_id"}}}]}),
        )
        .await;
    let data = world
        .ask(
            "{ author(order_by: {id: desc}, limit: 1) { texts(args: {length: 3}) { title } }
               numbers(where: {writer: {name: {_like: \"%\"}}}, order_by: {writer: {name: desc}}) {
                 n writer { name } articles(order_by: {id: asc}) { id } } }",
        )
        .await;
    assert_eq!(
        data,
        json!({"author": [{"texts": [{"title": "Thr"}]}],
               "numbers": [{"n": 2, "writer": {"name": "Bob"}, "articles": [{"id": 3}]},
                           {"n": 1, "writer": {"name": "Ann"}, "articles": [{"id": 1}, {"id": 2}]}]})
    );
    // What a table needs of a native query keeps it from going, and goes with the table.
    let error = world
        .refused("pg_untrack_table", json!({"table": "author"}))
        .await;
    assert_eq!(
        error.message(),
        "cannot drop due to the following dependent objects: native_query numbers in source \"default\""
    );
    let error = world
        .refused(
            "pg_untrack_native_query",
            json!({"root_field_name": "articles"}),
        )
        .await;
    assert_eq!(*error.code(), Code::DependencyError);
    assert_eq!(
        error.message(),
        "cannot drop due to the following dependent objects: relationship author.texts in source \
         \"default\", native_query authors in source \"default\""
    );
    world
        .done(
            "pg_untrack_table",
            json!({"table": "author", "cascade": true}),
        )
        .await;
    let left = world
        .done("pg_get_native_query", json!({"source": "default"}))
        .await;
    let names: Vec<&Value> = left
        .as_array()
        .unwrap()
        .iter()
        .map(|q| &q["root_field_name"])
        .collect();
    assert_eq!(names, ["articles", "authors"]);
}

#[tokio::test]
async fn a_role_reads_what_its_permission_on_the_logical_model_lets_it() {
    let world = library().await;
    let who = user(1);
    let query = "{ articles(args: {length: 9}) { id } }";
    let refused = world.ask_as(&who, query).await.unwrap_err();
    assert_eq!(
        refused.message(),
        "field 'articles' not found in type: 'query_root'"
    );
    world
        .done(
            "pg_create_logical_model_select_permission",
            json!({"name": "article_model", "role": "user", "permission": {
                "columns": ["id", "title"],
                "filter": {"_or": [{"is_published": {"_eq": true}},
                                   {"author_id": {"_eq": "X-Hasura-User-Id"}}]}}}),
        )
        .await;
    let data = world
        .ask_as(
            &user(2),
            "{ articles(args: {length: 9}, order_by: {id: asc}) { id } }",
        )
        .await;
    assert_eq!(data.unwrap(), json!({"articles": [{"id": 1}, {"id": 3}]}));
    for (query, message) in [
        (
            "{ articles(args: {length: 9}) { is_published } }",
            "field 'is_published' not found in type: 'article_model'",
        ),
        (
            "{ articles(args: {length: 9}, where: {author_id: {_eq: 1}}) { id } }",
            "field 'author_id' not found in type: 'article_model_bool_exp_bool_exp'",
        ),
        (
            "{ articles(args: {length: 9}, order_by: {author_id: asc}) { id } }",
            "field 'author_id' not found in type: 'article_model_order_by'",
        ),
        (
            "{ articles(args: {length: 9}, distinct_on: author_id) { id } }",
            "expected one of the values ['id', 'title'] for type 'article_model_enum_name', but \
             found 'author_id'",
        ),
        (
            "{ articles(args: {length: 9}) { author { name } } }",
            "field 'author' not found in type: 'article_model'",
        ),
        (
            "{ authors { name } }",
            "field 'authors' not found in type: 'query_root'",
        ),
    ] {
        let error = world.ask_as(&who, query).await.unwrap_err();
        assert_eq!(error.message(), message, "{query}");
    }
    let error = world
        .ask_as(&howdah_ir::Session::new("user", []), query)
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "missing session variable: \"x-hasura-user-id\""
    );
    world
        .done(
            "pg_drop_logical_model_select_permission",
            json!({"name": "article_model", "role": "user"}),
        )
        .await;
    assert!(world.ask_as(&who, query).await.is_err());
}

#[tokio::test]
async fn a_field_that_leads_to_another_logical_model_must_be_listed_and_be_readable() {
    let world = library().await;
    let permit = |name: &str, columns: Value, filter: Value| json!({"name": name, "role": "user", "permission": {"columns": columns, "filter": filter}});
    let kind = "pg_create_logical_model_select_permission";
    let query =
        "{ articles(args: {length: 9}, order_by: {id: asc}) { id author(args: {}) { name } } }";
    world
        .done(
            kind,
            permit("article_model", json!(["id", "author"]), json!({})),
        )
        .await;
    assert!(
        world.ask_as(&user(1), query).await.is_err(),
        "the author cannot be read"
    );
    world
        .done(
            kind,
            permit(
                "author_model",
                json!("*"),
                json!({"id": {"_eq": "X-Hasura-User-Id"}}),
            ),
        )
        .await;
    assert_eq!(
        world.ask_as(&user(2), query).await.unwrap(),
        json!({"articles": [{"id": 1, "author": null}, {"id": 2, "author": null},
                            {"id": 3, "author": {"name": "Bob"}}]})
    );
}

#[tokio::test]
async fn an_inherited_role_sees_the_cells_that_a_parent_sees() {
    let world = library().await;
    for (role, columns, filter) in [
        (
            "reader",
            json!(["id", "title"]),
            json!({"is_published": {"_eq": true}}),
        ),
        (
            "checker",
            json!(["id", "is_published"]),
            json!({"author_id": {"_eq": 1}}),
        ),
    ] {
        world
            .done(
                "pg_create_logical_model_select_permission",
                json!({"name": "article_model", "role": role,
                       "permission": {"columns": columns, "filter": filter}}),
            )
            .await;
    }
    world
        .done(
            "add_inherited_role",
            json!({"role_name": "both", "role_set": ["reader", "checker"]}),
        )
        .await;
    let both = howdah_ir::Session::new("both", []);
    let data = world
        .ask_as(
            &both,
            "{ articles(args: {length: 9}, order_by: {id: asc}) { id title is_published } }",
        )
        .await
        .unwrap();
    assert_eq!(
        data,
        json!({"articles": [{"id": 1, "title": "One", "is_published": true},
                            {"id": 2, "title": null, "is_published": false},
                            {"id": 3, "title": "Three", "is_published": null}]})
    );
    let error = world
        .ask_as(&both, "{ articles(args: {length: 9}) { author_id } }")
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "field 'author_id' not found in type: 'article_model'"
    );
}

#[tokio::test]
async fn arguments_are_values_whatever_is_in_them() {
    let world = world().await;
    world
        .done(
            "pg_track_logical_model",
            json!({"name": "echo", "fields": [
                {"name": "word", "type": {"scalar": "text", "nullable": true}},
                {"name": "list", "type": {"array": {"scalar": "integer"}, "nullable": true}},
                {"name": "data", "type": {"scalar": "jsonb", "nullable": true}}]}),
        )
        .await;
    world
        .done(
            "pg_track_native_query",
            json!({"root_field_name": "echo", "returns": "echo",
                   "arguments": {"word": {"type": "text", "nullable": true},
                                 "list": {"type": "integer[]", "nullable": true},
                                 "data": {"type": "jsonb", "nullable": true}},
                   "code": "select {{word}} as word, {{list}} as list, {{data}} as data, 'it''s {{}} '::text as x"}),
        )
        .await;
    for word in [
        "'; drop table author; --",
        "\\'; select 1",
        "$1 $2 {{word}} {{list}}",
        "$$ /* ' \" */",
        "ü\u{1F600}\n\t",
        "",
        ") as q) select 1",
    ] {
        let request = howdah_engine::GraphqlRequest {
            query:
                "query q($w: String) { echo(args: {word: $w}, where: {word: {_eq: $w}}) { word } }"
                    .into(),
            variables: json!({"w": word}).as_object().unwrap().clone(),
            ..Default::default()
        };
        let answer = world
            .engine
            .graphql(&request, &howdah_ir::Session::admin(), false)
            .await
            .unwrap();
        let body: Value = serde_json::from_slice(&answer.chunks.concat()).unwrap();
        assert_eq!(body, json!({"data": {"echo": [{"word": word}]}}));
    }
    let data = world
        .ask("{ echo(args: {list: [1, 2], data: {a: [null, \"'\"]}}) { word list data(path: \"a[1]\") } }")
        .await;
    assert_eq!(
        data,
        json!({"echo": [{"word": null, "list": [1, 2], "data": "'"}]})
    );
    for (query, message) in [
        ("{ echo { word } }", "missing required field 'args'"),
        ("{ echo(args: {}) { word } }", ""),
        (
            "{ echo(args: {none: 1}) { word } }",
            "field 'none' not found in type: 'echo_arguments'",
        ),
        (
            "{ echo(args: {list: \"x\"}) { word } }",
            "malformed array literal: \"x\"",
        ),
        (
            "{ echo(args: {list: 1}) { word } }",
            "parsing [] failed, expected Array, but encountered Number",
        ),
    ] {
        match world.ask_as(&howdah_ir::Session::admin(), query).await {
            Ok(data) => assert_eq!((message, data), ("", json!({"echo": [{"word": null}]}))),
            Err(error) => assert_eq!(error.message(), message, "{query}"),
        }
    }
}

#[tokio::test]
async fn an_argument_that_is_not_nullable_must_be_given() {
    let world = library().await;
    for (query, message, path) in [
        (
            "{ articles { id } }",
            "missing required field 'args'",
            "$.selectionSet.articles.args.args",
        ),
        (
            "{ articles(args: {}) { id } }",
            "missing required field 'length'",
            "$.selectionSet.articles.args.args.length",
        ),
        (
            "{ articles(args: {length: null}) { id } }",
            "unexpected null value for type 'Int'",
            "$.selectionSet.articles.args.args.length",
        ),
    ] {
        let error = world
            .ask_as(&howdah_ir::Session::admin(), query)
            .await
            .unwrap_err();
        assert_eq!(
            (error.message(), error.path().to_string().as_str()),
            (message, path),
            "{query}"
        );
    }
}

#[tokio::test]
async fn exports_are_complete_and_come_back_the_same() {
    let world = library().await;
    let metadata = world.metadata().await;
    let source = &metadata["sources"][0];
    assert_eq!(
        source["native_queries"][0].to_string(),
        json!({"arguments": {"length": {"nullable": false, "type": "integer"}},
               "code": "select id, substring(title, 1, {{length}}) as title, author_id, is_published\n from article -- all",
               "object_relationships": [{"name": "author", "using": {
                   "column_mapping": {"author_id": "id"}, "insertion_order": null,
                   "remote_native_query": "authors"}}],
               "returns": "article_model", "root_field_name": "articles", "type": "query"})
        .to_string()
    );
    assert_eq!(
        source["logical_models"][1].to_string(),
        json!({"description": "who writes", "fields": [
                   {"name": "id", "type": {"nullable": false, "scalar": "integer"}},
                   {"description": "full name", "name": "name", "type": {"nullable": false, "scalar": "text"}},
                   {"name": "org", "type": {"nullable": true, "scalar": "int"}},
                   {"name": "articles", "type": {"array": {"logical_model": "article_model",
                       "nullable": false}, "nullable": false}}],
               "name": "author_model"})
        .to_string()
    );
    world.done("replace_metadata", metadata.clone()).await;
    assert_eq!(world.metadata().await.to_string(), metadata.to_string());
}

#[tokio::test]
async fn introspection_shows_the_types_that_clients_know() {
    let world = library().await;
    let types = world
        .ask(
            "{ __schema { types { name kind description
                 fields { name description type { kind name ofType { kind name ofType { name } } }
                          args { name description type { kind name ofType { name } } } }
                 inputFields { name description type { kind name ofType { name } } }
                 enumValues { name description } } } }",
        )
        .await;
    let named = |name: &str| {
        let all = types["__schema"]["types"].as_array().unwrap();
        all.iter()
            .find(|ty| ty["name"] == name)
            .unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!(named("author_model")["description"], "who writes");
    let text = |name: &str| {
        named(name)["description"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(
        text("author_model_bool_exp_bool_exp"),
        "Boolean expression to filter rows from the logical model for \"author_model\". All fields \
         are combined with a logical 'AND'."
    );
    assert_eq!(
        text("author_model_order_by"),
        "Ordering options when selecting data from \"author_model\"."
    );
    assert_eq!(text("articles_arguments"), "articlesNative Query Arguments");
    assert_eq!(
        named("author_model_enum_name")["enumValues"],
        json!([{"name": "id", "description": "column name"}, {"name": "name", "description": "column name"},
               {"name": "org", "description": "column name"}])
    );
    assert_eq!(
        named("authors_arguments")["inputFields"],
        json!([{"name": "like", "description": "a pattern",
                "type": {"kind": "SCALAR", "name": "String", "ofType": null}}])
    );
    let conditions: Vec<&Value> = named("author_model_bool_exp_bool_exp")["inputFields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["name"])
        .collect();
    assert_eq!(conditions, ["_and", "_not", "_or", "id", "name", "org"]);
    let fields = named("query_root")["fields"].as_array().unwrap();
    let names: Vec<&Value> = fields.iter().map(|f| &f["name"]).collect();
    assert_eq!(names, ["articles", "authors"]);
    let args: Vec<String> = fields[0]["args"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| {
            format!(
                "{}: {}{}",
                a["name"].as_str().unwrap(),
                a["type"]["name"].as_str().unwrap_or_default(),
                a["type"]["ofType"]["name"].as_str().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        args,
        [
            "args: articles_arguments",
            "distinct_on: ",
            "limit: Int",
            "offset: Int",
            "order_by: ",
            "where: article_model_bool_exp_bool_exp"
        ]
    );
    assert!(
        named("subscription_root")["fields"]
            .as_array()
            .unwrap()
            .iter()
            .all(|f| f["name"] != "articles_stream")
    );
}

#[tokio::test]
async fn names_follow_the_customization_of_the_source() {
    let world = library().await;
    let url = world.database.url();
    world
        .done(
            "pg_add_source",
            json!({"name": "other",
                   "configuration": {"connection_info": {"database_url": url}},
                   "customization": {"root_fields": {"namespace": "shop", "prefix": "p_"},
                                     "type_names": {"prefix": "T_", "suffix": "_S"}}}),
        )
        .await;
    world
        .done(
            "pg_track_logical_model",
            json!({"source": "other", "name": "author_model", "fields": [{"name": "full_name", "type": "text"}]}),
        )
        .await;
    world
        .done(
            "pg_track_native_query",
            json!({"source": "other", "root_field_name": "all_authors", "returns": "author_model",
                   "arguments": {"at_least": {"type": "int"}},
                   "code": "select name as full_name from author where id >= {{at_least}}"}),
        )
        .await;
    let query = "{ shop { p_all_authors(args: {at_least: 2}) { full_name __typename } } }";
    assert_eq!(
        world.ask(query).await,
        json!({"shop": {"p_all_authors": [{"full_name": "Bob", "__typename": "T_author_model_S"}]}})
    );
    world
        .done(
            "pg_update_source",
            json!({"name": "other", "customization": {"type_names": {"prefix": "T_"},
                                                       "naming_convention": "graphql-default"}}),
        )
        .await;
    let data = world
        .ask(
            "{ all_authors(args: {at_least: 1}, where: {full_name: {_isNull: false}}, orderBy: {full_name: DESC},
                           distinctOn: full_name) { full_name } }",
        )
        .await;
    assert_eq!(
        data,
        json!({"all_authors": [{"full_name": "Bob"}, {"full_name": "Ann"}]})
    );
}

#[tokio::test]
async fn names_that_are_taken_are_conflicts() {
    let world = library().await;
    world
        .done("pg_track_table", json!({"table": "author"}))
        .await;
    for (args, kind) in [
        (
            json!({"root_field_name": "author", "returns": "plain", "code": "select 1 as n"}),
            "fields",
        ),
        (
            json!({"root_field_name": "q", "returns": "author", "code": "select 1 as n"}),
            "\"author\"",
        ),
    ] {
        let commands = json!([
            {"type": "pg_track_logical_model", "args": {"name": args["returns"],
                "fields": [{"name": "n", "type": "int"}]}},
            {"type": "pg_track_native_query", "args": args}]);
        let error = world.refused("bulk_atomic", commands).await;
        assert_eq!(*error.code(), Code::Unexpected);
        assert!(
            error.message().contains("conflicting definitions"),
            "{}",
            error.message()
        );
        assert!(error.message().contains(kind), "{}", error.message());
    }
}

#[tokio::test]
async fn types_that_no_table_has_can_be_named() {
    let world = world().await;
    world
        .sql(
            "create schema app; create type app.mood as enum ('sad', 'happy');
             create domain app.short as varchar(5);",
        )
        .await;
    world
        .done(
            "pg_track_logical_model",
            json!({"name": "m", "fields": [{"name": "mood", "type": "app.mood"},
                {"name": "span", "type": "int4range"}, {"name": "short", "type": "app.short"},
                {"name": "at", "type": "timestamp(3) with time zone"}]}),
        )
        .await;
    world
        .done(
            "pg_track_native_query",
            json!({"root_field_name": "q", "returns": "m",
                   "arguments": {"mood": {"type": "app.mood"}},
                   "code": "select {{mood}} as mood, int4range(1, 5) as span, 'x'::app.short as short,
                            timestamptz '2020-01-01 00:00:00Z' as at"}),
        )
        .await;
    let data = world
        .ask("{ q(args: {mood: \"happy\"}, where: {mood: {_in: [\"happy\"]}, span: {_eq: \"[1,5)\"}}) { mood span short } }")
        .await;
    assert_eq!(
        data,
        json!({"q": [{"mood": "happy", "span": "[1,5)", "short": "x"}]})
    );
}

#[tokio::test]
async fn tables_of_the_database_cannot_be_mistaken_for_other_native_queries() {
    let world = world().await;
    world.sql("create table \"native query 1\" (n int); create table w1 (n int); insert into w1 values (7);").await;
    world
        .done(
            "pg_track_logical_model",
            json!({"name": "m", "fields": [{"name": "n", "type": "int"}]}),
        )
        .await;
    for (name, code) in [("a", "select 1 as n"), ("b", "select n from w1")] {
        let link = json!([{"name": "bs", "using": {"column_mapping": {"n": "n"}, "remote_native_query": "b"}}]);
        let mut args = json!({"root_field_name": name, "returns": "m", "code": code});
        if name == "a" {
            args["returns"] = json!("with_link");
            args["array_relationships"] = link;
            world
                .done("bulk_atomic", json!([
                    {"type": "pg_track_logical_model", "args": {"name": "with_link", "fields": [{"name": "n", "type": "int"}]}},
                    {"type": "pg_track_native_query", "args": {"root_field_name": "b", "returns": "m", "code": "select n from w1"}},
                    {"type": "pg_track_native_query", "args": args}]))
                .await;
        }
    }
    let data = world.ask("{ a { n bs { n } } b { n } }").await;
    assert_eq!(data, json!({"a": [{"n": 1, "bs": []}], "b": [{"n": 7}]}));
}

#[tokio::test]
async fn citus_and_cockroach_sources_have_the_commands_too() {
    let world = world().await;
    for (prefix, source) in [("citus", "c1"), ("cockroach", "c2")] {
        world
            .done(
                &format!("{prefix}_add_source"),
                json!({"name": source, "configuration": {"connection_info": {"database_url": world.database.url()}}}),
            )
            .await;
        world
            .done(
                &format!("{prefix}_track_logical_model"),
                json!({"source": source, "name": format!("m_{prefix}"), "fields": [{"name": "n", "type": "int"}]}),
            )
            .await;
        world
            .done(
                &format!("{prefix}_track_native_query"),
                json!({"source": source, "root_field_name": format!("q_{prefix}"),
                       "returns": format!("m_{prefix}"), "code": "select 4 as n"}),
            )
            .await;
    }
    let data = world.ask("{ q_citus { n } q_cockroach { n } }").await;
    assert_eq!(
        data,
        json!({"q_citus": [{"n": 4}], "q_cockroach": [{"n": 4}]})
    );
}
