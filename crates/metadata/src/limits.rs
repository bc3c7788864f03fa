//! Limits on requests, global and per role. Only their form: enforcing them is for others.

use crate::wire::{Extra, null_default};
use indexmap::IndexMap;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value};

/// All limits of the document.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ApiLimits {
    /// Switches every limit off.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub disabled: bool,
    /// Requests per minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<Limit<RateLimit>>,
    /// Nesting of an operation, in levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth_limit: Option<Limit<u64>>,
    /// Fields of an operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_limit: Option<Limit<u64>>,
    /// Time of an operation, in seconds or parts of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Limit<Number>>,
    /// Operations of a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_limit: Option<Limit<u64>>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A limit with exceptions for roles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limit<T> {
    /// For every role without an own limit.
    pub global: T,
    /// For single roles.
    #[serde(default = "IndexMap::new", skip_serializing_if = "IndexMap::is_empty")]
    pub per_role: IndexMap<String, T>,
}

/// How often somebody may ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RateLimit {
    /// Requests per minute.
    pub max_reqs_per_min: u64,
    /// What makes one requester: `"IP"` or session variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_params: Option<UniqueParams>,
}

/// What tells requesters apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum UniqueParams {
    /// Their address.
    Ip(Address),
    /// The values of session variables.
    SessionVariables(Vec<String>),
}

/// The word for the address of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Address {
    /// `IP`
    #[serde(rename = "IP")]
    Ip,
}

impl<'de> Deserialize<'de> for UniqueParams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = match Value::deserialize(deserializer)? {
            Value::String(word) if word.eq_ignore_ascii_case("ip") => {
                Some(UniqueParams::Ip(Address::Ip))
            }
            Value::Array(names) => {
                let names = names.into_iter().map(variable);
                let names: Option<Vec<String>> = names.collect();
                names.map(UniqueParams::SessionVariables)
            }
            _ => None,
        };
        found.ok_or_else(|| {
            D::Error::custom(
                "Not a valid value. Should be either: 'IP' or a list of Hasura session variables",
            )
        })
    }
}

/// The name of a session variable that tells requesters apart, which the role does not.
fn variable(name: Value) -> Option<String> {
    let Value::String(name) = name else {
        return None;
    };
    let is_variable = name.to_ascii_lowercase().starts_with("x-hasura-");
    (is_variable && name != "x-hasura-role").then_some(name)
}
