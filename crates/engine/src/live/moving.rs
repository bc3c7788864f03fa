//! What becomes of subscriptions when the metadata changes: their requests are read again under
//! the new metadata, and they go on where they were, or end with the reason.

use super::cohorts::Newcomer;
use super::plan;
use super::poller::Poller;
use super::registry::Place;
use super::sink::LiveEvent;
use crate::engine::Engine;
use std::sync::Arc;

/// Moves everybody to pollers of the metadata in force.
pub(super) async fn move_all(poller: &Arc<Poller>) {
    let all = poller.close();
    let Some(engine) = poller.engine.upgrade() else {
        return;
    };
    for (cursor, newcomer) in all {
        move_one(&engine, poller, cursor, newcomer);
        // There may be thousands.
        tokio::task::yield_now().await;
    }
}

fn move_one(engine: &Arc<Engine>, old: &Arc<Poller>, cursor: Option<Arc<str>>, newcomer: Newcomer) {
    let membership = Arc::clone(&newcomer.subscriber.membership);
    let state = engine.state.load_full();
    match plan::compile(engine, &state, &membership.request(), &membership.session) {
        Ok(mut plan) => {
            // A stream goes on behind what was sent, as long as it runs along the same column.
            if plan.key.kind == old.key.kind && plan.cursor_name == membership.cursor_name {
                plan.cursor = cursor.or(plan.cursor);
            }
            engine.live.enter(engine, plan, newcomer, &membership);
        }
        Err(error) => {
            *membership.place() = Place::Gone;
            match newcomer.begun {
                Some(begun) => {
                    let _ = begun.send(Err(error));
                }
                None => {
                    newcomer.subscriber.sink.send(LiveEvent::Error(error));
                    newcomer.subscriber.sink.send(LiveEvent::Complete);
                }
            }
        }
    }
}
