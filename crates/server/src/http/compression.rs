//! gzip, where a client asks for it by name and it pays.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;
use std::io::Write;

/// Shorter bodies are sent plain: headers and effort outweigh what is saved.
const WORTH_IT: u64 = 700;
/// Longer bodies are compressed beside the threads that serve requests.
const LONG: u64 = 64 * 1024;

/// What a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepts {
    /// Plain bodies only.
    Plain,
    /// Either.
    Either,
    /// gzip only: plain bodies are refused.
    Gzip,
}

impl Accepts {
    /// Reads `Accept-Encoding`. No header, and `*` alone, mean plain, as before.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut gzip = None;
        let mut identity = None;
        let mut others = None;
        for value in headers.get_all(ACCEPT_ENCODING) {
            for item in value.to_str().unwrap_or_default().split(',') {
                let (name, wanted) = directive(item);
                match name {
                    "gzip" | "x-gzip" => gzip = Some(wanted),
                    "identity" => identity = Some(wanted),
                    "*" => others = Some(wanted),
                    _ => {}
                }
            }
        }
        let plain = identity.or(others.filter(|wanted| !wanted)).unwrap_or(true);
        match (gzip.unwrap_or(false), plain) {
            (true, true) => Accepts::Either,
            (true, false) => Accepts::Gzip,
            (false, _) => Accepts::Plain,
        }
    }

    /// Whether a body of this length is compressed.
    pub(super) fn compress(self, length: u64) -> bool {
        match self {
            Accepts::Plain => false,
            Accepts::Either => length >= WORTH_IT,
            Accepts::Gzip => length > 0,
        }
    }
}

/// `gzip;q=0.5` as its name and whether its weight is above zero.
fn directive(item: &str) -> (&str, bool) {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let zero = parts
        .filter_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")))
        .any(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
    (name, !zero)
}

/// The compressed body; `None` if it cannot be compressed.
pub(super) async fn gzip(pieces: &[Bytes], length: u64) -> Option<Bytes> {
    if length < LONG {
        return encode(pieces, length);
    }
    let pieces = pieces.to_vec();
    tokio::task::spawn_blocking(move || encode(&pieces, length))
        .await
        .ok()
        .flatten()
}

fn encode(pieces: &[Bytes], length: u64) -> Option<Bytes> {
    let room = usize::try_from(length / 4).unwrap_or_default() + 64;
    let mut encoder = GzEncoder::new(Vec::with_capacity(room), Compression::fast());
    for piece in pieces {
        encoder.write_all(piece).ok()?;
    }
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Accepts {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT_ENCODING, value.parse().unwrap());
        }
        Accepts::of(&headers)
    }

    #[test]
    fn gzip_must_be_named() {
        assert_eq!(of(&[]), Accepts::Plain);
        assert_eq!(of(&["*"]), Accepts::Plain);
        assert_eq!(of(&["br, deflate"]), Accepts::Plain);
        assert_eq!(of(&["gzip"]), Accepts::Either);
        assert_eq!(of(&["br", "gzip;q=0.5"]), Accepts::Either);
        assert_eq!(of(&["gzip; q=0, br"]), Accepts::Plain);
    }

    #[test]
    fn a_refused_identity_forces_gzip() {
        assert_eq!(of(&["gzip, identity;q=0"]), Accepts::Gzip);
        assert_eq!(of(&["gzip, *;q=0"]), Accepts::Gzip);
        assert_eq!(of(&["gzip, *;q=0, identity"]), Accepts::Either);
        assert!(Accepts::Gzip.compress(10));
    }

    #[test]
    fn short_bodies_stay_plain() {
        assert!(!Accepts::Either.compress(699));
        assert!(Accepts::Either.compress(700));
        assert!(!Accepts::Plain.compress(1 << 20));
    }
}
