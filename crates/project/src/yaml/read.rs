//! YAML texts as JSON values. Keys become texts, merge keys (`<<`) are merged, `!include x`
//! becomes the text `"!include x"`, which is how most tools write it anyway.

use crate::error::{Error, Place, Result};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Map, Number, Value};
use std::fmt;
use std::path::Path;

/// What a text that stands for another file starts with.
pub(crate) const INCLUDE: &str = "!include ";

/// Reads one YAML document; an empty one is null.
pub(crate) fn read(text: &str, file: &Path) -> Result<Value> {
    let mut documents = serde_norway::Deserializer::from_str(text);
    let Some(document) = documents.next() else {
        return Ok(Value::Null);
    };
    let value = Yaml
        .deserialize(document)
        .map_err(|fault| described(&fault, file))?;
    if documents.next().is_some() {
        return Err(Error::content(
            Place::file(file),
            "more than one YAML document in a file",
        ));
    }
    Ok(value)
}

fn described(fault: &serde_norway::Error, file: &Path) -> Error {
    let text = fault.to_string();
    match fault.location() {
        Some(at) => {
            let position = format!(" at line {} column {}", at.line(), at.column());
            let message = text.replacen(&position, "", 1);
            Error::content(Place::position(file, at.line(), at.column()), message)
        }
        None => Error::content(Place::file(file), text),
    }
}

struct Yaml;

impl<'de> DeserializeSeed<'de> for Yaml {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Yaml {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value that JSON knows")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Value, E> {
        number(&value.to_string())
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Value, E> {
        number(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("infinity and not-a-number have no JSON form"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Yaml)? {
            list.push(value);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        let mut merged = Vec::new();
        while let Some(Key(key)) = entries.next_key()? {
            let value = entries.next_value_seed(Yaml)?;
            if key == "<<" {
                merged.push(value);
            } else if map.contains_key(&key) {
                return Err(de::Error::custom(format!(
                    "the key \"{key}\" stands here twice"
                )));
            } else {
                map.insert(key, value);
            }
        }
        for value in merged {
            merge(&mut map, value)?;
        }
        Ok(map.into())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (tag, content) = tagged.variant::<String>()?;
        let value = content.newtype_variant_seed(Yaml)?;
        match (tag.trim_start_matches('!'), value) {
            ("include", Value::String(path)) => Ok(format!("{INCLUDE}{path}").into()),
            ("include", _) => Err(de::Error::custom("!include needs the path of a file")),
            (other, _) => Err(de::Error::custom(format!("unknown tag !{other}"))),
        }
    }
}

fn number<E: de::Error>(text: &str) -> Result<Value, E> {
    serde_json::from_str(text).map_err(E::custom)
}

/// Entries of a merge key: those that the map has not itself.
fn merge<E: de::Error>(map: &mut Map<String, Value>, value: Value) -> Result<(), E> {
    match value {
        Value::Object(other) => {
            for (key, value) in other {
                map.entry(key).or_insert(value);
            }
            Ok(())
        }
        Value::Array(list) => list.into_iter().try_for_each(|value| merge(map, value)),
        _ => Err(E::custom("a merge key needs a map or a list of maps")),
    }
}

/// A key, whatever scalar it looks like.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Yaml.deserialize(deserializer)? {
            Value::String(text) => Ok(Key(text)),
            Value::Null => Ok(Key("null".into())),
            Value::Bool(value) => Ok(Key(value.to_string())),
            Value::Number(value) => Ok(Key(value.to_string())),
            Value::Array(_) | Value::Object(_) => {
                Err(de::Error::custom("lists and maps cannot be keys"))
            }
        }
    }
}
