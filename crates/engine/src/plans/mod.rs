//! Plans of operations, compiled once and run with other variables.
//!
//! A plan depends on the snapshot, the role, whether backend-only mutations are open, the
//! operation's name, its text, and the values of its *shape variables* (those that change the form
//! of the SQL). The cache lives in the [`State`](crate::state::State) of one snapshot, so that a plan
//! never outlives the metadata it was made from; the rest is the key, of two levels: text → shapes
//! seen → values of shape variables, verbatim → plan. Scalars and session variables are in no key:
//! they are parameters.
//!
//! A wrong key would run another role's SQL: `tests/tests/plans.rs` compares cached and uncached
//! answers over random operations, variables, roles and metadata changes.

mod cache;
mod plan;
mod shape;

pub(crate) use cache::{Asked, Found, PlanCache};
pub(crate) use plan::{Piece, Plan, Step, pieces};
