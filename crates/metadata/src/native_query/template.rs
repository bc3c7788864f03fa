//! The SQL of native queries as text with holes: `{{name}}` stands for an argument.
//!
//! Only what is needed to find the holes is understood of SQL: quotes, comments, dollar quotes and
//! parentheses. A hole is no text to be pasted in but a place for a parameter, so that it can only
//! stand where an expression can; inside a literal `{{` is text like any other.

use std::collections::BTreeSet;
use std::fmt;

/// A part of the SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// An argument, by its position.
    Argument(usize),
}

/// Why a text cannot be the SQL of a native query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// Arguments that are not declared.
    Undeclared(BTreeSet<String>),
    /// Arguments that are declared and stand nowhere.
    Unused(BTreeSet<String>),
    /// `{{` without `}}`.
    Unclosed,
    /// Something that is no name between `{{` and `}}`.
    BadHole(String),
    /// A declared argument inside a literal or a quoted name, where it would have no effect.
    InLiteral(String),
    /// `$1`: parameters are numbered by the engine.
    Numbered(String),
    /// More than one statement.
    SeveralStatements,
    /// A parenthesis that closes nothing, or one that is not closed.
    Parentheses,
    /// A quote or comment that does not end.
    Unterminated,
    /// A NUL character.
    Nul,
    /// No SQL at all.
    Empty,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TemplateError::Undeclared(names) => write!(
                f,
                "The following columns are used in the query, but are not declared as arguments: {}",
                listed(names)
            ),
            TemplateError::Unused(names) => write!(
                f,
                "The following columns are declared as arguments, but are not used in the query: {}",
                listed(names)
            ),
            TemplateError::Unclosed => f.write_str("Found '{{' without a matching closing '}}'"),
            TemplateError::BadHole(text) => write!(
                f,
                "expected the name of an argument between {{{{ and }}}}, but found {text:?}"
            ),
            TemplateError::InLiteral(name) => write!(
                f,
                "the argument {name:?} stands inside a literal or a quoted name, where it would \
                 have no effect: put it outside and join the parts with ||"
            ),
            TemplateError::Numbered(text) => write!(
                f,
                "{text:?} is no parameter of a native query: arguments are written {{{{name}}}}"
            ),
            TemplateError::SeveralStatements => f.write_str("a native query must be one statement"),
            TemplateError::Parentheses => {
                f.write_str("the parentheses of the native query do not match")
            }
            TemplateError::Unterminated => {
                f.write_str("a quote or comment in the native query does not end")
            }
            TemplateError::Nul => f.write_str("the native query has a NUL character"),
            TemplateError::Empty => f.write_str("the native query has no SQL"),
        }
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    format!("[{}]", names.join(", "))
}

/// Whether an argument stands anywhere in a text, be it in a comment.
pub(super) fn mentions(code: &str, name: &str) -> bool {
    code.split("{{").skip(1).any(|rest| {
        rest.split_once("}}")
            .is_some_and(|(inner, _)| inner.trim() == name)
    })
}

/// Splits SQL into text and arguments; `position` knows the declared ones. A semicolon at the end
/// is left out.
///
/// # Errors
/// The first fault, undeclared arguments last.
pub fn pieces(
    code: &str,
    position: impl Fn(&str) -> Option<usize>,
) -> Result<Vec<Piece<'_>>, TemplateError> {
    if code.contains('\0') {
        return Err(TemplateError::Nul);
    }
    let mut reader = Reader {
        code,
        at: 0,
        start: 0,
        open: Vec::new(),
        end: None,
        any: false,
        pieces: Vec::new(),
        undeclared: BTreeSet::new(),
    };
    reader.read(&position)?;
    if !reader.open.is_empty() {
        return Err(TemplateError::Parentheses);
    }
    if !reader.any {
        return Err(TemplateError::Empty);
    }
    if !reader.undeclared.is_empty() {
        return Err(TemplateError::Undeclared(reader.undeclared));
    }
    Ok(reader.pieces)
}

