//! A compiled operation: plain data, shared by all requests that run it.

use crate::session_use::SessionUse;
use bytes::Bytes;
use howdah_error::Result;
use howdah_ir::Session;
use howdah_ir::params::Params;
use howdah_postgres::translate::{self, Statement};
use howdah_postgres::{Pace, Read, TextParam};
use howdah_schema::document::OperationKind;
use howdah_schema::lower::{Bound, Lowered, Namespace, RootValue};
use howdah_schema::model::{Snapshot, SourceId};
use std::sync::Arc;

/// A compiled operation.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Kind of operation.
    pub(crate) kind: OperationKind,
    /// The answer: known bytes and values to be put in, in order.
    pub(crate) pieces: Vec<Piece>,
    /// The statements of a query.
    pub(crate) steps: Vec<Step>,
    /// Session variables that it needs.
    pub(crate) uses: SessionUse,
    /// The operation's values as they were when it was compiled.
    pub(crate) params: Params,
    /// The values that are whole variables.
    pub(crate) bound: Vec<Bound>,
    /// The fields of a mutation, which are compiled one after the other while they run.
    pub(crate) lowered: Option<Lowered>,
    /// Number of root fields.
    pub(crate) fields: usize,
}

/// A part of an answer.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Bytes that are the same each time.
    Known(Bytes),
    /// The value of the root field at this position.
    Field(usize),
}

/// A statement of a root field.
#[derive(Debug)]
pub(crate) struct Step {
    /// Position among the fields of the answer.
    pub(crate) position: usize,
    /// Response key.
    pub(crate) key: Arc<str>,
    /// Where it runs.
    pub(crate) source: SourceId,
    /// What runs.
    pub(crate) statement: Statement,
    /// How long it takes.
    pub(crate) pace: Pace,
}

impl Step {
    /// What is to be read, with these arguments.
    pub(crate) fn read<'a>(&'a self, params: &'a [TextParam]) -> Read<'a> {
        Read {
            sql: &self.statement.sql,
            params,
            form: &self.statement.form,
            pace: Some(&self.pace),
        }
    }
}

impl Plan {
    /// Compiles what was lowered.
    ///
    /// # Errors
    /// A value that no PostgreSQL text can hold.
    pub(crate) fn compile(
        snapshot: &Snapshot,
        options: &translate::Options,
        lowered: Lowered,
    ) -> Result<Plan> {
        let mut uses = SessionUse::default();
        let mut steps = Vec::new();
        for (position, field) in lowered.fields.iter().enumerate() {
            match &field.value {
                RootValue::Json(_) => {}
                RootValue::Rows(source, rows) => {
                    uses.rows(rows);
                    let context = translate::Context {
                        catalog: &snapshot.source(*source).catalog,
                        options,
                        params: &lowered.params,
                    };
                    let statement = translate::read(&context, rows)?;
                    steps.push(Step {
                        position,
                        key: field.key.clone(),
                        source: *source,
                        pace: Pace::new(statement.repeatable),
                        statement,
                    });
                }
                RootValue::Mutation(_, mutation) => uses.mutation(mutation),
                // Streams are compiled by `live`.
                RootValue::Stream(..) => {}
            }
        }
        let pieces = pieces(&lowered);
        let fields = lowered.fields.len();
        let mutation = lowered.kind == OperationKind::Mutation;
        Ok(Plan {
            kind: lowered.kind,
            pieces,
            steps,
            uses,
            params: lowered.params.clone(),
            bound: lowered.bound.clone(),
            fields,
            lowered: mutation.then_some(lowered),
        })
    }

    /// About how many bytes it takes. `text` is the length of the operation's text.
    pub(crate) fn weight(&self, text: usize) -> usize {
        let pieces: usize = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Known(bytes) => bytes.len() + 64,
                Piece::Field(_) => 64,
            })
            .sum();
        let steps: usize = self
            .steps
            .iter()
            .map(|step| {
                let statement = &step.statement;
                statement.sql.len() + 48 * statement.bindings.len() + statement.form.weight() + 160
            })
            .sum();
        let params = 96 * self.params.len() + 128 * self.bound.len();
        // The tree of a mutation is some twenty times its text.
        let tree = self.lowered.as_ref().map_or(0, |_| 20 * text);
        pieces + steps + params + tree + 256
    }

    /// # Errors
    /// `not-found` for a session variable that is needed and missing.
    pub(crate) fn check(&self, session: &Session) -> Result<()> {
        self.uses.check(session)
    }
}

/// `{"data":{…}}` with gaps for the values.
pub(crate) fn pieces(lowered: &Lowered) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(2 * lowered.fields.len() + 1);
    let mut text = String::from("{\"data\":{");
    let mut open: Option<&Namespace> = None;
    for (position, field) in lowered.fields.iter().enumerate() {
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
        match &field.value {
            RootValue::Json(json) => text.push_str(json),
            _ => {
                pieces.push(Piece::Known(std::mem::take(&mut text).into()));
                pieces.push(Piece::Field(position));
            }
        }
    }
    if open.is_some() {
        text.push('}');
    }
    text.push_str("}}");
    pieces.push(Piece::Known(text.into()));
    pieces
}
