//! Tables whose rows are the values of a GraphQL enum: what makes a table fit for it.

use crate::model::{EnumValues, is_graphql_name};
use crate::type_text::type_text;
use howdah_error::{Code, Error, Result};
use howdah_ir::catalog::{Catalog, Column, TableId};
use howdah_metadata::QualifiedName;

/// The columns of an enum table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumColumns {
    /// Holds the values.
    pub value: String,
    /// Holds their descriptions.
    pub comment: Option<String>,
}

impl EnumColumns {
    /// Finds the columns of a table that is to be an enum.
    ///
    /// # Errors
    /// With every reason why the table cannot be one.
    pub fn find(catalog: &Catalog, table: TableId) -> Result<EnumColumns> {
        let found = catalog.table(table);
        let name = crate::rules::qualified(&found.schema, &found.name);
        let is_text = |column: &Column| &*catalog.ty(catalog.base_type(column.ty)).name == "text";
        let type_of = |column: &Column| type_text(catalog, column.ty);
        let mut reasons = Vec::new();
        let mut value = None;
        match found.primary_key.as_ref().map(|key| key.columns.as_slice()) {
            None => reasons.push("the table must have a primary key".to_owned()),
            Some([column]) => {
                let column = catalog.column(table, *column);
                if !is_text(column) {
                    reasons.push(format!(
                        "the table’s primary key ({:?}) must have type \"text\", not type {:?}",
                        &*column.name,
                        type_of(column)
                    ));
                }
                value = Some(column.name.to_string());
            }
            Some(columns) => {
                let names: Vec<String> = columns
                    .iter()
                    .map(|column| format!("{:?}", &*catalog.column(table, *column).name))
                    .collect();
                reasons.push(format!(
                    "the table’s primary key must not span multiple columns ({})",
                    names.join(", ")
                ));
            }
        }
        let others: Vec<&Column> = found
            .columns
            .iter()
            .filter(|c| Some(&*c.name) != value.as_deref())
            .collect();
        let mut comment = None;
        match others.as_slice() {
            _ if value.is_none() => {}
            [] => {}
            [column] => {
                if !is_text(column) {
                    reasons.push(format!(
                        "the table’s comment column ({:?}) must have type \"text\", not type {:?}",
                        &*column.name,
                        type_of(column)
                    ));
                }
                comment = Some(column.name.to_string());
            }
            many => {
                let names: Vec<String> = many
                    .iter()
                    .map(|column| format!("{:?}", &*column.name))
                    .collect();
                reasons.push(format!(
                    "the table must have exactly one primary key and optionally one comment column, \
                     not {} columns ({})",
                    many.len() + 1,
                    names.join(", ")
                ));
            }
        }
        match value {
            Some(value) if reasons.is_empty() => Ok(EnumColumns { value, comment }),
            _ => Err(unfit(&name, &reasons)),
        }
    }
}

/// The values of an enum table, checked.
pub(super) fn values(
    read: Option<&Result<EnumValues, Error>>,
    table: &QualifiedName,
) -> Result<EnumValues> {
    let values = match read {
        Some(Ok(values)) => values,
        Some(Err(error)) => return Err(error.clone()),
        None => {
            return Err(Error::unexpected(format!(
                "the values of the enum table \"{table}\" have not been read"
            )));
        }
    };
    let mut reasons = Vec::new();
    if values.is_empty() {
        reasons.push("the table must have at least one row".to_owned());
    }
    let invalid: Vec<String> = values
        .iter()
        .filter(|(name, _)| !is_enum_value_name(name))
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    match invalid.as_slice() {
        [] => {}
        [one] => reasons.push(format!(
            "value {one} is not a valid GraphQL enum value name"
        )),
        many => reasons.push(format!(
            "values {} are not valid GraphQL enum value names",
            many.join(", ")
        )),
    }
    if reasons.is_empty() {
        Ok(values.clone())
    } else {
        Err(unfit(&table.to_string(), &reasons))
    }
}

fn is_enum_value_name(name: &str) -> bool {
    is_graphql_name(name) && !matches!(name, "true" | "false" | "null")
}

fn unfit(table: &str, reasons: &[String]) -> Error {
    Error::new(
        Code::ConstraintViolation,
        format!(
            "the table {table:?} cannot be used as an enum {}",
            because(reasons)
        ),
    )
}

/// `because x`, or a list of reasons.
pub(super) fn because(reasons: &[String]) -> String {
    match reasons {
        [one] => format!("because {one}"),
        many => {
            let list: Vec<String> = many.iter().map(|reason| format!("  • {reason}")).collect();
            format!("for the following reasons:\n{}\n", list.join("\n"))
        }
    }
}
