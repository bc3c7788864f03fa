//! The private folder of the unix socket. Its path must be short: the system's limit for a
//! socket's path is about a hundred bytes.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::account::Account;
use crate::folder::Folder;

/// The only server in the folder, so PostgreSQL's usual number does.
pub(crate) const PORT: u16 = 5432;
/// PostgreSQL's socket and lock file, by [`PORT`].
const FILES: [&str; 2] = [".s.PGSQL.5432", ".s.PGSQL.5432.lock"];
/// The limit of the strictest system (macOS: 104 with the final NUL), less the file's name.
const LONGEST_FOLDER: usize = 103 - "/.s.PGSQL.5432".len();

/// A folder for the socket.
#[derive(Debug, Clone)]
pub(crate) struct SocketFolder {
    path: PathBuf,
    temporary: bool,
}

impl SocketFolder {
    /// The folder in `folder` if sockets work there, else a temporary one. No server may run
    /// on the cluster: files that an earlier one left are removed.
    pub(crate) fn prepare(folder: &Folder) -> Result<Self, Error> {
        let path = folder.socket();
        if fits(&path) {
            if !path.exists() {
                folder.create_for_account(&path)?;
            }
            for file in FILES {
                remove_if_there(&path.join(file))?;
            }
            if takes_sockets(&path) {
                return Ok(SocketFolder {
                    path,
                    temporary: false,
                });
            }
        }
        Self::temporary(folder)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it should be removed after use.
    pub(crate) fn is_temporary(&self) -> bool {
        self.temporary
    }

    fn temporary(folder: &Folder) -> Result<Self, Error> {
        let runtime = match folder.account() {
            Account::Own => std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from),
            // Belongs to us alone: the other account would not get in.
            Account::Other { .. } => None,
        };
        let places = runtime
            .into_iter()
            .chain([std::env::temp_dir(), PathBuf::from("/tmp")]);
        let mut refused = io::Error::other("no place with a short path");
        for place in places {
            let made = tempfile::Builder::new()
                .prefix("howdah-")
                .permissions(fs::Permissions::from_mode(0o700))
                .tempdir_in(&place);
            match made {
                Ok(made) if fits(made.path()) && takes_sockets(made.path()) => {
                    let path = made.keep();
                    folder.account().own(&path)?;
                    return Ok(SocketFolder {
                        path,
                        temporary: true,
                    });
                }
                Ok(_) => {}
                Err(error) => refused = error,
            }
        }
        Err(Error::io("make a folder for the socket of", folder.root())(
            refused,
        ))
    }
}

/// Whether the path is short enough and has no byte that PostgreSQL's list of folders or a
/// socket address cannot hold.
fn fits(path: &Path) -> bool {
    path.as_os_str().len() <= LONGEST_FOLDER
        && path
            .to_str()
            .is_some_and(|text| !text.chars().any(|c| c == ',' || c == '"' || c.is_control()))
}

/// Some shared file systems take files but no sockets.
fn takes_sockets(folder: &Path) -> bool {
    let probe = folder.join(".probe");
    let bound = UnixListener::bind(&probe).is_ok();
    let _ = fs::remove_file(&probe);
    bound
}

fn remove_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_paths_hold_a_socket() {
        assert!(fits(Path::new("/home/me/my shop/.howdah/postgres/socket")));
        assert!(!fits(Path::new("/home/me/a,b/socket")));
        assert!(!fits(&Path::new("/").join("x".repeat(LONGEST_FOLDER))));
        assert!(fits(&Path::new("/").join("x".repeat(LONGEST_FOLDER - 1))));
    }

    #[test]
    fn the_files_carry_the_port() {
        assert!(FILES.iter().all(|file| file.contains(&PORT.to_string())));
    }
}
