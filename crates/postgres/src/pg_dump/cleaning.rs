//! A dump without what a migration does not need: settings of the session, comments, empty lines,
//! the triggers of event triggers. `check_function_bodies` stays off: functions may stand before what
//! they use. Rows (`COPY`) and what stands in quotes stay as they are.

/// Statements of every dump.
const PREAMBLE: [&str; 14] = [
    "SET statement_timeout = 0;",
    "SET lock_timeout = 0;",
    "SET idle_in_transaction_session_timeout = 0;",
    "SET transaction_timeout = 0;",
    "SET client_encoding = 'UTF8';",
    "SET standard_conforming_strings = on;",
    "SELECT pg_catalog.set_config('search_path', '', false);",
    "SET xmloption = content;",
    "SET client_min_messages = warning;",
    "SET row_security = off;",
    "SET default_tablespace = '';",
    "SET default_with_oids = false;",
    "SET default_table_access_method = heap;",
    "CREATE SCHEMA public;",
];
const PUBLIC_COMMENT: &str = "COMMENT ON SCHEMA public IS 'standard public schema';";

/// The dump without the rest.
pub fn clean(dump: &str) -> String {
    let mut out = String::with_capacity(dump.len());
    let mut state = State::default();
    for line in dump.lines() {
        let stays = match state {
            State::Code => is_wanted(line),
            State::Rows | State::Quoted(_) => true,
        };
        state = state.after(line);
        if stays {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn is_wanted(line: &str) -> bool {
    let text = line.trim();
    let is_comment = text.starts_with("--");
    let is_command = text.starts_with("\\restrict ") || text.starts_with("\\unrestrict ");
    let is_event_trigger = [
        "CREATE TRIGGER notify_hasura_",
        "CREATE TRIGGER \"notify_hasura_",
    ]
    .iter()
    .any(|start| text.starts_with(start))
        && text.contains(" AFTER ")
        && text.ends_with(';');
    !(text.is_empty()
        || is_comment
        || is_command
        || is_event_trigger
        || PREAMBLE.contains(&text)
        || text == PUBLIC_COMMENT)
}

/// What a line begins in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum State {
    /// Statements.
    #[default]
    Code,
    /// Rows of `COPY … FROM stdin`.
    Rows,
    /// A literal or a name that ends with this.
    Quoted(String),
}

impl State {
    fn after(self, line: &str) -> State {
        let mut rest = line;
        let mut state = self;
        loop {
            match &state {
                State::Rows if line == "\\." => return State::Code,
                State::Rows => return State::Rows,
                State::Quoted(end) => match rest.find(end.as_str()) {
                    Some(at) => {
                        rest = rest.get(at + end.len()..).unwrap_or_default();
                        state = State::Code;
                    }
                    None => return state,
                },
                State::Code => match opening(rest) {
                    Some((end, after)) => {
                        rest = after;
                        state = State::Quoted(end);
                    }
                    None if line.starts_with("COPY ") && line.ends_with(" FROM stdin;") => {
                        return State::Rows;
                    }
                    None => return State::Code,
                },
            }
        }
    }
}

/// The next quotation on a line: its end, and what follows its beginning. A doubled quote ends one
/// and begins the next, which comes to the same.
fn opening(line: &str) -> Option<(String, &str)> {
    for (at, c) in line.char_indices() {
        let after = line.get(at + c.len_utf8()..)?;
        match c {
            '-' if after.starts_with('-') => return None,
            '\'' | '"' => return Some((c.to_string(), after)),
            '$' => {
                let tag = after.split('$').next()?;
                let is_tag = tag.chars().all(|c| c.is_alphanumeric() || c == '_')
                    && !tag.starts_with(|c: char| c.is_ascii_digit());
                if is_tag && after.len() > tag.len() {
                    return Some((format!("${tag}$"), after.get(tag.len() + 1..)?));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn only_what_matters_is_left() {
        let dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\nSET lock_timeout = 0;\n\
            SELECT pg_catalog.set_config('search_path', '', false);\n\n\
            CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $_$\n-- kept\n\nselect 'it''s'\n$_$;\n\n\
            COMMENT ON FUNCTION public.f() IS 'one\n\n-- two';\n\n\
            COPY public.t (a) FROM stdin;\n-- row\n\nit's\n\\.\n\n\
            CREATE TRIGGER \"notify_hasura_x_INSERT\" AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION g();\n\
            CREATE TABLE public.u (a text DEFAULT '$x');\n\n-- done\n\\unrestrict abc\n";
        let expected = "CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $_$\n-- kept\n\nselect 'it''s'\n$_$;\n\
            COMMENT ON FUNCTION public.f() IS 'one\n\n-- two';\n\
            COPY public.t (a) FROM stdin;\n-- row\n\nit's\n\\.\n\
            CREATE TABLE public.u (a text DEFAULT '$x');\n";
        assert_eq!(clean(dump), expected);
    }
}
