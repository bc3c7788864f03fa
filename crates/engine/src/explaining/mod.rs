//! Why does a role see this row, or not: `howdah_explain_permission` (the answer's form is in
//! `docs/explaining-permissions.md`).
//!
//! * `rights`: a role's permissions as they were written, with those of its parents.
//! * `evaluation`: which parts of them hold for the row, as PostgreSQL finds.
//! * `nodes`, `answer`: what is said of it.

mod answer;
mod evaluation;
mod nodes;
mod rights;

use crate::engine::Engine;
use crate::state::{State, no_source};
use evaluation::Evaluation;
use howdah_error::{Error, Result, Within};
use howdah_ir::Session;
use howdah_ir::catalog::ColumnId;
use howdah_ir::params::{Param, ParamSource, Params, ValueType};
use howdah_ir::values::json_to_text;
use howdah_metadata::PermissionKind;
use howdah_metadata::commands::ExplainPermission;
use howdah_schema::model::{Source, Table};
use rights::Rights;
use serde_json::{Map, Value};

/// Who is asked about, and where.
struct Subject<'a> {
    state: &'a State,
    source: &'a Source,
    table: &'a Table,
    session: Session,
}

impl Engine {
    /// What the rules of a role say about one row; the path of errors is relative to the
    /// arguments.
    ///
    /// # Errors
    /// `not-exists` for an unknown source, table or column; `parse-failed` for other faults of the
    /// arguments; what PostgreSQL says of the key's values.
    pub(crate) async fn explain_permission(
        &self,
        state: &State,
        args: &ExplainPermission,
    ) -> Result<Value> {
        let source = state
            .snapshot
            .sources
            .iter()
            .find(|source| *source.name == *args.source)
            .ok_or_else(|| match state.databases.get(&args.source) {
                Some(Err(error)) => error.clone(),
                _ => no_source(&args.source).within("source"),
            })?;
        let table = source
            .table_named(&args.table.schema, &args.table.name)
            .ok_or_else(|| {
                Error::not_exists(format!(
                    "table \"{}\" is not tracked in source: {}",
                    args.table, args.source
                ))
                .within("table")
            })?;
        if args.role.is_empty() {
            return Err(Error::parse_failed("the name of a role is not empty").within("role"));
        }
        let subject = Subject {
            state,
            source,
            table,
            session: session(&args.role, &args.session).within("session")?,
        };
        let mut params = Params::default();
        let key = key(&subject, &args.pk, &mut params).within("pk")?;
        let rights: Vec<Rights> = PermissionKind::ALL
            .iter()
            .map(|kind| Rights::find(&subject, *kind, &args.role))
            .collect::<Result<_>>()?;
        let options = self.translate_options(state);
        let evaluation = Evaluation::run(&subject, options, &key, &params, &rights).await?;
        Ok(answer::answer(&subject, args, &rights, evaluation.as_ref()))
    }
}

/// The session to explain for.
fn session(role: &str, variables: &Map<String, Value>) -> Result<Session> {
    let mut texts = Vec::with_capacity(variables.len());
    for (name, value) in variables {
        let lower = name.to_ascii_lowercase();
        if !lower.starts_with("x-hasura-") {
            return Err(Error::parse_failed(
                "the name of a session variable begins with x-hasura-",
            )
            .within(name.as_str()));
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => {
                let text = "a session variable is a text; a list is written {a,b}";
                return Err(Error::parse_failed(text).within(name.as_str()));
            }
        };
        texts.push((lower, text));
    }
    Ok(Session::new(role, texts))
}

/// The values that tell the row from others.
fn key(
    subject: &Subject<'_>,
    pk: &Map<String, Value>,
    params: &mut Params,
) -> Result<Vec<(ColumnId, howdah_ir::ParamId)>> {
    let catalog = &subject.source.catalog;
    let info = catalog.table(subject.table.id);
    if pk.is_empty() {
        return Err(Error::parse_failed(
            "the key of a row has one column at least",
        ));
    }
    pk.iter()
        .map(|(name, value)| {
            let column = info
                .column_named(name)
                .ok_or_else(|| Error::not_exists(format!("{name:?} does not exist")))
                .within(name.as_str())?;
            let ty = catalog.column(subject.table.id, column).ty;
            let text = json_to_text(catalog, ty, value)
                .ok_or_else(|| Error::parse_failed("the values of a key are not null"))
                .within(name.as_str())?;
            let id = params.push(Param {
                ty: ValueType::One(ty),
                text: Some(text.into()),
                source: ParamSource::Literal,
            });
            Ok((column, id))
        })
        .collect()
}
