//! Paths into json and jsonb columns: `$.a.b[0]["odd key"]`, the `$.` being optional.

use std::sync::Arc;

/// Reads a path into its steps; the error says what is wrong and where.
pub(super) fn parse(text: &str) -> Result<Vec<Arc<str>>, String> {
    let mut steps = Vec::new();
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    let at = |rest: &str| text.len() - rest.len() + 1;
    let mut first = rest.len() == text.len();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (step, after) = bracket(inner)
                .ok_or_else(|| format!("invalid array index or key at position {}", at(rest)))?;
            steps.push(step.into());
            rest = after;
        } else {
            let name = match rest.strip_prefix('.') {
                Some(name) => name,
                None if first => rest,
                None => return Err(format!("unexpected character at position {}", at(rest))),
            };
            let end = name
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
                .unwrap_or(name.len());
            if end == 0 {
                return Err(format!("a key is expected at position {}", at(name)));
            }
            steps.push(name[..end].into());
            rest = &name[end..];
        }
        first = false;
    }
    Ok(steps)
}

/// What is inside brackets, and what follows them.
fn bracket(inner: &str) -> Option<(String, &str)> {
    if let Some(quote) = inner.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let mut key = String::new();
        let mut chars = inner.char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\\' => key.push(chars.next()?.1),
                c if c == quote => {
                    return inner[i + c.len_utf8()..]
                        .strip_prefix(']')
                        .map(|after| (key, after));
                }
                c => key.push(c),
            }
        }
        return None;
    }
    let (index, after) = inner.split_once(']')?;
    let digits = index.strip_prefix('-').unwrap_or(index);
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| (index.to_owned(), after))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::parse;

    #[test]
    fn paths() {
        let steps = |text: &str| -> Vec<String> {
            parse(text).unwrap().iter().map(|s| s.to_string()).collect()
        };
        assert_eq!(steps("$.a.b[0]"), ["a", "b", "0"]);
        assert_eq!(steps("a['x.y']"), ["a", "x.y"]);
        assert_eq!(steps("$[\"k\\\"1\"].c"), ["k\"1", "c"]);
        assert!(steps("$").is_empty());
        assert!(parse("$.").is_err());
        assert!(parse("$.a[").is_err());
        assert!(parse("$.a[x]").is_err());
        assert!(parse("$a").is_err());
    }
}
