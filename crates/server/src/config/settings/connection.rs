//! Where the databases are. These stand before the command.

use crate::config::secret::Secret;
use crate::config::setting::{AnySetting, Edition, Setting};
use crate::config::value;
use std::path::PathBuf;

/// `--database-url`.
pub static DATABASE_URL: Setting<Secret> = Setting::new(value::password, "URL")
    .global()
    .secret()
    .flag("database-url")
    .variables(&["HASURA_GRAPHQL_DATABASE_URL"])
    .without("none")
    .meaning(
        "PostgreSQL to serve: becomes the source `default`; holds the metadata too when no \
         metadata database is given. URI or keyword form of libpq",
    );

/// `--metadata-database-url`.
pub static METADATA_DATABASE_URL: Setting<Secret> = Setting::new(value::password, "URL")
    .global()
    .secret()
    .flag("metadata-database-url")
    .variables(&["HASURA_GRAPHQL_METADATA_DATABASE_URL"])
    .without("the database URL")
    .meaning(
        "PostgreSQL that holds the metadata (schema `hdb_catalog`); \
         `dynamic-from-file:///path` is read again at each connect",
    );

/// `--host`.
pub static HOST: Setting<String> = Setting::new(value::non_empty, "HOST")
    .global()
    .flag("host")
    .without("none")
    .meaning("Host of the database, with the four parts below instead of `--database-url`");

/// `--port`.
pub static PORT: Setting<u16> = Setting::new(value::port, "PORT")
    .global()
    .flag("port")
    .without("none")
    .meaning("Port of the database");

/// `--user`.
pub static USER: Setting<String> = Setting::new(value::non_empty, "USER")
    .global()
    .flag("user")
    .short('u')
    .without("none")
    .meaning("User of the database");

/// `--password`.
pub static PASSWORD: Setting<Secret> = Setting::new(value::secret, "PASSWORD")
    .global()
    .secret()
    .flag("password")
    .short('p')
    .without("empty")
    .meaning("Password of the user");

/// `--dbname`.
pub static DBNAME: Setting<String> = Setting::new(value::non_empty, "NAME")
    .global()
    .flag("dbname")
    .short('d')
    .without("none")
    .meaning("Name of the database");

/// `--pg-connection-options`.
pub static CONNECTION_OPTIONS: Setting<String> = Setting::new(value::text, "OPTIONS")
    .global()
    .flag("pg-connection-options")
    .short('o')
    .without("none")
    .meaning("libpq `options` of the connection given in parts");

/// `--retries`.
pub static RETRIES: Setting<u64> = Setting::new(value::count, "NUMBER")
    .global()
    .flag("retries")
    .variables(&["HASURA_GRAPHQL_NO_OF_RETRIES"])
    .default("1")
    .meaning("How often a failed first connection to the metadata database is tried again");

/// `HASURA_GRAPHQL_DYNAMIC_SECRETS_ALLOWED_PATH_PREFIX`.
pub static DYNAMIC_SECRETS_PREFIX: Setting<PathBuf> = Setting::new(value::path, "PATH")
    .global()
    .variables(&["HASURA_GRAPHQL_DYNAMIC_SECRETS_ALLOWED_PATH_PREFIX"])
    .without("none: no file may be read")
    .meaning("Only files below this folder may give a connection string (`dynamic_from_file`)");

/// `HOWDAH_PG_BIN`.
pub static PG_BIN: Setting<PathBuf> = Setting::new(value::path, "FOLDER")
    .global()
    .edition(Edition::Howdah)
    .variables(&["HOWDAH_PG_BIN"])
    .without("the newest that is installed")
    .meaning("Folder of the PostgreSQL programs that a managed database uses");

/// `HOWDAH_DATA_DIR`.
pub static DATA_DIR: Setting<PathBuf> = Setting::new(value::path, "FOLDER")
    .global()
    .edition(Edition::Howdah)
    .variables(&["HOWDAH_DATA_DIR"])
    .without("`.howdah` in the project or the current folder")
    .meaning("Folder where a managed database keeps its data");

/// Every setting of this file, in the order of the documentation.
pub static ALL: &[&dyn AnySetting] = &[
    &DATABASE_URL,
    &METADATA_DATABASE_URL,
    &HOST,
    &PORT,
    &USER,
    &PASSWORD,
    &DBNAME,
    &CONNECTION_OPTIONS,
    &RETRIES,
    &DYNAMIC_SECRETS_PREFIX,
    &PG_BIN,
    &DATA_DIR,
];
