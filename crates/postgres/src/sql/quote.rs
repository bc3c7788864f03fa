//! Quoting of names and texts for SQL.

/// Appends a quoted identifier: `a"b` becomes `"a""b"`.
pub fn identifier(out: &mut String, name: &str) {
    out.push('"');
    for c in name.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

/// Appends a quoted text. Texts with a backslash take the `E''` form, whose meaning does not hang
/// on `standard_conforming_strings`.
pub fn text(out: &mut String, text: &str) {
    let escaped = text.contains('\\');
    // The blank keeps the E apart from a word before it.
    out.push_str(if escaped { " E'" } else { "'" });
    for c in text.chars() {
        if c == '\'' || (escaped && c == '\\') {
            out.push(c);
        }
        out.push(c);
    }
    out.push('\'');
}

#[cfg(test)]
mod tests {
    fn quoted(f: impl Fn(&mut String)) -> String {
        let mut out = String::new();
        f(&mut out);
        out
    }

    #[test]
    fn identifiers_double_their_quotes() {
        assert_eq!(
            quoted(|o| super::identifier(o, r#"We"ird.Näme"#)),
            r#""We""ird.Näme""#
        );
    }

    #[test]
    fn texts_double_quotes_and_escape_backslashes() {
        assert_eq!(quoted(|o| super::text(o, "it's")), "'it''s'");
        assert_eq!(quoted(|o| super::text(o, r"a\'b")), r" E'a\\''b'");
    }
}
