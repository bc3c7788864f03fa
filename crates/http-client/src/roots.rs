//! Whom TLS trusts: the system's certificates, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR`
//! name. Where a system has none at all (a bare container), Mozilla's list stands in.

use crate::error::Untrusted;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use std::sync::Arc;

const CHOSEN_BY: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Whom TLS trusts besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// PEM text with certificates of further authorities.
    pub authorities: Option<Vec<u8>>,
    /// Whether anybody is trusted, whatever the certificate says: for a person's own servers.
    pub anybody: bool,
}

/// The configuration of TLS towards others.
pub(crate) fn tls(trust: &Trust) -> Result<ClientConfig, Untrusted> {
    let chosen = CHOSEN_BY
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| Untrusted(e.to_string()))?;
    if trust.anybody {
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
            .with_no_client_auth());
    }
    let mut roots = roots(chosen)?;
    let Some(pem) = &trust.authorities else {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    };
    let mut named = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|e| Untrusted(e.to_string()))?;
        roots
            .add(certificate.clone())
            .map_err(|e| Untrusted(e.to_string()))?;
        named.push(certificate);
    }
    if named.is_empty() {
        return Err(Untrusted("the file holds no certificate".into()));
    }
    let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|e| Untrusted(e.to_string()))?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Named { usual, named }))
        .with_no_client_auth())
}

/// Judges as usual, but also takes the certificates that a person named themselves: a server may
/// show the very certificate of an authority, as those that people make for their own servers are.
#[derive(Debug)]
struct Named {
    usual: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Named {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        revoked: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let judged = self
            .usual
            .verify_server_cert(certificate, others, name, revoked, now);
        // Wrong times and names have errors of their own; this one is about the kind of
        // certificate, and the times were looked at before.
        let is_of_a_kind = matches!(
            judged,
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(
                _
            )))
        );
        if is_of_a_kind && self.named.iter().any(|named| named == certificate) {
            verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
            return Ok(ServerCertVerified::assertion());
        }
        judged
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Takes every certificate, but has the other side prove that it holds the key.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
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
