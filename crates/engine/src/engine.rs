//! The engine itself: start, state, health, stop.

use crate::availability::{self, Event};
use crate::behind::{self, Behind};
use crate::building::{Builder, Reread};
use crate::live::Live;
use crate::mutations::JudgementObserver;
use crate::options::EngineOptions;
use crate::state::{State, inconsistencies_json};
use crate::sync;
use arc_swap::ArcSwap;
use howdah_error::{Code, Error, Result};
use howdah_http_client::HttpClient;
use howdah_metadata::{DEFAULT_SOURCE, Metadata, Part, PartKind, Source};
use howdah_postgres::Pool;
use howdah_postgres::hdb_catalog::MetadataStore;
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, broadcast};
use tokio::task::JoinHandle;

/// One instance of the engine. Requests take the state that is in force when they begin.
#[derive(Debug)]
pub struct Engine {
    pub(crate) state: ArcSwap<State>,
    pub(crate) store: MetadataStore,
    pub(crate) builder: Builder,
    /// Held by whoever changes the state.
    pub(crate) changes: Mutex<()>,
    /// Sources that SQL has changed and that were not read since.
    pub(crate) behind: Arc<Behind>,
    /// What runs in the background.
    tasks: std::sync::Mutex<Vec<JoinHandle<()>>>,
    events: broadcast::Sender<Event>,
    pub(crate) live: Arc<Live>,
    /// Calls webhooks; made when first needed.
    pub(crate) http: OnceLock<HttpClient>,
    /// Hears of the webhooks that judged input.
    pub(crate) judgements: OnceLock<Arc<dyn JudgementObserver>>,
}

/// How many events are kept for those who are slow to hear of them.
const EVENTS: usize = 64;

/// What is known of the engine's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The metadata database answers.
    pub metadata_db_ok: bool,
    /// No object of the metadata is inconsistent.
    pub consistent: bool,
}

/// The stored metadata, with the source `default` where it is asked for. Of several instances that
/// start together one adds it; the others find it then.
async fn load(store: &MetadataStore, options: &EngineOptions) -> Result<(Metadata, i64)> {
    loop {
        let stored = store.load().await?;
        let version = stored.resource_version;
        let mut metadata = Metadata::from_any_version(stored.metadata, &Metadata::default())?;
        let Some(configuration) = &options.default_source else {
            return Ok((metadata, version));
        };
        if metadata.has_source(DEFAULT_SOURCE) {
            return Ok((metadata, version));
        }
        metadata.sources.push(Source {
            name: DEFAULT_SOURCE.to_owned(),
            configuration: configuration.clone(),
            ..Source::default()
        });
        let changed = sync::invalidations([DEFAULT_SOURCE]);
        let document = metadata.to_export_text();
        match store.store(document, version, &changed).await {
            Ok(version) => return Ok((metadata, version)),
            Err(error) if *error.code() == Code::Conflict => {}
            Err(error) => return Err(error),
        }
    }
}

impl Engine {
    /// Connects to the metadata database (installing or taking over the catalogue there), loads the
    /// metadata, adds the source `default` where it is asked for and missing, reads the sources and
    /// begins to follow other instances.
    ///
    /// A source that cannot be read is an inconsistent object, no failure.
    ///
    /// # Errors
    /// The metadata database cannot be reached or used, or holds what is no metadata.
    pub async fn start(options: EngineOptions) -> Result<Arc<Engine>> {
        let pool = Pool::new(options.metadata_database.clone())?;
        let store = MetadataStore::open(pool, uuid::Uuid::new_v4().to_string()).await?;
        let (metadata, version) = load(&store, &options).await?;
        let sync_interval = options.sync_interval;
        let live = Live::new(options.live);
        let builder = Builder::new(options);
        let state = builder
            .build(None, Arc::new(metadata), version, Reread::Nothing)
            .await;
        let engine = Arc::new(Engine {
            state: ArcSwap::from_pointee(state),
            store,
            builder,
            changes: Mutex::new(()),
            behind: Arc::default(),
            tasks: std::sync::Mutex::default(),
            events: broadcast::Sender::new(EVENTS),
            live,
            http: OnceLock::new(),
            judgements: OnceLock::new(),
        });
        let watcher = tokio::spawn(availability::watch(Arc::downgrade(&engine)));
        let catching_up = behind::follow(Arc::downgrade(&engine), engine.behind.clone());
        let catching_up = tokio::spawn(catching_up);
        let follower = sync_interval
            .map(|interval| tokio::spawn(sync::follow(Arc::downgrade(&engine), interval)));
        engine.set_tasks([watcher, catching_up].into_iter().chain(follower).collect());
        Ok(engine)
    }

