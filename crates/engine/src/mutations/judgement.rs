//! What whoever keeps a log hears of the webhooks that judge input.

use howdah_ir::validation::{HeaderValue, InputValidation};
use http::StatusCode;
use serde_json::{Value, json};
use std::fmt;
use url::Url;

/// A webhook that was asked and answered.
#[derive(Debug)]
pub struct Judgement<'a> {
    /// Its address.
    pub url: &'a Url,
    /// What it was asked.
    pub request: &'a Value,
    /// The headers that the metadata gives it: names, and the variables that values come from.
    /// Values themselves may be secrets and are not told.
    pub headers: Value,
    /// The status of its answer.
    pub status: StatusCode,
    /// The body of its answer; a text if it is not JSON.
    pub response: Value,
}

/// Hears of them.
pub trait JudgementObserver: Send + Sync + fmt::Debug {
    /// Whether it wants to hear of them at the moment.
    fn wants_judgements(&self) -> bool;

    /// A webhook has answered.
    fn judged(&self, judgement: &Judgement<'_>);
}

/// The configured headers as they may be told.
pub(super) fn told_headers(webhook: &InputValidation) -> Value {
    webhook
        .headers
        .iter()
        .map(|(name, value)| match value {
            HeaderValue::Text(_) => json!({"name": name, "value": "<hidden>"}),
            HeaderValue::Variable(variable) => json!({"name": name, "value_from_env": variable}),
        })
        .collect()
}

/// A body as it may be told: JSON, or else its text.
pub(super) fn told_body(body: &[u8]) -> Value {
    serde_json::from_slice(body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}
