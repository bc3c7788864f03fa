//! The metadata and query APIs: `/v1/metadata`, `/v1/query`, `/v2/query`.
//!
//! * `request`: from a body to a command, and who may send it.
//! * `places`: where errors are told to be. `bulk`, `atomic`: many commands. `draft`: a change in the making; `attitude`: which new inconsistencies refuse it.
//! * `changes`, `collections`, `dropping`, `documents`, `field_names`, `tables`: commands on metadata. `sql`, `tracking`: `run_sql`.
//! * `dump`: `pg_dump`. `reads`, `suggestions`, `table_info`: commands that only look. `data`: operations on rows.
//!
//! Changes run one after another, on a draft; what becomes of them is stored and put in force when
//! the whole request has gone well.

mod atomic;
mod attitude;
mod bulk;
mod changes;
mod collections;
mod data;
mod documents;
mod draft;
mod dropping;
mod dump;
mod field_names;
mod places;
mod reads;
mod request;
mod sql;
mod suggestions;
mod table_info;
mod tables;
mod tracking;

use crate::building::beside_requests;
use crate::engine::Engine;
use bytes::Bytes;
use draft::{Draft, Finished};
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use howdah_metadata::commands::{BulkItem, Command, Endpoint, ReloadSpec};
use request::{KindOfSources, Posted};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Engine {
    /// `POST /v1/metadata`.
    ///
    /// # Errors
    /// `access-denied` for others than administrators; what the command says.
    pub async fn metadata(self: &Arc<Self>, body: Value, session: &Session) -> Result<Bytes> {
        self.api(Endpoint::V1Metadata, body, session).await
    }

    /// `POST /v1/query`.
    ///
    /// # Errors
    /// As [`Engine::metadata`]; operations on rows are open to all roles.
    pub async fn query_v1(self: &Arc<Self>, body: Value, session: &Session) -> Result<Bytes> {
        self.api(Endpoint::V1Query, body, session).await
    }

    /// `POST /v2/query`.
    ///
    /// # Errors
    /// As [`Engine::query_v1`].
    pub async fn query_v2(self: &Arc<Self>, body: Value, session: &Session) -> Result<Bytes> {
        self.api(Endpoint::V2Query, body, session).await
    }

    async fn api(
        self: &Arc<Self>,
        endpoint: Endpoint,
        body: Value,
        session: &Session,
    ) -> Result<Bytes> {
        request::check_access(endpoint, &body, session)?;
        let posted = Posted::read(body)?;
        let kind = KindOfSources::of(&posted.kind, posted.args.as_ref());
        let command = beside_requests(|| {
            let version = posted.version.unwrap_or(1);
            Command::from_request(endpoint, &posted.kind, version, posted.args)
        })?;
        if !is_exclusive(endpoint, &command) {
            if looks_at_metadata(&command) {
                self.catch_up_to_read().await;
            }
            if let Some(kind) = kind {
                kind.check(self.state.load().metadata())?;
            }
            return self.look(endpoint, &command, session).await;
        }
        if command.changes_metadata() {
            self.check_maintenance()?;
        }
        // A change that has begun is finished even when the client goes away.
        let engine = self.clone();
        let session = session.clone();
        let changing = engine.clone();
        let change = async move {
            for attempt in 1.. {
                // What others have stored comes first: it must not be overwritten, and whoever
                // asks one instance after another must find what he did.
                engine.catch_up_in_turn().await?;
                let state = engine.state.load_full();
                if let Some(referenced) = posted.resource_version
                    && referenced != state.snapshot.resource_version
                {
                    return Err(stale(referenced));
                }
                if let Some(kind) = &kind {
                    kind.check(state.metadata())?;
                }
                let seen = engine.behind.seen();
                let mut draft = Draft::new(engine.clone(), state, session.clone());
                if !reads_all_sources(&command) {
                    draft.read_again(seen.keys().cloned()).await;
                }
                let result = draft.run(endpoint, &command).await;
                match draft.finish(result).await {
                    Finished::Done(result, before) => {
                        if result.is_ok() {
                            engine.behind.caught_up(&seen);
                        }
                        return Ok((result, before));
                    }
                    Finished::Overtaken(error) if attempt == ATTEMPTS => return Err(error),
                    // Somebody was faster, and nothing has been done yet.
                    Finished::Overtaken(_) => {}
                }
            }
            Err(Error::unexpected("the change was not made"))
        };
        let (answer, answered) = oneshot::channel();
        tokio::spawn(async move {
            let _changes = changing.changes.lock().await;
            apart_from_requests(async move {
                let (result, before) = change.await.unwrap_or_else(|error| (Err(error), None));
                // Whoever asked may have gone away.
                let _ = answer.send(result);
                // In this turn as well: with two busy threads requests would have no processor left.
                drop(before);
            })
            .await;
        });
        answered.await.unwrap_or_else(|_| Err(interrupted()))
    }

    /// Reads the databases that SQL has changed, and tells the others to.
    ///
    /// # Errors
    /// What is known now cannot be stored.
    pub(crate) async fn catch_up_with_sql(self: &Arc<Self>) -> Result<()> {
        if self.behind.seen().is_empty() {
            return Ok(());
        }
        let _changes = self.changes.lock().await;
        for _ in 0..ATTEMPTS {
            self.catch_up_in_turn().await?;
            let seen = self.behind.seen();
            let state = self.state.load_full();
            let mut draft = Draft::new(self.clone(), state, Session::admin());
            draft.read_again(seen.keys().cloned()).await;
            match draft.finish(Ok(success())).await {
                Finished::Done(result, before) => {
                    tokio::task::spawn_blocking(move || drop(before));
                    result?;
                    self.behind.caught_up(&seen);
                    return Ok(());
                }
                Finished::Overtaken(_) => {}
            }
        }
        Ok(())
    }

    /// Runs a command that changes neither metadata nor what is known of the databases.
    async fn look(
        self: &Arc<Self>,
        endpoint: Endpoint,
        command: &Command,
        session: &Session,
    ) -> Result<Bytes> {
        if looks_at_databases(command) {
            // What cannot be had now is no reason not to answer.
            let _ = self.catch_up_with_sql().await;
        }
        match command {
            Command::Bulk(items) => {
                let items = bulk::read(endpoint, items)?;
                let mut answers = Vec::with_capacity(items.len());
                for (position, item) in items.iter().enumerate() {
                    let answer = self.look_item(endpoint, item, session).await;
                    answers.push(places::of_item(endpoint, position, answer)?);
                }
                Ok(list(&answers))
            }
            Command::BulkKeepGoing(items) => {
                let items = bulk::read(endpoint, items)?;
                let mut answers = Vec::with_capacity(items.len());
                for item in &items {
                    let answer = self.look_item(endpoint, item, session).await;
                    answers.push(answer.unwrap_or_else(|error| failure(&error)));
                }
                Ok(list(&answers))
            }
            Command::ConcurrentBulk(items) => self.concurrent(items, session).await,
            Command::Data(operation) => {
                let answer = self.data(&self.state.load_full(), operation, session).await;
                places::of_operation(endpoint, answer)
            }
            Command::RunSql(args) => {
                let state = self.state.load_full();
                let answer = sql::run_untracked(self, &state, args, session).await;
                places::of_arguments(endpoint, answer)
            }
            Command::Unserved(unserved) => Err(unserved.error()),
            other => {
                let answer = self.read(&self.state.load_full(), other).await;
                places::of_arguments(endpoint, answer)
            }
        }
    }

    async fn look_item(
        self: &Arc<Self>,
        endpoint: Endpoint,
        item: &bulk::Item,
        session: &Session,
    ) -> Result<Bytes> {
        item.check_kind(self.state.load().metadata())?;
        Box::pin(self.look(endpoint, &item.command, session)).await
    }

    /// Runs reads side by side.
    async fn concurrent(&self, items: &[BulkItem], session: &Session) -> Result<Bytes> {
        let endpoint = Endpoint::V2Query;
        let items = bulk::read(endpoint, items)?;
        let runs = items.iter().enumerate().map(|(position, item)| async move {
            let answer = match &item.command {
                Command::RunSql(args) if args.read_only => {
                    let state = self.state.load_full();
                    let answer = sql::run_untracked(self, &state, args, session).await;
                    places::of_arguments(endpoint, answer)
                }
                Command::Data(command) if command.operation.only_reads() => {
                    let answer = self.data(&self.state.load_full(), command, session).await;
                    places::of_operation(endpoint, answer)
                }
                _ => Err(Error::new(
                    Code::BadRequest,
                    "Only read-only queries are allowed in a concurrent_bulk",
                )),
            };
            places::of_item(endpoint, position, answer)
        });
        let answers: Result<Vec<Bytes>> = futures_util::future::join_all(runs)
            .await
            .into_iter()
            .collect();
        Ok(list(&answers?))
    }
}

