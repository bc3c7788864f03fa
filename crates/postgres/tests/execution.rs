//! Pool, statements and transactions against a real server, well and ill.
#![allow(clippy::unwrap_used, clippy::panic)]

use howdah_error::Code;
use howdah_postgres::{
    Expected, IsolationLevel, Pool, SourceSettings, TextParam, TransactionOptions,
};
use howdah_test_postgres::{Server, ServerOptions, TestDatabase, database};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Far more than anything here takes: other tests may keep the machine busy.
const PATIENCE: Duration = Duration::from_secs(30);

async fn set_up(change: impl FnOnce(&mut SourceSettings)) -> (TestDatabase, Pool) {
    let database = database().await;
    let pool = pool(database.url(), change);
    (database, pool)
}

fn pool(url: &str, change: impl FnOnce(&mut SourceSettings)) -> Pool {
    let mut settings = SourceSettings::new(url);
    change(&mut settings);
    Pool::new(settings).unwrap()
}

async fn json(pool: &Pool, sql: &str, params: &[TextParam]) -> String {
    let bytes = pool.query_json(sql, params, Expected::Read).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn text(value: &str) -> TextParam {
    TextParam::from(value)
}

#[tokio::test]
async fn arguments_travel_as_text_whatever_their_type() {
    for prepared in [false, true] {
        let (database, pool) = set_up(|s| s.use_prepared_statements = prepared).await;
        database
            .run("create type mood as enum ('sad', 'ok'); create extension citext")
            .await;
        for _ in 0..3 {
            let answer = json(
                &pool,
                "select json_build_array($1::int4, $2::text, $3::mood, $4::int4[], $5::timestamptz, \
                 $6::citext, $7::numeric, $8::jsonb, $9::bool)",
                &[
                    text("42"),
                    TextParam::new(None),
                    text("ok"),
                    text("{1,2}"),
                    text("2020-01-01T00:00:00Z"),
                    text("Ab"),
                    text("1.10"),
                    text("{\"a\":9007199254740993}"),
                    text("true"),
                ],
            )
            .await;
            assert_eq!(
                answer,
                r#"[42, null, "ok", [1,2], "2020-01-01T00:00:00+00:00", "Ab", 1.10, {"a": 9007199254740993}, true]"#
            );
        }
    }
}

#[tokio::test]
async fn the_session_need_not_be_used() {
    let (_database, pool) = set_up(|_| {}).await;
    let session = TextParam::json(r#"{"x-hasura-role":"user"}"#);
    assert_eq!(
        json(&pool, "select '1'::json", std::slice::from_ref(&session)).await,
        "1"
    );
    let sql = "select to_json($1 ->> 'x-hasura-role')";
    assert_eq!(json(&pool, sql, &[session]).await, "\"user\"");
}

#[tokio::test]
async fn answers_are_passed_on_byte_by_byte() {
    let (_database, pool) = set_up(|_| {}).await;
    assert_eq!(
        json(&pool, "select '{\"b\" :1,  \"a\":1.10}'::json", &[]).await,
        "{\"b\" :1,  \"a\":1.10}"
    );
    assert_eq!(
        json(&pool, "select '{\"b\":1}'::jsonb", &[]).await,
        "{\"b\": 1}"
    );
    let big = json(&pool, "select repeat('x', 20000000)", &[]).await;
    assert_eq!(big.len(), 20_000_000);
    for wrong in [
        "select 1",
        "select null::json",
        "select '1'::json where false",
    ] {
        let error = pool
            .query_json(wrong, &[], Expected::Read)
            .await
            .unwrap_err();
        assert_eq!(error.code(), &Code::Unexpected, "{wrong}");
    }
}

#[tokio::test]
async fn unprepared_statements_leave_nothing_on_the_server() {
    for (prepared, expected) in [(false, "0"), (true, "2")] {
        let (_database, pool) = set_up(|s| s.use_prepared_statements = prepared).await;
        for _ in 0..5 {
            json(&pool, "select to_json($1::int4)", &[text("1")]).await;
        }
        let sql = "select count(*)::text from pg_prepared_statements";
        assert_eq!(json(&pool, sql, &[]).await, expected);
    }
}

#[tokio::test]
async fn prepared_statements_are_bounded_and_outlive_changes() {
    let (database, pool) = set_up(|s| {
        s.use_prepared_statements = true;
        s.pool.max_connections = 1;
    })
    .await;
    for i in 0..600 {
        json(&pool, &format!("select to_json({i})"), &[]).await;
    }
    let count = json(
        &pool,
        "select count(*)::text from pg_prepared_statements",
        &[],
    )
    .await;
    assert!(
        (2..=260).contains(&count.parse::<i32>().unwrap()),
        "{count}"
    );

    database
        .run("create table t (a int); insert into t values (1)")
        .await;
    let sql = "select row_to_json(t) from t";
    assert_eq!(json(&pool, sql, &[]).await, "{\"a\":1}");
    database.run("alter table t add b int").await;
    assert_eq!(json(&pool, sql, &[]).await, "{\"a\":1,\"b\":null}");
    // Somebody throws the statements away: noticed, prepared again.
    let connection = pool.get().await.unwrap();
    connection
        .execute("deallocate all", Expected::Nothing)
        .await
        .unwrap();
    drop(connection);
    assert_eq!(json(&pool, sql, &[]).await, "{\"a\":1,\"b\":null}");

    database.run("create type m as enum ('x')").await;
    let sql = "select to_json($1::m)";
    assert_eq!(json(&pool, sql, &[text("x")]).await, "\"x\"");
    database
        .run("drop type m; create type m as enum ('x', 'y')")
        .await;
    pool.forget_statements();
    assert_eq!(json(&pool, sql, &[text("y")]).await, "\"y\"");
}

#[tokio::test]
async fn several_statements_go_in_one_trip_and_answer_in_order() {
    for prepared in [false, true] {
        let (_database, pool) = set_up(|s| s.use_prepared_statements = prepared).await;
        let one = [text("1")];
        let many: Vec<(String, &[TextParam])> = (0..60)
            .map(|i| (format!("select to_json($1::int4 + {i})"), &one[..]))
            .collect();
        let mut statements: Vec<(&str, &[TextParam])> =
            many.iter().map(|(sql, params)| (&**sql, *params)).collect();
        statements[3].0 = "select to_json($1::int4 / 0)";
        let answers = pool
            .query_json_many(&statements, Expected::Read)
            .await
            .unwrap();
        for (i, answer) in answers.iter().enumerate() {
            match (i, answer) {
                (3, Err(e)) => assert_eq!(e.code(), &Code::DataException),
                (_, Ok(bytes)) => assert_eq!(&**bytes, (i + 1).to_string().as_bytes()),
                (i, other) => panic!("{i}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn failures_of_requests_are_told_apart_from_those_of_the_system() {
    let (database, pool) = set_up(|_| {}).await;
    database
        .run(
            "create table a (id int primary key, n int not null check (n > 0));
             create table b (a int references a); insert into a values (1, 1);",
        )
        .await;
    let run = async |sql: &str, expected| {
        let connection = pool.get().await.unwrap();
        let error = connection.query_rows(sql, &[], expected).await.unwrap_err();
        (
            error.code().clone(),
            error.status(),
            error.message().to_owned(),
            error.internal().cloned(),
        )
    };
    for (sql, code, status, message) in [
        (
            "insert into a values (1, 1)",
            Code::ConstraintViolation,
            400,
            "Uniqueness violation. duplicate key value violates unique constraint \"a_pkey\"",
        ),
        (
            "insert into b values (2)",
            Code::ConstraintViolation,
            400,
            "Foreign key violation. insert or update on table \"b\" violates foreign key constraint \"b_a_fkey\"",
        ),
        (
            "insert into a values (2, null)",
            Code::ConstraintViolation,
            400,
            "Not-NULL violation. null value in column \"n\" violates not-null constraint",
        ),
        (
            "insert into a values (2, 0)",
            Code::PermissionError,
            400,
            "Check constraint violation. new row for relation \"a\" violates check constraint \"a_n_check\"",
        ),
        (
            "select 'x'::int",
            Code::DataException,
            400,
            "invalid input syntax for type integer: \"x\"",
        ),
        (
            "select 'ab' like 'a\\'",
            Code::BadRequest,
            400,
            "LIKE pattern must not end with escape character",
        ),
        (
            "insert into a values (1, 1) on conflict (n) do nothing",
            Code::ConstraintError,
            400,
            "there is no unique or exclusion constraint on target column(s)",
        ),
        (
            "select nope from a",
            Code::ConstraintError,
            400,
            "column \"nope\" does not exist",
        ),
    ] {
        let (found, found_status, text, internal) = run(sql, Expected::Write).await;
        // PostgreSQL 12 does not name the relation yet.
        let text = text.replace("\"n\" of relation \"a\"", "\"n\"");
        assert_eq!(
            (found, found_status, &*text),
            (code, status, message),
            "{sql}"
        );
        assert_eq!(internal, None);
    }
    let (code, status, text, internal) = run("select nope from a", Expected::Read).await;
    assert_eq!(
        (code, status, &*text),
        (Code::Unexpected, 500, "database query error")
    );
    let internal = internal.unwrap();
    assert_eq!(internal["error"]["status_code"], "42703");
    assert_eq!(internal["statement"], "select nope from a");
    let (code, ..) = run("do $$ begin raise 'no'; end $$", Expected::Write).await;
    assert_eq!(code, Code::Unexpected);
}

#[tokio::test]
async fn a_nul_character_is_an_error_of_the_request() {
    let (_database, pool) = set_up(|_| {}).await;
    let error = pool
        .query_json("select to_json($1::text)", &[text("a\0b")], Expected::Read)
        .await
        .unwrap_err();
    assert_eq!((error.code(), error.status()), (&Code::DataException, 400));
    let many = vec![text("1"); 70_000];
    assert!(
        pool.query_json("select '1'::json", &many, Expected::Read)
            .await
            .is_err()
    );
    pool.health().await.unwrap();
}

#[tokio::test]
async fn transactions_commit_roll_back_and_tell_triggers_who_asks() {
    let (database, pool) = set_up(|s| s.pool.max_connections = 1).await;
    database.run("create table t (id int primary key)").await;
    let session = r#"{"x-hasura-user-id":"it's \\ 1"}"#;
    let options = TransactionOptions {
        isolation: IsolationLevel::RepeatableRead,
        session: Some(session),
        ..TransactionOptions::default()
    };
    let count = "select to_json(count(*)) from t";

    let transaction = pool.begin(&options).await.unwrap();
    let seen = transaction
        .query_json(
            "select current_setting('hasura.user')",
            &[],
            Expected::Nothing,
        )
        .await
        .unwrap();
    assert_eq!(&*seen, session.as_bytes());
    let level = "select current_setting('transaction_isolation')";
    let level = transaction
        .query_json(level, &[], Expected::Nothing)
        .await
        .unwrap();
    assert_eq!(&*level, b"repeatable read");
    let insert =
        "with i as (insert into t values (1) returning id) select to_json(count(*)), true from i";
    let (answer, holds) = transaction
        .query_checked_json(insert, &[], Expected::Write)
        .await
        .unwrap();
    assert_eq!((&*answer, holds), (&b"1"[..], true));
    transaction.commit(Expected::Write).await.unwrap();
    assert_eq!(json(&pool, count, &[]).await, "1");

    // Dropped: rolled back, and the only connection can be used again.
    let transaction = pool.begin(&options).await.unwrap();
    transaction
        .execute("insert into t values (2)", Expected::Write)
        .await
        .unwrap();
    drop(transaction);
    assert_eq!(json(&pool, count, &[]).await, "1");

    // A failed statement cannot be committed over.
    let transaction = pool.begin(&options).await.unwrap();
    transaction
        .execute("insert into t values (3)", Expected::Write)
        .await
        .unwrap();
    transaction
        .execute("select 1/0", Expected::Write)
        .await
        .unwrap_err();
    transaction.commit(Expected::Write).await.unwrap_err();
    assert_eq!(json(&pool, count, &[]).await, "1");

    // Deferred constraints speak at the end, in the words of a write.
    database
        .run("alter table t add parent int references t deferrable initially deferred")
        .await;
    let transaction = pool.begin(&options).await.unwrap();
    transaction
        .execute("insert into t values (4, 99)", Expected::Write)
        .await
        .unwrap();
    let error = transaction.commit(Expected::Write).await.unwrap_err();
    assert_eq!(error.code(), &Code::ConstraintViolation);
    assert!(error.message().starts_with("Foreign key violation. "));
    pool.health().await.unwrap();
}

#[tokio::test]
async fn concurrent_updates_are_told_as_such() {
    let (database, pool) = set_up(|_| {}).await;
    database
        .run("create table t (n int); insert into t values (1)")
        .await;
    let options = TransactionOptions {
        isolation: IsolationLevel::Serializable,
        ..TransactionOptions::default()
    };
    let (a, b) = (
        pool.begin(&options).await.unwrap(),
        pool.begin(&options).await.unwrap(),
    );
    b.query_rows("select * from t", &[], Expected::Read)
        .await
        .unwrap();
    a.execute("update t set n = 2", Expected::Write)
        .await
        .unwrap();
    a.commit(Expected::Write).await.unwrap();
    let error = b
        .execute("update t set n = 3", Expected::Write)
        .await
        .unwrap_err();
    assert_eq!(error.code(), &Code::ConcurrentUpdate);
    assert_eq!(
        error.message(),
        "serialization failure due to concurrent update"
    );
}

#[tokio::test]
async fn a_dropped_request_is_cancelled_on_the_server() {
    let (database, pool) = set_up(|s| s.pool.max_connections = 1).await;
    let slow = pool.query_json("select to_json(pg_sleep(60)::text)", &[], Expected::Read);
    tokio::time::timeout(Duration::from_millis(300), slow)
        .await
        .unwrap_err();
    // The only connection is clean again long before the minute is over.
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(json(&pool, "select '1'::json", &[]).await, "1");
    }
    assert!(start.elapsed() < Duration::from_secs(30));
    let sleeping = "select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' \
         and state = 'active' and pid <> pg_backend_pid() and datname = current_database()";
    let count: i64 = database
        .client()
        .await
        .query_one(sleeping, &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, 0);

    // The same inside a transaction.
    let transaction = pool.begin(&TransactionOptions::default()).await.unwrap();
    transaction
        .execute("create table half (id int)", Expected::Write)
        .await
        .unwrap();
    let slow = transaction.query_rows("select pg_sleep(60)", &[], Expected::Write);
    tokio::time::timeout(Duration::from_millis(300), slow)
        .await
        .unwrap_err();
    transaction
        .query_rows("select 1", &[], Expected::Write)
        .await
        .unwrap_err();
    drop(transaction);
    let half = json(
        &pool,
        "select to_json(to_regclass('half')::text is null)",
        &[],
    )
    .await;
    assert_eq!(half, "true");
}

#[tokio::test]
async fn requests_wait_for_a_connection_in_turn() {
    let (_database, pool) = set_up(|s| s.pool.max_connections = 2).await;
    let pool = Arc::new(pool);
    let tasks: Vec<_> = (0..40)
        .map(|i| {
            let pool = pool.clone();
            tokio::spawn(async move { json(&pool, &format!("select to_json({i})"), &[]).await })
        })
        .collect();
    for (i, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.unwrap(), i.to_string());
    }
    assert!(pool.status().idle <= 2);
}

#[tokio::test]
async fn waiting_ends_with_the_pool_s_patience() {
    let (_database, pool) = set_up(|s| {
        s.pool.max_connections = 1;
        s.pool.pool_timeout = Some(Duration::from_millis(200));
    })
    .await;
    let held = pool.get().await.unwrap();
    let error = pool.get().await.unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (&Code::PostgresError, "connection error")
    );
    drop(held);
    pool.health().await.unwrap();
}

#[tokio::test]
async fn idle_and_old_connections_are_closed() {
    let (database, pool) = set_up(|s| {
        s.pool.idle_timeout = Duration::from_millis(400);
        s.pool.connection_lifetime = Some(Duration::from_millis(1500));
    })
    .await;
    pool.health().await.unwrap();
    let client = database.client().await;
    let open = async || {
        let sql = "select count(*) from pg_stat_activity \
             where application_name = 'howdah' and datname = current_database()";
        client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0)
    };
    assert_eq!(open().await, 1);
    let start = Instant::now();
    while open().await > 0 {
        assert!(start.elapsed() < PATIENCE, "idle connections stay open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let first = json(&pool, "select to_json(pg_backend_pid())", &[]).await;
    let start = Instant::now();
    while json(&pool, "select to_json(pg_backend_pid())", &[]).await == first {
        assert!(start.elapsed() < PATIENCE, "an old connection is used");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_closed_pool_gives_nothing() {
    let (_database, pool) = set_up(|_| {}).await;
    pool.health().await.unwrap();
    pool.close();
    assert_eq!(pool.status().idle, 0);
    assert!(pool.get().await.is_err());
}

#[tokio::test]
async fn a_pool_heals_when_the_server_restarts() {
    let server = Server::start(ServerOptions::default()).await;
    let pool = pool(&server.url("postgres"), |s| s.pool.max_connections = 4);
    let held: Vec<_> = futures_util::future::join_all((0..4).map(|_| pool.get())).await;
    drop(held);
    assert_eq!(pool.status().idle, 4);

    let running = {
        let pool = pool.clone();
        tokio::spawn(async move {
            pool.query_json("select to_json(pg_sleep(30)::text)", &[], Expected::Read)
                .await
        })
    };
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.stop();
    let failed = tokio::time::timeout(Duration::from_secs(25), running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(failed.unwrap_err().code(), &Code::PostgresError);
    let error = pool.health().await.unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (&Code::PostgresError, "connection error")
    );
    assert!(!format!("{:?}", error.internal()).contains(server.password()));

    server.start_again();
    for _ in 0..10 {
        assert_eq!(json(&pool, "select '1'::json", &[]).await, "1");
    }
    // Cut from outside without a restart: the next read does not notice.
    server.database().await;
    let other = tokio_postgres::connect(&server.url("postgres"), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(other.1);
    for _ in 0..5 {
        other
            .0
            .execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'howdah'",
                &[],
            )
            .await
            .unwrap();
        assert_eq!(json(&pool, "select '1'::json", &[]).await, "1");
        let transaction = pool.begin(&TransactionOptions::default()).await.unwrap();
        transaction.commit(Expected::Nothing).await.unwrap();
    }
}

#[tokio::test]
async fn a_full_server_is_told_as_such() {
    let server = Server::start(ServerOptions {
        settings: vec![("max_connections".into(), "5".into())],
        ..ServerOptions::default()
    })
    .await;
    let pool = pool(&server.url("postgres"), |s| s.pool.max_connections = 10);
    let mut held = Vec::new();
    let error = loop {
        match pool.get().await {
            Ok(connection) => held.push(connection),
            Err(e) => break e,
        }
    };
    assert_eq!(error.code(), &Code::PostgresMaxConnections);
    assert_eq!(error.message(), "max connections reached on postgres");
    drop(held);
    pool.health().await.unwrap();
}

mod reading {
    use super::*;
    use futures_util::TryStreamExt;
    use howdah_postgres::json_rows::shape::{Fields, Value};
    use howdah_postgres::json_rows::{Kind, RowShape};
    use howdah_postgres::translate::AnswerForm;
    use howdah_postgres::{Answer, Read};

    fn two(first: Kind, second: Kind) -> AnswerForm {
        let mut fields = Fields::default();
        fields.push("n", Value::Column(0));
        fields.push("t", Value::Column(1));
        AnswerForm::Rows(Arc::new(RowShape {
            columns: vec![first, second],
            fields: fields.finish(),
        }))
    }

    fn read<'a>(sql: &'a str, form: &'a AnswerForm) -> Read<'a> {
        Read {
            sql,
            params: &[],
            form,
            pace: None,
        }
    }

    async fn whole(answer: Answer) -> String {
        String::from_utf8(answer.whole().await.unwrap().concat()).unwrap()
    }

    #[tokio::test]
    async fn a_short_answer_comes_whole_and_gives_its_connection_back() {
        let form = two(Kind::Int4, Kind::Text);
        for prepared in [false, true] {
            let (_database, pool) = set_up(|s| s.use_prepared_statements = prepared).await;
            for (sql, expected) in [
                ("select 1, 'a'::text", "[{\"n\":1,\"t\":\"a\"}]"),
                (
                    "select n, null::text from generate_series(1, 2) n",
                    "[{\"n\":1,\"t\":null},{\"n\":2,\"t\":null}]",
                ),
                ("select 1, 'a'::text where false", "[]"),
            ] {
                let answer = pool.read(read(sql, &form), Expected::Read).await.unwrap();
                assert!(answer.rest.is_none());
                assert_eq!(pool.status().in_use, 0);
                assert_eq!(whole(answer).await, expected);
            }
        }
    }

    #[tokio::test]
    async fn a_long_answer_is_read_as_it_is_taken() {
        let form = two(Kind::Int4, Kind::Text);
        let sql = "select n, repeat('x', 1000) from generate_series(1, 20000) n";
        let expected: String = (1..=20000)
            .map(|n| format!(",{{\"n\":{n},\"t\":\"{}\"}}", "x".repeat(1000)))
            .collect();
        let expected = format!("[{}]", expected.trim_start_matches(','));
        for prepared in [false, true] {
            let (_database, pool) = set_up(|s| s.use_prepared_statements = prepared).await;
            let answer = pool.read(read(sql, &form), Expected::Read).await.unwrap();
            assert!(answer.rest.is_some());
            assert_eq!(pool.status().in_use, 1);
            let head: usize = answer.head.iter().map(|piece| piece.len()).sum();
            assert!(head < 1 << 20, "{head}");
            assert!(whole(answer).await == expected);
            assert_eq!(pool.status().in_use, 0);
            assert_eq!(pool.status().idle, 1);
        }
    }

    #[tokio::test]
    async fn an_answer_given_up_half_way_is_cancelled_and_its_connection_used_again() {
        let form = two(Kind::Int4, Kind::Text);
        let sql = "select n, repeat('x', 1000) from generate_series(1, 100000000) n";
        let (_database, pool) = set_up(|s| s.pool.max_connections = 1).await;
        let mut answer = pool.read(read(sql, &form), Expected::Read).await.unwrap();
        let rest = answer.rest.as_mut().unwrap();
        assert!(rest.try_next().await.unwrap().is_some());
        drop(answer);
        let answer = pool
            .read(read("select 1, 'a'::text", &form), Expected::Read)
            .await
            .unwrap();
        assert_eq!(whole(answer).await, "[{\"n\":1,\"t\":\"a\"}]");
    }

    #[tokio::test]
    async fn failures_come_before_anything_is_handed_out_or_end_the_answer() {
        let form = two(Kind::Int4, Kind::Text);
        let failing = |row: u32| {
            format!("select 1 / (n - {row}), repeat('x', 1000) from generate_series(1, 100000) n")
        };
        let (_database, pool) = set_up(|_| {}).await;
        let early = failing(100);
        let error = pool
            .read(read(&early, &form), Expected::Read)
            .await
            .unwrap_err();
        assert_eq!(error.code(), &Code::DataException);
        assert_eq!(error.message(), "division by zero");
        let late = failing(50000);
        let answer = pool.read(read(&late, &form), Expected::Read).await.unwrap();
        let error = answer.whole().await.unwrap_err();
        assert_eq!(error.message(), "division by zero");
        assert_eq!(pool.status().in_use, 0);
        let answer = pool
            .read(read("select 1, 'a'::text", &form), Expected::Read)
            .await
            .unwrap();
        assert_eq!(whole(answer).await, "[{\"n\":1,\"t\":\"a\"}]");
    }

    #[tokio::test]
    async fn several_reads_are_answered_in_order_each_for_itself() {
        let form = two(Kind::Int4, Kind::Text);
        let json = AnswerForm::Json;
        for prepared in [false, true] {
            let (_database, pool) = set_up(|s| s.use_prepared_statements = prepared).await;
            let reads = [
                read(
                    "select n, repeat('x', 1000) from generate_series(1, 2000) n",
                    &form,
                ),
                read("select 1 / 0, 'a'", &form),
                read("select '[1]'::json", &json),
                read("select 2, 'b'::text", &form),
            ];
            let answers = pool.read_many(&reads, Expected::Read).await.unwrap();
            let texts: Vec<_> = answers
                .into_iter()
                .map(|a| a.map(|p| String::from_utf8(p.concat()).unwrap()))
                .collect();
            assert!(texts[0].as_ref().unwrap().len() > 2_000_000);
            assert_eq!(texts[1].as_ref().unwrap_err().message(), "division by zero");
            assert_eq!(texts[2].as_ref().unwrap(), "[1]");
            assert_eq!(texts[3].as_ref().unwrap(), "[{\"n\":2,\"t\":\"b\"}]");
            assert_eq!(pool.status().in_use, 0);
        }
    }

    #[tokio::test]
    async fn a_column_whose_type_has_changed_is_written_by_its_new_type() {
        let form = two(Kind::Int4, Kind::Text);
        for prepared in [false, true] {
            let (database, pool) = set_up(|s| s.use_prepared_statements = prepared).await;
            database
                .run("create table t (n int4, t text); insert into t values (1, 'a')")
                .await;
            let sql = "select n, t from t";
            for (change, expected) in [
                ("", Ok("[{\"n\":1,\"t\":\"a\"}]")),
                (
                    "alter table t alter n type numeric(5,2)",
                    Ok("[{\"n\":1.00,\"t\":\"a\"}]"),
                ),
                (
                    "alter table t alter n type text",
                    Ok("[{\"n\":\"1.00\",\"t\":\"a\"}]"),
                ),
                (
                    "alter table t alter t type bytea using t::bytea",
                    Err("column \"t\" has become of type bytea; reload the metadata"),
                ),
            ] {
                database.run(change).await;
                let answer = pool.read(read(sql, &form), Expected::Read).await;
                match (answer, expected) {
                    (Ok(answer), Ok(expected)) => assert_eq!(whole(answer).await, expected),
                    (Err(error), Err(expected)) => assert_eq!(error.message(), expected),
                    (answer, _) => panic!("{answer:?} after {change}"),
                }
            }
        }
    }
}
