//! What can be wrong with a project folder, said so that a person can find it: the file, and
//! the line and column where they are known.

use howdah_error::{JsonPath, Segment};
use std::fmt;
use std::path::{Path, PathBuf};

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault of a project folder.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("{}: {fault}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        fault: std::io::Error,
    },
    /// The content of a file does not fit.
    #[error("{place}: {message}")]
    Content {
        /// Where.
        place: Place,
        /// What is wrong.
        message: String,
    },
    /// The folder as a whole does not fit.
    #[error("{0}")]
    Folder(String),
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.to_owned();
        move |fault| Error::Io { path, fault }
    }

    pub(crate) fn content(place: Place, message: impl Into<String>) -> Error {
        Error::Content {
            place,
            message: message.into(),
        }
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Line and column, both from 1.
    pub position: Option<(usize, usize)>,
    /// The path of the value within the file: `$[0].table`. Empty when it says nothing more.
    pub path: String,
}

impl Place {
    pub(crate) fn file(file: &Path) -> Self {
        Place {
            file: file.to_owned(),
            position: None,
            path: String::new(),
        }
    }

    pub(crate) fn position(file: &Path, line: usize, column: usize) -> Self {
        Place {
            position: Some((line, column)),
            ..Place::file(file)
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        Ok(())
    }
}

/// Something that works but is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

impl Warning {
    pub(crate) fn unknown_key(path: &JsonPath, place: Place) -> Self {
        let key = match path.segments().last() {
            Some(Segment::Key(key)) => key.to_string(),
            Some(Segment::Index(index)) => index.to_string(),
            None => String::new(),
        };
        Warning {
            message: format!("the key \"{key}\" is not known"),
            place,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
