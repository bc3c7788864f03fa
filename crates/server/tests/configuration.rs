//! Settings from command line and environment to the typed configuration.
#![allow(clippy::unwrap_used)]

use howdah_server::auth::{AuthMode, HookMode};
use howdah_server::config::{
    Api, Cors, DatabaseUrl, Experimental, Host, Isolation, Naming, Notice, ShowInternals,
};
use howdah_server::{Command, Config, Fatal, VERSION};
use std::time::Duration;

type Environment<'a> = &'a [(&'a str, &'a str)];

fn read(line: &str, environment: Environment<'_>) -> Result<Command, Fatal> {
    Config::from(
        line.split_whitespace().map(str::to_owned),
        environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
    )
}

fn serve(flags: &str, environment: Environment<'_>) -> Config {
    match read(
        &format!("--metadata-database-url postgres://m serve {flags}"),
        environment,
    ) {
        Ok(Command::Serve(config)) => *config,
        other => panic!("expected serve, got {other:?}"),
    }
}

fn refused(flags: &str, environment: Environment<'_>) -> String {
    let line = format!("--metadata-database-url postgres://m serve {flags}");
    read(&line, environment).unwrap_err().to_string()
}

#[test]
fn defaults_are_those_of_the_old_engine() {
    let config = serve("", &[]);
    assert_eq!((config.http.port, &config.http.host), (8080, &Host::Any));
    assert_eq!(config.http.stall_timeout, Some(Duration::from_secs(30)));
    assert_eq!(config.http.max_header_bytes, 1024 * 1024);
    assert_eq!(config.http.graceful_shutdown, Duration::from_secs(60));
    assert_eq!(config.http.cors, Cors::Everybody);
    assert_eq!(config.http.internals, ShowInternals::Admin);
    let apis: Vec<Api> = config.http.apis.iter().copied().collect();
    assert_eq!(
        apis,
        [Api::Metadata, Api::Graphql, Api::Pgdump, Api::Config]
    );
    assert_eq!(config.pool.max_connections, 50);
    assert_eq!(config.pool.idle_timeout, Some(Duration::from_secs(180)));
    assert_eq!(config.pool.lifetime, Some(Duration::from_secs(600)));
    assert_eq!(config.pool.acquire_timeout, None);
    assert_eq!(config.pool.isolation, Isolation::ReadCommitted);
    assert!(config.pool.prepared_statements && config.graphql.infer_function_permissions);
    assert!(!config.graphql.stringify_numeric_types);
    assert_eq!(config.graphql.naming, Naming::HasuraDefault);
    assert_eq!(config.databases.retries, 1);
    assert_eq!(config.databases.extensions_schema, "public");
    assert!(matches!(config.auth, AuthMode::Open));
    assert_eq!(config.notices, [Notice::NoAdminSecret]);
}

#[test]
fn serve_without_a_database_names_the_three_ways() {
    let fatal = read("serve", &[]).unwrap_err();
    assert_eq!(fatal.code(), 2);
    for way in ["--database-url", "--metadata-database-url", "--managed-db"] {
        assert!(fatal.message().contains(way), "{way}");
    }
    assert!(!fatal.message().contains('\n'));
    assert!(read("serve --managed-db", &[]).is_ok());
    assert!(read("serve", &[("HASURA_GRAPHQL_DATABASE_URL", "postgres://x")]).is_ok());
    assert!(matches!(
        read("dev --project demo", &[]),
        Ok(Command::Dev {
            project: Some(_),
            ..
        })
    ));
}

#[test]
fn a_database_url_remembers_where_it_came_from() {
    let name = "HASURA_GRAPHQL_DATABASE_URL";
    let config = serve("", &[(name, "postgres://e")]);
    let Some(DatabaseUrl::Variable { name: found, url }) = config.databases.database_url else {
        panic!("from the environment")
    };
    assert_eq!((found.as_str(), url.expose()), (name, "postgres://e"));
    let config = serve("--database-url postgres://f", &[(name, "postgres://e")]);
    let Some(DatabaseUrl::Literal(url)) = config.databases.database_url else {
        panic!("from the flag")
    };
    assert_eq!(url.expose(), "postgres://f");
}

