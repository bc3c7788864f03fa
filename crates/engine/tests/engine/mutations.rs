//! Mutations through the engine: transactions, what triggers see, nested inserts, round trips.

use crate::support::{World, library, user, world};
use howdah_error::{Code, Error};
use howdah_ir::Session;
use serde_json::{Value, json};

async fn failed(world: &World, query: &str) -> Error {
    world.ask_as(&Session::admin(), query).await.unwrap_err()
}

async fn count(world: &World, table: &str) -> Value {
    let client = world.database.client().await;
    let row = client
        .query_one(&format!("select count(*) from {table}"), &[])
        .await
        .unwrap();
    json!(row.get::<_, i64>(0))
}

const NOTES: &str = "create table note (role text, trace text, isolation text, op text);
    create function note() returns trigger language plpgsql as $$ begin
        insert into note values (
            current_setting('hasura.user')::json->>'x-hasura-role',
            current_setting('hasura.tracecontext')::json->>'trace_id',
            current_setting('transaction_isolation'), tg_when || ' ' || tg_level);
        return new; end $$;
    create trigger a before insert or update on author for each statement execute function note();
    create trigger b before insert or update on author for each row execute function note();
    create trigger c after insert or update on author for each row execute function note();
    create constraint trigger d after insert or update on author deferrable initially deferred for each row execute function note();";

