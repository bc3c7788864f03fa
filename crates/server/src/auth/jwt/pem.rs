//! Public keys as PEM: a bare key (PKCS #8 or PKCS #1), an X.509 certificate or a request for
//! one. Only the key is taken out; a certificate's dates and issuer mean nothing here.

use super::key::{Curve, Material};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Decode, Reader, SliceReader};
use x509_cert::request::CertReq;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const CURVES: [(ObjectIdentifier, Curve); 3] = [
    (
        ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        Curve::P256,
    ),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), Curve::P384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), Curve::P521),
];

/// The first key of a PEM text.
///
/// # Errors
/// There is none that can be used. The reason repeats nothing of the text.
pub(super) fn public_key(text: &str) -> Result<Material, String> {
    let (label, der) = first_block(text)?;
    match label {
        "PUBLIC KEY" => {
            of_info(&SubjectPublicKeyInfoOwned::from_der(&der).map_err(|_| undecodable(label))?)
        }
        "RSA PUBLIC KEY" => rsa(&der),
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            let certificate =
                x509_cert::Certificate::from_der(&der).map_err(|_| undecodable(label))?;
            of_info(&certificate.tbs_certificate.subject_public_key_info)
        }
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => {
            let request = CertReq::from_der(&der).map_err(|_| undecodable(label))?;
            of_info(&request.info.public_key)
        }
        label if label.ends_with("PRIVATE KEY") => {
            Err("this is a private key; only the public one is needed".into())
        }
        label => Err(format!("a block of kind {label:?} holds no public key")),
    }
}

fn undecodable(label: &str) -> String {
    format!("the {label} block cannot be decoded")
}

/// Label and bytes of the first block.
fn first_block(text: &str) -> Result<(&str, Vec<u8>), String> {
    let none = || "No pem found".to_owned();
    let (_, rest) = text.split_once("-----BEGIN ").ok_or_else(none)?;
    let (label, rest) = rest.split_once("-----").ok_or_else(none)?;
    let (body, _) = rest.split_once("-----END ").ok_or_else(none)?;
    let base64: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let der = STANDARD
        .decode(base64)
        .map_err(|_| "the PEM block is not valid base64".to_owned())?;
    Ok((label, der))
}

fn of_info(info: &SubjectPublicKeyInfoOwned) -> Result<Material, String> {
    let bits = info
        .subject_public_key
        .as_bytes()
        .ok_or("the key's bits are no whole bytes")?;
    match info.algorithm.oid {
        RSA => rsa(bits),
        EC => {
            let curve: Option<ObjectIdentifier> = info
                .algorithm
                .parameters
                .as_ref()
                .and_then(|p| p.decode_as().ok());
            let (_, curve) = CURVES
                .iter()
                .find(|(oid, _)| Some(*oid) == curve)
                .ok_or("the curve is none of P-256, P-384, P-521")?;
            Material::ec(*curve, bits)
        }
        ED25519 => Material::ed25519(bits),
        other => Err(format!("This key type is not supported ({other})")),
    }
}

/// `RSAPublicKey` of PKCS #1.
fn rsa(der: &[u8]) -> Result<Material, String> {
    let numbers = SliceReader::new(der).and_then(|mut reader| {
        let numbers =
            reader.sequence(|reader| Ok((UintRef::decode(reader)?, UintRef::decode(reader)?)))?;
        reader.finish(numbers)
    });
    let (n, e) = numbers.map_err(|_| undecodable("RSA key"))?;
    Material::rsa(n.as_bytes(), e.as_bytes())
}
