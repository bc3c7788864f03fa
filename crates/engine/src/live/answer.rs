//! From a row of a batch to an answer: the text around the values, and a hash to tell whether it
//! is another one than before.

use super::sink::SubscriptionKind;
use bytes::{Bytes, BytesMut};
use howdah_error::{Error, Result};
use howdah_postgres::BatchRow;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, OnceLock};

/// The text around the values of an answer: one piece more than there are values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Template(pub(super) Arc<[Bytes]>);

/// Tells answers apart. The key is made at random for each process, so that nobody can choose data
/// that collide.
pub(super) type Fingerprint = u128;

impl Template {
    fn values(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// The answer that a row holds.
    pub(super) fn answer(&self, row: &BatchRow) -> Result<Bytes> {
        let values = values(row, self.values())?;
        let length: usize = values.iter().map(|v| v.len()).sum();
        let around: usize = self.0.iter().map(Bytes::len).sum();
        let mut out = BytesMut::with_capacity(length + around);
        for (piece, value) in self.0.iter().zip(values) {
            out.extend_from_slice(piece);
            out.extend_from_slice(value);
        }
        if let Some(last) = self.0.last() {
            out.extend_from_slice(last);
        }
        Ok(out.freeze())
    }

    /// What tells the answer of a row from others of the same statement.
    pub(super) fn fingerprint(&self, row: &BatchRow) -> Result<Fingerprint> {
        let mut hasher = hasher();
        for value in values(row, self.values())? {
            hasher.write_usize(value.len());
            hasher.write(value);
        }
        let hash = hasher.finish128();
        Ok(u128::from(hash.h1) << 64 | u128::from(hash.h2))
    }

    /// Where a stream has arrived with a row; `None` if there is nothing new.
    pub(super) fn cursor(
        &self,
        row: &BatchRow,
        kind: SubscriptionKind,
    ) -> Result<Option<Arc<str>>> {
        if kind == SubscriptionKind::Live {
            return Ok(None);
        }
        let Some(text) = row.text(self.values() + 1)? else {
            return Ok(None);
        };
        let text = std::str::from_utf8(text).map_err(|e| Error::unexpected(e.to_string()))?;
        Ok(Some(text.into()))
    }
}

fn values(row: &BatchRow, count: usize) -> Result<Vec<&[u8]>> {
    (1..=count)
        .map(|column| {
            row.text(column)?
                .ok_or_else(|| Error::unexpected("the statement answered NULL"))
        })
        .collect()
}

fn hasher() -> SipHasher13 {
    static KEYS: OnceLock<(u64, u64)> = OnceLock::new();
    let (first, second) = KEYS.get_or_init(|| {
        let random = RandomState::new();
        (random.hash_one(1), random.hash_one(2))
    });
    SipHasher13::new_with_keys(*first, *second)
}
