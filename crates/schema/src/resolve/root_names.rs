//! Names and descriptions of a table's root fields.

use super::description;
use crate::model::{NameStyle, RootField, RootFields};
use crate::naming::Base;
use howdah_metadata::{CustomRootField, TableConfiguration};

/// The root fields of a table called `name` in GraphQL; `database_name` is how texts show it.
pub(super) fn root_fields(
    style: &NameStyle,
    configuration: &TableConfiguration,
    name: Base<'_>,
    database_name: &str,
) -> RootFields {
    let table = format!("{database_name:?}");
    let custom = &configuration.custom_root_fields;
    let field = |custom: &CustomRootField, default: String, text: String| {
        let name = custom.name.clone().unwrap_or(default);
        RootField {
            name: style.root_field(&name).into(),
            description: description(custom.comment.as_deref(), None, || Some(text)),
        }
    };
    RootFields {
        select: field(
            &custom.select,
            style.compose("", name, ""),
            format!("fetch data from the table: {table}"),
        ),
        select_by_pk: field(
            &custom.select_by_pk,
            style.compose("", name, "_by_pk"),
            format!("fetch data from the table: {table} using primary key columns"),
        ),
        select_aggregate: field(
            &custom.select_aggregate,
            style.compose("", name, "_aggregate"),
            format!("fetch aggregated fields from the table: {table}"),
        ),
        select_stream: field(
            &custom.select_stream,
            style.compose("", name, "_stream"),
            format!("fetch data from the table in a streaming manner: {table}"),
        ),
        insert: field(
            &custom.insert,
            style.compose("insert_", name, ""),
            format!("insert data into the table: {table}"),
        ),
        insert_one: field(
            &custom.insert_one,
            style.compose("insert_", name, "_one"),
            format!("insert a single row into the table: {table}"),
        ),
        update: field(
            &custom.update,
            style.compose("update_", name, ""),
            format!("update data of the table: {table}"),
        ),
        update_by_pk: field(
            &custom.update_by_pk,
            style.compose("update_", name, "_by_pk"),
            format!("update single row of the table: {table}"),
        ),
        update_many: field(
            &custom.update_many,
            style.compose("update_", name, "_many"),
            format!("update multiples rows of table: {table}"),
        ),
        delete: field(
            &custom.delete,
            style.compose("delete_", name, ""),
            format!("delete data from the table: {table}"),
        ),
        delete_by_pk: field(
            &custom.delete_by_pk,
            style.compose("delete_", name, "_by_pk"),
            format!("delete single row from the table: {table}"),
        ),
    }
}
