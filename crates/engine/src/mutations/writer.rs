//! The transaction of a request on one source, opened with its first statement.

use howdah_error::{Error, Result};
use howdah_postgres::{
    Access, IsolationLevel, Pool, Transaction, TransactionOptions, Work, WriteAnswer,
};

/// Most statements sent without waiting: so many arguments may be on their way at once.
const MOST_AT_ONCE: usize = 256;

/// Writes on one source.
pub(super) struct Writer<'a> {
    pool: &'a Pool,
    session: &'a str,
    trace: &'a str,
    open: Option<Transaction>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(pool: &'a Pool, session: &'a str, trace: &'a str) -> Self {
        Writer {
            pool,
            session,
            trace,
            open: None,
        }
    }

    /// Whether a single statement may do without a transaction of its own around it: what the
    /// server makes of it is one of its default isolation.
    pub(super) fn may_stand_alone(&self) -> bool {
        self.open.is_none() && self.pool.settings().isolation_level == IsolationLevel::ReadCommitted
    }

    fn options(&self) -> TransactionOptions<'a> {
        TransactionOptions {
            isolation: self.pool.settings().isolation_level,
            access: Access::ReadWrite,
            session: Some(self.session),
            trace: Some(self.trace),
        }
    }

    /// The pool behind it.
    pub(super) fn pool(&self) -> &'a Pool {
        self.pool
    }

    /// Runs statements in order; the answers end with the first failure.
    ///
    /// # Errors
    /// The transaction cannot be opened.
    pub(super) async fn run(&mut self, work: &[Work<'_>]) -> Result<Vec<Result<WriteAnswer>>> {
        let mut answers = Vec::with_capacity(work.len());
        for part in work.chunks(MOST_AT_ONCE) {
            let more = match &self.open {
                Some(transaction) => transaction.run(part).await,
                None => {
                    let (transaction, more) = self.pool.begin_with(&self.options(), part).await?;
                    self.open = Some(transaction);
                    more
                }
            };
            let failed = more.iter().any(Result::is_err);
            answers.extend(more);
            if failed {
                break;
            }
        }
        Ok(answers)
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// Its failure.
    pub(super) async fn run_one(&mut self, work: Work<'_>) -> Result<WriteAnswer> {
        let answers = self.run(&[work]).await?;
        answers.into_iter().next().unwrap_or_else(|| Err(unsent()))
    }

    /// Runs the last statement, which must fail where nothing may be committed, and commits.
    ///
    /// # Errors
    /// Its failure or that of the commit.
    pub(super) async fn run_last(&mut self, work: Work<'_>) -> Result<WriteAnswer> {
        let Some(transaction) = self.open.take() else {
            let answer = self.run_one(work).await?;
            self.commit().await?;
            return Ok(answer);
        };
        let answers = transaction.run_and_commit(&[work]).await?;
        answers.into_iter().next().ok_or_else(unsent)
    }

    /// Commits what is open.
    ///
    /// # Errors
    /// What deferred constraints find, and conflicts with other transactions.
    pub(super) async fn commit(&mut self) -> Result<()> {
        match self.open.take() {
            Some(transaction) => transaction.commit(howdah_postgres::Expected::Write).await,
            None => Ok(()),
        }
    }
}

fn unsent() -> Error {
    Error::unexpected("a statement was not sent")
}
