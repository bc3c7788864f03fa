//! Putting a document together from files, remembering which value came from which file so
//! that faults of the whole can be told at the place where a person can mend them.

use crate::error::{Error, Place, Result};
use crate::text::read_text;
use crate::yaml;
use howdah_error::{JsonPath, Segment};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Includes within includes, at most.
const DEPTH: usize = 16;

/// A file that is part of the document.
struct Origin {
    /// Where its content stands in the document.
    at: Vec<Segment>,
    file: PathBuf,
    text: String,
}

/// Reads files of a folder and remembers them.
pub(super) struct Reader {
    /// Nothing outside of this folder is read.
    root: PathBuf,
    origins: Vec<Origin>,
}

impl Reader {
    /// `root` is the project folder or the metadata folder itself.
    pub(super) fn new(root: &Path) -> Result<Self> {
        let root = root.canonicalize().map_err(Error::io(root))?;
        Ok(Reader {
            root,
            origins: Vec::new(),
        })
    }

    /// The content of a YAML file, with everything it includes, to stand at `at` of the
    /// document. Nothing when the file does not exist.
    pub(super) fn yaml(&mut self, file: &Path, at: &[Segment]) -> Result<Option<Value>> {
        match self.text(file)? {
            Some(text) => self.parsed(file, text, at, 0).map(Some),
            None => Ok(None),
        }
    }

    /// The text of a file, if it exists.
    pub(super) fn text(&self, file: &Path) -> Result<Option<String>> {
        if !file.exists() {
            return Ok(None);
        }
        let real = file.canonicalize().map_err(Error::io(file))?;
        if !real.starts_with(&self.root) {
            return Err(Error::content(
                Place::file(file),
                format!("lies outside of {}", self.root.display()),
            ));
        }
        read_text(&real).map(Some).map_err(Error::io(file))
    }

    fn parsed(&mut self, file: &Path, text: String, at: &[Segment], depth: usize) -> Result<Value> {
        let mut value = yaml::read(&text, file)?;
        self.origins.push(Origin {
            at: at.to_vec(),
            file: file.to_owned(),
            text,
        });
        let mut path = at.to_vec();
        self.resolve(&mut value, file, &mut path, at.len(), depth)?;
        Ok(value)
    }

    fn resolve(
        &mut self,
        value: &mut Value,
        file: &Path,
        path: &mut Vec<Segment>,
        base: usize,
        depth: usize,
    ) -> Result<()> {
        match value {
            Value::Array(list) => {
                for (index, item) in list.iter_mut().enumerate() {
                    path.push(Segment::Index(index));
                    self.resolve(item, file, path, base, depth)?;
                    path.pop();
                }
                Ok(())
            }
            Value::Object(map) => {
                for (key, item) in map.iter_mut() {
                    path.push(Segment::from(key.as_str()));
                    self.resolve(item, file, path, base, depth)?;
                    path.pop();
                }
                Ok(())
            }
            Value::String(text) => {
                if let Some(name) = text.strip_prefix(yaml::INCLUDE) {
                    *value = self
                        .included(name.trim(), file, path, depth)
                        .map_err(|fault| self.explained(fault, file, path.get(base..)))?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn included(
        &mut self,
        name: &str,
        file: &Path,
        path: &[Segment],
        depth: usize,
    ) -> Result<Value, Fault> {
        if depth >= DEPTH {
            return Err(Fault::Here(format!(
                "more than {DEPTH} includes within each other"
            )));
        }
        let target = file.parent().unwrap_or(Path::new("")).join(name);
        let text = self.text(&target).map_err(Fault::There)?;
        let Some(text) = text else {
            return Err(Fault::Here(format!(
                "the included file {} does not exist",
                target.display()
            )));
        };
        // JSON is YAML, too; anything else, such as SQL, is a text.
        let yaml = target
            .extension()
            .is_some_and(|kind| kind == "yaml" || kind == "yml" || kind == "json");
        if yaml {
            self.parsed(&target, text, path, depth + 1)
                .map_err(Fault::There)
        } else {
            Ok(text.into())
        }
    }

    fn explained(&self, fault: Fault, file: &Path, path: Option<&[Segment]>) -> Error {
        match fault {
            Fault::There(error) => error,
            Fault::Here(message) => {
                let origin = self.origins.iter().rfind(|origin| origin.file == file);
                let position =
                    origin.and_then(|origin| yaml::locate(&origin.text, path.unwrap_or_default()));
                Error::content(
                    Place {
                        position,
                        ..Place::file(file)
                    },
                    message,
                )
            }
        }
    }

    /// Where a value of the document stands in the files.
    pub(super) fn place(&self, path: &JsonPath) -> Option<Place> {
        let segments = path.segments();
        let origin = self
            .origins
            .iter()
            .filter(|origin| segments.starts_with(&origin.at))
            // A file with several parts of the document is not the place of the whole.
            .filter(|origin| !origin.at.is_empty() || !segments.is_empty())
            .max_by_key(|origin| origin.at.len())?;
        let within = segments.get(origin.at.len()..)?;
        Some(Place {
            file: origin.file.clone(),
            position: yaml::locate(&origin.text, within),
            path: if within.is_empty() {
                String::new()
            } else {
                within.iter().cloned().collect::<JsonPath>().to_string()
            },
        })
    }
}

/// An include that fails: in its own place, or in the file it names.
enum Fault {
    Here(String),
    There(Error),
}
