//! Waiting until a started server answers, and making the wished database on it.

use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use crate::Error;

/// Recovery after a crash may take a while; a server that ends is noticed at once.
const LIMIT: Duration = Duration::from_secs(120);
const TRY_AGAIN: Duration = Duration::from_millis(15);

/// Why a server did not become ready.
pub(crate) type Reason = String;

/// Tries to connect until the server lets us in.
pub(crate) async fn connect(url: &str) -> Result<Client, Reason> {
    let mut config: Config = url.parse().map_err(|error| format!("{error}"))?;
    config.connect_timeout(Duration::from_secs(10));
    let deadline = Instant::now() + LIMIT;
    loop {
        match config.connect(NoTls).await {
            Ok((client, connection)) => {
                // Ends with the client.
                tokio::spawn(connection);
                return Ok(client);
            }
            Err(error) if is_final(&error) || Instant::now() > deadline => {
                return Err(match error.as_db_error() {
                    Some(answer) => answer.message().to_owned(),
                    None => error.to_string(),
                });
            }
            Err(_) => tokio::time::sleep(TRY_AGAIN).await,
        }
    }
}

/// Makes the database unless it is there.
pub(crate) async fn ensure_database(client: &Client, name: &str) -> Result<(), Error> {
    let failed = |error: tokio_postgres::Error| Error::Program {
        program: "CREATE DATABASE",
        output: error
            .as_db_error()
            .map_or_else(|| error.to_string(), |answer| answer.message().to_owned()),
    };
    let known = client
        .query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name])
        .await
        .map_err(failed)?;
    if known.is_none() {
        let quoted = name.replace('"', "\"\"");
        client
            .batch_execute(&format!("CREATE DATABASE \"{quoted}\""))
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// Whether waiting longer would not help: the server answered, and not with "starting up".
fn is_final(error: &tokio_postgres::Error) -> bool {
    error
        .code()
        .is_some_and(|code| *code != SqlState::CANNOT_CONNECT_NOW)
}
