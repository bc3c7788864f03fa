//! How the texts of flags and variables are read. Reasons are worded as clients and scripts
//! of the system we succeed know them; the caller puts the setting's name in front.

use super::secret::Secret;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Isolation level of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// `read committed`.
    ReadCommitted,
    /// `repeatable read`.
    RepeatableRead,
    /// `serializable`.
    Serializable,
}

/// How generated GraphQL names look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// `hasura-default`: names as in the database.
    HasuraDefault,
    /// `graphql-default`: camelCase fields, PascalCase types.
    GraphqlDefault,
}

impl Naming {
    /// The name in settings and in metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Naming::HasuraDefault => "hasura-default",
            Naming::GraphqlDefault => "graphql-default",
        }
    }
}

const TRUE_TEXTS: [&str; 4] = ["true", "t", "yes", "y"];
const FALSE_TEXTS: [&str; 4] = ["false", "f", "no", "n"];

/// Any text.
pub fn text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

/// A text that must not be empty.
pub fn non_empty(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("empty string not allowed".into())
    } else {
        Ok(text.to_owned())
    }
}

/// A text that must not be printed.
pub fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::new(text))
}

/// A password that must not be empty: an empty one would let everybody in.
pub fn password(text: &str) -> Result<Secret, String> {
    if text.is_empty() {
        Err("empty string not allowed".into())
    } else {
        Ok(Secret::new(text))
    }
}

/// A JSON array of passwords.
pub fn passwords(text: &str) -> Result<Vec<Secret>, String> {
    let reason = "Expecting a JSON array with at least one non-empty string";
    let Ok(Value::Array(items)) = serde_json::from_str(text) else {
        return Err(reason.into());
    };
    let secrets: Option<Vec<Secret>> = items
        .iter()
        .map(|item| item.as_str().filter(|s| !s.is_empty()).map(Secret::new))
        .collect();
    secrets
        .filter(|s| !s.is_empty())
        .ok_or_else(|| reason.into())
}

/// A file or folder.
pub fn path(text: &str) -> Result<PathBuf, String> {
    non_empty(text).map(PathBuf::from)
}

/// `true t yes y` or `false f no n`, in any case.
pub fn boolean(text: &str) -> Result<bool, String> {
    let lower = text.to_lowercase();
    if TRUE_TEXTS.contains(&lower.as_str()) {
        Ok(true)
    } else if FALSE_TEXTS.contains(&lower.as_str()) {
        Ok(false)
    } else {
        Err(not_a_boolean())
    }
}

/// The reason of [`boolean`], which also answers a bad backend-only header.
pub(crate) fn not_a_boolean() -> String {
    format!(
        " Not a valid boolean text. True values are {} and  False values are {}. \
         All values are case insensitive",
        Value::from(TRUE_TEXTS.to_vec()),
        Value::from(FALSE_TEXTS.to_vec()),
    )
}

/// `True` or `False`, as feature flags are written.
pub fn capital_boolean(text: &str) -> Result<bool, String> {
    match text.trim() {
        "True" => Ok(true),
        "False" => Ok(false),
        _ => Err("Only expecting True / False".into()),
    }
}

/// A port; 0 lets the system choose.
pub fn port(text: &str) -> Result<u16, String> {
    text.trim()
        .parse()
        .map_err(|_| "Only expecting a value between 0 and 65535".into())
}

fn whole(text: &str) -> Result<i64, String> {
    text.trim()
        .parse()
        .map_err(|_| "Expecting Int value".into())
}

/// A whole number from 0.
pub fn count(text: &str) -> Result<u64, String> {
    u64::try_from(whole(text)?).map_err(|_| "Only expecting a non negative numeric".into())
}

/// A whole number from 1.
pub fn positive(text: &str) -> Result<u64, String> {
    whole(text)
        .ok()
        .and_then(|n| u64::try_from(n).ok())
        .filter(|n| *n > 0)
        .ok_or_else(|| "Only expecting a positive integer".into())
}

/// Whole seconds from 0.
pub fn seconds(text: &str) -> Result<Duration, String> {
    count(text).map(Duration::from_secs)
}

/// Seconds from 0, with a fraction if need be.
pub fn fractional_seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text
        .trim()
        .parse()
        .map_err(|_| "could not parse as a Double".to_owned())?;
    Duration::try_from_secs_f64(number)
        .map_err(|_| "Only expecting a non negative numeric".to_owned())
}

