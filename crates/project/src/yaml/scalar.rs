//! How a text is written as a YAML scalar: plain where it can be, otherwise in the quotes that
//! the format's tools choose.

/// The text on one line.
pub(crate) fn inline(text: &str) -> String {
    if text.is_empty() || looks_like_another_type(text) || text.starts_with("!include ") {
        return double_quoted(text);
    }
    if text.chars().any(is_special) {
        return double_quoted(text);
    }
    if plain_allowed(text) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// The lines of a literal block with its header, or nothing when the text cannot be one.
pub(crate) fn literal(text: &str) -> Option<(&'static str, Vec<&str>)> {
    if !text.contains('\n')
        || text
            .chars()
            .any(|c| c != '\n' && c != '\t' && is_special(c))
    {
        return None;
    }
    let body = text.trim_end_matches('\n');
    let breaks = text.len() - body.len();
    let lines: Vec<&str> = body.split('\n').collect();
    let first = lines.first()?;
    let blank_edge = |line: &&str| line.ends_with([' ', '\t']) || line.starts_with('\t');
    if body.is_empty() || first.is_empty() || first.starts_with(' ') || lines.iter().any(blank_edge)
    {
        return None;
    }
    match breaks {
        0 => Some(("|-", lines)),
        1 => Some(("|", lines)),
        _ => None,
    }
}

fn is_special(c: char) -> bool {
    let printable = matches!(
        c,
        '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..
    );
    !printable || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Whether the text, unquoted, would be read as something else than a text: by readers of
/// YAML 1.1 as well as 1.2.
fn looks_like_another_type(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "~", "<<", "=",
    ];
    let lower = text.to_ascii_lowercase();
    if WORDS.contains(&lower.as_str()) {
        return true;
    }
    let unsigned = lower.trim_start_matches(['+', '-']);
    if matches!(unsigned, ".inf" | ".nan" | "inf" | "nan" | "infinity") {
        return true;
    }
    let mut chars = unsigned.chars();
    let number_start = match chars.next() {
        Some('.') => chars.next().is_some_and(|c| c.is_ascii_digit()),
        Some(first) => first.is_ascii_digit(),
        None => false,
    };
    // Numbers in any base, with separators and exponents, times and dates: all start with a
    // digit and consist of these. A few texts are quoted that would not need it.
    number_start
        && unsigned.chars().all(|c| {
            c.is_ascii_hexdigit()
                || matches!(c, '.' | '_' | ':' | '-' | '+' | 'x' | 'o' | 't' | 'z' | ' ')
        })
}

fn plain_allowed(text: &str) -> bool {
    if text.starts_with(' ')
        || text.ends_with(' ')
        || text.starts_with("---")
        || text.starts_with("...")
    {
        return false;
    }
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let last_or_space = chars.peek().is_none_or(|next| *next == ' ');
        let refused = match before {
            None => {
                matches!(
                    c,
                    '#' | ','
                        | '['
                        | ']'
                        | '{'
                        | '}'
                        | '&'
                        | '*'
                        | '!'
                        | '|'
                        | '>'
                        | '\''
                        | '"'
                        | '%'
                        | '@'
                        | '`'
                ) || (matches!(c, '?' | ':' | '-') && last_or_space)
            }
            Some(previous) => (c == ':' && last_or_space) || (c == '#' && previous == ' '),
        };
        if refused {
            return false;
        }
        before = Some(c);
    }
    true
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_special(c) => {
                let code = u32::from(c);
                if code > 0xffff {
                    quoted.push_str(&format!("\\U{code:08X}"));
                } else {
                    quoted.push_str(&format!("\\u{code:04X}"));
                }
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
