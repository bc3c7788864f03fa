//! Arguments of tracked functions and computed fields.

use super::{InputInfo, InputKind, RoleSchema, TableKey, TypeKey, TypeRef, input};
use crate::model::SourceId;
use howdah_ir::catalog::{Function, FunctionArgument};
use std::sync::Arc;

/// The GraphQL name of a function's argument; unnamed ones are numbered from 1 among the visible.
fn argument_name(argument: &FunctionArgument, position: usize) -> Arc<str> {
    match &argument.name {
        Some(name) if crate::model::is_graphql_name(name) => name.clone(),
        _ => format!("arg_{position}").into(),
    }
}

/// Arguments a client may give, with their positions in the function.
fn visible<'f>(
    function: &'f Function,
    hidden: &[Option<usize>],
) -> Vec<(usize, &'f FunctionArgument)> {
    function
        .arguments
        .iter()
        .enumerate()
        .filter(|(i, _)| !hidden.contains(&Some(*i)))
        .collect()
}

impl RoleSchema<'_> {
    fn inputs_of(
        &self,
        source: SourceId,
        function: &Function,
        hidden: &[Option<usize>],
    ) -> Vec<InputInfo> {
        visible(function, hidden)
            .into_iter()
            .enumerate()
            .map(|(n, (position, argument))| InputInfo {
                name: argument_name(argument, n + 1),
                description: None,
                ty: self.value_type(source, argument.ty),
                default: None,
                shown: None,
                kind: InputKind::Argument(position),
            })
            .collect()
    }

    /// Fields of `<function>_args`.
    pub(super) fn function_inputs(&self, source: SourceId, index: usize) -> Vec<InputInfo> {
        let info = self.source(source);
        let Some(tracked) = info.functions.get(index) else {
            return Vec::new();
        };
        self.inputs_of(
            source,
            info.catalog.function(tracked.id),
            &[tracked.session_argument],
        )
    }

    /// The `args` argument of a function's root fields, if it takes any.
    pub(super) fn function_arguments(&self, source: SourceId, index: usize) -> Vec<InputInfo> {
        let info = self.source(source);
        let Some(tracked) = info.functions.get(index) else {
            return Vec::new();
        };
        let function = info.catalog.function(tracked.id);
        let given = visible(function, &[tracked.session_argument]);
        let description = format!("input parameters for function {:?}", &*tracked.name);
        args_input(&given, TypeKey::FunctionArgs(source, index), &description)
    }

    /// Fields of `<field>_<table>_args`.
    pub(super) fn computed_inputs(&self, key: TableKey, index: usize) -> Vec<InputInfo> {
        let Some((_, computed)) = self
            .table(key)
            .and_then(|t| t.computed_fields.get_index(index))
        else {
            return Vec::new();
        };
        let function = self.source(key.0).catalog.function(computed.function);
        self.inputs_of(
            key.0,
            function,
            &[Some(computed.row_argument), computed.session_argument],
        )
    }

    /// The `args` argument of a computed field, if it takes any.
    pub(super) fn computed_arguments(&self, key: TableKey, index: usize) -> Vec<InputInfo> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        let Some((name, computed)) = table.computed_fields.get_index(index) else {
            return Vec::new();
        };
        let function = self.source(key.0).catalog.function(computed.function);
        let given = visible(
            function,
            &[Some(computed.row_argument), computed.session_argument],
        );
        let info = self.source(key.0).catalog.table(key.1);
        let description = format!(
            "input parameters for computed field {:?} defined on table {:?}",
            &**name,
            crate::rules::qualified(&info.schema, &info.name)
        );
        args_input(&given, TypeKey::ComputedArgs(key, index), &description)
    }

    /// Name of the input type of a computed field's arguments.
    pub(super) fn computed_args_name(&self, key: TableKey, index: usize) -> String {
        let source = self.source(key.0);
        let Some(table) = source.table(key.1) else {
            return String::new();
        };
        let field = table
            .computed_fields
            .get_index(index)
            .map_or("", |(name, _)| &**name);
        // The convention leaves these types and their fields alone.
        source
            .names
            .generated_type(&format!("{field}_{}_args", table.name))
    }
}

fn args_input(
    given: &[(usize, &FunctionArgument)],
    ty: TypeKey,
    description: &str,
) -> Vec<InputInfo> {
    if given.is_empty() {
        return Vec::new();
    }
    let required = given.iter().any(|(_, argument)| !argument.has_default);
    let ty = TypeRef::from(ty);
    vec![input(
        "args",
        Some(description),
        if required { ty.non_null() } else { ty },
    )]
}
