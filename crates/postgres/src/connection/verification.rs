//! How much of the server's certificate is checked: nothing, the chain, or the chain and the
//! host name, each with libpq's meaning where rustls alone would be stricter.

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::Arc;
use x509_cert::Certificate;
use x509_cert::der::asn1::{Ia5StringRef, PrintableStringRef, Utf8StringRef};
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::SubjectAltName;

/// What must be right about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Chain,
    ChainAndName,
}

/// The check, as rustls calls it.
#[derive(Debug)]
pub(super) struct Verifier {
    check: Option<Check>,
    algorithms: WebPkiSupportedAlgorithms,
}

#[derive(Debug)]
struct Check {
    depth: Depth,
    chain: Arc<WebPkiServerVerifier>,
    trusted: Vec<CertificateDer<'static>>,
}

impl Verifier {
    /// `allow`, `prefer`, `require`: encryption without knowing with whom.
    pub(super) fn nothing(provider: &CryptoProvider) -> Self {
        Verifier {
            check: None,
            algorithms: provider.signature_verification_algorithms,
        }
    }

    /// `verify-ca` and `verify-full`; `trusted` are the certificates `chain` is rooted in.
    pub(super) fn new(
        depth: Depth,
        chain: Arc<WebPkiServerVerifier>,
        trusted: Vec<CertificateDer<'static>>,
        provider: &CryptoProvider,
    ) -> Self {
        Verifier {
            check: Some(Check {
                depth,
                chain,
                trusted,
            }),
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(check) = &self.check else {
            return Ok(ServerCertVerified::assertion());
        };
        let found = check
            .chain
            .verify_server_cert(certificate, intermediates, name, ocsp, now);
        let name_is_wrong = match found {
            Ok(valid) => return Ok(valid),
            // The chain is checked before the name, so that this says the chain is good.
            Err(
                e @ Error::InvalidCertificate(
                    CertificateError::NotValidForName
                    | CertificateError::NotValidForNameContext { .. },
                ),
            ) => e,
            Err(
                e @ Error::InvalidCertificate(
                    CertificateError::Revoked | CertificateError::UnknownRevocationStatus,
                ),
            ) => return Err(e),
            // A self-signed certificate that is itself trusted; webpki has no such notion.
            Err(e) => match check
                .trusted
                .iter()
                .any(|t| t.as_ref() == certificate.as_ref())
            {
                true if is_current(certificate, now) => {
                    Error::InvalidCertificate(CertificateError::NotValidForName)
                }
                _ => return Err(e),
            },
        };
        match check.depth {
            Depth::Chain => Ok(ServerCertVerified::assertion()),
            Depth::ChainAndName if is_named(certificate, name) => {
                Ok(ServerCertVerified::assertion())
            }
            Depth::ChainAndName => Err(name_is_wrong),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.check {
            // Nobody's certificate needs no proof of its key, and old servers have some that
            // rustls cannot read.
            None => Ok(HandshakeSignatureValid::assertion()),
            Some(_) => verify_tls12_signature(message, certificate, signature, &self.algorithms),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.check {
            None => Ok(HandshakeSignatureValid::assertion()),
            Some(_) => verify_tls13_signature(message, certificate, signature, &self.algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn is_current(certificate: &CertificateDer<'_>, now: UnixTime) -> bool {
    Certificate::from_der(certificate.as_ref()).is_ok_and(|c| {
        let validity = c.tbs_certificate.validity;
        let seconds = |t: x509_cert::time::Time| t.to_unix_duration().as_secs();
        (seconds(validity.not_before)..=seconds(validity.not_after)).contains(&now.as_secs())
    })
}

/// Whether a certificate is for this host: by its alternative names if rustls can read it, else
/// by the common name if there are no alternative names at all, as libpq has it.
fn is_named(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> bool {
    let by_alternative_name = rustls::server::ParsedCertificate::try_from(certificate)
        .is_ok_and(|parsed| rustls::client::verify_server_name(&parsed, name).is_ok());
    by_alternative_name || has_common_name(certificate, name)
}

fn has_common_name(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> bool {
    let ServerName::DnsName(host) = name else {
        return false;
    };
    let Ok(certificate) = Certificate::from_der(certificate.as_ref()) else {
        return false;
    };
    let certificate = certificate.tbs_certificate;
    let has_alternative_names = certificate
        .extensions
        .iter()
        .flatten()
        .any(|e| e.extn_id == SubjectAltName::OID);
    if has_alternative_names {
        return false;
    }
    let names = certificate.subject.0.iter().flat_map(|set| set.0.iter());
    names.filter(|part| part.oid == COMMON_NAME).any(|part| {
        let Ok(der) = part.value.to_der() else {
            return false;
        };
        let text = Utf8StringRef::from_der(&der)
            .map(|s| s.as_str().to_owned())
            .or_else(|_| PrintableStringRef::from_der(&der).map(|s| s.as_str().to_owned()))
            .or_else(|_| Ia5StringRef::from_der(&der).map(|s| s.as_str().to_owned()));
        text.is_ok_and(|pattern| matches_host(&pattern, host.as_ref()))
    })
}

/// `*.example.com` stands for one label.
fn matches_host(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) if parent.contains('.') => host
            .split_once('.')
            .is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(parent)),
        Some(_) => false,
        None => pattern.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::matches_host;

    #[test]
    fn wildcards_stand_for_one_label() {
        assert!(matches_host("db.example.com", "DB.example.com"));
        assert!(matches_host("*.example.com", "db.example.com"));
        assert!(!matches_host("*.example.com", "a.db.example.com"));
        assert!(!matches_host("*.example.com", "example.com"));
        assert!(!matches_host("*.com", "example.com"));
    }
}
