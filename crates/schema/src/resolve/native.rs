//! Logical models and native queries (F9, F11): their rows become virtual tables of the source's
//! catalogue, so that everything that is known of rows holds for them too.
//!
//! A logical model gives one such table, on which its rules are read; each native query that
//! returns it gives another one of the same columns, whose rows are the query's.

use super::findings::Findings;
use super::type_names::named_type;
use super::{Database, NativeQueryKey, ReturnedColumn, columns, description};
use crate::model::{
    LogicalModel, ModelReference, NativeArgument, NativeQuery, RelationshipKind, RootField,
    RootFields, SchemaOptions, Source, Table, is_graphql_name,
};
use crate::naming::Base;
use howdah_error::{Error, Result};
use howdah_ir::catalog::{
    self, Catalog, Column, NativePiece, NativeQueryId, TableId, TableKind, TypeId, Writable,
};
use howdah_metadata::{
    DEFAULT_SCHEMA, LogicalModelType, MetadataObject, Piece, TableConfiguration,
};
use indexmap::IndexMap;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Fills [`Source::models`] and [`Source::natives`]; relationships and permissions come later.
pub(super) fn resolve(
    source: &mut Source,
    metadata: &howdah_metadata::Source,
    database: &Database,
    options: &SchemaOptions,
    findings: &mut Findings<'_>,
) {
    if metadata.logical_models.is_empty() && metadata.native_queries.is_empty() {
        return;
    }
    let mut catalog = (*source.catalog).clone();
    for model in &metadata.logical_models {
        match read_model(source, &mut catalog, model, options) {
            Ok((id, model)) => {
                source.models.insert(id, model);
            }
            Err(error) => {
                let object = MetadataObject::logical_model(&metadata.name, &model.name);
                findings.add_in_context(object, error);
            }
        }
    }
    drop_dangling(source, metadata, findings);
    for query in &metadata.native_queries {
        let found = match query.returns.own() {
            Some(own) => read_own(source, &mut catalog, query, own, options).map(Some),
            None => Ok(None),
        };
        let found = found.and_then(|own| read_query(source, &mut catalog, query, own, database));
        match found {
            Ok((id, query)) => {
                source.natives.insert(id, query);
            }
            Err(error) => {
                let name = &*query.root_field_name;
                let is_own = |model: &LogicalModel| model.of_query && *model.name == *name;
                source.models.retain(|_, model| !is_own(model));
                findings.add_in_context(MetadataObject::native_query(&metadata.name, name), error);
            }
        }
    }
    source.catalog = Arc::new(catalog);
}

/// Logical models that lead to one that does not fit do not fit either.
fn drop_dangling(
    source: &mut Source,
    metadata: &howdah_metadata::Source,
    findings: &mut Findings<'_>,
) {
    loop {
        let known: HashSet<Arc<str>> = source.models.values().map(|m| m.name.clone()).collect();
        let dangling = source.models.iter().find_map(|(id, model)| {
            let reference = model
                .references
                .iter()
                .find(|r| !known.contains(&r.model))?;
            Some((*id, reference.model.clone()))
        });
        let Some((id, missing)) = dangling else {
            return;
        };
        if let Some(model) = source.models.shift_remove(&id) {
            let object = MetadataObject::logical_model(&metadata.name, &*model.name);
            findings.add_in_context(object, no_model(&missing));
        }
    }
}

fn read_model(
    source: &Source,
    catalog: &mut Catalog,
    model: &howdah_metadata::LogicalModel,
    options: &SchemaOptions,
) -> Result<(TableId, LogicalModel)> {
    let name: Arc<str> = model.name.as_str().into();
    check_name(&name)?;
    let mut found = Vec::new();
    let mut references = Vec::new();
    for field in &model.fields {
        check_name(&field.name)?;
        let number = found.len() as i16 + 1;
        match field_type(catalog, &field.ty)? {
            FieldType::Scalar(ty) => found.push(Column {
                name: field.name.as_str().into(),
                number,
                ty,
                nullable: field.ty.nullable(),
                has_default: false,
                generated_always: false,
                comment: field.description.as_deref().map(Into::into),
            }),
            FieldType::Model(kind, model) => {
                references.push(ModelReference {
                    name: field.name.as_str().into(),
                    kind,
                    model: model.into(),
                    nullable: field.ty.nullable(),
                    description: field.description.as_deref().map(Into::into),
                });
            }
        }
    }
    let id = add_table(catalog, &name, found);
    let rows = face(
        source,
        catalog,
        id,
        &name,
        model.description.as_deref(),
        options,
    )?;
    Ok((
        id,
        LogicalModel {
            name,
            rows,
            references,
            of_query: false,
        },
    ))
}

