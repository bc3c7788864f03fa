//! Commands on sources.

use super::{no_source, source_mut};
use crate::commands::{AddSource, DropSource, RenameSource, UpdateSource};
use crate::document::Metadata;
use crate::object::{MetadataObject, TableObject};
use crate::remote;
use crate::source::{Source, SourceKind};
use howdah_error::{Code, Error, Result};
use std::sync::Arc;

/// Adds a source without tables, or gives an existing one a new configuration.
///
/// # Errors
/// `already-exists` unless the configuration is to be replaced.
pub fn add_source(
    metadata: &mut Metadata,
    kind: SourceKind,
    args: &AddSource,
) -> Result<MetadataObject> {
    if metadata.has_source(&args.name) {
        match metadata.source_mut(&args.name) {
            Some(source) if args.replace_configuration => {
                source.configuration = args.configuration.clone();
                source.customization = args.customization.clone();
                source.health_check = args.health_check.clone();
            }
            _ => {
                return Err(Error::already_exists(format!(
                    "source with name \"{}\" already exists",
                    args.name
                )));
            }
        }
    } else {
        metadata.sources.push(Source {
            name: args.name.clone(),
            kind,
            configuration: args.configuration.clone(),
            customization: args.customization.clone(),
            health_check: args.health_check.clone(),
            ..Source::default()
        });
    }
    Ok(MetadataObject::Source(args.name.clone()))
}

/// Changes what is given of a source's settings.
///
/// # Errors
/// `not-exists`.
pub fn update_source(metadata: &mut Metadata, args: &UpdateSource) -> Result<MetadataObject> {
    let source = source_mut(metadata, &args.name)?;
    if let Some(configuration) = &args.configuration {
        source.configuration = configuration.clone();
    }
    if let Some(customization) = &args.customization {
        source.customization = customization.clone();
    }
    if let Some(health_check) = &args.health_check {
        source.health_check = Some(health_check.clone());
    }
    Ok(MetadataObject::Source(args.name.clone()))
}

/// Removes a source with all that is tracked in it.
///
/// # Errors
/// `not-exists`; `dependency-error` when remote relationships of other sources lead to it and
/// `cascade` is off.
pub fn drop_source(metadata: &mut Metadata, args: &DropSource) -> Result<MetadataObject> {
    if !metadata.has_source(&args.name) {
        return Err(no_source(&args.name));
    }
    let mut dependents = Vec::new();
    for source in metadata
        .sources
        .iter()
        .filter(|source| source.name != args.name)
    {
        for table in &source.tables {
            for relationship in &table.remote_relationships {
                if remote::target_source(relationship) == Some(&args.name)
                    && let Some(name) = crate::lookup::json_name(relationship)
                {
                    dependents.push(MetadataObject::in_table(
                        &source.name,
                        table.table.clone(),
                        TableObject::RemoteRelationship(name.to_owned()),
                    ));
                }
            }
        }
    }
    if !dependents.is_empty() && !args.cascade {
        return Err(dependency_error(&dependents));
    }
    for dependent in &dependents {
        dependent.remove(metadata);
    }
    metadata.sources.retain(|source| source.name != args.name);
    metadata
        .opaque_sources
        .retain(|source| source.name != args.name);
    Ok(MetadataObject::Source(args.name.clone()))
}

/// Gives a source another name; remote relationships that lead to it follow.
///
/// # Errors
/// `not-exists`, `already-exists`.
pub fn rename_source(metadata: &mut Metadata, args: &RenameSource) -> Result<MetadataObject> {
    if !metadata.has_source(&args.name) {
        return Err(Error::not_exists(format!(
            "Could not find source with name \"{}\"",
            args.name
        )));
    }
    if metadata.has_source(&args.new_name) {
        return Err(Error::already_exists(format!(
            "Source with name \"{}\" already exists",
            args.new_name
        )));
    }
    if let Some(source) = metadata.source_mut(&args.name) {
        source.name = args.new_name.clone();
    }
    for source in metadata
        .opaque_sources
        .iter_mut()
        .filter(|source| source.name == args.name)
    {
        source.name = args.new_name.clone();
        source
            .document
            .insert("name".into(), args.new_name.clone().into());
    }
    let leads_to =
        |relationship: &serde_json::Value| remote::target_source(relationship) == Some(&args.name);
    for table in metadata
        .sources
        .iter_mut()
        .flat_map(|source| &mut source.tables)
        .filter(|table| table.remote_relationships.iter().any(leads_to))
    {
        for relationship in &mut Arc::make_mut(table).remote_relationships {
            remote::rename_target_source(relationship, &args.name, &args.new_name);
        }
    }
    Ok(MetadataObject::Source(args.new_name.clone()))
}

/// The refusal to drop what others need.
///
/// Also for callers that found dependents by building the document without the dropped object.
pub fn dependency_error(dependents: &[MetadataObject]) -> Error {
    let texts: Vec<String> = dependents
        .iter()
        .map(MetadataObject::dependency_text)
        .collect();
    Error::new(
        Code::DependencyError,
        format!(
            "cannot drop due to the following dependent objects: {}",
            texts.join(", ")
        ),
    )
}
