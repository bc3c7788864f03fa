//! From a snapshot of metadata and catalogues to what each role may ask, and from GraphQL text to IR.
//!
//! * [`model`]: the resolved snapshot; [`resolve`] makes it.
//! * [`rules`]: permission expressions. [`rule_tree`]: the same in parts, to be explained.
//! * [`types`]: the types of a role, computed on demand.
//! * [`document`]: the parsed request. [`allow_list`], `stored_queries`: those of collections.
//! * [`rql`]: the legacy JSON data operations.
//!
//! This crate does no I/O and knows no SQL.

pub mod allow_list;
pub mod document;
mod geojson;
mod introspection;
mod json_value;
pub mod lower;
pub mod model;
pub mod naming;
pub mod resolve;
pub mod rql;
pub mod rule_tree;
pub mod rules;
mod stored_queries;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;
mod type_text;
pub mod types;
