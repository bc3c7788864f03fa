//! Makes a state from metadata: pools and catalogues that still fit are taken over from the state
//! before, the others are made and read, then everything is resolved. What was found in a database
//! that cannot be reached now is kept with the reason.

use crate::connecting;
use crate::options::EngineOptions;
use crate::plans::PlanCache;
use crate::reading;
use crate::state::State;
use crate::untouched;
use futures_util::future::join_all;
use howdah_error::{Code, Error, Result};
use howdah_metadata::{Metadata, Source};
use howdah_postgres::Pool;
use howdah_schema::resolve::{Database, Databases, ResolveInput, resolve, same_model};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::RuntimeFlavor;

/// Which catalogues are read although they are known.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reread<'a> {
    /// None.
    Nothing,
    /// Those of these sources.
    Sources(&'a [String]),
}

impl Reread<'_> {
    fn includes(self, source: &str) -> bool {
        match self {
            Reread::Nothing => false,
            Reread::Sources(names) => names.iter().any(|name| name == source),
        }
    }
}

/// Makes states.
#[derive(Debug)]
pub(crate) struct Builder {
    options: EngineOptions,
    generations: AtomicU64,
}

impl Builder {
    pub(crate) fn new(options: EngineOptions) -> Self {
        Builder {
            options,
            generations: AtomicU64::new(0),
        }
    }

    pub(crate) fn options(&self) -> &EngineOptions {
        &self.options
    }

    /// What databases are asked.
    pub(crate) fn checks(&self) -> reading::Checks {
        reading::Checks {
            native_queries: self.options.validate_native_queries,
            patience: self.options.patience,
        }
    }

    /// The state that follows from metadata. Sources that cannot be reached are inconsistent in it.
    pub(crate) async fn build(
        &self,
        before: Option<&State>,
        metadata: Arc<Metadata>,
        resource_version: i64,
        reread: Reread<'_>,
    ) -> State {
        let sources = join_all(metadata.sources.iter().map(|source| async {
            let (pool, database) = self.source(before, source, reread).await;
            (source.name.clone(), pool, database)
        }))
        .await;
        let mut databases = Databases::new();
        let mut pools = HashMap::new();
        for (name, pool, database) in sources {
            databases.insert(name.clone(), database);
            if let Some(pool) = pool {
                pools.insert(name, pool);
            }
        }
        self.resolve(before, metadata, resource_version, databases, pools)
    }

    /// A state of known databases. What follows from the state before and is not touched by what
    /// differs from it is taken over.
    pub(crate) fn resolve(
        &self,
        before: Option<&State>,
        metadata: Arc<Metadata>,
        resource_version: i64,
        databases: Databases,
        pools: HashMap<String, Pool>,
    ) -> State {
        let generation = self.generations.fetch_add(1, Ordering::Relaxed);
        let input = |before| ResolveInput {
            generation,
            resource_version,
            metadata: metadata.clone(),
            options: self.options.schema.clone(),
            databases: &databases,
            before,
        };
        let snapshot = beside_requests(|| {
            let before = before.map(|state| untouched::since(state, &metadata, &databases));
            let is_anew = before.is_none();
            let snapshot = resolve(input(before));
            // Every test of a debug build is one of this, too.
            debug_assert!(
                is_anew || !is_small(&metadata) || same_model(&snapshot, &resolve(input(None))),
                "what was taken over differs from what would have been made anew"
            );
            snapshot
        });
        State {
            snapshot: Arc::new(snapshot),
            databases,
            pools,
            plans: Arc::new(PlanCache::new()),
            dependencies: Arc::default(),
        }
    }

    /// The pool and the database of a source.
    async fn source(
        &self,
        before: Option<&State>,
        source: &Source,
        reread: Reread<'_>,
    ) -> (Option<Pool>, Result<Database>) {
        let settings = match connecting::settings(&source.configuration, &self.options.sources) {
            Ok(settings) => settings,
            Err(error) => return (None, Err(error)),
        };
        let known_pool = before
            .and_then(|state| state.pools.get(&source.name))
            .filter(|pool| *pool.settings() == settings);
        let (pool, is_new) = match known_pool {
            Some(pool) => (pool.clone(), false),
            None => match Pool::new(settings) {
                Ok(pool) => (pool, true),
                Err(error) => return (None, Err(error)),
            },
        };
        let known = before.and_then(|state| state.databases.get(&source.name));
        let read = match known {
            // Trying again and again would make every change wait for a database that is down.
            Some(Ok(database))
                if database.unreachable.is_some() && !reread.includes(&source.name) =>
            {
                Ok(database.clone())
            }
            Some(Err(error)) if !is_new && !reread.includes(&source.name) => Err(error.clone()),
            Some(Ok(database)) if !is_new && !reread.includes(&source.name) => {
                reading::complete(&pool, source, database, self.checks()).await
            }
            _ => {
                // Types may have been dropped and made again under the statements' feet.
                pool.forget_statements();
                reading::read(&pool, source, self.checks()).await
            }
        };
        let database = match (read, known) {
            (Err(error), Some(Ok(known))) if !is_new && is_connection_error(&error) => {
                Ok(Database {
                    unreachable: Some(error),
                    ..known.clone()
                })
            }
            (read, _) => read,
        };
        (Some(pool), database)
    }
}

/// Whether making a snapshot twice costs next to nothing.
fn is_small(metadata: &Metadata) -> bool {
    let tables: usize = metadata.sources.iter().map(|s| s.tables.len()).sum();
    tables < 100
}

/// Runs what keeps a processor busy for a while so that requests on the same thread need not wait
/// for it.
pub(crate) fn beside_requests<T>(work: impl FnOnce() -> T) -> T {
    let threads = tokio::runtime::Handle::try_current().map(|runtime| runtime.runtime_flavor());
    match threads {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// Whether an error says that a database cannot be reached, rather than what is wrong with it.
pub(crate) fn is_connection_error(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::PostgresError | Code::PostgresMaxConnections
    ) && error.status() == 500
}
