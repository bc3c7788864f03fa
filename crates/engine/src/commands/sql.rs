//! `run_sql`: the SQL itself and, where it may have changed what is tracked, what follows from it.

use super::answer;
use super::attitude::{self, Attitude};
use super::draft::Draft;
use super::dropping::{goes_with_others, remove_all};
use super::tracking;
use crate::building::Reread;
use crate::engine::Engine;
use crate::reading;
use crate::state::State;
use bytes::Bytes;
use howdah_error::{Code, Error, Result};
use howdah_ir::Session;
use howdah_ir::catalog::Catalog;
use howdah_metadata::commands::RunSql;
use howdah_metadata::{Metadata, MetadataObject};
use howdah_postgres::run_sql::{
    changes_schema, ends_transaction, fix_access, has_session, leaving_transaction, run_sql,
    run_sql_without_transaction,
};
use howdah_postgres::{Access, Expected, Pool, Transaction, TransactionOptions};
use howdah_schema::model::{Snapshot, Source};
use howdah_schema::resolve::Database;
use std::sync::Arc;

/// Whether the metadata is compared with the database afterwards.
fn is_checked(args: &RunSql) -> bool {
    !args.read_only
        && args
            .check_metadata_consistency
            .unwrap_or_else(|| changes_schema(&args.sql))
}

/// Whether the SQL may make anything that could be tracked.
fn may_create(args: &RunSql) -> bool {
    !args.read_only && args.sql.to_ascii_lowercase().contains("create")
}

/// Whether the state must follow.
pub(super) fn is_tracked(args: &RunSql) -> bool {
    is_checked(args) || may_create(args)
}

/// Whether the state must follow before there is an answer. Who says that nothing is to be compared
/// gets it sooner.
pub(super) fn is_followed_at_once(args: &RunSql) -> bool {
    is_checked(args) || (may_create(args) && args.check_metadata_consistency.is_none())
}

/// Runs SQL that the state need not follow at once.
pub(super) async fn run_untracked(
    engine: &Engine,
    state: &State,
    args: &RunSql,
    session: &Session,
) -> Result<Bytes> {
    let pool = state.pool_named(&args.source)?;
    let _noting = is_tracked(args).then(|| engine.behind.noting(&args.source));
    if args.no_transaction && !args.read_only {
        let connection = pool.get().await?;
        let result = run_sql_without_transaction(&connection, &args.sql).await?;
        return Ok(answer(&result.to_json()));
    }
    let transaction = begin(pool, args, session).await?;
    let result = run_sql(&transaction, &args.sql).await?;
    transaction.commit(Expected::Write).await?;
    Ok(answer(&result.to_json()))
}

async fn begin(pool: &Pool, args: &RunSql, session: &Session) -> Result<Transaction> {
    if args.read_only
        && let Some(statement) = leaving_transaction(&args.sql)
    {
        // What comes after it could write.
        return Err(Error::new(
            Code::BadRequest,
            format!("SQL that is read_only must not end its transaction: {statement}"),
        ));
    }
    let session = session.to_json();
    let options = TransactionOptions {
        isolation: pool.settings().isolation_level,
        access: if args.read_only {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        },
        session: Some(&session),
        trace: None,
    };
    let transaction = pool.begin(&options).await?;
    if args.read_only {
        fix_access(&transaction).await?;
    }
    Ok(transaction)
}

/// SQL that is committed, of one source.
pub(super) struct Committed {
    pub(super) source: String,
    /// Whether the metadata is compared with the database, and what happens to those who need what is
    /// gone.
    is_checked: bool,
    cascade: bool,
    /// What was known before.
    before: Arc<Snapshot>,
    /// What it has made of the database, as far as that could be read.
    after: Option<Arc<Catalog>>,
}

impl Committed {
    /// More SQL has followed.
    pub(super) fn extend(&mut self, more: Committed) {
        self.is_checked |= more.is_checked;
        self.cascade |= more.cascade;
        self.after = more.after.or(self.after.take());
    }

