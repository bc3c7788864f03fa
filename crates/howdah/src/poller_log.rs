//! `livequery-poller-log`: one line for each poll of a subscription.

use howdah_engine::{BatchReport, Observer, PollReport};
use howdah_server::Logger;
use howdah_server::config::SubscriptionSettings;
use howdah_server::logs::{Level, LogType};
use serde_json::{Value, json};
use std::time::Duration;

/// Writes the lines, if they are asked for.
pub struct PollerLog {
    logger: Logger,
    settings: SubscriptionSettings,
}

impl PollerLog {
    /// Writes to this log; the settings are part of each line.
    pub fn new(logger: Logger, settings: SubscriptionSettings) -> Self {
        PollerLog { logger, settings }
    }

    fn options(&self, report: &PollReport) -> Value {
        let (batch, delay) = match report.kind {
            howdah_engine::SubscriptionKind::Live => {
                (self.settings.live_batch, self.settings.live_refetch)
            }
            howdah_engine::SubscriptionKind::Stream => {
                (self.settings.stream_batch, self.settings.stream_refetch)
            }
        };
        json!({"batch_size": batch, "refetch_delay": seconds(delay)})
    }
}

impl Observer for PollerLog {
    fn wants_polls(&self) -> bool {
        self.logger.writes(Level::Info, LogType::LivequeryPoller)
    }

    fn polled(&self, report: &PollReport) {
        let batches: Vec<Value> = report.batches.iter().enumerate().map(batch).collect();
        let detail = json!({
            "kind": report.kind.name(),
            "poller_id": report.poller.to_string(),
            "source": &*report.source,
            "role": &*report.role,
            "generated_sql": &*report.sql,
            "subscriber_count": report.subscribers,
            "cohort_size": report.cohorts,
            "cohorts": report.cohorts,
            "execution_batches": batches,
            "snapshot_time": seconds(report.snapshot_time),
            "total_time": seconds(report.total_time),
            "subscription_options": self.options(report),
        });
        self.logger
            .log(Level::Info, LogType::LivequeryPoller, detail);
    }
}

fn batch((number, report): (usize, &BatchReport)) -> Value {
    json!({
        "batch_id": number + 1,
        "batch_size": report.size,
        "batch_response_size_bytes": report.response_bytes,
        "pg_execution_time": seconds(report.database_time),
        "push_time": seconds(report.push_time),
        "pushed": report.told,
        "failures": report.failures,
    })
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}
