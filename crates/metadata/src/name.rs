//! Names of tables and functions: a schema and a name, written `"t"` (in `public`) or
//! `{schema, name}`. Knows nothing of whether such an object exists.

use crate::parse::QUALIFIED_NAME;
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The schema of names that do not give one.
pub const DEFAULT_SCHEMA: &str = "public";

/// A table or function of a database. Orders by schema, then by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QualifiedName {
    /// The schema.
    pub schema: String,
    /// The name within the schema.
    pub name: String,
}

impl QualifiedName {
    /// A name in a schema.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        QualifiedName {
            schema: schema.into(),
            name: name.into(),
        }
    }

    /// A name in the schema `public`.
    pub fn public(name: impl Into<String>) -> Self {
        Self::new(DEFAULT_SCHEMA, name)
    }
}

/// As error texts print it: `t` for `public.t`, otherwise `schema.t`.
impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schema == DEFAULT_SCHEMA {
            f.write_str(&self.name)
        } else {
            write!(f, "{}.{}", self.schema, self.name)
        }
    }
}

impl Serialize for QualifiedName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("schema", &self.schema)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for QualifiedName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = QualifiedName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(QUALIFIED_NAME)
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<QualifiedName, E> {
                named(DEFAULT_SCHEMA.to_owned(), name.to_owned())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<QualifiedName, A::Error> {
                #[derive(Deserialize)]
                struct Object {
                    name: String,
                    schema: Option<String>,
                }
                let object = Object::deserialize(de::value::MapAccessDeserializer::new(map))?;
                named(
                    object.schema.unwrap_or_else(|| DEFAULT_SCHEMA.to_owned()),
                    object.name,
                )
            }
        }

        fn named<E: de::Error>(schema: String, name: String) -> Result<QualifiedName, E> {
            if name.is_empty() {
                return Err(E::custom("unexpected empty string for a name"));
            }
            Ok(QualifiedName { schema, name })
        }

        deserializer.deserialize_any(NameVisitor)
    }
}
