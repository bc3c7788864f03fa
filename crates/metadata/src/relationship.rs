//! Relationships between tables of one source, in every form documents know. Whether the
//! foreign keys they name exist is not known here.

use crate::name::QualifiedName;
use crate::wire::{Extra, non_empty};
use indexmap::IndexMap;
use serde::de;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An object or array relationship of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relationship {
    /// The field's name.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// What connects the tables.
    pub using: RelationshipUsing,
    /// A text for people, also the description in the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// To one row or to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RelationshipKind {
    /// To at most one row.
    Object,
    /// To any number of rows.
    Array,
}

/// What connects two tables.
#[derive(Debug, Clone, PartialEq)]
pub enum RelationshipUsing {
    /// A foreign key of this table: its columns (only object relationships).
    ForeignKeyOn(Vec<String>),
    /// A foreign key of another table that points to this one.
    ForeignKeyOf {
        /// The other table.
        table: QualifiedName,
        /// The key's columns there.
        columns: Vec<String>,
    },
    /// Columns that are compared, without a foreign key.
    Manual(ManualConfiguration),
}

/// Columns that connect two tables.
#[derive(Debug, Clone, PartialEq)]
pub struct ManualConfiguration {
    /// What is reached.
    pub target: ManualTarget,
    /// Columns here to columns there.
    pub column_mapping: IndexMap<String, String>,
    /// Which row is inserted first in a nested insert: this one when absent.
    pub insertion_order: Option<InsertionOrder>,
    /// Unknown keys.
    pub extra: Extra,
}

/// What a manual relationship reaches.
#[derive(Debug, Clone, PartialEq)]
pub enum ManualTarget {
    /// A table of the same source.
    Table(QualifiedName),
    /// A native query of the same source.
    NativeQuery(String),
}

/// Which row a nested insert writes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InsertionOrder {
    /// The related row.
    BeforeParent,
    /// The row with the relationship.
    AfterParent,
}

/// One column or several: a string or a list.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn new(columns: &[String]) -> Self {
        match columns {
            [column] => OneOrMany::One(column.clone()),
            _ => OneOrMany::Many(columns.to_vec()),
        }
    }

    fn into_columns<E: de::Error>(self) -> Result<Vec<String>, E> {
        let columns = match self {
            OneOrMany::One(column) => vec![column],
            OneOrMany::Many(columns) => columns,
        };
        if columns.is_empty() {
            return Err(E::custom("expected at least one column"));
        }
        Ok(columns)
    }
}

#[derive(Deserialize)]
struct UsingObject {
    foreign_key_constraint_on: Option<ForeignKeyObject>,
    manual_configuration: Option<ManualConfiguration>,
}

/// `foreign_key_constraint_on` in its three forms.
enum ForeignKeyObject {
    On(Vec<String>),
    Of {
        table: QualifiedName,
        columns: Vec<String>,
    },
}

impl<'de> Deserialize<'de> for ForeignKeyObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ForeignKeyVisitor;

        impl<'de> de::Visitor<'de> for ForeignKeyVisitor {
            type Value = ForeignKeyObject;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a column, a list of columns or an object with table and column")
            }

            fn visit_str<E: de::Error>(self, column: &str) -> Result<ForeignKeyObject, E> {
                Ok(ForeignKeyObject::On(vec![column.to_owned()]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(
                self,
                seq: A,
            ) -> Result<ForeignKeyObject, A::Error> {
                let columns = Vec::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                Ok(ForeignKeyObject::On(
                    OneOrMany::Many(columns).into_columns()?,
                ))
            }

            fn visit_map<A: de::MapAccess<'de>>(
                self,
                map: A,
            ) -> Result<ForeignKeyObject, A::Error> {
                #[derive(Deserialize)]
                struct Object {
                    table: QualifiedName,
                    column: Option<OneOrMany>,
                    columns: Option<OneOrMany>,
                }
                let object = Object::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let columns = match (object.column, object.columns) {
                    (Some(columns), None) | (None, Some(columns)) => columns,
                    _ => {
                        return Err(de::Error::custom(
                            "exactly one of the keys column and columns must be present",
                        ));
                    }
                };
                Ok(ForeignKeyObject::Of {
                    table: object.table,
                    columns: columns.into_columns()?,
                })
            }
        }

        deserializer.deserialize_any(ForeignKeyVisitor)
    }
}

impl<'de> Deserialize<'de> for RelationshipUsing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = UsingObject::deserialize(deserializer)?;
        match (
            object.foreign_key_constraint_on,
            object.manual_configuration,
        ) {
            (Some(ForeignKeyObject::On(columns)), None) => {
                Ok(RelationshipUsing::ForeignKeyOn(columns))
            }
            (Some(ForeignKeyObject::Of { table, columns }), None) => {
                Ok(RelationshipUsing::ForeignKeyOf { table, columns })
            }
            (None, Some(manual)) => Ok(RelationshipUsing::Manual(manual)),
            (None, None) => Err(de::Error::custom(
                "one of \"foreign_key_constraint_on\" or \"manual_configuration\" should be present",
            )),
            (Some(_), Some(_)) => Err(de::Error::custom(
                "only one of \"foreign_key_constraint_on\" or \"manual_configuration\" should be \
                 present",
            )),
        }
    }
}

impl Serialize for RelationshipUsing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            RelationshipUsing::ForeignKeyOn(columns) => {
                map.serialize_entry("foreign_key_constraint_on", &OneOrMany::new(columns))?;
            }
            RelationshipUsing::ForeignKeyOf { table, columns } => {
                let mut key = serde_json::Map::new();
                let columns_json = serde_json::to_value(OneOrMany::new(columns))
                    .map_err(serde::ser::Error::custom)?;
                let name = if columns.len() == 1 {
                    "column"
                } else {
                    "columns"
                };
                key.insert(name.into(), columns_json);
                key.insert(
                    "table".into(),
                    serde_json::to_value(table).map_err(serde::ser::Error::custom)?,
                );
                map.serialize_entry("foreign_key_constraint_on", &key)?;
            }
            RelationshipUsing::Manual(manual) => {
                map.serialize_entry("manual_configuration", manual)?;
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ManualConfiguration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Object {
            column_mapping: IndexMap<String, String>,
            insertion_order: Option<InsertionOrder>,
            remote_table: Option<QualifiedName>,
            remote_native_query: Option<String>,
            #[serde(flatten)]
            extra: Extra,
        }
        let object = Object::deserialize(deserializer)?;
        let target = match (object.remote_table, object.remote_native_query) {
            (Some(table), None) => ManualTarget::Table(table),
            (None, Some(name)) => ManualTarget::NativeQuery(name),
            (None, None) => return Err(de::Error::missing_field("remote_table")),
            (Some(_), Some(_)) => {
                return Err(de::Error::custom(
                    "only one of \"remote_table\" or \"remote_native_query\" should be present",
                ));
            }
        };
        Ok(ManualConfiguration {
            target,
            column_mapping: object.column_mapping,
            insertion_order: object.insertion_order,
            extra: object.extra,
        })
    }
}

impl Serialize for ManualConfiguration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("column_mapping", &self.column_mapping)?;
        map.serialize_entry("insertion_order", &self.insertion_order)?;
        match &self.target {
            ManualTarget::Table(table) => map.serialize_entry("remote_table", table)?,
            ManualTarget::NativeQuery(name) => map.serialize_entry("remote_native_query", name)?,
        }
        for (key, value) in &self.extra {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
