//! Values that a request gives as JSON, or as a literal that stands for JSON, for a database type: their
//! form is checked and they become PostgreSQL's text. Numbers keep their digits. Knows nothing of roles
//! or of where a value stands.
//!
//! A string may stand for a value of any type: PostgreSQL reads it, and says what is wrong with it.

use crate::geojson;
use crate::lower::{plain_decimal, whole_number};
use howdah_error::{Error, Result, Within};
use howdah_ir::catalog::{Catalog, TypeId, TypeKind};
use howdah_ir::scalars::{Family, facts};
use howdah_ir::values::array_literal;
use serde_json::Value;

const LABEL_PATH: &str = "Expecting label path: a sequence of zero or more labels separated by dots, for example L1.L2.L3";
const RASTER_DIGITS: &str = "invalid hexadecimal representation of raster well known binary format";

/// What a JSON value is, as error texts say it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "Number",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    }
}

/// The error for a value of another kind than `expected`, found while reading a `parsed`.
pub(crate) fn wrong_kind(parsed: &str, expected: &str, found: &Value) -> Error {
    Error::parse_failed(wrong_kind_text(parsed, expected, found))
}

/// The text of [`wrong_kind`].
pub(crate) fn wrong_kind_text(parsed: &str, expected: &str, found: &Value) -> String {
    format!(
        "parsing {parsed} failed, expected {expected}, but encountered {}",
        kind(found)
    )
}

/// The text of a value of a type; `None` is NULL.
///
/// # Errors
/// `parse-failed` when the JSON cannot stand for a value of the type; inside lists the path leads
/// to the element.
pub(crate) fn text(catalog: &Catalog, ty: TypeId, value: &Value) -> Result<Option<String>> {
    let base = catalog.base_type(ty);
    let info = catalog.ty(base);
    let name = &*info.name;
    if value.is_null() {
        return Ok(None);
    }
    if matches!(name, "json" | "jsonb") {
        return Ok(Some(value.to_string()));
    }
    if let Value::String(text) = value {
        return match name {
            "ltree" if text.split('.').any(str::is_empty) => Err(Error::parse_failed(LABEL_PATH)),
            "raster" if !is_hexadecimal(text) => Err(Error::parse_failed(RASTER_DIGITS)),
            _ => Ok(Some(text.clone())),
        };
    }
    if let TypeKind::Array(element) = info.kind {
        return match value {
            Value::Array(items) => array_text(catalog, element, items).map(Some),
            other => Err(wrong_kind("[]", "Array", other)),
        };
    }
    other_text(name, value).map(Some)
}

/// The text of a value that is neither null nor a string, of a type that is neither JSON nor an array.
fn other_text(name: &str, value: &Value) -> Result<String> {
    let kind_of_number = match name {
        "int2" => "Integer expected for input type: PGSmallInt",
        "int4" => "Integer expected for input type: PGInteger",
        "int8" => "Integer expected for input type: PGBigInt",
        "float4" => "Float expected for input type: PGFloat",
        "float8" => "Float expected for input type: PGDouble",
        _ => "Scientific",
    };
    match (name, value) {
        ("int2" | "int4" | "int8", Value::Number(number)) => integer(name, &number.to_string()),
        ("float4" | "float8", Value::Number(number)) => float(name, number.to_string()),
        // The database's reader of money knows no exponents.
        ("money", Value::Number(number)) => Ok(plain_decimal(&number.to_string())),
        ("numeric", Value::Number(number)) => Ok(number.to_string()),
        ("int2" | "int4" | "int8" | "float4" | "float8" | "numeric" | "money", other) => {
            Err(wrong_kind(kind_of_number, "Number", other))
        }
        ("bool", Value::Bool(flag)) => Ok(flag.to_string()),
        ("bool", other) => Err(wrong_kind("Bool", "Boolean", other)),
        ("geometry" | "geography", other) => {
            geojson::check(other).map_err(Error::parse_failed)?;
            Ok(other.to_string())
        }
        ("bpchar" | "char", other) => Err(wrong_kind("Char", "String", other)),
        ("text" | "varchar" | "citext" | "lquery" | "ltxtquery", other) => {
            Err(wrong_kind("Text", "String", other))
        }
        ("date", other) => Err(wrong_kind("Day", "String", other)),
        ("timestamp", other) => Err(wrong_kind("LocalTime", "String", other)),
        ("timestamptz", other) => Err(wrong_kind("UTCTime", "String", other)),
        ("timetz", _) => Err(Error::parse_failed("Expecting a string for timetz")),
        ("uuid", other) => Err(wrong_kind("UUID", "String", other)),
        ("ltree", _) => Err(Error::parse_failed(LABEL_PATH)),
        ("raster", _) => Err(Error::parse_failed("expecting String for raster")),
        (name, _) => Err(Error::parse_failed(format!(
            "A string is expected for type: {name}"
        ))),
    }
}

