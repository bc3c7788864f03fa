//! The bytes of an answer, as the server sent them.

use bytes::Bytes;
use howdah_error::{Error, Result};
use postgres_types::{FromSql, Type};
use std::error::Error as StdError;
use tokio_postgres::Row;

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

/// The text of a `json`, `jsonb` or text column.
pub(super) fn text_column(row: &Row, index: usize) -> Result<Bytes> {
    nullable_text_column(row, index)?
        .ok_or_else(|| Error::unexpected("the statement answered NULL"))
}

/// The text of a `json`, `jsonb` or text column, or NULL.
pub(super) fn nullable_text_column(row: &Row, index: usize) -> Result<Option<Bytes>> {
    let Some(ty) = row.columns().get(index).map(|c| c.type_().clone()) else {
        return Err(Error::unexpected("the statement has too few columns"));
    };
    let raw: Option<Raw<'_>> = row
        .try_get(index)
        .map_err(|e| Error::unexpected(e.to_string()))?;
    let Some(Raw(bytes)) = raw else {
        return Ok(None);
    };
    match ty {
        Type::JSON | Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => {
            Ok(Some(Bytes::copy_from_slice(bytes)))
        }
        // In front of the text stands a version number.
        Type::JSONB => Ok(Some(Bytes::copy_from_slice(
            bytes.get(1..).unwrap_or_default(),
        ))),
        other => Err(Error::unexpected(format!(
            "the statement answered with a column of type {other}"
        ))),
    }
}

/// The one row of an answer.
pub(super) fn single(rows: &[Row]) -> Result<&Row> {
    match rows {
        [row] => Ok(row),
        rows => Err(Error::unexpected(format!(
            "expected one row from the database but got {}",
            rows.len()
        ))),
    }
}
