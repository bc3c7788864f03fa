//! Computed fields: functions over a row, checked for what a field needs (F1–F3).

use super::description;
use super::enum_tables::because;
use super::fields::check_free;
use super::findings::{Findings, on_table};
use super::functions::{argument_named, find_function, session_argument, unsupported};
use super::kept::Kept;
use crate::model::{ComputedField, ComputedReturn, Source, is_graphql_name};
use crate::rules::qualified;
use crate::type_text::type_text;
use howdah_error::{Error, Result};
use howdah_ir::catalog::{Function, TableId, TypeKind, Volatility};
use howdah_metadata::{SourceKind, TableObject};
use std::sync::Arc;

/// Fills the computed fields of all tables.
pub(super) fn resolve(
    source: &mut Source,
    metadata: &howdah_metadata::Source,
    kept: Option<&Kept<'_>>,
    findings: &mut Findings<'_>,
) {
    for tracked in &metadata.tables {
        let Some(id) = source
            .table_named(&tracked.table.schema, &tracked.table.name)
            .map(|t| t.id)
        else {
            continue;
        };
        if kept.is_some_and(|kept| kept.has(id)) {
            continue;
        }
        for field in &tracked.computed_fields {
            let object = on_table(
                &metadata.name,
                &tracked.table,
                TableObject::ComputedField(field.name.clone()),
            );
            let computed = match build(source, id, field) {
                Ok(computed) => computed,
                Err(error) => {
                    findings.add_in_context(object, error);
                    continue;
                }
            };
            let mut names = vec![field.name.clone()];
            if matches!(computed.returns, ComputedReturn::Rows(_)) {
                names.push(format!("{}_aggregate", field.name));
            }
            match check_free(source, id, &names) {
                Ok(()) => {
                    if let Some(table) = source.tables.get_mut(&id).map(Arc::make_mut) {
                        table
                            .computed_fields
                            .insert(computed.name.clone(), computed);
                    }
                }
                Err(error) => findings.add(object, error),
            }
        }
    }
}

fn build(
    source: &Source,
    table: TableId,
    field: &howdah_metadata::ComputedField,
) -> Result<ComputedField> {
    if source.kind != SourceKind::Postgres {
        return Err(unsupported("computed fields", source.kind));
    }
    let definition = &field.definition;
    let id = find_function(&source.catalog, &definition.function)?;
    let function = source.catalog.function(id);
    let name = definition.function.to_string();
    let mut reasons = Vec::new();
    if !is_graphql_name(&field.name) {
        reasons.push(format!("{:?} is not valid GraphQL name", field.name));
    }
    if function.variadic {
        reasons.push("function with \"VARIADIC\" parameters are not supported".to_owned());
    }
    if function.volatility == Volatility::Volatile {
        reasons.push(format!(
            "the function {name:?} is of type VOLATILE; cannot be added as a computed field"
        ));
    }
    let given = definition.table_argument.as_deref();
    let row_argument = match row_argument(function, &name, given) {
        Ok(position) => {
            let faults = faults_of_row(source, table, function, &name, given, position);
            let fits = faults.is_empty();
            reasons.extend(faults);
            fits.then_some(position)
        }
        Err(reason) => {
            // Nothing further is asked of a function that cannot be given the row.
            reasons.push(reason);
            return Err(refused(source, table, field, &reasons));
        }
    };
    let session_argument = session_argument(
        &source.catalog,
        function,
        definition.session_argument.as_deref(),
    )
    .map_err(|fault| reasons.push(fault.of_computed_field(&name)))
    .ok();
    let returns = returns(source, function, &name)
        .map_err(|reason| reasons.push(reason))
        .ok();
    match (row_argument, session_argument, returns) {
        (Some(row_argument), Some(session_argument), Some(returns)) if reasons.is_empty() => {
            Ok(ComputedField {
                name: field.name.as_str().into(),
                function: id,
                row_argument,
                session_argument,
                returns,
                description: description(
                    field.comment.as_deref(),
                    function.comment.as_ref(),
                    || Some(format!("A computed field, executes function {name:?}")),
                ),
            })
        }
        _ => Err(refused(source, table, field, &reasons)),
    }
}

fn refused(
    source: &Source,
    table: TableId,
    field: &howdah_metadata::ComputedField,
    reasons: &[String],
) -> Error {
    let found = source.catalog.table(table);
    Error::not_supported(format!(
        "the computed field {:?} cannot be added to table {:?} {}",
        field.name,
        qualified(&found.schema, &found.name),
        because(reasons)
    ))
}

/// The position of the argument that takes the row, or why there is none.
fn row_argument(function: &Function, name: &str, given: Option<&str>) -> Result<usize, String> {
    match given {
        Some(argument) => argument_named(function, argument).ok_or_else(|| {
            format!("{argument:?} is not an input argument of the function {name:?}")
        }),
        None if function.arguments.is_empty() => {
            Err(format!("the function {name:?} has no input arguments"))
        }
        None => Ok(0),
    }
}

/// Why an argument does not take a row of the table.
fn faults_of_row(
    source: &Source,
    table: TableId,
    function: &Function,
    name: &str,
    given: Option<&str>,
    position: usize,
) -> Vec<String> {
    let Some(argument) = function.arguments.get(position) else {
        return vec![format!("the function {name:?} has no input arguments")];
    };
    let shown = match given {
        Some(argument) => format!("{argument:?} argument"),
        None => "first argument".to_owned(),
    };
    let catalog = &source.catalog;
    let ty = catalog.ty(argument.ty);
    let mut faults = Vec::new();
    if !matches!(
        catalog.ty(catalog.base_type(argument.ty)).kind,
        TypeKind::Composite(_)
    ) {
        faults.push(format!(
            "{shown} of the function {name:?} is not COMPOSITE type"
        ));
    }
    if catalog.row_table(argument.ty) != Some(table) {
        faults.push(format!(
            "{shown} of the function {name:?} of type {:?} is not the table to which the computed \
             field is being added",
            qualified(&ty.schema, &type_text(catalog, argument.ty))
        ));
    }
    faults
}

fn returns(source: &Source, function: &Function, name: &str) -> Result<ComputedReturn, String> {
    let catalog = &source.catalog;
    let ty = catalog.ty(catalog.base_type(function.returns));
    let composite = matches!(ty.kind, TypeKind::Composite(_) | TypeKind::Pseudo);
    match catalog.row_table(function.returns) {
        Some(table) if function.returns_set => {
            if source.tables.contains_key(&table) {
                return Ok(ComputedReturn::Rows(table));
            }
            let table = catalog.table(table);
            Err(format!(
                "the function {name:?} returning set of table {:?} is not tracked or not found in database",
                qualified(&table.schema, &table.name)
            ))
        }
        _ if function.returns_set => Err(format!(
            "the function {name:?} returning set of type {:?} is not a table",
            &*ty.name
        )),
        _ if composite => Err(format!(
            "the function {name:?} returning type {} is not a BASE type",
            ty.name
        )),
        _ => Ok(ComputedReturn::Scalar(function.returns)),
    }
}
