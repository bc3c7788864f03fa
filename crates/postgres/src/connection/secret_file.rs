//! Connection strings that stand in a file, read at each connect.

use crate::execution::errors::connection_error;
use howdah_error::{Error, Result};
use std::path::Path;

/// What a connection string begins with that names such a file.
const SCHEME: &str = "dynamic-from-file://";

/// The file that a connection string names.
pub(crate) fn path(url: &str) -> Option<&str> {
    url.strip_prefix(SCHEME)
}

/// The connection string of a file. Where a folder is given, the file must lie in it once links are
/// followed: whoever may name the file is not trusted with others.
///
/// # Errors
/// `postgres-error` "connection error" with the reason, which holds nothing of the file.
pub(crate) async fn read(path: &str, folder: Option<&Path>) -> Result<String> {
    let unreadable =
        |e: std::io::Error| connection_error(format!("cannot read the connection string: {e}"));
    // What was looked at is what is read, wherever a link leads a moment later.
    let file = tokio::fs::canonicalize(path).await.map_err(unreadable)?;
    if let Some(folder) = folder {
        let folder = tokio::fs::canonicalize(folder).await.map_err(unreadable)?;
        if !file.starts_with(folder) {
            return Err(outside());
        }
    }
    tokio::fs::read_to_string(file).await.map_err(unreadable)
}

fn outside() -> Error {
    connection_error(
        "the file with the connection string lies outside of the folder that is allowed for it",
    )
}
