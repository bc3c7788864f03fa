//! A GraphQL request on its way: text → document → IR → SQL → PostgreSQL → answer.

use crate::project::Project;
use howdah_engine::{Engine, GraphqlRequest, LiveEvent, Sink};
use howdah_error::{Error, Result, envelope};
use howdah_ir::Session;
use howdah_ir::query::Rows;
use howdah_postgres::translate::{self, AnswerForm, Statement};
use howdah_postgres::{Expected, Read, TextParam};
use howdah_schema::document;
use howdah_schema::lower::{Lowered, Request, RootValue, lower};
use howdah_schema::model::Snapshot;
use howdah_schema::types::RoleSchema;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt::Write;
use std::sync::{Arc, Mutex};

/// A request of somebody.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who asks.
    pub session: Session,
    /// The document.
    pub query: String,
    /// `operationName`
    pub operation: Option<String>,
    /// `variables`
    pub variables: Map<String, Value>,
    /// Whether what it asks for leaves an order open, so that two statements for it may answer
    /// differently. Then they are not compared with each other.
    pub is_open: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Told {
    /// The statements, with what their parameters hold, as far as it came to them.
    pub sql: Vec<String>,
    /// The JSON text of all root fields, or why there is none.
    pub outcome: Result<String>,
    /// The same, but lists are read as rows and made JSON outside the database.
    pub by_rows: String,
}

impl Ask {
    /// A request of the administrator.
    pub fn admin(query: impl Into<String>) -> Ask {
        Ask::of(Session::admin(), query)
    }

    /// A request of a session.
    pub fn of(session: Session, query: impl Into<String>) -> Ask {
        Ask {
            session,
            query: query.into(),
            operation: None,
            variables: Map::new(),
            is_open: false,
        }
    }

    /// The same with variables.
    #[must_use]
    pub fn with(mut self, variables: Value) -> Ask {
        let Value::Object(variables) = variables else {
            panic!("variables are an object, not {variables}");
        };
        self.variables = variables;
        self
    }

    /// Parses and lowers it.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn lower(&self, snapshot: &Snapshot) -> Result<Lowered> {
        let document = document::parse(&self.query)?;
        let schema = RoleSchema {
            snapshot,
            role: self.session.role(),
            backend: self.session.backend_only(),
        };
        lower(
            schema,
            &Request {
                document: &document,
                operation_name: self.operation.as_deref(),
                variables: &self.variables,
            },
        )
    }

    /// Has an engine answer it.
    ///
    /// # Panics
    /// When the answer is not JSON.
    pub async fn serve(&self, engine: &Engine) -> Value {
        let request = GraphqlRequest {
            query: self.query.clone(),
            variables: self.variables.clone(),
            operation_name: self.operation.clone(),
        };
        match engine.graphql(&request, &self.session, false).await {
            Ok(answer) => serde_json::from_slice(&answer.body().await.expect("the whole answer"))
                .unwrap_or_else(|e| panic!("the answer is not JSON: {e}")),
            Err(error) => envelope::graphql_response(&error, envelope::Internals::Hide),
        }
    }

    /// The same as a subscription; `None` for what is no query, or is written in a way that this
    /// does not see through.
    pub fn as_subscription(&self) -> Option<Ask> {
        let comments: usize = self
            .query
            .lines()
            .take_while(|line| line.starts_with('#') || line.trim().is_empty())
            .map(|line| line.len() + 1)
            .sum();
        let text = self.query.get(comments..)?;
        let (head, rest) = match text.strip_prefix("query") {
            Some(rest) => {
                let mut depth = 0;
                let body = rest.find(|c| {
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    c == '{' && depth == 0
                })?;
                rest.split_at(body)
            }
            None if text.starts_with('{') => ("", text),
            None => return None,
        };
        // Directives of queries, several operations, and what subscriptions do not offer.
        let others = ["query", "mutation", "subscription", "__schema", "__type("];
        if head.contains('@') || others.iter().any(|other| rest.contains(other)) {
            return None;
        }
        Some(Ask {
            query: format!("subscription{head} @_multiple_top_level_fields {rest}"),
            ..self.clone()
        })
    }

    /// Subscribes, and waits for the first result.
    ///
    /// # Panics
    /// When the result is not JSON.
    pub async fn first_result(&self, engine: &Arc<Engine>) -> Value {
        let request = GraphqlRequest {
            query: self.query.clone(),
            variables: self.variables.clone(),
            operation_name: self.operation.clone(),
        };
        let first = Arc::new(First::default());
        let sink = Arc::clone(&first);
        let session = Arc::new(self.session.clone());
        match engine.subscribe(request, session, |_| sink).await {
            Ok(_subscription) => {
                let said = first.0.lock().unwrap().take();
                match said {
                    Some(LiveEvent::Data(bytes)) => serde_json::from_slice(&bytes)
                        .unwrap_or_else(|e| panic!("the result is not JSON: {e}")),
                    other => panic!("a result, not {other:?}"),
                }
            }
            Err(error) => envelope::graphql_response(&error, envelope::Internals::Hide),
        }
    }

    /// Runs it on the project's database.
    pub async fn run(&self, project: &Project, snapshot: &Snapshot) -> Told {
        let mut sql = Vec::new();
        let mut by_rows = String::new();
        let outcome = self.answer(project, snapshot, &mut sql, &mut by_rows).await;
        Told {
            sql,
            outcome,
            by_rows,
        }
    }

    async fn answer(
        &self,
        project: &Project,
        snapshot: &Snapshot,
        shown: &mut Vec<String>,
        by_rows: &mut String,
    ) -> Result<String> {
        let lowered = self.lower(snapshot)?;
        let session = Arc::from(self.session.to_json());
        let options = translate::Options {
            stringify_numbers: snapshot.options.stringify_numeric_types,
            ..Default::default()
        };
        let mut out = String::from("{");
        for field in &lowered.fields {
            if out.len() > 1 {
                out.push(',');
            }
            let written = out.len();
            write!(out, "{}:", Value::from(&*field.key)).unwrap();
            let mut rows_text = None;
            match &field.value {
                RootValue::Json(text) => out.push_str(text),
                RootValue::Rows(source, rows) => {
                    let context = translate::Context {
                        catalog: &snapshot.source(*source).catalog,
                        options: &options,
                        params: &lowered.params,
                    };
                    let statement = translate::select(&context, rows)?;
                    let params = statement.arguments(&lowered.params, &session, None);
                    shown.push(show(&statement, &params));
                    let json = project
                        .pool
                        .query_json(&statement.sql, &params, Expected::Read)
                        .await?;
                    let json = std::str::from_utf8(&json).unwrap();
                    let read = translate::read(&context, rows)?;
                    let params = read.arguments(&lowered.params, &session, None);
                    let made = read_rows(project, &read, &params).await;
                    if let Some(made) = made.as_ref().filter(|_| !self.is_open) {
                        compare(rows, &read, made, json);
                    }
                    rows_text = made;
                    out.push_str(json);
                }
                RootValue::Mutation(..) | RootValue::Stream(..) => {
                    return Err(Error::not_supported("the harness only runs queries"));
                }
            }
            match rows_text {
                Some(made) => write!(by_rows, "{}:{made}", Value::from(&*field.key)).unwrap(),
                None => by_rows.push_str(&out[written..]),
            }
            by_rows.push(',');
        }
        out.push('}');
        by_rows.pop();
        *by_rows = format!("{{{by_rows}}}");
        Ok(out)
    }
}

