//! The answer cache and the store of rate limits. None of these is active yet: they are
//! checked and reported. (Rate limits themselves are metadata, not settings.)

use crate::config::secret::Secret;
use crate::config::setting::{AnySetting, Edition, Setting, Status};
use crate::config::value;
use std::path::PathBuf;
use std::time::Duration;

/// `--redis-url`.
pub static REDIS_URL: Setting<Secret> = Setting::new(value::secret, "URL")
    .edition(Edition::Enterprise)
    .secret()
    .flag("redis-url")
    .variables(&["HASURA_GRAPHQL_REDIS_URL"])
    .without("none")
    .status(Status::Later)
    .meaning("Store of the answer cache");

/// `--rate-limit-redis-url`.
pub static RATE_LIMIT_REDIS_URL: Setting<Secret> = Setting::new(value::secret, "URL")
    .edition(Edition::Enterprise)
    .secret()
    .flag("rate-limit-redis-url")
    .variables(&["HASURA_GRAPHQL_RATE_LIMIT_REDIS_URL"])
    .without("none")
    .status(Status::Later)
    .meaning("Store of rate limits");

/// `HASURA_GRAPHQL_REDIS_USE_TLS`.
pub static REDIS_TLS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .edition(Edition::Enterprise)
    .variables(&["HASURA_GRAPHQL_REDIS_USE_TLS"])
    .default("false")
    .status(Status::Later)
    .meaning("Speak TLS with the cache store");

/// `--rate-limit-redis-use-tls`.
pub static RATE_LIMIT_REDIS_TLS: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .edition(Edition::Enterprise)
    .flag("rate-limit-redis-use-tls")
    .variables(&["HASURA_GRAPHQL_RATE_LIMIT_REDIS_USE_TLS"])
    .default("false")
    .status(Status::Later)
    .meaning("Speak TLS with the store of rate limits");

/// `--redis-tls-hostname`.
pub static REDIS_TLS_HOST: Setting<String> = Setting::new(value::text, "NAME")
    .edition(Edition::Enterprise)
    .flag("redis-tls-hostname")
    .variables(&["HASURA_GRAPHQL_REDIS_TLS_HOSTNAME"])
    .without("none")
    .status(Status::Later)
    .meaning("Server name for TLS with the cache store");

/// `--rate-limit-redis-tls-hostname`.
pub static RATE_LIMIT_REDIS_TLS_HOST: Setting<String> = Setting::new(value::text, "NAME")
    .edition(Edition::Enterprise)
    .flag("rate-limit-redis-tls-hostname")
    .variables(&["HASURA_GRAPHQL_RATE_LIMIT_REDIS_TLS_HOSTNAME"])
    .without("none")
    .status(Status::Later)
    .meaning("Server name for TLS with the store of rate limits");

/// `--redis-tls-shared-ca-store-path`.
pub static REDIS_TLS_CA: Setting<PathBuf> = Setting::new(value::path, "FILE")
    .edition(Edition::Enterprise)
    .flag("redis-tls-shared-ca-store-path")
    .variables(&["HASURA_GRAPHQL_REDIS_TLS_SHARED_CA_STORE_PATH"])
    .without("the system's")
    .status(Status::Later)
    .meaning("File of certificate authorities for both stores");

/// `HASURA_GRAPHQL_REDIS_TIMEOUT`.
pub static REDIS_TIMEOUT: Setting<Duration> = Setting::new(value::seconds, "SECONDS")
    .edition(Edition::Enterprise)
    .variables(&["HASURA_GRAPHQL_REDIS_TIMEOUT"])
    .without("none")
    .status(Status::Later)
    .meaning("Seconds to wait for a store");

/// `--redis-no-fail-on-startup`.
pub static REDIS_NO_FAIL: Setting<bool> = Setting::new(value::boolean, "BOOL")
    .edition(Edition::Enterprise)
    .flag("redis-no-fail-on-startup")
    .variables(&["HASURA_GRAPHQL_REDIS_NO_FAIL_ON_STARTUP"])
    .default("false")
    .status(Status::Later)
    .meaning("Start without the cache when its store is away");