/// The shape that a native query has of its own. It becomes a logical model that nobody else can name.
fn read_own(
    source: &mut Source,
    catalog: &mut Catalog,
    query: &howdah_metadata::NativeQuery,
    own: &howdah_metadata::OwnModel,
    options: &SchemaOptions,
) -> Result<TableId> {
    let model = howdah_metadata::LogicalModel {
        name: query.root_field_name.clone(),
        description: query.description.clone(),
        fields: own.fields.clone(),
        select_permissions: Vec::new(),
        extra: IndexMap::new(),
    };
    let (id, model) = read_model(source, catalog, &model, options)?;
    if let Some(missing) =
        (model.references.iter()).find(|r| source.model_named(&r.model).is_none())
    {
        return Err(no_model(&missing.model));
    }
    let model = LogicalModel {
        of_query: true,
        ..model
    };
    source.models.insert(id, model);
    Ok(id)
}

fn no_model(name: &str) -> Error {
    Error::not_exists(format!("Logical model {name:?} not found."))
}

enum FieldType<'m> {
    Scalar(TypeId),
    Model(RelationshipKind, &'m str),
}

fn field_type<'m>(catalog: &Catalog, ty: &'m LogicalModelType) -> Result<FieldType<'m>> {
    Ok(match ty {
        LogicalModelType::Scalar { name, .. } => FieldType::Scalar(type_of(catalog, name)?),
        LogicalModelType::Model { name, .. } => FieldType::Model(RelationshipKind::Object, name),
        LogicalModelType::Array { element, .. } => match field_type(catalog, element)? {
            FieldType::Scalar(element) => {
                // Arrays have no dimensions: an array of arrays is of the same type.
                let array = match catalog.element_type(element) {
                    Some(_) => Some(element),
                    None => catalog.array_of(element),
                };
                let array = array.ok_or_else(|| {
                    Error::not_exists(format!(
                        "there is no type of arrays of {:?}",
                        &*catalog.ty(element).name
                    ))
                })?;
                FieldType::Scalar(array)
            }
            FieldType::Model(RelationshipKind::Object, model) => {
                FieldType::Model(RelationshipKind::Array, model)
            }
            FieldType::Model(RelationshipKind::Array, _) => {
                return Err(Error::not_supported(
                    "lists of lists of logical models are not supported",
                ));
            }
        },
    })
}

fn type_of(catalog: &Catalog, name: &str) -> Result<TypeId> {
    named_type(catalog, name)
        .ok_or_else(|| Error::not_exists(format!("type {name:?} does not exist")))
}

fn check_name(name: &str) -> Result<()> {
    if is_graphql_name(name) && !name.starts_with("__") {
        return Ok(());
    }
    Err(Error::invalid_configuration(format!(
        "{name:?} is not a valid GraphQL name"
    )))
}

/// A table that no database has.
fn add_table(catalog: &mut Catalog, name: &Arc<str>, columns: Vec<Column>) -> TableId {
    catalog.tables.push(catalog::Table {
        schema: DEFAULT_SCHEMA.into(),
        name: name.clone(),
        oid: 0,
        kind: TableKind::Virtual,
        is_partition: false,
        has_children: false,
        columns,
        primary_key: None,
        unique_keys: Vec::new(),
        foreign_keys: Vec::new(),
        comment: None,
        writable: Writable::default(),
    });
    TableId(catalog.tables.len() as u32 - 1)
}

/// How rows of a logical model appear. Their names are the user's own and follow no convention.
fn face(
    source: &Source,
    catalog: &Catalog,
    id: TableId,
    name: &Arc<str>,
    text: Option<&str>,
    options: &SchemaOptions,
) -> Result<Table> {
    let style = crate::naming::NameStyle::default();
    Ok(Table {
        id,
        name: name.clone(),
        type_base: source.names.type_base(Base::Custom(name)).into(),
        exposed: true,
        description: text.filter(|text| !text.is_empty()).map(Into::into),
        root_fields: RootFields::default(),
        columns: columns::views(
            catalog,
            catalog.table(id),
            &TableConfiguration::default(),
            &style,
            options,
        )?,
        relationships: IndexMap::new(),
        native_relationships: IndexMap::new(),
        computed_fields: IndexMap::new(),
        members: BTreeMap::new(),
        enum_values: None,
    })
}

