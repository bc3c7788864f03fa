//! Migrations in every direction, failing, at the same time, squashed and forgotten.

use crate::support::folder;
use crate::tool::{Environment, Tool, files, project};
use serde_json::json;
use std::time::{Duration, Instant};

async fn three_migrations() -> (Environment, tempfile::TempDir, Tool) {
    let (environment, folder, tool) = project().await;
    tool.runs("metadata export");
    for (number, table) in [(1, "a"), (2, "b"), (3, "c")] {
        tool.migration(
            &format!("{number}_make_{table}"),
            &format!("create table {table} (id int);"),
            &format!("drop table {table};"),
        );
    }
    (environment, folder, tool)
}

fn tables(environment: &Environment) -> String {
    let sql = "select coalesce(string_agg(tablename, ' ' order by tablename), '-') \
               from pg_tables where schemaname = 'public'";
    let answer = environment.howdah.sql(sql);
    answer["result"][1][0].as_str().unwrap().to_owned()
}

fn applied(tool: &Tool) -> Vec<u64> {
    let rows = tool.json("migrate status -o json");
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| row["database_status"] == "Present")
        .map(|row| row["version"].as_u64().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_and_down_as_far_as_wanted() {
    let (environment, _folder, tool) = three_migrations().await;
    tool.runs("migrate apply --up 2");
    assert_eq!(
        (tables(&environment).as_str(), applied(&tool)),
        ("a b", vec![1, 2])
    );
    tool.runs("migrate apply --goto 1");
    assert_eq!(tables(&environment), "a");
    tool.runs("migrate apply --version 3");
    assert_eq!(
        (tables(&environment).as_str(), applied(&tool)),
        ("a c", vec![1, 3])
    );
    tool.ends(1, "migrate apply --version 3")
        .tells(&["applied already"]);
    tool.runs("migrate apply --version 3 --type down");
    tool.runs("migrate apply --goto 3");
    assert_eq!(tables(&environment), "a b c");
    let dry = tool.json("migrate apply --down all --dry-run -o json");
    assert_eq!(dry.as_array().unwrap().len(), 3);
    assert_eq!(dry[0]["direction"], "down");
    tool.runs("migrate apply --down all --all-databases");
    assert_eq!(
        (tables(&environment).as_str(), applied(&tool)),
        ("-", vec![])
    );
    // Only the count is kept.
    tool.runs("migrate apply --skip-execution --up all");
    assert_eq!(
        (tables(&environment).as_str(), applied(&tool)),
        ("-", vec![1, 2, 3])
    );
    tool.runs("migrate apply --skip-execution --down all");
    // The state is where the older tool looks for it.
    let state = environment.howdah.metadata("get_catalog_state", json!({}));
    assert_eq!(state["cli_state"]["migrations"], json!({"default": {}}));
    assert_eq!(state["cli_state"]["isStateCopyCompleted"], true);
    for line in [
        "migrate apply --up 0",
        "migrate apply --up 1 --down 1",
        "migrate apply --type down",
        "migrate apply --database-name x --all-databases",
    ] {
        tool.ends(2, line);
    }
    tool.ends(1, "migrate apply --goto 7")
        .tells(&["no migration 7"]);
    tool.ends(1, "migrate apply --database-name defualt")
        .tells(&["did you mean \"default\"?"]);
    environment.gate.assert_only_old_operations();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_file_is_named_with_line_and_statement_and_leaves_nothing() {
    let (environment, _folder, tool) = three_migrations().await;
    let bad = "create table d (id int);\n-- now it goes wrong\ninsert into d\n  values ('x');\n";
    tool.migration("4_bad", bad, "");
    tool.ends(1, "migrate apply").tells(&[
        "4_bad/up.sql:4:11: query execution failed",
        "invalid input syntax for type integer",
        "insert into d\n      values ('x')",
        "done before: 1_make_a, 2_make_b, 3_make_c; not done: 1 of 4",
    ]);
    assert_eq!(
        (tables(&environment).as_str(), applied(&tool)),
        ("a b c", vec![1, 2, 3])
    );
    // An error that comes only when a statement runs has no position but its statement's.
    tool.migration("4_bad", "create table d (id int);\n\nselect 1 / 0;\n", "");
    tool.ends(1, "migrate apply").tells(&[
        "4_bad/up.sql:3:1: ",
        "division by zero",
        "select 1 / 0",
    ]);
    assert_eq!(tables(&environment), "a b c");
    // A file that ends the transaction itself is not counted for its first half.
    let half = "begin; create table h (id int); commit; select 1 / 0;";
    tool.migration("4_bad", half, "");
    tool.ends(1, "migrate apply")
        .tells(&["division by zero", "what stands before may be in force"]);
    assert_eq!(
        (tables(&environment).as_str(), applied(&tool)),
        ("a b c h", vec![1, 2, 3])
    );
    environment.howdah.sql("drop table h");
    // Statements that refuse a transaction need one each.
    tool.migration(
        "4_bad",
        "create table d (id int);\ncreate index concurrently on d (id);\n",
        "drop table d;",
    );
    tool.ends(1, "migrate apply")
        .tells(&["cannot run inside a transaction block"]);
    tool.runs("migrate apply --no-transaction");
    assert_eq!(tables(&environment), "a b c d");
    // What is tracked follows.
    let table = json!({"source": "default", "table": "d"});
    environment.howdah.metadata("pg_track_table", table);
    tool.runs("migrate apply --down 1");
    tool.ends(4, "metadata inconsistency status");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_migrates_a_database_at_a_time() {
    let (environment, _folder, tool) = three_migrations().await;
    tool.migration(
        "1_make_a",
        "create table a (id int); select pg_sleep(3);",
        "",
    );
    let mut first = tool.command("migrate apply", &[]).spawn().unwrap();
    let start = Instant::now();
    let busy = "select count(*)::text from pg_locks where locktype = 'advisory' \
                and database = (select oid from pg_database where datname = current_database())";
    while environment.howdah.sql(busy)["result"][1][0] == "0" {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the first never began"
        );
    }
    tool.ends(1, "migrate apply").tells(&[
        "somebody else is running migrations",
        "nothing was changed before",
    ]);
    assert!(first.wait().unwrap().success());
    assert_eq!(
        (tables(&environment).as_str(), applied(&tool)),
        ("a b c", vec![1, 2, 3])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_after_the_running_file_and_says_what_was_done() {
    let (environment, _folder, tool) = three_migrations().await;
    tool.migration(
        "2_make_b",
        "create table b (id int); select pg_sleep(2);",
        "",
    );
    let child = tool.command("migrate apply", &[]).spawn().unwrap();
    let start = Instant::now();
    let running = "select count(*)::text from pg_stat_activity where wait_event = 'PgSleep' \
                   and datname = current_database()";
    while environment.howdah.sql(running)["result"][1][0] == "0" {
        assert!(start.elapsed() < Duration::from_secs(20), "it never began");
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(
        err.contains("done before: 1_make_a, 2_make_b; not done: 1 of 3"),
        "{err}"
    );
    assert_eq!(
        (tables(&environment).as_str(), applied(&tool)),
        ("a b", vec![1, 2])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn squashing_checks_the_state_and_keeps_it() {
    let (environment, _folder, tool) = three_migrations().await;
    tool.runs("migrate apply --up 1");
    tool.ends(1, "migrate squash --from 1 --to 2 --delete-source")
        .tells(&["some of these migrations but not all"]);
    tool.runs("migrate apply --up 1");
    tool.ends(1, "migrate squash --from 1 --to 9")
        .tells(&["no migration 9"]);
    let dry = tool.runs("migrate squash --from 1 --to 2 --dry-run");
    assert!(
        dry.contains("1_make_a") && !dry.contains("3_make_c"),
        "{dry}"
    );
    // The version between 2 and 3 is missing, so that there is no place for a new one.
    tool.ends(1, "migrate squash --from 1 --to 2 --delete-source")
        .tells(&["no version left between 2 and the next migration"]);
    tool.migration("30_make_c", "create table c (id int);", "drop table c;");
    std::fs::remove_dir_all(tool.folder.join("migrations/default/3_make_c")).unwrap();
    tool.runs("migrate squash --from 1 --to 2 --name start --delete-source");
    assert_eq!(applied(&tool), [3]);
    let up = tool.read("migrations/default/3_start/up.sql");
    assert!(up.find("create table a").unwrap() < up.find("create table b").unwrap());
    tool.runs("migrate apply");
    assert_eq!(tables(&environment), "a b c");
    tool.runs("migrate apply --down all");
    assert_eq!(tables(&environment), "-");
    // Without the flag nobody can confirm here: old and new stay side by side.
    tool.ends(0, "migrate squash --from 3")
        .tells(&["the old migrations are still there"]);
    assert_eq!(files(&tool.folder.join("migrations")).len(), 6);
    environment.gate.assert_only_old_operations();
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_forgets_on_the_server_and_in_the_project() {
    let (environment, _folder, tool) = three_migrations().await;
    tool.runs("migrate apply");
    tool.ends(2, "migrate delete --all")
        .tells(&["--force confirms it"]);
    tool.ends(2, "migrate delete");
    tool.runs("migrate delete --version 2 --server --force");
    assert_eq!(applied(&tool), [1, 3]);
    tool.runs("migrate delete --version 3 --force");
    assert!(!tool.folder.join("migrations/default/3_make_c").exists());
    tool.ends(1, "migrate delete --version 3 --force")
        .tells(&["neither"]);
    tool.runs("migrate delete --all --force");
    assert_eq!(tool.json("migrate status -o json"), json!([]));
    assert_eq!(tables(&environment), "a b c");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_and_a_seed_can_be_taken_from_the_server() {
    let (environment, _folder, tool) = project().await;
    environment.howdah.sql(
        "create table users (id int primary key, name text); insert into users values (1, 'Ada')",
    );
    let version = tool.runs("migrate create start --from-server --schema public");
    let version = version.trim();
    let up = tool.read(&format!("migrations/default/{version}_start/up.sql"));
    assert!(up.contains("CREATE TABLE public.users"), "{up}");
    assert!(
        !up.contains("\\connect") && !up.contains("SET statement_timeout"),
        "{up}"
    );
    tool.runs("seed create people --from-table users");
    tool.runs(&format!(
        "migrate apply --skip-execution --version {version}"
    ));
    // And brought to another one.
    let other = Environment::start().await;
    let tool = Tool::of(&tool.folder, &other.gate);
    tool.runs("deploy --with-seeds");
    let rows = other.howdah.sql("select name from users");
    assert_eq!(rows["result"][1][0], "Ada");
    environment.gate.assert_only_old_operations();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_project_kept_in_a_table_is_taken_over() {
    let environment = Environment::start().await;
    let folder = folder();
    environment.howdah.sql(
        "create table hdb_catalog.schema_migrations (version bigint primary key, dirty boolean not null); \
         insert into hdb_catalog.schema_migrations values (1, false); create table a (id int)",
    );
    let tool = Tool::of(folder.path(), &environment.gate);
    tool.write("config.yaml", "version: 2\nmetadata_directory: metadata\n");
    tool.write("metadata/version.yaml", "version: 2\n");
    tool.write(
        "metadata/tables.yaml",
        "- table:\n    schema: public\n    name: a\n",
    );
    tool.write("migrations/1_make_a/up.sql", "create table a (id int);");
    tool.write("migrations/2_make_b/up.sql", "create table b (id int);");
    tool.write("seeds/1_rows.sql", "insert into b values (1);");
    // It works as it is …
    tool.runs("migrate apply");
    tool.runs("metadata apply");
    tool.runs("seed apply");
    assert_eq!(tables(&environment), "a b");
    let roots = environment.howdah.graphql("{ a { id } }", &[]);
    assert_eq!(roots, json!({"data": {"a": []}}));
    // … and can be brought to the layout of now.
    tool.ends(2, "scripts update-project-v3")
        .tells(&["--force"]);
    tool.runs("scripts update-project-v3 --force");
    assert_eq!(
        tool.read("config.yaml"),
        "version: 3\nmetadata_directory: metadata\n"
    );
    assert!(
        tool.folder
            .join("migrations/default/2_make_b/up.sql")
            .exists()
    );
    assert!(tool.folder.join("seeds/default/1_rows.sql").exists());
    assert!(
        tool.read("metadata/databases/default/tables/public_a.yaml")
            .contains("name: a")
    );
    assert_eq!(applied(&tool), [1, 2]);
    tool.ends(0, "metadata diff");
    environment.gate.assert_only_old_operations();
}
