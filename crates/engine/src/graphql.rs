//! Runs GraphQL operations: text to tree to statements to bytes. The answer's rows go out as
//! PostgreSQL sent them.

use crate::body::{Body, Values};
use crate::engine::Engine;
use crate::plans::{Asked, Found, Piece, Plan, Step};
use crate::state::State;
use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use futures_util::stream::BoxStream;
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use howdah_ir::params::Params;
use howdah_postgres::translate::{self, Binding};
use howdah_postgres::{Expected, Read, TextParam};
use howdah_schema::document::{self, Document, OperationKind};
use howdah_schema::lower::{Lowered, Request, choose, declared, lower};
use howdah_schema::model::SourceId;
use howdah_schema::types::RoleSchema;
use serde_json::{Map, Value, json};
use smallvec::SmallVec;
use std::fmt;
use std::sync::Arc;

/// A GraphQL operation as it was sent.
#[derive(Debug, Clone, Default)]
pub struct GraphqlRequest {
    /// The document.
    pub query: String,
    /// The values of variables; numbers keep their text.
    pub variables: Map<String, Value>,
    /// Which operation of the document.
    pub operation_name: Option<String>,
}

/// The rest of a long answer: pieces, or the error that ends it too early.
pub type AnswerStream = BoxStream<'static, Result<Bytes>>;

/// The answer to an operation.
#[derive(Default)]
pub struct GraphqlAnswer {
    /// The body (`{"data":…}`) in pieces, or the beginning of a long one.
    pub chunks: Vec<Bytes>,
    /// What follows, where that is still being read. It is read no faster than it is taken.
    pub rest: Option<AnswerStream>,
    /// What was done, if that was asked for.
    pub observations: Vec<Observation>,
}

impl GraphqlAnswer {
    /// The whole body.
    ///
    /// # Errors
    /// What failed after the beginning.
    pub async fn body(self) -> Result<Vec<u8>> {
        let mut chunks = self.chunks;
        if let Some(mut rest) = self.rest {
            while let Some(piece) = rest.try_next().await? {
                chunks.push(piece);
            }
        }
        Ok(chunks.concat())
    }
}

impl fmt::Debug for GraphqlAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphqlAnswer")
            .field("chunks", &self.chunks)
            .field("rest", &self.rest.is_some())
            .field("observations", &self.observations)
            .finish()
    }
}

/// What one part of an operation did.
#[derive(Debug, Clone)]
pub struct Observation {
    /// `database` or `introspection`.
    pub kind: &'static str,
    /// Statements with their arguments by root field.
    pub generated_sql: Option<Value>,
}

impl Engine {
    /// Runs an operation for a session. `observe` asks for [`GraphqlAnswer::observations`].
    ///
    /// # Errors
    /// The first failing stage decides: text, validation, session variables, database.
    pub async fn graphql(
        &self,
        request: &GraphqlRequest,
        session: &Session,
        observe: bool,
    ) -> Result<GraphqlAnswer> {
        let state = self.state.load_full();
        let (plan, params) = self.plan(&state, request, session)?;
        if plan.kind == OperationKind::Subscription {
            return Err(Error::new(
                Code::UnexpectedPayload,
                "subscriptions are not supported over HTTP, use websockets instead",
            ));
        }
        plan.check(session)?;
        let (values, observations) = match &plan.lowered {
            Some(lowered) => {
                let values = self
                    .run_mutations(&state, lowered, &params, session)
                    .await?;
                let observations = observe.then(|| observations(&plan, &[]));
                (values.into(), observations)
            }
            None => {
                let arguments = arguments(&plan, &params, session);
                let values = run(&state, &plan, &arguments).await?;
                let observations = observe.then(|| observations(&plan, &arguments));
                (values, observations)
            }
        };
        let (chunks, rest) = fill(&plan, values);
        Ok(GraphqlAnswer {
            chunks,
            rest,
            observations: observations.unwrap_or_default(),
        })
    }

    /// The plan of an operation, kept or new, and the operation's values.
    pub(crate) fn plan(
        &self,
        state: &State,
        request: &GraphqlRequest,
        session: &Session,
    ) -> Result<(Arc<Plan>, Params)> {
        let schema = role_schema(state, session);
        let name = request.operation_name.as_deref();
        let asked = Asked::new(session, name, &request.query);
        let text = state.plans.text(asked);
        if let Some(text) = &text
            && let Some(found) = state.plans.plan(schema, text, &request.variables)
        {
            return Ok(found);
        }
        let document = match text.as_ref().and_then(|text| text.document.clone()) {
            Some(document) => document,
            None => Arc::new(document::parse(&request.query)?),
        };
        let lowered = lower_document(state, &document, request, session)?;
        let found = Found {
            declared: declared(choose(&document, name)?),
            shape_variables: lowered.shape_variables.clone(),
            variables: &request.variables,
        };
        let options = self.translate_options(state);
        let plan = Arc::new(Plan::compile(&state.snapshot, &options, lowered)?);
        state.plans.keep(asked, text, &document, found, &plan);
        let params = plan.params.clone();
        Ok((plan, params))
    }