#[test]
fn a_database_can_be_given_in_parts() {
    let parts = "--host h --port 5433 -u me -p it's -d shop";
    let Ok(Command::Serve(config)) = read(&format!("{parts} serve"), &[]) else {
        panic!("parts are enough")
    };
    assert_eq!(
        config.databases.database_url.unwrap().url().expose(),
        r"host='h' port='5433' user='me' dbname='shop' password='it\'s'"
    );
    let some = read("--host h serve", &[]).unwrap_err();
    assert!(
        some.message()
            .contains("Expecting all database connection params")
    );
    let both = read(&format!("--database-url x {parts} serve"), &[]).unwrap_err();
    assert!(both.message().contains("exclude each other"));
}

#[test]
fn bad_values_are_fatal_with_their_name() {
    for (name, value, reason) in [
        (
            "HASURA_GRAPHQL_SERVER_PORT",
            "70000",
            "Only expecting a value between 0 and 65535",
        ),
        (
            "HASURA_GRAPHQL_PG_CONNECTIONS",
            "0",
            "Only expecting a positive integer",
        ),
        (
            "HASURA_GRAPHQL_TX_ISOLATION",
            "none",
            "Only expecting read-committed / repeatable-read / serializable",
        ),
        (
            "HASURA_GRAPHQL_LOG_LEVEL",
            "loud",
            "Valid log levels: debug, info, warn or error",
        ),
        (
            "HASURA_GRAPHQL_CORS_DOMAIN",
            "nowhere",
            "invalid domain: 'nowhere'",
        ),
        (
            "HASURA_GRAPHQL_AUTH_HOOK_MODE",
            "PUT",
            "Only expecting GET / POST",
        ),
        (
            "HASURA_GRAPHQL_UNAUTHORIZED_ROLE",
            "",
            "empty string not allowed",
        ),
        (
            "HASURA_GRAPHQL_ADMIN_SECRET",
            "",
            "empty string not allowed",
        ),
    ] {
        assert_eq!(
            refused("", &[(name, value)]),
            format!("Fatal Error:- Environment variable {name}: {reason}")
        );
    }
}

