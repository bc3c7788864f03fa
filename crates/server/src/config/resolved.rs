//! The settings as the rest of the program uses them: grouped and typed.

use super::choices::{Api, Experimental};
use super::cors::Cors;
use super::fatal::Fatal;
use super::host::Host;
use super::secret::Secret;
use super::value::{Isolation, Naming};
use crate::auth::AuthMode;
use crate::logs::{Level, LogType};
use howdah_error::envelope::Internals;
use howdah_http_client::Egress;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that settings decide.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the databases are.
    pub databases: Databases,
    /// Connections to them.
    pub pool: PoolSettings,
    /// Listening and HTTP.
    pub http: HttpSettings,
    /// Who may ask.
    pub auth: AuthMode,
    /// Whom the server may call.
    pub egress: Egress,
    /// How GraphQL behaves.
    pub graphql: GraphqlSettings,
    /// Websockets.
    pub websockets: WebsocketSettings,
    /// Live and streaming queries.
    pub subscriptions: SubscriptionSettings,
    /// The metadata in use.
    pub metadata: MetadataSettings,
    /// What is logged.
    pub logs: LogSettings,
    /// What is applied before the server answers.
    pub project: ProjectSettings,
    /// What the start should say about the settings.
    pub notices: Vec<Notice>,
}

/// Something about the settings that people should know at start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// These settings are accepted; what they are about is not served yet.
    NotActiveYet(Vec<String>),
    /// No admin secret: everybody is an administrator.
    NoAdminSecret,
    /// Internals of errors are shown to everybody.
    DevMode,
    /// Permission checks let rows pass that they say nothing about.
    ChecksPassOnNull,
}

/// The source that a database URL becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// From the environment: stored as a reference to the variable.
    Variable {
        /// Its name.
        name: String,
        /// Its value.
        url: Secret,
    },
    /// From the command line: stored as it is.
    Literal(Secret),
}

impl DatabaseUrl {
    /// The connection string.
    pub fn url(&self) -> &Secret {
        match self {
            DatabaseUrl::Variable { url, .. } | DatabaseUrl::Literal(url) => url,
        }
    }
}

/// What is applied before the server answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectSettings {
    /// The folder of a whole project: `serve --project`.
    pub folder: Option<PathBuf>,
    /// A metadata folder.
    pub metadata: Option<PathBuf>,
    /// A folder with the migrations of each database.
    pub migrations: Option<PathBuf>,
}

/// Where the databases are.
#[derive(Debug, Clone)]
pub struct Databases {
    /// What becomes the source `default`.
    pub database_url: Option<DatabaseUrl>,
    /// Where the metadata is; the database URL if absent. May be
    /// `dynamic-from-file:///path`.
    pub metadata_url: Option<Secret>,
    /// Run an own PostgreSQL.
    pub managed: bool,
    /// Programs for the own PostgreSQL.
    pub pg_bin: Option<PathBuf>,
    /// Data folder of the own PostgreSQL.
    pub data_dir: Option<PathBuf>,
    /// Further attempts at the first connection.
    pub retries: u64,
    /// Folder whose files may give connection strings.
    pub dynamic_secrets_prefix: Option<PathBuf>,
    /// Schema for extensions in the metadata database.
    pub extensions_schema: String,
}

impl Databases {
    /// # Errors
    /// No database is given in any of the three ways.
    pub fn must_be_given(&self) -> Result<(), Fatal> {
        if self.database_url.is_some() || self.metadata_url.is_some() || self.managed {
            return Ok(());
        }
        Err(Fatal::usage(
            "no database is given: name one with --database-url (HASURA_GRAPHQL_DATABASE_URL), \
             or with --metadata-database-url (HASURA_GRAPHQL_METADATA_DATABASE_URL), \
             or let howdah run its own PostgreSQL with serve --managed-db (HOWDAH_MANAGED_DB=true)",
        ))
    }
}

/// Connections to PostgreSQL.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// Most connections (stripes × connections).
    pub max_connections: u64,
    /// Unused connections are closed after this time; `None` = never.
    pub idle_timeout: Option<Duration>,
    /// Connections are replaced after this time; `None` = never.
    pub lifetime: Option<Duration>,
    /// How long to wait for a connection; `None` = forever.
    pub acquire_timeout: Option<Duration>,
    /// Whether statements are prepared on the default source.
    pub prepared_statements: bool,
    /// Isolation of the default source.
    pub isolation: Isolation,
}

