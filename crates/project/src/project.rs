//! A project folder as a whole.

use crate::config::{CONFIG_FILE, Config};
use crate::document::{is_old, read_document, write_document};
use crate::error::{Error, Result};
use crate::folder::{self, ReadMetadata};
use crate::migrations::{self, Migration};
use crate::text::read_text;
use howdah_metadata::{DEFAULT_SOURCE, Metadata};
use std::path::{Path, PathBuf};

/// A project: its folder and its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    root: PathBuf,
    config: Config,
}

impl Project {
    /// Whether a folder is a project.
    pub fn exists(root: &Path) -> bool {
        root.join(CONFIG_FILE).is_file()
    }

    /// Opens the project in a folder; `variable` gives environment variables.
    ///
    /// # Errors
    /// When the configuration file is missing or does not fit.
    pub fn open(root: &Path, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let file = root.join(CONFIG_FILE);
        let text = read_text(&file).map_err(Error::io(&file))?;
        let config = Config::from_text(&text, &file)?.with_environment(variable);
        Ok(Project {
            root: root.to_owned(),
            config,
        })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The metadata folder.
    pub fn metadata_folder(&self) -> PathBuf {
        self.root.join(&self.config.metadata_directory)
    }

    /// The file that holds the metadata instead of a folder, if the settings name one.
    fn metadata_file(&self) -> Option<PathBuf> {
        let named = self.config.metadata_file.as_ref()?;
        Some(self.root.join(named))
    }

    /// Where the metadata is: a folder, or one file.
    pub fn metadata_place(&self) -> PathBuf {
        self.metadata_file()
            .unwrap_or_else(|| self.metadata_folder())
    }

    /// Whether the project has metadata.
    pub fn has_metadata(&self) -> bool {
        match self.metadata_file() {
            Some(file) => file.is_file(),
            None => self.metadata_folder().is_dir(),
        }
    }

    /// Whether the metadata has the old layout, which does not say how `default` is connected.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn has_old_metadata(&self) -> Result<bool> {
        match self.metadata_file() {
            _ if !self.has_metadata() => Ok(false),
            Some(file) => is_old(&file),
            None => folder::is_old(&self.metadata_folder()),
        }
    }

    /// Reads the metadata; an absent folder or file is an empty document. `current` gives the
    /// connection of the source `default` when it has the old layout without sources.
    ///
    /// # Errors
    /// As [`folder::read`] and [`read_document`].
    pub fn read_metadata(&self, current: &Metadata) -> Result<ReadMetadata> {
        if !self.metadata_place().exists() {
            return Ok(ReadMetadata {
                metadata: Metadata::default(),
                warnings: Vec::new(),
            });
        }
        if let Some(file) = self.metadata_file() {
            return read_document(&file, current);
        }
        let folder = self.metadata_folder();
        // Includes may leave the metadata folder, but not the project; a metadata folder
        // outside of the project is its own bound.
        let inside = match (folder.canonicalize(), self.root.canonicalize()) {
            (Ok(folder), Ok(root)) => folder.starts_with(root),
            _ => false,
        };
        folder::read(&folder, if inside { &self.root } else { &folder }, current)
    }

    /// Writes the metadata.
    ///
    /// # Errors
    /// As [`folder::write`] and [`write_document`].
    pub fn write_metadata(&self, metadata: &Metadata) -> Result<()> {
        match self.metadata_file() {
            Some(file) => write_document(&file, metadata),
            None => folder::write(&self.metadata_folder(), self.config.version, metadata),
        }
    }

    /// The folder with the migrations of a database.
    pub fn migrations_folder(&self, database: &str) -> PathBuf {
        self.folder_of(&self.config.migrations_directory, database)
    }

    /// The folder with the seeds of a database.
    pub fn seeds_folder(&self, database: &str) -> PathBuf {
        self.folder_of(&self.config.seeds_directory, database)
    }

    fn folder_of(&self, folder: &str, database: &str) -> PathBuf {
        let folder = self.root.join(folder);
        if self.config.version < 3 {
            folder
        } else {
            folder.join(database)
        }
    }

    /// The migrations of each database, by its name.
    ///
    /// # Errors
    /// As [`migrations::migrations`].
    pub fn migrations(&self) -> Result<Vec<(String, Vec<Migration>)>> {
        self.per_database(&self.config.migrations_directory, migrations::migrations)
    }

    /// The seed files of each database, by its name.
    ///
    /// # Errors
    /// As [`migrations::seeds`].
    pub fn seeds(&self) -> Result<Vec<(String, Vec<PathBuf>)>> {
        self.per_database(&self.config.seeds_directory, migrations::seeds)
    }

    fn per_database<T>(
        &self,
        folder: &str,
        read: impl Fn(&Path) -> Result<Vec<T>>,
    ) -> Result<Vec<(String, Vec<T>)>> {
        let folder = self.root.join(folder);
        if self.config.version < 3 {
            return Ok(vec![(DEFAULT_SOURCE.to_owned(), read(&folder)?)]);
        }
        let databases = migrations::databases(&folder)?;
        databases
            .into_iter()
            .map(|database| {
                let found = read(&folder.join(&database))?;
                Ok((database, found))
            })
            .collect()
    }
}
