//! The setting: one JSON object that says how tokens are verified and read.

use super::claims::{ALLOWED_ROLES, DEFAULT_ROLE, Layout, Mapped, Place, Source, parsing_failed};
use super::json_path;
use super::key::Key;
use super::location::Location;
use super::validity::Demands;
use http::HeaderName;
use serde_json::{Map, Value, json};
use std::fmt;
use std::time::Duration;
use url::Url;

const DEFAULT_NAMESPACE: &str = "https://hasura.io/jwt/claims";

/// How tokens of one kind are verified and read.
#[derive(Debug, Clone, PartialEq)]
pub struct JwtSecret {
    pub(super) keys: KeySource,
    pub(super) demands: Demands,
    pub(super) layout: Layout,
    pub(super) location: Location,
}

/// Where the keys are.
#[derive(Clone, PartialEq)]
pub(super) enum KeySource {
    /// In the setting.
    Given(Box<Key>),
    /// At a URL.
    Published(Url),
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeySource::Given(_) => "Given(hidden)",
            KeySource::Published(_) => "Published",
        })
    }
}

impl JwtSecret {
    /// Reads one object. Unknown keys are passed over, as they always were.
    ///
    /// # Errors
    /// What is wrong with it; never what it holds.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::of_value(&json_value(text)?)
    }

    /// Reads an array of objects; of equal ones the first is kept.
    ///
    /// # Errors
    /// It is no array, it is empty, or an object is wrong.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        let Value::Array(items) = json_value(text)? else {
            return Err("Expecting a JSON array of JWT secrets".into());
        };
        let mut secrets = Vec::new();
        for item in &items {
            let secret = Self::of_value(item)?;
            if !secrets.contains(&secret) {
                secrets.push(secret);
            }
        }
        if secrets.is_empty() {
            return Err("Expecting a JSON array with at least one JWT secret".into());
        }
        Ok(secrets)
    }

    fn of_value(value: &Value) -> Result<Self, String> {
        let Value::Object(object) = value else {
            return Err(parsing_failed("JWTConfig", "Object", value));
        };
        Ok(JwtSecret {
            keys: keys(object)?,
            demands: Demands {
                issuer: text(object, "issuer")?.map(str::to_owned),
                audience: audience(object)?,
                skew: skew(object)?,
            },
            layout: layout(object)?,
            location: location(object)?,
        })
    }

    /// What tools may know of it.
    pub fn shown(&self) -> Value {
        match &self.layout {
            Layout::Namespace { place, stringified } => json!({
                "claims_namespace": place.to_string(),
                "claims_format": if *stringified { "stringified_json" } else { "json" },
            }),
            Layout::Map(mapped) => {
                let mut map = Map::new();
                map.insert(DEFAULT_ROLE.into(), mapped.default_role.shown());
                map.insert(ALLOWED_ROLES.into(), mapped.allowed_roles.shown());
                for (name, source) in &mapped.others {
                    map.insert(name.clone(), source.shown());
                }
                json!({
                    "claims_namespace": DEFAULT_NAMESPACE,
                    "claims_format": "json",
                    "claims_map": map,
                })
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Key(key) => f.write_str(key),
            Place::Path(path) => path.fmt(f),
        }
    }
}

impl<T: Clone + Into<Value>> Source<T> {
    fn shown(&self) -> Value {
        match self {
            Source::Literal(value) => value.clone().into(),
            Source::Path { path, default } => {
                let mut map = Map::new();
                map.insert("path".into(), path.to_string().into());
                if let Some(default) = default {
                    map.insert("default".into(), default.clone().into());
                }
                Value::Object(map)
            }
        }
    }
}

/// The reason never repeats the text: it holds keys.
fn json_value(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|e| {
        format!(
            "not a valid JSON value (line {}, column {})",
            e.line(),
            e.column()
        )
    })
}