/// Keeps the first event.
#[derive(Default)]
struct First(Mutex<Option<LiveEvent>>);

impl Sink for First {
    fn send(&self, event: LiveEvent) {
        self.0.lock().unwrap().get_or_insert(event);
    }
}

/// What the statement that is run in earnest answers, if it is another one.
async fn read_rows(project: &Project, read: &Statement, params: &[TextParam]) -> Option<String> {
    let AnswerForm::Rows(_) = read.form else {
        return None;
    };
    let run = Read {
        sql: &read.sql,
        params,
        form: &read.form,
        pace: None,
    };
    let answer = project.pool.read(run, Expected::Read).await;
    let answer = answer.unwrap_or_else(|e| panic!("{e:?} of {}", read.sql));
    let made = answer.whole().await.expect("the whole answer").concat();
    Some(String::from_utf8(made).expect("a text"))
}

/// Both must answer the same, element for element and byte for byte.
fn compare(rows: &Rows, read: &Statement, made: &str, json: &str) {
    let elements = |text: &str| {
        let list: Vec<Box<RawValue>> = serde_json::from_str(text).expect("a list");
        let mut list: Vec<_> = list.iter().map(|e| e.get().to_owned()).collect();
        if rows.order.is_empty() {
            list.sort();
        }
        list
    };
    assert_eq!(elements(made), elements(json), "{}", read.sql);
}

fn show(statement: &Statement, params: &[TextParam]) -> String {
    let mut text = statement.sql.clone();
    for (i, param) in params.iter().enumerate() {
        let value = param.text().unwrap_or("NULL");
        let _ = write!(text, "\n  ${} = {value}", i + 1);
    }
    text
}

impl Told {
    /// The answer as a client would get it: `{"data": …}` or `{"errors": […]}`.
    ///
    /// # Panics
    /// When the answer is not JSON.
    pub fn response(&self) -> Value {
        match &self.outcome {
            Ok(text) => {
                let data: Value = serde_json::from_str(text)
                    .unwrap_or_else(|e| panic!("the answer is not JSON ({e}): {text}"));
                serde_json::json!({ "data": data })
            }
            Err(error) => envelope::graphql_response(error, envelope::Internals::Hide),
        }
    }

    /// The data that were read as rows.
    ///
    /// # Panics
    /// When they are not JSON, as where there was an error.
    pub fn data_by_rows(&self) -> Value {
        serde_json::from_str(&self.by_rows)
            .unwrap_or_else(|e| panic!("the answer is not JSON ({e}): {}", self.by_rows))
    }

    /// The data.
    ///
    /// # Panics
    /// When there was an error.
    pub fn data(&self) -> Value {
        match &self.outcome {
            Ok(_) => self.response()["data"].take(),
            Err(error) => panic!("{error}\n{:#?}\n{}", error.internal(), self.sql.join("\n")),
        }
    }

    /// The error.
    ///
    /// # Panics
    /// When there was none.
    pub fn error(&self) -> &Error {
        match &self.outcome {
            Ok(text) => panic!("an error was expected but got {text}"),
            Err(error) => error,
        }
    }
}
