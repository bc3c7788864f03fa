//! `init`: the folder of a new project.

use crate::program::context::Context;
use crate::program::dotenv::written;
use crate::program::exit::{Exit, Outcome, Stop};
use howdah_metadata::Metadata;
use howdah_project::{CONFIG_FILE, folder, to_yaml};
use serde_json::{Value, json};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// `init`.
#[derive(Debug, clap::Args)]
pub struct Init {
    /// Folder of the project; it is made if it is missing
    #[arg(default_value = ".", value_hint = clap::ValueHint::DirPath)]
    directory: PathBuf,
    /// Layout of the project
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u64).range(3..=3))]
    version: u64,
}

/// Carries out `init`. The server that flags or variables name becomes the project's; the secret
/// goes to `.env`, which version control leaves out.
pub async fn run(args: &Init, context: &Context) -> Outcome {
    let root = &args.directory;
    if root.join(CONFIG_FILE).exists() {
        return Err(Stop::failed(format!(
            "{} is a project already: it has a {CONFIG_FILE}",
            root.display()
        )));
    }
    if root.exists() && !root.is_dir() {
        return Err(Stop::failed(format!("{} is not a folder", root.display())));
    }
    let endpoint = context
        .given_endpoint()
        .unwrap_or_else(|| "http://localhost:8080".to_owned());
    let secret = context.given_secret()?;
    fs::create_dir_all(root).map_err(Stop::io(root))?;
    for name in ["migrations", "seeds"] {
        let path = root.join(name);
        fs::create_dir_all(&path).map_err(Stop::io(&path))?;
    }
    let metadata = root.join("metadata");
    if !metadata.exists() {
        fs::create_dir_all(&metadata).map_err(Stop::io(&metadata))?;
        folder::write(&metadata, args.version, &Metadata::default())?;
    }
    if let Some(secret) = secret {
        keep_secret(root, &secret)?;
    }
    // Last: what has no such file is no project.
    let config = json!({
        "version": args.version,
        "endpoint": endpoint,
        "metadata_directory": "metadata",
        "actions": {
            "kind": "synchronous",
            "handler_webhook_baseurl": "http://localhost:3000",
        },
    });
    write(&root.join(CONFIG_FILE), &config)?;
    let name = context.name();
    let enter = match root.as_path() == Path::new(".") {
        true => String::new(),
        false => format!("  cd {}\n", root.display()),
    };
    context.output.info(format!(
        "the project is in {}\nnext:\n{enter}  {name} metadata export      takes over what a server \
         has\n  {name} migrate create NAME  makes the first migration\n  {name} deploy               \
         brings it all to a server",
        root.display()
    ));
    Ok(Exit::Done)
}

fn write(file: &Path, value: &Value) -> Outcome<()> {
    fs::write(file, to_yaml(value)).map_err(Stop::io(file))
}

fn keep_secret(root: &Path, secret: &str) -> Outcome<()> {
    let ignore = root.join(".gitignore");
    let known = fs::read_to_string(&ignore).unwrap_or_default();
    if !known.lines().any(|line| line.trim() == ".env") {
        let gap = if known.is_empty() || known.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        fs::write(&ignore, format!("{known}{gap}.env\n")).map_err(Stop::io(&ignore))?;
    }
    let file = root.join(".env");
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let quoted = written(secret);
    options
        .open(&file)
        .and_then(|mut out| writeln!(out, "HASURA_GRAPHQL_ADMIN_SECRET={quoted}"))
        .map_err(Stop::io(&file))
}
