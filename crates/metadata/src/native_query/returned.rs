//! The shape of the rows of a native query: a logical model by name, or one of its own.

use crate::logical_model::{LogicalModelField, fields};
use crate::permission::{Permission, SelectPermission};
use crate::wire::{Extra, null_default};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What a native query returns.
#[derive(Debug, Clone, PartialEq)]
pub enum Returned {
    /// Rows of a logical model.
    Model(String),
    /// Rows of a shape that only this query has; the type has the query's name.
    Own(OwnModel),
}

/// A shape that only one native query has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnModel {
    /// Its fields.
    #[serde(deserialize_with = "fields")]
    pub fields: Vec<LogicalModelField>,
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

impl Returned {
    /// The logical model that has a name.
    pub fn model(&self) -> Option<&str> {
        match self {
            Returned::Model(name) => Some(name),
            Returned::Own(_) => None,
        }
    }

    /// The shape that only this query has.
    pub fn own(&self) -> Option<&OwnModel> {
        match self {
            Returned::Model(_) => None,
            Returned::Own(model) => Some(model),
        }
    }

    /// As [`Returned::own`], to be changed.
    pub fn own_mut(&mut self) -> Option<&mut OwnModel> {
        match self {
            Returned::Model(_) => None,
            Returned::Own(model) => Some(model),
        }
    }
}

impl Serialize for Returned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Returned::Model(name) => name.serialize(serializer),
            Returned::Own(model) => model.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Returned {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ReturnedVisitor;

        impl<'de> Visitor<'de> for ReturnedVisitor {
            type Value = Returned;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Returned, E> {
                Ok(Returned::Model(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Returned, A::Error> {
                OwnModel::deserialize(de::value::MapAccessDeserializer::new(map)).map(Returned::Own)
            }
        }

        deserializer.deserialize_any(ReturnedVisitor)
    }
}
