//! Native queries that return rows of a shape of their own, without a logical model that has a name.

use crate::support::{World, library, user};
use howdah_error::Code;
use howdah_ir::Session;
use serde_json::{Value, json};

const CREATE: &str = "pg_create_logical_model_select_permission";
const DROP: &str = "pg_drop_logical_model_select_permission";

fn counts() -> Value {
    json!({"root_field_name": "counts", "description": "articles of authors",
           "code": "select author_id, count(*)::int as articles, max('1 day'::interval) as age from article \
                    where author_id > {{above}} group by author_id",
           "arguments": {"above": {"type": "integer", "nullable": false}},
           "returns": {"fields": [
               {"name": "author_id", "type": {"scalar": "integer", "nullable": false}},
               {"name": "articles", "type": {"scalar": "integer", "nullable": true}, "description": "how many"},
               {"name": "age", "type": {"scalar": "interval", "nullable": true}}]}})
}

fn right(role: &str, permission: Value) -> Value {
    json!({"type": "native_query", "name": "counts", "role": role, "permission": permission})
}

async fn with_counts() -> World {
    let world = library().await;
    world.done("pg_track_native_query", counts()).await;
    world
}

#[tokio::test]
async fn rows_have_the_type_of_the_query() {
    let world = with_counts().await;
    let rows = world
        .ask(
            "{ counts(args: {above: 0}, where: {articles: {_gt: 1}}, order_by: {author_id: desc}) {
                __typename author_id articles age } }",
        )
        .await;
    assert_eq!(
        rows,
        json!({"counts": [{"__typename": "counts", "author_id": 1, "articles": 2, "age": "1 day"}]})
    );
    let found = world
        .ask("{ __type(name: \"counts\") { description fields { name description } } }")
        .await;
    assert_eq!(
        found,
        json!({"__type": {"description": "articles of authors", "fields": [
            {"name": "age", "description": null},
            {"name": "articles", "description": "how many"},
            {"name": "author_id", "description": null}]}})
    );
    // It can be named by nothing else.
    let other =
        json!({"root_field_name": "other", "code": "select 1 as author_id", "returns": "counts"});
    let error = world.refused("pg_track_native_query", other).await;
    assert_eq!(
        error.message(),
        "Inconsistent object: The logical model counts could not be found"
    );
    let right =
        json!({"name": "counts", "role": "user", "permission": {"columns": "*", "filter": {}}});
    let error = world.refused(CREATE, right).await;
    assert_eq!(
        (error.code(), error.message()),
        (
            &Code::NotFound,
            "Logical model \"counts\" not found in source \"default\"."
        )
    );
}

#[tokio::test]
async fn a_type_of_the_same_name_is_a_conflict() {
    let world = with_counts().await;
    let model = json!({"name": "counts", "fields": [{"name": "a", "type": "int"}]});
    world.done("pg_track_logical_model", model).await;
    let other = json!({"root_field_name": "other", "code": "select 1 as a", "returns": "counts"});
    let error = world.refused("pg_track_native_query", other).await;
    assert_eq!(
        error.message(),
        "Found conflicting definitions for \"counts\". It is defined by native_query counts in source \
         default and by logical_model counts in source default."
    );
}

#[tokio::test]
async fn roles_read_what_they_are_allowed_of_the_query() {
    let world = with_counts().await;
    let query = "{ counts(args: {above: 0}) { articles } }";
    let none = world.ask_as(&user(1), query).await.unwrap_err();
    assert_eq!(none.code(), &Code::ValidationFailed);
    let own =
        json!({"columns": ["articles"], "filter": {"author_id": {"_eq": "X-Hasura-User-Id"}}});
    world.done(CREATE, right("user", own.clone())).await;
    let rows = world.ask_as(&user(1), query).await.unwrap();
    assert_eq!(rows, json!({"counts": [{"articles": 2}]}));
    let hidden = "{ counts(args: {above: 0}) { author_id } }";
    assert!(world.ask_as(&user(1), hidden).await.is_err());

    // Inherited rights are merged cell by cell.
    let others = json!({"columns": ["author_id"], "filter": {"author_id": {"_eq": 2}}});
    world.done(CREATE, right("other", others)).await;
    let role = json!({"role_name": "both", "role_set": ["user", "other"]});
    world.done("add_inherited_role", role).await;
    let both = Session::new("both", [("X-Hasura-User-Id".to_owned(), "1".to_owned())]);
    let query_both =
        "{ counts(args: {above: 0}, order_by: {author_id: asc}) { author_id articles } }";
    let rows = world.ask_as(&both, query_both).await.unwrap();
    let rows: std::collections::BTreeSet<String> = rows["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    assert_eq!(
        rows.into_iter().collect::<Vec<_>>(),
        [
            json!({"author_id": 2, "articles": null}).to_string(),
            json!({"author_id": null, "articles": 2}).to_string()
        ]
    );
    world
        .done("drop_inherited_role", json!({"role_name": "both"}))
        .await;

    let metadata = world.metadata().await;
    assert_eq!(
        metadata["sources"][0]["native_queries"][0]["returns"]["select_permissions"],
        json!([
            {"role": "other", "permission": {"columns": ["author_id"], "filter": {"author_id": {"_eq": 2}}}},
            {"role": "user", "permission": own}
        ])
    );
    assert_eq!(world.imported(|_| ()).await.unwrap(), json!([]));
    assert_eq!(world.metadata().await, metadata);
    let gone = json!({"type": "native_query", "name": "counts", "role": "user"});
    world.done(DROP, gone).await;
    assert!(world.ask_as(&user(1), query).await.is_err());
}

