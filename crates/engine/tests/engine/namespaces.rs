//! Root fields of a source below a field of its own (B9).

use crate::support::{World, options, user, world};
use howdah_engine::Engine;
use howdah_error::Code;
use serde_json::json;

/// A table in the source `default`, and the same in another source under the namespace `shop`.
async fn shop() -> World {
    let world = world().await;
    world
        .sql("create table item (id int primary key, price int check (price > 0))")
        .await;
    world
        .done(
            "pg_add_source",
            json!({"name": "other",
                   "configuration": {"connection_info": {"database_url": world.database.url()}},
                   "customization": {"root_fields": {"namespace": "shop"},
                                     "type_names": {"prefix": "T_"}}}),
        )
        .await;
    for source in ["default", "other"] {
        world
            .done("pg_track_table", json!({"table": "item", "source": source}))
            .await;
    }
    world
}

#[tokio::test]
async fn fields_of_a_namespace_stand_in_an_object() {
    let world = shop().await;
    let data = world
        .ask(
            "mutation { __typename shop { __typename
               insert_item(objects: [{id: 1, price: 5}, {id: 2, price: 6}]) { affected_rows }
               last: delete_item_by_pk(id: 2) { id __typename } }
             insert_item_one(object: {id: 3, price: 7}) { id } }",
        )
        .await;
    assert_eq!(
        data.to_string(),
        json!({"__typename": "mutation_root",
               "shop": {"__typename": "T_shop_mutation_frontend",
                        "insert_item": {"affected_rows": 2},
                        "last": {"id": 2, "__typename": "T_item"}},
               "insert_item_one": {"id": 3}})
        .to_string()
    );
    let data = world
        .ask(
            "{ a: shop { item(order_by: {id: asc}) { id } } item { id }
               b: shop { item_by_pk(id: 1) { price } }
               c: shop { item @skip(if: true) { id } } }",
        )
        .await;
    assert_eq!(
        data.to_string(),
        json!({"a": {"item": [{"id": 1}, {"id": 3}]}, "item": [{"id": 1}, {"id": 3}],
               "b": {"item_by_pk": {"price": 5}}, "c": {}})
        .to_string()
    );
}

#[tokio::test]
async fn the_mutations_of_a_namespace_say_whose_they_are_and_keep_their_name_under_a_convention() {
    let world = shop().await;
    let naming = |names: serde_json::Value| {
        json!({"name": "other", "customization": {
            "root_fields": {"namespace": "my_shop"}, "type_names": names,
            "naming_convention": "graphql-default"}})
    };
    for (names, query, backend) in [
        (json!({}), "my_shop_query", "my_shop_mutation_backend"),
        (
            json!({"prefix": "t_", "suffix": "_x"}),
            "t_My_shop_query_x",
            "t_My_shop_mutation_backend_x",
        ),
    ] {
        world.done("pg_update_source", naming(names)).await;
        assert_eq!(
            world.ask("{ my_shop { __typename } }").await,
            json!({"my_shop": {"__typename": query}})
        );
        let session = howdah_ir::Session::admin().with_backend_only(true);
        let data = world
            .ask_as(&session, "mutation { my_shop { __typename } }")
            .await
            .unwrap();
        assert_eq!(data, json!({"my_shop": {"__typename": backend}}));
    }
}

#[tokio::test]
async fn mistakes_in_a_namespace_are_told_where_they_are() {
    let world = shop().await;
    for (query, path, message) in [
        (
            "{ shop }",
            "$.selectionSet.shop",
            "missing selection set for 'T_shop_query'",
        ),
        (
            "{ shop { none } }",
            "$.selectionSet.shop.selectionSet.none",
            "field 'none' not found in type: 'T_shop_query'",
        ),
        (
            "{ shop(a: 1) { item { id } } }",
            "$.selectionSet.shop",
            "'shop' has no argument named 'a'",
        ),
    ] {
        let error = world
            .ask_as(&howdah_ir::Session::admin(), query)
            .await
            .unwrap_err();
        assert_eq!(
            (error.message(), &*error.path().to_string()),
            (message, path)
        );
    }
    // Nothing is left of a mutation that fails in its last field.
    let failing = "mutation { shop { insert_item_one(object: {id: 1, price: 1}) { id }
                                     two: insert_item_one(object: {id: 2, price: 0}) { id } } }";
    assert!(
        world
            .ask_as(&howdah_ir::Session::admin(), failing)
            .await
            .is_err()
    );
    assert_eq!(world.ask("{ item { id } }").await, json!({"item": []}));
}

#[tokio::test]
async fn roles_see_a_namespace_with_something_in_it() {
    let world = shop().await;
    let query = "{ shop { item { id } } }";
    let error = world.ask_as(&user(1), query).await.unwrap_err();
    assert_eq!(
        error.message(),
        "field 'shop' not found in type: 'query_root'"
    );
    world
        .done(
            "pg_create_select_permission",
            json!({"table": "item", "source": "other", "role": "user",
                   "permission": {"columns": ["id"], "filter": {}}}),
        )
        .await;
    assert!(world.ask_as(&user(1), query).await.is_ok());
    let shown = world
        .ask_as(
            &user(1),
            "{ __schema { mutationType { name } queryType { fields { name type { kind ofType
               { name fields { name } } } } } } }",
        )
        .await
        .unwrap();
    assert_eq!(shown["__schema"]["mutationType"], json!(null));
    let fields = &shown["__schema"]["queryType"]["fields"];
    assert_eq!(fields.as_array().map(Vec::len), Some(1));
    assert_eq!(fields[0]["name"], "shop");
    assert_eq!(fields[0]["type"]["ofType"]["name"], "T_shop_query");
}

#[tokio::test]
async fn a_namespace_must_be_nobody_elses_field() {
    let world = shop().await;
    world.sql("create table shop (id int primary key)").await;
    let error = world
        .refused("pg_track_table", json!({"table": "shop"}))
        .await;
    assert_eq!(*error.code(), Code::Unexpected);
    assert!(
        error
            .message()
            .contains("'shop' defined in [source other, table shop in source default]"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_convention_of_a_source_is_in_force_where_conventions_are() {
    let mut world = shop().await;
    let cased =
        json!({"name": "default", "customization": {"naming_convention": "graphql-default"}});
    world.done("pg_update_source", cased.clone()).await;
    let row = json!({"itemByPk": null});
    assert_eq!(world.ask("{ itemByPk(id: 1) { id } }").await, row);

    let mut without = options(&world.database);
    without.schema.naming_convention = None;
    world.engine = Engine::start(without).await.unwrap();
    let row = json!({"item_by_pk": null});
    assert_eq!(world.ask("{ item_by_pk(id: 1) { id } }").await, row);
    world.done("pg_update_source", cased).await;
    assert_eq!(world.ask("{ item_by_pk(id: 1) { id } }").await, row);
}