/// To whom the internals of errors are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShowInternals {
    /// Everybody (dev mode).
    Everybody,
    /// Administrators.
    Admin,
    /// Nobody.
    Nobody,
}

impl ShowInternals {
    /// What a client may see.
    pub fn for_client(self, is_admin: bool) -> Internals {
        match self {
            ShowInternals::Everybody => Internals::Show,
            ShowInternals::Admin if is_admin => Internals::Show,
            ShowInternals::Admin | ShowInternals::Nobody => Internals::Hide,
        }
    }
}

/// Listening and HTTP.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// The address.
    pub host: Host,
    /// The port; 0 = any.
    pub port: u16,
    /// Stalled connections are closed after this time; `None` = never.
    pub stall_timeout: Option<Duration>,
    /// Bytes of all headers together.
    pub max_header_bytes: usize,
    /// Bytes of a body.
    pub max_body_bytes: usize,
    /// Endpoints that are on.
    pub apis: BTreeSet<Api>,
    /// Origins of browsers.
    pub cors: Cors,
    /// How long running requests may take after a stop signal.
    pub graceful_shutdown: Duration,
    /// Keep 401 at `/v1/graphql`.
    pub preserve_401: bool,
    /// Who sees internals.
    pub internals: ShowInternals,
    /// Whether `/console` is served.
    pub console: bool,
    /// Files of the console in place of, or beside, the embedded ones.
    pub console_assets_dir: Option<PathBuf>,
}

/// Websockets.
#[derive(Debug, Clone)]
pub struct WebsocketSettings {
    /// Cookies are read though CORS is off.
    pub read_cookies: bool,
    /// Messages may be compressed.
    pub compression: bool,
    /// Time between keep-alive messages; `None` = none are sent.
    pub keep_alive: Option<Duration>,
    /// How long the first message may take; `None` = forever.
    pub init_timeout: Option<Duration>,
    /// Sockets are closed when the metadata changes.
    pub close_on_metadata_change: bool,
}

/// How GraphQL behaves.
#[derive(Debug, Clone)]
pub struct GraphqlSettings {
    /// Numbers as strings.
    pub stringify_numeric_types: bool,
    /// Null operators count as absent.
    pub v1_boolean_null_collapse: bool,
    /// Null for `T!` variables.
    pub null_in_nonnullable_variables: bool,
    /// Functions follow the table's permission.
    pub infer_function_permissions: bool,
    /// Remote schemas need permissions.
    pub remote_schema_permissions: bool,
    /// Others than administrators may run listed operations only.
    pub allow_list: bool,
    /// Default naming convention.
    pub naming: Naming,
    /// Behaviours asked for by name.
    pub experimental: BTreeSet<Experimental>,
    /// Federation.
    pub apollo_federation: bool,
    /// Flags `test-flag` and `naming-convention-sep-2023`.
    pub feature_flags: [(&'static str, bool); 2],
    /// A check that is NULL passes.
    pub checks_pass_on_null: bool,
    /// Headers that the metadata gives to a webhook win over those of the client.
    pub configured_headers_win: bool,
    /// PostgreSQL looks at native queries when they are tracked.
    pub validate_native_queries: bool,
}

/// Live and streaming queries.
#[derive(Debug, Clone)]
pub struct SubscriptionSettings {
    /// Time between polls of live queries.
    pub live_refetch: Duration,
    /// Subscribers per statement.
    pub live_batch: u64,
    /// Time between polls of streams.
    pub stream_refetch: Duration,
    /// Subscribers per statement.
    pub stream_batch: u64,
}

/// The metadata in use.
#[derive(Debug, Clone)]
pub struct MetadataSettings {
    /// Refuse changes.
    pub maintenance_mode: bool,
    /// Laid under the metadata.
    pub defaults: Value,
    /// Time between looks for changes of other instances; `None` = off.
    pub sync_interval: Option<Duration>,
}

/// What is logged.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// Types that are on.
    pub types: BTreeSet<LogType>,
    /// Least level.
    pub level: Level,
    /// Bodies of metadata requests are logged.
    pub metadata_queries: bool,
    /// Bodies are logged only on errors.
    pub query_only_on_error: bool,
}
