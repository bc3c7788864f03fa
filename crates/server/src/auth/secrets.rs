//! Admin secrets, kept as digests and compared in constant time.

use sha2::{Digest, Sha512};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// SHA-512 digests of the accepted secrets.
#[derive(Clone)]
pub struct SecretDigests(Vec<[u8; 64]>);

impl SecretDigests {
    /// Digests of these secrets.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        SecretDigests(
            secrets
                .into_iter()
                .map(|s| Sha512::digest(s).into())
                .collect(),
        )
    }

    /// Whether what a client sent is one of the secrets. The time taken depends on neither
    /// the secrets nor on which of them matches.
    pub fn accept(&self, sent: &[u8]) -> bool {
        let sent: [u8; 64] = Sha512::digest(sent).into();
        self.0
            .iter()
            .fold(Choice::from(0), |found, known| found | known.ct_eq(&sent))
            .into()
    }
}

impl fmt::Debug for SecretDigests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hidden", self.0.len())
    }
}
