//! Short reads that share connections: answers stay with their questions, nobody is held up, and
//! nothing is lost when a connection is.
#![allow(clippy::unwrap_used, clippy::panic)]

use futures_util::future::join_all;
use howdah_postgres::translate::AnswerForm;
use howdah_postgres::{Expected, Pace, Pool, Read, SourceSettings, TextParam};
use howdah_test_postgres::{TestDatabase, database};
use std::time::Duration;
use tokio::sync::oneshot;

const ECHO: &str = "select json_build_object('n', $1::int4, 'pid', pg_backend_pid()) as root";

/// Sleeps for as many seconds as it is told.
const SLEEP: &str =
    "select json_build_object('n', $1::float8, 'slept', pg_sleep($1::float8)::text) as root";

async fn set_up(most: usize, prepared: bool) -> (TestDatabase, Pool) {
    let database = database().await;
    let mut settings = SourceSettings::new(database.url());
    settings.pool.max_connections = most;
    settings.use_prepared_statements = prepared;
    let pool = Pool::new(settings).unwrap();
    (database, pool)
}

async fn ask(pool: &Pool, sql: &str, pace: &Pace, argument: &str) -> (String, i64) {
    let params = [TextParam::from(argument)];
    let read = Read {
        sql,
        params: &params,
        form: &AnswerForm::Json,
        pace: Some(pace),
    };
    let answer = pool.read(read, Expected::Read).await.unwrap();
    let bytes = answer.whole().await.unwrap().concat();
    let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    (
        value["n"].to_string(),
        value["pid"].as_i64().unwrap_or_default(),
    )
}

/// A pace that has proved short.
async fn short(pool: &Pool, sql: &str, argument: &str) -> Pace {
    let pace = Pace::new(true);
    // On a busy machine the first runs may take long.
    for _ in 0..40 {
        ask(pool, sql, &pace, argument).await;
    }
    pace
}

#[tokio::test]
async fn many_readers_get_their_own_answers_from_few_connections() {
    for prepared in [true, false] {
        let (_database, pool) = set_up(8, prepared).await;
        let pace = short(&pool, ECHO, "0").await;
        let (pool, pace) = (&pool, &pace);
        let asked = (0..300).map(|n| async move {
            let (answer, pid) = ask(pool, ECHO, pace, &n.to_string()).await;
            assert_eq!(answer, n.to_string());
            pid
        });
        let mut pids = join_all(asked).await;
        pids.sort_unstable();
        pids.dedup();
        assert!(pids.len() <= 8, "{} connections", pids.len());
        assert!(pool.status().in_use <= 8);
    }
}

#[tokio::test]
async fn who_goes_away_leaves_no_answer_to_others() {
    let (_database, pool) = set_up(2, true).await;
    let pace = short(&pool, ECHO, "0").await;
    for n in 0..200 {
        let (gone, stays) = (n.to_string(), (1000 + n).to_string());
        let dropped = tokio::time::timeout(Duration::ZERO, ask(&pool, ECHO, &pace, &gone));
        let (_, answer) = tokio::join!(dropped, ask(&pool, ECHO, &pace, &stays));
        assert_eq!(answer.0, stays);
    }
}

#[tokio::test]
async fn a_slow_statement_holds_up_nobody() {
    let (_database, pool) = set_up(8, true).await;
    let sleep = short(&pool, SLEEP, "0").await;
    let echo = short(&pool, ECHO, "0").await;
    let (done, mut slow_is_done) = oneshot::channel();
    let slow = async {
        let all = (0..4).map(|_| ask(&pool, SLEEP, &sleep, "30"));
        join_all(all).await;
        let _ = done.send(());
    };
    let quick = async {
        // The slow ones are on their way when the first of these are sent.
        for _ in 0..5 {
            tokio::task::yield_now().await;
            let all = (0..40).map(|_| ask(&pool, ECHO, &echo, "1"));
            join_all(all).await;
        }
        assert!(slow_is_done.try_recv().is_err(), "everybody waited");
    };
    tokio::select! {
        () = slow => panic!("everybody waited"),
        () = quick => {}
    }
}

#[tokio::test]
async fn reads_survive_the_loss_of_their_connections() {
    let (database, pool) = set_up(8, true).await;
    let pace = short(&pool, ECHO, "0").await;
    for n in 0..5 {
        database
            .run(
                "select pg_terminate_backend(pid) from pg_stat_activity \
                 where datname = current_database() and pid <> pg_backend_pid()",
            )
            .await;
        let all = (0..40).map(|_| ask(&pool, ECHO, &pace, "7"));
        for (answer, _) in join_all(all).await {
            assert_eq!(answer, "7", "round {n}");
        }
    }
}

#[tokio::test]
async fn transactions_get_connections_that_lanes_do_not_need() {
    let (_database, pool) = set_up(2, true).await;
    let pace = short(&pool, ECHO, "0").await;
    let first = pool.get().await.unwrap();
    let second = pool.get().await.unwrap();
    assert_eq!(pool.status().in_use, 2);
    drop((first, second));
    ask(&pool, ECHO, &pace, "1").await;
}

#[tokio::test]
async fn a_failing_statement_fails_alone() {
    let (_database, pool) = set_up(4, true).await;
    let sql = "select json_build_object('n', 10 / $1::int4) as root";
    let pace = short(&pool, sql, "5").await;
    let (pool, pace) = (&pool, &pace);
    let all = (0..60).map(|n| async move {
        let params = [TextParam::from(if n % 3 == 0 { "0" } else { "2" })];
        let read = Read {
            sql,
            params: &params,
            form: &AnswerForm::Json,
            pace: Some(pace),
        };
        let answer = pool.read(read, Expected::Read).await;
        assert_eq!(answer.is_err(), n % 3 == 0);
    });
    join_all(all).await;
}

#[tokio::test]
async fn lanes_close_with_the_pool() {
    let (database, pool) = set_up(4, true).await;
    let _pace = short(&pool, ECHO, "0").await;
    pool.close();
    drop(pool);
    let client = database.client().await;
    for _ in 0..200 {
        let row = client
            .query_one(
                "select count(*) from pg_stat_activity \
                 where datname = current_database() and pid <> pg_backend_pid()",
                &[],
            )
            .await
            .unwrap();
        if row.get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("connections stay open");
}
