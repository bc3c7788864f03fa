//! Reads a database's system tables into a [`Catalog`].
//!
//! A handful of flat queries, sent in two batches whatever the number of tables; the joining is
//! done here, by `oid`. Needs no privilege beyond connecting: PostgreSQL lets everybody read its
//! system tables. Knows nothing of metadata: what is tracked does not matter here.
//!
//! The queries do not open a transaction, so that a caller can look from within one (DDL
//! tracking does). Who wants one snapshot opens a `REPEATABLE READ` transaction first; without
//! it an object that vanishes between two queries is left out.

mod columns;
mod constraints;
mod enum_tables;
mod functions;
mod native;
mod relations;
mod types;

pub use enum_tables::enum_values;
pub use native::{ReturnedColumn, add_types, describe_query, type_named};

use crate::execution::errors::internal_query_error;
use futures_util::try_join;
use howdah_error::{Error, Result};
use howdah_ir::Catalog;
use std::collections::HashMap;
use std::sync::Arc;
use tokio_postgres::types::FromSql;
use tokio_postgres::{Client, Row};

/// An object's `oid`.
type Oid = u32;

/// Condition on `n.nspname` that leaves out what belongs to PostgreSQL, to this engine and to
/// extensions that keep thousands of internal tables. Names beginning with `pg_` are reserved
/// by PostgreSQL.
const USER_SCHEMAS: &str = "n.nspname !~ '^pg_' and n.nspname <> all (array['information_schema', \
     'hdb_catalog', 'hdb_lib', 'crdb_internal']) and n.nspname !~ '^_?timescaledb_'";

/// The version, and whether it is PostgreSQL with all tables in place: YugabyteDB says `-YB-` in its
/// version, and Citus is an extension.
const VERSION: &str = "select current_setting('server_version_num')::int4, \
     version() like 'PostgreSQL %' and version() not like '%-YB-%' \
     and not exists (select 1 from pg_extension where extname = 'citus')";

/// Everything there is in the database behind `client`.
///
/// # Errors
/// `unexpected` when a query fails or the connection is lost.
pub async fn introspect(client: &Client) -> Result<Catalog> {
    let (version, relations, columns, constraints, comments, functions, enums) = try_join!(
        rows(client, VERSION),
        rows(client, &relations::QUERY),
        rows(client, &columns::QUERY),
        rows(client, constraints::QUERY),
        rows(client, COMMENTS),
        rows(client, &functions::QUERY),
        rows(client, types::ENUM_LABELS),
    )?;
    let functions = functions::read(&functions)?;
    let columns = columns::read(&columns)?;
    let mut mentioned: Vec<Oid> = columns
        .iter()
        .map(|c| c.type_oid)
        .chain(functions.iter().flat_map(|f| f.mentioned_types()))
        .collect();
    mentioned.sort_unstable();
    mentioned.dedup();
    let types = types::fetch(client, mentioned).await?;

    let comments = Comments::read(&comments)?;
    let (mut tables, tables_by_oid) = relations::read(&relations, &comments)?;
    let types = types::Types::build(types, &enums, &tables_by_oid)?;
    columns::fill(&mut tables, &tables_by_oid, columns, &types, &comments);
    constraints::fill(&mut tables, &tables_by_oid, &constraints)?;

    let mut catalog = Catalog::default();
    if let Some(row) = version.first() {
        catalog.server_version = u32::try_from(get::<i32>(row, 0)?).unwrap_or_default();
        catalog.has_ctid = get(row, 1)?;
    }
    catalog.tables = tables;
    catalog.functions = functions::finish(functions, &types);
    catalog.types = types.into_vec();
    catalog.index();
    Ok(catalog)
}

/// Comments on relations (column 0) and their columns.
const COMMENTS: &str = "select objoid, objsubid, description from pg_catalog.pg_description \
     where classoid = 'pg_catalog.pg_class'::pg_catalog.regclass";

/// `COMMENT ON` texts by object and column number; 0 is the object itself.
#[derive(Default)]
struct Comments(HashMap<(Oid, i32), Arc<str>>);

impl Comments {
    fn read(rows: &[Row]) -> Result<Self> {
        let mut found = HashMap::with_capacity(rows.len());
        for row in rows {
            found.insert((get(row, 0)?, get(row, 1)?), text(row, 2)?);
        }
        Ok(Comments(found))
    }

    fn of(&self, object: Oid, column: i32) -> Option<Arc<str>> {
        self.0.get(&(object, column)).cloned()
    }
}

/// Sends one query without leaving a prepared statement behind.
async fn rows(client: &Client, sql: &str) -> Result<Vec<Row>> {
    client
        .query_typed(sql, &[])
        .await
        .map_err(|e| internal_query_error(&e, sql))
}

/// A field of a row.
fn get<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T> {
    row.try_get(index)
        .map_err(|e| Error::unexpected(format!("cannot read the system tables: {e}")))
}

/// A text field of a row.
fn text(row: &Row, index: usize) -> Result<Arc<str>> {
    get::<&str>(row, index).map(Arc::from)
}

/// A one-byte (`"char"`) field of a row.
fn letter(row: &Row, index: usize) -> Result<u8> {
    get::<i8>(row, index).map(|c| c as u8)
}

/// `x` → `"x"`, with double quotes doubled.
pub(crate) fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
