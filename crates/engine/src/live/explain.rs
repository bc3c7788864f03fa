//! What subscriptions are made of, for people: the statement of one, its plan and its values; and
//! the list of pollers for the developer API (I17).

use super::plan;
use super::poller::Poller;
use crate::engine::Engine;
use crate::graphql::GraphqlRequest;
use crate::state::State;
use howdah_error::Result;
use howdah_ir::Session;
use howdah_ir::params::ParamSource;
use howdah_postgres::Expected;
use howdah_postgres::translate::multiplexed::Slot;
use serde_json::{Map, Value, json};

impl Engine {
    /// The statement of a subscription with PostgreSQL's plan for a batch of one, and its values by
    /// what they are: session variables, variables of the operation, literals, the cursor.
    pub(crate) async fn explain_subscription(
        &self,
        state: &State,
        request: &GraphqlRequest,
        session: &Session,
    ) -> Result<Value> {
        let plan = plan::compile(self, state, request, session)?;
        let (statement, texts) = plan.statements.at(&plan.values, plan.cursor.as_ref());
        let sql = format!("EXPLAIN (FORMAT TEXT) {}", statement.sql);
        let arguments = statement.arguments(std::slice::from_ref(&texts));
        let rows = plan
            .pool
            .query_rows(&sql, &arguments, Expected::Read)
            .await?;
        let lines: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
        let mut of_session = Map::new();
        let mut of_query = Map::new();
        let mut synthetic = Vec::new();
        let mut cursor = Map::new();
        for (slot, text) in statement.slots.iter().zip(texts.iter()) {
            let value = Value::from(text.as_deref());
            match slot {
                Slot::Variable(name) => {
                    of_session.insert(name.to_string(), value);
                }
                Slot::Session => {
                    for (name, value) in session.variables() {
                        of_session.insert(name.clone(), value.as_str().into());
                    }
                }
                Slot::Param(id) => match &plan.params.get(*id).source {
                    ParamSource::Variable(name) => {
                        of_query.insert(name.to_string(), value);
                    }
                    ParamSource::Literal => synthetic.push(value),
                },
                Slot::Cursor => {
                    let name = plan.cursor_name.as_deref().unwrap_or_default();
                    cursor.insert(name.to_owned(), value);
                }
            }
        }
        Ok(json!({
            "sql": &*statement.sql,
            "plan": lines,
            "variables": {
                "session": of_session,
                "query": of_query,
                "synthetic": synthetic,
                "cursor": cursor,
            },
        }))
    }
}

impl Poller {
    /// The poller for the developer API; `extended` adds the values of every cohort.
    pub(super) fn describe(&self, extended: bool) -> Value {
        self.with_cohorts(|cohorts| {
            let mut described = json!({
                "poller_id": self.id.to_string(),
                "source": &*self.key.source,
                "role": &*self.key.role,
                "generated_sql": &*self.key.sql,
                "cohort_count": cohorts.len(),
                "subscriber_count": cohorts.subscribers(),
            });
            if extended && let Some(map) = described.as_object_mut() {
                let list = cohorts.describe().map(|(values, cursor, subscribers)| {
                    let texts: Vec<Option<&str>> =
                        values.next.iter().map(Option::as_deref).collect();
                    json!({
                        "variables": texts,
                        "cursor": cursor.map(|c| &**c),
                        "subscriber_count": subscribers,
                    })
                });
                map.insert("cohorts".into(), list.collect());
            }
            described
        })
    }
}
