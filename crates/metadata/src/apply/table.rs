//! Commands on tables.

use super::{source_mut, table_mut};
use crate::commands::{
    SetApolloFederationConfig, SetTableCustomFields, SetTableCustomization, SetTableIsEnum,
    TrackTable, UntrackTable,
};
use crate::document::Metadata;
use crate::object::MetadataObject;
use crate::table::Table;
use crate::table_configuration::{ColumnConfig, TableConfiguration};
use howdah_error::{Code, Error, Result};
use std::sync::Arc;

/// Tracks a table.
///
/// # Errors
/// `not-exists` for the source, `already-tracked`, `not-supported` when a function of the name
/// is tracked.
pub fn track_table(metadata: &mut Metadata, args: &TrackTable) -> Result<MetadataObject> {
    let source = source_mut(metadata, &args.source)?;
    if source.table(&args.table).is_some() {
        return Err(Error::new(
            Code::AlreadyTracked,
            format!("view/table already tracked: \"{}\"", args.table),
        ));
    }
    if source.function(&args.table).is_some() {
        return Err(Error::not_supported(format!(
            "function with name \"{}\" already exists",
            args.table
        )));
    }
    source.tables.push(Arc::new(Table {
        is_enum: args.is_enum,
        configuration: args.configuration.clone(),
        apollo_federation_config: args.apollo_federation_config.clone(),
        logical_model: args.logical_model.clone(),
        ..Table::new(args.table.clone())
    }));
    Ok(MetadataObject::table(&args.source, args.table.clone()))
}

/// Takes a table out, with all that hangs on it. What else needs it is found by building the
/// result.
///
/// # Errors
/// `already-untracked`, also where there is no such source.
pub fn untrack_table(metadata: &mut Metadata, args: &UntrackTable) -> Result<MetadataObject> {
    let object = MetadataObject::table(&args.source, args.table.clone());
    if object.remove(metadata) {
        return Ok(object);
    }
    Err(Error::new(
        Code::AlreadyUntracked,
        format!("view/table already untracked: \"{}\"", args.table),
    ))
}

/// Replaces the names of a table.
///
/// # Errors
/// `not-exists`.
pub fn set_table_customization(
    metadata: &mut Metadata,
    args: &SetTableCustomization,
) -> Result<MetadataObject> {
    let table = table_mut(metadata, &args.source, &args.table)?;
    table.configuration = args.configuration.clone();
    Ok(MetadataObject::table(&args.source, args.table.clone()))
}

/// Replaces the names of a table; the older form.
///
/// # Errors
/// `not-exists`.
pub fn set_table_custom_fields(
    metadata: &mut Metadata,
    args: &SetTableCustomFields,
) -> Result<MetadataObject> {
    let table = table_mut(metadata, &args.source, &args.table)?;
    let column_config = args.custom_column_names.iter().map(|(column, name)| {
        let config = ColumnConfig {
            custom_name: Some(name.clone()),
            ..ColumnConfig::default()
        };
        (column.clone(), config)
    });
    table.configuration = TableConfiguration {
        custom_root_fields: args.custom_root_fields.clone(),
        column_config: column_config.collect(),
        ..TableConfiguration::default()
    };
    Ok(MetadataObject::table(&args.source, args.table.clone()))
}

/// Makes a table an enum, or not.
///
/// # Errors
/// `not-exists`.
pub fn set_table_is_enum(metadata: &mut Metadata, args: &SetTableIsEnum) -> Result<MetadataObject> {
    table_mut(metadata, &args.source, &args.table)?.is_enum = args.is_enum;
    Ok(MetadataObject::table(&args.source, args.table.clone()))
}

/// Makes a table an entity of a federated graph, or not.
///
/// # Errors
/// `not-exists`.
pub fn set_apollo_federation_config(
    metadata: &mut Metadata,
    args: &SetApolloFederationConfig,
) -> Result<MetadataObject> {
    let table = table_mut(metadata, &args.source, &args.table)?;
    table.apollo_federation_config = args.apollo_federation_config.clone();
    Ok(MetadataObject::table(&args.source, args.table.clone()))
}
