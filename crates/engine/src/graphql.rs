//! Runs GraphQL operations: text to tree to statements to bytes. The answer's rows go out as
//! PostgreSQL sent them.

use crate::engine::Engine;
use crate::session_use::SessionUse;
use crate::state::State;
use bytes::Bytes;
use futures_util::future::join_all;
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use howdah_ir::query::Rows;
use howdah_postgres::translate::{self, Statement};
use howdah_postgres::{Expected, TextParam};
use howdah_schema::document::{self, OperationKind};
use howdah_schema::lower::{Lowered, Namespace, Request, RootValue, lower};
use howdah_schema::model::SourceId;
use howdah_schema::types::RoleSchema;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
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

/// The answer to an operation.
#[derive(Debug, Clone, Default)]
pub struct GraphqlAnswer {
    /// The whole body (`{"data":…}`) in pieces.
    pub chunks: Vec<Bytes>,
    /// What was done, if that was asked for.
    pub observations: Vec<Observation>,
}

/// What one part of an operation did.
#[derive(Debug, Clone)]
pub struct Observation {
    /// `database` or `introspection`.
    pub kind: &'static str,
    /// Statements with their arguments by root field.
    pub generated_sql: Option<Value>,
}

/// A statement of a root field.
pub(crate) struct Step {
    /// Position among the fields of the answer.
    pub(crate) position: usize,
    pub(crate) source: SourceId,
    pub(crate) statement: Statement,
    pub(crate) params: Vec<TextParam>,
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
        let lowered = lower_request(&state, request, session)?;
        if lowered.kind == OperationKind::Subscription {
            return Err(Error::new(
                Code::UnexpectedPayload,
                "subscriptions are not supported over HTTP, use websockets instead",
            ));
        }
        let steps = self.compile(&state, &lowered, session)?;
        let values = if lowered.kind == OperationKind::Mutation {
            self.run_mutations(&state, &lowered, session).await?
        } else {
            run(&state, &lowered, &steps).await?
        };
        let observations = if observe {
            observations(&lowered, &steps)
        } else {
            Vec::new()
        };
        Ok(GraphqlAnswer {
            chunks: glue(&lowered, values),
            observations,
        })
    }

    /// The statements of all root fields that need a database, after the session has been found to
    /// have every variable they use.
    pub(crate) fn compile(
        &self,
        state: &State,
        lowered: &Lowered,
        session: &Session,
    ) -> Result<Vec<Step>> {
        let options = self.translate_options(state);
        let mut used = SessionUse::default();
        for field in &lowered.fields {
            match &field.value {
                RootValue::Json(_) => {}
                RootValue::Rows(_, rows) => used.rows(rows),
                RootValue::Mutation(_, mutation) => used.mutation(mutation),
            }
        }
        used.check(session)?;
        let session_json: Arc<str> = session.to_json().into();
        let mut steps = Vec::new();
        for (position, field) in lowered.fields.iter().enumerate() {
            let (source, rows): (SourceId, &Rows) = match &field.value {
                RootValue::Json(_) => continue,
                RootValue::Rows(source, rows) => (*source, rows),
                // Mutations are compiled one after the other while they run.
                RootValue::Mutation(..) => continue,
            };
            let context = translate::Context {
                catalog: &state.snapshot.source(source).catalog,
                options: &options,
                params: &lowered.params,
            };
            let statement = translate::select(&context, rows)?;
            let params = statement.arguments(&lowered.params, &session_json, None);
            steps.push(Step {
                position,
                source,
                statement,
                params,
            });
        }
        Ok(steps)
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
    let schema = RoleSchema {
        snapshot: &state.snapshot,
        role: session.role(),
        backend: session.backend_only(),
    };
    lower(
        schema,
        &Request {
            document: &document,
            operation_name: request.operation_name.as_deref(),
            variables: &request.variables,
        },
    )
}

/// Runs the statements, those of a source in one round trip and sources side by side; the values by
/// position of the field.
async fn run(state: &State, lowered: &Lowered, steps: &[Step]) -> Result<Vec<Option<Bytes>>> {
    let mut by_source: BTreeMap<SourceId, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        by_source.entry(step.source).or_default().push(step);
    }
    let runs = by_source.into_iter().map(|(source, steps)| async move {
        let statements: Vec<(&str, &[TextParam])> = steps
            .iter()
            .map(|step| (step.statement.sql.as_str(), step.params.as_slice()))
            .collect();
        let answers = match state.pool(source) {
            Ok(pool) => pool.query_json_many(&statements, Expected::Read).await,
            Err(error) => Err(error),
        };
        match answers {
            Ok(answers) => steps
                .iter()
                .map(|step| step.position)
                .zip(answers)
                .collect(),
            Err(error) => steps
                .iter()
                .map(|step| (step.position, Err(error.clone())))
                .collect::<Vec<_>>(),
        }
    });
    let mut answers: Vec<(usize, Result<Bytes>)> =
        join_all(runs).await.into_iter().flatten().collect();
    answers.sort_by_key(|(position, _)| *position);
    let mut values = vec![None; lowered.fields.len()];
    for (position, answer) in answers {
        if let Some(value) = values.get_mut(position) {
            *value = Some(answer?);
        }
    }
    Ok(values)
}

/// `{"data":{…}}` around the values.
fn glue(lowered: &Lowered, values: Vec<Option<Bytes>>) -> Vec<Bytes> {
    let mut chunks = Vec::with_capacity(2 * lowered.fields.len() + 1);
    let mut text = String::from("{\"data\":{");
    let mut open: Option<&Namespace> = None;
    for (position, (field, value)) in lowered.fields.iter().zip(values).enumerate() {
        let within = field.within.as_ref();
        // The fields of a namespace stand side by side.
        if open.is_some() && open != within {
            text.push('}');
        }
        if position > 0 {
            text.push(',');
        }
        if let Some(namespace) = within.filter(|_| open != within) {
            text.push('"');
            text.push_str(&namespace.key);
            text.push_str("\":{");
        }
        open = within;
        // Keys are GraphQL names: nothing in them needs an escape.
        text.push('"');
        text.push_str(&field.key);
        text.push_str("\":");
        match (&field.value, value) {
            (_, Some(bytes)) => {
                chunks.push(std::mem::take(&mut text).into());
                chunks.push(bytes);
            }
            (RootValue::Json(json), None) => text.push_str(json),
            (_, None) => text.push_str("null"),
        }
    }
    if open.is_some() {
        text.push('}');
    }
    text.push_str("}}");
    chunks.push(text.into());
    chunks
}

fn observations(lowered: &Lowered, steps: &[Step]) -> Vec<Observation> {
    let mut found = Vec::new();
    if !steps.is_empty() {
        let statements: Map<String, Value> = steps
            .iter()
            .filter_map(|step| {
                let field = lowered.fields.get(step.position)?;
                let arguments: Vec<Option<&str>> =
                    step.params.iter().map(TextParam::text).collect();
                let detail = json!({"query": step.statement.sql, "prepared_arguments": arguments});
                Some((field.key.to_string(), detail))
            })
            .collect();
        found.push(Observation {
            kind: "database",
            generated_sql: Some(Value::Object(statements)),
        });
    }
    if steps.len() < lowered.fields.len() {
        found.push(Observation {
            kind: "introspection",
            generated_sql: None,
        });
    }
    found
}
