//! From texts to the typed configuration, with the combinations checked that no single
//! setting can check.

use super::choices::Experimental;
use super::cors::Cors;
use super::fatal::Fatal;
use super::resolved::{
    Config, DatabaseUrl, Databases, GraphqlSettings, HttpSettings, LogSettings, MetadataSettings,
    Notice, PoolSettings, ProjectSettings, ShowInternals, SubscriptionSettings, WebsocketSettings,
};
use super::secret::Secret;
use super::setting::{AnySetting, Status};
use super::settings::{
    auth as authentication, connection, eventing, graphql, observing, pool, project, server,
};
use super::values::{Origin, Values};
use crate::auth::{AuthMode, Hook, HookMode, JwtSecret, Others};
use std::time::Duration;

/// Builds the configuration.
pub(super) fn resolve(values: &Values) -> Result<Config, Fatal> {
    values.check_all()?;
    let auth = auth(values)?;
    let mut config = Config {
        databases: databases(values)?,
        pool: pool_settings(values)?,
        http: http_settings(values)?,
        auth,
        egress: values.value(&eventing::EGRESS)?,
        graphql: graphql_settings(values)?,
        websockets: WebsocketSettings {
            read_cookies: values.value(&server::WS_READ_COOKIE)?,
            compression: values.value(&server::WEBSOCKET_COMPRESSION)?,
            keep_alive: some_time(values.value(&server::WEBSOCKET_KEEPALIVE)?),
            init_timeout: some_time(values.value(&server::WEBSOCKET_INIT_TIMEOUT)?),
            close_on_metadata_change: values.value(&server::CLOSE_WEBSOCKETS)?,
        },
        subscriptions: SubscriptionSettings {
            live_refetch: values.value(&eventing::LIVE_REFETCH)?,
            live_batch: values.value(&eventing::LIVE_BATCH)?,
            stream_refetch: values.value(&eventing::STREAM_REFETCH)?,
            stream_batch: values.value(&eventing::STREAM_BATCH)?,
        },
        metadata: MetadataSettings {
            maintenance_mode: values.value(&eventing::MAINTENANCE_MODE)?,
            defaults: values.value(&eventing::METADATA_DEFAULTS)?,
            sync_interval: some_time(values.value(&eventing::SCHEMA_SYNC)?),
        },
        logs: LogSettings {
            types: values.value(&observing::LOG_TYPES)?,
            level: values.value(&observing::LOG_LEVEL)?,
            metadata_queries: values.value(&observing::METADATA_QUERY_LOGGING)?,
            query_only_on_error: values.value(&observing::QUERY_ONLY_ON_ERROR)?,
        },
        project: ProjectSettings {
            folder: values.arguments().project.clone(),
            metadata: values.given(&project::METADATA_DIR)?,
            migrations: values.given(&project::MIGRATIONS_DIR)?,
        },
        notices: Vec::new(),
    };
    config.notices = notices(values, &config);
    Ok(config)
}

fn some_time(time: Duration) -> Option<Duration> {
    (!time.is_zero()).then_some(time)
}

fn databases(values: &Values) -> Result<Databases, Fatal> {
    let given = values.given(&connection::DATABASE_URL)?;
    let parts = connection_parts(values)?;
    let database_url = match (given, parts) {
        (Some(_), Some(_)) => {
            return Err(Fatal::new(
                "--database-url and the parts --host, --port, --user, --password, --dbname \
                 exclude each other",
            ));
        }
        (None, parts) => parts.map(DatabaseUrl::Literal),
        (Some(url), None) => Some(match values.text(&connection::DATABASE_URL) {
            Some((Origin::Variable(name), _)) => DatabaseUrl::Variable {
                name: name.to_owned(),
                url,
            },
            _ => DatabaseUrl::Literal(url),
        }),
    };
    Ok(Databases {
        database_url,
        metadata_url: values.given(&connection::METADATA_DATABASE_URL)?,
        managed: values.value(&pool::MANAGED_DB)?,
        pg_bin: values.given(&connection::PG_BIN)?,
        data_dir: values.given(&connection::DATA_DIR)?,
        retries: values.value(&connection::RETRIES)?,
        dynamic_secrets_prefix: values.given(&connection::DYNAMIC_SECRETS_PREFIX)?,
        extensions_schema: values.value(&pool::EXTENSIONS_SCHEMA)?,
    })
}

