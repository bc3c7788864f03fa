//! Asks webhooks whether what a role wants to write is good (H23), before any transaction begins.

use super::judgement::{Judgement, told_body, told_headers};
use crate::engine::Engine;
use bytes::Bytes;
use howdah_error::{Code, Error, Result};
use howdah_http_client::{HttpClient, Limits, Outgoing, Received, Redirects};
use howdah_ir::Session;
use howdah_ir::mutation::{InsertTree, Mutation};
use howdah_ir::validation::{HeaderValue, InputValidation};
use howdah_schema::lower::Validation;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// Version of the requests' form.
const VERSION: u8 = 1;

/// Longest answer that is read.
const LONGEST_ANSWER: usize = 1 << 20;

/// Headers of the client that are about its own exchange with us, or secrets.
const NOT_FORWARDED: [&str; 18] = [
    "accept",
    "accept-datetime",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-md5",
    "content-type",
    "dnt",
    "host",
    "origin",
    "referer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-hasura-access-key",
    "x-hasura-admin-secret",
];

impl Engine {
    /// Asks the webhooks in order; the first that refuses ends it.
    ///
    /// # Errors
    /// `validation-failed` with the words of the webhook; `unexpected` when it could not be asked or
    /// answered with something else.
    pub(super) async fn validate_input(
        &self,
        validations: &[Validation],
        session: &Session,
    ) -> Result<()> {
        for validation in validations {
            let webhook = &validation.webhook;
            let body = json!({
                "version": VERSION,
                "role": &**session.role(),
                "session_variables": session.variables(),
                "data": {"input": validation.input},
            });
            let url = self.address(webhook)?;
            let request = Outgoing {
                method: Method::POST,
                url: url.clone(),
                headers: self.headers_for(webhook, session)?,
                body: Bytes::from(body.to_string()),
            };
            let limits = Limits {
                timeout: Duration::from_secs(webhook.timeout),
                max_bytes: LONGEST_ANSWER,
                redirects: Redirects::Return,
            };
            let answer = self.http_client()?.send(request, limits).await;
            let answer = answer.map_err(|error| {
                Error::unexpected("http exception when validating input data")
                    .with_internal(json!({"error": error.to_string()}))
            })?;
            self.tell_of(webhook, &url, &body, &answer);
            judge(&answer)?;
        }
        Ok(())
    }

    fn tell_of(&self, webhook: &InputValidation, url: &Url, request: &Value, answer: &Received) {
        if let Some(observer) = self.judgements.get().filter(|o| o.wants_judgements()) {
            observer.judged(&Judgement {
                url,
                request,
                headers: told_headers(webhook),
                status: answer.status,
                response: told_body(&answer.body),
            });
        }
    }

    fn http_client(&self) -> Result<&HttpClient> {
        if let Some(client) = self.http.get() {
            return Ok(client);
        }
        let egress = self.builder.options().webhooks.egress.clone();
        let client = HttpClient::new(egress).map_err(|e| Error::unexpected(e.to_string()))?;
        Ok(self.http.get_or_init(|| client))
    }

    fn address(&self, webhook: &InputValidation) -> Result<Url> {
        self.filled_in(&webhook.url)?
            .parse()
            .map_err(|_| Error::unexpected("the URL of an input validation is not valid"))
    }

    fn headers_for(&self, webhook: &InputValidation, session: &Session) -> Result<HeaderMap> {
        let mut forwarded = HeaderMap::new();
        if webhook.forward_client_headers {
            for (name, value) in session.headers() {
                if !NOT_FORWARDED.contains(&name.as_str()) {
                    set(&mut forwarded, name, value)?;
                }
            }
        }
        let mut configured = HeaderMap::new();
        for (name, value) in &webhook.headers {
            let value = match value {
                HeaderValue::Text(text) => self.filled_in(text)?,
                HeaderValue::Variable(variable) => self.variable(variable)?,
            };
            set(&mut configured, name, &value)?;
        }
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            http::HeaderValue::from_static("application/json"),
        );
        // Of two headers with one name the later counts.
        let options = &self.builder.options().webhooks;
        for some in match options.configured_headers_win {
            true => [forwarded, configured],
            false => [configured, forwarded],
        } {
            headers.extend(some);
        }
        Ok(headers)
    }

    /// A text with variables of the environment put in for `{{NAME}}`.
    fn filled_in(&self, text: &str) -> Result<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, more)) = rest.split_once("{{") {
            let Some((name, after)) = more.split_once("}}") else {
                break;
            };
            out.push_str(before);
            out.push_str(&self.variable(name.trim())?);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn variable(&self, name: &str) -> Result<String> {
        let known = &self.builder.options().sources.variables;
        known
            .get(name)
            .cloned()
            .or_else(|| std::env::var(name).ok())
            .ok_or_else(|| Error::unexpected(format!("environment variable '{name}' not set")))
    }
}

fn set(headers: &mut HeaderMap, name: &str, value: &str) -> Result<()> {
    let name: Result<HeaderName, _> = name.parse();
    let value = http::HeaderValue::from_bytes(value.as_bytes());
    match (name, value) {
        (Ok(name), Ok(value)) => {
            headers.insert(name, value);
            Ok(())
        }
        _ => Err(Error::unexpected(
            "a header of an input validation is not valid",
        )),
    }
}

fn judge(answer: &Received) -> Result<()> {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    match answer.status {
        StatusCode::OK => Ok(()),
        StatusCode::BAD_REQUEST => {
            let message = body.as_ref().and_then(|body| body.get("message"));
            let message = message.and_then(Value::as_str);
            let refused = Error::validation(message.unwrap_or("the input was not accepted"));
            let extensions = body.as_ref().and_then(|body| body.get("extensions"));
            Err(match extensions {
                Some(extensions @ Value::Object(_)) => refused.with_extensions(extensions.clone()),
                _ => refused,
            })
        }
        other => Err(
            Error::new(Code::Unexpected, "internal error").with_internal(json!({
                "error": format!("expecting 200 or 400 status code, but found {}", other.as_u16()),
                "response": {"status": other.as_u16(), "body": body},
            })),
        ),
    }
}

/// Whether a mutation may only run after a webhook was asked.
pub(super) fn is_judged(mutation: &Mutation) -> bool {
    match mutation {
        Mutation::Insert(tree) => is_tree_judged(tree),
        Mutation::Update(update) => update
            .permit
            .rules()
            .is_some_and(|rules| rules.validation.is_some()),
        Mutation::UpdateMany(updates) => updates.iter().any(|update| {
            update
                .permit
                .rules()
                .is_some_and(|r| r.validation.is_some())
        }),
        Mutation::Delete(delete) => delete
            .permit
            .rules()
            .is_some_and(|rules| rules.validation.is_some()),
        Mutation::Function(_) => false,
    }
}

fn is_tree_judged(tree: &InsertTree) -> bool {
    let rules = tree.insert.permit.rules();
    rules.is_some_and(|rules| rules.validation.is_some())
        || tree
            .nested
            .iter()
            .any(|nested| is_tree_judged(&nested.tree))
}
