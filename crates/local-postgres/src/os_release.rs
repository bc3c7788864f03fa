//! Which command installs PostgreSQL on the system at hand. Knows package managers by name,
//! never runs one.

/// The one command that installs the PostgreSQL server and its contrib modules, or `None` on a
/// system we cannot tell. `os_release` is the text of `/etc/os-release` where there is one;
/// `root` leaves out `sudo`.
pub fn install_command(os_release: Option<&str>, root: bool) -> Option<String> {
    if cfg!(target_os = "macos") {
        return Some("brew install postgresql@17".to_owned());
    }
    let families = os_release.map(families).unwrap_or_default();
    let command = families.iter().find_map(|family| command_of(family))?;
    Some(if root {
        command.to_owned()
    } else {
        format!("sudo {command}")
    })
}

fn command_of(family: &str) -> Option<&'static str> {
    Some(match family {
        "debian" | "ubuntu" => "apt-get install -y postgresql postgresql-contrib",
        "fedora" | "rhel" | "centos" | "rocky" | "almalinux" | "amzn" => {
            "dnf install -y postgresql-server postgresql-contrib"
        }
        "alpine" => "apk add postgresql postgresql-contrib",
        "arch" => "pacman -S --noconfirm postgresql",
        "suse" | "opensuse" | "opensuse-leap" | "opensuse-tumbleweed" | "sles" => {
            "zypper install -y postgresql-server postgresql-contrib"
        }
        _ => return None,
    })
}

/// The values of `ID` and `ID_LIKE`, nearest first.
fn families(os_release: &str) -> Vec<String> {
    let value = |key: &str| {
        os_release
            .lines()
            .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))
            .map(|value| value.trim_matches(['"', '\'']).to_ascii_lowercase())
            .unwrap_or_default()
    };
    [value("ID"), value("ID_LIKE")]
        .iter()
        .flat_map(|list| {
            list.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
#[cfg(not(target_os = "macos"))]
mod tests {
    use super::*;

    #[test]
    fn each_family_gets_its_own_command() {
        for (text, expected) in [
            ("NAME=\"Debian\"\nID=debian\n", "apt-get install"),
            (
                "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n",
                "apt-get install",
            ),
            (
                "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"",
                "dnf install",
            ),
            ("ID=alpine", "apk add"),
            ("ID=manjaro\nID_LIKE=arch", "pacman -S"),
            ("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"", "zypper"),
        ] {
            let command = install_command(Some(text), true);
            assert!(
                command.as_deref().is_some_and(|c| c.starts_with(expected)),
                "{text}: {command:?}"
            );
        }
    }

    #[test]
    fn sudo_is_named_for_everybody_but_root() {
        let command = install_command(Some("ID=debian"), false);
        assert_eq!(
            command.as_deref(),
            Some("sudo apt-get install -y postgresql postgresql-contrib")
        );
    }

    #[test]
    fn an_unknown_system_gets_no_command() {
        assert_eq!(install_command(Some("ID=plan9"), true), None);
        assert_eq!(install_command(None, true), None);
    }
}
