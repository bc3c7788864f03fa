//! What PostgreSQL says of native queries: the columns that they return, found by preparing them,
//! and the types that metadata names.

use super::types::{self, Types};
use super::{Oid, get, rows};
use crate::execution::errors::{Statement, describe, internal, internal_query_error};
use howdah_error::{Code, Error, Result};
use howdah_ir::catalog::NativePiece;
use howdah_ir::{Catalog, TableId};
use std::collections::HashMap;
use tokio_postgres::Client;
use tokio_postgres::types::Type as WireType;

/// A column that a query returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedColumn {
    /// Its name.
    pub name: String,
    /// `pg_type.oid` of its type; that of the base type for a domain.
    pub type_oid: u32,
    /// The type's internal name.
    pub type_name: String,
}

/// Has PostgreSQL prepare a native query, without running it, and tells what it returns.
/// `types` are the casts of its arguments.
///
/// # Errors
/// `validation-failed` "Failed to validate query" with PostgreSQL's words in `internal`;
/// `postgres-error` when the connection is lost.
pub async fn describe_query(
    client: &Client,
    code: &[NativePiece],
    types: &[String],
) -> Result<Vec<ReturnedColumn>> {
    let mut sql = String::from("select * from (\n");
    for piece in code {
        match piece {
            NativePiece::Sql(text) => sql.push_str(text),
            NativePiece::Argument(position) => {
                let ty = types.get(*position).map_or("text", String::as_str);
                sql.push_str(&format!("(${}::{ty})", position + 1));
            }
        }
    }
    sql.push_str("\n) as q");
    // The type of a parameter that the query does not use is not known to PostgreSQL.
    let casts: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(position, ty)| format!("(${}::{ty}) is null", position + 1))
        .collect();
    if !casts.is_empty() {
        sql.push_str(&format!(" where ({}) is not null", casts.join(" or ")));
    }
    let prepared = client.prepare(&sql).await.map_err(|error| {
        let failed = Error::validation("Failed to validate query");
        match error.as_db_error() {
            Some(found) => failed.with_internal(internal(
                found,
                Statement {
                    sql: &sql,
                    arguments: &[],
                    prepared: true,
                },
            )),
            None if error.is_closed() => Error::new(Code::PostgresError, "connection error")
                .with_internal(describe(&error).into()),
            None => failed.with_internal(describe(&error).into()),
        }
    })?;
    Ok(prepared
        .columns()
        .iter()
        .map(|column| ReturnedColumn {
            name: column.name().to_owned(),
            type_oid: column.type_().oid(),
            type_name: column.type_().name().to_owned(),
        })
        .collect())
}

/// The type that a text names, as casts take it; none when there is no such type.
///
/// # Errors
/// `unexpected` when the text is not even in the form of a type, or the connection is lost.
pub async fn type_named(client: &Client, text: &str) -> Result<Option<u32>> {
    const QUERY: &str = "select pg_catalog.to_regtype($1)::oid";
    let found = client
        .query_typed(QUERY, &[(&text, WireType::TEXT)])
        .await
        .map_err(|e| internal_query_error(&e, QUERY))?;
    match found.first() {
        Some(row) => get(row, 0),
        None => Ok(None),
    }
}

/// Adds types, with what they are made of, to a catalogue that does not have them.
///
/// # Errors
/// As [`super::introspect`].
pub async fn add_types(client: &Client, catalog: &mut Catalog, oids: Vec<Oid>) -> Result<()> {
    let labels = rows(client, types::ENUM_LABELS).await?;
    let found = types::fetch(client, oids).await?;
    let tables: HashMap<Oid, TableId> = catalog
        .tables
        .iter()
        .enumerate()
        .map(|(i, table)| (table.oid, TableId(i as u32)))
        .collect();
    catalog.add_types(Types::build(found, &labels, &tables)?.into_vec());
    Ok(())
}
