//! Variables: the environment's first, then those of the `.env` file.

use super::exit::Stop;
use std::collections::HashMap;
use std::path::Path;

/// Variables that apply.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
}

impl Environment {
    /// Those of the process.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Environment {
            variables: variables.into_iter().collect(),
        }
    }

    /// Adds those of a file that the environment does not have.
    ///
    /// # Errors
    /// The file cannot be read or has lines of another form.
    pub fn add_file(&mut self, file: &Path) -> Result<(), Stop> {
        let entries = dotenvy::from_path_iter(file)
            .map_err(|fault| Stop::usage(format!("{}: {fault}", file.display())))?;
        for entry in entries {
            let (name, value) = entry.map_err(|fault| match fault {
                // The line may hold a secret.
                dotenvy::Error::LineParse(_, at) => Stop::usage(format!(
                    "{}: a line is not of the form NAME=value (at its character {})",
                    file.display(),
                    at + 1
                )),
                other => Stop::usage(format!("{}: {other}", file.display())),
            })?;
            self.variables.entry(name).or_insert(value);
        }
        Ok(())
    }

    /// A variable that says something.
    pub fn get(&self, name: &str) -> Option<String> {
        self.variables
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    }

    /// Whether a variable says yes.
    pub fn is_true(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|text| howdah_project::is_true(&text))
    }
}
