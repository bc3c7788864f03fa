//! SQL that controls transactions itself, as many files of migrations do: `BEGIN; …; COMMIT;`.

use super::splitting::{first_word, statements};
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

/// Whether a text has a statement that ends a transaction, so that what came before it may be
/// committed though the text failed.
pub fn ends_transaction(sql: &str) -> bool {
    let ends = |word: &str| {
        ["commit", "end", "prepare"]
            .iter()
            .any(|end| word.eq_ignore_ascii_case(end))
    };
    statements(sql)
        .into_iter()
        .any(|statement| first_word(statement).is_some_and(ends))
}

#[cfg(test)]
mod tests {
    use super::ends_transaction;

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
}
