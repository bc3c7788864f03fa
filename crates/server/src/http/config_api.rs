//! The answer of `GET /v1alpha1/config`: what consoles and tools ask about a server.

use crate::auth::JwtSecret;
use crate::config::{Api, Config};
use crate::version::VERSION;
use serde_json::{Value, json};
use std::time::Duration;

/// Every key that the old engine answers, none of them secret.
pub(super) fn body(config: &Config) -> Value {
    let graphql = &config.graphql;
    let subscriptions = &config.subscriptions;
    let secrets = config.auth.jwt_secrets().iter();
    let jwt: Vec<Value> = secrets.map(JwtSecret::shown).collect();
    let flags: Vec<Value> = graphql
        .feature_flags
        .iter()
        .map(|(name, enabled)| json!({"name": name, "description": "", "enabled": enabled}))
        .collect();
    json!({
        "version": VERSION,
        "is_function_permissions_inferred": graphql.infer_function_permissions,
        "is_remote_schema_permissions_enabled": graphql.remote_schema_permissions,
        "is_admin_secret_set": config.auth.has_admin_secret(),
        "is_auth_hook_set": config.auth.hook().is_some(),
        "is_jwt_set": !jwt.is_empty(),
        "jwt": jwt,
        "is_allow_list_enabled": graphql.allow_list,
        "live_queries": {
            "batch_size": subscriptions.live_batch,
            "refetch_delay": seconds(subscriptions.live_refetch),
        },
        "streaming_queries": {
            "batch_size": subscriptions.stream_batch,
            "refetch_delay": seconds(subscriptions.stream_refetch),
        },
        "console_assets_dir": config.http.console_assets_dir.as_ref().map(|d| d.to_string_lossy()),
        "experimental_features":
            graphql.experimental.iter().map(|e| e.as_str()).collect::<Vec<_>>(),
        "is_prometheus_metrics_enabled": config.http.apis.contains(&Api::Metrics),
        "default_naming_convention": graphql.naming.as_str(),
        "feature_flags": flags,
        "is_apollo_federation_enabled": graphql.apollo_federation,
    })
}

fn seconds(time: Duration) -> Value {
    if time.subsec_nanos() == 0 {
        json!(time.as_secs())
    } else {
        json!(time.as_secs_f64())
    }
}
