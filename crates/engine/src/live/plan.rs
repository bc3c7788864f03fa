//! From a request to what a poller needs: a statement for batches, the values of this subscriber,
//! and the text around the results.

use super::answer::Template;
use super::sink::SubscriptionKind;
use crate::engine::Engine;
use crate::graphql::{GraphqlRequest, lower_request};
use crate::plans::{Piece, pieces};
use crate::session_use::SessionUse;
use crate::state::State;
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use howdah_ir::params::Params;
use howdah_ir::query::Rows;
use howdah_ir::stream::Stream;
use howdah_postgres::Pool;
use howdah_postgres::translate::multiplexed::{self, Multiplexed, Slot, Texts};
use howdah_postgres::translate::{self};
use howdah_schema::document::OperationKind;
use howdah_schema::lower::{Lowered, RootValue};
use howdah_schema::model::SourceId;
use std::sync::Arc;

/// A subscription that is ready to be polled for.
pub(super) struct Plan {
    pub(super) key: PollerKey,
    pub(super) pool: Pool,
    pub(super) statements: Statements,
    pub(super) values: Values,
    /// Where a stream begins; `None` is its very beginning.
    pub(super) cursor: Option<Arc<str>>,
    /// The column that a stream runs along.
    pub(super) cursor_name: Option<Arc<str>>,
    /// The values by what they are, for explaining.
    pub(super) params: Params,
}

/// Subscriptions with equal keys share a poller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct PollerKey {
    /// The snapshot that the plan was made from.
    pub(super) generation: u64,
    pub(super) source: Arc<str>,
    pub(super) role: Arc<str>,
    pub(super) kind: SubscriptionKind,
    pub(super) sql: Arc<str>,
    pub(super) template: Template,
}

/// The statements of a poller.
#[derive(Debug, Clone)]
pub(super) struct Statements {
    /// The one that runs.
    pub(super) next: Multiplexed,
    /// Of a stream, the one for its very beginning.
    pub(super) first: Option<Multiplexed>,
}

/// The values of a cohort, for either statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Values {
    pub(super) next: Texts,
    pub(super) first: Option<Texts>,
}

impl Statements {
    /// The statement for a cohort that has arrived at a cursor, and its values there.
    pub(super) fn at(&self, values: &Values, cursor: Option<&Arc<str>>) -> (&Multiplexed, Texts) {
        if let (Some(first), Some(texts), None) = (&self.first, &values.first, cursor) {
            return (first, Arc::clone(texts));
        }
        let Some(cursor) = cursor else {
            return (&self.next, Arc::clone(&values.next));
        };
        let slots = self.next.slots.iter();
        let texts = slots
            .zip(values.next.iter())
            .map(|(slot, text)| match slot {
                Slot::Cursor => Some(Arc::clone(cursor)),
                _ => text.clone(),
            });
        (&self.next, texts.collect())
    }
}

/// Makes a plan. What does not fit the schema, and session variables that are missing, are errors.
pub(super) fn compile(
    engine: &Engine,
    state: &State,
    request: &GraphqlRequest,
    session: &Session,
) -> Result<Plan> {
    let lowered = lower_request(state, request, session)?;
    if lowered.kind != OperationKind::Subscription {
        return Err(Error::unexpected("the operation is no subscription"));
    }
    check_session(&lowered, session)?;
    let options = engine.translate_options(state);
    let (source, read) = reads(&lowered)?;
    let info = state.snapshot.source(source);
    let context = translate::Context {
        catalog: &info.catalog,
        options: &options,
        params: &lowered.params,
    };
    let (kind, statements, cursor, cursor_name) = match read {
        Read::Live(fields) => {
            let next = multiplexed::live_query(&context, &fields)?;
            let statements = Statements { next, first: None };
            (SubscriptionKind::Live, statements, None, None)
        }
        Read::Stream(stream) => {
            let statements = Statements {
                next: multiplexed::stream(&context, stream, true)?,
                first: Some(multiplexed::stream(&context, stream, false)?),
            };
            let initial = stream.cursor.initial;
            let cursor = initial.and_then(|id| lowered.params.get(id).text.clone());
            let name = Some(Arc::clone(&stream.cursor.name));
            (SubscriptionKind::Stream, statements, cursor, name)
        }
    };
    let texts = |statement: &Multiplexed| statement.texts(&lowered.params, session, None);
    let values = Values {
        next: texts(&statements.next),
        first: statements.first.as_ref().map(texts),
    };
    Ok(Plan {
        key: PollerKey {
            generation: state.snapshot.generation,
            source: info.name.clone(),
            role: Arc::clone(session.role()),
            kind,
            sql: Arc::clone(&statements.next.sql),
            template: template(&lowered),
        },
        pool: state.pool(source)?.clone(),
        statements,
        values,
        cursor,
        cursor_name,
        params: lowered.params,
    })
}

fn check_session(lowered: &Lowered, session: &Session) -> Result<()> {
    let mut used = SessionUse::default();
    for field in &lowered.fields {
        match &field.value {
            RootValue::Rows(_, rows) => used.rows(rows),
            RootValue::Stream(_, stream) => {
                used.rows(&stream.rows);
                used.column(&stream.cursor.column);
            }
            RootValue::Json(_) | RootValue::Mutation(..) => {}
        }
    }
    used.check(session)
}

enum Read<'a> {
    Live(Vec<&'a Rows>),
    Stream(&'a Stream),
}

/// What is read, from the one source that a subscription may read.
fn reads(lowered: &Lowered) -> Result<(SourceId, Read<'_>)> {
    let not_supported = |text: &str| Error::new(Code::NotSupported, text);
    let mut source = None;
    let mut rows = Vec::new();
    let mut stream = None;
    for field in &lowered.fields {
        let of = match &field.value {
            RootValue::Rows(source, read) => {
                rows.push(&**read);
                *source
            }
            RootValue::Stream(source, read) => {
                stream = Some(&**read);
                *source
            }
            RootValue::Json(_) => continue,
            RootValue::Mutation(..) => {
                return Err(not_supported("mutations cannot be subscribed to"));
            }
        };
        if source.is_some_and(|known| known != of) {
            return Err(
                not_supported("subscriptions to several sources are not supported")
                    .at(field.path()),
            );
        }
        source = Some(of);
    }
    let Some(source) = source else {
        return Err(not_supported(
            "Introspection not supported over subscriptions",
        ));
    };
    match stream {
        None => Ok((source, Read::Live(rows))),
        Some(stream) if lowered.fields.len() == 1 => Ok((source, Read::Stream(stream))),
        Some(_) => Err(Error::validation(
            "streaming subscriptions must select one top level field",
        )),
    }
}

/// The text around the values.
fn template(lowered: &Lowered) -> Template {
    let known = pieces(lowered).into_iter().filter_map(|piece| match piece {
        Piece::Known(bytes) => Some(bytes),
        Piece::Field(_) => None,
    });
    // Text and value take turns.
    Template(known.collect())
}