/// Whole milliseconds from 0.
pub fn milliseconds(text: &str) -> Result<Duration, String> {
    count(text).map(Duration::from_millis)
}

/// Milliseconds between two fetches of a live query.
pub fn refetch_interval(text: &str) -> Result<Duration, String> {
    milliseconds(text).map_err(|_| "refetch interval should be a non negative integer".into())
}

/// How many subscribers one statement serves.
pub fn batch_size(text: &str) -> Result<u64, String> {
    count(text).map_err(|_| "batch size should be a non negative integer".into())
}

/// Seconds to wait for the first message of a websocket.
pub fn init_timeout(text: &str) -> Result<Duration, String> {
    let number = whole(text)?;
    u64::try_from(number)
        .map(Duration::from_secs)
        .map_err(|_| "WebSocket Connection Timeout must not be negative".into())
}

/// An isolation level.
pub fn isolation(text: &str) -> Result<Isolation, String> {
    match text {
        "read-committed" => Ok(Isolation::ReadCommitted),
        "repeatable-read" => Ok(Isolation::RepeatableRead),
        "serializable" => Ok(Isolation::Serializable),
        _ => Err("Only expecting read-committed / repeatable-read / serializable".into()),
    }
}

/// A naming convention.
pub fn naming(text: &str) -> Result<Naming, String> {
    match text {
        "hasura-default" => Ok(Naming::HasuraDefault),
        "graphql-default" => Ok(Naming::GraphqlDefault),
        _ => Err(r#"naming_convention can either be "hasura-default" or "graphql-default""#.into()),
    }
}

/// `GET` or `POST`.
pub fn hook_mode(text: &str) -> Result<String, String> {
    match text {
        "GET" | "POST" => Ok(text.to_owned()),
        _ => Err("Only expecting GET / POST".into()),
    }
}

/// A URL of http or https. The reason never repeats the text: it may hold credentials.
pub fn http_url(text: &str) -> Result<Url, String> {
    Url::parse(text.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| "not a valid http or https URL".into())
}

/// A JSON object.
pub fn json_object(text: &str) -> Result<Value, String> {
    match json(text)? {
        object @ Value::Object(_) => Ok(object),
        _ => Err("Expecting a JSON object".into()),
    }
}

/// Any JSON value. The reason never repeats the text: it may hold keys.
pub fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|e| {
        format!(
            "not a valid JSON value (line {}, column {})",
            e.line(),
            e.column()
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn booleans_have_eight_spellings_in_any_case() {
        for yes in ["true", "T", "Yes", "y"] {
            assert_eq!(boolean(yes), Ok(true));
        }
        for no in ["FALSE", "f", "no", "N"] {
            assert_eq!(boolean(no), Ok(false));
        }
        assert_eq!(
            boolean("1").unwrap_err(),
            r#" Not a valid boolean text. True values are ["true","t","yes","y"] and  False values are ["false","f","no","n"]. All values are case insensitive"#
        );
    }

    #[test]
    fn numbers_say_what_they_expect() {
        assert_eq!(
            port("65536").unwrap_err(),
            "Only expecting a value between 0 and 65535"
        );
        assert_eq!(port("0"), Ok(0));
        assert_eq!(count("1.5").unwrap_err(), "Expecting Int value");
        assert_eq!(
            count("-1").unwrap_err(),
            "Only expecting a non negative numeric"
        );
        assert_eq!(
            positive("0").unwrap_err(),
            "Only expecting a positive integer"
        );
        assert_eq!(fractional_seconds("0.25"), Ok(Duration::from_millis(250)));
        assert_eq!(
            fractional_seconds("x").unwrap_err(),
            "could not parse as a Double"
        );
        assert_eq!(
            fractional_seconds("-1").unwrap_err(),
            "Only expecting a non negative numeric"
        );
        assert!(fractional_seconds("NaN").is_err());
    }

    #[test]
    fn lists_of_passwords_hold_at_least_one() {
        assert_eq!(passwords(r#"["a","b"]"#).unwrap().len(), 2);
        for bad in ["[]", r#"["a",""]"#, r#""a""#, "[1]", "a"] {
            assert!(passwords(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reasons_do_not_repeat_json_texts() {
        assert!(!json(r#"{"key": "s3cret""#).unwrap_err().contains("s3cret"));
    }
}
