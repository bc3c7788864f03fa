//! The folder of a managed server: what lies where in it, who may read it, and the lock that
//! keeps a second howdah out. Knows nothing of what PostgreSQL keeps inside its cluster.
//!
//! ```text
//! <folder>/            0700 (0711 and root's own if PostgreSQL runs as another account)
//! ├── data/            0700, the cluster, PostgreSQL's account
//! ├── socket/          0700, the unix socket, if the path is short enough
//! ├── howdah.lock      held while a howdah uses the folder
//! ├── password         0600, the superuser's password
//! └── postgresql.log
//! ```
//!
//! When we are root nothing is ever written to a place that PostgreSQL's account could have
//! replaced by a link: all our files lie beside its folders, not in them.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rand::Rng;
use rand::distr::Alphanumeric;

use crate::Error;
use crate::account::Account;

/// Where folders lie whose wished place PostgreSQL's account cannot reach.
const REACHABLE_BASE: &str = "/var/lib/howdah";
/// The lock's file, and what tells a folder of ours from others.
const LOCK: &str = "howdah.lock";
/// More than 128 bits in letters and digits.
const PASSWORD_LENGTH: usize = 32;
/// Beyond this many bytes the log is put aside at the next start.
const LOG_LIMIT: u64 = 10 * 1024 * 1024;

/// A folder that is ready to be used.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
    account: Account,
}

impl Folder {
    /// Makes the folder at `wished`, or, if PostgreSQL's account cannot get there (below
    /// `/root`), at a fallback place that depends on `wished` only. `postgres` is the server
    /// program, run once to see what the account can reach.
    pub(crate) fn prepare(wished: &Path, postgres: &Path) -> Result<Self, Error> {
        let wished = std::path::absolute(wished).map_err(Error::io("use", wished))?;
        let folder = Folder {
            account: Account::for_cluster(&wished.join("data"))?,
            root: wished.clone(),
        };
        if !folder.account.reaches(Path::new("/"), postgres) {
            return Err(Error::Folder(format!(
                "PostgreSQL must not run as root, and the unprivileged account for it cannot \
                 run {}.",
                postgres.display()
            )));
        }
        if folder
            .account
            .reaches(nearest_existing(&folder.root), postgres)
        {
            folder.create()?;
            if folder.account.reaches(&folder.root, postgres) {
                return Ok(folder);
            }
        }
        let root = fallback_for(&wished);
        let folder = Folder {
            account: Account::for_cluster(&root.join("data"))?,
            root,
        };
        folder.create()?;
        Ok(folder)
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Who runs PostgreSQL here.
    pub(crate) fn account(&self) -> Account {
        self.account
    }

    /// PostgreSQL's data directory.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Where a cluster is made before it gets its name.
    pub(crate) fn unfinished_cluster(&self) -> PathBuf {
        self.root.join("data.new")
    }

    /// Where the socket lies if the path is short enough.
    pub(crate) fn socket(&self) -> PathBuf {
        self.root.join("socket")
    }

    /// The server's log.
    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("postgresql.log")
    }

    /// Says that the first start went through to its end.
    pub(crate) fn settled_mark(&self) -> PathBuf {
        self.root.join("settled")
    }

