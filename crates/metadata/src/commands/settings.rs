//! Arguments of commands on settings of the whole document and of single sources that nothing else
//! depends on.

use crate::network::TlsPermission;
use serde::{Deserialize, Serialize};

/// `add_host_to_tls_allowlist`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AddHostToTlsAllowlist {
    /// The host name.
    pub host: String,
    /// A port, or another suffix of the service's identity.
    #[serde(default)]
    pub suffix: Option<String>,
    /// What is permitted.
    #[serde(default)]
    pub permissions: Option<Vec<TlsPermission>>,
}

/// `drop_host_from_tls_allowlist`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropHostFromTlsAllowlist {
    /// The host name.
    pub host: String,
    /// The suffix it was added with.
    #[serde(default)]
    pub suffix: Option<String>,
}

/// `set_metrics_config`: what metrics may say of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMetricsConfig {
    /// Whether values of variables are looked at.
    pub analyze_query_variables: bool,
    /// Whether answers are looked at.
    pub analyze_response_body: bool,
}

/// `set_query_tags`: comments that SQL carries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SetQueryTags {
    /// Which source.
    pub source_name: String,
    /// The tags' settings.
    #[serde(flatten)]
    pub tags: QueryTags,
}

/// Settings of query tags; what is absent has its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryTags {
    /// Switches them off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// How they are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<QueryTagsFormat>,
    /// Leaves the request's id out, so that statements of one kind are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omit_request_id: Option<bool>,
}

/// How query tags are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueryTagsFormat {
    /// `key=value, …`
    Standard,
    /// The form of sqlcommenter.
    SqlCommenter,
}
