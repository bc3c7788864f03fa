//! Whom TLS trusts: the system's certificates, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR`
//! name. Where a system has none at all (a bare container), Mozilla's list stands in.

use crate::error::Untrusted;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

const CHOSEN_BY: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The configuration of TLS towards others.
pub(crate) fn tls() -> Result<ClientConfig, Untrusted> {
    let chosen = CHOSEN_BY
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Untrusted(e.to_string()))?
        .with_root_certificates(roots(chosen)?)
        .with_no_client_auth())
}

fn roots(chosen: bool) -> Result<RootCertStore, Untrusted> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(found.certs);
    if store.is_empty() && chosen {
        let reasons: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        return Err(Untrusted(format!(
            "SSL_CERT_FILE or SSL_CERT_DIR is set, but no certificate was found there {}",
            reasons.join("; ")
        )));
    }
    if store.is_empty() {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    Ok(store)
}
