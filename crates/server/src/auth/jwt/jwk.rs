//! Key sets as they are published (RFC 7517).

use super::algorithm::Algorithm;
use super::key::{Curve, Key, Material};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Keys of a set, and how many of its entries were passed over.
#[derive(Debug, PartialEq)]
pub(super) struct Published {
    pub(super) keys: Vec<Key>,
    pub(super) passed_over: usize,
}

/// Reads `{"keys":[…]}`. Entries that verify nothing here (other uses, other curves, shared
/// secrets, which would be public here) are passed over.
///
/// # Errors
/// The text is no key set.
pub(super) fn key_set(body: &[u8]) -> Result<Published, String> {
    let document: Value =
        serde_json::from_slice(body).map_err(|_| "the answer is not JSON".to_owned())?;
    let entries = document
        .get("keys")
        .and_then(Value::as_array)
        .ok_or("the answer has no array \"keys\"")?;
    let keys: Vec<Key> = entries
        .iter()
        .filter_map(|entry| key(entry.as_object()?))
        .collect();
    Ok(Published {
        passed_over: entries.len() - keys.len(),
        keys,
    })
}

fn key(entry: &Map<String, Value>) -> Option<Key> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    if let Some(Value::Array(operations)) = entry.get("key_ops")
        && !operations.iter().any(|o| o == "verify")
    {
        return None;
    }
    let only = match text("alg") {
        None => None,
        // A key for an algorithm we do not know is of no use.
        Some(name) => Some(Algorithm::named(name)?),
    };
    let bytes = |name: &str| {
        URL_SAFE_NO_PAD
            .decode(text(name)?.trim_end_matches('='))
            .ok()
    };
    let material = match (text("kty")?, text("crv")) {
        ("RSA", _) => Material::rsa(&bytes("n")?, &bytes("e")?).ok()?,
        ("EC", Some("P-256")) => point(Curve::P256, &bytes("x")?, &bytes("y")?)?,
        ("EC", Some("P-384")) => point(Curve::P384, &bytes("x")?, &bytes("y")?)?,
        ("EC", Some("P-521")) => point(Curve::P521, &bytes("x")?, &bytes("y")?)?,
        ("OKP", Some("Ed25519")) => Material::ed25519(&bytes("x")?).ok()?,
        _ => return None,
    };
    Some(Key {
        material,
        only,
        id: text("kid").map(str::to_owned),
    })
}

/// Coordinates to an uncompressed point; some publishers leave leading zeros out.
fn point(curve: Curve, x: &[u8], y: &[u8]) -> Option<Material> {
    let mut bytes = vec![4];
    for coordinate in [x, y] {
        let missing = curve.bytes().checked_sub(coordinate.len())?;
        bytes.resize(bytes.len() + missing, 0);
        bytes.extend_from_slice(coordinate);
    }
    Material::ec(curve, &bytes).ok()
}
