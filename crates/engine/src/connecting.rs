//! From a source's configuration in the metadata to connection settings: environment variables are
//! read here, and paths of secrets checked.

use crate::options::SourceDefaults;
use howdah_error::{Code, Error, Result};
use howdah_metadata::{ConnectionInfo, ConnectionParameters, SourceConfiguration, UrlConfig};
use howdah_postgres::{IsolationLevel, PoolSettings, SourceSettings, SslSettings};
use serde_json::Value;
use std::path::{Component, Path};
use std::time::Duration;

/// The settings of a source.
///
/// # Errors
/// A variable is not set, or a file lies outside of the folder for secrets.
pub(crate) fn settings(
    configuration: &SourceConfiguration,
    defaults: &SourceDefaults,
) -> Result<SourceSettings> {
    let info = &configuration.connection_info;
    let mut settings = SourceSettings::new(url(&info.database_url, defaults)?);
    settings.pool = pool(info, &defaults.pool);
    settings.use_prepared_statements = info.use_prepared_statements;
    settings.isolation_level = match info.isolation_level {
        howdah_metadata::IsolationLevel::ReadCommitted => IsolationLevel::ReadCommitted,
        howdah_metadata::IsolationLevel::RepeatableRead => IsolationLevel::RepeatableRead,
        howdah_metadata::IsolationLevel::Serializable => IsolationLevel::Serializable,
    };
    if let Some(ssl) = &info.ssl_configuration {
        settings.ssl = Some(SslSettings {
            mode: ssl.sslmode.clone(),
            root_certificate: secret(ssl.sslrootcert.as_ref(), defaults)?,
            certificate: secret(ssl.sslcert.as_ref(), defaults)?,
            key: secret(ssl.sslkey.as_ref(), defaults)?,
            password: secret(ssl.sslpassword.as_ref(), defaults)?,
        });
    }
    if let Some(schema) = &configuration.extensions_schema {
        settings.extensions_schema.clone_from(schema);
    }
    Ok(settings)
}

fn pool(info: &ConnectionInfo, defaults: &PoolSettings) -> PoolSettings {
    let Some(given) = &info.pool_settings else {
        return defaults.clone();
    };
    PoolSettings {
        max_connections: given.max_connections.map_or(defaults.max_connections, |n| {
            usize::try_from(n).unwrap_or(usize::MAX)
        }),
        idle_timeout: given
            .idle_timeout
            .map_or(defaults.idle_timeout, Duration::from_secs),
        retries: given
            .retries
            .map_or(defaults.retries, |n| u32::try_from(n).unwrap_or(u32::MAX)),
        pool_timeout: given
            .pool_timeout
            .map_or(defaults.pool_timeout, |s| Some(Duration::from_secs(s))),
        connection_lifetime: match given.connection_lifetime {
            None => defaults.connection_lifetime,
            Some(0) => None,
            Some(seconds) => Some(Duration::from_secs(seconds)),
        },
    }
}

fn url(config: &UrlConfig, defaults: &SourceDefaults) -> Result<String> {
    match config {
        UrlConfig::Value(url) => Ok(url.clone()),
        UrlConfig::FromEnv(name) => variable(name, defaults),
        UrlConfig::Parameters(parts) => Ok(from_parts(parts)),
        UrlConfig::DynamicFromFile(path) => dynamic(path, defaults),
    }
}

fn variable(name: &str, defaults: &SourceDefaults) -> Result<String> {
    if let Some(value) = defaults.variables.get(name) {
        return Ok(value.clone());
    }
    std::env::var(name).map_err(|_| {
        Error::new(
            Code::NotExists,
            format!("environment variable '{name}' not set"),
        )
    })
}

/// A value, or `{"from_env": name}`.
fn secret(value: Option<&Value>, defaults: &SourceDefaults) -> Result<Option<String>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(value) => match value.get("from_env").and_then(Value::as_str) {
            Some(name) => variable(name, defaults).map(Some),
            None => Err(Error::invalid_configuration(
                "a certificate or key must be a text or name an environment variable",
            )),
        },
    }
}

/// A connection string in the keyword form, which takes any text in quotes.
fn from_parts(parts: &ConnectionParameters) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    let mut text = format!(
        "host={} port={} user={} dbname={}",
        quoted(&parts.host),
        parts.port,
        quoted(&parts.username),
        quoted(&parts.database)
    );
    if let Some(password) = &parts.password {
        text.push_str(&format!(" password={}", quoted(password)));
    }
    text
}

fn dynamic(path: &str, defaults: &SourceDefaults) -> Result<String> {
    let Some(prefix) = &defaults.dynamic_secrets_prefix else {
        return Err(Error::invalid_configuration(
            "dynamic_from_file needs the setting that allows a folder for it",
        ));
    };
    let climbs = Path::new(path)
        .components()
        .any(|part| part == Component::ParentDir);
    if climbs || !Path::new(path).starts_with(prefix) {
        return Err(Error::invalid_configuration(
            "the path of dynamic_from_file lies outside of the folder that is allowed for it",
        ));
    }
    Ok(format!("dynamic-from-file://{path}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn secrets_outside_of_their_folder_are_refused() {
        let defaults = SourceDefaults {
            dynamic_secrets_prefix: Some("/secrets".into()),
            ..SourceDefaults::default()
        };
        assert_eq!(
            dynamic("/secrets/db", &defaults).unwrap(),
            "dynamic-from-file:///secrets/db"
        );
        for path in [
            "/etc/passwd",
            "/secrets/../etc/passwd",
            "secrets/db",
            "/secretsx/db",
        ] {
            assert!(dynamic(path, &defaults).is_err(), "{path}");
        }
        assert!(dynamic("/secrets/db", &SourceDefaults::default()).is_err());
    }
}