    /// Takes the folder for this process until the file is dropped.
    pub(crate) fn lock(&self) -> Result<File, Error> {
        let path = self.root.join(LOCK);
        let mut file = own_file()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Its number only makes the message better.
                let _ = file.read_to_string(&mut holder);
                return Err(Error::InUse {
                    folder: self.root.clone(),
                    holder: holder.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(source)) => {
                return Err(Error::Io {
                    action: "lock",
                    path,
                    source,
                });
            }
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(Error::io("write", &path))?;
        Ok(file)
    }

    /// The superuser's password: made at random before the cluster is.
    pub(crate) fn password(&self) -> Result<String, Error> {
        let path = self.root.join("password");
        match fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("read", &path)(error)),
        }
        if self.cluster().exists() {
            return Err(Error::Folder(format!(
                "The password of the database in {} is lost ({} is missing or empty). Put it \
                 back, or move the folder away to start with an empty database.",
                self.root.display(),
                path.display()
            )));
        }
        let password: String = rand::rng()
            .sample_iter(Alphanumeric)
            .take(PASSWORD_LENGTH)
            .map(char::from)
            .collect();
        self.write_private("password", &password)?;
        Ok(password)
    }

    /// Writes a file that only we can read.
    pub(crate) fn write_private(&self, name: &str, content: &str) -> Result<PathBuf, Error> {
        let path = self.root.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::io("replace", &path)(error));
            }
            _ => {}
        }
        own_file()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut file| writeln!(file, "{content}"))
            .map_err(Error::io("write", &path))?;
        Ok(path)
    }

    /// Opens the server's log to be appended to; a long one is put aside first.
    pub(crate) fn open_log(&self) -> Result<File, Error> {
        let path = self.log();
        if fs::metadata(&path).is_ok_and(|log| log.len() > LOG_LIMIT) {
            let aside = self.root.join("postgresql.log.1");
            fs::rename(&path, &aside).map_err(Error::io("put aside", &path))?;
        }
        own_file()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(Error::io("open", &path))
    }

    /// Makes an empty folder for PostgreSQL's account.
    pub(crate) fn create_for_account(&self, path: &Path) -> Result<(), Error> {
        DirBuilder::new()
            .mode(0o700)
            .create(path)
            .map_err(Error::io("create", path))?;
        self.account.own(path)
    }

    fn create(&self) -> Result<(), Error> {
        if self.root.exists() {
            self.check_ours()?;
        } else {
            if let Some(parent) = self.root.parent() {
                self.create_parents(parent)?;
            }
            DirBuilder::new()
                .mode(0o700)
                .create(&self.root)
                .map_err(Error::io("create", &self.root))?;
        }
        let mode = match self.account {
            Account::Own => 0o700,
            // Its sub-folders are PostgreSQL's, so it must be able to pass through.
            Account::Other { .. } => 0o711,
        };
        fs::set_permissions(&self.root, fs::Permissions::from_mode(mode))
            .map_err(Error::io("protect", &self.root))?;
        let lock = self.root.join(LOCK);
        own_file()
            .append(true)
            .create(true)
            .open(&lock)
            .map_err(Error::io("create", &lock))?;
        let ignore = self.root.join(".gitignore");
        if !ignore.exists() {
            self.write_private(".gitignore", "*")?;
        }
        Ok(())
    }

    /// Missing parents, passable for PostgreSQL's account whatever our umask is.
    fn create_parents(&self, path: &Path) -> Result<(), Error> {
        if path.exists() {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.create_parents(parent)?;
        }
        fs::create_dir(path).map_err(Error::io("create", path))?;
        if self.account != Account::Own {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755))
                .map_err(Error::io("protect", path))?;
        }
        Ok(())
    }

    /// An existing folder must be ours: nothing of somebody else's is changed or trusted.
    fn check_ours(&self) -> Result<(), Error> {
        let shown = self.root.display();
        let metadata = fs::metadata(&self.root).map_err(Error::io("read", &self.root))?;
        if !metadata.is_dir() {
            return Err(Error::Folder(format!("{shown} is not a folder.")));
        }
        let own = rustix::process::geteuid().as_raw();
        if metadata.uid() != own {
            return Err(Error::Folder(format!(
                "The database folder {shown} belongs to user number {}, howdah runs as user \
                 number {own}. Start howdah as its owner, or choose another folder.",
                metadata.uid()
            )));
        }
        let mut entries = fs::read_dir(&self.root).map_err(Error::io("read", &self.root))?;
        if entries.next().is_some() && !self.root.join(LOCK).exists() {
            return Err(Error::Folder(if self.root.join("PG_VERSION").exists() {
                format!(
                    "{shown} is a data directory of a PostgreSQL server of yours, not a folder \
                     of howdah's. Give howdah the URL of that server, or choose another folder."
                )
            } else {
                format!(
                    "{shown} is not empty and was not made by howdah; choose another folder for \
                     the database."
                )
            }));
        }
        Ok(())
    }
}

