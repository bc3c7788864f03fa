//! SQL that controls transactions itself, as many files of migrations do: `BEGIN; …; COMMIT;`.

use super::splitting::{leading_words, statements};
use crate::execution::{Connection, Expected};
use howdah_error::Result;

/// Whether the transaction that was begun for a session is still the one that is open. Its setting
/// `hasura.user` is local to it: it goes when the SQL ends the transaction, also if it begins another.
///
/// # Errors
/// The connection is lost.
pub async fn has_session(connection: &Connection) -> Result<bool> {
    let sql = "select pg_catalog.to_json(coalesce(pg_catalog.current_setting('hasura.user', true), '') <> '')";
    let answer = connection.query_json(sql, &[], Expected::Nothing).await?;
    Ok(&*answer == b"true")
}

/// Keeps a transaction that was begun to read from being made one that writes: PostgreSQL takes
/// `SET TRANSACTION READ WRITE` before the first query, so that there must have been one.
///
/// # Errors
/// The connection is lost.
pub async fn fix_access(connection: &Connection) -> Result<()> {
    let sql = "select pg_catalog.to_json(true)";
    let answer = connection.query_json(sql, &[], Expected::Nothing).await;
    answer.map(|_| ())
}

/// Whether a text has a statement that ends a transaction, so that what came before it may be
/// committed though the text failed.
pub fn ends_transaction(sql: &str) -> bool {
    statements(sql)
        .into_iter()
        .any(|statement| end_of(statement) == Some(End::Commit))
}

/// The first statement of a text that leaves the transaction it runs in, one way or the other: what
/// comes after it is bound by nothing that the transaction was.
pub fn leaving_transaction(sql: &str) -> Option<&str> {
    let mut statements = statements(sql).into_iter();
    statements.find(|statement| end_of(statement).is_some())
}

/// How a transaction ends.
#[derive(PartialEq, Eq)]
enum End {
    Commit,
    Rollback,
}

fn end_of(statement: &str) -> Option<End> {
    let words: Vec<String> = leading_words(statement)
        .take(3)
        .map(str::to_ascii_lowercase)
        .collect();
    let mut words = words.iter().map(String::as_str);
    match (words.next()?, words.next(), words.next()) {
        ("commit" | "end", ..) | ("prepare", Some("transaction"), _) => Some(End::Commit),
        ("rollback", Some("to"), _) | ("rollback", Some("work" | "transaction"), Some("to")) => {
            None
        }
        ("rollback" | "abort", ..) => Some(End::Rollback),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ends_transaction, leaving_transaction};

    #[test]
    fn only_statements_that_commit_end_a_transaction() {
        for sql in [
            "begin; create table t (id int); commit; select nothing",
            "COMMIT",
            "select 1;\n-- that's all\nEnd;",
            "/* begin */ commit and chain",
            "prepare transaction 'x'",
        ] {
            assert!(ends_transaction(sql), "{sql}");
        }
        for sql in [
            "",
            "select 'commit'",
            "do $$ begin perform 1; end $$",
            "comment on table t is 'commit;'",
            "select 1 as commit",
        ] {
            assert!(!ends_transaction(sql), "{sql}");
        }
    }

    #[test]
    fn a_transaction_is_left_by_undoing_it_too() {
        for (sql, by) in [
            ("select 1; commit ; select 2", "commit"),
            ("Rollback and chain; select 2", "Rollback and chain"),
            ("abort", "abort"),
            ("/* a */ end", "/* a */ end"),
            ("prepare transaction 'x'", "prepare transaction 'x'"),
            ("rollback work", "rollback work"),
            ("--\rcommit; --", "--\rcommit"),
            ("\u{b}commit\u{b}work", "commit\u{b}work"),
            ("/* /* ; */ ; */ commit", "/* /* ; */ ; */ commit"),
        ] {
            assert_eq!(leaving_transaction(sql), Some(by), "{sql}");
        }
        for sql in [
            "savepoint a; rollback to a; rollback work to savepoint a; ROLLBACK TRANSACTION TO a",
            "begin; start transaction; prepare p as select 1",
            "select 'a;commit;'",
            "\"commit\"",
        ] {
            assert_eq!(leaving_transaction(sql), None, "{sql}");
        }
    }
}