#[tokio::test]
async fn triggers_of_all_kinds_see_who_writes_and_the_trace() {
    let world = library().await;
    world.sql(NOTES).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let headers = vec![(
        "traceparent".to_owned(),
        format!("00-{trace}-00f067aa0ba902b7-01"),
    )];
    let admin = Session::admin().with_headers(headers);
    for mutation in [
        // One statement, one that needs a second, several fields, several levels.
        "mutation { insert_author_one(object: {id: 10, name: \"x\"}) { id } }",
        "mutation { insert_author_one(object: {id: 10, name: \"x\"}) { articles { id } } }",
        "mutation { insert_author(objects: [{id: 10, name: \"x\"}]) { affected_rows } delete_article(where: {id: {_lt: 0}}) { affected_rows } }",
        "mutation { insert_author(objects: [{id: 10, name: \"x\", articles: {data: {id: 10}}}]) { affected_rows } }",
    ] {
        world.ask_as(&admin, mutation).await.unwrap();
        let client = world.database.client().await;
        let notes = client
            .query(
                "select distinct role, trace, isolation, op from note order by op",
                &[],
            )
            .await
            .unwrap();
        let notes: Vec<[String; 4]> = notes
            .iter()
            .map(|row| [0, 1, 2, 3].map(|i| row.get(i)))
            .collect();
        let expected = ["AFTER ROW", "BEFORE ROW", "BEFORE STATEMENT"]
            .map(|op| ["admin", trace, "read committed", op].map(str::to_owned));
        assert_eq!(notes, expected, "{mutation}");
        client
            .batch_execute("delete from article where id = 10; delete from author where id = 10; delete from note")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn several_fields_are_one_transaction_and_the_first_failure_undoes_all() {
    let world = library().await;
    let answer = world
        .ask("mutation {
            a: insert_author_one(object: {id: 3, name: \"Cyd\"}) { name }
            b: update_author_by_pk(pk_columns: {id: 3}, _set: {name: \"Dan\"}) { name articles { id } }
            c: delete_author_by_pk(id: 3) { name } __typename
        }")
        .await;
    assert_eq!(
        answer.to_string(),
        r#"{"a":{"name":"Cyd"},"b":{"name":"Dan","articles":[]},"c":{"name":"Dan"},"__typename":"mutation_root"}"#
    );
    let error = failed(
        &world,
        "mutation {
            a: insert_author_one(object: {id: 3, name: \"Cyd\"}) { name }
            b: insert_author_one(object: {id: 1, name: \"Dan\"}) { name }
        }",
    )
    .await;
    assert_eq!(
        error.message(),
        "Uniqueness violation. duplicate key value violates unique constraint \"author_pkey\""
    );
    assert_eq!(
        error.path().to_string(),
        "$.selectionSet.insert_author_one.args.object"
    );
    assert_eq!(count(&world, "author").await, 2);
}

async fn with_rules(world: &World) {
    for (kind, permission) in [
        (
            "pg_create_select_permission",
            json!({"columns": "*", "filter": {}}),
        ),
        (
            "pg_create_insert_permission",
            json!({"columns": "*", "check": {"id": {"_gte": 100}}}),
        ),
        (
            "pg_create_update_permission",
            json!({"columns": ["name", "id"], "filter": {"id": {"_ne": 1}}, "check": {"name": {"_neq": "bad"}}}),
        ),
        (
            "pg_create_delete_permission",
            json!({"filter": {"id": {"_ne": 1}}}),
        ),
    ] {
        world
            .done(
                kind,
                json!({"table": "author", "role": "user", "permission": permission}),
            )
            .await;
    }
}

#[tokio::test]
async fn checks_hold_wherever_a_write_stands() {
    let world = library().await;
    with_rules(&world).await;
    for (mutation, path) in [
        (
            "insert_author_one(object: {id: 5, name: \"x\"}) { id }",
            "args.object",
        ),
        (
            "insert_author(objects: [{id: 100, name: \"x\"}, {id: 5, name: \"x\"}]) { affected_rows }",
            "args.objects",
        ),
        (
            "insert_author(objects: [{id: 100, name: \"x\"}, {id: 5}]) { returning { id } }",
            "args.objects",
        ),
        (
            "update_author(where: {}, _set: {name: \"bad\"}) { affected_rows }",
            "",
        ),
        (
            "update_author_by_pk(pk_columns: {id: 2}, _set: {name: \"bad\"}) { id }",
            "",
        ),
        (
            "update_author_many(updates: [{where: {id: {_eq: 2}}, _set: {name: \"ok\"}}, {where: {}, _set: {name: \"bad\"}}]) { affected_rows }",
            "",
        ),
        (
            "insert_author(objects: [{id: 2, name: \"bad\"}], on_conflict: {constraint: author_pkey, update_columns: [name]}) { affected_rows }",
            "args.objects",
        ),
    ] {
        let name = mutation.split('(').next().unwrap();
        // Alone, first and last of several.
        for query in [
            format!("mutation {{ {mutation} }}"),
            format!("mutation {{ {mutation} z: delete_author_by_pk(id: 77) {{ id }} }}"),
            format!(
                "mutation {{ z: insert_author_one(object: {{id: 101, name: \"\"}}) {{ id }} {mutation} }}"
            ),
        ] {
            let error = world.ask_as(&user(1), &query).await.unwrap_err();
            if mutation.contains("{id: 5}") {
                assert_eq!(*error.code(), Code::ConstraintViolation, "{query}: {error}");
            } else {
                assert_eq!(*error.code(), Code::PermissionError, "{query}: {error}");
                assert_eq!(
                    error.message(),
                    "check constraint of an insert/update permission has failed"
                );
            }
            let path = match path {
                "" => "$".to_owned(),
                path => format!("$.selectionSet.{name}.{path}"),
            };
            assert_eq!(error.path().to_string(), path, "{query}");
            let client = world.database.client().await;
            let state = client
                .query_one("select string_agg(name, ',' order by id) from author", &[])
                .await
                .unwrap();
            assert_eq!(state.get::<_, String>(0), "Ann,Bob", "{query}");
        }
    }
    // What the filters leave out is not there.
    let answer = world
        .ask_as(&user(1), "mutation { a: update_author_by_pk(pk_columns: {id: 1}, _set: {name: \"x\"}) { id } b: delete_author(where: {id: {_eq: 1}}) { affected_rows } }")
        .await
        .unwrap();
    assert_eq!(answer, json!({"a": null, "b": {"affected_rows": 0}}));
}

#[tokio::test]
async fn levels_of_an_insert_are_counted_together_and_answered_in_order() {
    let world = library().await;
    let answer = world
        .ask("mutation { insert_author(objects: [
                {id: 10, name: \"a\", articles: {data: [{id: 20, title: \"t\"}, {id: 21}]}},
                {id: 11, name: \"b\"},
                {id: 12, name: \"c\", articles: {data: [{id: 22}]}}]) {
            affected_rows returning { id articles(order_by: {id: asc}) { id title author { name } } } } }")
        .await;
    assert_eq!(
        answer["insert_author"],
        json!({"affected_rows": 6, "returning": [
            {"id": 10, "articles": [{"id": 20, "title": "t", "author": {"name": "a"}}, {"id": 21, "title": null, "author": {"name": "a"}}]},
            {"id": 11, "articles": []},
            {"id": 12, "articles": [{"id": 22, "title": null, "author": {"name": "c"}}]},
        ]})
    );
    let answer = world
        .ask("mutation { insert_article(objects: [
                {id: 30, author: {data: {id: 13, name: \"d\"}}},
                {id: 31, author: {data: {id: 1, name: \"Ann\"}, on_conflict: {constraint: author_pkey, update_columns: [name]}}},
                {id: 32, author: {data: {id: 1, name: \"Eve\"}, on_conflict: {constraint: author_pkey, update_columns: [name]}}}]) {
            n: affected_rows __typename } }")
        .await;
    assert_eq!(
        answer["insert_article"].to_string(),
        r#"{"n":6,"__typename":"article_mutation_response"}"#
    );
    let answer = world
        .ask("{ article(where: {id: {_gte: 30}}, order_by: {id: asc}) { author { name } } }")
        .await;
    assert_eq!(
        answer["article"],
        json!([{"author": {"name": "d"}}, {"author": {"name": "Eve"}}, {"author": {"name": "Eve"}}])
    );
}

#[tokio::test]
async fn an_error_on_any_level_names_its_place_and_undoes_all_levels() {
    let world = library().await;
    for (objects, code, path) in [
        (
            "{id: 10, name: \"a\", articles: {data: [{id: 20}, {id: 1}]}}",
            Code::ConstraintViolation,
            "objects[0].articles.data",
        ),
        (
            "{id: 10, name: \"a\", articles: {data: [{id: 20, author_id: 1}]}}",
            Code::ValidationFailed,
            "objects[0].articles.data[0]",
        ),
        (
            "{id: 1, name: \"a\", articles: {data: [{id: 20}]}}",
            Code::ConstraintViolation,
            "objects[0]",
        ),
        // The first row that has an error, whatever level another has one on.
        (
            "{id: 10, name: \"a\", articles: {data: [{id: 20}]}}, \
             {id: 11, name: \"b\", articles: {data: [{id: 21}, {id: 1}]}}, {id: 1, name: \"c\"}",
            Code::ConstraintViolation,
            "objects[1].articles.data",
        ),
        (
            "{id: 10, name: \"a\", articles: {data: [{id: 20}]}}, {id: 1, name: \"c\"}",
            Code::ConstraintViolation,
            "objects[1]",
        ),
    ] {
        let error = failed(
            &world,
            &format!("mutation {{ insert_author(objects: [{objects}]) {{ affected_rows }} }}"),
        )
        .await;
        assert_eq!(*error.code(), code, "{error}");
        assert_eq!(
            error.path().to_string(),
            format!("$.selectionSet.insert_author.args.{path}"),
            "{error}"
        );
        assert_eq!(count(&world, "author").await, 2);
        assert_eq!(count(&world, "article").await, 3);
    }
    let error = failed(
        &world,
        "mutation { insert_author(objects: [{id: 1, name: \"a\", articles: {data: [{id: 20}]}}],
            on_conflict: {constraint: author_pkey, update_columns: []}) { affected_rows } }",
    )
    .await;
    assert_eq!(*error.code(), Code::NotSupported);
    assert_eq!(
        (error.message(), error.path().to_string().as_str()),
        (
            "cannot proceed to insert array relations since insert to table \"author\" affects zero rows",
            "$.selectionSet.insert_author.args.objects[0]"
        )
    );
    assert_eq!(count(&world, "article").await, 3);
    for (object, path) in [
        (
            "{id: 1, name: \"a\", articles: {data: [{id: 20}]}}",
            "object[0]",
        ),
        (
            "{id: 10, name: \"a\", articles: {data: [{id: 1}]}}",
            "object[0].articles.data",
        ),
        ("{id: 1, name: \"a\"}", "object"),
    ] {
        let mutation = format!("mutation {{ insert_author_one(object: {object}) {{ id }} }}");
        let error = failed(&world, &mutation).await;
        assert_eq!(
            error.path().to_string(),
            format!("$.selectionSet.insert_author_one.args.{path}"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_preset_wins_over_the_key_of_a_relationship() {
    let world = library().await;
    for (table, permission) in [
        ("author", json!({"columns": ["id", "name"], "check": {}})),
        (
            "article",
            json!({"columns": ["id"], "check": {}, "set": {"author_id": "x-hasura-user-id"}}),
        ),
    ] {
        let permission = json!({"table": table, "role": "user", "permission": permission});
        world.done("pg_create_insert_permission", permission).await;
        let all = json!({"columns": "*", "filter": {}});
        let select = json!({"table": table, "role": "user", "permission": all});
        world.done("pg_create_select_permission", select).await;
    }
    let answer = world
        .ask_as(
            &user(2),
            "mutation {
                down: insert_author_one(object: {id: 10, name: \"a\", articles: {data: [{id: 20}]}}) { id articles { id } }
                up: insert_article_one(object: {id: 21, author: {data: {id: 11, name: \"b\"}}}) { id author { id } }
            }",
        )
        .await
        .unwrap();
    assert_eq!(
        answer,
        json!({"down": {"id": 10, "articles": []}, "up": {"id": 21, "author": {"id": 2}}})
    );
    let answer = world
        .ask("{ article(where: {id: {_gte: 20}}, order_by: {id: asc}) { id author_id } }")
        .await;
    assert_eq!(
        answer,
        json!({"article": [{"id": 20, "author_id": 2}, {"id": 21, "author_id": 2}]})
    );
}

#[tokio::test]
async fn rows_that_a_trigger_skips_get_no_others_rows() {
    let world = library().await;
    world
        .sql(
            "create function skip() returns trigger language plpgsql as $$ begin
                return case when new.name = 'skip' then null else new end; end $$;
              create trigger skip before insert on author for each row execute function skip();",
        )
        .await;
    // Nothing hangs on the skipped row: the others keep their own.
    let answer = world
        .ask("mutation { insert_author(objects: [
                {id: 10, name: \"skip\"},
                {id: 11, name: \"b\", articles: {data: [{id: 20}]}}]) { affected_rows returning { id articles { id } } } }")
        .await;
    assert_eq!(
        answer["insert_author"],
        json!({"affected_rows": 2, "returning": [{"id": 11, "articles": [{"id": 20}]}]})
    );
    let error = failed(
        &world,
        "mutation { insert_author(objects: [
            {id: 12, name: \"b\"}, {id: 13, name: \"skip\", articles: {data: [{id: 21}]}}]) { affected_rows } }",
    )
    .await;
    assert!(error.message().contains("affects zero rows"), "{error}");
    assert_eq!(count(&world, "author").await, 3);
}

#[tokio::test]
async fn a_thousand_rows_of_two_levels_are_written_with_more_values_than_a_statement_takes() {
    let world = world().await;
    world
        .sql("create table orders (id serial primary key, a int, b text, c text, d text);
              create table line (id serial primary key, order_id int not null references orders, n int, a text, b text, c text, d text,
                  e text, f text, g text, h text, i text, j text, k text, l text)")
        .await;
    for table in ["orders", "line"] {
        world.done("pg_track_table", json!({"table": table})).await;
    }
    world
        .done(
            "pg_create_array_relationship",
            json!({"table": "orders", "name": "lines",
                   "using": {"foreign_key_constraint_on": {"table": "line", "column": "order_id"}}}),
        )
        .await;
    let line = |n: usize| {
        let mut line = json!({"n": n});
        for column in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"] {
            line[column] = json!(format!("{column}{n}"));
        }
        // Rows that lack columns are written too.
        if n % 997 == 5 {
            line.as_object_mut().unwrap().remove("l");
        }
        line
    };
    for uneven in [false, true] {
        let number = if uneven { 200 } else { 1000 };
        let objects: Vec<Value> = (0..number)
            .map(|o| {
                let lines: Vec<Value> = (0..5)
                    .map(|l| {
                        let mut line = line(o * 5 + l);
                        if !uneven {
                            line["l"] = json!("l");
                        }
                        line
                    })
                    .collect();
                json!({"a": o, "b": "b", "c": null, "d": "d", "lines": {"data": lines}})
            })
            .collect();
        let request = howdah_engine::GraphqlRequest {
            query: "mutation ($o: [orders_insert_input!]!) { insert_orders(objects: $o) { affected_rows } }".into(),
            variables: [("o".to_owned(), json!(objects))].into_iter().collect(),
            operation_name: None,
        };
        let answer = world
            .engine
            .graphql(&request, &Session::admin(), false)
            .await
            .unwrap();
        let answer: Value = serde_json::from_slice(&answer.chunks.concat()).unwrap();
        assert_eq!(
            answer,
            json!({"data": {"insert_orders": {"affected_rows": 6 * number}}})
        );
        let client = world.database.client().await;
        let wrong = client
            .query_one(
                "select count(*) from line join orders on orders.id = order_id where n / 5 <> orders.a",
                &[],
            )
            .await
            .unwrap();
        assert_eq!(wrong.get::<_, i64>(0), 0);
    }
    assert_eq!(count(&world, "line").await, 6_000);
    let none = world
        .ask("{ line_aggregate(where: {l: {_is_null: true}}) { aggregate { count } } }")
        .await;
    assert_eq!(none["line_aggregate"]["aggregate"]["count"], 1);
}
