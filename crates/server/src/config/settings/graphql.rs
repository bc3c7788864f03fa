//! How GraphQL behaves.

use crate::config::choices::{Experimental, experimental};
use crate::config::setting::{AnySetting, Edition, Setting, Status};
use crate::config::value::{self, Naming};
use std::collections::BTreeSet;
use std::time::Duration;

/// `--stringify-numeric-types`.
pub static STRINGIFY_NUMERIC: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("stringify-numeric-types")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES"])
    .default("false")
    .meaning("Answer bigint, bigserial, numeric, float8 and money as JSON strings");

/// `--v1-boolean-null-collapse`.
pub static BOOLEAN_NULL_COLLAPSE: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("v1-boolean-null-collapse")
    .variables(&["HASURA_GRAPHQL_V1_BOOLEAN_NULL_COLLAPSE"])
    .default("false")
    .meaning("Operators of `where` with null count as absent, as in version 1");

/// `--null-in-nonnullable-variables`.
pub static NULL_IN_NONNULLABLE: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("null-in-nonnullable-variables")
    .variables(&["HASURA_GRAPHQL_BACKWARDS_COMPAT_NULL_IN_NONNULLABLE_VARIABLES"])
    .default("false")
    .meaning("Accept null for variables of a non-null type");

/// `--remote-schema-skip-nulls`.
pub static REMOTE_SKIP_NULLS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("remote-schema-skip-nulls")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_REMOTE_SCHEMA_SKIP_NULLS"])
    .default("false")
    .status(Status::Later)
    .meaning("Leave out null arguments towards remote schemas");

/// `--remote-schema-prioritize-data`.
pub static REMOTE_PRIORITIZE_DATA: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("remote-schema-prioritize-data")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_REMOTE_SCHEMA_PRIORITIZE_DATA"])
    .default("false")
    .status(Status::Later)
    .meaning("Data before errors when a remote schema answers both");

/// `--enable-remote-schema-permissions`.
pub static REMOTE_PERMISSIONS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("enable-remote-schema-permissions")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS"])
    .default("false")
    .status(Status::Later)
    .meaning("Remote schemas need a permission per role (no remote schema is served yet)");

/// `--infer-function-permissions`.
pub static INFER_FUNCTION_PERMISSIONS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("infer-function-permissions")
    .variables(&["HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS"])
    .default("true")
    .meaning("Functions are open to roles that may read the table they return");

/// `--enable-allowlist`.
pub static ENABLE_ALLOWLIST: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("enable-allowlist")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_ENABLE_ALLOWLIST"])
    .default("false")
    .meaning("Others than admin may run listed operations only");

/// `--default-naming-convention`.
pub static NAMING: Setting<Naming> = Setting::new(value::naming, "CONVENTION")
    .flag("default-naming-convention")
    .variables(&["HASURA_GRAPHQL_DEFAULT_NAMING_CONVENTION"])
    .default("hasura-default")
    .meaning(
        "hasura-default or graphql-default; only with the experimental feature naming_convention",
    );

/// `--enable-apollo-federation`.
pub static APOLLO_FEDERATION: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("enable-apollo-federation")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_ENABLE_APOLLO_FEDERATION"])
    .default("false")
    .status(Status::Later)
    .meaning("Be a subgraph of Apollo Federation 1");

/// `--disable-native-query-validation`.
pub static DISABLE_NATIVE_QUERY_VALIDATION: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("disable-native-query-validation")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_DISABLE_NATIVE_QUERY_VALIDATION"])
    .default("false")
    .meaning("Do not let PostgreSQL check native queries when they are tracked");

/// `--configured-header-precedence`.
pub static HEADER_PRECEDENCE: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("configured-header-precedence")
    .variables(&["HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE"])
    .default("false")
    .meaning("Configured headers win over those of the client (actions, input validation)");

