//! Shows the SQL of an operation and PostgreSQL's plan for it (M5).

use crate::engine::Engine;
use crate::graphql::{GraphqlRequest, arguments, lower_document};
use crate::plans::Plan;
use bytes::Bytes;
use howdah_error::{Code, Error, Result, Within};
use howdah_ir::Session;
use howdah_ir::session::ADMIN;
use howdah_postgres::Expected;
use howdah_schema::document::{self, OperationKind};
use howdah_schema::lower::choose;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Explain {
    query: Query,
    #[serde(default)]
    user: Option<Map<String, Value>>,
    #[serde(default)]
    is_relay: Option<bool>,
}

#[derive(Deserialize)]
struct Query {
    query: String,
    #[serde(default)]
    variables: Option<Map<String, Value>>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

impl Engine {
    /// `POST /v1/graphql/explain`: a list of `{field, sql, plan}`; for a subscription
    /// `{sql, plan, variables}`. `user` holds the session
    /// variables to explain for, the role among them.
    ///
    /// # Errors
    /// As running the operation; `invalid-params` for mutations and relay.
    pub async fn explain(&self, body: Value) -> Result<Bytes> {
        let request: Explain = howdah_metadata::parse_object(body)?;
        if request.is_relay == Some(true) {
            return Err(Error::not_supported("relay is not served yet"));
        }
        let session = session(request.user)?;
        let operation = GraphqlRequest {
            query: request.query.query,
            variables: request.query.variables.unwrap_or_default(),
            operation_name: request.query.operation_name,
        };
        let document = document::parse(&operation.query)?;
        // Whatever a mutation asks for, it is not explained.
        if choose(&document, operation.operation_name.as_deref())?.kind == OperationKind::Mutation {
            return Err(Error::new(
                Code::InvalidParams,
                "only queries can be explained",
            ));
        }
        let state = self.state.load_full();
        let lowered = lower_document(&state, &document, &operation, &session)?;
        if lowered.kind == OperationKind::Subscription {
            let explained = self.explain_subscription(&state, &operation, &session);
            return Ok(explained.await?.to_string().into());
        }
        let keys: Vec<_> = lowered.fields.iter().map(|f| f.key.clone()).collect();
        let options = self.translate_options(&state);
        let plan = Plan::compile(&state.snapshot, &options, lowered)?;
        plan.check(&session)?;
        let arguments = arguments(&plan, &plan.params, &session);
        let mut answers = Vec::with_capacity(keys.len());
        for (position, key) in keys.iter().enumerate() {
            let mut steps = plan.steps.iter().zip(&arguments);
            let Some((step, params)) = steps.find(|(step, _)| step.position == position) else {
                answers.push(json!({"field": &**key, "sql": null, "plan": null}));
                continue;
            };
            let sql = format!("EXPLAIN (FORMAT TEXT) {}", step.statement.sql);
            let rows = state
                .pool(step.source)?
                .query_rows(&sql, params, Expected::Read)
                .await?;
            let plan: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
            answers.push(json!({
                "field": &**key,
                "sql": step.statement.sql,
                "plan": plan,
            }));
        }
        Ok(Value::Array(answers).to_string().into())
    }
}

/// The session to explain for: an administrator unless variables say otherwise.
fn session(user: Option<Map<String, Value>>) -> Result<Session> {
    let Some(user) = user else {
        return Ok(Session::admin());
    };
    let mut variables = Vec::with_capacity(user.len());
    let mut role = ADMIN.to_owned();
    for (name, value) in user {
        let Value::String(text) = value else {
            return Err(Error::parse_failed("session variables are strings"))
                .within(name)
                .within("user");
        };
        let name = name.to_ascii_lowercase();
        if name == "x-hasura-role" {
            role.clone_from(&text);
        }
        variables.push((name, text));
    }
    Ok(Session::new(role, variables))
}
