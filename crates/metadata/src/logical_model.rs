//! Logical models (F9, F10): shapes of rows that no table has, with who may see what of them.
//! Whether the types of the fields exist is not known here.

use crate::permission::{Permission, SelectPermission};
use crate::wire::{Extra, null_default};
use serde::de::{self, IgnoredAny};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The shape of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogicalModel {
    /// A text for people, also the description in the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its fields.
    #[serde(default, deserialize_with = "fields")]
    pub fields: Vec<LogicalModelField>,
    /// Its name, unique in the source.
    pub name: String,
    /// Who may read.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "crate::sorted::list"
    )]
    pub select_permissions: Vec<Permission<SelectPermission>>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A field of a logical model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogicalModelField {
    /// A text for people, also the description in the schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its name: the column that queries return.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: LogicalModelType,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogicalModelType {
    /// A type of the database.
    Scalar {
        /// Its name as SQL writes it.
        name: String,
        /// Whether there may be none.
        nullable: bool,
    },
    /// A row of another logical model, or of this one.
    Model {
        /// Its name.
        name: String,
        /// Whether there may be none.
        nullable: bool,
    },
    /// A list.
    Array {
        /// What it is of.
        element: Box<LogicalModelType>,
        /// Whether there may be none.
        nullable: bool,
    },
}

impl LogicalModel {
    /// The permission of a role.
    pub fn permission(&self, role: &str) -> Option<&Permission<SelectPermission>> {
        self.select_permissions
            .iter()
            .find(|permission| permission.role == role)
    }
}

impl LogicalModelType {
    /// Whether there may be none.
    pub fn nullable(&self) -> bool {
        match self {
            LogicalModelType::Scalar { nullable, .. }
            | LogicalModelType::Model { nullable, .. }
            | LogicalModelType::Array { nullable, .. } => *nullable,
        }
    }

    /// The logical model that it leads to, be it by a list.
    pub fn model(&self) -> Option<&str> {
        match self {
            LogicalModelType::Scalar { .. } => None,
            LogicalModelType::Model { name, .. } => Some(name),
            LogicalModelType::Array { element, .. } => element.model(),
        }
    }
}

impl Serialize for LogicalModelType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        match self {
            LogicalModelType::Array { element, nullable } => {
                map.serialize_entry("array", element)?;
                map.serialize_entry("nullable", nullable)?;
            }
            LogicalModelType::Model { name, nullable } => {
                map.serialize_entry("logical_model", name)?;
                map.serialize_entry("nullable", nullable)?;
            }
            LogicalModelType::Scalar { name, nullable } => {
                map.serialize_entry("nullable", nullable)?;
                map.serialize_entry("scalar", name)?;
            }
        }
        map.end()
    }
}

/// A type as written: the bare name of a scalar, or an object.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a type: a name, or an object with one of the keys scalar, logical_model and array"
)]
enum WrittenType {
    Name(String),
    Object(TypeObject),
}

#[derive(Deserialize)]
struct TypeObject {
    #[serde(default)]
    nullable: Option<bool>,
    #[serde(default)]
    scalar: Option<String>,
    #[serde(default)]
    logical_model: Option<String>,
    #[serde(default)]
    array: Option<Box<LogicalModelType>>,
}

impl WrittenType {
    /// `nullable` is what stands beside the type.
    fn read<E: de::Error>(self, nullable: Option<bool>) -> Result<LogicalModelType, E> {
        let object = match self {
            WrittenType::Name(name) => {
                return Ok(LogicalModelType::Scalar {
                    name,
                    nullable: nullable.unwrap_or_default(),
                });
            }
            WrittenType::Object(object) => object,
        };
        let nullable = object.nullable.or(nullable).unwrap_or_default();
        match (object.scalar, object.logical_model, object.array) {
            (Some(name), None, None) => Ok(LogicalModelType::Scalar { name, nullable }),
            (None, Some(name), None) => Ok(LogicalModelType::Model { name, nullable }),
            (None, None, Some(element)) => Ok(LogicalModelType::Array { element, nullable }),
            _ => Err(E::custom(
                "exactly one of the keys scalar, logical_model and array must be present",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for LogicalModelType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        WrittenType::deserialize(deserializer)?.read(None)
    }
}

#[derive(Deserialize)]
struct FieldObject {
    name: String,
    #[serde(rename = "type")]
    ty: WrittenType,
    #[serde(default)]
    nullable: Option<bool>,
    #[serde(default)]
    description: Option<String>,
    #[serde(flatten)]
    extra: Extra,
}

impl<'de> Deserialize<'de> for LogicalModelField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = FieldObject::deserialize(deserializer)?;
        Ok(LogicalModelField {
            description: object.description,
            name: object.name,
            ty: object.ty.read(object.nullable)?,
            extra: object.extra,
        })
    }
}

/// Fields as a list, or as a map from names to the rest.
pub(crate) fn fields<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<LogicalModelField>, D::Error> {
    struct FieldsVisitor;

    impl<'de> de::Visitor<'de> for FieldsVisitor {
        type Value = Vec<LogicalModelField>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a sequence")
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(de::value::SeqAccessDeserializer::new(seq))
        }

        fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            #[derive(Deserialize)]
            struct Rest {
                #[serde(rename = "type")]
                ty: WrittenType,
                #[serde(default)]
                nullable: Option<bool>,
                #[serde(default)]
                description: Option<String>,
                #[serde(default, rename = "name")]
                _name: Option<IgnoredAny>,
                #[serde(flatten)]
                extra: Extra,
            }
            let mut found = Vec::new();
            while let Some((name, rest)) = map.next_entry::<String, Rest>()? {
                found.push(LogicalModelField {
                    description: rest.description,
                    name,
                    ty: rest.ty.read(rest.nullable)?,
                    extra: rest.extra,
                });
            }
            Ok(found)
        }
    }

    deserializer.deserialize_any(FieldsVisitor)
}
