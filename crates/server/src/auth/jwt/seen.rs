//! Tokens that were verified before, until they end: the signature of a token that comes with
//! every request of a client is computed once.

use super::claims::Roles;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Bytes that all remembered tokens may take together.
const CAPACITY_BYTES: u64 = 8 * 1024 * 1024;
/// A guess at how many that are.
const EXPECTED: usize = 8 * 1024;

/// What a verified token grants.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) roles: Roles,
    pub(super) variables: Vec<(String, String)>,
    /// When it ends, in seconds since 1970.
    pub(super) expires: Option<f64>,
    /// Which secret of the settings verified it.
    pub(super) secret: usize,
    /// The generation of the keys then.
    pub(super) generation: u64,
}

type Digest = [u8; 32];

#[derive(Clone)]
struct Bytes;

impl Weighter<Digest, Arc<Granted>> for Bytes {
    fn weight(&self, _: &Digest, granted: &Arc<Granted>) -> u64 {
        let variables: usize = granted
            .variables
            .iter()
            .map(|(name, value)| name.len() + value.len() + 48)
            .sum();
        (200 + granted.roles.bytes() + variables) as u64
    }
}

/// Verified tokens by their digest.
pub(super) struct SeenTokens(Cache<Digest, Arc<Granted>, Bytes>);

impl SeenTokens {
    pub(super) fn new() -> Self {
        SeenTokens(Cache::with_weighter(EXPECTED, CAPACITY_BYTES, Bytes))
    }

    /// What a token, found at the place with this number, was granted.
    pub(super) fn get(&self, place: usize, token: &str) -> Option<Arc<Granted>> {
        self.0.get(&key(place, token))
    }

    /// Remembers what a token was granted.
    pub(super) fn put(&self, place: usize, token: &str, granted: Arc<Granted>) {
        self.0.insert(key(place, token), granted);
    }

    /// Forgets a token.
    pub(super) fn forget(&self, place: usize, token: &str) {
        self.0.remove(&key(place, token));
    }
}

fn key(place: usize, token: &str) -> Digest {
    Sha256::new()
        .chain_update(place.to_be_bytes())
        .chain_update(token)
        .finalize()
        .into()
}
