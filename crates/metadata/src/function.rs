//! Tracked functions and computed fields.

use crate::name::QualifiedName;
use crate::permission::FunctionPermission;
use crate::wire::{Extra, graphql_name, is_default, non_empty, null_default};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A function that is a root field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Which.
    pub function: QualifiedName,
    /// How it is exposed.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "is_default"
    )]
    pub configuration: FunctionConfiguration,
    /// Who may call it.
    #[serde(
        default,
        deserialize_with = "null_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub permissions: Vec<FunctionPermission>,
    /// A text for people, also the description in the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Function {
    /// A function without any configuration.
    pub fn new(function: QualifiedName) -> Self {
        Function {
            function,
            configuration: FunctionConfiguration::default(),
            permissions: Vec::new(),
            comment: None,
            extra: Extra::default(),
        }
    }
}

/// How a function is exposed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FunctionConfiguration {
    /// Its name in the schema.
    #[serde(
        default,
        deserialize_with = "graphql_name",
        skip_serializing_if = "Option::is_none"
    )]
    pub custom_name: Option<String>,
    /// Names of its root fields.
    #[serde(default, deserialize_with = "null_default")]
    pub custom_root_fields: FunctionRootFields,
    /// Where it is a field: by its volatility when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposed_as: Option<FunctionExposure>,
    /// What it returns (only of data connectors).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
    /// The argument that gets the session variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_argument: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Names of a function's root fields, which differ.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "WrittenRootFields")]
pub struct FunctionRootFields {
    /// Of the function itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Of its aggregate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_aggregate: Option<String>,
}

/// Names of root fields as written.
#[derive(Deserialize)]
struct WrittenRootFields {
    #[serde(default, deserialize_with = "graphql_name")]
    function: Option<String>,
    #[serde(default, deserialize_with = "graphql_name")]
    function_aggregate: Option<String>,
}

impl TryFrom<WrittenRootFields> for FunctionRootFields {
    type Error = String;

    fn try_from(written: WrittenRootFields) -> Result<Self, String> {
        match (&written.function, &written.function_aggregate) {
            (Some(name), Some(aggregate)) if name == aggregate => Err(format!(
                "the following custom root field names are duplicated: {name:?} and {aggregate:?}"
            )),
            _ => Ok(FunctionRootFields {
                function: written.function,
                function_aggregate: written.function_aggregate,
            }),
        }
    }
}

/// Where a function is a root field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FunctionExposure {
    /// In queries and subscriptions.
    Query,
    /// In mutations.
    Mutation,
}

/// A function over rows of a table, shown as a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComputedField {
    /// The field's name.
    #[serde(deserialize_with = "non_empty")]
    pub name: String,
    /// What computes it.
    pub definition: ComputedFieldDefinition,
    /// A text for people, also the description in the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What computes a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComputedFieldDefinition {
    /// The function.
    pub function: QualifiedName,
    /// The argument that gets the session variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_argument: Option<String>,
    /// The argument that gets the row: the first one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_argument: Option<String>,
    /// Unknown keys.
    #[serde(flatten)]
    pub extra: Extra,
}
