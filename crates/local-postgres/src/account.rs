//! Under which system account PostgreSQL runs: the own one, or, because PostgreSQL refuses
//! root, an unprivileged one when we are root.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;

/// The account of PostgreSQL's processes and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// The one howdah itself runs as.
    Own,
    /// We are root, PostgreSQL runs as somebody else.
    Other {
        /// User number.
        uid: u32,
        /// Group number.
        gid: u32,
    },
}

impl Account {
    /// The account for a cluster in `cluster`: whoever owns it if it exists, so that a cluster
    /// keeps its account; else `postgres`, else `nobody`.
    pub(crate) fn for_cluster(cluster: &Path) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Account::Own);
        }
        if let Ok(owner) = fs::metadata(cluster)
            && owner.uid() != 0
        {
            return Ok(Account::Other {
                uid: owner.uid(),
                gid: owner.gid(),
            });
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| find(&accounts, name))
            .ok_or_else(|| {
                Error::Folder(
                    "PostgreSQL refuses to run as root, and this system has neither a user \
                     `postgres` nor `nobody` to run it as; start howdah as an ordinary user."
                        .to_owned(),
                )
            })
    }

    /// A command that runs as this account.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Account::Other { uid, gid } = self {
            // The group first reads odd but does not matter: both are applied in the child, in
            // the order the system needs, and root's further groups are dropped with the user.
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Whether this account can enter `folder` and run `program` from there.
    pub(crate) fn reaches(self, folder: &Path, program: &Path) -> bool {
        self == Account::Own
            || self
                .command(program)
                .arg("--version")
                .current_dir(folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
    }

    /// Makes this account the owner of `path`.
    pub(crate) fn own(self, path: &Path) -> Result<(), Error> {
        match self {
            Account::Own => Ok(()),
            Account::Other { uid, gid } => std::os::unix::fs::lchown(path, Some(uid), Some(gid))
                .map_err(Error::io("change the owner of", path)),
        }
    }
}

/// An account of `/etc/passwd` by name; root's numbers are never answered.
fn find(accounts: &str, name: &str) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut parts = line.split(':');
        if parts.next()? != name {
            return None;
        }
        // macOS writes nobody's numbers as -2.
        let number = |text: &str| text.parse::<i64>().ok().map(|n| n as u32);
        let uid = number(parts.nth(1)?)?;
        let gid = number(parts.next()?)?;
        (uid != 0).then_some(Account::Other { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/bash\n\
        nobody:*:-2:-2:Unprivileged:/var/empty:/usr/bin/false\n\
        postgresql:x:7:7::/:/bin/sh\n\
        postgres:x:107:115:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn accounts_are_found_by_their_whole_name() {
        assert_eq!(
            find(ACCOUNTS, "postgres"),
            Some(Account::Other { uid: 107, gid: 115 })
        );
        assert_eq!(
            find(ACCOUNTS, "nobody"),
            Some(Account::Other {
                uid: u32::MAX - 1,
                gid: u32::MAX - 1
            })
        );
        assert_eq!(find(ACCOUNTS, "howdah"), None);
    }

    #[test]
    fn root_is_never_an_unprivileged_account() {
        assert_eq!(find("postgres:x:0:0::/:/bin/sh", "postgres"), None);
    }
}