/// The connection string made of `--host`, `--port` and so on, in libpq's keyword form.
fn connection_parts(values: &Values) -> Result<Option<Secret>, Fatal> {
    let host = values.given(&connection::HOST)?;
    let port = values.given(&connection::PORT)?;
    let user = values.given(&connection::USER)?;
    let password = values.given(&connection::PASSWORD)?;
    let dbname = values.given(&connection::DBNAME)?;
    let options = values.given(&connection::CONNECTION_OPTIONS)?;
    match (host, port, user, dbname) {
        (None, None, None, None) if password.is_none() && options.is_none() => Ok(None),
        (Some(host), Some(port), Some(user), Some(dbname)) => {
            let mut text = String::new();
            let mut put = |keyword: &str, value: &str| {
                let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
                let gap = if text.is_empty() { "" } else { " " };
                text.push_str(&format!("{gap}{keyword}='{quoted}'"));
            };
            put("host", &host);
            put("port", &port.to_string());
            put("user", &user);
            put("dbname", &dbname);
            if let Some(password) = &password {
                put("password", password.expose());
            }
            if let Some(options) = &options {
                put("options", options);
            }
            Ok(Some(Secret::new(text)))
        }
        _ => Err(Fatal::new(
            "Invalid options. Expecting all database connection params (host, port, user, \
             dbname, password) or database-url (HASURA_GRAPHQL_DATABASE_URL)",
        )),
    }
}

fn pool_settings(values: &Values) -> Result<PoolSettings, Fatal> {
    let stripes = values.value(&pool::STRIPES)?;
    Ok(PoolSettings {
        max_connections: values.value(&pool::CONNECTIONS)?.saturating_mul(stripes),
        idle_timeout: some_time(values.value(&pool::IDLE_TIMEOUT)?),
        lifetime: some_time(values.value(&pool::LIFETIME)?),
        acquire_timeout: values.given(&pool::POOL_TIMEOUT)?,
        prepared_statements: values.value(&pool::PREPARED_STATEMENTS)?,
        isolation: values.value(&pool::ISOLATION)?,
    })
}

fn http_settings(values: &Values) -> Result<HttpSettings, Fatal> {
    let cors = if values.value(&server::DISABLE_CORS)? {
        Cors::Disabled
    } else {
        values.value(&server::CORS_DOMAIN)?
    };
    if cors != Cors::Disabled && values.value(&server::WS_READ_COOKIE)? {
        return Err(Fatal::new(
            "--ws-read-cookie (HASURA_GRAPHQL_WS_READ_COOKIE) can only be used when CORS is \
             disabled",
        ));
    }
    let internals = if values.value(&server::DEV_MODE)? {
        ShowInternals::Everybody
    } else if values.value(&server::ADMIN_INTERNAL_ERRORS)? {
        ShowInternals::Admin
    } else {
        ShowInternals::Nobody
    };
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    Ok(HttpSettings {
        host: values.value(&server::SERVER_HOST)?,
        port: values.value(&server::SERVER_PORT)?,
        stall_timeout: some_time(values.value(&server::SERVER_TIMEOUT)?),
        max_header_bytes: size(values.value(&server::MAX_HEADER_LENGTH)?),
        max_body_bytes: size(values.value(&server::MAX_BODY_LENGTH)?),
        apis: values.value(&server::ENABLED_APIS)?,
        cors,
        graceful_shutdown: values.value(&server::GRACEFUL_SHUTDOWN)?,
        preserve_401: values.value(&server::PRESERVE_401)?,
        internals,
        console: values.value(&server::ENABLE_CONSOLE)?,
        console_assets_dir: values.given(&server::CONSOLE_ASSETS)?,
    })
}

fn graphql_settings(values: &Values) -> Result<GraphqlSettings, Fatal> {
    let experimental = values.value(&graphql::EXPERIMENTAL)?;
    Ok(GraphqlSettings {
        stringify_numeric_types: values.value(&graphql::STRINGIFY_NUMERIC)?,
        v1_boolean_null_collapse: values.value(&graphql::BOOLEAN_NULL_COLLAPSE)?,
        null_in_nonnullable_variables: values.value(&graphql::NULL_IN_NONNULLABLE)?,
        infer_function_permissions: values.value(&graphql::INFER_FUNCTION_PERMISSIONS)?,
        remote_schema_permissions: values.value(&graphql::REMOTE_PERMISSIONS)?,
        allow_list: values.value(&graphql::ENABLE_ALLOWLIST)?,
        naming: values.value(&graphql::NAMING)?,
        apollo_federation: values.value(&graphql::APOLLO_FEDERATION)?
            || experimental.contains(&Experimental::ApolloFederation),
        experimental,
        feature_flags: [
            ("test-flag", values.value(&graphql::FLAG_TEST)?),
            (
                "naming-convention-sep-2023",
                values.value(&graphql::FLAG_NAMING_2023)?,
            ),
        ],
        checks_pass_on_null: values.value(&graphql::CHECKS_PASS_ON_NULL)?,
        configured_headers_win: values.value(&graphql::HEADER_PRECEDENCE)?,
        validate_native_queries: !values.value(&graphql::DISABLE_NATIVE_QUERY_VALIDATION)?,
    })
}