/// Options for a file of our own: private, and never through a link.
fn own_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32);
    options
}

fn nearest_existing(path: &Path) -> &Path {
    path.ancestors()
        .find(|ancestor| ancestor.is_dir())
        .unwrap_or(Path::new("/"))
}

/// One place per wished folder: its last names for people, a hash of all for uniqueness.
fn fallback_for(wished: &Path) -> PathBuf {
    let names: Vec<String> = wished
        .iter()
        .map(|part| part.to_string_lossy().replace(|c: char| !is_plain(c), ""))
        .filter(|part| !part.is_empty())
        .collect();
    let tail = names.get(names.len().saturating_sub(3)..).unwrap_or(&[]);
    let readable: String = tail.join("-").chars().take(40).collect();
    let hash = fnv1a(wished.as_os_str().as_encoded_bytes());
    Path::new(REACHABLE_BASE).join(format!("{readable}-{hash:016x}"))
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// FNV-1a: stable over our versions, which the standard library's hashers do not promise.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn own(root: PathBuf) -> Folder {
        Folder {
            root,
            account: Account::Own,
        }
    }

    #[test]
    fn the_folder_and_its_secrets_are_private() {
        let base = tempfile::tempdir().unwrap();
        let folder = own(base.path().join("deep/er/postgres"));
        folder.create().unwrap();
        let password = folder.password().unwrap();
        assert_eq!(password.len(), PASSWORD_LENGTH);
        assert_eq!(folder.password().unwrap(), password);
        let mode = |path: PathBuf| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode(folder.root().to_owned()), 0o700);
        assert_eq!(mode(folder.root().join("password")), 0o600);
    }

    #[test]
    fn a_foreign_folder_is_left_alone() {
        let base = tempfile::tempdir().unwrap();
        fs::write(base.path().join("thesis.txt"), "mine").unwrap();
        fs::write(base.path().join(".gitignore"), "*.log").unwrap();
        let error = own(base.path().to_owned()).create().unwrap_err();
        assert!(error.to_string().contains("not made by howdah"), "{error}");
        fs::write(base.path().join("PG_VERSION"), "15").unwrap();
        let error = own(base.path().to_owned()).create().unwrap_err();
        assert!(error.to_string().contains("server of yours"), "{error}");
    }

    #[test]
    fn a_second_lock_names_the_holder() {
        let base = tempfile::tempdir().unwrap();
        let folder = own(base.path().to_owned());
        let held = folder.lock().unwrap();
        let text = folder.lock().unwrap_err().to_string();
        let own_number = std::process::id().to_string();
        assert!(
            text.contains("in use") && text.contains(&own_number),
            "{text}"
        );
        drop(held);
        folder.lock().unwrap();
    }

    #[test]
    fn our_files_are_not_opened_through_links() {
        let base = tempfile::tempdir().unwrap();
        let victim = base.path().join("victim");
        std::os::unix::fs::symlink(&victim, base.path().join("howdah.lock")).unwrap();
        own(base.path().to_owned()).lock().unwrap_err();
        assert!(!victim.exists());
    }

    #[test]
    fn a_cluster_without_its_password_is_not_given_a_new_one() {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir(base.path().join("data")).unwrap();
        let text = own(base.path().to_owned())
            .password()
            .unwrap_err()
            .to_string();
        assert!(text.contains("lost"), "{text}");
    }

    #[test]
    fn fallbacks_differ_by_the_whole_path_and_stay() {
        let one = fallback_for(Path::new("/root/shop/.howdah/postgres"));
        let other = fallback_for(Path::new("/root/blog/shop/.howdah/postgres"));
        assert_ne!(one, other);
        assert_eq!(
            one.to_str(),
            Some("/var/lib/howdah/shop-howdah-postgres-365406f704af3f71")
        );
    }
}
