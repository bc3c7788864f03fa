//! Tracked functions (F4–F8), and what they share with computed fields.

use super::enum_tables::because;
use super::findings::Findings;
use super::relationships::not_tracked;
use super::{description, tables};
use crate::model::{Exposure, Source, TrackedFunction, is_graphql_name};
use howdah_error::{Error, Result};
use howdah_ir::catalog::{Catalog, Function, FunctionId, TypeKind, Volatility};
use howdah_metadata::{FunctionExposure, MetadataObject, QualifiedName, SourceKind};
use std::collections::BTreeSet;

/// The refusal of what a kind of source does not have.
pub(super) fn unsupported(what: &str, kind: SourceKind) -> Error {
    Error::not_supported(format!(
        "{what} are not supported in sources of kind {:?}",
        kind.as_str()
    ))
}

/// Fills [`Source::functions`].
pub(super) fn resolve(
    source: &mut Source,
    metadata: &howdah_metadata::Source,
    findings: &mut Findings<'_>,
) {
    for tracked in &metadata.functions {
        match build(source, tracked) {
            Ok(function) => source.functions.push(function),
            Err(error) => {
                let object = MetadataObject::function(&metadata.name, tracked.function.clone());
                findings.add_in_context(object, error);
            }
        }
    }
}

fn build(source: &Source, tracked: &howdah_metadata::Function) -> Result<TrackedFunction> {
    if source.kind == SourceKind::Cockroach {
        return Err(unsupported("functions", source.kind));
    }
    let catalog = &source.catalog;
    let id = find_function(catalog, &tracked.function)?;
    let function = catalog.function(id);
    let database_name = tracked.function.to_string();
    let configuration = &tracked.configuration;
    let base = configuration
        .custom_name
        .clone()
        .unwrap_or_else(|| tables::default_name(&tracked.function.schema, &tracked.function.name));
    let roots = &configuration.custom_root_fields;
    // The convention is for the names that nobody chose.
    let automatic = |suffix: &str| {
        let name = format!("{base}{suffix}");
        match configuration.custom_name {
            Some(_) => name,
            None => source.names.member(&name).to_string(),
        }
    };
    let name = roots.function.clone().unwrap_or_else(|| automatic(""));
    let aggregate_name = roots
        .function_aggregate
        .clone()
        .unwrap_or_else(|| automatic("_aggregate"));

    let mut reasons = Vec::new();
    if !is_graphql_name(&name) || !is_graphql_name(&base) {
        reasons.push("function name is not a legal GraphQL identifier".to_owned());
    }
    if function.variadic {
        reasons.push("function with \"VARIADIC\" parameters are not supported".to_owned());
    }
    let returned = catalog.base_type(function.returns);
    let table = match catalog.ty(returned).kind {
        TypeKind::Composite(Some(table)) => Some(table),
        TypeKind::Composite(None) => {
            reasons.push("the function does not return a table".to_owned());
            None
        }
        _ => {
            reasons.push("the function does not return a \"COMPOSITE\" type".to_owned());
            reasons.push("the function does not return a table".to_owned());
            None
        }
    };
    let volatile = function.volatility == Volatility::Volatile;
    let exposed_as = match configuration.exposed_as {
        Some(FunctionExposure::Mutation) => {
            if !volatile {
                reasons.push(
                    "the function was requested to be exposed as a mutation, but is not marked \
                     VOLATILE. Maybe the function was given the wrong volatility when it was \
                     defined?"
                        .to_owned(),
                );
            }
            Exposure::Mutation
        }
        Some(FunctionExposure::Query) => Exposure::Query,
        None if volatile => Exposure::Mutation,
        None => Exposure::Query,
    };
    let session_argument =
        session_argument(catalog, function, configuration.session_argument.as_deref())
            .unwrap_or_else(|fault| {
                reasons.push(fault.of_tracked_function());
                None
            });
    let invalid: Vec<&str> = function
        .arguments
        .iter()
        .filter_map(|argument| argument.name.as_deref())
        .filter(|name| !is_graphql_name(name))
        .collect();
    if !invalid.is_empty() {
        reasons.push(format!(
            "the function arguments {} are not in compliance with GraphQL spec",
            invalid.join(", ")
        ));
    }
    let Some(table) = table.filter(|_| reasons.is_empty()) else {
        return Err(Error::not_supported(format!(
            "the function {database_name:?} cannot be tracked {}",
            because(&reasons)
        )));
    };
    let returned = catalog.table(table);
    let returned = QualifiedName::new(&*returned.schema, &*returned.name);
    if !source.tables.contains_key(&table) {
        return Err(not_tracked(&returned));
    }
    Ok(TrackedFunction {
        id,
        name: source.names.root_field(&name).into(),
        aggregate_name: source.names.root_field(&aggregate_name).into(),
        args_name: source.names.member(&format!("{base}_args")),
        description: description(
            tracked.comment.as_deref(),
            function.comment.as_ref(),
            || {
                Some(format!(
                    "execute function {database_name:?} which returns \"{returned}\""
                ))
            },
        ),
        table,
        returns_set: function.returns_set,
        exposed_as,
        session_argument,
        permitted: tracked
            .permissions
            .iter()
            .map(|permission| permission.role.as_str().into())
            .collect::<BTreeSet<_>>(),
    })
}

/// The one function of a name.
pub(super) fn find_function(catalog: &Catalog, name: &QualifiedName) -> Result<FunctionId> {
    match catalog.functions_named(&name.schema, &name.name) {
        [only] => Ok(*only),
        [] => Err(Error::not_exists(format!(
            "no such function exists: \"{name}\""
        ))),
        _ => Err(Error::not_supported(format!(
            "function \"{name}\" is overloaded. Overloaded functions are not supported"
        ))),
    }
}

/// The position of an argument.
pub(super) fn argument_named(function: &Function, name: &str) -> Option<usize> {
    function
        .arguments
        .iter()
        .position(|argument| argument.name.as_deref() == Some(name))
}

/// Why an argument cannot take the session.
pub(super) enum SessionFault {
    /// The function has none of this name.
    Missing(String),
    /// It does not take JSON.
    NotJson(String),
}

impl SessionFault {
    fn of_tracked_function(self) -> String {
        match self {
            SessionFault::Missing(name) => {
                format!("given session argument {name:?} not the input argument of the function")
            }
            SessionFault::NotJson(name) => {
                format!("given session argument {name:?} is not of type json")
            }
        }
    }

    /// As it is told of the function of a computed field.
    pub(super) fn of_computed_field(self, function: &str) -> String {
        match self {
            SessionFault::Missing(name) => {
                format!("{name:?} is not an input argument of the function {function:?}")
            }
            SessionFault::NotJson(name) => {
                format!("{name:?} argument of the function {function:?} is not of type JSON")
            }
        }
    }
}

/// The position of the argument that takes the session, or why it cannot be.
pub(super) fn session_argument(
    catalog: &Catalog,
    function: &Function,
    given: Option<&str>,
) -> Result<Option<usize>, SessionFault> {
    let Some(name) = given else {
        return Ok(None);
    };
    let position =
        argument_named(function, name).ok_or_else(|| SessionFault::Missing(name.to_owned()))?;
    let json = function.arguments.get(position).is_some_and(|argument| {
        matches!(
            &*catalog.ty(catalog.base_type(argument.ty)).name,
            "json" | "jsonb"
        )
    });
    match json {
        true => Ok(Some(position)),
        false => Err(SessionFault::NotJson(name.to_owned())),
    }
}
