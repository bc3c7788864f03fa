//! Makes a connection usable again after its user left it in the middle of something.

use super::pool::Shared;
use super::session::Session;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio_postgres::error::SqlState;

/// How long a cancelled statement may take to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is wrong with a connection.
pub(super) struct Mess {
    /// A statement may still be running.
    pub(super) cut: bool,
    /// A transaction is open.
    pub(super) in_transaction: bool,
    /// It shall be closed, clean or not.
    pub(super) spoiled: bool,
}

/// Cleans in the background. The permit is held meanwhile, so that the pool's limit on
/// connections stays true.
pub(super) fn spawn(
    session: Session,
    mess: Mess,
    shared: Arc<Shared>,
    permit: Option<OwnedSemaphorePermit>,
) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        session.kill();
        return;
    };
    runtime.spawn(async move {
        match clean(&session, &mess).await {
            true if mess.spoiled => {}
            true => shared.put_back(session),
            false => session.kill(),
        }
        drop(permit);
    });
}

/// Whether the connection is as good as new.
async fn clean(session: &Session, mess: &Mess) -> bool {
    // Even for a connection that is thrown away: closing a socket does not stop a statement.
    if mess.cut && !session.cancel.cancel().await {
        return false;
    }
    // The server has seen the request to cancel, but it may hit our own statement if the
    // cancelled one was over already: hence a second try. After an answer nothing is left
    // under way that could hit a later statement.
    let sql = match mess.in_transaction {
        true => "rollback",
        false => "",
    };
    for _ in 0..2 {
        match tokio::time::timeout(PATIENCE, session.client.batch_execute(sql)).await {
            Ok(Ok(())) => return true,
            Ok(Err(e)) if e.code() == Some(&SqlState::QUERY_CANCELED) => {}
            _ => return false,
        }
    }
    false
}
