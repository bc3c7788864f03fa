//! A look at SQL text for signs that it changes what is tracked.

use regex::Regex;
use std::sync::LazyLock;

static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(alter|drop|replace|create\s+function|comment\s+on)\b").ok()
});

/// Whether a text has a word that makes a check of the metadata worth its time: ALTER, DROP,
/// REPLACE, CREATE FUNCTION, COMMENT ON, anywhere and in any case. The default of
/// `check_metadata_consistency`; may err on the side of caution.
pub fn changes_schema(sql: &str) -> bool {
    WORDS.as_ref().is_none_or(|words| words.is_match(sql))
}

#[cfg(test)]
mod tests {
    use super::changes_schema;

    #[test]
    fn words_count_in_any_case_but_whole() {
        for sql in [
            "ALTER TABLE t ADD c int",
            "drop table t",
            "create or Replace view v as select 1",
            "create\n function f() returns int",
            "comment on table t is 'x'",
            "select 1;\nDROP VIEW v",
            "select ' drop '",
        ] {
            assert!(changes_schema(sql), "{sql}");
        }
        for sql in [
            "select * from dropped",
            "create table t (id int)",
            "insert into comment values (1)",
        ] {
            assert!(!changes_schema(sql), "{sql}");
        }
    }
}
