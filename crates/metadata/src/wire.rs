//! Small serde helpers shared by the document types: absent, null and default are told apart
//! here and nowhere else. Knows nothing of any particular object.

use indexmap::IndexMap;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::HashSet;

/// Keys of an object that this version does not know: kept and exported unchanged.
pub type Extra = IndexMap<String, Value>;

/// Reads `null` like an absent key.
pub(crate) fn null_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads what is there, be it null: only an absent key is none.
pub fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Reads a name, which cannot be empty.
pub(crate) fn non_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Err(D::Error::custom("empty string not allowed"));
    }
    Ok(text)
}

/// A name that is not empty, inside of a list.
#[derive(Deserialize)]
struct Name(#[serde(deserialize_with = "non_empty")] String);

/// Reads a set of names: what comes again is left out.
pub(crate) fn name_set<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    let names = Vec::<Name>::deserialize(deserializer)?;
    let mut seen = HashSet::new();
    let names = names.into_iter().map(|Name(name)| name);
    Ok(names.filter(|name| seen.insert(name.clone())).collect())
}

/// Reads a list of names of which there must be one; absent and null are none.
pub(crate) fn some_names<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    match Option::<Vec<Name>>::deserialize(deserializer)? {
        Some(names) if names.is_empty() => Err(D::Error::custom(
            "parsing NonEmpty failed, unexpected empty list",
        )),
        names => Ok(names.map(|names| names.into_iter().map(|Name(name)| name).collect())),
    }
}

/// Reads a name that fields or types of the GraphQL schema get.
pub(crate) fn graphql_name<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    let name = Option::<String>::deserialize(deserializer)?;
    name.map(|name| checked_name(name).map_err(D::Error::custom))
        .transpose()
}

/// Whether GraphQL can have a name.
pub(crate) fn is_graphql_name(name: &str) -> bool {
    let mut characters = name.chars();
    let begins = characters
        .next()
        .is_some_and(|first| first == '_' || first.is_ascii_alphabetic());
    begins && characters.all(|next| next == '_' || next.is_ascii_alphanumeric())
}

/// # Errors
/// The text for a name that GraphQL cannot have.
pub(crate) fn checked_name(name: String) -> Result<String, String> {
    if is_graphql_name(&name) {
        return Ok(name);
    }
    Err(format!("invalid GraphQL field name '{name}'"))
}

/// Whether a part that is kept as it came says nothing: absent, or all that is in it is empty.
pub(crate) fn says_nothing(part: &Option<Value>) -> bool {
    fn is_empty(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.values().all(is_empty),
            _ => false,
        }
    }
    part.as_ref().is_none_or(is_empty)
}

/// Whether a value is the default of its type, and so left out of exports.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
