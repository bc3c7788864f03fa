//! From a request that succeeded to files: statements that change a schema become a migration,
//! noted as applied; after everything that changes metadata, the metadata is written anew.

use crate::client::Client;
use crate::commands::migrate::create::NewMigration;
use crate::databases::as_folder;
use crate::names;
use crate::program::exit::{Outcome, Stop};
use crate::program::output::Output;
use crate::remote;
use howdah_postgres::run_sql::statements;
use howdah_project::Project;
use http::HeaderMap;
use serde_json::Value;
use tokio::sync::Mutex;

/// The name of the migration, where the console gives one.
const NAME_HEADER: &str = "x-howdah-migration-name";

/// Commands that change no metadata, by how their names begin.
const READING: [&str; 9] = [
    "export_",
    "get_",
    "list_",
    "dump_",
    "test_",
    "introspect_",
    "pg_get_",
    "pg_suggest_",
    "set_catalog_state",
];

/// Writes into a project what the console changes on a server.
pub struct Recorder {
    project: Project,
    client: Client,
    output: Output,
    /// One change at a time: files and the count of migrations are read and written.
    turn: Mutex<()>,
}

/// A statement that was run.
struct Ran<'a> {
    source: &'a str,
    sql: &'a str,
}

impl Recorder {
    /// For a project and its server.
    pub fn new(project: Project, client: Client, output: Output) -> Self {
        Recorder {
            project,
            client,
            output,
            turn: Mutex::default(),
        }
    }

    /// Records a request that succeeded.
    ///
    /// # Errors
    /// Files cannot be written, or the server does not say what it has.
    pub async fn record(&self, path: &str, headers: &HeaderMap, body: &[u8]) -> Outcome<()> {
        if !matches!(path, "/v1/metadata" | "/v2/query" | "/v1/query") {
            return Ok(());
        }
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return Ok(());
        };
        let mut ran = Vec::new();
        let changes_metadata = look(&body, &mut ran);
        if ran.is_empty() && !changes_metadata {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        let name = headers
            .get(NAME_HEADER)
            .and_then(|value| value.to_str().ok());
        for ran in &ran {
            self.migration(ran, name).await?;
        }
        // Statements may change what is tracked, too.
        let metadata = remote::metadata(&self.client)
            .await
            .map_err(|error| Stop::server("read the metadata", &error))?;
        self.project.write_metadata(&metadata)?;
        self.output.info("metadata written to the project");
        Ok(())
    }

    async fn migration(&self, ran: &Ran<'_>, name: Option<&str>) -> Outcome<()> {
        let folder = self.project.migrations_folder(as_folder(ran.source)?);
        let taken = howdah_project::migrations(&folder)?;
        let last = taken.last().map(|known| known.version);
        // Two changes within a millisecond are two migrations all the same.
        let version = names::version_now().max(last.map_or(0, |last| last + 1));
        let name = match name.filter(|name| !name.trim().is_empty()) {
            Some(name) => name.to_owned(),
            None => name_of(ran.sql),
        };
        let down = down_note(ran.sql);
        let new = NewMigration {
            name: &name,
            up: Some(ran.sql),
            down: Some(&down),
        };
        let made = new.write(&folder, version)?;
        let mut state = remote::state(&self.client)
            .await
            .map_err(|error| Stop::server("read which migrations are applied", &error))?;
        state.insert(ran.source, version);
        remote::store_state(&self.client, &state)
            .await
            .map_err(|error| Stop::server("note the migration as applied", &error))?;
        self.output
            .info(format!("recorded the migration {}", made.display()));
        Ok(())
    }
}

/// Collects the statements of a request that belong into migrations; whether it changes metadata.
fn look<'a>(body: &'a Value, ran: &mut Vec<Ran<'a>>) -> bool {
    let kind = body.get("type").and_then(Value::as_str).unwrap_or_default();
    let args = body.get("args").unwrap_or(&Value::Null);
    if kind.starts_with("bulk") || kind == "concurrent_bulk" {
        let mut changes = false;
        for body in args.as_array().into_iter().flatten() {
            changes |= look(body, ran);
        }
        return changes;
    }
    if kind.ends_with("run_sql") {
        let text = |key: &str| args.get(key).and_then(Value::as_str);
        let reads = args.get("read_only").and_then(Value::as_bool) == Some(true);
        if let Some(sql) = text("sql")
            && !reads
            && belongs_into_migration(sql)
        {
            let source = text("source").unwrap_or(howdah_metadata::DEFAULT_SOURCE);
            ran.push(Ran { source, sql });
        }
        return false;
    }
    const ROWS: [&str; 5] = ["select", "insert", "update", "delete", "count"];
    !kind.is_empty()
        && !ROWS.contains(&kind)
        && !READING.iter().any(|reading| kind.starts_with(reading))
}