fn is_hexadecimal(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// An array literal of values of the element type; nested lists become nested arrays.
pub(crate) fn array_text(catalog: &Catalog, element: TypeId, items: &[Value]) -> Result<String> {
    let is_json = matches!(
        facts(catalog, element).family,
        Family::Json | Family::Jsonb | Family::Array
    );
    // An array type has no dimensions of its own in PostgreSQL: `[[1],[2]]` fits `int4[]`.
    if !is_json && !items.is_empty() && items.iter().all(Value::is_array) {
        let mut inner = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            if let Value::Array(nested) = item {
                inner.push(array_text(catalog, element, nested).within(i)?);
            }
        }
        return Ok(format!("{{{}}}", inner.join(",")));
    }
    let mut texts = Vec::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        texts.push(text(catalog, element, item).within(i)?);
    }
    Ok(array_literal(texts.iter().map(Option::as_deref)))
}

fn integer(name: &str, digits: &str) -> Result<String> {
    let fits = |n: &i128| match name {
        "int2" => i16::try_from(*n).is_ok(),
        "int4" => i32::try_from(*n).is_ok(),
        _ => i64::try_from(*n).is_ok(),
    };
    whole_number(digits)
        .filter(fits)
        .map(|n| n.to_string())
        .ok_or_else(|| not_in_range(digits))
}

/// The error for a number that is no integer of the wanted size.
pub(crate) fn not_in_range(digits: &str) -> Error {
    Error::parse_failed(format!(
        "The value {} lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?",
        scientific(digits)
    ))
}

fn float(name: &str, digits: String) -> Result<String> {
    let (infinite, zero) = match name {
        "float4" => digits
            .parse::<f32>()
            .map_or((true, false), |n| (n.is_infinite(), n == 0.0)),
        _ => digits
            .parse::<f64>()
            .map_or((true, false), |n| (n.is_infinite(), n == 0.0)),
    };
    let mantissa = digits.split(['e', 'E']).next().unwrap_or_default();
    let is_zero = !mantissa.bytes().any(|b| matches!(b, b'1'..=b'9'));
    if infinite || (zero && !is_zero) {
        return Err(Error::parse_failed(format!(
            "The value {} lies outside the bounds. Is it overflowing the float bounds?",
            scientific(&digits)
        )));
    }
    Ok(digits)
}

/// A number as error texts print it: with a point, and from 10⁷ up and below 0.1 with an exponent.
fn scientific(digits: &str) -> String {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let Ok(exponent) = exponent.parse::<i64>() else {
        return digits.to_owned();
    };
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{integer}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let significant = all.trim_matches('0');
    if significant.is_empty() {
        return format!("{sign}0.0");
    }
    // The value is 0.`significant` times ten to the power of `point`.
    let point = integer.len() as i64 - leading as i64 + exponent;
    let (before, behind) = if (0..=7).contains(&point) {
        let point = point as usize;
        let padded = format!("{significant:0<point$}");
        let (before, behind) = padded.split_at(point);
        (before.to_owned(), behind.to_owned())
    } else {
        let (first, rest) = significant.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        return format!("{sign}{first}.{rest}e{}", point - 1);
    };
    let shown = |text: String| {
        if text.is_empty() {
            "0".to_owned()
        } else {
            text
        }
    };
    format!("{sign}{}.{}", shown(before), shown(behind))
}

#[cfg(test)]
mod tests {
    use super::{float, scientific};

    #[test]
    fn numbers_are_printed_with_point_and_exponent() {
        for (given, printed) in [
            ("0", "0.0"),
            ("100000", "100000.0"),
            ("9999999", "9999999.0"),
            ("10000000", "1.0e7"),
            ("3000000000", "3.0e9"),
            ("2147483648", "2.147483648e9"),
            ("-2147483649", "-2.147483649e9"),
            ("1.50", "1.5"),
            ("-12.25", "-12.25"),
            ("0.1", "0.1"),
            ("0.05", "5.0e-2"),
            ("1e400", "1.0e400"),
            ("12e-1", "1.2"),
            ("99999999999999999999", "9.9999999999999999999e19"),
        ] {
            assert_eq!(scientific(given), printed, "{given}");
        }
    }

    #[test]
    fn floats_have_bounds() {
        for fits in ["0", "0.0e9", "1e38", "1.5", "-3.4e38"] {
            assert!(float("float4", fits.to_owned()).is_ok(), "{fits}");
        }
        for (name, beyond) in [
            ("float4", "1e300"),
            ("float4", "1e-300"),
            ("float8", "1e400"),
        ] {
            assert!(float(name, beyond.to_owned()).is_err(), "{beyond}");
        }
    }
}
