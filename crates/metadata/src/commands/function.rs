//! Arguments of commands on functions.

use super::{default_source, source_name};
use crate::function::FunctionConfiguration;
use crate::name::QualifiedName;
use crate::parse::parse;
use crate::wire::non_empty;
use crate::wire::null_default;
use howdah_error::Result;
use serde::Deserialize;
use serde_json::Value;

/// `track_function`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TrackFunction {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which function.
    pub function: QualifiedName,
    /// How it is exposed.
    #[serde(default, deserialize_with = "null_default")]
    pub configuration: FunctionConfiguration,
    /// A text for people.
    #[serde(default)]
    pub comment: Option<String>,
}

impl TrackFunction {
    /// Reads arguments in both forms: the object, and the old bare function name.
    ///
    /// # Errors
    /// `parse-failed` where they do not fit.
    pub fn from_args(args: Value) -> Result<Self> {
        if has_function(&args) {
            return parse(args);
        }
        Ok(TrackFunction {
            source: default_source(),
            function: parse(args)?,
            configuration: FunctionConfiguration::default(),
            comment: None,
        })
    }
}

/// Whether arguments are an object with the function in it. With a source they always are: its name
/// must not be lost.
fn has_function(args: &Value) -> bool {
    let has_source = args.get("source").is_some_and(|source| !source.is_null());
    has_source || args.get("function").is_some()
}

/// `untrack_function`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UntrackFunction {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which function.
    pub function: QualifiedName,
}

impl UntrackFunction {
    /// Reads arguments in both forms: the object, and the old bare function name.
    ///
    /// # Errors
    /// `parse-failed` where they do not fit.
    pub fn from_args(args: Value) -> Result<Self> {
        if has_function(&args) {
            return parse(args);
        }
        Ok(UntrackFunction {
            source: default_source(),
            function: parse(args)?,
        })
    }
}

/// `set_function_customization`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SetFunctionCustomization {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which function.
    pub function: QualifiedName,
    /// Replaces the whole configuration; never by forgetting to say with what.
    pub configuration: FunctionConfiguration,
}

/// `create_function_permission`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CreateFunctionPermission {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which function.
    pub function: QualifiedName,
    /// Who.
    #[serde(deserialize_with = "non_empty")]
    pub role: String,
}

/// `drop_function_permission`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DropFunctionPermission {
    /// In which source.
    #[serde(default = "default_source", deserialize_with = "source_name")]
    pub source: String,
    /// Which function.
    pub function: QualifiedName,
    /// Whose.
    pub role: String,
}
