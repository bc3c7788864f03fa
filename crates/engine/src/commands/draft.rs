//! A change in the making: commands change it one by one, in the end it is stored and put in force,
//! or forgotten.

use super::attitude::{self, Attitude};
use super::sql::Committed;
use super::{ATTEMPTS, answer, places, sql};
use crate::building::{Reread, beside_requests};
use crate::engine::Engine;
use crate::state::State;
use crate::sync::invalidations;
use bytes::Bytes;
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use howdah_metadata::commands::{Command, Endpoint};
use howdah_metadata::{Metadata, MetadataObject};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a request has made of the state so far.
pub(super) struct Draft {
    pub(super) engine: Arc<Engine>,
    pub(super) session: Session,
    /// The state as it would be.
    pub(super) state: State,
    /// The metadata that is stored.
    stored: Arc<Metadata>,
    /// Store even if the metadata is the same: others must look again.
    pub(super) announce: bool,
    /// Sources that others must read again.
    stale: BTreeSet<String>,
    /// The state when SQL was committed last: it stays, whatever fails later.
    committed: Option<State>,
    /// The SQL that was committed, by source.
    sql: Vec<Committed>,
    /// Commands have changed the metadata, too.
    commanded: bool,
    /// Something was done that must not be done twice.
    acted: bool,
}

/// What became of a draft.
pub(super) enum Finished {
    /// It is in force, or has failed for good; with the state that was in force before.
    Done(Result<Bytes>, Option<Arc<State>>),
    /// Another instance has stored a change meanwhile, and nothing was done: it may be made again.
    Overtaken(Error),
}

impl Draft {
    pub(super) fn new(engine: Arc<Engine>, state: Arc<State>, session: Session) -> Self {
        let stored = state.metadata().clone();
        let state = State {
            // Only for as long as the change takes: they are large.
            dependencies: Arc::default(),
            ..(*state).clone()
        };
        Draft {
            engine,
            session,
            state,
            stored,
            announce: false,
            stale: BTreeSet::new(),
            committed: None,
            sql: Vec::new(),
            commanded: false,
            acted: false,
        }
    }

    /// Runs a command; paths of errors are relative to the request.
    pub(super) async fn run(&mut self, endpoint: Endpoint, command: &Command) -> Result<Bytes> {
        match command {
            Command::Bulk(items) => self.bulk(endpoint, items).await,
            Command::BulkKeepGoing(items) => self.bulk_keep_going(endpoint, items).await,
            Command::BulkAtomic(items) => self.bulk_atomic(endpoint, items).await,
            Command::Data(operation) => {
                self.acted = true;
                let engine = &self.engine;
                let answer = engine.data(&self.state, operation, &self.session).await;
                places::of_operation(endpoint, answer)
            }
            Command::Unserved(unserved) => Err(unserved.error()),
            other => {
                let answer = match other {
                    Command::RunSql(args) if sql::is_tracked(args) => self.run_sql(args).await,
                    Command::RunSql(args) => {
                        self.acted = true;
                        sql::run_untracked(&self.engine, &self.state, args, &self.session).await
                    }
                    other if other.changes_metadata() => {
                        self.commanded = true;
                        self.change(other).await
                    }
                    other => self.engine.read(&self.state, other).await,
                };
                places::of_arguments(endpoint, answer)
            }
        }
    }

    /// Reads sources again whose databases may have changed. Others must do so too.
    pub(super) async fn read_again(&mut self, sources: impl IntoIterator<Item = String>) {
        let sources: Vec<String> = sources.into_iter().collect();
        if sources.is_empty() {
            return;
        }
        let metadata = (**self.state.metadata()).clone();
        self.state = self.build(metadata, Reread::Sources(&sources)).await;
        self.stale.extend(sources);
    }

    /// The state that other metadata would give.
    pub(super) async fn build(&self, metadata: Metadata, reread: Reread<'_>) -> State {
        let version = self.state.snapshot.resource_version;
        self.engine
            .builder
            .build(Some(&self.state), Arc::new(metadata), version, reread)
            .await
    }

    /// Takes metadata over if nothing speaks against it. When an object does not fit, its source is
    /// read again before it is refused: the database may have changed behind our back.
    pub(super) async fn adopt(
        &mut self,
        metadata: Metadata,
        object: Option<&MetadataObject>,
        attitude: Attitude,
    ) -> Result<()> {
        let next = self.build(metadata, Reread::Nothing).await;
        let verdict = attitude::check(&self.state.snapshot, &next.snapshot, object, attitude);
        let Err(refusal) = verdict else {
            self.state = next;
            return Ok(());
        };
        let source = object
            .and_then(MetadataObject::source)
            .filter(|name| self.state.databases.get(*name).is_some_and(Result::is_ok));
        let Some(source) = source else {
            return Err(refusal);
        };
        let metadata = next.metadata().clone();
        let names = [source.to_owned()];
        let version = self.state.snapshot.resource_version;
        let fresh = self
            .engine
            .builder
            .build(Some(&next), metadata, version, Reread::Sources(&names))
            .await;
        let verdict = attitude::check(&self.state.snapshot, &fresh.snapshot, object, attitude);
        if verdict.is_err() {
            // Nothing can be said of what could not be looked at.
            if let Some(Ok(database)) = fresh.databases.get(source)
                && let Some(error) = &database.unreachable
            {
                return Err(error.clone());
            }
            // What is wrong with the object is told as it is now. What else has become of the database is
            // no fault of this change.
            let now = object.map(|object| attitude::check_object(&fresh.snapshot, object));
            return Err(match now {
                Some(Err(now)) if *refusal.code() == *now.code() => now,
                _ => refusal,
            });
        }
        self.stale.insert(source.to_owned());
        self.state = fresh;
        Ok(())
    }