fn read_query(
    source: &Source,
    catalog: &mut Catalog,
    query: &howdah_metadata::NativeQuery,
    own: Option<TableId>,
    database: &Database,
) -> Result<(TableId, NativeQuery)> {
    let name: Arc<str> = query.root_field_name.as_str().into();
    check_name(&name)?;
    let named = || source.model_named(query.returns.model()?);
    let model = match own {
        Some(id) => source.models.get(&id).map(|model| (id, model)),
        None => named(),
    };
    let (model_id, model) = model.ok_or_else(|| {
        Error::invalid_configuration(format!(
            "The logical model {} could not be found",
            query.returns.model().unwrap_or(&name)
        ))
    })?;
    let pieces = query
        .pieces()
        .map_err(|fault| Error::validation(fault.to_string()))?;
    let mut arguments = Vec::with_capacity(query.arguments.len());
    for (name, argument) in &query.arguments {
        check_name(name)?;
        arguments.push(NativeArgument {
            name: name.as_str().into(),
            description: argument.description.as_deref().map(Into::into),
            ty: type_of(catalog, &argument.ty)?,
            nullable: argument.nullable,
        });
    }
    let found = catalog.table(model_id).columns.clone();
    match database.native_queries.get(&NativeQueryKey::of(query)) {
        Some(Ok(returned)) => check_columns(catalog, &found, returned)?,
        Some(Err(error)) => return Err(error.clone()),
        None => {}
    }
    let rows_id = add_table(catalog, &model.name, found);
    let id = NativeQueryId(catalog.native_queries.len() as u32);
    catalog.native_queries.push(catalog::NativeQuery {
        name: name.clone(),
        rows: rows_id,
        code: pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => NativePiece::Sql(text.into()),
                Piece::Argument(position) => NativePiece::Argument(position),
            })
            .collect(),
        arguments: arguments.iter().map(|argument| argument.ty).collect(),
    });
    let views = model
        .rows
        .columns
        .iter()
        .map(|view| crate::model::ColumnView {
            name: view.name.clone(),
            description: view.description.clone(),
            enum_table: None,
        });
    let rows = Table {
        id: rows_id,
        name: model.rows.name.clone(),
        type_base: model.rows.type_base.clone(),
        exposed: true,
        description: model.rows.description.clone(),
        root_fields: RootFields::default(),
        columns: views.collect(),
        relationships: IndexMap::new(),
        native_relationships: IndexMap::new(),
        computed_fields: IndexMap::new(),
        members: BTreeMap::new(),
        enum_values: None,
    };
    let field = RootField {
        name: source.names.root_field(&name).into(),
        description: description(query.description.as_deref(), None, || None),
    };
    Ok((
        rows_id,
        NativeQuery {
            id,
            name,
            field,
            model: model_id,
            arguments,
            rows,
        },
    ))
}

/// Every field of the logical model must be a column of its type.
fn check_columns(catalog: &Catalog, wanted: &[Column], returned: &[ReturnedColumn]) -> Result<()> {
    let failed = |text: String| {
        Err(Error::validation("Failed to validate query").with_internal(text.into()))
    };
    for column in wanted {
        let name = &*column.name;
        let mut named = returned.iter().filter(|found| *found.name == *name);
        let Some(found) = named.next() else {
            return failed(format!(
                "Column named '{name}' is not returned from the query."
            ));
        };
        if named.next().is_some() {
            // PostgreSQL's words, which it has only where the column is read.
            return failed(format!("column reference \"{name}\" is ambiguous"));
        }
        let expected = catalog.ty(catalog.base_type(column.ty));
        if expected.oid != found.type_oid {
            return failed(format!(
                "Return column '{name}' has a type mismatch. The expected type is '{}', but the actual \
                 type is '{}'.",
                &*expected.name, &*found.type_name
            ));
        }
    }
    Ok(())
}
