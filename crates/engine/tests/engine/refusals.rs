//! Mutations that go wrong: a clear error, nothing half-written, and the connection clean for its
//! next user.

use crate::support::{World, world};
use howdah_error::{Code, Error};
use howdah_ir::Session;
use serde_json::{Value, json};
use std::time::Duration;

/// A source with one connection, so that whoever comes next gets the same, and slow writes.
async fn one_connection(isolation: &str, options: &str) -> World {
    let world = world().await;
    let client = world.database.client().await;
    client
        .batch_execute(
            "create table item (id int primary key, n int not null, mood text);
             create table part (id int primary key, item_id int not null references item);
             create type mood as enum ('sad', 'ok');
             create table feeling (id int primary key, mood mood);
             insert into item values (1, 0), (2, 0);
             create function slow() returns trigger language plpgsql as $$ begin
                 if new.mood = 'slow' then perform pg_sleep(0.4); end if;
                 if new.mood = 'still' then perform pg_sleep(60); end if;
                 return new; end $$;
             create trigger slow after insert or update on item for each row execute function slow();",
        )
        .await
        .unwrap();
    let url = world.database.url();
    let separator = if url.contains('?') { '&' } else { '?' };
    let max = if isolation == "read-committed" { 1 } else { 4 };
    world
        .done(
            "pg_add_source",
            json!({"name": "other", "configuration": {"connection_info": {
                "database_url": format!("{url}{separator}options={options}"),
                "isolation_level": isolation,
                "pool_settings": {"max_connections": max},
            }}}),
        )
        .await;
    for table in ["item", "part", "feeling"] {
        world
            .done("pg_track_table", json!({"source": "other", "table": table}))
            .await;
    }
    world
        .done(
            "pg_create_array_relationship",
            json!({"source": "other", "table": "item", "name": "parts",
                   "using": {"foreign_key_constraint_on": {"table": "part", "column": "item_id"}}}),
        )
        .await;
    world
}

async fn tell(world: &World, mutation: &str) -> Result<Value, Error> {
    let query = format!("mutation {{ {mutation} }}");
    world.ask_as(&Session::admin(), &query).await
}

