//! `scripts`: helpers for older projects.

use super::migrate::current_state;
use crate::databases;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::remote;
use clap::Subcommand;
use howdah_project::{CONFIG_FILE, Project, folder, read_text};
use std::fs;
use std::path::{Path, PathBuf};

/// `scripts`.
#[derive(Debug, Subcommand)]
pub enum Scripts {
    /// Turn a project of layout 2 (one database) into one of layout 3 (a folder per database)
    #[command(name = "update-project-v3")]
    UpdateProjectV3(UpdateProjectV3),
}

/// `scripts update-project-v3`.
#[derive(Debug, clap::Args)]
pub struct UpdateProjectV3 {
    /// Database that the migrations and seeds of now belong to
    #[arg(long, value_name = "NAME")]
    database_name: Option<String>,
    /// Only have the server remember applied migrations where layout 3 keeps them
    #[arg(long)]
    move_state_only: bool,
    /// Do not ask
    #[arg(long)]
    force: bool,
}

/// Carries out `scripts …`.
pub async fn run(command: Scripts, context: &Context) -> Outcome {
    match command {
        Scripts::UpdateProjectV3(args) => update(&args, context).await,
    }
}

async fn update(args: &UpdateProjectV3, context: &Context) -> Outcome {
    let project = context.project()?;
    if project.config().version >= 3 && !args.move_state_only {
        context.output.info("the project has layout 3 already");
        return Ok(Exit::Done);
    }
    let client = context.client()?;
    let source = databases::one_chosen(&client, args.database_name.as_deref(), context).await?;
    let database = databases::as_folder(&source.name)?;
    // Without files to change there is nothing that could not be done twice.
    if !args.force && !args.move_state_only {
        let question = format!(
            "Turn {} into a project of layout 3, with its migrations and seeds belonging to \
             \"{database}\"? Keep a copy or commit it first.",
            project.root().display()
        );
        context.prompt.confirm(&question, "--force")?;
    }
    move_state(&client, &source, context).await?;
    if args.move_state_only {
        return Ok(Exit::Done);
    }
    let metadata = remote::metadata(&client)
        .await
        .map_err(|error| Stop::server("read the metadata", &error))?;
    let config = project.config();
    let mut undo = Undo::default();
    let moved = change(project, database, &metadata, &mut undo);
    if let Err(stop) = moved {
        undo.all();
        return Err(stop);
    }
    undo.forget();
    context.output.info(format!(
        "{} has layout 3 now; migrations are in {}/{database}, seeds in {}/{database}",
        project.root().display(),
        config.migrations_directory,
        config.seeds_directory
    ));
    Ok(Exit::Done)
}

/// Versions that the old table has and the state has not yet.
async fn move_state(
    client: &crate::client::Client,
    source: &remote::RemoteSource,
    context: &Context,
) -> Outcome<()> {
    let mut state = current_state(client, std::slice::from_ref(source)).await?;
    let old = remote::old_state(client, source).await.unwrap_or_default();
    let known = state.applied(&source.name);
    let new: Vec<u64> = old.into_iter().filter(|v| !known.contains(v)).collect();
    for version in &new {
        state.insert(&source.name, *version);
    }
    state.set_copied();
    remote::store_state(client, &state)
        .await
        .map_err(|error| Stop::server("keep which migrations are applied", &error))?;
    context.output.info(format!(
        "{} applied migrations taken over, {} were known",
        new.len(),
        known.len()
    ));
    Ok(())
}

fn change(
    project: &Project,
    database: &str,
    metadata: &howdah_metadata::Metadata,
    undo: &mut Undo,
) -> Outcome<()> {
    let config = project.config();
    for name in [&config.migrations_directory, &config.seeds_directory] {
        let parent = project.root().join(name);
        if parent.is_dir() {
            into_folder(&parent, database, undo)?;
        }
    }
    let place = project.metadata_place();
    let backup = beside(&place, "v2-backup");
    if place.exists() {
        undo.rename(&place, &backup)?;
    }
    undo.made(&place);
    if config.metadata_file.is_some() {
        project.write_metadata(metadata)?;
    } else {
        folder::write(&place, 3, metadata)?;
    }
    let file = project.root().join(CONFIG_FILE);
    let text = read_text(&file).map_err(Stop::io(&file))?;
    fs::write(&file, with_version_three(&text)).map_err(Stop::io(&file))?;
    if backup.exists() {
        removed(&backup).map_err(Stop::io(&backup))?;
    }
    Ok(())
}

/// Everything in a folder goes to a folder in it.
fn into_folder(parent: &Path, name: &str, undo: &mut Undo) -> Outcome<()> {
    let target = parent.join(name);
    let entries: Vec<PathBuf> = fs::read_dir(parent)
        .and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect())
        .map_err(Stop::io(parent))?;
    fs::create_dir_all(&target).map_err(Stop::io(&target))?;
    for path in entries {
        if path == target {
            continue;
        }
        if let Some(name) = path.file_name() {
            let to = target.join(name);
            undo.rename(&path, &to)?;
        }
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}-{ending}"))
}

/// The text of `config.yaml` with the new version; all else stays as it was written.
fn with_version_three(text: &str) -> String {
    let mut found = false;
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| match line.strip_prefix("version:") {
            Some(_) if !found => {
                found = true;
                "version: 3".to_owned()
            }
            _ => line.to_owned(),
        })
        .collect();
    if !found {
        lines.insert(0, "version: 3".to_owned());
    }
    lines.join("\n") + "\n"
}

/// Removes a folder or a file.
fn removed(path: &Path) -> std::io::Result<()> {
    match path.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

/// What was renamed and made, to be taken back.
#[derive(Default)]
struct Undo {
    steps: Vec<Step>,
}

enum Step {
    Renamed(PathBuf, PathBuf),
    Made(PathBuf),
}

impl Undo {
    fn rename(&mut self, from: &Path, to: &Path) -> Outcome<()> {
        fs::rename(from, to).map_err(Stop::io(from))?;
        self.steps
            .push(Step::Renamed(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn made(&mut self, path: &Path) {
        self.steps.push(Step::Made(path.to_owned()));
    }

    fn all(&mut self) {
        for step in self.steps.drain(..).rev() {
            let _ = match step {
                Step::Renamed(from, to) => fs::rename(to, from),
                Step::Made(path) => removed(&path),
            };
        }
    }

    fn forget(&mut self) {
        self.steps.clear();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_changes() {
        assert_eq!(
            with_version_three("# mine\nversion: 2\nendpoint: http://a\n"),
            "# mine\nversion: 3\nendpoint: http://a\n"
        );
        assert_eq!(
            with_version_three("endpoint: x\n"),
            "version: 3\nendpoint: x\n"
        );
    }

    #[test]
    fn what_was_moved_can_be_moved_back() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("1_a")).unwrap();
        fs::write(root.join("1_a/up.sql"), "x").unwrap();
        let mut undo = Undo::default();
        into_folder(root, "default", &mut undo).unwrap();
        assert!(root.join("default/1_a/up.sql").exists());
        undo.all();
        assert!(root.join("1_a/up.sql").exists());
    }
}
