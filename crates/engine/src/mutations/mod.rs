//! Runs mutations: all fields on a source in order, in one transaction; the first failure rolls
//! everything back.

mod inserts;

use crate::engine::Engine;
use crate::state::State;
use bytes::Bytes;
use howdah_error::{Code, Error, JsonPath, Result};
use howdah_ir::Session;
use howdah_ir::mutation::Mutation;
use howdah_ir::params::Params;
use howdah_postgres::translate::{self, Context, MutationStatement, Options, Statement};
use howdah_postgres::{Access, Expected, TextParam, Transaction, TransactionOptions};
use howdah_schema::lower::{Lowered, RootValue};
use howdah_schema::model::{Source, SourceId};
use std::sync::Arc;

/// What the fields of one source share.
struct Run<'a> {
    transaction: &'a Transaction,
    catalog: &'a howdah_ir::Catalog,
    options: Options,
    session: Arc<str>,
}

impl Engine {
    /// Runs the mutation fields of an operation; the values by position of the field.
    ///
    /// Fields on different sources have a transaction each, committed when all fields have
    /// succeeded.
    pub(crate) async fn run_mutations(
        &self,
        state: &State,
        lowered: &Lowered,
        session: &Session,
    ) -> Result<Vec<Option<Bytes>>> {
        let session_json: Arc<str> = session.to_json().into();
        let mut open: Vec<(SourceId, Transaction)> = Vec::new();
        let mut values = vec![None; lowered.fields.len()];
        for (position, field) in lowered.fields.iter().enumerate() {
            let RootValue::Mutation(source, mutation) = &field.value else {
                continue;
            };
            let position_of_source = match open.iter().position(|(id, _)| id == source) {
                Some(known) => known,
                None => {
                    let pool = state.pool(*source)?;
                    let options = TransactionOptions {
                        isolation: pool.settings().isolation_level,
                        access: Access::ReadWrite,
                        session: Some(&session_json),
                    };
                    open.push((*source, pool.begin(&options).await?));
                    open.len() - 1
                }
            };
            let Some((_, transaction)) = open.get(position_of_source) else {
                continue;
            };
            let run = Run {
                transaction,
                catalog: &state.snapshot.source(*source).catalog,
                options: self.translate_options(state),
                session: session_json.clone(),
            };
            let value = run
                .mutation(mutation, &lowered.params, &field.path())
                .await?;
            if let Some(slot) = values.get_mut(position) {
                *slot = Some(value);
            }
        }
        for (_, transaction) in open {
            transaction.commit(Expected::Write).await?;
        }
        Ok(values)
    }

    /// Runs one mutation in a transaction of its own; `path` is where it stands in the request.
    pub(crate) async fn run_mutation(
        &self,
        state: &State,
        source: &Source,
        mutation: &Mutation,
        params: &Params,
        session: &Session,
        path: &JsonPath,
    ) -> Result<Bytes> {
        let session: Arc<str> = session.to_json().into();
        let pool = state.pool_named(&source.name)?;
        let options = TransactionOptions {
            isolation: pool.settings().isolation_level,
            access: Access::ReadWrite,
            session: Some(&session),
        };
        let transaction = pool.begin(&options).await?;
        let run = Run {
            transaction: &transaction,
            catalog: &source.catalog,
            options: self.translate_options(state),
            session: session.clone(),
        };
        let value = run.mutation(mutation, params, path).await?;
        transaction.commit(Expected::Write).await?;
        Ok(value)
    }
}

impl Run<'_> {
    fn context<'p>(&'p self, params: &'p Params) -> Context<'p> {
        Context {
            catalog: self.catalog,
            options: &self.options,
            params,
        }
    }

    async fn mutation(
        &self,
        mutation: &Mutation,
        params: &Params,
        path: &JsonPath,
    ) -> Result<Bytes> {
        let context = self.context(params);
        match mutation {
            Mutation::Insert(tree) => self.insert(tree, params).await,
            Mutation::Update(update) => {
                let statement = translate::update(&context, update)?;
                self.write(&statement, params, &path.child("args")).await
            }
            Mutation::UpdateMany(updates) => {
                let mut answer = vec![b'['];
                for (i, update) in updates.iter().enumerate() {
                    if i > 0 {
                        answer.push(b',');
                    }
                    let statement = translate::update(&context, update)?;
                    let place = path.child("args").child("updates").child(i);
                    answer.extend_from_slice(&self.write(&statement, params, &place).await?);
                }
                answer.push(b']');
                Ok(answer.into())
            }
            Mutation::Delete(delete) => {
                let statement = translate::delete(&context, delete)?;
                self.write(&statement, params, path).await
            }
            Mutation::Function(rows) => {
                let statement = translate::select(&context, rows)?;
                self.read(&statement, params, None).await
            }
        }
    }

    /// Runs a write and the read of its answer. `place` is where a failed check is reported.
    async fn write(
        &self,
        statement: &MutationStatement,
        params: &Params,
        place: &JsonPath,
    ) -> Result<Bytes> {
        let (root, holds) = self.checked(&statement.write, params).await?;
        if !holds {
            return Err(check_failed(place));
        }
        match &statement.read {
            None => Ok(root),
            Some(read) => {
                let rows = rows_text(&root)?;
                self.read(read, params, Some(&rows)).await
            }
        }
    }

    async fn checked(&self, statement: &Statement, params: &Params) -> Result<(Bytes, bool)> {
        let arguments: Vec<TextParam> = statement.arguments(params, &self.session, None);
        self.transaction
            .query_checked_json(&statement.sql, &arguments, Expected::Write)
            .await
    }

    async fn read(
        &self,
        statement: &Statement,
        params: &Params,
        rows: Option<&Arc<str>>,
    ) -> Result<Bytes> {
        let arguments = statement.arguments(params, &self.session, rows);
        self.transaction
            .query_json(&statement.sql, &arguments, Expected::Write)
            .await
    }
}

/// Rows handed out by a write, as the text to hand on.
fn rows_text(root: &Bytes) -> Result<Arc<str>> {
    std::str::from_utf8(root)
        .map(Arc::from)
        .map_err(|_| Error::unexpected("the database answered with text that is not UTF-8"))
}

/// The refusal of rows that a permission's check does not allow.
fn check_failed(place: &JsonPath) -> Error {
    Error::new(
        Code::PermissionError,
        "check constraint of an insert/update permission has failed",
    )
    .at(place.clone())
}
