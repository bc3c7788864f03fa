//! The version this server answers with. It names the level of compatibility first, so that
//! tools that compare versions keep working.

/// What `GET /v1/version` answers and the last word of `howdah version`.
pub const VERSION: &str = concat!("v2.48.0-howdah.", env!("CARGO_PKG_VERSION"));
