//! The engine over a real PostgreSQL: metadata changes, what they refuse, and queries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod as_before;
mod availability;
mod careful;
mod changes;
mod collections;
mod dependencies;
mod dump;
mod explaining;
mod hostile;
mod incremental;
mod instances;
mod live_oracle;
mod mutations;
mod namespaces;
mod native_faults;
mod natives;
mod own_models;
mod queries;
mod query_plans;
mod refusals;
mod rules;
mod sources;
mod sql;
mod stored_queries;
mod subscriptions;
mod support;
mod unfit;
mod validation;
mod values;
mod wordings;
