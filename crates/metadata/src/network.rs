//! Hosts whose self-signed certificates are accepted.

use crate::wire::{Extra, null_default};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Settings of outgoing connections.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Network {
    /// Hosts with trusted certificates.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tls_allowlist: Vec<TlsAllow>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One trusted host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TlsAllow {
    /// The host name.
    pub host: String,
    /// A port, or another suffix of the service's identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// What is permitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<TlsPermission>>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What is permitted to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TlsPermission {
    /// A certificate that nobody vouches for.
    #[serde(rename = "self-signed")]
    SelfSigned,
}

impl<'de> Deserialize<'de> for TlsPermission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "self-signed" => Ok(TlsPermission::SelfSigned),
            _ => Err(D::Error::custom(
                "expecting \"self-signed\" for permissions",
            )),
        }
    }
}
