//! `validate-input-log`: one line for each webhook that judged input.

use howdah_engine::{Judgement, JudgementObserver};
use howdah_http_client::shown_url;
use howdah_server::Logger;
use howdah_server::logs::{Level, LogType};
use serde_json::json;

/// Writes the lines, if they are asked for.
#[derive(Debug)]
pub struct JudgementLog(Logger);

impl JudgementLog {
    /// Writes to this log.
    pub fn new(logger: Logger) -> Self {
        JudgementLog(logger)
    }
}

impl JudgementObserver for JudgementLog {
    fn wants_judgements(&self) -> bool {
        self.0.writes(Level::Info, LogType::ValidateInput)
    }

    fn judged(&self, judgement: &Judgement<'_>) {
        let detail = json!({
            "type": "http",
            "details": {
                "url": shown_url(judgement.url),
                "request": judgement.request,
                "request_headers": judgement.headers,
                "response": judgement.response,
                "response_status": judgement.status.as_u16(),
            },
        });
        self.0.log(Level::Info, LogType::ValidateInput, detail);
    }
}
