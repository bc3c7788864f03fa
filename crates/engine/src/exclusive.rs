//! Work that only one of several instances may do at a time, such as applying migrations at
//! start: whoever holds the lock of the metadata database does it.

use howdah_error::Result;
use howdah_postgres::execution::{Expected, Transaction, TransactionOptions};
use howdah_postgres::{Pool, SourceSettings};

/// The transaction waits for as long as the others work, and must outlive limits on idle ones.
/// The lock is the transaction's, so that it works through poolers too and ends with the
/// connection whatever happens.
const LOCK: &str = "set local idle_in_transaction_session_timeout = 0; \
     set local statement_timeout = 0; set local lock_timeout = 0; \
     select pg_advisory_xact_lock(x'686f776461682'::int8)";

/// Held by the one instance that may work; others wait until it is gone.
#[derive(Debug)]
pub struct Exclusive {
    transaction: Transaction,
    /// Its own, so that the work never waits for the connection that the lock holds.
    pool: Pool,
}

impl Exclusive {
    /// Waits until no other instance on this metadata database holds the lock, and takes it.
    ///
    /// # Errors
    /// The metadata database does not answer.
    pub async fn wait(metadata_database: SourceSettings) -> Result<Exclusive> {
        let pool = Pool::new(metadata_database)?;
        let transaction = pool.begin(&TransactionOptions::default()).await?;
        transaction.execute(LOCK, Expected::Nothing).await?;
        Ok(Exclusive { transaction, pool })
    }

    /// Lets the next one work.
    ///
    /// # Errors
    /// The connection was lost meanwhile, so that the lock may have been lost before.
    pub async fn release(self) -> Result<()> {
        let released = self.transaction.commit(Expected::Nothing).await;
        self.pool.close();
        released
    }
}
