//! Arguments of commands on the whole document and on the catalogue's state.

use super::{null_on, on};
use crate::parse::parse_object;
use crate::wire::null_default;
use howdah_error::Result;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;

/// `replace_metadata`. The document is not read yet: what version it has and where old ones get
/// their connection from is known to [`crate::Metadata::from_any_version`].
#[derive(Debug, Clone, PartialEq)]
pub enum ReplaceMetadata {
    /// Version 1 of the command: the arguments are the document.
    V1(Value),
    /// Version 2 of the command.
    V2(ReplaceMetadataV2),
}

/// `replace_metadata` version 2.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ReplaceMetadataV2 {
    /// Whether objects may be inconsistent afterwards.
    #[serde(default, deserialize_with = "null_default")]
    pub allow_inconsistent_metadata: bool,
    /// Whether warnings are only warnings.
    #[serde(default = "on", deserialize_with = "null_on")]
    pub allow_warnings: bool,
    /// The document.
    pub metadata: Value,
}

impl ReplaceMetadata {
    /// Reads the arguments of a version of the command. A document within `metadata` is told by that
    /// key, also where the version is not given.
    ///
    /// # Errors
    /// `parse-failed` where they do not fit.
    pub fn from_args(version: u64, args: Value) -> Result<Self> {
        if version == 1 && args.get("metadata").is_none() {
            Ok(ReplaceMetadata::V1(args))
        } else {
            Ok(ReplaceMetadata::V2(parse_object(args)?))
        }
    }
}

/// `reload_metadata`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ReloadMetadata {
    /// Remote schemas to introspect again.
    #[serde(default = "ReloadSpec::all", deserialize_with = "ReloadSpec::or_all")]
    pub reload_remote_schemas: ReloadSpec,
    /// Sources to introspect again.
    #[serde(default = "ReloadSpec::all", deserialize_with = "ReloadSpec::or_all")]
    pub reload_sources: ReloadSpec,
    /// Sources whose event triggers are created again.
    #[serde(default = "ReloadSpec::none", deserialize_with = "ReloadSpec::or_none")]
    pub recreate_event_triggers: ReloadSpec,
    /// Data connectors to ask again what they can do.
    #[serde(default = "ReloadSpec::all", deserialize_with = "ReloadSpec::or_all")]
    pub reload_data_connectors: ReloadSpec,
}

/// All, none, or some by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReloadSpec {
    /// `true` or `false`.
    Every(bool),
    /// Names.
    Some(Vec<String>),
}

impl ReloadSpec {
    fn all() -> Self {
        ReloadSpec::Every(true)
    }

    fn none() -> Self {
        ReloadSpec::Every(false)
    }

    fn or_all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or_else(ReloadSpec::all))
    }

    fn or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or_else(ReloadSpec::none))
    }

    /// The names that are given.
    pub fn names(&self) -> &[String] {
        match self {
            ReloadSpec::Every(_) => &[],
            ReloadSpec::Some(names) => names,
        }
    }

    /// Whether the object of that name is meant.
    pub fn includes(&self, name: &str) -> bool {
        match self {
            ReloadSpec::Every(all) => *all,
            ReloadSpec::Some(names) => names.iter().any(|listed| listed == name),
        }
    }
}

impl<'de> Deserialize<'de> for ReloadSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpecVisitor;

        impl<'de> Visitor<'de> for SpecVisitor {
            type Value = ReloadSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean or a list of names")
            }

            fn visit_bool<E: de::Error>(self, all: bool) -> Result<ReloadSpec, E> {
                Ok(ReloadSpec::Every(all))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<ReloadSpec, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(seq)).map(ReloadSpec::Some)
            }
        }

        deserializer.deserialize_any(SpecVisitor)
    }
}

/// `set_catalog_state`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SetCatalogState {
    /// Whose state.
    #[serde(rename = "type")]
    pub kind: CatalogStateKind,
    /// The state, unknown to the server.
    pub state: Value,
}

/// Whose state the catalogue keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CatalogStateKind {
    /// The command line tool's: which migrations are applied.
    Cli,
    /// The console's.
    Console,
}
