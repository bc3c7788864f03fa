//! Runs mutations: all fields on a source in order, in one transaction; the first failure rolls
//! everything back.
//!
//! A mutation that is one statement is sent alone, a transaction by itself. Otherwise BEGIN goes
//! out with the first statement, and COMMIT with the last one where that is known.

mod inserts;
mod judgement;
mod trace;
mod validation;
mod writer;

use crate::engine::Engine;
use crate::state::State;
use bytes::Bytes;
use howdah_error::{Error, JsonPath, Result};
use howdah_ir::Session;
use howdah_ir::mutation::{Mutation, Update};
use howdah_ir::params::Params;
use howdah_postgres::execution::errors::CHECK_FAILED_MESSAGE;
use howdah_postgres::translate::{self, Closing, Context, MutationStatement, Options, Statement};
use howdah_postgres::{TextParam, Work, WriteAnswer};
use howdah_schema::lower::{Lowered, RootValue};
use howdah_schema::model::{Source, SourceId};
use std::sync::Arc;
use writer::Writer;

pub use judgement::{Judgement, JudgementObserver};

/// Longer texts are hardly sent twice: they are not kept prepared.
const LONGEST_KEPT: usize = 16 * 1024;

/// Who writes.
struct Author {
    session: Arc<str>,
    trace: Arc<str>,
}

/// A field that writes.
struct Field<'a> {
    source: &'a Source,
    mutation: &'a Mutation,
    path: JsonPath,
}

/// What the run of a field needs.
struct Run<'a, 'w> {
    writer: &'a mut Writer<'w>,
    catalog: &'a howdah_ir::Catalog,
    options: Options,
    author: &'a Author,
    /// Nothing follows in the transaction.
    last: bool,
    /// The rows of nested inserts are written one by one, each with all that hangs on it.
    careful: bool,
    /// A nested insert must be done again carefully: a row was refused or skipped where it is not
    /// known which.
    unclear: bool,
}