/// A key that is absent or null counts as not given.
fn given<'o>(object: &'o Map<String, Value>, name: &str) -> Option<&'o Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn text<'o>(object: &'o Map<String, Value>, name: &str) -> Result<Option<&'o str>, String> {
    given(object, name)
        .map(|value| {
            value
                .as_str()
                .ok_or_else(|| format!("{name}: {}", parsing_failed("Text", "String", value)))
        })
        .transpose()
}

fn keys(object: &Map<String, Value>) -> Result<KeySource, String> {
    match (text(object, "key")?, text(object, "jwk_url")?) {
        (None, None) => Err("key and jwk_url both cannot be empty".into()),
        (Some(_), Some(_)) => Err("key, jwk_url both cannot be present".into()),
        (None, Some(url)) => Url::parse(url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .map(KeySource::Published)
            .ok_or_else(|| "jwk_url: not a valid http or https URL".into()),
        (Some(key), None) => {
            let kind = text(object, "type")?.ok_or("key \"type\" not found")?;
            let key = Key::of_setting(kind, key).map_err(|e| format!("Invalid JWK: {e}"))?;
            Ok(KeySource::Given(Box::new(key)))
        }
    }
}

fn audience(object: &Map<String, Value>) -> Result<Option<Vec<String>>, String> {
    let wrong = || "audience: expecting a string or a list of strings".to_owned();
    match given(object, "audience") {
        None => Ok(None),
        Some(Value::String(one)) => Ok(Some(vec![one.clone()])),
        Some(Value::Array(many)) => many
            .iter()
            .map(|one| one.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(wrong()),
    }
}

fn skew(object: &Map<String, Value>) -> Result<Duration, String> {
    let Some(value) = given(object, "allowed_skew") else {
        return Ok(Duration::ZERO);
    };
    value
        .as_f64()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "allowed_skew: expecting a number of seconds".into())
}

fn layout(object: &Map<String, Value>) -> Result<Layout, String> {
    let place = match (
        text(object, "claims_namespace_path")?,
        text(object, "claims_namespace")?,
    ) {
        (Some(_), Some(_)) => {
            return Err("claims_namespace and claims_namespace_path both cannot be set".into());
        }
        (Some(path), None) => Place::Path(
            json_path::parse(path)
                .map_err(|e| format!("invalid JSON path claims_namespace_path error: {e}"))?,
        ),
        (None, key) => Place::Key(key.unwrap_or(DEFAULT_NAMESPACE).to_owned()),
    };
    let stringified = match text(object, "claims_format")? {
        None | Some("json") => false,
        Some("stringified_json") => true,
        Some(_) => return Err("claims_format: expecting json or stringified_json".into()),
    };
    match given(object, "claims_map") {
        None => Ok(Layout::Namespace { place, stringified }),
        Some(Value::Object(map)) => mapped(map).map(Layout::Map),
        Some(other) => Err(parsing_failed("JWTClaimsMap", "Object", other)),
    }
}

fn mapped(map: &Map<String, Value>) -> Result<Mapped, String> {
    let mut claims = Map::new();
    for (name, value) in map {
        claims.insert(name.to_ascii_lowercase(), value.clone());
    }
    let mut required = |name: &str| {
        claims
            .remove(name)
            .ok_or_else(|| format!("{name} is expected but not found"))
    };
    let allowed = required(ALLOWED_ROLES)?;
    let default = required(DEFAULT_ROLE)?;
    Ok(Mapped {
        allowed_roles: source(ALLOWED_ROLES, &allowed, texts)?,
        default_role: source(DEFAULT_ROLE, &default, one_text)?,
        others: claims
            .iter()
            .filter(|(name, _)| name.starts_with("x-hasura-"))
            .map(|(name, value)| Ok((name.clone(), source(name, value, one_text)?)))
            .collect::<Result<_, String>>()?,
    })
}

fn source<T>(
    name: &str,
    value: &Value,
    read: fn(&Value) -> Result<T, String>,
) -> Result<Source<T>, String> {
    let at = |reason: String| format!("claims_map, {name}: {reason}");
    let Value::Object(object) = value else {
        return read(value).map(Source::Literal).map_err(at);
    };
    let path = text(object, "path")?.ok_or_else(|| at("key \"path\" not found".into()))?;
    Ok(Source::Path {
        path: json_path::parse(path).map_err(at)?,
        default: given(object, "default").map(read).transpose().map_err(at)?,
    })
}

fn one_text(value: &Value) -> Result<String, String> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| parsing_failed("Text", "String", value))
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(items) => items.iter().map(one_text).collect(),
        other => Err(parsing_failed("[]", "Array", other)),
    }
}

/// The `header` of a setting: an object, or a text that holds one.
fn location(object: &Map<String, Value>) -> Result<Location, String> {
    let unpacked;
    let value = match given(object, "header") {
        None => return Ok(Location::Authorization),
        Some(Value::String(text)) => {
            unpacked = json_value(text)?;
            &unpacked
        }
        Some(value) => value,
    };
    let Value::Object(header) = value else {
        return Err(parsing_failed("JWTHeader", "Object", value));
    };
    let kind = text(header, "type")?.ok_or("header: key \"type\" not found")?;
    let name = || text(header, "name")?.ok_or_else(|| "header: key \"name\" not found".to_owned());
    match kind.to_ascii_lowercase().as_str() {
        "authorization" => Ok(Location::Authorization),
        "cookie" => Ok(Location::Cookie(name()?.to_owned())),
        "customheader" => HeaderName::from_bytes(name()?.as_bytes())
            .map(Location::Header)
            .map_err(|_| "header: \"name\" is no name of a header".into()),
        _ => Err("expected 'type' is 'Authorization' or 'Cookie' or 'CustomHeader'".into()),
    }
}
