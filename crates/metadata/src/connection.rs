//! How a source is reached: connection strings in all their forms, pool settings, TLS files.
//! Only the documents: reading environment variables and files is for others.

use crate::wire::{Extra, null_default};
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};
use std::fmt;
use std::time::Duration;

/// `configuration` of a source.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SourceConfiguration {
    /// The database to write to (and to read from).
    pub connection_info: ConnectionInfo,
    /// Databases to read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_replicas: Option<Vec<ConnectionInfo>>,
    /// Where extensions of ours go: `public` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions_schema: Option<String>,
    /// A template that chooses a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_template: Option<Value>,
    /// Connections to choose from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_set: Option<Value>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One connection of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionInfo {
    /// Where the database is.
    pub database_url: UrlConfig,
    /// The isolation level of transactions.
    #[serde(default, deserialize_with = "null_default")]
    pub isolation_level: IsolationLevel,
    /// Sizes and times of the pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool_settings: Option<PoolSettings>,
    /// Certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssl_configuration: Option<SslConfiguration>,
    /// Whether statements are prepared on the server; not when absent.
    #[serde(default, deserialize_with = "null_default")]
    pub use_prepared_statements: bool,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Default for ConnectionInfo {
    fn default() -> Self {
        ConnectionInfo {
            database_url: UrlConfig::Value(String::new()),
            isolation_level: IsolationLevel::default(),
            pool_settings: None,
            ssl_configuration: None,
            use_prepared_statements: false,
            extra: Extra::default(),
        }
    }
}

/// Isolation levels of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IsolationLevel {
    /// Each statement sees what is committed when it begins.
    #[default]
    ReadCommitted,
    /// A transaction sees one state.
    RepeatableRead,
    /// As if transactions ran one after the other.
    Serializable,
}

/// Sizes and times of a connection pool. Times are in seconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PoolSettings {
    /// How long a connection lives: 600 s when absent, forever when 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_lifetime: Option<Seconds>,
    /// How long an unused connection stays: 180 s when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<u64>,
    /// Connections of this instance: 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<u64>,
    /// How long to wait for a connection: no bound when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool_timeout: Option<Seconds>,
    /// How often connecting is tried again: once when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<u64>,
    /// Connections of all instances together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_max_connections: Option<u64>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A time that may have fractions of a second; kept as it was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seconds(Number);

impl Seconds {
    /// The time; more than a clock can hold is as long as one can.
    pub fn duration(&self) -> Duration {
        // Checked when it was read.
        Duration::try_from_secs_f64(self.0.as_f64().unwrap_or(f64::MAX)).unwrap_or(Duration::MAX)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        match number.as_f64() {
            Some(seconds) if seconds >= 0.0 => Ok(Seconds(number)),
            _ => Err(de::Error::custom("invalid number")),
        }
    }
}

/// TLS of one connection. Certificates and keys are values (PEM) from the environment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SslConfiguration {
    /// libpq's `sslmode`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sslmode: Option<String>,
    /// Trusted roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sslrootcert: Option<Value>,
    /// The client's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sslcert: Option<Value>,
    /// The client's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sslkey: Option<Value>,
    /// The key's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sslpassword: Option<Value>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Where a database is. `Debug` shows nothing that is secret.
#[derive(Clone, PartialEq)]
pub enum UrlConfig {
    /// A connection string.
    Value(String),
    /// The name of an environment variable that holds it.
    FromEnv(String),
    /// Its parts.
    Parameters(ConnectionParameters),
    /// The path of a file that holds it, read again for each connection.
    DynamicFromFile(String),
}

impl fmt::Debug for UrlConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UrlConfig::Value(_) => f.write_str("Value(..)"),
            UrlConfig::FromEnv(name) => f.debug_tuple("FromEnv").field(name).finish(),
            UrlConfig::Parameters(parts) => f.debug_tuple("Parameters").field(parts).finish(),
            UrlConfig::DynamicFromFile(path) => {
                f.debug_tuple("DynamicFromFile").field(path).finish()
            }
        }
    }
}

/// A connection string in parts. `Debug` leaves the password out.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionParameters {
    /// The database.
    pub database: String,
    /// The host.
    pub host: String,
    /// The password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The port.
    pub port: u16,
    /// The user.
    pub username: String,
}

impl fmt::Debug for ConnectionParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionParameters")
            .field("database", &self.database)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl Serialize for UrlConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn one<S: Serializer, V: Serialize>(s: S, key: &str, v: &V) -> Result<S::Ok, S::Error> {
            let mut map = s.serialize_map(Some(1))?;
            map.serialize_entry(key, v)?;
            map.end()
        }
        match self {
            UrlConfig::Value(url) => serializer.serialize_str(url),
            UrlConfig::FromEnv(name) => one(serializer, "from_env", name),
            UrlConfig::Parameters(parts) => one(serializer, "connection_parameters", parts),
            UrlConfig::DynamicFromFile(path) => one(serializer, "dynamic_from_file", path),
        }
    }
}

impl<'de> Deserialize<'de> for UrlConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UrlVisitor;

        impl<'de> Visitor<'de> for UrlVisitor {
            type Value = UrlConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a connection string or an object with one of the keys from_env, \
                     connection_parameters and dynamic_from_file",
                )
            }

            fn visit_str<E: de::Error>(self, url: &str) -> Result<UrlConfig, E> {
                Ok(UrlConfig::Value(url.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<UrlConfig, A::Error> {
                #[derive(Deserialize)]
                struct Object {
                    from_env: Option<String>,
                    connection_parameters: Option<ConnectionParameters>,
                    dynamic_from_file: Option<String>,
                }
                let object = Object::deserialize(de::value::MapAccessDeserializer::new(map))?;
                match (
                    object.from_env,
                    object.connection_parameters,
                    object.dynamic_from_file,
                ) {
                    (Some(name), None, None) => Ok(UrlConfig::FromEnv(name)),
                    (None, Some(parts), None) => Ok(UrlConfig::Parameters(parts)),
                    (None, None, Some(path)) => Ok(UrlConfig::DynamicFromFile(path)),
                    _ => Err(de::Error::custom(
                        "one of the keys from_env, connection_parameters and dynamic_from_file \
                         must be present",
                    )),
                }
            }
        }

        deserializer.deserialize_any(UrlVisitor)
    }
}
