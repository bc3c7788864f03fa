//! Hosts whose self-signed certificates are accepted.

use crate::wire::{Extra, null_default};
use serde::{Deserialize, Serialize};

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
    /// What is permitted: `self-signed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}
