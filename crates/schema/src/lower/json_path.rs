//! Paths into json and jsonb columns: `$.a.b[0]["odd key"]`, the `$.` being optional.

use std::sync::Arc;

/// Reads a path into its steps; `None` when it is none. `$` alone has no steps.
pub(super) fn parse(text: &str) -> Option<Vec<Arc<str>>> {
    if text.is_empty() {
        return None;
    }
    let mut steps = Vec::new();
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    let mut first = rest.len() == text.len();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (step, after) = bracket(inner)?;
            steps.push(step.into());
            rest = after;
        } else {
            let name = match rest.strip_prefix('.') {
                Some(name) => name,
                None if first => rest,
                None => return None,
            };
            let end = name
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
                .unwrap_or(name.len());
            if end == 0 {
                return None;
            }
            steps.push(name[..end].into());
            rest = &name[end..];
        }
        first = false;
    }
    Some(steps)
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
    (!index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()))
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
        for none in ["", "$.", "$.a[", "$.a[x]", "$.a[-1]", "$a", "a b", "$.a..x"] {
            assert_eq!(parse(none), None, "{none}");
        }
    }
}
