//! A token in its compact form: three parts, read no further than is safe before the signature
//! is verified. Reasons are worded as clients of the system we succeed know them.

use super::algorithm::Algorithm;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The claims that RFC 7519 registers.
const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
/// Longer tokens are not looked at.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// Why a token is not accepted: what follows `Could not verify JWT: `.
pub(super) type Reason = String;

/// A token whose signature is still to be verified.
#[derive(Debug)]
pub(super) struct Token<'t> {
    /// What is signed: the first two parts with their dot.
    pub(super) signed: &'t [u8],
    pub(super) algorithm: Algorithm,
    /// The name of the key, as the token has it. Good for nothing but comparing.
    pub(super) key_id: Option<String>,
    pub(super) signature: Vec<u8>,
    payload: &'t str,
}

impl<'t> Token<'t> {
    /// Splits a token and reads its header.
    pub(super) fn read(text: &'t str) -> Result<Self, Reason> {
        if text.len() > MAX_BYTES {
            return Err(format!("the token is longer than {MAX_BYTES} bytes"));
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(format!(
                "JWSError (CompactDecodeError Invalid number of parts: Expected 3 parts; got {})",
                parts.len()
            ));
        };
        let header = object(header).map_err(|e| format!("JWSError (JSONDecodeError {e:?})"))?;
        let text_of = |name: &str| header.get(name).and_then(Value::as_str);
        if header.contains_key("crit") {
            return Err("JWSError (JSONDecodeError \"crit is not supported\")".into());
        }
        let algorithm = match text_of("alg") {
            Some(name) if name.eq_ignore_ascii_case("none") => {
                return Err("JWSError JWSNoSignatures".into());
            }
            Some(name) => Algorithm::named(name),
            None => None,
        };
        let algorithm =
            algorithm.ok_or("JWSError (JSONDecodeError \"alg is missing or unknown\")")?;
        Ok(Token {
            signed: signed_part(text),
            algorithm,
            key_id: text_of("kid").map(str::to_owned),
            signature: URL_SAFE_NO_PAD
                .decode(signature)
                .map_err(|_| "JWSError (JSONDecodeError \"Not valid base64url\")")?,
            payload,
        })
    }

    /// The claims; to be believed only once the signature is verified. A registered claim that is null
    /// counts as absent.
    pub(super) fn claims(&self) -> Result<Map<String, Value>, Reason> {
        let mut claims =
            object(self.payload).map_err(|e| format!("JWTClaimsSetDecodeError {e:?}"))?;
        claims.retain(|name, value| !(value.is_null() && REGISTERED.contains(&name.as_str())));
        Ok(claims)
    }
}

fn signed_part(text: &str) -> &[u8] {
    let end = text.rfind('.').unwrap_or_default();
    text.as_bytes().get(..end).unwrap_or_default()
}

fn object(part: &str) -> Result<Map<String, Value>, &'static str> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| "Not valid base64url")?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err("not a JSON object"),
        Err(_) => Err("not valid JSON"),
    }
}

/// The issuer that a token names, whether that is true or not: for choosing among settings.
pub(super) fn claimed_issuer(text: &str) -> Option<String> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let payload = text.split('.').nth(1)?;
    match object(payload).ok()?.remove("iss")? {
        Value::String(issuer) => Some(issuer),
        _ => None,
    }
}