impl Engine {
    /// Runs the mutation fields of an operation with `params` for its values; the answers by position
    /// of the field.
    ///
    /// Fields on different sources have a transaction each, committed when all fields have
    /// succeeded.
    pub(crate) async fn run_mutations(
        &self,
        state: &State,
        lowered: &Lowered,
        params: &Params,
        session: &Session,
    ) -> Result<Vec<Option<Bytes>>> {
        self.validate_input(&lowered.validations, session).await?;
        let mut fields = Vec::new();
        let mut positions = Vec::new();
        for (position, field) in lowered.fields.iter().enumerate() {
            if let RootValue::Mutation(source, mutation) = &field.value {
                fields.push(Field {
                    source: state.snapshot.source(*source),
                    mutation,
                    path: field.path(),
                });
                positions.push((position, *source));
            }
        }
        let ids: Vec<SourceId> = positions.iter().map(|(_, source)| *source).collect();
        let written = self
            .write_all(state, &fields, &ids, params, session)
            .await?;
        let mut values = vec![None; lowered.fields.len()];
        for ((position, _), value) in positions.into_iter().zip(written) {
            if let Some(slot) = values.get_mut(position) {
                *slot = Some(value);
            }
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
        if validation::is_judged(mutation) {
            return Err(Error::not_supported(
                "the permission has an input validation, which only GraphQL mutations pass through",
            )
            .at(path.clone()));
        }
        let field = Field {
            source,
            mutation,
            path: path.clone(),
        };
        let written = self
            .write_all(state, &[field], &[SourceId(0)], params, session)
            .await?;
        written
            .into_iter()
            .next()
            .ok_or_else(|| Error::unexpected("the mutation was not run"))
    }

    async fn write_all(
        &self,
        state: &State,
        fields: &[Field<'_>],
        sources: &[SourceId],
        params: &Params,
        session: &Session,
    ) -> Result<Vec<Bytes>> {
        let author = Author {
            session: session.to_json().into(),
            trace: trace::context(session).into(),
        };
        match self
            .try_all(state, fields, sources, params, &author, false)
            .await
        {
            Err(Failure::Unclear) => {}
            Err(Failure::Error(error)) => return Err(error),
            Ok(values) => return Ok(values),
        }
        // Everything was rolled back.
        self.try_all(state, fields, sources, params, &author, true)
            .await
            .map_err(|failure| match failure {
                Failure::Error(error) => error,
                Failure::Unclear => Error::unexpected("rows of an insert are written differently"),
            })
    }

    async fn try_all(
        &self,
        state: &State,
        fields: &[Field<'_>],
        sources: &[SourceId],
        params: &Params,
        author: &Author,
        careful: bool,
    ) -> Result<Vec<Bytes>, Failure> {
        let mut writers: Vec<(SourceId, Writer<'_>)> = Vec::new();
        let mut values = Vec::with_capacity(fields.len());
        let one_source = sources.windows(2).all(|pair| pair.first() == pair.last());
        for (i, (field, id)) in fields.iter().zip(sources).enumerate() {
            let known = writers.iter().position(|(known, _)| known == id);
            let place = match known {
                Some(known) => known,
                None => {
                    let pool = state.pool_named(&field.source.name)?;
                    writers.push((*id, Writer::new(pool, &author.session, &author.trace)));
                    writers.len() - 1
                }
            };
            let Some((_, writer)) = writers.get_mut(place) else {
                continue;
            };
            let mut run = Run {
                writer,
                catalog: &field.source.catalog,
                options: self.translate_options(state),
                author,
                last: one_source && i + 1 == fields.len(),
                careful,
                unclear: false,
            };
            let value = run.mutation(field.mutation, params, &field.path).await;
            match value {
                Ok(value) => values.push(value),
                Err(_) if run.unclear => return Err(Failure::Unclear),
                Err(error) => return Err(error.into()),
            }
        }
        for (_, mut writer) in writers {
            writer.commit().await?;
        }
        Ok(values)
    }
}

/// Why a try ended.
enum Failure {
    /// See [`Run::unclear`].
    Unclear,
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Error(error)
    }
}

impl Run<'_, '_> {
    fn context<'p>(&'p self, params: &'p Params) -> Context<'p> {
        Context {
            catalog: self.catalog,
            options: &self.options,
            params,
        }
    }

    /// How a field's only statement stands.
    fn closing(&self) -> Closing {
        match (self.last, self.writer.may_stand_alone()) {
            (true, true) => Closing::Alone,
            (true, false) => Closing::Last,
            (false, _) => Closing::Open,
        }
    }

    async fn mutation(
        &mut self,
        mutation: &Mutation,
        params: &Params,
        path: &JsonPath,
    ) -> Result<Bytes> {
        let closing = self.closing();
        let context = self.context(params);
        match mutation {
            Mutation::Insert(tree) => self.insert(tree, params).await,
            Mutation::Update(update) => {
                let statement = translate::closing_update(&context, update, closing)?;
                // Where in an update a check failed has never been told.
                self.write(&statement, closing, params, &JsonPath::root())
                    .await
            }
            Mutation::UpdateMany(updates) => self.update_many(updates, params).await,
            Mutation::Delete(delete) => {
                let statement = translate::closing_delete(&context, delete, closing)?;
                self.write(&statement, closing, params, path).await
            }
            Mutation::Function(rows) => {
                let statement = translate::call(&context, rows, closing)?;
                match closing {
                    Closing::Alone => self.alone(&statement, params).await,
                    Closing::Last | Closing::Open => self.read(&statement, params, None).await,
                }
            }
        }
    }

    async fn update_many(&mut self, updates: &[Update], params: &Params) -> Result<Bytes> {
        let context = self.context(params);
        let statements = updates
            .iter()
            .map(|update| translate::update(&context, update))
            .collect::<Result<Vec<_>>>()?;
        let mut values = Vec::with_capacity(updates.len());
        if statements.iter().any(|s| s.read.is_some()) {
            // Each answer sees what was written up to it and no more.
            let last = std::mem::replace(&mut self.last, false);
            for statement in &statements {
                let value = self
                    .write(statement, Closing::Open, params, &JsonPath::root())
                    .await?;
                values.push(value);
            }
            self.last = last;
        } else {
            let statements: Vec<&Statement> = statements.iter().map(|s| &s.write).collect();
            for answer in self.many(&statements, params).await? {
                let answer = answer?;
                if !answer.holds {
                    return Err(check_failed(&JsonPath::root()));
                }
                values.push(answer.root);
            }
        }
        let mut list = vec![b'['];
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                list.push(b',');
            }
            list.extend_from_slice(value);
        }
        list.push(b']');
        Ok(list.into())
    }

    /// Runs a write and the read of its answer. `place` is where a failed check is reported.
    async fn write(
        &mut self,
        statement: &MutationStatement,
        closing: Closing,
        params: &Params,
        place: &JsonPath,
    ) -> Result<Bytes> {
        let told = |error: Error| match is_check_failure(&error) {
            true => error.at(place.clone()),
            false => error,
        };
        let write = &statement.write;
        let Some(read) = &statement.read else {
            return match closing {
                Closing::Alone => self.alone(write, params).await.map_err(told),
                Closing::Last => self.read(write, params, None).await.map_err(told),
                Closing::Open => {
                    let answer = self.one(write, params).await?;
                    match answer.holds {
                        true => Ok(answer.root),
                        false => Err(check_failed(place)),
                    }
                }
            };
        };
        let answer = self.one(write, params).await?;
        if !answer.holds {
            return Err(check_failed(place));
        }
        let rows = rows_text(&answer.root)?;
        self.read(read, params, Some(&rows)).await
    }

    fn arguments(
        &self,
        statement: &Statement,
        params: &Params,
        rows: Option<&Arc<str>>,
    ) -> Vec<TextParam> {
        let author = self.author;
        statement.traced_arguments(params, &author.session, Some(&author.trace), rows)
    }

    /// Runs a statement that is a transaction by itself.
    async fn alone(&self, statement: &Statement, params: &Params) -> Result<Bytes> {
        let arguments = self.arguments(statement, params, None);
        let pool = self.writer.pool();
        pool.run_alone(work(statement, &arguments)).await
    }

    async fn one(&mut self, statement: &Statement, params: &Params) -> Result<WriteAnswer> {
        let arguments = self.arguments(statement, params, None);
        self.writer.run_one(work(statement, &arguments)).await
    }

    async fn many(
        &mut self,
        statements: &[&Statement],
        params: &Params,
    ) -> Result<Vec<Result<WriteAnswer>>> {
        let arguments: Vec<Vec<TextParam>> = statements
            .iter()
            .map(|statement| self.arguments(statement, params, None))
            .collect();
        let works: Vec<Work<'_>> = statements
            .iter()
            .zip(&arguments)
            .map(|(statement, arguments)| work(statement, arguments))
            .collect();
        self.writer.run(&works).await
    }

    /// Runs the statement that answers a field; the last one commits.
    async fn read(
        &mut self,
        statement: &Statement,
        params: &Params,
        rows: Option<&Arc<str>>,
    ) -> Result<Bytes> {
        let arguments = self.arguments(statement, params, rows);
        let work = work(statement, &arguments);
        let answer = match self.last {
            true => self.writer.run_last(work).await?,
            false => self.writer.run_one(work).await?,
        };
        Ok(answer.root)
    }
}

fn work<'a>(statement: &'a Statement, params: &'a [TextParam]) -> Work<'a> {
    Work {
        sql: &statement.sql,
        params,
        again: statement.sql.len() <= LONGEST_KEPT,
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
    Error::new(howdah_error::Code::PermissionError, CHECK_FAILED_MESSAGE).at(place.clone())
}

fn is_check_failure(error: &Error) -> bool {
    *error.code() == howdah_error::Code::PermissionError && error.message() == CHECK_FAILED_MESSAGE
}
