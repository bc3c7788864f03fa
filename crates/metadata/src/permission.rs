//! Permissions of roles on tables and functions, as documents hold them. Boolean expressions
//! stay JSON here: what they mean depends on the database, which this crate does not know.

use crate::boolean_expression;
use crate::wire::{Extra, non_empty, null_default};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::fmt;

/// A boolean expression over rows of a table.
pub type BoolExp = Map<String, Value>;

/// Values a permission sets, by column.
pub type Presets = Map<String, Value>;

/// What a role may do, with a comment. `P` is one of [`InsertPermission`],
/// [`SelectPermission`], [`UpdatePermission`] and [`DeletePermission`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Permission<P> {
    /// Who.
    #[serde(deserialize_with = "non_empty")]
    pub role: String,
    /// What.
    pub permission: P,
    /// A text for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// `"*"`: all, also those added later.
    All,
    /// These.
    List(Vec<String>),
}

/// The right to insert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InsertPermission {
    /// What each row must fulfil.
    #[serde(deserialize_with = "boolean_expression::read")]
    pub check: BoolExp,
    /// Values that are set for the role.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Map::is_empty"
    )]
    pub set: Presets,
    /// Columns the role may set: all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Columns>,
    /// Only for requests with the admin secret.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub backend_only: bool,
    /// A webhook that validates the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate_input: Option<Value>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The right to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelectPermission {
    /// Columns that are seen.
    pub columns: Columns,
    /// Scalar computed fields that are seen.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub computed_fields: Vec<String>,
    /// Rows that are seen.
    #[serde(deserialize_with = "boolean_expression::read")]
    pub filter: BoolExp,
    /// Most rows of one answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i32>,
    /// Whether aggregates are offered.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub allow_aggregations: bool,
    /// Root fields of queries that are offered: all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_root_fields: Option<Vec<QueryRootField>>,
    /// Root fields of subscriptions that are offered: all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_root_fields: Option<Vec<SubscriptionRootField>>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The right to update.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpdatePermission {
    /// Columns the role may set.
    pub columns: Columns,
    /// Rows that may be updated.
    #[serde(deserialize_with = "boolean_expression::read")]
    pub filter: BoolExp,
    /// What each row must fulfil afterwards: nothing when absent or null.
    #[serde(default, deserialize_with = "boolean_expression::read_optional")]
    pub check: Option<BoolExp>,
    /// Values that are set for the role.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Map::is_empty"
    )]
    pub set: Presets,
    /// Only for requests with the admin secret.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub backend_only: bool,
    /// A webhook that validates the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate_input: Option<Value>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The right to delete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeletePermission {
    /// Rows that may be deleted.
    #[serde(deserialize_with = "boolean_expression::read")]
    pub filter: BoolExp,
    /// Only for requests with the admin secret.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub backend_only: bool,
    /// A webhook that validates the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate_input: Option<Value>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A root field of queries that reads a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryRootField {
    /// `t`
    Select,
    /// `t_by_pk`
    SelectByPk,
    /// `t_aggregate`
    SelectAggregate,
}

/// A root field of subscriptions that reads a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionRootField {
    /// `t`
    Select,
    /// `t_by_pk`
    SelectByPk,
    /// `t_aggregate`
    SelectAggregate,
    /// `t_stream`
    SelectStream,
}

/// The right to call a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionPermission {
    /// Who.
    #[serde(deserialize_with = "non_empty")]
    pub role: String,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The four kinds of permissions on a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PermissionKind {
    /// Insert.
    Insert,
    /// Select.
    Select,
    /// Update.
    Update,
    /// Delete.
    Delete,
}

impl PermissionKind {
    /// All kinds, in the order of documents.
    pub const ALL: [PermissionKind; 4] = [
        PermissionKind::Insert,
        PermissionKind::Select,
        PermissionKind::Update,
        PermissionKind::Delete,
    ];

    /// `insert`, `select`, `update` or `delete`.
    pub fn as_str(self) -> &'static str {
        match self {
            PermissionKind::Insert => "insert",
            PermissionKind::Select => "select",
            PermissionKind::Update => "update",
            PermissionKind::Delete => "delete",
        }
    }
}

impl Serialize for Columns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Columns::All => serializer.serialize_str("*"),
            Columns::List(names) => names.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ColumnsVisitor;

        impl<'de> Visitor<'de> for ColumnsVisitor {
            type Value = Columns;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Columns, E> {
                if text == "*" {
                    Ok(Columns::All)
                } else {
                    Err(E::invalid_type(de::Unexpected::Str(text), &self))
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Columns, A::Error> {
                Deserialize::deserialize(de::value::SeqAccessDeserializer::new(seq))
                    .map(Columns::List)
            }
        }

        deserializer.deserialize_any(ColumnsVisitor)
    }
}

/// A permission of any kind: what code that treats all four alike works with.
pub trait AnyPermission {
    /// Which kind it is.
    const KIND: PermissionKind;
}

impl AnyPermission for InsertPermission {
    const KIND: PermissionKind = PermissionKind::Insert;
}

impl AnyPermission for SelectPermission {
    const KIND: PermissionKind = PermissionKind::Select;
}

impl AnyPermission for UpdatePermission {
    const KIND: PermissionKind = PermissionKind::Update;
}

impl AnyPermission for DeletePermission {
    const KIND: PermissionKind = PermissionKind::Delete;
}