    /// Changes metadata as the database was changed.
    pub(super) fn follow(&self, metadata: &mut Metadata) {
        // A database that could not be read has dropped nothing.
        if self.is_checked
            && let Some(after) = &self.after
            && let Some((_, source)) = self.before.source_named(&self.source)
        {
            (*metadata, _) = followed(source, after, metadata, self.cascade);
        }
    }
}

/// The metadata that fits what SQL has committed. What would have kept it from being committed is told,
/// and then only renames are followed: what is gone is inconsistent.
fn followed(
    source: &Source,
    after: &Catalog,
    metadata: &Metadata,
    cascade: bool,
) -> (Metadata, Result<()>) {
    let mut strictly = metadata.clone();
    let dependents = tracking::Dependents::refuse(cascade);
    match tracking::follow(source, after, &mut strictly, dependents) {
        Ok(()) => (strictly, Ok(())),
        Err(refusal) => {
            let mut renamed = metadata.clone();
            let leave = tracking::Dependents::Leave;
            let told = tracking::follow(source, after, &mut renamed, leave);
            (renamed, told.and(Err(refusal)))
        }
    }
}

impl Draft {
    /// Runs SQL and has the state follow.
    pub(super) async fn run_sql(&mut self, args: &RunSql) -> Result<Bytes> {
        let pool = self.state.pool_named(&args.source)?.clone();
        if is_checked(args) {
            self.see_first(&args.source, &pool).await?;
        }
        if args.no_transaction {
            let connection = pool.get().await?;
            let result = run_sql_without_transaction(&connection, &args.sql).await;
            drop(connection);
            // What was done before a failure is done.
            let followed = self.follow_committed(args, &pool).await;
            let answer = answer(&result?.to_json());
            return followed.map(|()| answer);
        }
        let begun = begin(&pool, args, &self.session);
        let patience = self.engine.builder.options().patience;
        let transaction = patience.wait_for(&pool, begun).await?;
        let result = match run_sql(&transaction, &args.sql).await {
            Ok(result) => result,
            Err(error) => {
                // Whatever of it is not committed is undone.
                drop(transaction);
                if ends_transaction(&args.sql) {
                    // The failure of the SQL is the one to tell.
                    let _ = self.follow_committed(args, &pool).await;
                }
                return Err(error);
            }
        };
        if !has_session(&transaction).await? {
            // The SQL has ended the transaction itself, as files with their own BEGIN and COMMIT do.
            transaction.commit(Expected::Write).await?;
            self.follow_committed(args, &pool).await?;
        } else if is_checked(args) && self.source(&args.source).is_some() {
            let next = self.follow_open(args, &transaction).await?;
            transaction.commit(Expected::Write).await?;
            pool.forget_statements();
            self.committed(args, next);
        } else {
            transaction.commit(Expected::Write).await?;
            self.reread(args, &pool).await?;
        }
        Ok(answer(&result.to_json()))
    }

    /// Reads a source again where its tables and functions are no longer those that are known, so that
    /// what others did to the database is not taken for the doing of the SQL that comes.
    async fn see_first(&mut self, name: &str, pool: &Pool) -> Result<()> {
        let Some((source, _)) = self.source(name) else {
            return Ok(());
        };
        let patience = self.engine.builder.options().patience;
        let now = reading::catalog(pool, patience).await?;
        if !tracking::is_as_known(source, &now) {
            self.read_again([name.to_owned()]).await;
        }
        Ok(())
    }

    /// The state that fits what an open transaction has done, or why it must not be done.
    async fn follow_open(&self, args: &RunSql, transaction: &Transaction) -> Result<State> {
        let before = &self.state;
        let catalog = reading::catalog_within(transaction).await?;
        let mut metadata = (**before.metadata()).clone();
        if let Some((source, _)) = self.source(&args.source) {
            tracking::follow(
                source,
                &catalog,
                &mut metadata,
                tracking::Dependents::refuse(args.cascade),
            )?;
        }
        let database = match metadata.source(&args.source) {
            Some(source) => {
                let checks = self.engine.builder.checks();
                reading::data_within(transaction, catalog, source, checks).await?
            }
            None => Database {
                catalog: Arc::new(catalog),
                enum_values: Arc::default(),
                unreachable: None,
                native_queries: Arc::default(),
            },
        };
        let mut next = self.with_database(args, metadata, database.clone());
        if args.cascade {
            next = self.without_broken(args, next, &database);
        }
        attitude::check(&before.snapshot, &next.snapshot, None, Attitude::Dropping)?;
        Ok(next)
    }

