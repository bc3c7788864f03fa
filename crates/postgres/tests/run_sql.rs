//! SQL text of administrators, run as it is.
#![allow(clippy::unwrap_used)]

use howdah_error::Code;
use howdah_postgres::run_sql::{RunSqlResult, run_sql, run_sql_without_transaction};
use howdah_postgres::{Access, Expected, Pool, SourceSettings, TransactionOptions};
use howdah_test_postgres::{TestDatabase, database};
use serde_json::json;

async fn set_up() -> (TestDatabase, Pool) {
    let database = database().await;
    let pool = Pool::new(SourceSettings::new(database.url())).unwrap();
    (database, pool)
}

fn rows(expected: &[&[&str]]) -> RunSqlResult {
    RunSqlResult::TuplesOk(
        expected
            .iter()
            .map(|row| row.iter().map(|v| (*v).to_owned()).collect())
            .collect(),
    )
}

#[tokio::test]
async fn the_last_statement_answers() {
    let (_database, pool) = set_up().await;
    let run = async |sql: &str| run_sql(&pool.get().await.unwrap(), sql).await.unwrap();
    assert_eq!(
        run("create table t (id int, b bool)").await,
        RunSqlResult::CommandOk
    );
    assert_eq!(
        run("select 1 as a; insert into t values (1, true)").await,
        RunSqlResult::CommandOk
    );
    assert_eq!(
        run("insert into t values (2, null); select * from t order by id").await,
        rows(&[&["id", "b"], &["1", "t"], &["2", "NULL"]])
    );
    assert_eq!(
        run("select * from t where false").await,
        rows(&[&["id", "b"]])
    );
    assert_eq!(
        run("delete from t returning id").await,
        rows(&[&["id"], &["1"], &["2"]])
    );
    assert_eq!(run("").await, RunSqlResult::CommandOk);
    assert_eq!(
        run("begin; insert into t values (3); commit").await,
        RunSqlResult::CommandOk
    );
    assert_eq!(
        run("select id from t").await.to_json(),
        json!({"result_type": "TuplesOk", "result": [["id"], ["3"]]})
    );
}

#[tokio::test]
async fn failures_have_postgresql_s_words_inside() {
    let (_database, pool) = set_up().await;
    let error = run_sql(&pool.get().await.unwrap(), "select 1; drop table nope")
        .await
        .unwrap_err();
    assert_eq!((error.code(), error.status()), (&Code::PostgresError, 400));
    assert_eq!(error.message(), "query execution failed");
    assert_eq!(
        error.internal(),
        Some(&json!({
            "arguments": [],
            "error": {
                "description": null,
                "exec_status": "FatalError",
                "hint": null,
                "message": "table \"nope\" does not exist",
                "status_code": "42P01",
            },
            "prepared": false,
            "statement": "select 1; drop table nope",
        }))
    );
}

#[tokio::test]
async fn read_only_transactions_refuse_writes() {
    let (database, pool) = set_up().await;
    database.run("create table t (id int)").await;
    let options = TransactionOptions {
        access: Access::ReadOnly,
        ..TransactionOptions::default()
    };
    let transaction = pool.begin(&options).await.unwrap();
    let error = run_sql(&transaction, "drop table t").await.unwrap_err();
    assert_eq!(error.internal().unwrap()["error"]["status_code"], "25006");
}

#[tokio::test]
async fn statements_that_refuse_transactions_run_one_by_one() {
    let (_database, pool) = set_up().await;
    let sql = "create table t (id int);\n-- concurrently;\ncreate index concurrently i on t (id); select 1 as x";
    let transaction = pool.begin(&TransactionOptions::default()).await.unwrap();
    let error = run_sql(&transaction, sql).await.unwrap_err();
    assert_eq!(error.internal().unwrap()["error"]["status_code"], "25001");
    drop(transaction);
    let result = run_sql_without_transaction(&pool.get().await.unwrap(), sql)
        .await
        .unwrap();
    assert_eq!(result, rows(&[&["x"], &["1"]]));
}

#[tokio::test]
async fn settings_do_not_leak_to_others() {
    let (_database, pool) = set_up().await;
    let transaction = pool.begin(&TransactionOptions::default()).await.unwrap();
    run_sql(
        &transaction,
        "set time zone 'Asia/Tokyo'; set search_path = nowhere",
    )
    .await
    .unwrap();
    transaction.commit(Expected::Nothing).await.unwrap();
    let shown = pool
        .query_json("select current_setting('timezone')", &[], Expected::Nothing)
        .await
        .unwrap();
    assert_ne!(&*shown, b"Asia/Tokyo");
}

#[tokio::test]
async fn copy_and_nul_are_refused_and_harm_nobody() {
    let (database, pool) = set_up().await;
    database.run("create table t (id int)").await;
    for sql in ["copy t from stdin", "copy t to stdout", "select 'a\0b'"] {
        let error = run_sql(&pool.get().await.unwrap(), sql).await.unwrap_err();
        assert_eq!(error.status(), 400, "{sql}");
        pool.health().await.unwrap();
    }
}
