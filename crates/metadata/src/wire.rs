//! Small serde helpers shared by the document types: absent, null and default are told apart
//! here and nowhere else. Knows nothing of any particular object.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

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

/// Whether a value is the default of its type, and so left out of exports.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
