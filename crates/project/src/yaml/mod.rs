//! YAML as project folders use it: read into JSON values, written in the form the format's
//! tools write (so that rewriting a folder changes as few lines as possible), and positions of
//! values in a text. Knows nothing of metadata.

mod locate;
mod read;
mod scalar;
mod write;

pub(crate) use locate::locate;
pub(crate) use read::{INCLUDE, read};
pub(crate) use write::write;

/// A document as YAML, in the form in which project folders are written.
pub fn to_yaml(value: &serde_json::Value) -> String {
    write(value)
}

/// The document of a YAML (or JSON) text; `file` is named in errors.
///
/// # Errors
/// With the place, when the text is no YAML.
pub fn from_yaml(text: &str, file: &std::path::Path) -> crate::Result<serde_json::Value> {
    read(text, file)
}
