//! The lines of a `.env` file. They are read as Hasura's tool reads them, so that a file that it
//! shares with others (the server's settings, docker compose) serves here too:
//!
//! * `NAME=value`, `NAME: value`, `export NAME=value`; comments behind `#`.
//! * Without quotes a value is everything up to the end of the line or a comment: quotes, spaces
//!   and braces within it belong to it, as in `{"type": "HS256"}`.
//! * `'…'` is taken as it is; in `"…"` there are `\n`, `\"` and their like. Both may span lines.
//! * `$NAME` (in capitals) and `${NAME}` stand for variables, but for `'…'`.

use std::fmt::Write;

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// Names and values, in their order.
    pub entries: Vec<(String, String)>,
    /// Numbers of lines that have no known form, from 1.
    pub unknown: Vec<usize>,
}

/// Reads a text; `known` gives the variables that the file itself does not have.
pub fn parse(text: &str, known: impl Fn(&str) -> Option<String>) -> Lines {
    let mut lines = Lines::default();
    let mut rest = text;
    let mut number = 1;
    while !rest.is_empty() {
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        let mut used = line.len();
        match named(line) {
            Named::Nothing => {}
            Named::Unknown => lines.unknown.push(number),
            Named::Value(name, start) => {
                let replace = |name: &str| {
                    let own = lines.entries.iter().rev().find(|(known, _)| known == name);
                    own.map(|(_, value)| value.clone()).or_else(|| known(name))
                };
                let tail = rest.get(start..).unwrap_or_default();
                let value = match quoted(tail, &replace) {
                    Some((value, length)) => {
                        used = start + length;
                        value
                    }
                    None => bare(line.get(start..).unwrap_or_default(), &replace),
                };
                lines.entries.push((name.to_owned(), value));
            }
        }
        let (done, left) = rest.split_at(used);
        number += done.matches('\n').count();
        rest = left;
    }
    lines
}

/// A value in the form in which [`parse`] reads it again.
pub fn written(value: &str) -> String {
    if !value.contains(['\'', '\n', '\r']) {
        return format!("'{value}'");
    }
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '"' | '\\' | '$' => {
                let _ = write!(text, "\\{c}");
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

enum Named<'a> {
    /// Empty, a comment, or a name alone, which leaves the variable as it is.
    Nothing,
    Unknown,
    /// A name, and where its value starts.
    Value(&'a str, usize),
}

fn named(line: &str) -> Named<'_> {
    let mut rest = line.trim_start();
    if let Some(behind) = rest.strip_prefix("export")
        && behind.starts_with([' ', '\t'])
    {
        rest = behind.trim_start();
    }
    if rest.is_empty() || rest.starts_with('#') {
        return Named::Nothing;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    let gap = behind.trim_start();
    if name.is_empty() {
        return Named::Unknown;
    }
    let value = match (gap.strip_prefix('='), behind.strip_prefix(':')) {
        (Some(value), _) => value,
        (_, Some(value)) if value.starts_with([' ', '\t', '\r', '\n']) => value,
        _ if gap.is_empty() || gap.starts_with('#') => return Named::Nothing,
        _ => return Named::Unknown,
    };
    // A line break ends the line, even where the value is empty.
    let value = value.trim_start_matches([' ', '\t']);
    Named::Value(name, line.len() - value.len())
}

/// A value in quotes, and how much of the text it takes with the rest of its last line. Nothing
/// where the quotes do not hold all of it.
fn quoted(text: &str, replace: &impl Fn(&str) -> Option<String>) -> Option<(String, usize)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut escaped = false;
    let inner = text.get(1..)?;
    let end = inner.find(|c| match c {
        _ if escaped => {
            escaped = false;
            false
        }
        '\\' if quote == '"' => {
            escaped = true;
            false
        }
        c => c == quote,
    })?;
    let (inner, behind) = inner.split_at(end);
    let last_line = behind.split_inclusive('\n').next()?;
    let left = last_line.get(1..)?.trim_start();
    if !left.is_empty() && !left.starts_with('#') {
        return None;
    }
    let value = match quote {
        '"' => replaced(inner, true, replace),
        _ => inner.to_owned(),
    };
    Some((value, 1 + end + last_line.len()))
}

/// A value without quotes: up to a comment or the end of the line.
fn bare(line: &str, replace: &impl Fn(&str) -> Option<String>) -> String {
    let mut before = ' ';
    let end = line.find(|c: char| {
        let found = c == '#' && before.is_whitespace();
        before = c;
        found
    });
    let value = line.get(..end.unwrap_or(line.len())).unwrap_or_default();
    replaced(value.trim(), false, replace)
}

/// The text with variables (and in double quotes escapes) replaced.
fn replaced(text: &str, in_quotes: bool, replace: &impl Fn(&str) -> Option<String>) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '\\']) {
        let (before, here) = rest.split_at(at);
        done.push_str(before);
        let (value, length) = match here.strip_prefix('\\') {
            Some(behind) => escape(behind, in_quotes),
            None => variable(here, replace),
        };
        done.push_str(&value);
        rest = here.get(length..).unwrap_or_default();
    }
    done.push_str(rest);
    done
}

