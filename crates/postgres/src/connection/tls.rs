//! A TLS policy as a rustls configuration.

use super::target::{Pem, Roots, SslMode, TlsPolicy};
use super::verification::{Depth, Verifier};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Which part of the TLS material is at fault; they are reported under texts of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TlsProblem {
    Root(String),
    Certificate(String),
    Key(String),
}

impl TlsPolicy {
    /// The connector; `None` when TLS is off.
    pub(super) fn connector(&self) -> Result<Option<MakeRustlsConnect>, TlsProblem> {
        if self.mode == SslMode::Disable {
            return Ok(None);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = self.verifier(&provider)?;
        let versions: &[&SupportedProtocolVersion] = match (self.only_tls12, self.only_tls13) {
            (true, _) => &[&rustls::version::TLS12],
            (_, true) => &[&rustls::version::TLS13],
            _ => rustls::ALL_VERSIONS,
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(|e| TlsProblem::Root(e.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &self.client {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(
                    certificates(certificate).map_err(TlsProblem::Certificate)?,
                    private_key(key).map_err(TlsProblem::Key)?,
                )
                .map_err(|e| TlsProblem::Key(e.to_string()))?,
        };
        config.enable_sni = self.server_name_indication;
        if self.direct {
            config.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(Some(MakeRustlsConnect::new(config)))
    }

    fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Verifier, TlsProblem> {
        let depth = match (self.mode, &self.roots) {
            (SslMode::VerifyFull, _) => Depth::ChainAndName,
            (SslMode::VerifyCa, _) => Depth::Chain,
            // libpq: with a root certificate at hand, require means verify-ca.
            (SslMode::Require, Some(Roots::Pem(Pem::Text(_)))) => Depth::Chain,
            (SslMode::Require, Some(Roots::Pem(Pem::File(path)))) if path.exists() => Depth::Chain,
            _ => return Ok(Verifier::nothing(provider)),
        };
        let trusted = match &self.roots {
            Some(Roots::System) => rustls_native_certs::load_native_certs().certs,
            Some(Roots::Pem(pem)) => certificates(pem).map_err(TlsProblem::Root)?,
            None => {
                return Err(TlsProblem::Root(
                    "root certificate file \"~/.postgresql/root.crt\" does not exist; either \
                     provide the file, use the system's trusted roots with sslrootcert=system, \
                     or change sslmode to disable server certificate verification"
                        .to_owned(),
                ));
            }
        };
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(trusted.iter().cloned());
        let mut builder =
            WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone());
        if let Some(path) = &self.revocation_list {
            builder = builder.with_crls(revocation_lists(path).map_err(TlsProblem::Root)?);
        }
        let chain = builder
            .build()
            .map_err(|e| TlsProblem::Root(format!("no usable root certificate: {e}")))?;
        Ok(Verifier::new(depth, chain, trusted, provider))
    }
}

fn certificates(pem: &Pem) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = match pem {
        Pem::File(path) => CertificateDer::pem_file_iter(path)
            .map_err(|e| unreadable(path, &e))?
            .collect(),
        Pem::Text(text) => CertificateDer::pem_slice_iter(text.as_bytes()).collect(),
    };
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(format!("no certificate in {}", origin(pem))),
        Err(e) => Err(format!("could not read {}: {e}", origin(pem))),
    }
}

fn private_key(pem: &Pem) -> Result<PrivateKeyDer<'static>, String> {
    let found = match pem {
        Pem::File(path) => PrivateKeyDer::from_pem_file(path),
        Pem::Text(text) => PrivateKeyDer::from_pem_slice(text.as_bytes()),
    };
    found.map_err(|e| {
        format!(
            "could not load the private key from {}: {e} (a key with a password must be decrypted \
             first: openssl pkey)",
            origin(pem)
        )
    })
}

fn revocation_lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    CertificateRevocationListDer::pem_file_iter(path)
        .and_then(|lists| lists.collect())
        .map_err(|e| unreadable(path, &e))
}

fn unreadable(path: &Path, error: &rustls_pki_types::pem::Error) -> String {
    format!("could not read \"{}\": {error}", path.display())
}

fn origin(pem: &Pem) -> String {
    match pem {
        Pem::File(path) => format!("\"{}\"", path.display()),
        Pem::Text(_) => "the given text".to_owned(),
    }
}
