//! Which types have a writer, and how a value of each is written.

use super::{floats, moments, numbers, text};
use postgres_types::Type;

/// A type whose JSON can be written from its binary form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `bool`
    Bool,
    /// `int2`
    Int2,
    /// `int4`
    Int4,
    /// `int8`
    Int8,
    /// `float4`
    Float4,
    /// `float8`
    Float8,
    /// `numeric`
    Numeric,
    /// `text`, `varchar`, `bpchar`, `name`
    Text,
    /// `uuid`
    Uuid,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `timetz`
    TimeTz,
    /// `timestamp`
    Timestamp,
    /// `timestamptz`: its text depends on the session's time zone.
    TimestampTz,
    /// `json`: passed on as it is.
    Json,
    /// `jsonb`: the text comes behind a version number.
    Jsonb,
}

/// A value whose bytes are not what its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl Kind {
    /// The kind of a type of `pg_catalog` by its name.
    pub fn named(name: &str) -> Option<Kind> {
        Some(match name {
            "bool" => Kind::Bool,
            "int2" => Kind::Int2,
            "int4" => Kind::Int4,
            "int8" => Kind::Int8,
            "float4" => Kind::Float4,
            "float8" => Kind::Float8,
            "numeric" => Kind::Numeric,
            "text" | "varchar" | "bpchar" | "name" => Kind::Text,
            "uuid" => Kind::Uuid,
            "date" => Kind::Date,
            "time" => Kind::Time,
            "timetz" => Kind::TimeTz,
            "timestamp" => Kind::Timestamp,
            "timestamptz" => Kind::TimestampTz,
            "json" => Kind::Json,
            "jsonb" => Kind::Jsonb,
            _ => return None,
        })
    }

    /// The kind of a column that the server announced.
    pub fn of(ty: &Type) -> Option<Kind> {
        Some(match *ty {
            Type::BOOL => Kind::Bool,
            Type::INT2 => Kind::Int2,
            Type::INT4 => Kind::Int4,
            Type::INT8 => Kind::Int8,
            Type::FLOAT4 => Kind::Float4,
            Type::FLOAT8 => Kind::Float8,
            Type::NUMERIC => Kind::Numeric,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => Kind::Text,
            Type::UUID => Kind::Uuid,
            Type::DATE => Kind::Date,
            Type::TIME => Kind::Time,
            Type::TIMETZ => Kind::TimeTz,
            Type::TIMESTAMP => Kind::Timestamp,
            Type::TIMESTAMPTZ => Kind::TimestampTz,
            Type::JSON => Kind::Json,
            Type::JSONB => Kind::Jsonb,
            _ => return None,
        })
    }

    /// Whether the value alone does not tell its text.
    pub fn depends_on_session(self) -> bool {
        matches!(self, Kind::Float4 | Kind::Float8 | Kind::TimestampTz)
    }

    /// Writes the JSON of a value. A `timestamptz` is written in UTC, a float with the fewest
    /// digits that tell it.
    ///
    /// # Errors
    /// When the bytes are not a value of the type.
    #[inline]
    pub fn write(self, raw: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
        match self {
            Kind::Bool => {
                let [byte] = array(raw)?;
                let word: &[u8] = if byte == 0 { b"false" } else { b"true" };
                out.extend_from_slice(word);
            }
            Kind::Int2 => numbers::integer(i16::from_be_bytes(array(raw)?), out),
            Kind::Int4 => numbers::integer(i32::from_be_bytes(array(raw)?), out),
            Kind::Int8 => numbers::integer(i64::from_be_bytes(array(raw)?), out),
            Kind::Float4 => floats::float4(f32::from_be_bytes(array(raw)?), out),
            Kind::Float8 => floats::float8(f64::from_be_bytes(array(raw)?), out),
            Kind::Numeric => return numbers::numeric(raw, out),
            Kind::Text => text::string(raw, out),
            Kind::Uuid => uuid(&array(raw)?, out),
            Kind::Date => moments::date(i32::from_be_bytes(array(raw)?), out),
            Kind::Time => moments::time(i64::from_be_bytes(array(raw)?), out)?,
            Kind::TimeTz => {
                let (time, zone) = raw.split_first_chunk().ok_or(Malformed)?;
                let zone = i32::from_be_bytes(array(zone)?);
                moments::time_in_zone(i64::from_be_bytes(*time), zone, out)?;
            }
            Kind::Timestamp => moments::timestamp(i64::from_be_bytes(array(raw)?), out),
            Kind::TimestampTz => moments::timestamp_at(timestamp_micros(raw)?, 0, out),
            Kind::Json => out.extend_from_slice(raw),
            Kind::Jsonb => match raw.split_first() {
                Some((1, text)) => out.extend_from_slice(text),
                _ => return Err(Malformed),
            },
        }
        Ok(())
    }
}

/// Microseconds since 2000 of a `timestamptz`.
pub(super) fn timestamp_micros(raw: &[u8]) -> Result<i64, Malformed> {
    array(raw).map(i64::from_be_bytes)
}

/// A `float8` that is meant for us.
pub(super) fn float(raw: &[u8]) -> Result<f64, Malformed> {
    array(raw).map(f64::from_be_bytes)
}

fn array<const N: usize>(raw: &[u8]) -> Result<[u8; N], Malformed> {
    raw.try_into().map_err(|_| Malformed)
}

fn uuid(bytes: &[u8; 16], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; 38];
    text[0] = b'"';
    text[37] = b'"';
    let mut at = 1;
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            at += 1;
        }
        text[at] = DIGITS[usize::from(byte >> 4)];
        text[at + 1] = DIGITS[usize::from(byte & 15)];
        at += 2;
    }
    out.extend_from_slice(&text);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn json(kind: Kind, raw: &[u8]) -> Result<String, Malformed> {
        let mut out = Vec::new();
        kind.write(raw, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_uuid_is_written_in_groups_of_lower_case_digits() {
        let raw: Vec<u8> = (0xf0..=0xff).collect();
        let text = json(Kind::Uuid, &raw).unwrap();
        assert_eq!(text, "\"f0f1f2f3-f4f5-f6f7-f8f9-fafbfcfdfeff\"");
    }

    #[test]
    fn jsonb_loses_its_version_number() {
        assert_eq!(json(Kind::Jsonb, b"\x01{\"a\": 1}").unwrap(), "{\"a\": 1}");
        assert_eq!(json(Kind::Jsonb, b"\x02{}"), Err(Malformed));
    }

    #[test]
    fn bytes_of_another_length_are_refused() {
        assert_eq!(json(Kind::Int4, &[0; 8]), Err(Malformed));
        assert_eq!(json(Kind::Bool, &[]), Err(Malformed));
        assert_eq!(json(Kind::TimeTz, &[0; 8]), Err(Malformed));
        assert_eq!(json(Kind::Numeric, &[0; 7]), Err(Malformed));
    }
}
