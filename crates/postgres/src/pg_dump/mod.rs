//! Runs PostgreSQL's own `pg_dump` on a source.
//!
//! * [`options`]: which of its options a caller may give.
//! * [`cleaning`]: the dump without what a migration does not need.
//!
//! Passwords go through the environment of the program, never through its arguments, which every
//! user of the machine can read.

pub mod cleaning;
pub mod options;

use crate::connection::conninfo::Parameters;
use crate::connection::{SourceSettings, redact, secret_file};
use howdah_error::{Error, Result};
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// Variables that the program gets besides its own ones (`PG…`).
const VARIABLES: [&str; 8] = [
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "SYSTEMROOT",
    "USER",
];

/// The dump of a source's database. `options` are arguments of the program; `folder` holds it, or
/// else it is looked for in `PATH`.
///
/// # Errors
/// `invalid-params` for options that are not allowed, `not-supported` for TLS material given as
/// text, `unexpected` when the program is missing or fails, with what it says.
pub async fn pg_dump(
    settings: &SourceSettings,
    options: &[String],
    folder: Option<&Path>,
) -> Result<String> {
    options::check(options)?;
    let program = folder.map_or_else(|| Path::new("pg_dump").to_owned(), |f| f.join("pg_dump"));
    let (conninfo, password) = connection(settings).await?;
    let mut command = Command::new(&program);
    command
        .arg(format!("--dbname={conninfo}"))
        .args(["--encoding=utf8", "--no-password"])
        .args(options)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| {
            let name = name.to_string_lossy();
            name.starts_with("PG") || VARIABLES.contains(&&*name)
        }))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let output = command
        .output()
        .await
        .map_err(|e| Error::unexpected(format!("error while executing pg_dump: {e}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Error::unexpected(format!(
            "error while executing pg_dump: {}",
            said.trim()
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Error::unexpected("pg_dump answered with text that is not UTF-8"))
}

/// The connection string without its password, and the password.
async fn connection(settings: &SourceSettings) -> Result<(String, Option<String>)> {
    let url = match secret_file::path(&settings.url) {
        Some(path) => secret_file::read(path, settings.secrets_folder.as_deref()).await?,
        None => settings.url.clone(),
    };
    let parameters = Parameters::parse(url.trim()).map_err(|e| {
        Error::invalid_configuration(format!(
            "invalid database connection string {}: {e}",
            redact(&url)
        ))
    })?;
    let mut pairs: Vec<(&str, &str)> = parameters.pairs().collect();
    if let Some(ssl) = &settings.ssl {
        let as_text = [
            &ssl.root_certificate,
            &ssl.certificate,
            &ssl.key,
            &ssl.password,
        ];
        if as_text.iter().any(|material| material.is_some()) {
            return Err(Error::not_supported(
                "pg_dump of a source whose ssl_configuration holds certificates or keys",
            ));
        }
        if let Some(mode) = &ssl.mode {
            pairs.retain(|(keyword, _)| *keyword != "sslmode");
            pairs.push(("sslmode", mode));
        }
    }
    let password = parameters.get("password").map(str::to_owned);
    if parameters.get("sslpassword").is_some() {
        return Err(Error::not_supported(
            "pg_dump of a source whose connection string holds the password of a key",
        ));
    }
    let quoted: Vec<String> = pairs
        .into_iter()
        .filter(|(keyword, _)| *keyword != "password")
        .map(|(keyword, value)| {
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            format!("{keyword}='{value}'")
        })
        .collect();
    Ok((quoted.join(" "), password))
}
