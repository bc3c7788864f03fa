//! The engine: one state of metadata and databases, requests that run against it, and changes that
//! replace it.
//!
//! * [`Engine`]: starts, holds the state, stops. [`EngineOptions`]: what it is started with.
//! * `state`, `building`, `untouched`, `reading`, `connecting`: from metadata to pools, catalogues and a snapshot.
//! * `graphql`, `plans`, `body`, `mutations`, `explain`, `session_use`: GraphQL operations.
//! * `explaining`: why a role sees a row or does not.
//! * `live`: subscriptions.
//! * `commands`: the metadata and query APIs; `dependencies`, `difference`: what a change touches.
//! * `sync`: following the changes of other instances. `availability`: sources that go and come back.
//! * `behind`: databases to be read again after SQL. `patience`: how long a silent one is waited for.
//!
//! A request takes the state once and keeps it; a change makes a new state beside it and swaps.
//! This crate knows neither HTTP nor the text of SQL.

mod availability;
mod behind;
mod body;
mod building;
mod commands;
mod connecting;
mod dependencies;
mod difference;
mod engine;
mod exclusive;
mod explain;
mod explaining;
mod graphql;
mod live;
mod mutations;
mod options;
mod patience;
mod plans;
mod reading;
mod reading_natives;
mod session_use;
mod state;
mod sync;
mod untouched;

pub use availability::Event;
pub use engine::{Engine, Health};
pub use exclusive::Exclusive;
pub use graphql::{AnswerStream, GraphqlAnswer, GraphqlRequest, Observation};
pub use howdah_metadata::{Part, PartKind};
pub use live::{
    BatchReport, LiveCounts, LiveEvent, LiveOptions, Observer, PollReport, Sink, Subject,
    SubscriptionHandle, SubscriptionKind, Trigger, Triggers,
};
pub use mutations::{Judgement, JudgementObserver};
pub use options::{EngineOptions, SourceDefaults, WebhookOptions};
pub use patience::Patience;