/// `--experimental-features`.
pub static EXPERIMENTAL: Setting<BTreeSet<Experimental>> = Setting::new(experimental, "FEATURES")
    .flag("experimental-features")
    .variables(&["HASURA_GRAPHQL_EXPERIMENTAL_FEATURES"])
    .without("none")
    .meaning(
        "Comma list of inherited_roles (always on), optimize_permission_filters (always on), \
         naming_convention, streaming_subscriptions (always on), apollo_federation, \
         hide_update_many_fields, bigquery_string_numeric_input, hide_aggregation_predicates, \
         hide_stream_fields, group_by_aggregations, disable_postgres_arrays, \
         no_null_unbound_variable_default, remove_empty_subscription_responses",
    );

/// `--bigquery_string_numeric_input`.
pub static BIGQUERY_STRINGS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .flag("bigquery_string_numeric_input")
    .variables(&["HASURA_GRAPHQL_BIGQUERY_STRING_NUMERIC_INPUT"])
    .default("false")
    .status(Status::Later)
    .meaning("Numbers of BigQuery as strings");

/// `--query-plan-cache-size`.
pub static PLAN_CACHE_SIZE: Setting<u64> = Setting::new(value::count, "NUMBER")
    .flag("query-plan-cache-size")
    .variables(&["HASURA_GRAPHQL_QUERY_PLAN_CACHE_SIZE"])
    .default("4000")
    .status(Status::Ignored("the plan cache is bounded in bytes"))
    .meaning("Entries of the old plan cache");

/// `--enable-persisted-queries`.
pub static PERSISTED_QUERIES: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .edition(Edition::Enterprise)
    .flag("enable-persisted-queries")
    .switch("true")
    .variables(&["HASURA_GRAPHQL_ENABLE_PERSISTED_QUERIES"])
    .default("false")
    .status(Status::Later)
    .meaning("Automatic persisted queries");

/// `--persisted-queries-ttl`.
pub static PERSISTED_QUERIES_TTL: Setting<Duration> = Setting::new(value::seconds, "SECONDS")
    .edition(Edition::Enterprise)
    .flag("persisted-queries-ttl")
    .variables(&["HASURA_GRAPHQL_PERSISTED_QUERIES_TTL"])
    .default("5")
    .status(Status::Later)
    .meaning("Seconds that a persisted query is kept");

/// `HASURA_FF_TEST_FLAG`.
pub static FLAG_TEST: Setting<bool> = Setting::new(value::capital_boolean, "True|False")
    .variables(&["HASURA_FF_TEST_FLAG"])
    .default("False")
    .status(Status::Ignored(
        "it does nothing but appear in the config API",
    ))
    .meaning("Feature flag without an effect");

/// `HASURA_FF_NAMING_CONVENTION_SEP_2023`.
pub static FLAG_NAMING_2023: Setting<bool> = Setting::new(value::capital_boolean, "True|False")
    .variables(&["HASURA_FF_NAMING_CONVENTION_SEP_2023"])
    .default("False")
    .status(Status::Later)
    .meaning("Feature flag: later fixes of the naming convention");

/// `HOWDAH_CHECKS_PASS_ON_NULL`.
pub static CHECKS_PASS_ON_NULL: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .edition(Edition::Howdah)
    .variables(&["HOWDAH_CHECKS_PASS_ON_NULL"])
    .default("false")
    .meaning("Let a permission check that evaluates to NULL pass, as the old engine does");

/// Every setting of this file, in the order of the documentation.
pub static ALL: &[&dyn AnySetting] = &[
    &STRINGIFY_NUMERIC,
    &BOOLEAN_NULL_COLLAPSE,
    &NULL_IN_NONNULLABLE,
    &REMOTE_SKIP_NULLS,
    &REMOTE_PRIORITIZE_DATA,
    &REMOTE_PERMISSIONS,
    &INFER_FUNCTION_PERMISSIONS,
    &ENABLE_ALLOWLIST,
    &NAMING,
    &APOLLO_FEDERATION,
    &DISABLE_NATIVE_QUERY_VALIDATION,
    &HEADER_PRECEDENCE,
    &EXPERIMENTAL,
    &BIGQUERY_STRINGS,
    &PLAN_CACHE_SIZE,
    &PERSISTED_QUERIES,
    &PERSISTED_QUERIES_TTL,
    &FLAG_TEST,
    &FLAG_NAMING_2023,
    &CHECKS_PASS_ON_NULL,
];
