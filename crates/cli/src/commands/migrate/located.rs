//! Where in a file a statement failed, as well as it can be known: exactly when the server says
//! so, otherwise by the words that PostgreSQL quotes.

use crate::api::ApiError;
use crate::failure::told_api;
use howdah_postgres::run_sql::statements;
use serde_json::Value;
use std::path::Path;

/// How much of a statement is shown.
const SHOWN: usize = 300;

/// What went wrong with a file: `up.sql:3:8: message` and the statement. The server was sent
/// `lead` bytes before the text.
pub fn described(file: &Path, sql: &str, lead: usize, error: &ApiError) -> String {
    let message = told_api(error);
    match place(sql, lead, error) {
        None => format!("{}: {message}", file.display()),
        Some((at, statement)) => {
            let (line, column) = line_and_column(sql, at);
            let shown = indented(statement);
            format!(
                "{}:{line}:{column}: {message}\n  statement:\n{shown}",
                file.display()
            )
        }
    }
}

/// What may be done about a failure that is one of the way the file is run.
pub fn advice(sql: &str, lead: usize, error: &ApiError) -> Option<&'static str> {
    let code = error.refused()?.internal()?.pointer("/error/status_code")?;
    match code.as_str()? {
        "25001" => Some("--no-transaction runs each statement by itself"),
        "42601" => {
            let (_, statement) = place(sql, lead, error)?;
            let starts_with = |start: &str| {
                let words = statement.trim_start();
                words
                    .get(..start.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(start))
            };
            if starts_with("\\") {
                return Some("lines that start with \\ are for psql, the server knows SQL only");
            }
            let copies = statements(sql).into_iter().any(|statement| {
                let words: Vec<&str> = statement.split_whitespace().collect();
                words.windows(2).any(|pair| {
                    matches!(pair, [from, input] if from.eq_ignore_ascii_case("from")
                        && input.eq_ignore_ascii_case("stdin"))
                })
            });
            copies.then_some(
                "rows behind `copy … from stdin` are for psql: write them as inserts \
                 (pg_dump --column-inserts)",
            )
        }
        _ => None,
    }
}

/// The byte where it failed, and the statement.
fn place<'a>(sql: &'a str, lead: usize, error: &ApiError) -> Option<(usize, &'a str)> {
    let refused = error.refused()?;
    let told = refused
        .extensions()
        .and_then(|known| known.get("sql_position"));
    let all = statements(sql);
    let start_of = |statement: &str| statement.as_ptr() as usize - sql.as_ptr() as usize;
    if let Some(at) = told.and_then(Value::as_u64) {
        let at = usize::try_from(at).ok()?.checked_sub(lead)?;
        let statement = all
            .iter()
            .rfind(|statement| start_of(statement) <= at)
            .copied()?;
        return Some((at.min(sql.len()), statement));
    }
    let words = refused
        .internal()?
        .pointer("/error/message")
        .and_then(Value::as_str)?;
    // A statement that alone holds everything that the message quotes is the one.
    let quoted: Vec<&str> = words.split('"').skip(1).step_by(2).collect();
    let mut fitting = all.iter().filter(|statement| {
        !quoted.is_empty() && quoted.iter().all(|word| statement.contains(word))
    });
    match (fitting.next(), fitting.next(), all.as_slice()) {
        (Some(statement), None, _) | (None, None, [statement]) => {
            Some((start_of(statement), statement))
        }
        _ => None,
    }
}

/// From 1.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    (line, column)
}

fn indented(statement: &str) -> String {
    let cut: String = statement.chars().take(SHOWN).collect();
    let more = if cut.len() < statement.len() {
        " …"
    } else {
        ""
    };
    let lines: Vec<String> = cut.lines().map(|line| format!("    {line}")).collect();
    format!("{}{more}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use howdah_error::{Code, Error};
    use serde_json::json;

    const SQL: &str = "create table a (id int);\n\ninsert into\n  nowhere values (1);\nselect 2;";

    fn error(message: &str, position: Option<u64>) -> ApiError {
        let error = Error::new(Code::PostgresError, "query execution failed")
            .with_internal(json!({"error": {"message": message}}));
        ApiError::Refused(match position {
            Some(position) => error.with_extensions(json!({"sql_position": position})),
            None => error,
        })
    }

    #[test]
    fn a_position_of_the_server_is_exact() {
        let text = described(Path::new("up.sql"), SQL, 10, &error("no", Some(10 + 38)));
        assert!(
            text.starts_with("up.sql:4:1: query execution failed"),
            "{text}"
        );
        assert!(
            text.contains("    insert into\n      nowhere values (1)"),
            "{text}"
        );
    }

    #[test]
    fn without_one_the_quoted_words_decide() {
        let missing = error("relation \"nowhere\" does not exist", None);
        let text = described(Path::new("up.sql"), SQL, 10, &missing);
        assert!(text.starts_with("up.sql:3:1: "), "{text}");
        let unclear = error("division by zero", None);
        let text = described(Path::new("up.sql"), SQL, 10, &unclear);
        assert!(text.starts_with("up.sql: "), "{text}");
    }
}
