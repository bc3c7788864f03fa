//! What an engine is started with.

use crate::live::LiveOptions;
use crate::patience::Patience;
use howdah_http_client::Egress;
use howdah_metadata::SourceConfiguration;
use howdah_postgres::{PoolSettings, SourceSettings};
use howdah_schema::model::SchemaOptions;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of an engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The database with the metadata.
    pub metadata_database: SourceSettings,
    /// The source `default` if the metadata has none: the configuration as it is to be stored.
    pub default_source: Option<SourceConfiguration>,
    /// What sources that say nothing get.
    pub sources: SourceDefaults,
    /// Switches that shape the schema.
    pub schema: SchemaOptions,
    /// Let a permission check that is NULL on a written row pass.
    pub checks_pass_on_null: bool,
    /// Have the database look at native queries when they are tracked.
    pub validate_native_queries: bool,
    /// Refuse changes of the metadata.
    pub maintenance_mode: bool,
    /// How webhooks are called.
    pub webhooks: WebhookOptions,
    /// How subscriptions are served.
    pub live: LiveOptions,
    /// How long to wait for databases that are silent.
    pub patience: Patience,
    /// How often to look for changes of other instances; `None` never does.
    pub sync_interval: Option<Duration>,
}

/// What sources get that say nothing else.
#[derive(Debug, Clone, Default)]
pub struct SourceDefaults {
    /// Pool settings.
    pub pool: PoolSettings,
    /// Folder whose files may give connection strings; `None` allows none.
    pub dynamic_secrets_prefix: Option<PathBuf>,
    /// Folder of PostgreSQL's programs; `None` leaves it to `PATH`.
    pub programs: Option<PathBuf>,
    /// Variables whose values are these, whatever the environment of the process says.
    pub variables: HashMap<String, String>,
}

/// How webhooks are called.
#[derive(Debug, Clone, Default)]
pub struct WebhookOptions {
    /// Which addresses they may have; by default all but the metadata services of clouds.
    pub egress: Egress,
    /// Of a header that both the client and the metadata set, that of the metadata is sent.
    pub configured_headers_win: bool,
}
