//! What keeps two from migrating one database at a time. In each file's transaction, before its
//! statements:
//!
//! * a lock is taken; who finds it taken leaves;
//! * where the database is the one that holds the metadata, the count of applied migrations is
//!   compared and kept in the same transaction, so that a file and its count are one. A file that
//!   ends the transaction itself gets its count afterwards: it must not be counted if it fails
//!   behind its `commit`.

use crate::api::{Api, ApiError};
use crate::program::exit::{Outcome, Stop};
use crate::remote::{self, RemoteSource, RunSql};
use howdah_postgres::run_sql::leaving_transaction;
use howdah_project::MigrationState;
use serde_json::Value;

/// The number of the lock.
const LOCK: &str = "5206874839510231";
/// The words by which the refusals are known again.
const TAKEN: &str = "howdah: the lock of migrations is taken";
const MEANWHILE: &str = "howdah: the count of migrations has changed";
/// The quotes around the block.
const QUOTE: &str = "$howdah$";

/// How the count changes with a file.
pub struct Change<'a> {
    /// The UUID of the metadata database.
    pub catalog: &'a str,
    /// The count before.
    pub before: &'a MigrationState,
    /// The count after.
    pub after: &'a MigrationState,
}

/// Why a file did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody holds the lock.
    Taken,
    /// Somebody was faster.
    Meanwhile,
}

impl Change<'_> {
    /// The statement before those of a file, on the same line.
    pub fn lead(&self, sql: &str) -> String {
        let lock = format!(
            "if not pg_try_advisory_xact_lock({LOCK}) then raise exception '{TAKEN}' using \
             errcode = '55P03'; end if; "
        );
        let whole = format!("do {QUOTE} begin {lock}{}end {QUOTE}; ", self.count());
        // A name that holds the quotes would end the block.
        match whole.matches(QUOTE).count() {
            2 if !ends_transaction(sql) => whole,
            _ => format!("do {QUOTE} begin {lock}end {QUOTE}; "),
        }
    }

    /// Compares and keeps the count. The statements are texts, read only where the table is.
    fn count(&self) -> String {
        let table = "hdb_catalog.hdb_version";
        let is_the_one = format!(
            "select count(*) from {table} where hasura_uuid::text = {}",
            literal(self.catalog)
        );
        // Before anything is stored, there is nothing.
        let compared = format!(
            "select count(*) from {table} where coalesce(cli_state -> 'migrations', '{{}}') = \
             coalesce({}::jsonb, '{{}}')",
            literal(&migrations(self.before))
        );
        let kept = format!(
            "update {table} set cli_state = {}::jsonb",
            literal(&self.after.to_value().to_string())
        );
        format!(
            "if to_regclass('{table}') is not null then \
             if has_table_privilege('{table}', 'select') and \
             has_table_privilege('{table}', 'update') then \
             declare found_rows bigint; begin execute {one} into found_rows; \
             if found_rows = 1 then execute {same} into found_rows; \
             if found_rows <> 1 then raise exception '{MEANWHILE}' using errcode = '40001'; \
             end if; execute {keep}; end if; end; end if; end if; ",
            one = literal(&is_the_one),
            same = literal(&compared),
            keep = literal(&kept),
        )
    }
}

/// Whether a text ends the transaction that it is run in.
pub fn ends_transaction(sql: &str) -> bool {
    leaving_transaction(sql).is_some()
}

/// A literal that reads the same whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''").replace('\\', "\\\\");
    format!("E'{quoted}'")
}

fn migrations(state: &MigrationState) -> String {
    let value = state.to_value();
    value.get("migrations").unwrap_or(&Value::Null).to_string()
}

/// Whether somebody migrates a database now. Asked before a file is sent, which a server may keep
/// waiting for the other one's.
///
/// # Errors
/// The server does not say.
pub async fn is_taken(api: &impl Api, source: &RemoteSource) -> Outcome<bool> {
    let how = RunSql {
        read_only: true,
        ..RunSql::default()
    };
    let sql = format!("select pg_try_advisory_xact_lock({LOCK})::text");
    let answer = remote::run_sql(api, source, &sql, how)
        .await
        .map_err(|error| Stop::server("look whether somebody else runs migrations", &error))?;
    let free = answer.pointer("/result/1/0").and_then(Value::as_str);
    Ok(free == Some("false"))
}

/// Whether a failure is one of this block's.
pub fn refusal(error: &ApiError) -> Option<Refusal> {
    let message = error
        .refused()?
        .internal()?
        .pointer("/error/message")?
        .as_str()?;
    match message {
        TAKEN => Some(Refusal::Taken),
        MEANWHILE => Some(Refusal::Meanwhile),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_end_the_transaction_are_known() {
        for sql in [
            "begin; create table a (id int); commit;",
            "select 1; -- done\nEND",
            "/* all\nof it */ Rollback work",
            "prepare transaction 'x'",
            "/* /* one */ in the other */ commit",
        ] {
            assert!(ends_transaction(sql), "{sql}");
        }
        for sql in [
            "savepoint a; rollback to a; rollback transaction to savepoint a",
            "prepare plan as select 1",
            "do $$ begin perform 1; end $$; select 'commit; end'",
            "create function f() returns int language sql begin atomic select 1; end",
            "-- commit\nselect 1",
        ] {
            assert!(!ends_transaction(sql), "{sql}");
        }
    }

    #[test]
    fn names_cannot_leave_the_block() {
        let before = MigrationState::default();
        let lead = |database: &str| {
            let mut after = MigrationState::default();
            after.insert(database, 1);
            let change = Change {
                catalog: "id",
                before: &before,
                after: &after,
            };
            change.lead("select 1")
        };
        assert!(!lead("x $howdah$; drop table y; --").contains("drop table"));
        let lead = lead("it's");
        assert!(lead.contains("it''''s"), "{lead}");
        assert!(!lead.contains('\n'));
    }
}