/// How often a change is made anew because another instance stored one at the same moment.
const ATTEMPTS: usize = 10;

/// Whether a command answers with something of the metadata document.
fn looks_at_metadata(command: &Command) -> bool {
    matches!(
        command,
        Command::ExportMetadata(_)
            | Command::GetInconsistentMetadata
            | Command::DumpInternalState
            | Command::Bulk(_)
            | Command::BulkKeepGoing(_)
    )
}

/// Runs a change on a thread of its own: between its waits it computes for milliseconds, and a request
/// that has been put on the same thread would wait for that.
async fn apart_from_requests(change: impl Future<Output = ()> + Send + 'static) {
    let runtime = tokio::runtime::Handle::current();
    // A change that panics says so by not answering.
    let _ = tokio::task::spawn_blocking(move || runtime.block_on(change)).await;
}

fn interrupted() -> Error {
    Error::unexpected("the change was interrupted")
}

/// Whether a command answers with something that was found in the databases, or with the version of
/// the metadata, which is another one once others were told to read them.
fn looks_at_databases(command: &Command) -> bool {
    matches!(
        command,
        Command::ExportMetadata(_)
            | Command::GetInconsistentMetadata
            | Command::DumpInternalState
            | Command::GetSourceTables(_)
            | Command::GetTableInfo(_)
            | Command::SuggestRelationships(_)
    )
}

