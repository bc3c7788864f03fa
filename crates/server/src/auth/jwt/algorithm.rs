//! The signature algorithms of JSON web tokens. `none` is not among them.

use ring::{hmac, signature};

macro_rules! algorithms {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// A signature algorithm.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Algorithm { $($(#[$doc])* $variant,)* }

        impl Algorithm {
            /// The algorithm of this name in a token's header.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Algorithm::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

algorithms! {
    /// HMAC with SHA-256.
    Hs256 = "HS256";
    /// HMAC with SHA-384.
    Hs384 = "HS384";
    /// HMAC with SHA-512.
    Hs512 = "HS512";
    /// RSA (PKCS #1) with SHA-256.
    Rs256 = "RS256";
    /// RSA (PKCS #1) with SHA-384.
    Rs384 = "RS384";
    /// RSA (PKCS #1) with SHA-512.
    Rs512 = "RS512";
    /// RSA (PSS) with SHA-256.
    Ps256 = "PS256";
    /// RSA (PSS) with SHA-384.
    Ps384 = "PS384";
    /// RSA (PSS) with SHA-512.
    Ps512 = "PS512";
    /// ECDSA on P-256 with SHA-256.
    Es256 = "ES256";
    /// ECDSA on P-384 with SHA-384.
    Es384 = "ES384";
    /// ECDSA on P-521 with SHA-512.
    Es512 = "ES512";
    /// Ed25519.
    EdDsa = "EdDSA";
}

impl Algorithm {
    /// The HMAC behind it and the bytes that a key must have at least.
    pub(super) fn hmac(self) -> Option<(hmac::Algorithm, usize)> {
        match self {
            Algorithm::Hs256 => Some((hmac::HMAC_SHA256, 32)),
            Algorithm::Hs384 => Some((hmac::HMAC_SHA384, 48)),
            Algorithm::Hs512 => Some((hmac::HMAC_SHA512, 64)),
            _ => None,
        }
    }

    /// The RSA signature behind it.
    pub(super) fn rsa(self) -> Option<&'static signature::RsaParameters> {
        match self {
            Algorithm::Rs256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
            Algorithm::Rs384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
            Algorithm::Rs512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
            Algorithm::Ps256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
            Algorithm::Ps384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
            Algorithm::Ps512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
            _ => None,
        }
    }
}