/// `--caching-redis-pool-size`.
pub static REDIS_POOL: Setting<u64> = Setting::new(value::positive, "NUMBER")
    .edition(Edition::Enterprise)
    .flag("caching-redis-pool-size")
    .variables(&["HASURA_GRAPHQL_CACHING_REDIS_POOL_SIZE"])
    .default("500")
    .status(Status::Later)
    .meaning("Connections to the cache store");

/// `--rate-limit-redis-pool-size`.
pub static RATE_LIMIT_REDIS_POOL: Setting<u64> = Setting::new(value::positive, "NUMBER")
    .edition(Edition::Enterprise)
    .flag("rate-limit-redis-pool-size")
    .variables(&["HASURA_GRAPHQL_RATE_LIMIT_REDIS_POOL_SIZE"])
    .default("500")
    .status(Status::Later)
    .meaning("Connections to the store of rate limits");

/// `--query-cache-max-ttl`.
pub static CACHE_TTL: Setting<Duration> = Setting::new(value::seconds, "SECONDS")
    .edition(Edition::Enterprise)
    .flag("query-cache-max-ttl")
    .variables(&["HASURA_GRAPHQL_CACHE_MAX_ENTRY_TTL"])
    .default("3600")
    .status(Status::Later)
    .meaning("Most seconds that an answer is cached");

/// `--query-cache-max-entry-size`.
pub static CACHE_ENTRY_SIZE: Setting<u64> = Setting::new(value::count, "MEGABYTES")
    .edition(Edition::Enterprise)
    .flag("query-cache-max-entry-size")
    .variables(&["HASURA_GRAPHQL_CACHE_MAX_ENTRY_SIZE"])
    .default("1000")
    .status(Status::Later)
    .meaning("Largest cached answer in MB");

/// `--query-cache-bucket-rate`.
pub static CACHE_BUCKET_RATE: Setting<u64> = Setting::new(value::count, "BYTES")
    .edition(Edition::Enterprise)
    .flag("query-cache-bucket-rate")
    .variables(&["HASURA_GRAPHQL_CACHE_BUCKET_RATE"])
    .default("10000000")
    .status(Status::Later)
    .meaning("Bytes per second that may enter the cache");

/// `--query-cache-bucket-size`.
pub static CACHE_BUCKET_SIZE: Setting<u64> = Setting::new(value::count, "BYTES")
    .edition(Edition::Enterprise)
    .flag("query-cache-bucket-size")
    .variables(&["HASURA_GRAPHQL_CACHE_BUCKET_SIZE"])
    .default("1000000000")
    .status(Status::Later)
    .meaning("Bytes that may enter the cache at once");

/// `--max-cache-size`.
pub static MAX_CACHE_SIZE: Setting<u64> = Setting::new(value::count, "MEGABYTES")
    .edition(Edition::Enterprise)
    .flag("max-cache-size")
    .variables(&["HASURA_GRAPHQL_MAX_CACHE_SIZE"])
    .default("1")
    .status(Status::Later)
    .meaning("MB of the old local cache");

/// Every setting of this file, in the order of the documentation.
pub static ALL: &[&dyn AnySetting] = &[
    &REDIS_URL,
    &RATE_LIMIT_REDIS_URL,
    &REDIS_TLS,
    &RATE_LIMIT_REDIS_TLS,
    &REDIS_TLS_HOST,
    &RATE_LIMIT_REDIS_TLS_HOST,
    &REDIS_TLS_CA,
    &REDIS_TIMEOUT,
    &REDIS_NO_FAIL,
    &REDIS_POOL,
    &RATE_LIMIT_REDIS_POOL,
    &CACHE_TTL,
    &CACHE_ENTRY_SIZE,
    &CACHE_BUCKET_RATE,
    &CACHE_BUCKET_SIZE,
    &MAX_CACHE_SIZE,
];