#[tokio::test]
async fn fields_may_lead_to_logical_models() {
    let world = library().await;
    let author = json!({"name": "writer", "fields": [
        {"name": "id", "type": {"scalar": "integer"}}, {"name": "name", "type": {"scalar": "text"}}]});
    world.done("pg_track_logical_model", author).await;
    let writers =
        json!({"root_field_name": "writers", "code": "select * from author", "returns": "writer"});
    world.done("pg_track_native_query", writers).await;
    let mut texts = json!({"root_field_name": "texts", "code": "select title, author_id from article",
        "returns": {"fields": [
            {"name": "title", "type": {"scalar": "text", "nullable": true}},
            {"name": "author_id", "type": {"scalar": "integer"}},
            {"name": "by", "type": {"logical_model": "nobody"}}]},
        "object_relationships": [{"name": "by", "using": {
            "column_mapping": {"author_id": "id"}, "remote_native_query": "writers"}}]});
    let error = world.refused("pg_track_native_query", texts.clone()).await;
    assert_eq!(
        (error.code(), error.message()),
        (
            &Code::InvalidConfiguration,
            "Inconsistent object: Logical model \"nobody\" not found."
        )
    );
    texts["returns"]["fields"][2]["type"]["logical_model"] = json!("writer");
    world.done("pg_track_native_query", texts).await;
    let rows = world
        .ask("{ texts(where: {title: {_eq: \"Three\"}}) { title by { name } } }")
        .await;
    assert_eq!(
        rows,
        json!({"texts": [{"title": "Three", "by": {"name": "Bob"}}]})
    );
    let error = world
        .refused(
            "pg_untrack_native_query",
            json!({"root_field_name": "writers"}),
        )
        .await;
    assert_eq!(error.code(), &Code::DependencyError);
}

#[tokio::test]
async fn a_relationship_to_something_else_stands_in_the_place_of_a_field() {
    let world = library().await;
    let writer = json!({"name": "writer", "fields": [{"name": "id", "type": "int"}]});
    world.done("pg_track_logical_model", writer).await;
    let mapping = json!({"author_id": "id"});
    let texts = json!({"root_field_name": "texts", "code": "select title, author_id from article where id = 3",
        "returns": {"fields": [
            {"name": "title", "type": {"scalar": "text", "nullable": true}},
            {"name": "author_id", "type": {"scalar": "integer"}},
            {"name": "by", "type": {"logical_model": "writer"}}]},
        "object_relationships": [{"name": "by", "using": {"column_mapping": mapping, "remote_table": "author"}}]});
    world.done("pg_track_native_query", texts).await;
    let rows = world.ask("{ texts { title by { name } } }").await;
    assert_eq!(
        rows,
        json!({"texts": [{"title": "Three", "by": {"name": "Bob"}}]})
    );
    // It shows what the role may see of the table, and is no way around that.
    let all = json!({"columns": "*", "filter": {}});
    let right = json!({"type": "native_query", "name": "texts", "role": "user", "permission": all});
    world.done(CREATE, right).await;
    let query = "{ texts { by { id } } }";
    assert!(world.ask_as(&user(1), query).await.is_err());
    let own = json!({"columns": ["id"], "filter": {"id": {"_eq": "X-Hasura-User-Id"}}});
    let right = json!({"table": "author", "role": "user", "permission": own});
    world.done("pg_create_select_permission", right).await;
    let rows = world.ask_as(&user(1), query).await.unwrap();
    assert_eq!(rows, json!({"texts": [{"by": null}]}));
    let rows = world.ask_as(&user(2), query).await.unwrap();
    assert_eq!(rows, json!({"texts": [{"by": {"id": 2}}]}));
}

