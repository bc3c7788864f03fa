//! Which kind of operation a request asks for: as much of a GraphQL document as the transport
//! must know, since subscriptions are run in another way. Faults are left for the engine to
//! find and name.

/// The kinds of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OperationKind {
    Query,
    Mutation,
    Subscription,
}

/// The kind of the operation that will be run. Documents that are faulty or leave the choice
/// open count as queries.
pub(super) fn kind(document: &str, operation_name: Option<&str>) -> OperationKind {
    let mut found = Vec::new();
    let mut scanner = Scanner { rest: document };
    let mut current: Option<Definition<'_>> = None;
    let mut depth = 0usize;
    while let Some(token) = scanner.next() {
        match token {
            Token::Open(b'{') if depth == 0 => {
                let anonymous = Definition {
                    kind: Some(OperationKind::Query),
                    name: None,
                };
                found.push(current.take().unwrap_or(anonymous));
                depth = 1;
            }
            Token::Open(_) => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::Name(name) if depth == 0 => match &mut current {
                None => current = Some(Definition::begin(name)),
                Some(definition) if definition.name.is_none() => definition.name = Some(name),
                Some(_) => {}
            },
            Token::Name(_) | Token::Other => {}
        }
    }
    let mut operations = found
        .into_iter()
        .filter_map(|d| d.kind.map(|kind| (kind, d.name)));
    let chosen = match operation_name {
        Some(wanted) => operations.find(|(_, name)| *name == Some(wanted)),
        None => operations.next().filter(|_| operations.next().is_none()),
    };
    chosen.map_or(OperationKind::Query, |(kind, _)| kind)
}

struct Definition<'a> {
    /// `None` for fragments.
    kind: Option<OperationKind>,
    name: Option<&'a str>,
}

impl<'a> Definition<'a> {
    fn begin(keyword: &'a str) -> Self {
        let kind = match keyword {
            "query" => Some(OperationKind::Query),
            "mutation" => Some(OperationKind::Mutation),
            "subscription" => Some(OperationKind::Subscription),
            _ => None,
        };
        Definition { kind, name: None }
    }
}

enum Token<'a> {
    Open(u8),
    Close,
    Name(&'a str),
    Other,
}

struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let first = *self.rest.as_bytes().first()?;
        match first {
            b'{' | b'(' | b'[' => {
                self.skip(1);
                Some(Token::Open(first))
            }
            b'}' | b')' | b']' => {
                self.skip(1);
                Some(Token::Close)
            }
            b'#' => {
                let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
                self.skip(end);
                Some(Token::Other)
            }
            b'"' => {
                self.string();
                Some(Token::Other)
            }
            b'@' => {
                self.skip(1);
                self.name();
                Some(Token::Other)
            }
            _ if is_name(first) => Some(Token::Name(self.name())),
            _ => {
                let length = self.rest.chars().next().map_or(1, char::len_utf8);
                self.skip(length);
                Some(Token::Other)
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn name(&mut self) -> &'a str {
        let end = self
            .rest
            .bytes()
            .position(|b| !is_name(b))
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name
    }

    /// Passes over a string or a block string.
    fn string(&mut self) {
        if let Some(block) = self.rest.strip_prefix("\"\"\"") {
            let mut from = 0;
            while let Some(found) = block.get(from..).and_then(|rest| rest.find("\"\"\"")) {
                let at = from + found;
                let escaped = block.get(..at).is_some_and(|text| text.ends_with('\\'));
                if !escaped {
                    return self.skip(3 + at + 3);
                }
                from = at + 3;
            }
            return self.skip(self.rest.len());
        }
        let mut escaped = false;
        for (at, byte) in self.rest.bytes().enumerate().skip(1) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return self.skip(at + 1),
                b'\n' | b'\r' => return self.skip(at),
                _ => {}
            }
        }
        self.skip(self.rest.len());
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use OperationKind::{Mutation, Query, Subscription};

    #[test]
    fn a_single_operation_is_the_one() {
        for (document, expected) in [
            ("{a}", Query),
            ("query {a}", Query),
            ("mutation{a}", Mutation),
            ("subscription {a}", Subscription),
            (
                "subscription q($a: Int = 1, $b: T = {x: [1]}) @d(a: {b: 1}) {a{b(c:{d:1})}}",
                Subscription,
            ),
            (
                "subscription @_multiple_top_level_fields {a b}",
                Subscription,
            ),
            ("# query {\n,\u{feff} subscription query {a}", Subscription),
            (
                "fragment mutation on subscription {a} subscription {...mutation}",
                Subscription,
            ),
            ("query {a(x: \"} mutation {\")}", Query),
            ("query {a(x: \"\\\"} mutation {\")}", Query),
            (
                "query q($x: T = \"\"\"} \\\"\"\" mutation {\"\"\") {a}",
                Query,
            ),
            ("subscription s {é(x: \"ü\")}", Subscription),
        ] {
            assert_eq!(kind(document, None), expected, "{document}");
        }
    }

    #[test]
    fn of_several_the_name_decides() {
        let document = "query a {x} subscription b {x} mutation c {x}";
        assert_eq!(kind(document, Some("a")), Query);
        assert_eq!(kind(document, Some("b")), Subscription);
        assert_eq!(kind(document, Some("c")), Mutation);
        assert_eq!(kind(document, Some("d")), Query);
        assert_eq!(kind(document, None), Query);
        assert_eq!(kind("subscription b {x}", Some("b")), Subscription);
    }

    #[test]
    fn no_text_is_too_strange() {
        for document in [
            "",
            "}}}{",
            "\"",
            "\"\"\"",
            "@",
            "subscription",
            "\"\\",
            "(((",
        ] {
            assert_eq!(kind(document, None), Query, "{document}");
        }
    }
}
