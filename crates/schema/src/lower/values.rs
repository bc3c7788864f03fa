//! An input value, wherever it stands: in the document or in the variables.

use crate::document::Value;
use serde_json::Value as Json;

/// A value as given.
#[derive(Debug, Clone, Copy)]
pub(super) enum Input<'a> {
    /// A literal of the document.
    Literal(&'a Value),
    /// JSON from the variables; the name is set when this is the variable's whole value.
    Json(&'a Json, Option<&'a str>),
    /// Nothing (an unbound variable under the experimental flag).
    Absent,
}

impl<'a> Input<'a> {
    /// Whether the value is null.
    pub(super) fn is_null(self) -> bool {
        matches!(
            self,
            Input::Literal(Value::Null) | Input::Json(Json::Null, _)
        )
    }

    /// What the value is, as error texts say it.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Input::Absent => "null",
            Input::Literal(value) => match value {
                Value::Variable(_) => "a variable",
                Value::Int(_) => "an integer",
                Value::Float(_) => "a float",
                Value::String(_) => "a string",
                Value::Boolean(_) => "a boolean",
                Value::Null => "null",
                Value::Enum(_) => "an enum value",
                Value::List(_) => "a list",
                Value::Object(_) => "an object",
            },
            Input::Json(value, _) => match value {
                Json::Null => "null",
                Json::Bool(_) => "a boolean",
                Json::Number(_) => "a number",
                Json::String(_) => "a string",
                Json::Array(_) => "a list",
                Json::Object(_) => "an object",
            },
        }
    }

    /// The elements of a list; any other value counts as a list of itself, as GraphQL has it.
    pub(super) fn items(self) -> Vec<Input<'a>> {
        match self {
            Input::Literal(Value::List(items)) => items.iter().map(Input::Literal).collect(),
            Input::Json(Json::Array(items), _) => {
                items.iter().map(|item| Input::Json(item, None)).collect()
            }
            other => vec![other],
        }
    }

    /// The entries of an object in order; `None` for everything else.
    pub(super) fn entries(self) -> Option<Vec<(&'a str, Input<'a>)>> {
        match self {
            Input::Literal(Value::Object(entries)) => Some(
                entries
                    .iter()
                    .map(|(k, v)| (k.as_str(), Input::Literal(v)))
                    .collect(),
            ),
            Input::Json(Json::Object(entries), _) => Some(
                entries
                    .iter()
                    .map(|(k, v)| (k.as_str(), Input::Json(v, None)))
                    .collect(),
            ),
            _ => None,
        }
    }

    /// The variable whose whole value this is.
    pub(super) fn variable(self) -> Option<&'a str> {
        match self {
            Input::Json(_, name) => name,
            _ => None,
        }
    }

    /// Digits of a number, as written.
    pub(super) fn number(self) -> Option<String> {
        match self {
            Input::Literal(Value::Int(text) | Value::Float(text)) => Some(text.clone()),
            Input::Json(Json::Number(number), _) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A string.
    pub(super) fn string(self) -> Option<&'a str> {
        match self {
            Input::Literal(Value::String(text)) => Some(text),
            Input::Json(Json::String(text), _) => Some(text),
            _ => None,
        }
    }

    /// A boolean.
    pub(super) fn boolean(self) -> Option<bool> {
        match self {
            Input::Literal(Value::Boolean(value)) => Some(*value),
            Input::Json(Json::Bool(value), _) => Some(*value),
            _ => None,
        }
    }

    /// The name of an enum value: a bare name in documents, a string in variables.
    pub(super) fn enum_name(self) -> Option<&'a str> {
        match self {
            Input::Literal(Value::Enum(name)) => Some(name),
            Input::Json(Json::String(name), _) => Some(name),
            _ => None,
        }
    }
}

/// The value of a number when it is whole: `5`, `5.0`, `5e2`; read from digits, never through a float.
pub(crate) fn whole_number(text: &str) -> Option<i128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let all = format!("{integer}{fraction}");
    let all = if shift >= 0 {
        // Far more digits than any integer type has cannot be a bounded integer, unless all are 0.
        if shift > 40 && all.bytes().any(|b| b != b'0') {
            return None;
        }
        format!("{all}{}", "0".repeat(shift.min(40) as usize))
    } else {
        let cut = all.len().saturating_sub(shift.unsigned_abs() as usize);
        let (kept, dropped) = all.split_at(cut);
        if dropped.bytes().any(|b| b != b'0') {
            return None;
        }
        kept.to_owned()
    };
    let trimmed = all.trim_start_matches('0');
    let value: i128 = if trimmed.is_empty() {
        0
    } else {
        trimmed.parse().ok()?
    };
    Some(if negative { -value } else { value })
}

/// A number without exponent: `-2E-2` → `-0.02`. Exponents that would make a text of unreasonable
/// length are left for the database to refuse.
pub(crate) fn plain_decimal(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return text.to_owned();
    };
    let Some(exponent) = exponent
        .parse::<i32>()
        .ok()
        .filter(|e| e.unsigned_abs() <= 400)
    else {
        return text.to_owned();
    };
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let point = integer.len() as i32 + exponent;
    let all = format!("{integer}{fraction}");
    let shift = point.unsigned_abs() as usize;
    if point <= 0 {
        format!("{sign}0.{}{all}", "0".repeat(shift))
    } else if shift >= all.len() {
        format!("{sign}{all}{}", "0".repeat(shift - all.len()))
    } else {
        format!("{sign}{}.{}", &all[..shift], &all[shift..])
    }
}

/// A number with an exponent has a digit behind its point, `1E-30` → `1.0E-30`, which counts for the
/// scale of a `numeric`: so it has always been written. Others stay as they are.
pub(crate) fn with_fraction(text: String) -> String {
    match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0e{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{plain_decimal, whole_number, with_fraction};

    #[test]
    fn exponents_are_written_out() {
        assert_eq!(plain_decimal("-2E-2"), "-0.02");
        assert_eq!(plain_decimal("1.25e1"), "12.5");
        assert_eq!(plain_decimal("12e3"), "12000");
        assert_eq!(plain_decimal("12.50"), "12.50");
    }

    #[test]
    fn numbers_with_exponents_have_a_fraction() {
        for (given, written) in [
            ("-1E-30", "-1.0e-30"),
            ("12e3", "12.0e3"),
            ("1.25E1", "1.25E1"),
            ("1.10", "1.10"),
            ("7", "7"),
        ] {
            assert_eq!(with_fraction(given.to_owned()), written);
        }
    }

    #[test]
    fn whole_numbers_are_read_from_digits() {
        assert_eq!(whole_number("12"), Some(12));
        assert_eq!(whole_number("-1.50e1"), Some(-15));
        assert_eq!(whole_number("5.0"), Some(5));
        assert_eq!(whole_number("1.5"), None);
        assert_eq!(
            whole_number("9007199254740993"),
            Some(9_007_199_254_740_993)
        );
        assert_eq!(whole_number("1e999999999"), None);
        assert_eq!(whole_number("0e-5"), Some(0));
    }
}
