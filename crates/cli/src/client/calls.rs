//! What is asked of a server besides metadata and SQL.

use super::{Client, answer};
use crate::api::{ApiError, ApiResult};
use serde_json::{Value, json};

/// What a server says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The text, such as `v2.48.0`.
    pub text: String,
}

impl Version {
    /// Whether it is of the kind that this tool works with: version 2 of the engine.
    pub fn is_served(&self) -> bool {
        let number = self.text.trim_start_matches('v');
        match number
            .split('.')
            .next()
            .and_then(|major| major.parse::<u32>().ok())
        {
            Some(major) => major == 2,
            // A build without a number, as developers have.
            None => true,
        }
    }
}

impl Client {
    /// `GET /v1/version`.
    ///
    /// # Errors
    /// Nobody answers, or somebody else.
    pub async fn version(&self) -> ApiResult<Version> {
        let received = self
            .get(self.target().path("version", "v1/version"))
            .await?;
        let body = self.json(&received)?;
        match body.get("version").and_then(Value::as_str) {
            Some(text) => Ok(Version {
                text: text.to_owned(),
            }),
            None => Err(answer::foreign(&received, self.endpoint())),
        }
    }

    /// `GET /v1alpha1/config`.
    ///
    /// # Errors
    /// Nobody answers, or not this.
    pub async fn config(&self) -> ApiResult<Value> {
        let received = self
            .get(self.target().path("config", "v1alpha1/config"))
            .await?;
        self.json(&received)
    }

    /// `GET /healthz`: the text, and whether all is well.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn health(&self) -> ApiResult<(bool, String)> {
        let received = self.get("healthz").await?;
        let text = String::from_utf8_lossy(&received.body).trim().to_owned();
        Ok((received.status.is_success(), text))
    }

    /// `POST /v1alpha1/pg_dump`: the statements that make what a source has. `options` are those
    /// of the program `pg_dump`.
    ///
    /// # Errors
    /// The server refuses, or does not answer.
    pub async fn pg_dump(
        &self,
        source: &str,
        options: &[String],
        clean: bool,
    ) -> ApiResult<String> {
        let path = self.target().path("pg_dump", "v1alpha1/pg_dump");
        let body = json!({"opts": options, "clean_output": clean, "source": source});
        let received = self.post(path, &body, None).await?;
        if !received.status.is_success() {
            return Err(match self.json(&received) {
                Err(error) => error,
                Ok(_) => answer::foreign(&received, self.endpoint()),
            });
        }
        Ok(String::from_utf8_lossy(&received.body).into_owned())
    }

    /// `POST /v1/graphql` as a role; the `data` of the answer.
    ///
    /// # Errors
    /// The server refuses, or does not answer.
    pub async fn graphql(&self, query: &str, role: &str) -> ApiResult<Value> {
        let path = self.target().path("graphql", "v1/graphql");
        let received = self
            .post(path, &json!({"query": query}), Some(role))
            .await?;
        let mut body = self.json(&received)?;
        if let Some(message) = body.pointer("/errors/0/message").and_then(Value::as_str) {
            return Err(ApiError::Refused(howdah_error::Error::validation(message)));
        }
        match body.get_mut("data") {
            Some(data) => Ok(data.take()),
            None => Err(answer::foreign(&received, self.endpoint())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_version_two_is_served() {
        let served = |text: &str| Version { text: text.into() }.is_served();
        assert!(served("v2.48.0") && served("v2.36.1-ce") && served("12345-dev"));
        assert!(!served("v1.3.3") && !served("v3.0"));
    }
}
