//! From the server's settings to the engine's options.

use howdah_engine::{EngineOptions, LiveOptions, Patience, SourceDefaults, WebhookOptions};
use howdah_metadata::{ConnectionInfo, IsolationLevel, SourceConfiguration, UrlConfig};
use howdah_postgres::{PoolSettings, SourceSettings};
use howdah_schema::model::SchemaOptions;
use howdah_schema::naming::Convention;
use howdah_server::Fatal;
use howdah_server::config::{Config, DatabaseUrl, Experimental, Isolation, Naming};
use std::collections::HashMap;
use std::time::Duration;

/// Long enough to be never, short enough to be added to a time.
const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The options that follow from the settings; `variables` are seen by the metadata as if they
/// were in the environment.
///
/// # Errors
/// No database is given.
pub fn engine_options(
    config: &Config,
    variables: HashMap<String, String>,
) -> Result<EngineOptions, Fatal> {
    let databases = &config.databases;
    let url = databases
        .metadata_url
        .as_ref()
        .or_else(|| databases.database_url.as_ref().map(DatabaseUrl::url));
    let Some(url) = url else {
        databases.must_be_given()?;
        return Err(Fatal::usage("no database is given"));
    };
    let pool = pool(config);
    let mut metadata_database = SourceSettings::new(url.expose());
    metadata_database.pool = pool.clone();
    metadata_database
        .extensions_schema
        .clone_from(&databases.extensions_schema);
    Ok(EngineOptions {
        metadata_database,
        default_source: databases
            .database_url
            .as_ref()
            .map(|url| default_source(config, url)),
        sources: SourceDefaults {
            pool,
            dynamic_secrets_prefix: databases.dynamic_secrets_prefix.clone(),
            programs: databases.pg_bin.clone(),
            variables,
        },
        schema: schema(config),
        checks_pass_on_null: config.graphql.checks_pass_on_null,
        validate_native_queries: config.graphql.validate_native_queries,
        maintenance_mode: config.metadata.maintenance_mode,
        webhooks: WebhookOptions {
            egress: config.egress.clone(),
            configured_headers_win: config.graphql.configured_headers_win,
        },
        live: live(config),
        patience: Patience::default(),
        sync_interval: config.metadata.sync_interval,
    })
}

fn default_source(config: &Config, url: &DatabaseUrl) -> SourceConfiguration {
    let database_url = match url {
        // The variable is stored, not what is in it: it may change from start to start.
        DatabaseUrl::Variable { name, .. } => UrlConfig::FromEnv(name.clone()),
        DatabaseUrl::Literal(url) => UrlConfig::Value(url.expose().to_owned()),
    };
    SourceConfiguration {
        connection_info: ConnectionInfo {
            database_url,
            isolation_level: match config.pool.isolation {
                Isolation::ReadCommitted => IsolationLevel::ReadCommitted,
                Isolation::RepeatableRead => IsolationLevel::RepeatableRead,
                Isolation::Serializable => IsolationLevel::Serializable,
            },
            use_prepared_statements: config.pool.prepared_statements,
            ..ConnectionInfo::default()
        },
        ..SourceConfiguration::default()
    }
}

fn pool(config: &Config) -> PoolSettings {
    let given = &config.pool;
    let defaults = PoolSettings::default();
    PoolSettings {
        max_connections: usize::try_from(given.max_connections).unwrap_or(usize::MAX),
        idle_timeout: given.idle_timeout.unwrap_or(NEVER),
        retries: u32::try_from(config.databases.retries).unwrap_or(defaults.retries),
        pool_timeout: given.acquire_timeout,
        connection_lifetime: given.lifetime,
    }
}

fn live(config: &Config) -> LiveOptions {
    let given = &config.subscriptions;
    let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
    LiveOptions {
        live_interval: given.live_refetch,
        live_batch: size(given.live_batch),
        stream_interval: given.stream_refetch,
        stream_batch: size(given.stream_batch),
        silent_when_empty: config
            .graphql
            .experimental
            .contains(&Experimental::RemoveEmptySubscriptionResponses),
    }
}

fn schema(config: &Config) -> SchemaOptions {
    let graphql = &config.graphql;
    let has = |feature| graphql.experimental.contains(&feature);
    SchemaOptions {
        stringify_numeric_types: graphql.stringify_numeric_types,
        boolean_null_collapse: graphql.v1_boolean_null_collapse,
        null_in_non_nullable_variables: graphql.null_in_nonnullable_variables,
        no_null_unbound_variable_default: has(Experimental::NoNullUnboundVariableDefault),
        infer_function_permissions: graphql.infer_function_permissions,
        disable_postgres_arrays: has(Experimental::DisablePostgresArrays),
        hide_aggregation_predicates: has(Experimental::HideAggregationPredicates),
        hide_stream_fields: has(Experimental::HideStreamFields),
        hide_update_many_fields: has(Experimental::HideUpdateManyFields),
        naming_convention: has(Experimental::NamingConvention).then_some(match graphql.naming {
            Naming::HasuraDefault => Convention::HasuraDefault,
            Naming::GraphqlDefault => Convention::GraphqlDefault,
        }),
        enforce_allow_list: graphql.allow_list,
    }
}
