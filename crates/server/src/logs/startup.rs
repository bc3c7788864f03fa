//! Lines of type `startup`: what was understood of the settings, and that requests are taken.

use super::{Level, LogType, Logger};
use crate::auth::JwtSecret;
use crate::config::{Config, Cors, Notice};
use crate::version::VERSION;
use howdah_http_client::shown_url;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

impl Logger {
    /// A line of type `startup`.
    pub fn startup(&self, level: Level, kind: &str, info: Value) {
        self.log(
            level,
            LogType::Startup,
            json!({ "kind": kind, "info": info }),
        );
    }

    /// What the settings amount to, and what people should know about them.
    pub fn configuration(&self, config: &Config) {
        self.startup(Level::Info, "server_configuration", summary(config));
        for notice in &config.notices {
            match notice {
                Notice::NotActiveYet(settings) => self.startup(
                    Level::Warn,
                    "inactive_settings",
                    json!({
                        "message": "these settings are accepted, but what they are about is not served yet",
                        "settings": settings,
                    }),
                ),
                Notice::NoAdminSecret => self.startup(
                    Level::Warn,
                    "no_admin_secret",
                    json!({ "message": "no admin secret is set: everybody who can reach this server is an administrator" }),
                ),
                Notice::DevMode => self.startup(
                    Level::Warn,
                    "dev_mode",
                    json!({ "message": "dev mode shows internals of errors to everybody; do not use it in production" }),
                ),
                Notice::ChecksPassOnNull => self.startup(
                    Level::Warn,
                    "checks_pass_on_null",
                    json!({ "message": "permission checks that evaluate to NULL let the written row pass" }),
                ),
            }
        }
    }

    /// Requests are taken from now on.
    pub fn listening(&self, address: SocketAddr, since_start: Duration) {
        self.startup(
            Level::Info,
            "server",
            json!({
                "message": "starting API server",
                "time_taken": since_start.as_secs_f64(),
                "address": address.to_string(),
                "port": address.port(),
                "version": VERSION,
            }),
        );
    }
}

/// The settings without anything secret.
fn summary(config: &Config) -> Value {
    let http = &config.http;
    let pool = &config.pool;
    let graphql = &config.graphql;
    let auth = &config.auth;
    let jwt: Vec<Value> = auth.jwt_secrets().iter().map(JwtSecret::shown).collect();
    let cors = match &http.cors {
        Cors::Disabled => "disabled",
        Cors::Everybody => "*",
        Cors::Listed(_) => "listed",
    };
    json!({
        "version": VERSION,
        "host": http.host.to_string(),
        "port": http.port,
        "server_timeout": http.stall_timeout.map(|t| t.as_secs()),
        "max_total_header_length": http.max_header_bytes,
        "max_body_length": http.max_body_bytes,
        "enabled_apis": http.apis.iter().map(|a| a.as_str()).collect::<Vec<_>>(),
        "cors": cors,
        "graceful_shutdown_timeout": http.graceful_shutdown.as_secs(),
        "preserve_401_errors": http.preserve_401,
        "is_admin_secret_set": config.auth.has_admin_secret(),
        "unauth_role": auth.anonymous_role(),
        "auth_hook": auth.hook().map(|hook| shown_url(&hook.url)),
        "auth_hook_mode": auth.hook().map(|hook| hook.mode.as_str()),
        "jwt_secret": jwt,
        "max_connections": pool.max_connections,
        "use_prepared_statements": pool.prepared_statements,
        "stringify_numeric_types": graphql.stringify_numeric_types,
        "v1_boolean_null_collapse": graphql.v1_boolean_null_collapse,
        "infer_function_permissions": graphql.infer_function_permissions,
        "default_naming_convention": graphql.naming.as_str(),
        "experimental_features":
            graphql.experimental.iter().map(|e| e.as_str()).collect::<Vec<_>>(),
        "enable_maintenance_mode": config.metadata.maintenance_mode,
        "enabled_log_types": config.logs.types.iter().map(|t| t.as_str()).collect::<Vec<_>>(),
        "log_level": config.logs.level.as_str(),
    })
}