    /// Settings of the compiler.
    pub(crate) fn translate_options(&self, state: &State) -> translate::Options {
        translate::Options {
            stringify_numbers: state.snapshot.options.stringify_numeric_types,
            checks_pass_on_null: self.builder.options().checks_pass_on_null,
        }
    }
}

/// Reads and validates an operation for the session's role.
pub(crate) fn lower_request(
    state: &State,
    request: &GraphqlRequest,
    session: &Session,
) -> Result<Lowered> {
    let document = document::parse(&request.query)?;
    lower_document(state, &document, request, session)
}

fn role_schema<'a>(state: &'a State, session: &'a Session) -> RoleSchema<'a> {
    RoleSchema {
        snapshot: &state.snapshot,
        role: session.role(),
        backend: session.backend_only(),
    }
}

pub(crate) fn lower_document(
    state: &State,
    document: &Document,
    request: &GraphqlRequest,
    session: &Session,
) -> Result<Lowered> {
    let schema = role_schema(state, session);
    lower(
        schema,
        &Request {
            document,
            operation_name: request.operation_name.as_deref(),
            variables: &request.variables,
        },
    )
}

/// What each step's statement is filled with.
pub(crate) fn arguments(plan: &Plan, params: &Params, session: &Session) -> Vec<Vec<TextParam>> {
    // Not every statement reads the session.
    let mut session_json: Option<Arc<str>> = None;
    let arguments = |step: &Step| {
        let reads_session = step.statement.bindings.contains(&Binding::Session);
        if reads_session && session_json.is_none() {
            session_json = Some(session.to_json().into());
        }
        let session = session_json.clone().unwrap_or_default();
        step.statement.arguments(params, &session, None)
    };
    plan.steps.iter().map(arguments).collect()
}

/// Runs the statements, those of a source in one round trip and sources side by side; the values by
/// position of the field. `arguments` are those of the steps, in their order. Where there is one
/// statement, a long answer is read as it is taken.
async fn run(state: &State, plan: &Plan, arguments: &[Vec<TextParam>]) -> Result<Values> {
    let mut values = Values::new(plan.fields);
    if let ([step], [arguments]) = (&*plan.steps, arguments) {
        let pool = state.pool(step.source)?;
        let answer = pool.read(step.read(arguments), Expected::Read).await?;
        values.set_answer(step.position, answer);
        return Ok(values);
    }
    let mut by_source: SmallVec<[(SourceId, SmallVec<[usize; 4]>); 1]> = SmallVec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        match by_source.iter_mut().find(|(id, _)| *id == step.source) {
            Some((_, indices)) => indices.push(index),
            None => by_source.push((step.source, SmallVec::from_slice(&[index]))),
        }
    }
    let runs = by_source.iter().map(|(source, indices)| async move {
        let reads: SmallVec<[Read<'_>; 4]> = indices
            .iter()
            .filter_map(|index| {
                let step = plan.steps.get(*index)?;
                Some(step.read(arguments.get(*index)?))
            })
            .collect();
        let answers = match state.pool(*source) {
            Ok(pool) => pool.read_many(&reads, Expected::Read).await,
            Err(error) => Err(error),
        };
        match answers {
            Ok(answers) => indices.iter().copied().zip(answers).collect(),
            Err(error) => indices
                .iter()
                .map(|index| (*index, Err(error.clone())))
                .collect::<Vec<_>>(),
        }
    });
    let mut answers: Vec<(usize, Result<Vec<Bytes>>)> =
        join_all(runs).await.into_iter().flatten().collect();
    // The first failing field decides.
    answers.sort_by_key(|(index, _)| *index);
    for (index, answer) in answers {
        if let Some(step) = plan.steps.get(index) {
            values.set(step.position, answer?);
        }
    }
    Ok(values)
}

/// The answer's bytes with the values in their places.
fn fill(plan: &Plan, values: Values) -> (Vec<Bytes>, Option<AnswerStream>) {
    let mut body = Body::new(values);
    for piece in &plan.pieces {
        match piece {
            Piece::Known(bytes) => body.push(bytes.clone()),
            Piece::Field(position) => body.push_value(*position),
        }
    }
    body.finish()
}

fn observations(plan: &Plan, arguments: &[Vec<TextParam>]) -> Vec<Observation> {
    let mut found = Vec::new();
    if !plan.steps.is_empty() {
        let statements: Map<String, Value> = plan
            .steps
            .iter()
            .zip(arguments)
            .map(|(step, params)| {
                let arguments: Vec<Option<&str>> = params.iter().map(TextParam::text).collect();
                let detail = json!({"query": step.statement.sql, "prepared_arguments": arguments});
                (step.key.to_string(), detail)
            })
            .collect();
        found.push(Observation {
            kind: "database",
            generated_sql: Some(Value::Object(statements)),
        });
    }
    if plan.steps.len() < plan.fields {
        found.push(Observation {
            kind: "introspection",
            generated_sql: None,
        });
    }
    found
}