    /// The state without what the SQL broke at second hand: rules that go over a relationship that
    /// went, native queries, whose needs are known by that. Tables and functions stay, so that what is
    /// wrong with them is told; so do queries of collections.
    fn without_broken(&self, args: &RunSql, mut next: State, database: &Database) -> State {
        loop {
            let broken: Vec<MetadataObject> =
                attitude::new_inconsistencies(&self.state.snapshot, &next.snapshot)
                    .into_iter()
                    .map(|found| found.object.clone())
                    .filter(goes_with_others)
                    .filter(|object| !matches!(object.type_name(), "table" | "function"))
                    .collect();
            let mut metadata = (**next.metadata()).clone();
            if broken.is_empty() || !remove_all(&mut metadata, &broken) {
                return next;
            }
            next = self.with_database(args, metadata, database.clone());
        }
    }

    /// After SQL that is committed already. What would have kept it from being committed is told, but
    /// the state follows all the same: then with the renames only, and what is gone is inconsistent.
    async fn follow_committed(&mut self, args: &RunSql, pool: &Pool) -> Result<()> {
        pool.forget_statements();
        let known = self.state.metadata().source(&args.source).cloned();
        let Some(metadata_source) = known else {
            return Ok(());
        };
        let checks = self.engine.builder.checks();
        let mut database = reading::read(pool, &metadata_source, checks).await?;
        let source = self.source(&args.source).filter(|_| is_checked(args));
        let Some((source, _)) = source else {
            let metadata = (**self.state.metadata()).clone();
            let next = self.with_database(args, metadata, database);
            self.committed(args, next);
            return Ok(());
        };
        let known = self.state.metadata();
        let (metadata, told) = followed(source, &database.catalog, known, args.cascade);
        if let Some(source) = metadata.source(&args.source) {
            // Rows matter of tables that have other names now.
            database = reading::complete(pool, source, &database, checks).await?;
        }
        let mut next = self.with_database(args, metadata, database.clone());
        if args.cascade {
            next = self.without_broken(args, next, &database);
        }
        let before = &self.state.snapshot;
        let told =
            told.and_then(|()| attitude::check(before, &next.snapshot, None, Attitude::Dropping));
        self.committed(args, next);
        told
    }

    /// SQL is committed, and this is the state that fits it.
    fn committed(&mut self, args: &RunSql, next: State) {
        let after = match next.databases.get(&args.source) {
            Some(Ok(database)) => Some(database.catalog.clone()),
            _ => None,
        };
        let sql = Committed {
            source: args.source.clone(),
            is_checked: is_checked(args),
            cascade: args.cascade,
            before: self.state.snapshot.clone(),
            after,
        };
        self.commit(sql, next);
    }

    fn with_database(&self, args: &RunSql, metadata: Metadata, database: Database) -> State {
        let mut databases = self.state.databases.clone();
        databases.insert(args.source.clone(), Ok(database));
        self.engine.builder.resolve(
            Some(&self.state),
            Arc::new(metadata),
            self.state.snapshot.resource_version,
            databases,
            self.state.pools.clone(),
        )
    }

    /// Looks at a source again after SQL that made something.
    async fn reread(&mut self, args: &RunSql, pool: &Pool) -> Result<()> {
        pool.forget_statements();
        let metadata = (**self.state.metadata()).clone();
        let names = [args.source.clone()];
        let next = self.build(metadata, Reread::Sources(&names)).await;
        self.committed(args, next);
        Ok(())
    }
}