    /// A source's database has changed: SQL is committed, and the state is the one that fits it.
    pub(super) fn commit(&mut self, sql: Committed, state: State) {
        self.stale.insert(sql.source.clone());
        self.committed = Some(state.clone());
        self.state = state;
        match self.sql.iter_mut().find(|known| known.source == sql.source) {
            Some(known) => known.extend(sql),
            None => self.sql.push(sql),
        }
    }

    /// Others must read this source again.
    pub(super) fn mark_stale(&mut self, source: &str) {
        self.stale.insert(source.to_owned());
    }

    /// Stores and puts in force what has become of the request.
    pub(super) async fn finish(mut self, result: Result<Bytes>) -> Finished {
        let committed = self.committed.take();
        if result.is_err() {
            match &committed {
                Some(state) => self.state = state.clone(),
                None => return Finished::Done(result, None),
            }
        }
        let changed = *self.stored != **self.state.metadata();
        if changed || self.announce || !self.stale.is_empty() {
            let document = beside_requests(|| self.state.metadata().to_export_text());
            let version = self.state.snapshot.resource_version;
            let store = &self.engine.store;
            match store
                .store(document, version, &invalidations(&self.stale))
                .await
            {
                Ok(version) => self.renumber(version),
                Err(error) => {
                    let untouched = committed.is_none() && !self.acted;
                    if untouched && *error.code() == Code::Conflict {
                        return Finished::Overtaken(error);
                    }
                    if !untouched && *error.code() == Code::Conflict && !self.sql.is_empty() {
                        match self.follow_anew().await {
                            Ok(before) if self.commanded => {
                                return Finished::Done(result.and(Err(error)), Some(before));
                            }
                            Ok(before) => return Finished::Done(result, Some(before)),
                            Err(_) => {}
                        }
                    }
                    // The metadata stays, but what SQL did to the databases is done.
                    let before = committed.is_some().then(|| {
                        let state = self.resolve(self.stored.clone(), version);
                        self.engine.exchange(state)
                    });
                    return Finished::Done(result.and(Err(error)), before);
                }
            }
        }
        let before = self.engine.exchange(self.state);
        Finished::Done(result, Some(before))
    }

    /// Has the metadata that others have stored meanwhile follow the SQL that is committed, and stores
    /// and puts in force what comes of it; with the state that was in force before.
    async fn follow_anew(&mut self) -> Result<Arc<State>> {
        let sources: Vec<String> = self.stale.iter().cloned().collect();
        for _ in 0..ATTEMPTS {
            self.engine.catch_up_in_turn().await?;
            let current = self.engine.state.load_full();
            let mut metadata = (**current.metadata()).clone();
            for sql in &self.sql {
                sql.follow(&mut metadata);
            }
            let version = current.snapshot.resource_version;
            let document = beside_requests(|| metadata.to_export_text());
            self.state = self
                .engine
                .builder
                .build(
                    Some(&current),
                    Arc::new(metadata),
                    version,
                    Reread::Sources(&sources),
                )
                .await;
            let told = invalidations(&self.stale);
            match self.engine.store.store(document, version, &told).await {
                Ok(version) => {
                    self.renumber(version);
                    return Ok(self.engine.exchange(self.state.clone()));
                }
                Err(error) if *error.code() == Code::Conflict => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::unexpected("others change the metadata all the time"))
    }

    /// The state of other metadata over the databases as they are.
    fn resolve(&self, metadata: Arc<Metadata>, version: i64) -> State {
        let (databases, pools) = (self.state.databases.clone(), self.state.pools.clone());
        self.engine
            .builder
            .resolve(Some(&self.state), metadata, version, databases, pools)
    }

    fn renumber(&mut self, version: i64) {
        match Arc::get_mut(&mut self.state.snapshot) {
            Some(snapshot) => snapshot.resource_version = version,
            None => self.state = self.resolve(self.state.metadata().clone(), version),
        }
    }

    /// What `get_inconsistent_metadata` and its like say of the draft.
    pub(super) fn consistency(&self) -> Bytes {
        answer(&super::reads::consistency(&self.state))
    }

    /// The model of a source that could be read.
    pub(super) fn source(
        &self,
        name: &str,
    ) -> Option<(&howdah_schema::model::Source, &howdah_metadata::Source)> {
        let (_, source) = self.state.snapshot.source_named(name)?;
        Some((source, self.state.metadata().source(name)?))
    }
}