/// The first words of the first statement: `create_table_public_users`.
fn name_of(sql: &str) -> String {
    const WORDS: usize = 5;
    let first = statements(sql).into_iter().next().unwrap_or_default();
    let words = first_words(first, WORDS);
    match words.is_empty() {
        true => "run_sql".to_owned(),
        false => words.join("_"),
    }
}

/// Whether any statement makes, changes or removes what a schema consists of, or who may use it.
fn belongs_into_migration(sql: &str) -> bool {
    const MAKING: [&str; 10] = [
        "create", "alter", "drop", "comment", "grant", "revoke", "security", "import", "do",
        "refresh",
    ];
    statements(sql).into_iter().any(|statement| {
        let first = first_words(statement, 1).pop().unwrap_or_default();
        MAKING.contains(&first.as_str())
    })
}

/// The first words of a statement in lower case, without the comments before it.
fn first_words(statement: &str, count: usize) -> Vec<String> {
    let mut rest = statement.trim_start();
    loop {
        rest = match (rest.strip_prefix("--"), rest.strip_prefix("/*")) {
            (Some(comment), _) => comment.split_once('\n').map_or("", |(_, rest)| rest),
            (_, Some(comment)) => comment.split_once("*/").map_or("", |(_, rest)| rest),
            _ => break,
        }
        .trim_start();
    }
    // What stands in parentheses says no more about which object it is.
    let (head, _) = rest.split_once('(').unwrap_or((rest, ""));
    head.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .take(count)
        .map(str::to_lowercase)
        .collect()
}

/// Reverting cannot be guessed: what was done is at hand for who writes it.
fn down_note(sql: &str) -> String {
    let lines: Vec<String> = sql.lines().map(|line| format!("-- {line}")).collect();
    format!(
        "-- Statements that revert this migration cannot be guessed. What it did:\n{}\n",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(body: &Value) -> (bool, Vec<String>) {
        let mut ran = Vec::new();
        let changes = look(body, &mut ran);
        let texts = ran.iter().map(|ran| format!("{}: {}", ran.source, ran.sql));
        (changes, texts.collect())
    }

    #[test]
    fn schema_changes_become_migrations_and_reading_does_not() {
        let sql = |text: &str| json!({"type": "run_sql", "args": {"source": "a", "sql": text}});
        assert_eq!(
            seen(&sql("create table t (id int)")),
            (false, vec!["a: create table t (id int)".into()])
        );
        for reading in [
            "select 1",
            "-- create\nselect 1",
            "/* drop */ insert into t values (1)",
        ] {
            assert_eq!(seen(&sql(reading)), (false, vec![]), "{reading}");
        }
        assert_eq!(
            seen(&sql("select 1; -- x\n GRANT select on t to r"))
                .1
                .len(),
            1
        );
        for reading in [
            json!({"type": "export_metadata", "args": {}}),
            json!({"type": "get_inconsistent_metadata", "args": {}}),
            json!({"type": "pg_get_event_logs", "args": {}}),
            json!({"type": "select", "args": {}}),
            json!({"type": "set_catalog_state", "args": {}}),
            json!({"query": "{ a }"}),
        ] {
            assert_eq!(seen(&reading), (false, vec![]), "{reading}");
        }
        let bulk = json!({"type": "bulk", "args": [
            sql("alter table t add x int"),
            {"type": "pg_track_table", "args": {"table": "t"}},
        ]});
        assert_eq!(
            seen(&bulk),
            (true, vec!["a: alter table t add x int".into()])
        );
    }

    #[test]
    fn migrations_are_named_after_what_they_do() {
        assert_eq!(
            name_of("-- hi\nCREATE TABLE \"public\".\"users\" (id int)"),
            "create_table_public_users"
        );
        assert_eq!(name_of("alter table a add b int"), "alter_table_a_add_b");
        assert!(down_note("drop table a;\nselect 1").contains("-- drop table a;\n-- select 1\n"));
    }
}
