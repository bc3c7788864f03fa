//! How a table, its columns and its root fields are named in the GraphQL schema. Reads the old
//! `custom_column_names` too and writes it beside `column_config`, as the format demands.

use crate::wire::{Extra, checked_name, graphql_name, is_default, null_default};
use indexmap::IndexMap;
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Names of a table. An empty one is left out of exports.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TableConfiguration {
    /// Names and comments of columns.
    pub column_config: IndexMap<String, ColumnConfig>,
    /// The description of the table's type. An empty text means no description at all.
    pub comment: Option<String>,
    /// Replaces the table's name everywhere.
    pub custom_name: Option<String>,
    /// Names of single root fields.
    pub custom_root_fields: CustomRootFields,
    /// Unknown keys.
    pub extra: Extra,
}

impl TableConfiguration {
    /// The GraphQL name given to a column, if any.
    pub fn custom_column_name(&self, column: &str) -> Option<&str> {
        self.column_config.get(column)?.custom_name.as_deref()
    }
}

/// Names of a column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ColumnConfig {
    /// The description of its field. An empty text means no description at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Its name in the schema.
    #[serde(
        default,
        deserialize_with = "graphql_name",
        skip_serializing_if = "Option::is_none"
    )]
    pub custom_name: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Names of root fields; default ones where absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct CustomRootFields {
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub delete: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub delete_by_pk: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub insert: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub insert_one: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub select: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub select_aggregate: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub select_by_pk: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub select_stream: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub update: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub update_by_pk: CustomRootField,
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub update_many: CustomRootField,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CustomRootFields {
    /// The fields with their keys, in the order of documents.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &CustomRootField)> {
        [
            ("delete", &self.delete),
            ("delete_by_pk", &self.delete_by_pk),
            ("insert", &self.insert),
            ("insert_one", &self.insert_one),
            ("select", &self.select),
            ("select_aggregate", &self.select_aggregate),
            ("select_by_pk", &self.select_by_pk),
            ("select_stream", &self.select_stream),
            ("update", &self.update),
            ("update_by_pk", &self.update_by_pk),
            ("update_many", &self.update_many),
        ]
        .into_iter()
    }
}

/// The name and description of a root field; written as a string when there is no comment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomRootField {
    /// The name: the default one when absent.
    pub name: Option<String>,
    /// The description. An empty text means no description at all.
    pub comment: Option<String>,
}

impl Serialize for CustomRootField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (&self.name, &self.comment) {
            (Some(name), None) => serializer.serialize_str(name),
            (None, None) => serializer.serialize_none(),
            (name, Some(comment)) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("comment", comment)?;
                map.serialize_entry("name", name)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for CustomRootField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldVisitor;

        impl<'de> Visitor<'de> for FieldVisitor {
            type Value = CustomRootField;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or an object with name and comment")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<CustomRootField, E> {
                Ok(CustomRootField {
                    name: Some(checked_name(name.to_owned()).map_err(E::custom)?),
                    comment: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CustomRootField, A::Error> {
                #[derive(Deserialize)]
                struct Object {
                    #[serde(default, deserialize_with = "graphql_name")]
                    name: Option<String>,
                    comment: Option<String>,
                }
                let object = Object::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(CustomRootField {
                    name: object.name,
                    comment: object.comment,
                })
            }
        }

        deserializer.deserialize_any(FieldVisitor)
    }
}

impl<'de> Deserialize<'de> for TableConfiguration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Object {
            #[serde(default, deserialize_with = "null_default")]
            column_config: IndexMap<String, ColumnConfig>,
            #[serde(default)]
            comment: Option<String>,
            #[serde(default, deserialize_with = "null_default")]
            custom_column_names: IndexMap<String, Name>,
            #[serde(default, deserialize_with = "graphql_name")]
            custom_name: Option<String>,
            #[serde(default, deserialize_with = "distinct")]
            custom_root_fields: CustomRootFields,
            #[serde(flatten)]
            extra: Extra,
        }
        let object = Object::deserialize(deserializer)?;
        let mut column_config = object.column_config;
        for (column, Name(name)) in object.custom_column_names {
            let config = column_config.entry(column).or_default();
            config.custom_name.get_or_insert(name);
        }
        Ok(TableConfiguration {
            column_config,
            comment: object.comment,
            custom_name: object.custom_name,
            custom_root_fields: object.custom_root_fields,
            extra: object.extra,
        })
    }
}

/// A name that fields of the schema can have.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        checked_name(name).map(Name).map_err(de::Error::custom)
    }
}

/// Reads root fields, of which no two get the same name.
fn distinct<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CustomRootFields, D::Error> {
    let fields: CustomRootFields = null_default(deserializer)?;
    check_distinct(&fields).map_err(de::Error::custom)?;
    Ok(fields)
}

fn check_distinct(fields: &CustomRootFields) -> Result<(), String> {
    let mut seen = Vec::new();
    let mut duplicates: Vec<&str> = Vec::new();
    for name in fields.iter().filter_map(|(_, field)| field.name.as_deref()) {
        if !seen.contains(&name) {
            seen.push(name);
        } else if !duplicates.contains(&name) {
            duplicates.push(name);
        }
    }
    if duplicates.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the following custom root field names are duplicated: {}",
        listed(&duplicates)
    ))
}

/// `a`, `a and b`, `a, b, and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [first, second] => format!("{first} and {second}"),
        [others @ .., last] if !others.is_empty() => format!("{}, and {last}", others.join(", ")),
        names => names.concat(),
    }
}

impl Serialize for TableConfiguration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut columns: IndexMap<&str, &ColumnConfig> = self
            .column_config
            .iter()
            .map(|(column, config)| (column.as_str(), config))
            .collect();
        columns.sort_keys();
        let custom_names: IndexMap<&str, &str> = columns
            .iter()
            .filter_map(|(column, config)| Some((*column, config.custom_name.as_deref()?)))
            .collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("column_config", &columns)?;
        if let Some(comment) = &self.comment {
            map.serialize_entry("comment", comment)?;
        }
        map.serialize_entry("custom_column_names", &custom_names)?;
        if let Some(name) = &self.custom_name {
            map.serialize_entry("custom_name", name)?;
        }
        map.serialize_entry("custom_root_fields", &self.custom_root_fields)?;
        for (key, value) in &self.extra {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
