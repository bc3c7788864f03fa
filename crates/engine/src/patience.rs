//! How long others wait for a database that is silent.
//!
//! Changes come one after another, and a start reads all sources: neither may hang on a database
//! that is gone without a word, as behind a network that swallows everything.

use howdah_error::Result;
use howdah_postgres::Pool;
use howdah_postgres::execution::errors::connection_error;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long a database may take that is there.
const LIMIT: Duration = Duration::from_secs(180);

/// How long a database may be silent before it is asked whether it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(pub Duration);

impl Default for Patience {
    fn default() -> Self {
        Patience(Duration::from_secs(10))
    }
}

impl Patience {
    /// How long it may take to open a connection: enough for one that has to wake up first, and for
    /// all servers of a list to be tried.
    pub(crate) fn with_connecting(self, pool: &Pool) -> Duration {
        (self.0 * 2).max(pool.time_for_all_servers())
    }

    /// Waits for work with a database for as long as that is there.
    ///
    /// # Errors
    /// Those of the work; that of a connection when nobody answers.
    pub(crate) async fn wait_for<T>(
        self,
        pool: &Pool,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let begun = Instant::now();
        let mut work = pin!(work);
        loop {
            let silent = async {
                sleep(self.0).await;
                timeout(self.with_connecting(pool), pool.probe()).await
            };
            let there = tokio::select! {
                result = &mut work => return result,
                there = silent => there,
            };
            let reason = match there {
                Ok(Ok(())) if begun.elapsed() < LIMIT => continue,
                Ok(Ok(())) => {
                    return Err(connection_error("the database took too long to answer"));
                }
                Ok(Err(error)) => error,
                Err(_) => connection_error("the database does not answer"),
            };
            pool.set_away(reason.clone());
            return Err(reason);
        }
    }
}
