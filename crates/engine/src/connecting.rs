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
    settings.secrets_folder = match &info.database_url {
        // Who sets the environment has set the folder, too.
        UrlConfig::FromEnv(_) => None,
        _ => secrets_folder(defaults).map(Path::to_path_buf),
    };
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
        pool_timeout: match &given.pool_timeout {
            None => defaults.pool_timeout,
            Some(patience) => Some(patience.duration()),
        },
        connection_lifetime: match &given.connection_lifetime {
            None => defaults.connection_lifetime,
            Some(lifetime) => Some(lifetime.duration()).filter(|lifetime| !lifetime.is_zero()),
        },
    }
}

fn url(config: &UrlConfig, defaults: &SourceDefaults) -> Result<String> {
    match config {
        UrlConfig::Value(text) => {
            let url = filled_in(text, defaults)?;
            match url.strip_prefix(FILE_SCHEME) {
                Some(path) => dynamic(path, defaults),
                None => Ok(url),
            }
        }
        UrlConfig::FromEnv(name) => variable(name, defaults),
        UrlConfig::Parameters(parts) => Ok(from_parts(parts)),
        UrlConfig::DynamicFromFile(path) => dynamic(path, defaults),
    }
}

/// A connection string with variables of the environment put in for `{{NAME}}`.
fn filled_in(text: &str, defaults: &SourceDefaults) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, more)) = rest.split_once("{{") {
        // What is no name is text like any other, as the password that it may be part of.
        match more.split_once("}}") {
            Some((name, after)) if is_variable_name(name.trim()) => {
                out.push_str(before);
                out.push_str(&variable(name.trim(), defaults)?);
                rest = after;
            }
            _ => {
                out.push_str(before);
                out.push_str("{{");
                rest = more;
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn is_variable_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
    begins && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
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

/// The form in which the file of a connection string is named where only a string can be.
const FILE_SCHEME: &str = "dynamic-from-file://";

fn secrets_folder(defaults: &SourceDefaults) -> Option<&Path> {
    let folder = defaults.dynamic_secrets_prefix.as_deref()?;
    (!folder.as_os_str().is_empty()).then_some(folder)
}

/// The file of a connection string. Whoever changes metadata is not trusted with all files, so it must
/// lie in its folder, links followed. Where it leads is looked at again whenever it is read.
fn dynamic(path: &str, defaults: &SourceDefaults) -> Result<String> {
    let Some(folder) = secrets_folder(defaults) else {
        return Err(Error::invalid_configuration(
            "dynamic_from_file needs the setting that allows a folder for it",
        ));
    };
    let path = Path::new(path);
    let lies_within = match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => path.starts_with(folder),
        // It may come later.
        _ => {
            let climbs = path.components().any(|part| part == Component::ParentDir);
            !climbs && path.starts_with(folder)
        }
    };
    if !lies_within {
        return Err(Error::invalid_configuration(
            "the path of dynamic_from_file lies outside of the folder that is allowed for it",
        ));
    }
    Ok(format!("{FILE_SCHEME}{}", path.display()))
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
        let nowhere = SourceDefaults {
            dynamic_secrets_prefix: Some("".into()),
            ..SourceDefaults::default()
        };
        assert!(dynamic("/secrets/db", &nowhere).is_err());
        let text = UrlConfig::Value("dynamic-from-file:///etc/passwd".to_owned());
        assert!(url(&text, &defaults).is_err());
    }

    #[test]
    fn variables_are_put_into_connection_strings() {
        let variables = [("PASSWORD", "s3cret"), ("HOST", "h")];
        let defaults = SourceDefaults {
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            ..SourceDefaults::default()
        };
        let filled = |text: &str| filled_in(text, &defaults);
        for (text, expected) in [
            (
                "postgres://u:{{PASSWORD}}@{{ HOST }}/d",
                "postgres://u:s3cret@h/d",
            ),
            ("postgres://u:a{{b@h/d", "postgres://u:a{{b@h/d"),
            (
                "postgres://u:{{{PASSWORD}}@h",
                "postgres://u:{{{PASSWORD}}@h",
            ),
            ("postgres://u:{{a b}}{{HOST}}@h", "postgres://u:{{a b}}h@h"),
        ] {
            assert_eq!(filled(text).unwrap(), expected, "{text}");
        }
        let error = filled("postgres://u:{{HOWDAH_NONE}}@h").unwrap_err();
        assert!(error.message().contains("HOWDAH_NONE"), "{error:?}");
    }
}
