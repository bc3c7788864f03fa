//! JSON in which objects are objects: serde takes a list for an object as well, by the order of its
//! keys, which no document and no command has ever meant.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// Numbers are read from their digits, which the value itself does.
macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.0.$method(visitor)
        })*
    };
}

/// A value to read from, which reads objects from objects only.
pub(crate) struct Strict(pub(crate) Value);

impl IntoDeserializer<'_, Error> for Strict {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Strict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Strict));
                let found = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(found)
            }
            Value::Object(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (key, Strict(value)));
                let mut entries = MapDeserializer::new(entries);
                let found = visitor.visit_map(&mut entries)?;
                entries.end()?;
                Ok(found)
            }
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(_) => Err(Error::invalid_type(Unexpected::Seq, &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    forward_to_deserialize_any! {
        bool char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
        ignored_any
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<Inner>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        a: i32,
        #[serde(default)]
        b: Value,
    }

    fn read(value: Value) -> Result<Outer, String> {
        Outer::deserialize(Strict(value)).map_err(|error| error.to_string())
    }

    #[test]
    fn objects_are_read_as_ever() {
        let b = json!([1.50, {"x": null}, 12345678901234567890_u64]);
        let found = read(json!({"inner": {"a": 1, "b": b}, "list": [{"a": 2}]}));
        let inner = Inner { a: 1, b };
        let list = vec![Inner {
            a: 2,
            b: Value::Null,
        }];
        assert_eq!(
            found,
            Ok(Outer {
                inner: Some(inner),
                list
            })
        );
        let none = Outer {
            inner: None,
            list: Vec::new(),
        };
        assert_eq!(read(json!({"inner": null})), Ok(none));
    }

    #[test]
    fn lists_are_no_objects() {
        for value in [
            json!([null, []]),
            json!({"inner": [1, 2]}),
            json!({"inner": null, "list": [[1, 2]]}),
        ] {
            let error = read(value.clone()).unwrap_err();
            assert!(
                error.starts_with("invalid type: sequence, expected struct"),
                "{value}: {error}"
            );
        }
    }
}