/// Whether a command reads every source by itself.
fn reads_all_sources(command: &Command) -> bool {
    match command {
        Command::ReplaceMetadata(_) => true,
        Command::ReloadMetadata(args) => args.reload_sources == ReloadSpec::Every(true),
        _ => false,
    }
}

/// Whether a command must wait for its turn among the changes.
fn is_exclusive(endpoint: Endpoint, command: &Command) -> bool {
    match command {
        Command::RunSql(args) => sql::is_followed_at_once(args),
        Command::Bulk(items) | Command::BulkKeepGoing(items) => items.iter().any(|item| {
            // What cannot be read fails as soon as it is its turn.
            item.command(endpoint)
                .map_or(true, |command| is_exclusive(endpoint, &command))
        }),
        Command::SetCatalogState(_) => false,
        other => other.changes_metadata(),
    }
}

fn stale(referenced: i64) -> Error {
    Error::new(
        Code::Conflict,
        format!(
            "metadata resource version referenced ({referenced}) did not match current version"
        ),
    )
}

/// The usual answer of a change.
fn success() -> Bytes {
    Bytes::from_static(b"{\"message\":\"success\"}")
}

/// An answer as bytes.
fn answer(value: &Value) -> Bytes {
    value.to_string().into()
}

/// A JSON list of answers.
fn list(answers: &[Bytes]) -> Bytes {
    let mut out = Vec::with_capacity(answers.iter().map(|a| a.len() + 1).sum::<usize>() + 2);
    out.push(b'[');
    for (position, answer) in answers.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        out.extend_from_slice(answer);
    }
    out.push(b']');
    out.into()
}

/// A failure among the answers of a bulk that keeps going. Only administrators send those.
fn failure(error: &Error) -> Bytes {
    answer(&howdah_error::envelope::flat(
        error,
        howdah_error::envelope::Internals::Show,
    ))
}

/// `{message, …}` beside what else there is to say.
fn success_with(extra: Value) -> Bytes {
    let mut body = json!({"message": "success"});
    if let (Some(body), Value::Object(extra)) = (body.as_object_mut(), extra) {
        body.extend(extra);
    }
    answer(&body)
}
