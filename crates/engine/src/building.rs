//! Makes a state from metadata: pools and catalogues that still fit are taken over from the state
//! before, the others are made and read, then everything is resolved.

use crate::connecting;
use crate::options::EngineOptions;
use crate::plans::PlanCache;
use crate::reading;
use crate::state::State;
use futures_util::future::join_all;
use howdah_error::Result;
use howdah_metadata::{Metadata, Source};
use howdah_postgres::Pool;
use howdah_schema::resolve::{Database, Databases, ResolveInput, resolve};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
        self.resolve(metadata, resource_version, databases, pools)
    }

    /// A state of known databases.
    pub(crate) fn resolve(
        &self,
        metadata: Arc<Metadata>,
        resource_version: i64,
        databases: Databases,
        pools: HashMap<String, Pool>,
    ) -> State {
        let snapshot = resolve(ResolveInput {
            generation: self.generations.fetch_add(1, Ordering::Relaxed),
            resource_version,
            metadata,
            options: self.options.schema.clone(),
            databases: &databases,
        });
        State {
            snapshot: Arc::new(snapshot),
            databases,
            pools,
            plans: Arc::new(PlanCache::new()),
        }
    }

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
        let database = match known {
            Some(Ok(database)) if !is_new && !reread.includes(&source.name) => {
                reading::complete(&pool, source, database).await
            }
            // Trying again and again would make every change wait for a database that is down.
            Some(Err(error)) if !is_new && !reread.includes(&source.name) => Err(error.clone()),
            _ => {
                // Types may have been dropped and made again under the statements' feet.
                pool.forget_statements();
                reading::read(&pool, source).await
            }
        };
        (Some(pool), database)
    }
}