struct Reader<'a> {
    code: &'a str,
    at: usize,
    /// Where the text that is not in `pieces` yet begins.
    start: usize,
    /// Parentheses and brackets that are open.
    open: Vec<u8>,
    /// Where the semicolon at the end stands.
    end: Option<usize>,
    /// Whether there is anything but blanks and comments.
    any: bool,
    pieces: Vec<Piece<'a>>,
    undeclared: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.code.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a str {
        self.code.get(self.at..).unwrap_or_default()
    }

    fn read(&mut self, position: &impl Fn(&str) -> Option<usize>) -> Result<(), TemplateError> {
        while let Some(byte) = self.byte(0) {
            let begin = self.at;
            match byte {
                b'-' if self.byte(1) == Some(b'-') => {
                    self.at += self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
                    continue;
                }
                b'/' if self.byte(1) == Some(b'*') => {
                    self.comment()?;
                    continue;
                }
                b if b.is_ascii_whitespace() => {
                    self.at += 1;
                    continue;
                }
                b';' if self.open.is_empty() => {
                    self.at += 1;
                    self.end.get_or_insert(begin);
                    continue;
                }
                _ if self.end.is_some() => return Err(TemplateError::SeveralStatements),
                b'{' if self.byte(1) == Some(b'{') => self.hole(position)?,
                b'\'' | b'"' => {
                    self.quoted(byte, false)?;
                    check_literal(self.code, begin, self.at, position)?;
                }
                b'e' | b'E' if self.byte(1) == Some(b'\'') => {
                    self.at += 1;
                    self.quoted(b'\'', true)?;
                    check_literal(self.code, begin, self.at, position)?;
                }
                b'$' => {
                    self.dollar()?;
                    check_literal(self.code, begin, self.at, position)?;
                }
                b'(' | b'[' => {
                    self.open.push(byte);
                    self.at += 1;
                }
                b')' | b']' => {
                    let opening = if byte == b')' { b'(' } else { b'[' };
                    if self.open.pop() != Some(opening) {
                        return Err(TemplateError::Parentheses);
                    }
                    self.at += 1;
                }
                b if is_word(b) => {
                    // A dollar may continue a word: `a$b$` does not begin a quotation.
                    while self.byte(0).is_some_and(|b| is_word(b) || b == b'$') {
                        self.at += 1;
                    }
                }
                _ => self.at += 1,
            }
            self.any = true;
        }
        self.text_until(self.end.unwrap_or(self.code.len()));
        Ok(())
    }

    fn text_until(&mut self, end: usize) {
        if let Some(text) = self
            .code
            .get(self.start..end)
            .filter(|text| !text.is_empty())
        {
            self.pieces.push(Piece::Text(text));
        }
    }

    fn hole(&mut self, position: &impl Fn(&str) -> Option<usize>) -> Result<(), TemplateError> {
        let inner = self.rest().get(2..).unwrap_or_default();
        let length = inner.find("}}").ok_or(TemplateError::Unclosed)?;
        let name = inner.get(..length).unwrap_or_default().trim();
        if name.is_empty() || !name.bytes().all(is_word) {
            return Err(TemplateError::BadHole(name.to_owned()));
        }
        self.text_until(self.at);
        match position(name) {
            Some(found) => self.pieces.push(Piece::Argument(found)),
            None => {
                self.undeclared.insert(name.to_owned());
            }
        }
        self.at += length + 4;
        self.start = self.at;
        Ok(())
    }

    /// A quotation; the quote is doubled inside, and with `escapes` a backslash takes what follows.
    fn quoted(&mut self, quote: u8, escapes: bool) -> Result<(), TemplateError> {
        self.at += 1;
        loop {
            match self.byte(0) {
                None => return Err(TemplateError::Unterminated),
                Some(b'\\') if escapes => self.at += 2,
                Some(byte) if byte == quote => {
                    self.at += 1;
                    if self.byte(0) == Some(quote) {
                        self.at += 1;
                    } else if !(escapes && self.continues()) {
                        return Ok(());
                    }
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// Whether a literal goes on after a line break, in which case its kind does too.
    fn continues(&mut self) -> bool {
        let rest = self.rest();
        let next = rest.trim_start();
        let blanks = rest.len() - next.len();
        let goes_on = next.starts_with('\'')
            && rest
                .get(..blanks)
                .is_some_and(|blanks| blanks.contains(['\n', '\r']));
        if goes_on {
            self.at += blanks + 1;
        }
        goes_on
    }

    /// `$tag$ … $tag$`, or a parameter.
    fn dollar(&mut self) -> Result<(), TemplateError> {
        let rest = self.rest();
        if self.byte(1).is_some_and(|b| b.is_ascii_digit()) {
            let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
            let shown = rest.get(..=digits).unwrap_or_default();
            return Err(TemplateError::Numbered(shown.to_owned()));
        }
        let tag = rest.bytes().skip(1).take_while(|b| is_word(*b)).count() + 2;
        let Some(tag) = rest.get(..tag).filter(|tag| tag.ends_with('$')) else {
            self.at += 1;
            return Ok(());
        };
        let body = rest.get(tag.len()..).unwrap_or_default();
        let end = body.find(tag).ok_or(TemplateError::Unterminated)?;
        self.at += end + 2 * tag.len();
        Ok(())
    }

    /// Comments nest.
    fn comment(&mut self) -> Result<(), TemplateError> {
        let mut depth = 0usize;
        loop {
            match (self.byte(0), self.byte(1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                (Some(_), _) => self.at += 1,
                (None, _) => return Err(TemplateError::Unterminated),
            }
        }
    }
}

/// Refuses a declared argument in a literal: whoever put it there expects it to have an effect.
fn check_literal(
    code: &str,
    begin: usize,
    end: usize,
    position: &impl Fn(&str) -> Option<usize>,
) -> Result<(), TemplateError> {
    let mut rest = code.get(begin..end).unwrap_or_default();
    while let Some((_, inner)) = rest.split_once("{{") {
        if let Some((name, _)) = inner.split_once("}}") {
            let name = name.trim();
            if position(name).is_some() {
                return Err(TemplateError::InLiteral(name.to_owned()));
            }
        }
        rest = inner;
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(code: &str) -> Result<String, TemplateError> {
        let names = ["a", "b"];
        let pieces = pieces(code, |name| names.iter().position(|n| *n == name))?;
        Ok(pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Argument(position) => format!("<{position}>"),
            })
            .collect())
    }

    #[test]
    fn arguments_are_found_where_expressions_stand() {
        assert_eq!(
            read("select {{a}}, {{ b }}+{{a}}").unwrap(),
            "select <0>, <1>+<0>"
        );
        assert_eq!(read("select 1").unwrap(), "select 1");
        assert_eq!(read("values ({{a}}[1])").unwrap(), "values (<0>[1])");
    }

    #[test]
    fn braces_in_quotes_and_comments_are_text() {
        for code in [
            "select '{{c}}'",
            "select E'\\'{{c}}'",
            "select E'a' \n '\\'(' || 'b'",
            "select '''{{c}}'''",
            "select $$ {{c}} $$",
            "select $t$ ' {{c}} $$ $t$",
            "select 1 as \"{{c}}\"",
            "select 1 -- {{a}} ' (",
            "select 1 /* {{a}} /* ' */ ( */",
            "select '{{' || '}}'",
            "select a$b$ from t",
            "select '{a}'::text[], '{\"x\": {\"y\": {}}}'::jsonb",
        ] {
            assert_eq!(read(code).unwrap(), code);
        }
    }

    #[test]
    fn a_declared_argument_in_a_literal_is_refused() {
        for code in [
            "select '%{{a}}%'",
            "select $$ {{ a }} $$",
            "select \"{{a}}\" from t",
        ] {
            assert_eq!(
                read(code),
                Err(TemplateError::InLiteral("a".into())),
                "{code}"
            );
        }
    }

    #[test]
    fn undeclared_arguments_are_named_once_each() {
        assert_eq!(
            read("select {{x}}, {{y}}, {{x}}, {{a}}"),
            Err(TemplateError::Undeclared(["x".into(), "y".into()].into()))
        );
    }

    #[test]
    fn holes_without_a_name_are_refused() {
        assert_eq!(read("select {{"), Err(TemplateError::Unclosed));
        for code in [
            "select {{}}",
            "select {{a b}}",
            "select {{a-b}}",
            "select {{'a'}}",
        ] {
            assert!(
                matches!(read(code), Err(TemplateError::BadHole(_))),
                "{code}"
            );
        }
    }

    #[test]
    fn one_statement_is_a_query_with_or_without_its_semicolon() {
        assert_eq!(read("select 1 ; -- done\n").unwrap(), "select 1 ");
        assert_eq!(read("select 1;;").unwrap(), "select 1");
        assert_eq!(read("select ';'").unwrap(), "select ';'");
        assert_eq!(
            read("select 1; select 2"),
            Err(TemplateError::SeveralStatements)
        );
        assert_eq!(
            read("select 1; {{a}}"),
            Err(TemplateError::SeveralStatements)
        );
        assert_eq!(read(" -- nothing\n /* here */ "), Err(TemplateError::Empty));
        assert_eq!(read(";"), Err(TemplateError::Empty));
    }

    #[test]
    fn what_would_break_out_of_the_statement_around_it_is_refused() {
        for (code, fault) in [
            (
                "select 1) as q), x as (select (2",
                TemplateError::Parentheses,
            ),
            ("select (1", TemplateError::Parentheses),
            ("select array[1)", TemplateError::Parentheses),
            ("select 'a", TemplateError::Unterminated),
            ("select E'a\\'", TemplateError::Unterminated),
            ("select $x$ a $$", TemplateError::Unterminated),
            ("select 1 /* a", TemplateError::Unterminated),
            ("select $1", TemplateError::Numbered("$1".into())),
            ("select '\0'", TemplateError::Nul),
        ] {
            assert_eq!(read(code), Err(fault), "{code}");
        }
    }
}
