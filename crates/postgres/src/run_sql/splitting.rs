//! Splits SQL text into statements, as psql does: semicolons inside quotes, comments,
//! parentheses and `BEGIN ATOMIC` bodies do not count.

/// The statements of a text, without the semicolons; pieces with nothing but comments and white
/// space are left out.
pub fn statements(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut scanner = Scanner {
        bytes: sql.as_bytes(),
        at: 0,
    };
    let (mut start, mut depth, mut words) = (0, 0usize, Words::default());
    while let Some(token) = scanner.next() {
        match token {
            Token::Semicolon if depth == 0 && words.blocks == 0 => {
                if words.any {
                    found.push(sql[start..scanner.at - 1].trim());
                }
                start = scanner.at;
                words = Words::default();
                continue;
            }
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::Word(word) => words.see(&sql[word.0..word.1]),
            Token::Semicolon | Token::Other => {}
            Token::Blank => continue,
        }
        words.any = true;
    }
    if words.any {
        found.push(sql[start..].trim());
    }
    found
}

/// The words that a statement begins with, as far as there is nothing but words and comments.
pub(super) fn leading_words(statement: &str) -> impl Iterator<Item = &str> {
    let mut scanner = Scanner {
        bytes: statement.as_bytes(),
        at: 0,
    };
    std::iter::from_fn(move || {
        loop {
            match scanner.next()? {
                Token::Blank => {}
                Token::Word((start, end)) => return statement.get(start..end),
                _ => return None,
            }
        }
    })
}

/// Keeps track of the words of a statement, to know the body of a function by
/// `CREATE FUNCTION … BEGIN ATOMIC … END`.
#[derive(Default)]
struct Words {
    any: bool,
    count: usize,
    /// The statement began with CREATE.
    create: bool,
    /// The statement creates a function or procedure.
    routine: bool,
    /// Open BEGIN and CASE blocks.
    blocks: usize,
}

impl Words {
    fn see(&mut self, word: &str) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        self.count += 1;
        match self.count {
            1 => self.create = is("create"),
            // CREATE [OR REPLACE] FUNCTION
            2..=4 if self.create && (is("function") || is("procedure")) => self.routine = true,
            _ => {}
        }
        if self.routine {
            if is("begin") || (is("case") && self.blocks > 0) {
                self.blocks += 1;
            } else if is("end") {
                self.blocks = self.blocks.saturating_sub(1);
            }
        }
    }
}

enum Token {
    Semicolon,
    Open,
    Close,
    /// An unquoted word, by its place.
    Word((usize, usize)),
    /// White space or a comment.
    Blank,
    /// Anything else.
    Other,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let first = self.peek(0)?;
        self.at += 1;
        Some(match first {
            b';' => Token::Semicolon,
            b'(' | b'[' => Token::Open,
            b')' | b']' => Token::Close,
            b'-' if self.peek(0) == Some(b'-') => {
                while self.peek(0).is_some_and(|b| !matches!(b, b'\n' | b'\r')) {
                    self.at += 1;
                }
                Token::Blank
            }
            b'/' if self.peek(0) == Some(b'*') => {
                self.block_comment();
                Token::Blank
            }
            b'\'' => {
                self.quoted(b'\'', false);
                Token::Other
            }
            b'"' => {
                self.quoted(b'"', false);
                Token::Other
            }
            b'$' => {
                self.dollar_quoted();
                Token::Other
            }
            b'e' | b'E' if self.peek(0) == Some(b'\'') => {
                self.at += 1;
                self.quoted(b'\'', true);
                Token::Other
            }
            // PostgreSQL counts the vertical tab among them.
            b if b.is_ascii_whitespace() || b == 0x0b => Token::Blank,
            b if is_word(b) => {
                // A dollar may continue a word: `a$b$` does not begin a quotation.
                while self.peek(0).is_some_and(|b| is_word(b) || b == b'$') {
                    self.at += 1;
                }
                Token::Word((start, self.at))
            }
            _ => Token::Other,
        })
    }

    /// After `/`: comments nest.
    fn block_comment(&mut self) {
        self.at += 1;
        let mut depth = 1;
        while depth > 0 {
            match (self.peek(0), self.peek(1)) {
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                }
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some(_), _) => self.at += 1,
                (None, _) => return,
            }
        }
    }

    /// After the opening quote. A doubled quote ends and begins again, which comes to the same.
    fn quoted(&mut self, quote: u8, backslash_escapes: bool) {
        while let Some(b) = self.peek(0) {
            self.at += 1;
            if b == quote {
                match self.peek(0) == Some(quote) {
                    true => self.at += 1,
                    false => return,
                }
            } else if b == b'\\' && backslash_escapes {
                self.at += 1;
            }
        }
    }

    /// After a dollar that begins a token: `$tag$ … $tag$`, or a parameter such as `$1`.
    fn dollar_quoted(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|b| !is_word(*b)).unwrap_or(rest.len());
        if rest.get(length) != Some(&b'$') || rest.first().is_some_and(u8::is_ascii_digit) {
            return;
        }
        let delimiter = &self.bytes[self.at - 1..self.at + length + 1];
        let body = self.at + length + 1;
        let end = self.bytes[body..]
            .windows(delimiter.len())
            .position(|window| window == delimiter);
        self.at = match end {
            Some(end) => body + end + delimiter.len(),
            None => self.bytes.len(),
        };
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn statements_end_at_semicolons_that_count() {
        for (sql, expected) in [
            ("", &[][..]),
            (
                "select 1 -- a; b\rfrom c; d",
                &["select 1 -- a; b\rfrom c", "d"],
            ),
            (" ; ;; -- nothing\n /* at ; all */ ", &[]),
            ("select 1", &["select 1"]),
            ("select 1; select 2;", &["select 1", "select 2"]),
            ("select ';'; select \";\"", &["select ';'", "select \";\""]),
            ("select 'it''s;'; x", &["select 'it''s;'", "x"]),
            (r"select E'\';'; x", &[r"select E'\';'", "x"]),
            (r"select '\'; x", &[r"select '\'", "x"]),
            ("-- a;b\nselect 1;", &["-- a;b\nselect 1"]),
            ("/* ; /* ; */ ; */ a; b", &["/* ; /* ; */ ; */ a", "b"]),
            ("do $$ begin; end $$; a", &["do $$ begin; end $$", "a"]),
            ("do $x$ $$;$y$ $x$; a", &["do $x$ $$;$y$ $x$", "a"]),
            ("select $1; a$b$; c", &["select $1", "a$b$", "c"]),
            (
                "create rule r as on insert to t do (delete from a; delete from b); c",
                &[
                    "create rule r as on insert to t do (delete from a; delete from b)",
                    "c",
                ],
            ),
            (
                "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end; x",
                &[
                    "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end",
                    "x",
                ],
            ),
            (
                "begin; select 1; end; x",
                &["begin", "select 1", "end", "x"],
            ),
            ("select 'ä;'; ö", &["select 'ä;'", "ö"]),
            ("select 'open; x", &["select 'open; x"]),
            ("select $$open; x", &["select $$open; x"]),
        ] {
            assert_eq!(statements(sql), expected, "{sql}");
        }
    }
}
