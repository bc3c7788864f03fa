//! Keys that sign tokens, and their public halves in every form that settings take.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p521::ecdsa::signature::Signer;
use rcgen::{CertificateParams, KeyPair, SignatureAlgorithm};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use serde_json::{Value, json};

pub const RSA_PEM: &str = include_str!("keys/rsa.pem");
pub const RSA_PUBLIC: &str = include_str!("keys/rsa.pub.pem");
pub const RSA_PKCS1: &str = include_str!("keys/rsa.pkcs1.pem");
pub const RSA_CERTIFICATE: &str = include_str!("keys/rsa.crt");
pub const RSA_1024: &str = include_str!("keys/rsa-1024.pub.pem");
pub const P521_PUBLIC: &str = include_str!("keys/p521.pub.pem");
pub const P521_CERTIFICATE: &str = include_str!("keys/p521.crt");
pub const K256_PUBLIC: &str = include_str!("keys/k256.pub.pem");
const P521_PEM: &str = include_str!("keys/p521.pem");

/// A shared secret long enough for every HMAC.
pub const SHARED: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The private half.
pub enum Key {
    Hmac(Vec<u8>),
    Rsa(Box<RsaKeyPair>),
    Ec(EcdsaKeyPair),
    P521(p521::ecdsa::SigningKey),
    Ed25519(Ed25519KeyPair),
}

/// A key made for one test, with its public half.
pub struct Pair {
    pub key: Key,
    pub public: String,
    pub certificate: String,
    pub request: String,
    /// In the form of key sets.
    pub jwk: Value,
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    STANDARD.decode(body).unwrap()
}

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn shared() -> Key {
    Key::Hmac(SHARED.as_bytes().to_vec())
}

pub fn rsa() -> Key {
    Key::Rsa(Box::new(RsaKeyPair::from_pkcs8(&der(RSA_PEM)).unwrap()))
}

pub fn rsa_jwk() -> Value {
    let Key::Rsa(pair) = rsa() else {
        unreachable!()
    };
    let public: ring::rsa::PublicKeyComponents<Vec<u8>> = pair.public().into();
    json!({"kty": "RSA", "n": base64url(public.n), "e": base64url(public.e)})
}

pub fn p521() -> Key {
    let der = der(P521_PEM);
    // The private number is the only string of 66 bytes.
    let at = der.windows(2).position(|w| w == [0x04, 0x42]).unwrap() + 2;
    Key::P521(p521::ecdsa::SigningKey::from_slice(&der[at..at + 66]).unwrap())
}

pub fn p521_jwk() -> Value {
    let Key::P521(key) = p521() else {
        unreachable!()
    };
    let point = p521::ecdsa::VerifyingKey::from(&key).to_encoded_point(false);
    let (x, y) = (point.x().unwrap(), point.y().unwrap());
    json!({"kty": "EC", "crv": "P-521", "x": base64url(x), "y": base64url(y)})
}

pub fn p256() -> Pair {
    ec(
        &rcgen::PKCS_ECDSA_P256_SHA256,
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        "P-256",
    )
}

pub fn p384() -> Pair {
    ec(
        &rcgen::PKCS_ECDSA_P384_SHA384,
        &ECDSA_P384_SHA384_FIXED_SIGNING,
        "P-384",
    )
}

fn ec(
    kind: &'static SignatureAlgorithm,
    signing: &'static EcdsaSigningAlgorithm,
    curve: &str,
) -> Pair {
    pair(kind, |pkcs8| {
        let key = EcdsaKeyPair::from_pkcs8(signing, pkcs8, &SystemRandom::new()).unwrap();
        let point = key.public_key().as_ref()[1..].to_vec();
        let (x, y) = point.split_at(point.len() / 2);
        let jwk = json!({"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y)});
        (Key::Ec(key), jwk)
    })
}

pub fn ed25519() -> Pair {
    pair(&rcgen::PKCS_ED25519, |pkcs8| {
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).unwrap();
        let jwk =
            json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_key().as_ref())});
        (Key::Ed25519(key), jwk)
    })
}

fn pair(kind: &'static SignatureAlgorithm, open: impl Fn(&[u8]) -> (Key, Value)) -> Pair {
    let made = KeyPair::generate_for(kind).unwrap();
    let params = CertificateParams::new(vec!["tokens".into()]).unwrap();
    let (key, jwk) = open(&made.serialize_der());
    Pair {
        key,
        public: made.public_key_pem(),
        certificate: params.self_signed(&made).unwrap().pem(),
        request: params.serialize_request(&made).unwrap().pem().unwrap(),
        jwk,
    }
}

impl Key {
    /// The compact form of a token with this header and these claims.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        let signed = format!(
            "{}.{}",
            base64url(header.to_string()),
            base64url(claims.to_string())
        );
        let algorithm = header["alg"].as_str().unwrap_or_default();
        let signature = self.sign(algorithm, signed.as_bytes());
        format!("{signed}.{}", base64url(signature))
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Key::Hmac(secret) => {
                let kind = match algorithm {
                    "HS384" => ring::hmac::HMAC_SHA384,
                    "HS512" => ring::hmac::HMAC_SHA512,
                    _ => ring::hmac::HMAC_SHA256,
                };
                let key = ring::hmac::Key::new(kind, secret);
                ring::hmac::sign(&key, message).as_ref().to_vec()
            }
            Key::Rsa(key) => {
                let encoding: &dyn RsaEncoding = match algorithm {
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    "PS256" => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(encoding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Key::Ec(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Key::P521(key) => {
                let signature: p521::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Key::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        }
    }
}
