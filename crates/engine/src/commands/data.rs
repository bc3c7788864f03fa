//! Operations on rows: `select`, `count`, `insert`, `update`, `delete` of `/v1/query` and
//! `/v2/query`.

use crate::engine::Engine;
use crate::session_use::SessionUse;
use crate::state::{State, no_source};
use bytes::Bytes;
use howdah_error::{Error, JsonPath, Result, Within};
use howdah_ir::Session;
use howdah_ir::mutation::Mutation;
use howdah_ir::params::Params;
use howdah_ir::query::Rows;
use howdah_metadata::commands::{DataCommand, DataOperation};
use howdah_postgres::{Expected, translate};
use howdah_schema::model::Source;
use howdah_schema::rql;
use serde_json::Value;

impl Engine {
    /// Runs an operation for a session. Paths of errors are relative to the request.
    pub(super) async fn data(
        &self,
        state: &State,
        command: &DataCommand,
        session: &Session,
    ) -> Result<Bytes> {
        let name = rql::source_name(&command.args).within("args")?;
        let source = match state.snapshot.source_named(name) {
            Some((_, source)) => source,
            None => {
                let error = match state.pool_named(name) {
                    Err(error) => error,
                    Ok(_) => no_source(name),
                };
                return Err(error).within("args");
            }
        };
        match command.operation {
            DataOperation::Select => {
                let (rows, params) = rql::select(source, session, &command.args)?;
                self.fetch(state, source, session, &rows, &params).await
            }
            DataOperation::Count => {
                let count = rql::count(source, session, &command.args)?;
                let answer = self
                    .fetch(state, source, session, &count.rows, &count.params)
                    .await?;
                let value: Value = serde_json::from_slice(&answer)
                    .map_err(|_| Error::unexpected("the database did not answer with JSON"))?;
                Ok(value.get("aggregate").unwrap_or(&value).to_string().into())
            }
            DataOperation::Insert => {
                let write = rql::insert(source, session, &command.args)?;
                self.write(state, source, session, write).await
            }
            DataOperation::Update => {
                let write = rql::update(source, session, &command.args)?;
                self.write(state, source, session, write).await
            }
            DataOperation::Delete => {
                let write = rql::delete(source, session, &command.args)?;
                self.write(state, source, session, write).await
            }
        }
    }

    async fn write(
        &self,
        state: &State,
        source: &Source,
        session: &Session,
        (mutation, params): (Mutation, Params),
    ) -> Result<Bytes> {
        let mut used = SessionUse::default();
        used.mutation(&mutation);
        let args = JsonPath::from_iter(["args"]);
        check_variables(&used, session)?;
        let root = JsonPath::root();
        self.run_mutation(state, source, &mutation, &params, session, &root)
            .await
            .map_err(|error| {
                if error.path().is_root() {
                    error.at(args)
                } else {
                    error
                }
            })
    }

    async fn fetch(
        &self,
        state: &State,
        source: &Source,
        session: &Session,
        rows: &Rows,
        params: &Params,
    ) -> Result<Bytes> {
        let args = JsonPath::from_iter(["args"]);
        let mut used = SessionUse::default();
        used.rows(rows);
        check_variables(&used, session)?;
        let options = self.translate_options(state);
        let context = translate::Context {
            catalog: &source.catalog,
            options: &options,
            params,
        };
        let statement = translate::select(&context, rows)?;
        let arguments = statement.arguments(params, &session.to_json().into(), None);
        state
            .pool_named(&source.name)?
            .query_json(&statement.sql, &arguments, Expected::Read)
            .await
            .map_err(|error| error.within_path(&args))
    }
}

/// The session must have what the role's rules need.
fn check_variables(used: &SessionUse, session: &Session) -> Result<()> {
    match used.missing(session).next() {
        Some(name) => {
            let text = format!("{name} header is expected but not found");
            let error = Error::missing_session_variable(name).with_message(text);
            Err(error.within("args"))
        }
        None => Ok(()),
    }
}