    /// What happens from now on without anybody having asked for it, for the log.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Tells whoever listens.
    pub(crate) fn tell(&self, event: Event) {
        // Nobody has to.
        let _ = self.events.send(event);
    }

    /// Stops following other instances and closes all connections; running requests keep theirs
    /// until they are done.
    pub fn stop(&self) {
        self.set_tasks(Vec::new());
        self.live.stop();
        for pool in self.state.load().pools.values() {
            pool.close();
        }
        self.store.pool().close();
    }

    fn set_tasks(&self, tasks: Vec<JoinHandle<()>>) {
        let mut held = self
            .tasks
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for old in std::mem::replace(&mut *held, tasks) {
            old.abort();
        }
    }

    /// Asks the metadata database and looks at the metadata.
    pub async fn health(&self) -> Health {
        let patience = self.builder.options().patience;
        Health {
            metadata_db_ok: patience
                .wait_for(self.store.pool(), self.store.check_health())
                .await
                .is_ok(),
            consistent: self.state.load().snapshot.inconsistencies.is_empty(),
        }
    }

    /// The inconsistent objects, as the API lists them.
    pub fn inconsistent_objects(&self) -> Value {
        inconsistencies_json(&self.state.load().snapshot.inconsistencies)
    }

    /// What the metadata in force asks for and is not served yet: kept and exported, not acted on.
    pub fn inactive_parts(&self) -> Vec<Part> {
        self.state
            .load()
            .metadata()
            .special_parts()
            .into_iter()
            .filter(|part| {
                !matches!(
                    part.kind,
                    PartKind::InheritedRole
                        | PartKind::Introspection
                        | PartKind::Allowlist
                        | PartKind::InputValidation
                )
            })
            .collect()
    }

    /// Has somebody hear of webhooks that judge input; only the first one given does.
    pub fn observe_judgements(&self, observer: Arc<dyn JudgementObserver>) {
        let _ = self.judgements.set(observer);
    }

    /// Figures for the log: sources, tables, roles, inconsistent objects.
    pub fn summary(&self) -> Value {
        let state = self.state.load();
        let snapshot = &state.snapshot;
        json!({
            "resource_version": snapshot.resource_version,
            "sources": snapshot.metadata.sources.len(),
            "tables": snapshot.sources.iter().map(|s| s.tables.len()).sum::<usize>(),
            "functions": snapshot.sources.iter().map(|s| s.functions.len()).sum::<usize>(),
            "roles": snapshot.roles.len(),
            "inconsistent_objects": snapshot.inconsistencies.len(),
        })
    }

    /// Puts a state in force.
    pub(crate) fn put_in_force(&self, state: State) {
        let before = self.exchange(state);
        // The last one to hold a state takes it apart: that may be a lot of work.
        tokio::task::spawn_blocking(move || drop(before));
    }

    /// Puts a state in force and hands out the one before, which its last holder takes apart: that may
    /// be a lot of work.
    pub(crate) fn exchange(&self, state: State) -> Arc<State> {
        let now = Arc::clone(&state.snapshot);
        let before = self.state.swap(Arc::new(state));
        // Commands that only look put back what they found.
        if before.snapshot.generation != now.generation {
            let as_before = before.snapshot.resource_version == now.resource_version
                && Arc::ptr_eq(&before.snapshot.metadata, &now.metadata);
            self.live.state_changed(!as_before);
        }
        before
    }

    /// The refusal of changes in maintenance mode.
    pub(crate) fn check_maintenance(&self) -> Result<()> {
        if self.builder.options().maintenance_mode {
            return Err(Error::unexpected(
                "metadata cannot be modified in maintenance mode",
            ));
        }
        Ok(())
    }
}
