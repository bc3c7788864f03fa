//! The folders of a start: the project's, if there is one, and the one for data.

use super::input::Input;
use crate::managed;
use howdah_cli::Contents;
use howdah_project::{CONFIG_FILE, Project};
use howdah_server::Fatal;
use std::path::{Path, PathBuf};

/// Where a start takes place.
pub struct Place {
    folder: PathBuf,
    project: Option<Project>,
    data: PathBuf,
}

impl Place {
    /// The folder that was named, which then must hold a project, or the current one, which need
    /// not.
    ///
    /// # Errors
    /// The named folder holds no project, or the project's settings do not fit.
    pub fn find(named: Option<PathBuf>, input: &Input) -> Result<Self, Fatal> {
        let folder = named.clone().unwrap_or_else(|| PathBuf::from("."));
        let folder = std::path::absolute(&folder)
            .map_err(|error| Fatal::new(format!("{}: {error}", folder.display())))?;
        let project = if Project::exists(&folder) {
            let variable = |name: &str| input.variable(name);
            Some(Project::open(&folder, variable).map_err(Fatal::new)?)
        } else if named.is_some() {
            return Err(Fatal::usage(format!(
                "{} holds no project: there is no {CONFIG_FILE}",
                folder.display()
            )));
        } else {
            None
        };
        let data = managed::data_folder(input.data_folder()?.as_deref(), &folder);
        Ok(Place {
            folder,
            project,
            data,
        })
    }

    /// The project's folder, or the current one.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The project, if there is one.
    pub fn project(&self) -> Option<&Project> {
        self.project.as_ref()
    }

    /// The folder for what a start leaves behind.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Reads the project.
    ///
    /// # Errors
    /// The first file that does not fit.
    pub fn contents(&self) -> Result<Option<Contents>, Fatal> {
        let contents = self.project.as_ref().map(Contents::read).transpose();
        contents.map_err(Fatal::new)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn input(environment: &[(&str, &str)]) -> Input {
        let environment = environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Input::new(vec!["dev".into()], environment).unwrap()
    }

    #[test]
    fn a_named_folder_must_hold_a_project() {
        let folder = tempfile::tempdir().unwrap();
        let named = || Some(folder.path().to_owned());
        let fatal = Place::find(named(), &input(&[])).err().unwrap();
        assert!(
            fatal.message().contains("there is no config.yaml"),
            "{fatal}"
        );
        std::fs::write(folder.path().join("config.yaml"), "version: 3\n").unwrap();
        let place = Place::find(named(), &input(&[])).unwrap();
        assert!(place.project().is_some());
        assert_eq!(place.data(), folder.path().join(".howdah"));
        let elsewhere = input(&[("HOWDAH_DATA_DIR", "/elsewhere")]);
        let place = Place::find(named(), &elsewhere).unwrap();
        assert_eq!(place.data(), Path::new("/elsewhere"));
    }
}