#[test]
fn admin_secrets_and_their_older_names() {
    let opens = |config: &Config, secret: &str| match &config.auth {
        AuthMode::Protected { secrets, .. } => secrets.accept(secret.as_bytes()),
        AuthMode::Open => true,
    };
    let config = serve(
        "--access-key flag",
        &[("HASURA_GRAPHQL_ADMIN_SECRET", "variable")],
    );
    assert!(opens(&config, "flag") && !opens(&config, "variable"));
    let config = serve("", &[("HASURA_GRAPHQL_ACCESS_KEY", "old")]);
    assert!(opens(&config, "old"));
    let list = [("HASURA_GRAPHQL_ADMIN_SECRETS", r#"["a","b"]"#)];
    let config = serve("--admin-secret single", &list);
    assert!(opens(&config, "a") && opens(&config, "b") && !opens(&config, "single"));
    assert!(config.notices.is_empty());
}

#[test]
fn the_allow_list_is_in_force_when_it_is_asked_for() {
    let enabled = |value| {
        let environment = [("HASURA_GRAPHQL_ENABLE_ALLOWLIST", value)];
        serve("", &environment).graphql.allow_list
    };
    assert!(enabled("true"));
    assert!(!enabled("false"));
    assert!(serve("--enable-allowlist", &[]).graphql.allow_list);
}

#[test]
fn credentials_that_contradict_each_other_are_fatal() {
    let url = r#"{"jwk_url":"https://h/keys"}"#;
    for (flags, part) in [
        (
            "--jwt-secret URL",
            "--jwt-secret (HASURA_GRAPHQL_JWT_SECRET) requires --admin-secret",
        ),
        (
            "--auth-hook http://h",
            "--auth-hook (HASURA_GRAPHQL_AUTH_HOOK) requires --admin-secret",
        ),
        (
            "--admin-secret s --auth-hook http://h --jwt-secret URL",
            "Both webhook and JWT mode",
        ),
        (
            "--unauthorized-role r",
            "--unauthorized-role (HASURA_GRAPHQL_UNAUTHORIZED_ROLE) requires",
        ),
        (
            "--admin-secret s --auth-hook http://h --unauthorized-role r",
            "is not allowed when --auth-hook",
        ),
        ("--ws-read-cookie", "can only be used when CORS is disabled"),
    ] {
        let text = refused(&flags.replace("URL", url), &[]);
        assert!(text.contains(part), "{text}");
    }
    serve("--ws-read-cookie --disable-cors", &[]);
}

#[test]
fn the_webhook_has_three_settings() {
    let hook = |flags: &str| {
        let config = serve(&format!("--admin-secret s {flags}"), &[]);
        assert!(config.notices.is_empty(), "{:?}", config.notices);
        config.auth.hook().unwrap().clone()
    };
    assert_eq!(hook("--auth-hook http://h/auth").mode, HookMode::Get);
    assert_eq!(
        hook("--auth-hook http://h --auth-hook-mode POST").mode,
        HookMode::Post { with_request: true }
    );
    assert_eq!(
        hook("--auth-hook http://h --auth-hook-mode POST --auth-hook-send-request-body no").mode,
        HookMode::Post {
            with_request: false
        }
    );
    for bad in ["ftp://h", "nowhere", "http://"] {
        let text = refused("--admin-secret s", &[("HASURA_GRAPHQL_AUTH_HOOK", bad)]);
        let reason = "Environment variable HASURA_GRAPHQL_AUTH_HOOK: not a valid http or https URL";
        assert_eq!(text, format!("Fatal Error:- {reason}"));
    }
}

#[test]
fn several_jwt_secrets_win_over_the_single_one() {
    let one = r#"{"type":"HS256","key":"0123456789abcdef0123456789abcdef","issuer":"one"}"#;
    let two = r#"{"jwk_url":"https://h/keys","claims_namespace_path":"$.a['b c']"}"#;
    let config = serve(
        &format!("--admin-secret s --unauthorized-role anon --jwt-secret {one}"),
        &[],
    );
    assert_eq!(config.auth.jwt_secrets().len(), 1);
    assert_eq!(config.auth.anonymous_role(), Some("anon"));
    let list = format!("[{one},{two},{one}]");
    let config = serve(
        &format!("--admin-secret s --jwt-secret {one}"),
        &[("HASURA_GRAPHQL_JWT_SECRETS", &list)],
    );
    let secrets = config.auth.jwt_secrets();
    assert_eq!(secrets.len(), 2, "equal ones count once");
    assert_eq!(
        secrets[1].shown().to_string(),
        r#"{"claims_namespace":"$.a[\"b c\"]","claims_format":"json"}"#
    );
    assert!(!format!("{config:?}").contains("0123456789"));
    let empty = refused("--admin-secret s", &[("HASURA_GRAPHQL_JWT_SECRETS", "[]")]);
    assert!(empty.contains("at least one JWT secret"), "{empty}");
}

#[test]
fn jwt_secrets_that_verify_nothing_are_fatal() {
    for (secret, part) in [
        ("{}", "key and jwk_url both cannot be empty"),
        (
            r#"{"key":"k","jwk_url":"http://h"}"#,
            "key, jwk_url both cannot be present",
        ),
        (
            r#"{"jwk_url":"file:///etc/passwd"}"#,
            "jwk_url: not a valid http or https URL",
        ),
        (r#"{"key":"k"}"#, r#"key "type" not found"#),
        (
            r#"{"type":"none","key":"k"}"#,
            "Invalid JWK: Key type: none is not supported",
        ),
        (
            r#"{"type":"HS256","key":"s3cret"}"#,
            "Key size too small; should be atleast 32 characters",
        ),
        (
            r#"{"type":"HS512","key":"0123456789012345678901234567890123456789"}"#,
            "atleast 64",
        ),
        (
            r#"{"type":"RS256","key":"s3cret"}"#,
            "Invalid JWK: Could not decode PEM: No pem found",
        ),
        (
            r#"{"jwk_url":"http://h","claims_namespace":"a","claims_namespace_path":"$.a"}"#,
            "claims_namespace and claims_namespace_path both cannot be set",
        ),
        (
            r#"{"jwk_url":"http://h","claims_namespace_path":"$..a"}"#,
            "invalid JSON path",
        ),
        (
            r#"{"jwk_url":"http://h","claims_format":"xml"}"#,
            "expecting json or stringified_json",
        ),
        (
            r#"{"jwk_url":"http://h","claims_map":{"x-hasura-default-role":"a"}}"#,
            "x-hasura-allowed-roles is expected but not found",
        ),
        (
            r#"{"jwk_url":"http://h","claims_map":{"x-hasura-default-role":"a","x-hasura-allowed-roles":"a"}}"#,
            "parsing [] failed, expected Array, but encountered String",
        ),
        (
            r#"{"jwk_url":"http://h","header":{"type":"Query"}}"#,
            "expected 'type' is 'Authorization'",
        ),
        (
            r#"{"jwk_url":"http://h","header":{"type":"Cookie"}}"#,
            r#""name" not found"#,
        ),
        (
            r#"{"jwk_url":"http://h","allowed_skew":"x"}"#,
            "allowed_skew",
        ),
        (r#"{"jwk_url":"http://h","audience":[1]}"#, "audience"),
        (r#"["s3cret"#, "not a valid JSON value (line 1"),
    ] {
        let text = refused("--admin-secret s", &[("HASURA_GRAPHQL_JWT_SECRET", secret)]);
        let start = "Fatal Error:- Environment variable HASURA_GRAPHQL_JWT_SECRET: ";
        assert!(text.starts_with(start) && text.contains(part), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn egress_has_rules() {
    let allows = |rules: &str, address: &str| {
        let config = serve("", &[("HOWDAH_EGRESS", rules)]);
        config.egress.allows(address.parse().unwrap())
    };
    let default = serve("", &[]).egress;
    assert!(!default.allows("169.254.169.254".parse().unwrap()));
    assert!(default.allows("10.0.0.1".parse().unwrap()));
    assert!(!allows("public", "10.0.0.1") && allows("public,10.0.0.0/8", "10.0.0.1"));
    assert!(refused("", &[("HOWDAH_EGRESS", "none")]).contains("HOWDAH_EGRESS: Only expecting"));
}

#[test]
fn what_is_not_active_is_said_in_one_notice() {
    let config = serve(
        "--admin-secret s --enable-console --sso-providers [] --experimental-features inherited_roles,group_by_aggregations",
        &[
            ("HASURA_GRAPHQL_REDIS_URL", "redis://u:p4ss@h"),
            ("HASURA_GRAPHQL_EE_LICENSE_KEY", "k"),
        ],
    );
    let [Notice::NotActiveYet(settings)] = &config.notices[..] else {
        panic!("{:?}", config.notices)
    };
    assert_eq!(
        settings,
        &[
            "--sso-providers (HASURA_GRAPHQL_SSO_PROVIDERS)",
            "--redis-url (HASURA_GRAPHQL_REDIS_URL)",
            "--experimental-features (HASURA_GRAPHQL_EXPERIMENTAL_FEATURES): group_by_aggregations",
        ]
    );
    assert!(
        config
            .graphql
            .experimental
            .contains(&Experimental::GroupByAggregations)
    );
    assert!(config.http.console);
}

#[test]
fn zero_switches_times_off() {
    let config = serve(
        "--timeout 0 --conn-lifetime 0 --server-timeout 0 --schema-sync-poll-interval 0 \
         --pool-timeout 0.5 -s 2 -c 10",
        &[],
    );
    assert_eq!(
        (config.pool.idle_timeout, config.pool.lifetime),
        (None, None)
    );
    assert_eq!(
        (config.http.stall_timeout, config.metadata.sync_interval),
        (None, None)
    );
    assert_eq!(
        config.pool.acquire_timeout,
        Some(Duration::from_millis(500))
    );
    assert_eq!(config.pool.max_connections, 20);
}

#[test]
fn the_debug_form_of_everything_holds_no_secret() {
    let config = serve(
        "--admin-secret hunter2 --database-url postgres://u:hunter2@h/d",
        &[(
            "HASURA_GRAPHQL_METADATA_DATABASE_URL",
            "postgres://u:hunter2@h/m",
        )],
    );
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn commands_that_only_print() {
    let Ok(Command::Print(version)) = read("version", &[]) else {
        panic!("version prints")
    };
    assert_eq!(version.split_whitespace().last(), Some(VERSION));
    assert!(matches!(read("--help", &[]), Ok(Command::Print(_))));
    assert!(matches!(read("export", &[]), Ok(Command::Print(_))));
    assert_eq!(read("", &[]).unwrap_err().code(), 2);
    assert_eq!(read("downgrade", &[]).unwrap_err().code(), 2);
}
