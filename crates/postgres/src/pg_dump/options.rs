//! Which options of `pg_dump` a caller may give: all but those that lead to another server, read or
//! write files of this machine, or ask for a password.

use howdah_error::{Code, Error, JsonPath, Result};

/// Long options that are refused, in any abbreviation.
const LONG: [&str; 8] = [
    "dbname",
    "host",
    "port",
    "username",
    "password",
    "no-password",
    "file",
    "filter",
];
/// Short options that are refused.
const SHORT: &str = "dhpUWwf";
/// Short options that take a value.
const WITH_VALUE: &str = "dEefFhjnNpStTUZ";

/// Checks options.
///
/// # Errors
/// `invalid-params` at `$.opts[i]`.
pub fn check(options: &[String]) -> Result<()> {
    match options.iter().position(|option| is_refused(option)) {
        None => Ok(()),
        Some(index) => {
            let mut path = JsonPath::root();
            path.push("opts");
            path.push(index);
            let text = "options of pg_dump that choose a connection or a file are not allowed";
            Err(Error::new(Code::InvalidParams, text).at(path))
        }
    }
}

fn is_refused(option: &str) -> bool {
    if option.contains('\0') {
        return true;
    }
    if let Some(long) = option.strip_prefix("--") {
        // `--` ends the options; what follows it would be a database.
        let name = long.split('=').next().unwrap_or_default();
        return name.is_empty() || LONG.iter().any(|refused| refused.starts_with(name));
    }
    let Some(cluster) = option.strip_prefix('-') else {
        return false;
    };
    // `-Oxf file`: flags may share a dash, the last of them may take a value.
    for flag in cluster.chars() {
        if SHORT.contains(flag) {
            return true;
        }
        if WITH_VALUE.contains(flag) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_refused;

    #[test]
    fn other_servers_and_files_are_refused() {
        for option in [
            "--file=/etc/passwd",
            "--fil=/x",
            "--f=/x",
            "-f/x",
            "-f",
            "-Oxf",
            "-hevil",
            "--host",
            "--dbname=x",
            "--d=x",
            "-d",
            "--",
            "-U",
            "-W",
            "--pass",
        ] {
            assert!(is_refused(option), "{option}");
        }
        for option in [
            "-O",
            "-x",
            "-Ox",
            "--schema-only",
            "--schema",
            "public",
            "-npublic",
            "-tfoo",
            "--data-only",
            "--format=plain",
            "--exclude-table=x",
            "--no-owner",
        ] {
            assert!(!is_refused(option), "{option}");
        }
    }
}
