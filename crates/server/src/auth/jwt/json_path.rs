//! The JSON paths of settings: `$.user.roles[0]`, `$['https://example.com/claims'].role`.

use howdah_error::{JsonPath, Segment};
use serde_json::Value;

/// Reads a path; the leading `$` may be missing.
///
/// # Errors
/// The text is no path.
pub(super) fn parse(text: &str) -> Result<JsonPath, String> {
    let bad = || format!("invalid JSON path {text:?}");
    let mut path = JsonPath::root();
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(bad());
    }
    let mut at_start = !rest.starts_with('$');
    rest = rest.strip_prefix('$').unwrap_or(rest);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (segment, after) = bracket(after).ok_or_else(bad)?;
            path.push(segment);
            rest = after;
        } else {
            let after = match rest.strip_prefix('.') {
                Some(after) => after,
                None if at_start => rest,
                None => return Err(bad()),
            };
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            if name.is_empty() || name.contains([']', '"', '\'', ' ']) {
                return Err(bad());
            }
            path.push(name);
            rest = after;
        }
        at_start = false;
    }
    Ok(path)
}

/// What stands between brackets, and what follows them.
fn bracket(text: &str) -> Option<(Segment, &str)> {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let (index, rest) = text.split_once(']')?;
        return Some((Segment::Index(index.trim().parse().ok()?), rest));
    };
    let mut name = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            name.push(chars.next()?.1);
        } else if c == quote {
            let rest = text.get(at + 1..)?.strip_prefix(']')?;
            return Some((Segment::from(name), rest));
        } else {
            name.push(c);
        }
    }
    None
}

/// What is at a path.
pub(super) fn find<'v>(root: &'v Value, path: &JsonPath) -> Option<&'v Value> {
    path.segments()
        .iter()
        .try_fold(root, |value, segment| match segment {
            Segment::Key(key) => value.get(&**key),
            Segment::Index(index) => value.get(index),
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_lead_to_their_values() {
        let root = json!({
            "user": {"roles": ["a", {"b c": 1}]},
            "https://x.org/claims": {"r\"o'le": 2},
            "é-_:": 3,
        });
        for (path, value) in [
            ("$", root.clone()),
            ("$.user.roles[0]", json!("a")),
            ("user.roles[0]", json!("a")),
            ("$.user.roles[1][\"b c\"]", json!(1)),
            ("$['https://x.org/claims']['r\"o\\'le']", json!(2)),
            ("$.é-_:", json!(3)),
            ("['user'].roles[0]", json!("a")),
        ] {
            let parsed = parse(path).unwrap();
            assert_eq!(find(&root, &parsed), Some(&value), "{path}");
        }
        for absent in [
            "$.user.none",
            "$.user.roles[7]",
            "$.user[0]",
            "$.user.roles.x",
        ] {
            assert_eq!(find(&root, &parse(absent).unwrap()), None, "{absent}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for bad in [
            "", "$.", "$..a", "$x", "$.a[", "$.a[x]", "$.a['x]", "$.a['x'", "$.a]", "$.a[-1]",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_are_printed_in_their_usual_form() {
        let path = parse("$['user'].roles[0]['b c']").unwrap();
        assert_eq!(path.to_string(), "$.user.roles[0][\"b c\"]");
    }
}
