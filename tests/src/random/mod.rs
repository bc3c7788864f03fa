//! Random schemas, rows, rules and requests, and an evaluator that shares nothing with the engine.
//!
//! * [`world`], [`condition`], [`request`]: plain models, and how they are written as SQL,
//!   metadata and GraphQL.
//! * [`writer`]: values as literals and as variables.
//! * [`worlds`], [`requests`]: random ones, from [`dice`].
//! * [`naive`]: what a role gets, found by walking over rows; [`expected`]: such an answer, with
//!   what it leaves open.
//! * [`trial`]: a request run on PostgreSQL and compared; [`shrinking`]: a smaller one that fails
//!   as well.
//! * [`writes`]: the same for mutations.

pub mod condition;
pub mod dice;
pub mod expected;
pub mod naive;
pub mod request;
pub mod requests;
pub mod shrinking;
pub mod trial;
pub mod world;
pub mod worlds;
pub mod writer;
pub mod writes;
