//! Projects and scripts of teams that come from Hasura's tool, as they are.

use crate::support::folder;
use crate::tool::{Environment, Tool, project, serve};
use serde_json::json;

fn track(environment: &Environment, table: &str) {
    let table = json!({"source": "default", "table": table});
    environment.howdah.metadata("pg_track_table", table);
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_in_one_file_goes_both_ways() {
    let (environment, _folder, tool) = project().await;
    environment.howdah.sql("create table a (id int)");
    track(&environment, "a");
    std::fs::remove_dir_all(tool.folder.join("metadata")).unwrap();
    for file in ["metadata.yaml", "metadata.json"] {
        tool.write(
            "config.yaml",
            &format!("version: 3\nmetadata_file: {file}\n"),
        );
        tool.ends(1, "metadata apply").tells(&[file, "is missing"]);
        tool.runs("metadata export");
        tool.ends(0, "metadata diff");
        let form = file.rsplit('.').next().unwrap();
        assert_eq!(
            tool.read(file),
            tool.runs(&format!("metadata export -o {form}"))
        );
        environment.howdah.metadata("clear_metadata", json!({}));
        tool.ends(3, "metadata diff");
        tool.runs("metadata apply");
        tool.ends(0, "metadata diff");
        assert_eq!(
            environment.howdah.graphql("{ a { id } }", &[]),
            json!({"data": {"a": []}})
        );
    }
    assert!(!tool.folder.join("metadata").exists());
    tool.ends(0, "metadata diff metadata.yaml metadata.json");
    // The variable names it, too; without a server a folder compares with a file.
    let folder = Tool::of(&tool.folder, &environment.gate)
        .with("HASURA_GRAPHQL_METADATA_FILE", "other.yaml");
    folder.runs("metadata export");
    assert_eq!(tool.read("other.yaml"), tool.read("metadata.yaml"));
    tool.write("config.yaml", "version: 3\n");
    tool.runs("metadata export");
    tool.ends(0, "metadata diff metadata other.yaml");
    tool.ends(0, "metadata diff . other.yaml");
    environment.gate.assert_only_old_operations();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_of_version_two_keeps_its_layout() {
    let environment = Environment::start().await;
    let folder = folder();
    let tool = Tool::of(folder.path(), &environment.gate);
    tool.write("config.yaml", "version: 2\nmetadata_directory: metadata\n");
    tool.write("migrations/1_a/up.sql", "create table a (id int);");
    tool.runs("migrate apply");
    track(&environment, "a");
    tool.runs("metadata export");
    assert_eq!(tool.read("metadata/version.yaml"), "version: 2\n");
    assert!(tool.read("metadata/tables.yaml").contains("name: a"));
    assert!(!tool.folder.join("metadata/databases").exists());
    tool.ends(0, "metadata diff");
    let shown = tool.json("metadata apply --dry-run");
    assert_eq!(
        shown["sources"][0]["tables"],
        json!([{"table": {"name": "a", "schema": "public"}}])
    );
    // Where applied migrations are kept can be changed without a question.
    tool.runs("scripts update-project-v3 --database-name default --move-state-only");
    assert_eq!(
        tool.read("config.yaml"),
        "version: 2\nmetadata_directory: metadata\n"
    );
    tool.runs("metadata apply");
    tool.ends(0, "metadata diff");
    // A server takes it when it starts, with the connection that it has.
    let database = howdah_test_postgres::database().await;
    let project = tool.folder.to_str().unwrap().to_owned();
    let started = serve(&database, &["--project", &project]);
    assert_eq!(
        started.graphql("{ a { id } }", &[]),
        json!({"data": {"a": []}})
    );
}

/// What editors on other systems leave, and what psql alone understands.
#[tokio::test(flavor = "multi_thread")]
async fn odd_files_run_or_say_what_is_odd_about_them() {
    let (environment, _folder, tool) = project().await;
    tool.runs("metadata export");
    let marked = "\u{feff}create table a (id int);\r\ninsert into a values (1);\r\n";
    tool.migration("1_marked", marked, "\u{feff}drop table a;");
    tool.migration("2_only_a_mark", "\u{feff}", "");
    tool.write("seeds/default/deep/er/2.SQL", "insert into a values (3);");
    tool.write(
        "seeds/default/deep/1.sql",
        "\u{feff}insert into a values (2);",
    );
    tool.runs("migrate apply");
    tool.runs("seed apply");
    let sum = || environment.howdah.sql("select sum(id) from a")["result"][1][0].clone();
    assert_eq!(sum(), "6");
    tool.runs("seed apply --file deep/er/2.SQL");
    tool.runs("seed apply -f 1.sql");
    assert_eq!(sum(), "11");
    tool.runs("migrate squash --from 1 --name all --delete-source");
    tool.runs("migrate apply --down all");

    let copy = "create table c (id int);\ncopy c (id) from stdin;\n1\n\\.\n";
    for (up, advice) in [
        (copy, "--column-inserts"),
        (
            "create table c (id int);\n\\connect other\n",
            "are for psql",
        ),
        ("\\restrict x\n\nselect 1;\n", "are for psql"),
        ("vacuum;", "--no-transaction"),
    ] {
        tool.migration("99999999999999_odd", up, "");
        tool.ends(1, "migrate apply").tells(&[advice]);
    }
    let path = tool
        .folder
        .join("migrations/default/99999999999999_odd/up.sql");
    std::fs::write(&path, b"select 1;\n-- caf\xe9\n").unwrap();
    tool.ends(1, "migrate apply")
        .tells(&["99999999999999_odd/up.sql: is not UTF-8 (line 2)"]);
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();

    // What would be run if it had another name, and what is for another database.
    tool.write("migrations/default/first/up.sql", "select 1");
    tool.write("migrations/default/1_flat.up.sql", "select 1");
    tool.write("migrations/default/notes/README.md", "");
    tool.write("migrations/elsewhere/1_a/up.sql", "select 1");
    tool.write("seeds/elsewhere/1.sql", "select 1");
    let ended = tool.ends(0, "migrate apply --all-databases").tells(&[
        "default/first is left out",
        "1_flat.up.sql is left out",
        "the migrations of \"elsewhere\" are left out",
    ]);
    assert!(!ended.err.contains("notes"), "{}", ended.err);
    tool.ends(0, "deploy --with-seeds")
        .tells(&["the seeds of \"elsewhere\" are left out"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_file_of_variables_serves_as_it_is() {
    let (environment, _folder, tool) = project().await;
    let plain = Tool::new(&tool.folder);
    let text = format!(
        "\u{feff}# for docker compose, too\r\n\
         JWT={{\"type\": \"HS256\", \"key\": \"a b\"}}\r\n\
         export HASURA_GRAPHQL_ENDPOINT=\"{}\" # here\r\n\
         HASURA_GRAPHQL_ADMIN_SECRETS=[\"s3cret\", \"other\"]\r\n",
        environment.gate.url()
    );
    plain.write(".env", &text);
    plain.runs("migrate status");
    // What is odd in it is no reason to stop, unless the file is named.
    plain.write(".env", &format!("{text}!secret-like!\n"));
    let ended = plain
        .ends(0, "migrate status")
        .tells(&[".env:5: not of the form NAME=value"]);
    assert!(!ended.err.contains("secret-like"), "{}", ended.err);
    plain.write("named.env", &format!("{text}!secret-like!\n"));
    plain.ends(2, "migrate status --envfile named.env");
    plain.runs("migrate status --envfile .env");
    std::fs::remove_file(tool.folder.join(".env")).unwrap();
    tool.runs("migrate status --envfile .env");
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_of_the_older_tool_go_on_or_hear_why_not() {
    let (environment, folder, tool) = project().await;
    tool.ends(0, "update-cli --version v2.36.1")
        .tells(&["nothing was done"]);
    tool.ends(0, "plugins install cli-ext --version v2.36.1")
        .tells(&["nothing of cli-ext is needed"]);
    tool.ends(2, "plugins install other")
        .tells(&["there are no plugins"]);
    tool.ends(2, "actions create --name x")
        .tells(&["actions.graphql"]);
    tool.runs("metadata reset --skip-update-check");
    // An address that was copied from elsewhere.
    let url = format!("http://127.0.0.1:{}/v1/graphql", environment.howdah.port);
    tool.call("migrate status --endpoint {}", &[&url], "")
        .ends(1)
        .tells(&["without /v1/graphql"]);
    // Nothing that is for older scripts is offered to people.
    let new = Tool::new(folder.path());
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = new.runs(&format!("completion {shell}"));
        for hidden in [
            "access-key",
            "skip-update-check",
            "progressbar-logs",
            "update-cli",
            "use-server-assets",
        ] {
            assert!(!script.contains(hidden), "{shell} offers {hidden}");
        }
    }
}
