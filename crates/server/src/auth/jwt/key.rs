//! A key that verifies signatures. What kind of key it is decides which algorithms it can stand
//! for, never the token: a public RSA key is no HMAC secret, whatever a header says.

use super::algorithm::Algorithm;
use super::pem;
use crate::config::Secret;
use p521::ecdsa::signature::Verifier;
use ring::{hmac, signature};
use std::fmt;

/// Bits of RSA keys that are neither weak nor a burden.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The key itself.
#[derive(Clone, PartialEq)]
pub(super) enum Material {
    /// A shared secret.
    Hmac(Secret),
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
    /// An uncompressed point of P-256.
    P256(Vec<u8>),
    /// An uncompressed point of P-384.
    P384(Vec<u8>),
    /// A point of P-521.
    P521(Box<p521::EncodedPoint>),
    /// A public key of Ed25519.
    Ed25519(Vec<u8>),
}

impl Material {
    /// An RSA key of a sound size.
    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Result<Self, String> {
        let (n, e) = (without_zeros(n), without_zeros(e));
        let bits = n.len() * 8 - n.first().map_or(0, |b| b.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) || e.is_empty() {
            return Err(format!(
                "an RSA key of {bits} bits cannot be used; it must have 2048 to 8192"
            ));
        }
        Ok(Material::Rsa {
            n: n.to_vec(),
            e: e.to_vec(),
        })
    }

    /// A point of one of three curves, in its uncompressed form.
    pub(super) fn ec(curve: Curve, point: &[u8]) -> Result<Self, String> {
        let bad = || "the point is not on the curve".to_owned();
        if point.len() != 1 + 2 * curve.bytes() || point.first() != Some(&4) {
            return Err(bad());
        }
        match curve {
            Curve::P256 => Ok(Material::P256(point.to_vec())),
            Curve::P384 => Ok(Material::P384(point.to_vec())),
            Curve::P521 => {
                let encoded = p521::EncodedPoint::from_bytes(point).map_err(|_| bad())?;
                p521::ecdsa::VerifyingKey::from_encoded_point(&encoded).map_err(|_| bad())?;
                Ok(Material::P521(Box::new(encoded)))
            }
        }
    }

    /// A key of Ed25519.
    pub(super) fn ed25519(key: &[u8]) -> Result<Self, String> {
        if key.len() == 32 {
            Ok(Material::Ed25519(key.to_vec()))
        } else {
            Err("a key of Ed25519 has 32 bytes".into())
        }
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|b| **b == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// A curve of ECDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
}

impl Curve {
    /// Bytes of one coordinate.
    pub(super) fn bytes(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }
}

/// A key with what its publisher says of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) material: Material,
    /// The one algorithm it is for, if that is said.
    pub(super) only: Option<Algorithm>,
    /// Its name in a key set.
    pub(super) id: Option<String>,
}

impl Key {
    /// The key of a setting: its type and its text.
    ///
    /// # Errors
    /// The type is unknown, or the text is no key of this type.
    pub(super) fn of_setting(kind: &str, text: &str) -> Result<Self, String> {
        let material = match kind {
            "HS256" => hmac_secret(text, 32)?,
            "HS384" => hmac_secret(text, 48)?,
            "HS512" => hmac_secret(text, 64)?,
            "RS256" | "RS384" | "RS512" | "ES256" | "ES384" | "ES512" | "Ed25519" => {
                let material =
                    pem::public_key(text).map_err(|e| format!("Could not decode PEM: {e}"))?;
                if !material.is_of_type(kind) {
                    return Err(format!("the key is not one for {kind}"));
                }
                material
            }
            other => return Err(format!("Key type: {other} is not supported")),
        };
        // The whole family stays open: with a type of RS512, tokens signed with RS256 have
        // always been accepted, and much-copied settings rely on it.
        Ok(Key {
            material,
            only: None,
            id: None,
        })
    }

    /// Whether this signature of the message was made with the key's other half. The time it
    /// takes depends on nothing secret.
    pub(super) fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if self.only.is_some_and(|only| only != algorithm) {
            return false;
        }
        match (&self.material, algorithm) {
            (Material::Hmac(secret), _) => {
                let secret = secret.expose().as_bytes();
                algorithm.hmac().is_some_and(|(hmac, least)| {
                    secret.len() >= least
                        && hmac::verify(&hmac::Key::new(hmac, secret), message, signature).is_ok()
                })
            }
            (Material::Rsa { n, e }, _) => algorithm.rsa().is_some_and(|parameters| {
                signature::RsaPublicKeyComponents { n, e }
                    .verify(parameters, message, signature)
                    .is_ok()
            }),
            (Material::P256(point), Algorithm::Es256) => verify_with(
                &signature::ECDSA_P256_SHA256_FIXED,
                point,
                message,
                signature,
            ),
            (Material::P384(point), Algorithm::Es384) => verify_with(
                &signature::ECDSA_P384_SHA384_FIXED,
                point,
                message,
                signature,
            ),
            (Material::P521(point), Algorithm::Es512) => {
                let key = p521::ecdsa::VerifyingKey::from_encoded_point(point);
                let signature = p521::ecdsa::Signature::from_slice(signature);
                matches!((key, signature), (Ok(key), Ok(s)) if key.verify(message, &s).is_ok())
            }
            (Material::Ed25519(key), Algorithm::EdDsa) => {
                verify_with(&signature::ED25519, key, message, signature)
            }
            _ => false,
        }
    }
}

fn verify_with(
    how: &'static dyn signature::VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    signature::UnparsedPublicKey::new(how, key)
        .verify(message, signature)
        .is_ok()
}

fn hmac_secret(text: &str, least: usize) -> Result<Material, String> {
    if text.len() < least {
        return Err(format!(
            "Key size too small; should be atleast {least} characters"
        ));
    }
    Ok(Material::Hmac(Secret::new(text)))
}

impl Material {
    fn is_of_type(&self, kind: &str) -> bool {
        match self {
            Material::Hmac(_) => kind.starts_with("HS"),
            Material::Rsa { .. } => kind.starts_with("RS"),
            Material::P256(_) => kind == "ES256",
            Material::P384(_) => kind == "ES384",
            Material::P521(_) => kind == "ES512",
            Material::Ed25519(_) => kind == "Ed25519",
        }
    }
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Material::Hmac(_) => "Hmac(hidden)",
            Material::Rsa { .. } => "Rsa",
            Material::P256(_) => "P256",
            Material::P384(_) => "P384",
            Material::P521(_) => "P521",
            Material::Ed25519(_) => "Ed25519",
        })
    }
}
