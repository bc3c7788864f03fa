//! Reads what a snapshot needs from a source's database: its catalogue, the rows of enum tables, and
//! what native queries return.

use crate::patience::Patience;
use crate::reading_natives::{self, Described};
use howdah_error::{Error, Result};
use howdah_ir::catalog::Catalog;
use howdah_metadata::{NativeQuery, QualifiedName, Source};
use howdah_postgres::connection::IsolationLevel;
use howdah_postgres::introspection::{enum_values, introspect};
use howdah_postgres::{Access, Connection, Expected, Pool, Transaction, TransactionOptions};
use howdah_schema::model::EnumValues;
use howdah_schema::resolve::{Database, EnumColumns};
use std::collections::HashMap;
use std::sync::Arc;

/// What is asked of a database beyond what it says of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checks {
    /// Whether it shall look at native queries.
    pub(crate) native_queries: bool,
    /// How long it may be silent.
    pub(crate) patience: Patience,
}

/// Rows of enum tables, or why they could not be read.
type EnumTables = HashMap<QualifiedName, Result<EnumValues, Error>>;

/// Reads a database.
///
/// # Errors
/// Why it cannot be reached or read.
pub(crate) async fn read(pool: &Pool, source: &Source, checks: Checks) -> Result<Database> {
    let work = async {
        let transaction = begin(pool).await?;
        let catalog = catalog_within(&transaction).await?;
        let database = data_within(&transaction, catalog, source, checks).await?;
        transaction.rollback().await?;
        Ok(database)
    };
    checks.patience.wait_for(pool, work).await
}

/// The catalogue as it is now.
///
/// # Errors
/// Why the database cannot be reached or read.
pub(crate) async fn catalog(pool: &Pool, patience: Patience) -> Result<Catalog> {
    let work = async {
        let transaction = begin(pool).await?;
        let catalog = catalog_within(&transaction).await?;
        transaction.rollback().await?;
        Ok(catalog)
    };
    patience.wait_for(pool, work).await
}

/// A transaction that sees one moment of a database.
async fn begin(pool: &Pool) -> Result<Transaction> {
    let options = TransactionOptions {
        isolation: IsolationLevel::RepeatableRead,
        access: Access::ReadOnly,
        session: None,
        trace: None,
    };
    pool.begin(&options).await
}

/// The catalogue as the open transaction of a connection sees it.
///
/// # Errors
/// Why it cannot be read.
pub(crate) async fn catalog_within(connection: &Connection) -> Result<Catalog> {
    introspect(connection.client()?).await
}

/// What a source needs to know beside the catalogue that an open transaction gave, as it sees it:
/// rows of enum tables, types and columns of native queries.
///
/// # Errors
/// Why they cannot be read.
pub(crate) async fn data_within(
    connection: &Connection,
    mut catalog: Catalog,
    source: &Source,
    checks: Checks,
) -> Result<Database> {
    reading_natives::types_within(connection, source, &mut catalog).await?;
    let mut native_queries = Described::new();
    if checks.native_queries {
        let all: Vec<&NativeQuery> = source.native_queries.iter().collect();
        reading_natives::queries_within(connection, &all, &catalog, &mut native_queries).await?;
    }
    let enum_values = read_enums(connection, &catalog, enum_tables(source)).await?;
    Ok(Database {
        catalog: Arc::new(catalog),
        enum_values: Arc::new(enum_values),
        unreachable: None,
        native_queries: Arc::new(native_queries),
    })
}

/// The database with what was not read yet: rows of enum tables, types and columns of native
/// queries.
///
/// # Errors
/// Why it cannot be reached.
pub(crate) async fn complete(
    pool: &Pool,
    source: &Source,
    known: &Database,
    checks: Checks,
) -> Result<Database> {
    let missing: Vec<&QualifiedName> = enum_tables(source)
        .filter(|table| !known.enum_values.contains_key(*table))
        .collect();
    let has_types = reading_natives::missing_types(source, &known.catalog).is_empty();
    let mut queries = reading_natives::missing_queries(source, &known.native_queries);
    if !checks.native_queries {
        queries.clear();
    }
    if missing.is_empty() && has_types && queries.is_empty() {
        return Ok(known.clone());
    }
    let work = async {
        let options = TransactionOptions {
            access: Access::ReadOnly,
            ..TransactionOptions::default()
        };
        let transaction = pool.begin(&options).await?;
        let mut values = (*known.enum_values).clone();
        values.extend(read_enums(&transaction, &known.catalog, missing.into_iter()).await?);
        let mut catalog = known.catalog.clone();
        if !has_types {
            let mut more = (*catalog).clone();
            reading_natives::types_within(&transaction, source, &mut more).await?;
            catalog = Arc::new(more);
        }
        let mut described = (*known.native_queries).clone();
        reading_natives::queries_within(&transaction, &queries, &catalog, &mut described).await?;
        transaction.rollback().await?;
        Ok(Database {
            catalog,
            enum_values: Arc::new(values),
            unreachable: None,
            native_queries: Arc::new(described),
        })
    };
    checks.patience.wait_for(pool, work).await
}

fn enum_tables(source: &Source) -> impl Iterator<Item = &QualifiedName> {
    source
        .tables
        .iter()
        .filter(|table| table.is_enum)
        .map(|table| &table.table)
}

/// Tables whose form does not fit are left out: resolving says what is wrong with them.
async fn read_enums(
    connection: &Connection,
    catalog: &Catalog,
    tables: impl Iterator<Item = &QualifiedName>,
) -> Result<EnumTables> {
    let mut found = EnumTables::new();
    for table in tables {
        let columns = catalog
            .table_named(&table.schema, &table.name)
            .and_then(|id| EnumColumns::find(catalog, id).ok());
        let Some(columns) = columns else {
            continue;
        };
        // A table that may not be read must not spoil the transaction.
        connection
            .execute("savepoint enum_values", Expected::Nothing)
            .await?;
        let values = enum_values(
            connection.client()?,
            &table.schema,
            &table.name,
            &columns.value,
            columns.comment.as_deref(),
        )
        .await;
        let end = match values {
            Ok(_) => "release savepoint enum_values",
            Err(_) => "rollback to savepoint enum_values",
        };
        connection.execute(end, Expected::Nothing).await?;
        let values = values.map(|rows| {
            rows.into_iter()
                .map(|(name, comment)| (name.into(), comment.map(Into::into)))
                .collect()
        });
        found.insert(table.clone(), values);
    }
    Ok(found)
}
