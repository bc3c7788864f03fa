//! Subscriptions: live queries, whose results are sent when they change, and streams, whose rows
//! are sent batch by batch.
//!
//! Subscribers who differ only by values share one statement, and one run of it answers many of
//! them:
//!
//! * [`plan`]: from a request to a statement for batches and the values of this subscriber.
//! * [`poller`]: all subscribers of one statement. It runs when its [`trigger`] says so.
//! * [`cohorts`]: within a poller, subscribers with equal values get equal results: who is to be
//!   asked for, who is told what. Pure.
//! * [`running`]: one batch against the database; a bad value fails its own cohort only.
//! * [`registry`]: finds the poller for a plan; joins, leaves, moves when the metadata changes.
//! * [`report`]: figures for logs, metrics and the developer API.
//!
//! A newcomer is polled for at once, in a batch of newcomers, and counts as subscribed when that
//! has worked: values that do not fit are refused there and never reach the batches of others. Of a
//! cohort at most one statement runs at any time, so that no result can overtake a newer one.

mod answer;
mod cohorts;
mod explain;
mod moving;
mod options;
mod plan;
mod poller;
mod registry;
mod report;
mod running;
mod sink;
mod trigger;

pub use options::LiveOptions;
pub use registry::SubscriptionHandle;
pub use report::{BatchReport, LiveCounts, Observer, PollReport};
pub use sink::{LiveEvent, Sink, SubscriptionKind};
pub use trigger::{Subject, Trigger, Triggers};

pub(crate) use registry::Live;