/// Combinations of credentials that would not mean what they seem to mean.
fn auth(values: &Values) -> Result<AuthMode, Fatal> {
    let mut secrets = values
        .given(&authentication::ADMIN_SECRETS)?
        .unwrap_or_default();
    if secrets.is_empty() {
        // A flag of either name wins over a variable of either name.
        let single = [&authentication::ADMIN_SECRET, &authentication::ACCESS_KEY];
        let from_flag = single
            .iter()
            .find(|s| matches!(values.text(**s), Some((Origin::Flag, _))))
            .or_else(|| single.iter().find(|s| values.text(**s).is_some()));
        if let Some(setting) = from_flag {
            secrets.extend(values.given(setting)?);
        }
    }
    let anonymous = values.given(&authentication::UNAUTHORIZED_ROLE)?;
    let hook = hook(values)?;
    let jwt = jwt_secrets(values)?;
    let needs_secret = "requires --admin-secret (HASURA_GRAPHQL_ADMIN_SECRET) or \
                        --access-key (HASURA_GRAPHQL_ACCESS_KEY) to be set";
    if anonymous.is_some() && (hook.is_some() || secrets.is_empty()) {
        return Err(Fatal::new(format!(
            "--unauthorized-role (HASURA_GRAPHQL_UNAUTHORIZED_ROLE) {needs_secret} and is not \
             allowed when --auth-hook (HASURA_GRAPHQL_AUTH_HOOK) is set"
        )));
    }
    if hook.is_some() && !jwt.is_empty() {
        return Err(Fatal::new(
            "Both webhook and JWT mode cannot be enabled at the same time",
        ));
    }
    if secrets.is_empty() && hook.is_some() {
        return Err(Fatal::new(format!(
            "--auth-hook (HASURA_GRAPHQL_AUTH_HOOK) {needs_secret}"
        )));
    }
    if secrets.is_empty() && !jwt.is_empty() {
        return Err(Fatal::new(format!(
            "--jwt-secret (HASURA_GRAPHQL_JWT_SECRET) {needs_secret}"
        )));
    }
    if secrets.is_empty() {
        return Ok(AuthMode::Open);
    }
    let anonymous = anonymous.map(Into::into);
    let others = match hook {
        Some(hook) => Others::Webhook(hook),
        None if jwt.is_empty() => Others::Anonymous(anonymous),
        None => Others::Jwt {
            secrets: jwt,
            anonymous,
        },
    };
    Ok(AuthMode::protected(
        secrets.iter().map(Secret::expose),
        others,
    ))
}

fn hook(values: &Values) -> Result<Option<Hook>, Fatal> {
    let Some(url) = values.given(&authentication::AUTH_HOOK)? else {
        return Ok(None);
    };
    let mode = match values.value(&authentication::AUTH_HOOK_MODE)?.as_str() {
        "POST" => HookMode::Post {
            with_request: values.value(&authentication::AUTH_HOOK_BODY)?,
        },
        _ => HookMode::Get,
    };
    Ok(Some(Hook { url, mode }))
}

fn jwt_secrets(values: &Values) -> Result<Vec<JwtSecret>, Fatal> {
    match values.given(&authentication::JWT_SECRETS)? {
        Some(secrets) => Ok(secrets),
        None => Ok(values
            .given(&authentication::JWT_SECRET)?
            .into_iter()
            .collect()),
    }
}

fn notices(values: &Values, config: &Config) -> Vec<Notice> {
    let mut notices = Vec::new();
    let mut later = values.changed(Status::Later);
    later.extend(
        config
            .graphql
            .experimental
            .iter()
            .filter(|e| !e.is_served())
            .map(|feature| {
                format!(
                    "{}: {}",
                    graphql::EXPERIMENTAL.about().name(),
                    feature.as_str()
                )
            }),
    );
    if !later.is_empty() {
        notices.push(Notice::NotActiveYet(later));
    }
    if matches!(config.auth, AuthMode::Open) {
        notices.push(Notice::NoAdminSecret);
    }
    if config.http.internals == ShowInternals::Everybody {
        notices.push(Notice::DevMode);
    }
    if config.graphql.checks_pass_on_null {
        notices.push(Notice::ChecksPassOnNull);
    }
    notices
}
