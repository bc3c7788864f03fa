//! Reads what native queries and logical models need to know of a database: the types that they
//! name, and what each query returns, which PostgreSQL tells when it prepares it (F11).

use howdah_error::{Error, Result};
use howdah_ir::catalog::{Catalog, NativePiece};
use howdah_metadata::{LogicalModelType, NativeQuery, Piece, Source};
use howdah_postgres::introspection::{add_types, describe_query, type_named};
use howdah_postgres::{Connection, Expected};
use howdah_schema::resolve::{NativeQueryKey, ReturnedColumn, named_type};
use std::collections::{BTreeSet, HashMap};

/// What native queries return, or why they do not fit.
pub(crate) type Described = HashMap<NativeQueryKey, Result<Vec<ReturnedColumn>, Error>>;

/// Types that the metadata of a source names and a catalogue does not have.
pub(crate) fn missing_types<'s>(source: &'s Source, catalog: &Catalog) -> BTreeSet<&'s str> {
    let mut names = BTreeSet::new();
    for query in &source.native_queries {
        names.extend(query.arguments.values().map(|argument| &*argument.ty));
    }
    let models = source.logical_models.iter().map(|model| &model.fields);
    let own = source.native_queries.iter();
    let own = own.filter_map(|query| Some(&query.returns.own()?.fields));
    for field in models.chain(own).flatten() {
        let mut ty = &field.ty;
        while let LogicalModelType::Array { element, .. } = ty {
            ty = element;
        }
        if let LogicalModelType::Scalar { name, .. } = ty {
            names.insert(name);
        }
    }
    names.retain(|name| named_type(catalog, name).is_none());
    names
}

/// Adds the types that are missing as far as the database has them.
///
/// # Errors
/// When the connection is lost.
pub(crate) async fn types_within(
    connection: &Connection,
    source: &Source,
    catalog: &mut Catalog,
) -> Result<()> {
    let mut oids = Vec::new();
    for name in missing_types(source, catalog) {
        // What is not in the form of a type is an error to PostgreSQL, and must not spoil the rest.
        let found = apart(connection, type_named(connection.client()?, name)).await?;
        oids.extend(found.ok().flatten());
    }
    if oids.is_empty() {
        return Ok(());
    }
    add_types(connection.client()?, catalog, oids).await
}

/// Native queries of a source that have not been looked at.
pub(crate) fn missing_queries<'s>(source: &'s Source, known: &Described) -> Vec<&'s NativeQuery> {
    source
        .native_queries
        .iter()
        .filter(|query| !known.contains_key(&NativeQueryKey::of(query)))
        .collect()
}

/// Has the database look at native queries. Those that could not even be SQL are left out:
/// resolving says what is wrong with them.
///
/// # Errors
/// When the connection is lost.
pub(crate) async fn queries_within(
    connection: &Connection,
    queries: &[&NativeQuery],
    catalog: &Catalog,
    known: &mut Described,
) -> Result<()> {
    for query in queries {
        let Some((code, types)) = prepared(query, catalog) else {
            continue;
        };
        let described = apart(
            connection,
            describe_query(connection.client()?, &code, &types),
        )
        .await?;
        let columns = described.map(|columns| {
            columns
                .into_iter()
                .map(|column| ReturnedColumn {
                    name: column.name.into(),
                    type_oid: column.type_oid,
                    type_name: column.type_name.into(),
                })
                .collect()
        });
        known.insert(NativeQueryKey::of(query), columns);
    }
    Ok(())
}

/// The SQL in pieces with the casts of its arguments.
fn prepared(query: &NativeQuery, catalog: &Catalog) -> Option<(Vec<NativePiece>, Vec<String>)> {
    let types = query
        .arguments
        .values()
        .map(|argument| {
            Some(
                catalog
                    .ty(named_type(catalog, &argument.ty)?)
                    .sql
                    .to_string(),
            )
        })
        .collect::<Option<Vec<String>>>()?;
    let pieces = query.pieces().ok()?;
    let code = pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => NativePiece::Sql(text.into()),
            Piece::Argument(position) => NativePiece::Argument(position),
        })
        .collect();
    Some((code, types))
}

/// Runs something in a savepoint, so that its failure does not spoil the transaction.
async fn apart<T>(
    connection: &Connection,
    run: impl Future<Output = Result<T>>,
) -> Result<Result<T>> {
    connection
        .execute("savepoint native", Expected::Nothing)
        .await?;
    let outcome = run.await;
    let end = match outcome {
        Ok(_) => "release savepoint native",
        Err(_) => "rollback to savepoint native",
    };
    connection.execute(end, Expected::Nothing).await?;
    Ok(outcome)
}
