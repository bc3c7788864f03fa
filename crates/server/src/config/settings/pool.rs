//! The connections to the metadata database and to the source that `--database-url` gives;
//! other sources have their own settings in the metadata.

use crate::config::secret::Secret;
use crate::config::setting::{AnySetting, Edition, Setting, Status};
use crate::config::value::{self, Isolation};
use std::path::PathBuf;
use std::time::Duration;

/// `--managed-db`.
pub static MANAGED_DB: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .edition(Edition::Howdah)
    .flag("managed-db")
    .switch("true")
    .variables(&["HOWDAH_MANAGED_DB"])
    .default("false")
    .meaning("Run an own PostgreSQL from the system's programs and serve it");

/// `--stripes`.
pub static STRIPES: Setting<u64> = Setting::new(value::positive, "NUMBER")
    .flag("stripes")
    .short('s')
    .variables(&["HASURA_GRAPHQL_PG_STRIPES"])
    .default("1")
    .meaning("Sub-pools of connections; ours is one pool of stripes × connections");

/// `--connections`.
pub static CONNECTIONS: Setting<u64> = Setting::new(value::positive, "NUMBER")
    .flag("connections")
    .short('c')
    .variables(&["HASURA_GRAPHQL_PG_CONNECTIONS"])
    .default("50")
    .meaning("Most connections per stripe");

/// `--timeout`.
pub static IDLE_TIMEOUT: Setting<Duration> = Setting::new(value::seconds, "SECONDS")
    .flag("timeout")
    .variables(&["HASURA_GRAPHQL_PG_TIMEOUT"])
    .default("180")
    .meaning("Seconds after which an unused connection is closed");

/// `--conn-lifetime`.
pub static LIFETIME: Setting<Duration> = Setting::new(value::fractional_seconds, "SECONDS")
    .flag("conn-lifetime")
    .variables(&["HASURA_GRAPHQL_PG_CONN_LIFETIME"])
    .default("600")
    .meaning("Seconds after which a connection is replaced; 0 = never");

/// `--pool-timeout`.
pub static POOL_TIMEOUT: Setting<Duration> = Setting::new(value::fractional_seconds, "SECONDS")
    .flag("pool-timeout")
    .variables(&["HASURA_GRAPHQL_PG_POOL_TIMEOUT"])
    .without("waits forever")
    .meaning("Seconds to wait for a free connection");

/// `--use-prepared-statements`.
pub static PREPARED_STATEMENTS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("use-prepared-statements")
    .variables(&["HASURA_GRAPHQL_USE_PREPARED_STATEMENTS"])
    .default("true")
    .meaning("Prepare statements on the source that `--database-url` gives");

/// `--tx-iso`.
pub static ISOLATION: Setting<Isolation> = Setting::new(value::isolation, "LEVEL")
    .flag("tx-iso")
    .short('i')
    .variables(&["HASURA_GRAPHQL_TX_ISOLATION"])
    .default("read-committed")
    .meaning("Isolation: read-committed, repeatable-read or serializable");

/// `--metadata-database-extensions-schema`.
pub static EXTENSIONS_SCHEMA: Setting<String> = Setting::new(value::non_empty, "SCHEMA")
    .flag("metadata-database-extensions-schema")
    .variables(&["HASURA_GRAPHQL_METADATA_DATABASE_EXTENSIONS_SCHEMA"])
    .default("public")
    .meaning("Schema of the metadata database where extensions are installed");

/// `--connections-per-read-replica`.
pub static REPLICA_CONNECTIONS: Setting<u64> = Setting::new(value::positive, "NUMBER")
    .edition(Edition::Enterprise)
    .flag("connections-per-read-replica")
    .variables(&["HASURA_GRAPHQL_CONNECTIONS_PER_READ_REPLICA"])
    .default("50")
    .status(Status::Later)
    .meaning("Most connections per read replica (projects of version 1)");

/// `--stripes-per-read-replica`.
pub static REPLICA_STRIPES: Setting<u64> = Setting::new(value::positive, "NUMBER")
    .edition(Edition::Enterprise)
    .flag("stripes-per-read-replica")
    .variables(&["HASURA_GRAPHQL_STRIPES_PER_READ_REPLICA"])
    .without("none")
    .status(Status::Later)
    .meaning("Sub-pools per read replica (projects of version 1)");

/// `--read-replica-url`.
pub static REPLICA_URL: Setting<Secret> = Setting::new(value::secret, "URL")
    .edition(Edition::Enterprise)
    .secret()
    .flag("read-replica-url")
    .variables(&[
        "HASURA_GRAPHQL_READ_REPLICA_URL",
        "HASURA_GRAPHQL_READ_REPLICA_URLS",
    ])
    .without("none")
    .status(Status::Later)
    .meaning("Read replicas (projects of version 1)");

/// `--pg-ssl-certificate-path`.
pub static SSL_CERTIFICATE_PATH: Setting<PathBuf> = Setting::new(value::path, "FOLDER")
    .edition(Edition::Enterprise)
    .flag("pg-ssl-certificate-path")
    .variables(&["HASURA_GRAPHQL_PG_SSL_CERTIFICATE_PATH"])
    .without("none")
    .status(Status::Ignored(
        "certificates from variables are never written to disk",
    ))
    .meaning("Folder where certificates from variables are written");

/// Every setting of this file, in the order of the documentation.
pub static ALL: &[&dyn AnySetting] = &[
    &MANAGED_DB,
    &STRIPES,
    &CONNECTIONS,
    &IDLE_TIMEOUT,
    &LIFETIME,
    &POOL_TIMEOUT,
    &PREPARED_STATEMENTS,
    &ISOLATION,
    &EXTENSIONS_SCHEMA,
    &REPLICA_CONNECTIONS,
    &REPLICA_STRIPES,
    &REPLICA_URL,
    &SSL_CERTIFICATE_PATH,
];