async fn state(world: &World) -> String {
    let client = world.database.client().await;
    let sql = "select coalesce(string_agg(id || ':' || n, ' ' order by id), '') || ' / ' || (select count(*) from part) from item";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// The next user's write works, and no trace of another session is left on the connection.
async fn is_clean(world: &World) {
    let answer = tell(
        world,
        "insert_item_one(object: {id: 99, n: 1}) { id } delete_item_by_pk(id: 99) { n }",
    )
    .await;
    assert_eq!(
        answer.unwrap(),
        json!({"insert_item_one": {"id": 99}, "delete_item_by_pk": {"n": 1}})
    );
    let client = world.database.client().await;
    let open = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
    assert_eq!(
        client.query_one(open, &[]).await.unwrap().get::<_, i64>(0),
        0
    );
}

#[tokio::test]
async fn nothing_to_do_is_no_error() {
    let world = one_connection("read-committed", "").await;
    let answer = tell(
        &world,
        "a: insert_item(objects: []) { affected_rows returning { id } }
         b: update_item(where: {}) { affected_rows }
         c: update_item_by_pk(pk_columns: {id: 1}) { id }
         d: update_item_many(updates: []) { affected_rows }
         e: update_item_many(updates: [{where: {}}]) { affected_rows }
         f: update_item(where: {}, _set: {}) { affected_rows }
         g: insert_item(objects: [{id: 7, n: 7, parts: {data: []}}]) { affected_rows }
         h: delete_item(where: {id: {_eq: 7}}) { affected_rows }",
    )
    .await
    .unwrap();
    assert_eq!(
        answer,
        json!({
            "a": {"affected_rows": 0, "returning": []},
            "b": {"affected_rows": 0},
            "c": null,
            "d": [],
            "e": [{"affected_rows": 0}],
            "f": {"affected_rows": 0},
            "g": {"affected_rows": 1},
            "h": {"affected_rows": 1},
        })
    );
}

#[tokio::test]
async fn bad_values_are_told_clearly_and_write_nothing() {
    let world = one_connection("read-committed", "").await;
    for (mutation, code, message, path) in [
        (
            "update_item(where: {}, _set: {n: 1}, _inc: {n: 1}) { affected_rows }",
            Code::ValidationFailed,
            "Column found in multiple operators: ['n'].",
            "$.selectionSet.update_item.args",
        ),
        (
            "insert_item_one(object: {id: 5, n: null}) { id }",
            Code::ValidationFailed,
            "unexpected null value for type 'Int'",
            "$.selectionSet.insert_item_one.args.object.n",
        ),
        (
            "update_item(where: {}, _set: {n: null}) { affected_rows }",
            Code::ValidationFailed,
            "unexpected null value for type 'Int'",
            "$.selectionSet.update_item.args._set.n",
        ),
        (
            "update_item(where: {}, _set: null) { affected_rows }",
            Code::ValidationFailed,
            "expected an object for type 'item_set_input', but found null",
            "$.selectionSet.update_item.args._set",
        ),
        (
            "insert_item_one(object: {id: 5, n: 1}, on_conflict: null) { id }",
            Code::ValidationFailed,
            "expected an object for type 'item_on_conflict', but found null",
            "$.selectionSet.insert_item_one.args.on_conflict",
        ),
        (
            "insert_item_one(object: {id: 5}) { id }",
            Code::ConstraintViolation,
            "Not-NULL violation. null value in column \"n\" of relation \"item\" violates not-null constraint",
            "$.selectionSet.insert_item_one.args.object",
        ),
        (
            "insert_feeling_one(object: {id: 5, mood: \"angry\"}) { id }",
            Code::DataException,
            "invalid input value for enum mood: \"angry\"",
            "$.selectionSet.insert_feeling_one.args.object",
        ),
        (
            "insert_item(objects: [{id: 5, n: 1}, {id: 1, n: 1}]) { affected_rows }",
            Code::ConstraintViolation,
            "Uniqueness violation. duplicate key value violates unique constraint \"item_pkey\"",
            "$.selectionSet.insert_item.args.objects",
        ),
        (
            "insert_item(objects: [{id: 5, n: 1, parts: {data: [{id: 1}, {id: 1}]}}]) { affected_rows }",
            Code::ConstraintViolation,
            "Uniqueness violation. duplicate key value violates unique constraint \"part_pkey\"",
            "$.selectionSet.insert_item.args.objects[0].parts.data",
        ),
        (
            "insert_part_one(object: {id: 5, item_id: 77}) { id }",
            Code::ConstraintViolation,
            "Foreign key violation. insert or update on table \"part\" violates foreign key constraint \"part_item_id_fkey\"",
            "$.selectionSet.insert_part_one.args.object",
        ),
        (
            "insert_item_one(object: {id: 5, n: 1, mood: \"a\\u0000b\"}) { id }",
            Code::DataException,
            "invalid byte sequence for encoding \"UTF8\": 0x00",
            "$.selectionSet.insert_item_one.args.object",
        ),
    ] {
        for before in [
            "",
            "z: update_item(where: {}, _inc: {n: 1}) { affected_rows }",
        ] {
            let error = tell(&world, &format!("{before} {mutation}"))
                .await
                .unwrap_err();
            assert_eq!(*error.code(), code, "{mutation}: {error}");
            assert_eq!(error.message(), message, "{mutation}");
            assert_eq!(error.path().to_string(), path, "{mutation}");
            assert_eq!(state(&world).await, "1:0 2:0 / 0", "{mutation}");
        }
        is_clean(&world).await;
    }
}

#[tokio::test]
async fn a_row_that_others_hold_is_waited_for_as_long_as_the_database_allows() {
    let world = one_connection("read-committed", "-c%20lock_timeout%3D300").await;
    let holder = world.database.client().await;
    holder
        .batch_execute("begin; update item set n = 5 where id = 1")
        .await
        .unwrap();
    let error = tell(
        &world,
        "a: update_item_by_pk(pk_columns: {id: 2}, _set: {n: 9}) { id }
         b: update_item_by_pk(pk_columns: {id: 1}, _set: {n: 9}) { id }",
    )
    .await
    .unwrap_err();
    assert_eq!(error.message(), "database query error");
    let internal = error.internal().unwrap();
    assert_eq!(internal["error"]["status_code"], "55P03", "{internal}");
    holder.batch_execute("commit").await.unwrap();
    assert_eq!(state(&world).await, "1:5 2:0 / 0");
    is_clean(&world).await;
}

#[tokio::test]
async fn of_two_that_block_each_other_one_is_told_and_one_goes_on() {
    // Without isolation of one connection: two must be under way.
    let world = one_connection("repeatable-read", "").await;
    let both = |first: u32, second: u32| {
        format!(
            "a: update_item_by_pk(pk_columns: {{id: {first}}}, _set: {{mood: \"slow\"}}) {{ id }}
             b: update_item_by_pk(pk_columns: {{id: {second}}}, _inc: {{n: 1}}) {{ id }}"
        )
    };
    let (one, other) = (both(1, 2), both(2, 1));
    let (one, other) = tokio::join!(tell(&world, &one), tell(&world, &other));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let error = one.err().or(other.err()).unwrap();
    assert_eq!(*error.code(), Code::ConcurrentUpdate, "{error}");
    assert!(
        error.message().contains("deadlock detected") || error.message().contains("serialization"),
        "{error}"
    );
    let after = state(&world).await;
    assert!(
        ["1:1 2:0 / 0", "1:0 2:1 / 0"].contains(&after.as_str()),
        "{after}"
    );
    is_clean(&world).await;
}

#[tokio::test]
async fn transactions_of_the_source_s_isolation_do_not_overwrite_each_other() {
    let world = one_connection("serializable", "").await;
    let slow = "update_item(where: {id: {_eq: 1}}, _inc: {n: 1}, _set: {mood: \"slow\"}) { affected_rows }";
    let (one, other) = tokio::join!(tell(&world, slow), tell(&world, slow));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let error = one.err().or(other.err()).unwrap();
    assert_eq!(*error.code(), Code::ConcurrentUpdate, "{error}");
    assert_eq!(
        error.message(),
        "serialization failure due to concurrent update"
    );
    assert_eq!(state(&world).await, "1:1 2:0 / 0");
    is_clean(&world).await;
}

/// Waits until a statement of the engine sleeps.
async fn sleeping(world: &World) -> i32 {
    let client = world.database.client().await;
    let sql = "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
    loop {
        if let Some(row) = client.query(sql, &[]).await.unwrap().first() {
            return row.get(0);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

const STILL: [&str; 3] = [
    // One statement, several, several levels.
    "insert_item_one(object: {id: 5, n: 1, mood: \"still\"}) { id }",
    "a: update_item_by_pk(pk_columns: {id: 1}, _set: {n: 9}) { id } b: insert_item_one(object: {id: 5, n: 1, mood: \"still\"}) { id }",
    "a: insert_item(objects: [{id: 4, n: 4, parts: {data: [{id: 4}]}}]) { affected_rows } b: insert_item(objects: [{id: 5, n: 1, mood: \"still\", parts: {data: [{id: 5}]}}]) { affected_rows }",
];

#[tokio::test]
async fn what_a_client_that_went_away_began_is_undone() {
    let world = one_connection("read-committed", "").await;
    for mutation in STILL {
        tokio::select! {
            outcome = tell(&world, mutation) => panic!("{outcome:?}"),
            _ = sleeping(&world) => {}
        }
        // The only connection is cleaned before anybody else gets it.
        is_clean(&world).await;
        assert_eq!(state(&world).await, "1:0 2:0 / 0", "{mutation}");
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_undoes_what_it_did_and_is_replaced() {
    let world = one_connection("read-committed", "").await;
    for mutation in STILL {
        let kill = async {
            let pid = sleeping(&world).await;
            let client = world.database.client().await;
            client
                .execute("select pg_terminate_backend($1)", &[&pid])
                .await
                .unwrap();
        };
        let (outcome, ()) = tokio::join!(tell(&world, mutation), kill);
        let error = outcome.unwrap_err();
        assert_eq!(*error.code(), Code::PostgresError, "{error}");
        assert_eq!(error.message(), "connection error");
        assert_eq!(state(&world).await, "1:0 2:0 / 0", "{mutation}");
        is_clean(&world).await;
    }
}
