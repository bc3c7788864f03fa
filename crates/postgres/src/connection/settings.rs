//! What the engine says about a source: plain data, filled from metadata or flags.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How to reach and use one database.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceSettings {
    /// URI or `key=value` string, or `dynamic-from-file:///path` naming a file with one that is
    /// read again at each connect.
    pub url: String,
    /// The folder that such a file must lie in, links followed; `None` trusts whoever named it.
    pub secrets_folder: Option<PathBuf>,
    /// The pool.
    pub pool: PoolSettings,
    /// Whether statements are kept prepared on their connections. Off, no named statement is
    /// ever sent, which transaction poolers need.
    pub use_prepared_statements: bool,
    /// For transactions.
    pub isolation_level: IsolationLevel,
    /// TLS material given as text instead of files; wins over what the URL says.
    pub ssl: Option<SslSettings>,
    /// The schema with the extensions; added to the search path where it is missing.
    pub extensions_schema: String,
}

impl SourceSettings {
    /// The usual settings for a connection string.
    pub fn new(url: impl Into<String>) -> Self {
        SourceSettings {
            url: url.into(),
            secrets_folder: None,
            pool: PoolSettings::default(),
            use_prepared_statements: false,
            isolation_level: IsolationLevel::ReadCommitted,
            ssl: None,
            extensions_schema: "public".to_owned(),
        }
    }
}

impl fmt::Debug for SourceSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceSettings")
            .field("url", &super::redact(&self.url))
            .field("secrets_folder", &self.secrets_folder)
            .field("pool", &self.pool)
            .field("use_prepared_statements", &self.use_prepared_statements)
            .field("isolation_level", &self.isolation_level)
            .field("ssl", &self.ssl)
            .field("extensions_schema", &self.extensions_schema)
            .finish()
    }
}

/// Size and patience of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSettings {
    /// Most connections open at once; at least one.
    pub max_connections: usize,
    /// A connection unused for longer is closed.
    pub idle_timeout: Duration,
    /// How often a failed connect is tried again.
    pub retries: u32,
    /// How long to wait for a free connection; `None` waits for as long as it takes.
    pub pool_timeout: Option<Duration>,
    /// A connection older than this is closed after use; `None` keeps it.
    pub connection_lifetime: Option<Duration>,
}

impl Default for PoolSettings {
    fn default() -> Self {
        PoolSettings {
            max_connections: 50,
            idle_timeout: Duration::from_secs(180),
            retries: 1,
            pool_timeout: None,
            connection_lifetime: Some(Duration::from_secs(600)),
        }
    }
}

/// Isolation of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IsolationLevel {
    /// PostgreSQL's default.
    #[default]
    ReadCommitted,
    /// One snapshot for the whole transaction.
    RepeatableRead,
    /// As if transactions ran one after another.
    Serializable,
}

impl IsolationLevel {
    /// The level as SQL writes it.
    pub fn sql(self) -> &'static str {
        match self {
            IsolationLevel::ReadCommitted => "READ COMMITTED",
            IsolationLevel::RepeatableRead => "REPEATABLE READ",
            IsolationLevel::Serializable => "SERIALIZABLE",
        }
    }
}

/// TLS settings whose certificates are text (PEM), as `ssl_configuration` in metadata has them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SslSettings {
    /// One of libpq's modes.
    pub mode: Option<String>,
    /// Certificates of trusted authorities.
    pub root_certificate: Option<String>,
    /// The client's certificate chain.
    pub certificate: Option<String>,
    /// The client's private key.
    pub key: Option<String>,
    /// The password of the key.
    pub password: Option<String>,
}

impl fmt::Debug for SslSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SslSettings")
            .field("mode", &self.mode)
            .field("root_certificate", &self.root_certificate.is_some())
            .field("certificate", &self.certificate.is_some())
            .field("key", &self.key.is_some())
            .finish_non_exhaustive()
    }
}