/// What stands for a backslash and the character behind it.
fn escape(behind: &str, in_quotes: bool) -> (String, usize) {
    let meant = match behind.chars().next() {
        Some('$') => '$',
        Some(c @ ('"' | '\\')) if in_quotes => c,
        Some('n') if in_quotes => '\n',
        Some('r') if in_quotes => '\r',
        Some('t') if in_quotes => '\t',
        _ => return ("\\".to_owned(), 1),
    };
    (meant.to_string(), 2)
}

/// What stands for `$NAME` or `${NAME}`: nothing if there is no such variable. Small letters need
/// the braces: passwords have dollars, too.
fn variable(text: &str, replace: &impl Fn(&str) -> Option<String>) -> (String, usize) {
    let behind = text.get(1..).unwrap_or_default();
    if let Some((inner, _)) = behind
        .strip_prefix('{')
        .and_then(|inner| inner.split_once('}'))
    {
        let (name, otherwise) = inner.split_once(":-").unwrap_or((inner, ""));
        let value = replace(name).filter(|value| !value.is_empty());
        let value = value.unwrap_or_else(|| otherwise.to_owned());
        return (value, inner.len() + "${}".len());
    }
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let end = behind.find(|c| !is_part(c)).unwrap_or(behind.len());
    match behind.get(..end).filter(|name| !name.is_empty()) {
        Some(name) if !name.starts_with(|c: char| c.is_ascii_digit()) => {
            (replace(name).unwrap_or_default(), end + 1)
        }
        _ => ("$".to_owned(), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str) -> String {
        let known = |name: &str| (name == "HOST").then(|| "db".to_owned());
        let lines = parse(line, known);
        assert_eq!(lines.unknown, Vec::<usize>::new(), "{line}");
        match lines.entries.as_slice() {
            [(_, value)] => value.clone(),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn values_are_read_as_other_tools_read_them() {
        for (line, expected) in [
            ("A=b", "b"),
            ("  export A = b  \r\n", "b"),
            ("A: b c", "b c"),
            ("A=", ""),
            ("A= # none", ""),
            ("A=b # not this", "b"),
            ("A=b#c", "b#c"),
            ("A=postgres://u:p@h/d?x=y z", "postgres://u:p@h/d?x=y z"),
            (
                r#"A={"type": "HS256", "key": "k#y"}"#,
                r#"{"type": "HS256", "key": "k#y"}"#,
            ),
            (r#"A=["a", "b"] # two"#, r#"["a", "b"]"#),
            ("A='b # $HOST \\n' # c", "b # $HOST \\n"),
            (r#"A="b \"c\" \\ \$HOST $HOST" # d"#, "b \"c\" \\ $HOST db"),
            ("A=\"b\nc\"\n", "b\nc"),
            (r#"A="b" c"#, r#""b" c"#),
            ("A='tis", "'tis"),
            ("A=postgres://${HOST}/x", "postgres://db/x"),
            ("A=$HOST:5432", "db:5432"),
            ("A=${NOBODY:-one}$NOBODY", "one"),
            ("A=pa$word$5", "pa$word$5"),
            ("A=\\$HOST\\d", "$HOST\\d"),
        ] {
            assert_eq!(value(line), expected, "{line}");
        }
    }

    #[test]
    fn lines_follow_each_other_and_unknown_ones_are_counted() {
        let text = "# first\n\nA=1\nB=\"x\ny\"\nno form\nC=$A$B\nD\nexport D\n=x\nE=2";
        let lines = parse(text, |_| None);
        let entry = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            lines.entries,
            [
                entry("A", "1"),
                entry("B", "x\ny"),
                entry("C", "1x\ny"),
                entry("E", "2")
            ]
        );
        assert_eq!(lines.unknown, [6, 10]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "s3cret",
            "",
            "it's $HOME",
            "a\\'b",
            "\"x\" 'y' \\n",
            "a\nb'c\r",
            " # $5 ",
        ] {
            assert_eq!(value(&format!("A={}\n", written(text))), text);
        }
    }
}
