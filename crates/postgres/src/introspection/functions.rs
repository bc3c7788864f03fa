//! Functions that could be tracked or serve as computed fields.

use super::types::Types;
use super::{Oid, USER_SCHEMAS, get, letter, text};
use howdah_error::Result;
use howdah_ir::catalog::{Function, FunctionArgument, Volatility};
use std::sync::{Arc, LazyLock};
use tokio_postgres::Row;

/// Plain functions but those of triggers. What belongs to an extension is left out (PostGIS
/// alone has 700) unless it deals in rows of a table.
pub(super) static QUERY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select p.oid, n.nspname, p.proname, p.prorettype, p.proretset, p.provolatile, \
         p.provariadic <> 0, p.pronargdefaults, p.proargtypes::oid[], p.proargmodes, p.proargnames, \
         d.description \
         from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace \
         left join pg_catalog.pg_description d on d.objoid = p.oid \
         and d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objsubid = 0 \
         where p.prokind = 'f' and {USER_SCHEMAS} \
         and p.prorettype <> all (array['trigger', 'event_trigger']::pg_catalog.regtype[]::oid[]) \
         and (not exists (select from pg_catalog.pg_depend e \
           where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass \
           and e.objid = p.oid and e.deptype = 'e') \
         or exists (select from pg_catalog.pg_type t \
           join pg_catalog.pg_class c on c.oid = t.typrelid and c.relkind <> 'c' \
           where t.oid = any (p.proargtypes::oid[] || p.prorettype))) \
         order by n.nspname, p.proname, p.oid"
    )
});

/// A function whose types are not looked up yet.
pub(super) struct RawFunction {
    oid: Oid,
    schema: Arc<str>,
    name: Arc<str>,
    returns: Oid,
    returns_set: bool,
    volatility: Volatility,
    variadic: bool,
    has_out_columns: bool,
    arguments: Vec<(Option<Arc<str>>, Oid, bool)>,
    comment: Option<Arc<str>>,
}

impl RawFunction {
    pub(super) fn mentioned_types(&self) -> impl Iterator<Item = Oid> {
        self.arguments
            .iter()
            .map(|(_, ty, _)| *ty)
            .chain([self.returns])
    }
}

pub(super) fn read(rows: &[Row]) -> Result<Vec<RawFunction>> {
    rows.iter().map(read_one).collect()
}

fn read_one(row: &Row) -> Result<RawFunction> {
    let types: Vec<Oid> = get(row, 8)?;
    let modes: Option<Vec<i8>> = get(row, 9)?;
    let names: Vec<&str> = get::<Option<Vec<&str>>>(row, 10)?.unwrap_or_default();
    let is_input = |mode: i8| matches!(mode as u8, b'i' | b'b' | b'v');
    // With modes, names run over all arguments; without, every argument is an input.
    let mut inputs = match &modes {
        Some(modes) => modes
            .iter()
            .enumerate()
            .filter(|(_, mode)| is_input(**mode))
            .map(|(i, _)| i)
            .collect::<Vec<_>>(),
        None => (0..types.len()).collect(),
    }
    .into_iter();
    let defaults = usize::try_from(get::<i16>(row, 7)?).unwrap_or(0);
    let first_default = types.len().saturating_sub(defaults);
    Ok(RawFunction {
        oid: get(row, 0)?,
        schema: text(row, 1)?,
        name: text(row, 2)?,
        returns: get(row, 3)?,
        returns_set: get(row, 4)?,
        volatility: match letter(row, 5)? {
            b'i' => Volatility::Immutable,
            b's' => Volatility::Stable,
            _ => Volatility::Volatile,
        },
        variadic: get(row, 6)?,
        has_out_columns: modes
            .iter()
            .flatten()
            .any(|mode| matches!(*mode as u8, b'o' | b'b' | b't')),
        arguments: types
            .iter()
            .enumerate()
            .map(|(i, ty)| {
                let name = inputs.next().and_then(|at| names.get(at));
                let name = name.filter(|n| !n.is_empty()).map(|n| Arc::from(*n));
                (name, *ty, i >= first_default)
            })
            .collect(),
        comment: get::<Option<&str>>(row, 11)?.map(Arc::from),
    })
}

/// Replaces `oid`s by the catalogue's types; a function whose types vanished is left out.
pub(super) fn finish(functions: Vec<RawFunction>, types: &Types) -> Vec<Function> {
    functions
        .into_iter()
        .filter_map(|raw| {
            Some(Function {
                returns: types.id(raw.returns)?,
                arguments: raw
                    .arguments
                    .into_iter()
                    .map(|(name, ty, has_default)| {
                        Some(FunctionArgument {
                            name,
                            ty: types.id(ty)?,
                            has_default,
                        })
                    })
                    .collect::<Option<_>>()?,
                schema: raw.schema,
                name: raw.name,
                oid: raw.oid,
                variadic: raw.variadic,
                has_out_columns: raw.has_out_columns,
                returns_set: raw.returns_set,
                volatility: raw.volatility,
                comment: raw.comment,
            })
        })
        .collect()
}
