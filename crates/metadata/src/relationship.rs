//! Relationships between tables of one source, in every form documents know. Whether the
//! foreign keys they name exist is not known here.

use crate::name::QualifiedName;
use crate::parse::parse;
use crate::wire::{Extra, non_empty};
use indexmap::IndexMap;
use serde::de::{self, DeserializeOwned};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

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

    fn into_columns(self) -> Result<Vec<String>, String> {
        let columns = match self {
            OneOrMany::One(column) => vec![column],
            OneOrMany::Many(columns) => columns,
        };
        if columns.is_empty() {
            return Err("expected at least one column".to_owned());
        }
        Ok(columns)
    }
}

/// What is wrong is told of `using` as a whole, wherever in it.
impl<'de> Deserialize<'de> for RelationshipUsing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        using(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// # Errors
/// With the text of what is wrong.
fn using(value: Value) -> Result<RelationshipUsing, String> {
    let Value::Object(mut object) = value else {
        return Err("using should be an object".to_owned());
    };
    let mut given = |key: &str| object.remove(key).filter(|value| !value.is_null());
    match (
        given("foreign_key_constraint_on"),
        given("manual_configuration"),
    ) {
        (Some(key), None) => foreign_key(key),
        (None, Some(manual)) => read(manual).map(RelationshipUsing::Manual),
        (None, None) => Err(
            "atleast one of foreign_key_constraint_on/manual_configuration should be present"
                .to_owned(),
        ),
        (Some(_), Some(_)) => Err(
            "only one of foreign_key_constraint_on/manual_configuration should be present"
                .to_owned(),
        ),
    }
}

/// `foreign_key_constraint_on` in its three forms.
fn foreign_key(value: Value) -> Result<RelationshipUsing, String> {
    #[derive(Deserialize)]
    struct Of {
        table: QualifiedName,
        column: Option<OneOrMany>,
        columns: Option<OneOrMany>,
    }
    match value {
        Value::String(_) | Value::Array(_) => {
            let columns = read::<OneOrMany>(value)?.into_columns()?;
            Ok(RelationshipUsing::ForeignKeyOn(columns))
        }
        Value::Object(_) => {
            let of: Of = read(value)?;
            let columns = match (of.column, of.columns) {
                (Some(columns), None) | (None, Some(columns)) => columns.into_columns()?,
                _ => return Err("expected exactly one of 'column' or 'columns'".to_owned()),
            };
            Ok(RelationshipUsing::ForeignKeyOf {
                table: of.table,
                columns,
            })
        }
        _ => Err("Expected string or array".to_owned()),
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    parse(value).map_err(|error| error.message().to_owned())
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
