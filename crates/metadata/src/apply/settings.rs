//! Commands on settings of the whole document and of single sources that nothing depends on.

use super::source_mut;
use crate::commands::{
    AddHostToTlsAllowlist, DropHostFromTlsAllowlist, SetMetricsConfig, SetQueryTags,
};
use crate::document::Metadata;
use crate::export::to_value;
use crate::network::TlsAllow;
use crate::object::MetadataObject;
use crate::wire::Extra;
use howdah_error::{Code, Error, Result};

/// Trusts a host's certificate.
///
/// # Errors
/// `bad-request` for an empty host, `already-exists`.
pub fn add_host_to_tls_allowlist(
    metadata: &mut Metadata,
    args: &AddHostToTlsAllowlist,
) -> Result<()> {
    if args.host.is_empty() {
        return Err(Error::new(Code::BadRequest, "key \"host\" cannot be empty"));
    }
    let list = &mut metadata.network.tls_allowlist;
    if list
        .iter()
        .any(|entry| entry.host == args.host && entry.suffix == args.suffix)
    {
        return Err(Error::already_exists(format!(
            "the host {} already exists in the allowlist",
            spelled(&args.host, args.suffix.as_deref())
        )));
    }
    list.push(TlsAllow {
        host: args.host.clone(),
        suffix: args.suffix.clone(),
        permissions: args.permissions.clone(),
        extra: Extra::default(),
    });
    Ok(())
}

/// Trusts a host's certificate no longer.
///
/// # Errors
/// `bad-request` for an empty host, `not-exists`.
pub fn drop_host_from_tls_allowlist(
    metadata: &mut Metadata,
    args: &DropHostFromTlsAllowlist,
) -> Result<()> {
    if args.host.is_empty() {
        return Err(Error::new(Code::BadRequest, "hostname cannot be empty"));
    }
    let list = &mut metadata.network.tls_allowlist;
    let before = list.len();
    list.retain(|entry| entry.host != args.host || entry.suffix != args.suffix);
    if list.len() == before {
        return Err(Error::not_exists(format!(
            "the host {} isn't present in the allowlist",
            spelled(&args.host, args.suffix.as_deref())
        )));
    }
    Ok(())
}

fn spelled(host: &str, suffix: Option<&str>) -> String {
    match suffix {
        Some(suffix) => format!("{host:?} with suffix {suffix:?}"),
        None => format!("{host:?}"),
    }
}

/// Stores what metrics may say.
pub fn set_metrics_config(metadata: &mut Metadata, args: &SetMetricsConfig) {
    metadata.metrics_config = Some(to_value(args));
}

/// Stores a source's query tags.
///
/// # Errors
/// `not-exists`.
pub fn set_query_tags(metadata: &mut Metadata, args: &SetQueryTags) -> Result<MetadataObject> {
    let source = source_mut(metadata, &args.source_name)?;
    source.query_tags = Some(to_value(&args.tags));
    Ok(MetadataObject::Source(args.source_name.clone()))
}
