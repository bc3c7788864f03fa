//! The admin secret of a start: given, or made at random once and kept with the data.

use super::input::Input;
use super::place::Place;
use howdah_server::Fatal;
use rand::Rng;
use rand::distr::Alphanumeric;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The file of the secret in the data folder.
const FILE: &str = "admin-secret";
/// More than 128 bits in letters and digits.
const LENGTH: usize = 24;

/// Which secret protects the server.
#[derive(Debug, Clone, PartialEq)]
pub enum AdminSecret {
    /// A setting gives it.
    Given,
    /// The project's `config.yaml` gives it.
    OfProject(String),
    /// Our own.
    Own(String),
}

impl AdminSecret {
    /// What is set, else what the project says, else our own, which is made if need be.
    ///
    /// # Errors
    /// The file of our own cannot be read or written.
    pub fn find(input: &Input, place: &Place) -> Result<Self, Fatal> {
        if input.gives_secret() {
            return Ok(AdminSecret::Given);
        }
        let of_project = place
            .project()
            .and_then(|project| project.config().secret());
        if let Some(secret) = of_project.filter(|secret| !secret.is_empty()) {
            return Ok(AdminSecret::OfProject(secret.to_owned()));
        }
        own(place.data()).map(AdminSecret::Own).map_err(|error| {
            Fatal::new(format!(
                "cannot keep an admin secret in {}: {error}",
                place.data().display()
            ))
        })
    }

    /// The secret that the settings do not know yet.
    pub fn to_set(&self) -> Option<&str> {
        match self {
            AdminSecret::Given => None,
            AdminSecret::OfProject(secret) | AdminSecret::Own(secret) => Some(secret),
        }
    }
}

fn own(folder: &Path) -> io::Result<String> {
    let path = folder.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        Ok(_) => fs::remove_file(&path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    prepare(folder)?;
    let secret: String = rand::rng()
        .sample_iter(Alphanumeric)
        .take(LENGTH)
        .map(char::from)
        .collect();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    writeln!(file, "{secret}")?;
    Ok(secret)
}

/// Makes the folder if it is missing: passable for the account that PostgreSQL runs as when we are
/// root, and nothing for git.
fn prepare(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    fs::write(folder.join(".gitignore"), "*\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn our_own_secret_is_made_once_and_private() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("a/.howdah");
        let secret = own(&folder).unwrap();
        assert_eq!(secret.len(), LENGTH);
        assert_eq!(own(&folder).unwrap(), secret);
        let mode = fs::metadata(folder.join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_ne!(own(&base.path().join("b")).unwrap(), secret);
    }

    #[test]
    fn an_empty_file_is_no_secret() {
        let base = tempfile::tempdir().unwrap();
        fs::write(base.path().join(FILE), "\n").unwrap();
        assert_eq!(own(base.path()).unwrap().len(), LENGTH);
    }
}
