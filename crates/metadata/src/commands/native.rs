//! Arguments of commands on native queries and logical models.

use super::{default_source, source_name};
use crate::logical_model::LogicalModel;
use crate::native_query::NativeQuery;
use crate::object::ModelPlace;
use crate::parse::parse;
use crate::permission::SelectPermission;
use crate::wire::{non_empty, null_default};
use howdah_error::{Error, Result};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// `track_native_query`.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackNativeQuery {
    /// In which source.
    pub source: String,
    /// The query.
    pub query: NativeQuery,
}

impl TrackNativeQuery {
    /// Reads arguments: a native query beside its source.
    ///
    /// # Errors
    /// `parse-failed` where they do not fit.
    pub fn from_args(mut args: Value) -> Result<Self> {
        let source = take_source(&mut args)?;
        let query = parse(args)?;
        crate::checks::check_query(&query)?;
        Ok(TrackNativeQuery { source, query })
    }
}

/// The source that stands beside an object.
fn take_source(args: &mut Value) -> Result<String> {
    match args
        .as_object_mut()
        .and_then(|args| args.shift_remove("source"))
    {
        None | Some(Value::Null) => Ok(default_source()),
        Some(given) => parse(given).map_err(|error| error.within("source")),
    }
}

/// `untrack_native_query`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UntrackNativeQuery {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which.
    pub root_field_name: String,
}

/// `track_logical_model`.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackLogicalModel {
    /// In which source.
    pub source: String,
    /// The logical model.
    pub model: LogicalModel,
}

impl TrackLogicalModel {
    /// Reads arguments: a logical model beside its source. Permissions have a command of their own.
    ///
    /// # Errors
    /// `parse-failed` where they do not fit.
    pub fn from_args(mut args: Value) -> Result<Self> {
        let source = take_source(&mut args)?;
        if let Some(object) = args.as_object_mut() {
            if object.get("fields").is_none() {
                return Err(Error::parse_failed("key \"fields\" not found"));
            }
            object.shift_remove("select_permissions");
        }
        let model: LogicalModel = parse(args)?;
        crate::checks::check_model(&model)?;
        Ok(TrackLogicalModel { source, model })
    }
}

/// `untrack_logical_model`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UntrackLogicalModel {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which.
    pub name: String,
}

/// `get_native_query` and `get_logical_model`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OfSource {
    /// Of which source.
    pub source: String,
}

/// What the shape of rows belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModelKind {
    /// `logical_model`
    #[default]
    Model,
    /// `native_query`, one that has a shape of its own.
    Query,
}

impl ModelKind {
    /// The place of that name.
    pub fn place(self, name: &str) -> ModelPlace {
        match self {
            ModelKind::Model => ModelPlace::Model(name.to_owned()),
            ModelKind::Query => ModelPlace::Query(name.to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for ModelKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)?.as_str() {
            Some("logical_model") => Ok(ModelKind::Model),
            Some("native_query") => Ok(ModelKind::Query),
            _ => Err(D::Error::custom("Expected string")),
        }
    }
}

/// `create_logical_model_select_permission`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CreateLogicalModelPermission {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which logical model or native query.
    pub name: String,
    /// Which of them; a logical model when absent.
    #[serde(default, rename = "type", deserialize_with = "null_default")]
    pub kind: ModelKind,
    /// Who.
    #[serde(deserialize_with = "non_empty")]
    pub role: String,
    /// What.
    pub permission: SelectPermission,
    /// A text for people.
    #[serde(default)]
    pub comment: Option<String>,
}

/// `drop_logical_model_select_permission`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DropLogicalModelPermission {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// On which logical model or native query.
    pub name: String,
    /// Which of them; a logical model when absent.
    #[serde(default, rename = "type", deserialize_with = "null_default")]
    pub kind: ModelKind,
    /// Whose.
    pub role: String,
}
