//! Who may ask.

use crate::auth::JwtSecret;
use crate::config::secret::Secret;
use crate::config::setting::{AnySetting, Edition, Setting, Status};
use crate::config::value;
use serde_json::Value;
use url::Url;

/// `--admin-secret`.
pub static ADMIN_SECRET: Setting<Secret> = Setting::new(value::password, "SECRET")
    .secret()
    .flag("admin-secret")
    .variables(&["HASURA_GRAPHQL_ADMIN_SECRET"])
    .without("none: every request is trusted")
    .meaning("Secret that requests send in `x-hasura-admin-secret`");

/// `--access-key`.
pub static ACCESS_KEY: Setting<Secret> = Setting::new(value::password, "SECRET")
    .secret()
    .flag("access-key")
    .variables(&["HASURA_GRAPHQL_ACCESS_KEY"])
    .without("none")
    .meaning("Old name of the admin secret");

/// `--admin-secrets`.
pub static ADMIN_SECRETS: Setting<Vec<Secret>> = Setting::new(value::passwords, "JSON")
    .secret()
    .edition(Edition::Enterprise)
    .flag("admin-secrets")
    .variables(&["HASURA_GRAPHQL_ADMIN_SECRETS"])
    .without("none")
    .meaning("JSON array of admin secrets, each of which is accepted; wins over the single one");

/// `--auth-hook`.
pub static AUTH_HOOK: Setting<Url> = Setting::new(value::http_url, "URL")
    .secret()
    .flag("auth-hook")
    .variables(&["HASURA_GRAPHQL_AUTH_HOOK"])
    .without("none")
    .meaning("Webhook that says whom requests without an admin secret stand for; needs one");

/// `--auth-hook-mode`.
pub static AUTH_HOOK_MODE: Setting<String> = Setting::new(value::hook_mode, "GET|POST")
    .flag("auth-hook-mode")
    .variables(&[
        "HASURA_GRAPHQL_AUTH_HOOK_MODE",
        "HASURA_GRAPHQL_AUTH_HOOK_TYPE",
    ])
    .default("GET")
    .meaning("Method of the webhook: with GET it gets the client's headers, with POST a body");

/// `--auth-hook-send-request-body`.
pub static AUTH_HOOK_BODY: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("auth-hook-send-request-body")
    .variables(&["HASURA_GRAPHQL_AUTH_HOOK_SEND_REQUEST_BODY"])
    .default("true")
    .meaning("Send the request's body to the webhook (POST only)");

/// `--jwt-secret`.
pub static JWT_SECRET: Setting<JwtSecret> = Setting::new(JwtSecret::parse, "JSON")
    .secret()
    .flag("jwt-secret")
    .variables(&["HASURA_GRAPHQL_JWT_SECRET"])
    .without("none")
    .meaning(
        "How JSON web tokens are verified, one JSON object: `type` and `key`, or `jwk_url`; \
         `claims_namespace`, `claims_namespace_path`, `claims_format`, `claims_map`, `audience`, \
         `issuer`, `allowed_skew`, `header`; needs an admin secret",
    );

/// `--jwt-secrets`.
pub static JWT_SECRETS: Setting<Vec<JwtSecret>> = Setting::new(JwtSecret::parse_list, "JSON")
    .secret()
    .edition(Edition::Enterprise)
    .flag("jwt-secrets")
    .variables(&["HASURA_GRAPHQL_JWT_SECRETS"])
    .without("none")
    .meaning(
        "Several such objects as a JSON array, chosen by the token's issuer; wins over the \
         single one",
    );

/// `--unauthorized-role`.
pub static UNAUTHORIZED_ROLE: Setting<String> = Setting::new(value::non_empty, "ROLE")
    .flag("unauthorized-role")
    .variables(&["HASURA_GRAPHQL_UNAUTHORIZED_ROLE"])
    .without("none: such requests are refused")
    .meaning("Role of requests without credentials; needs an admin secret");

/// `--sso-providers`.
pub static SSO_PROVIDERS: Setting<Value> = Setting::new(value::json, "JSON")
    .edition(Edition::Enterprise)
    .secret()
    .flag("sso-providers")
    .variables(&["HASURA_GRAPHQL_SSO_PROVIDERS"])
    .without("none")
    .status(Status::Later)
    .meaning("Single sign-on of the console");

/// `HASURA_GRAPHQL_EE_LICENSE_KEY`.
pub static LICENSE_KEY: Setting<Secret> = Setting::new(value::secret, "KEY")
    .edition(Edition::Enterprise)
    .secret()
    .variables(&["HASURA_GRAPHQL_EE_LICENSE_KEY"])
    .without("none")
    .status(Status::Ignored("no licence is needed"))
    .meaning("Licence of the old Enterprise Edition");

/// Every setting of this file, in the order of the documentation.
pub static ALL: &[&dyn AnySetting] = &[
    &ADMIN_SECRET,
    &ACCESS_KEY,
    &ADMIN_SECRETS,
    &AUTH_HOOK,
    &AUTH_HOOK_MODE,
    &AUTH_HOOK_BODY,
    &JWT_SECRET,
    &JWT_SECRETS,
    &UNAUTHORIZED_ROLE,
    &SSO_PROVIDERS,
    &LICENSE_KEY,
];
