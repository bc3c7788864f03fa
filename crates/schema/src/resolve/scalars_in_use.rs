//! Scalars whose names are those of rows too: a table called `uuid` beside columns of that type.
//!
//! Only few schemas have a table that is called like any type at all, so that what is in use is looked
//! for where there is one, and nowhere else.

use crate::model::{ComputedReturn, SchemaOptions, Source};
use crate::types::{is_list, scalar_name};
use howdah_ir::catalog::{FunctionId, TypeId};
use std::collections::HashSet;
use std::sync::Arc;

/// The scalars that the schema mentions among those of which `is_of_rows` says that rows are called so.
pub(super) fn clashing(
    sources: &[Source],
    options: &SchemaOptions,
    is_of_rows: impl Fn(&str) -> bool,
) -> HashSet<Arc<str>> {
    let mut named: HashSet<&str> = HashSet::new();
    for source in sources {
        let names = source.scalars.keys().map(|name| &**name);
        named.extend(names.filter(|name| is_of_rows(name)));
    }
    let mut found = HashSet::new();
    if named.is_empty() {
        return found;
    }
    for source in sources {
        for ty in mentioned(source) {
            let catalog = &source.catalog;
            let element = is_list(catalog, ty, options.disable_postgres_arrays);
            let name = scalar_name(catalog, element.unwrap_or(ty));
            if named.contains(&*name) {
                found.insert(name);
            }
        }
    }
    found
}

/// The types of columns and arguments, many of them again and again.
fn mentioned(source: &Source) -> Vec<TypeId> {
    let catalog = &source.catalog;
    let mut types = Vec::new();
    let rows = source.tables.values().map(|table| &**table);
    let rows = rows.chain(source.natives.values().map(|query| &query.rows));
    for table in rows.filter(|table| table.exposed) {
        let columns = catalog.table(table.id).columns.iter();
        let shown = columns
            .zip(&table.columns)
            .filter(|(_, view)| view.name.is_some() && view.enum_table.is_none());
        types.extend(shown.map(|(column, _)| column.ty));
        for field in table.computed_fields.values() {
            if let ComputedReturn::Scalar(ty) = field.returns {
                types.push(ty);
            }
            let own = [Some(field.row_argument), field.session_argument];
            types.extend(arguments(source, field.function, &own));
        }
    }
    for function in &source.functions {
        if source
            .table(function.table)
            .is_some_and(|table| table.exposed)
        {
            types.extend(arguments(source, function.id, &[function.session_argument]));
        }
    }
    for query in source.natives.values() {
        types.extend(query.arguments.iter().map(|argument| argument.ty));
    }
    types
}

/// The types of a function's arguments, but for those that clients do not give.
fn arguments<'a>(
    source: &'a Source,
    function: FunctionId,
    hidden: &'a [Option<usize>],
) -> impl Iterator<Item = TypeId> + 'a {
    let arguments = source.catalog.function(function).arguments.iter();
    let arguments = arguments.enumerate();
    arguments
        .filter(|(position, _)| !hidden.contains(&Some(*position)))
        .map(|(_, argument)| argument.ty)
}
