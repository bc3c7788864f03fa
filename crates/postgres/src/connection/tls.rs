//! A TLS policy as a rustls configuration.

use super::target::{KeyPassword, Pem, Roots, SslMode, TlsPolicy};
use super::verification::{Depth, Verifier};
use pkcs8::{EncryptedPrivateKeyInfo, SecretDocument};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer, PrivatePkcs8KeyDer,
};
use std::borrow::Cow;
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
                    private_key(key, self.key_password.as_ref()).map_err(TlsProblem::Key)?,
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

/// The key that a password protects, without what may stand around it.
fn protected_part(text: &str) -> Option<&str> {
    const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";
    let from = &text[text.find("-----BEGIN ENCRYPTED PRIVATE KEY-----")?..];
    Some(&from[..from.find(END)? + END.len()])
}

/// Plain keys of all kinds, and those in PKCS #8 that a password protects.
fn private_key(
    pem: &Pem,
    password: Option<&KeyPassword>,
) -> Result<PrivateKeyDer<'static>, String> {
    let problem = |text: &str| {
        format!(
            "could not load the private key from {}: {text}",
            origin(pem)
        )
    };
    let text = match pem {
        Pem::File(path) => {
            Cow::Owned(std::fs::read_to_string(path).map_err(|e| problem(&e.to_string()))?)
        }
        Pem::Text(text) => Cow::Borrowed(&**text),
    };
    if text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(problem(
            "it is protected in an outdated form (convert it with: openssl pkcs8 -topk8)",
        ));
    }
    let Some(protected) = protected_part(&text) else {
        return PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|e| problem(&e.to_string()));
    };
    let Some(KeyPassword(password)) = password else {
        return Err(problem("it has a password, and sslpassword is not given"));
    };
    let (_, protected) =
        SecretDocument::from_pem(protected).map_err(|e| problem(&e.to_string()))?;
    let key = EncryptedPrivateKeyInfo::try_from(protected.as_bytes())
        .and_then(|protected| protected.decrypt(password))
        .map_err(|_| problem("sslpassword does not fit"))?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Made for this test; its password is "tiger".
    const PROTECTED: &str = "Bag Attributes
    friendlyName: client
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjD6ZwOhtS7lQICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECOrva6ckz2KYB5LnlK1wbIEgZCz
vrvpBtp6tZCun2ZNGYyqVzFmaWImTknBBRz8EKnsLKmRsrg4cak6V80CmhmTB5kz
b0kX+W+9cgZAWaTdHF2K5Xj/PatU7MtRzupiXQoc9a5gxKgV/cbsCEbzmCzF0Lng
YvmUzqslVqm4QARXIoKHwUi+CzKNDmxtkqxOvgOVw/s1KYv+gGO65hN+sRerOoo=
-----END ENCRYPTED PRIVATE KEY-----
";

    fn key(password: Option<&str>) -> Result<PrivateKeyDer<'static>, String> {
        let password = password.map(|password| KeyPassword(password.to_owned()));
        private_key(&Pem::Text(PROTECTED.to_owned()), password.as_ref())
    }

    #[test]
    fn keys_with_a_password_are_opened_with_it() {
        let found = key(Some("tiger")).unwrap();
        assert!(rustls::crypto::ring::sign::any_supported_type(&found).is_ok());
        assert!(key(Some("lion")).unwrap_err().contains("does not fit"));
        assert!(key(None).unwrap_err().contains("is not given"));
    }

    #[test]
    fn what_is_no_key_is_told() {
        for text in [
            "",
            "junk",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
        ] {
            let password = KeyPassword("s3cret".to_owned());
            let text = private_key(&Pem::Text(text.to_owned()), Some(&password)).unwrap_err();
            assert!(text.starts_with("could not load the private key"), "{text}");
            assert!(!text.contains("s3cret"), "{text}");
        }
    }
}
