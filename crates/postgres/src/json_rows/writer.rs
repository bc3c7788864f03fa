//! The rows of one answer as a JSON array.

use super::kinds::{self, Malformed};
use super::moments;
use super::{FieldShape, Kind, RowShape, Value};
use howdah_error::{Error, Result};
use postgres_types::{FromSql, Type};
use std::error::Error as StdError;
use std::sync::Arc;
use tokio_postgres::Row;

/// Writes rows as they come.
#[derive(Debug)]
pub struct RowWriter {
    shape: Arc<RowShape>,
    /// What the columns are, where they are not what the shape expects: the database has changed
    /// since its catalogue was read.
    columns: Option<Vec<Kind>>,
    rows: u64,
}

/// A column's bytes, whatever its type.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Raw(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl RowWriter {
    /// A writer of objects of this shape.
    pub fn new(shape: Arc<RowShape>) -> Self {
        RowWriter {
            shape,
            columns: None,
            rows: 0,
        }
    }

    /// Writes a row, with what stands between it and the one before.
    ///
    /// # Errors
    /// A column whose type has become one without a writer.
    pub fn row(&mut self, row: &Row, out: &mut Vec<u8>) -> Result<()> {
        if self.rows == 0 {
            self.look_at_columns(row)?;
        }
        out.push(if self.rows == 0 { b'[' } else { b',' });
        self.rows += 1;
        let columns = self.columns.as_ref().unwrap_or(&self.shape.columns);
        let get = |column: usize| -> Option<&[u8]> {
            let raw: Option<Raw<'_>> = row.try_get(column).ok()?;
            raw.map(|raw| raw.0)
        };
        object(&self.shape.fields, columns, &get, out).map_err(|Malformed| {
            Error::unexpected("the database answered with a value that is not of its type")
        })
    }

    /// Writes the end.
    pub fn finish(&self, out: &mut Vec<u8>) {
        let end: &[u8] = if self.rows == 0 { b"[]" } else { b"]" };
        out.extend_from_slice(end);
    }

    fn look_at_columns(&mut self, row: &Row) -> Result<()> {
        let expected = &self.shape.columns;
        let found = row.columns().iter().map(|c| Kind::of(c.type_()));
        if found.clone().eq(expected.iter().copied().map(Some)) {
            return Ok(());
        }
        if row.len() != expected.len() {
            return Err(Error::unexpected(format!(
                "the statement answered with {} columns instead of {}",
                row.len(),
                expected.len()
            )));
        }
        let columns = expected
            .iter()
            .zip(row.columns())
            .map(|(expected, column)| match Kind::of(column.type_()) {
                Some(kind) if kind == *expected || !kind.depends_on_session() => Ok(kind),
                _ => Err(Error::unexpected(format!(
                    "column \"{}\" has become of type {}; reload the metadata",
                    column.name(),
                    column.type_()
                ))),
            })
            .collect::<Result<Vec<Kind>>>()?;
        self.columns = Some(columns);
        Ok(())
    }
}

/// Writes an object whose columns are given by `get`.
fn object<'a>(
    fields: &[FieldShape],
    columns: &[Kind],
    get: &impl Fn(usize) -> Option<&'a [u8]>,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let plain = |column: usize, out: &mut Vec<u8>| match (get(column), columns.get(column)) {
        (Some(raw), Some(kind)) => kind.write(raw, out),
        _ => {
            out.extend_from_slice(b"null");
            Ok(())
        }
    };
    for field in fields {
        out.extend_from_slice(field.before.as_bytes());
        match &field.value {
            Value::Column(column) => plain(*column, out)?,
            Value::Either(column, other) => match get(*column) {
                Some(_) => plain(*column, out)?,
                None => plain(*other, out)?,
            },
            Value::Zoned(column, offset) => {
                match (get(*column), columns.get(*column), get(*offset)) {
                    (Some(raw), Some(Kind::TimestampTz), Some(east)) => {
                        let micros = kinds::timestamp_micros(raw)?;
                        moments::timestamp_at(micros, kinds::float(east)? as i64, out);
                    }
                    _ => plain(*column, out)?,
                }
            }
            Value::Object { marker, fields } => match get(*marker) {
                Some(_) => object(fields, columns, get, out)?,
                None => out.extend_from_slice(b"null"),
            },
            Value::End => {}
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::shape::Fields;
    use super::*;

    #[test]
    fn an_object_without_a_marker_is_null() {
        let mut inner = Fields::default();
        inner.push("n", Value::Column(1));
        let mut fields = Fields::default();
        fields.push(
            "inner",
            Value::Object {
                marker: 0,
                fields: inner.finish(),
            },
        );
        fields.push("m", Value::Column(1));
        let fields = fields.finish();
        let write = |row: [Option<&'static [u8]>; 2]| {
            let mut out = Vec::new();
            object(&fields, &[Kind::Bool, Kind::Text], &|i| row[i], &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            write([Some(b"\x01"), None]),
            r#"{"inner":{"n":null},"m":null}"#
        );
        assert_eq!(write([None, Some(b"x")]), r#"{"inner":null,"m":"x"}"#);
    }
}
