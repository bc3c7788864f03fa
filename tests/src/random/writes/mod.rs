//! Random rules for writing and random mutations.
//!
//! * [`rules`]: worlds with rights to write, as data and as metadata. [`worlds`]: random ones.
//! * [`mutation`]: mutations, written as GraphQL. [`inventor`]: random ones of a role.
//! * [`naive`]: what a mutation answers and leaves behind, found by walking over rows; `inserts`: of inserts.
//! * [`trial`]: a mutation run by an engine; its answer and the rows afterwards are compared.

mod inserts;
pub mod inventor;
pub mod mutation;
pub mod naive;
pub mod rules;
pub mod trial;
pub mod worlds;