#[tokio::test]
async fn what_does_not_fit_of_a_shape_is_told() {
    let world = with_counts().await;
    let track = |returns: Value| json!({"root_field_name": "q", "code": "select 1 as a", "returns": returns});
    let field = json!({"name": "a", "type": {"scalar": "integer"}});
    let right_of_all = json!({"role": "user", "permission": {"columns": "*", "filter": {}}});
    for (returns, path) in [
        (json!({}), "$.args.returns"),
        (json!(5), "$.args.returns"),
        (json!({"fields": 1}), "$.args.returns.fields"),
        (
            json!({"fields": [{"name": "a"}]}),
            "$.args.returns.fields[0]",
        ),
        (json!({"fields": [field, field]}), "$.args.returns.fields"),
        (
            json!({"fields": [field], "select_permissions": [right_of_all, right_of_all]}),
            "$.args.returns.select_permissions",
        ),
        (
            json!({"fields": [field], "select_permissions": [{"role": "user", "permission": {"columns": "*"}}]}),
            "$.args.returns.select_permissions[0].permission",
        ),
    ] {
        let error = world.refused("pg_track_native_query", track(returns)).await;
        assert_eq!(
            (error.code(), error.path().to_string().as_str()),
            (&Code::ParseFailed, path)
        );
    }
    for (fields, message) in [
        (
            json!([{"name": "b", "type": "int"}]),
            "Inconsistent object: Failed to validate query",
        ),
        (
            json!([{"name": "a", "type": "strange"}]),
            "Inconsistent object: type \"strange\" does not exist",
        ),
        (
            json!([{"name": "a b", "type": "int"}]),
            "Inconsistent object: \"a b\" is not a valid GraphQL name",
        ),
    ] {
        let error = world
            .refused("pg_track_native_query", track(json!({"fields": fields})))
            .await;
        assert_eq!(
            (error.code(), error.message()),
            (&Code::InvalidConfiguration, message)
        );
    }
    // Permissions of queries are asked for as such.
    let author = json!({"name": "writer", "fields": [{"name": "id", "type": "int"}]});
    world.done("pg_track_logical_model", author).await;
    let writers =
        json!({"root_field_name": "writers", "code": "select * from author", "returns": "writer"});
    world.done("pg_track_native_query", writers).await;
    let all = json!({"columns": "*", "filter": {}});
    for (kind, name, code) in [
        ("native_query", "writers", Code::NotSupported),
        ("native_query", "writer", Code::NotFound),
        ("table", "writer", Code::ParseFailed),
    ] {
        let args = json!({"type": kind, "name": name, "role": "user", "permission": all});
        let error = world.refused(CREATE, args).await;
        assert_eq!(error.code(), &code, "{kind} {name}");
    }
    let error = world
        .refused(
            CREATE,
            right("user", json!({"columns": ["none"], "filter": {}})),
        )
        .await;
    assert_eq!(
        (error.status(), error.message()),
        (400, "cannot continue due to new inconsistent metadata")
    );
    let objects = world
        .imported(|metadata| {
            let queries = &mut metadata["sources"][0]["native_queries"];
            queries[0]["returns"]["select_permissions"] = json!([
                {"role": "user", "permission": {"columns": ["none"], "filter": {}}}]);
        })
        .await
        .unwrap();
    assert_eq!(
        objects,
        json!([{
            "definition": {"role": "user", "permission": {"columns": ["none"], "filter": {}},
                           "source": "default", "comment": null, "name": "counts"},
            "name": "select_permission user in native_query counts in source default",
            "reason": "Inconsistent object: in logical model for native query \"counts\": in permission for \
                       role \"user\": \"none\" does not exist",
            "type": "select_permission"
        }])
    );
    world.done("drop_inconsistent_metadata", json!({})).await;
    let left = world.metadata().await;
    let returns = &left["sources"][0]["native_queries"][0]["returns"];
    assert_eq!(returns.get("select_permissions"), None);
}
