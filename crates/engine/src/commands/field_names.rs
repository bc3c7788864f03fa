//! Names of relationships: which no field can have, and which are those of columns.

use howdah_error::{Code, Error, Result};
use howdah_metadata::QualifiedName;
use howdah_metadata::commands::Command;
use howdah_schema::model::{Source, is_graphql_name};

/// Refuses a relationship whose name GraphQL does not have.
///
/// # Errors
/// `validation-failed`.
pub(super) fn check(command: &Command) -> Result<()> {
    let name = match command {
        Command::CreateObjectRelationship(args) => &args.name,
        Command::CreateArrayRelationship(args) => &args.name,
        Command::RenameRelationship(args) => &args.new_name,
        _ => return Ok(()),
    };
    if is_graphql_name(name) {
        return Ok(());
    }
    Err(Error::validation(format!(
        "cannot include {name} in the GraphQL schema because  it is not a valid GraphQL identifier"
    )))
}

/// What to say of a relationship that is not there: most likely somebody took a column for one.
pub(super) fn explain_missing(
    source: Option<&Source>,
    table: &QualifiedName,
    name: &str,
    error: Error,
) -> Error {
    match source {
        Some(source) if *error.code() == Code::NotExists && has_column(source, table, name) => {
            Error::new(
                Code::UnexpectedPayload,
                format!("expecting a relationship; but, {name:?} is a postgres column; "),
            )
        }
        _ => error,
    }
}

fn has_column(source: &Source, table: &QualifiedName, name: &str) -> bool {
    let table = source.table_named(&table.schema, &table.name);
    table.is_some_and(|table| {
        let columns = source.catalog.table(table.id);
        columns.column_named(name).is_some()
    })
}
