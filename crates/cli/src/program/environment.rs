//! Variables: the environment's first, then those of the `.env` file.

use super::dotenv;
use super::exit::Stop;
use howdah_project::read_text;
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

    /// Adds those of a file that the environment does not have. Gives a word on each line of
    /// another form, without the line: it may hold a secret.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn add_file(&mut self, file: &Path) -> Result<Vec<String>, Stop> {
        let text =
            read_text(file).map_err(|fault| Stop::usage(format!("{}: {fault}", file.display())))?;
        let lines = dotenv::parse(&text, |name| self.variables.get(name).cloned());
        let mut said = std::collections::HashSet::new();
        // In a file the last word counts.
        for (name, value) in lines.entries.into_iter().rev() {
            if said.insert(name.clone()) {
                self.variables.entry(name).or_insert(value);
            }
        }
        let word = |line| format!("{}:{line}: not of the form NAME=value", file.display());
        Ok(lines.unknown.into_iter().map(word).collect())
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
