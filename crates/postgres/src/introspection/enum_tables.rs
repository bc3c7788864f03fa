//! The values of enum tables: read from data, unlike everything else here.

use super::{get, quote_identifier};
use crate::execution::errors::internal_query_error;
use howdah_error::Result;
use tokio_postgres::Client;

/// The values of a table that serves as an enum: the text of the key column and, if there is a
/// second column, of that, ordered by key.
///
/// # Errors
/// `unexpected` when the table cannot be read, with PostgreSQL's words in `internal`.
pub async fn enum_values(
    client: &Client,
    schema: &str,
    table: &str,
    key_column: &str,
    comment_column: Option<&str>,
) -> Result<Vec<(String, Option<String>)>> {
    let comment = match comment_column {
        Some(column) => format!("{}::text", quote_identifier(column)),
        None => "null::text".to_owned(),
    };
    let sql = format!(
        "select {}::text, {comment} from {}.{} order by 1",
        quote_identifier(key_column),
        quote_identifier(schema),
        quote_identifier(table),
    );
    let rows = client
        .query_typed(&sql, &[])
        .await
        .map_err(|e| internal_query_error(&e, &sql))?;
    rows.iter()
        .map(|row| Ok((get(row, 0)?, get(row, 1)?)))
        .collect()
}
