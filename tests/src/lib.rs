//! The harness of the tests that need all parts together: a database, metadata on it, requests.
//!
//! * [`project`]: a throwaway database with metadata resolved against it.
//! * [`ask`]: a GraphQL request on its way from text to answer.
//! * [`golden`]: folders of requests with recorded SQL and answers.
//! * [`sdl`], [`oracle`]: a role's schema, judged by an independent implementation.
//! * [`random`]: random schemas, rules and requests, and an evaluator that shares nothing with
//!   the engine.
//!
//! For tests only: everything here panics when it cannot do its work.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod ask;
pub mod golden;
pub mod oracle;
pub mod project;
pub mod random;
pub mod sdl;
