//! `seed apply`: files in the order of their names, each in one transaction.

use crate::api::Api;
use crate::commands::migrate::located;
use crate::databases::{self, Databases};
use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::interrupt::Interrupt;
use crate::program::progress::Progress;
use crate::remote::{self, RemoteSource, RunSql};
use crate::suggest;
use howdah_project::read_text;
use std::path::{Path, PathBuf};

/// `seed apply`.
#[derive(Debug, clap::Args)]
pub struct Apply {
    #[command(flatten)]
    databases: Databases,
    /// Only this file of the seeds' folder; may be given several times
    #[arg(long, short, value_name = "FILE")]
    file: Vec<String>,
    /// Show which files would be run, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// For scripts of older tools: bars are drawn on terminals only
    #[arg(long, hide = true)]
    progressbar_logs: bool,
}

/// Carries out `seed apply`.
pub async fn run(args: &Apply, context: &Context) -> Outcome {
    let project = context.project()?;
    let client = context.client()?;
    let sources = databases::chosen(&client, &args.databases, context).await?;
    let mut chosen = Vec::new();
    for source in &sources {
        let folder = project.seeds_folder(&source.name);
        let files = howdah_project::seeds(&folder)?;
        chosen.push((
            source,
            named(&folder, files, &args.file, args.databases.all_databases)?,
        ));
    }
    let total: usize = chosen.iter().map(|(_, files)| files.len()).sum();
    if total == 0 {
        context.output.info("there are no seeds to apply");
        return Ok(Exit::Done);
    }
    for (source, files) in chosen {
        if args.dry_run {
            for file in files {
                context.output.line(file.display().to_string());
            }
            continue;
        }
        run_files(&client, source, &files, context).await?;
    }
    Ok(Exit::Done)
}

/// Runs seed files on a source.
///
/// # Errors
/// The first that fails.
pub async fn run_files(
    api: &impl Api,
    source: &RemoteSource,
    files: &[PathBuf],
    context: &Context,
) -> Outcome<()> {
    let interrupt = Interrupt::listen();
    let progress = Progress::new(context.output, files.len());
    for (done, file) in files.iter().enumerate() {
        if interrupt.is_wanted() {
            return Err(Stop::failed(format!(
                "stopped by Ctrl-C; seeds done before: {done} of {}",
                files.len()
            )));
        }
        progress.doing(&file.display().to_string());
        let sql = read_text(file).map_err(Stop::io(file))?;
        if !sql.trim().is_empty() {
            let result = remote::run_sql(api, source, &sql, RunSql::default()).await;
            result.map_err(|error| match error.refused() {
                None => Stop::server("apply a seed", &error),
                Some(_) => {
                    let stop = Stop::failed(format!(
                        "{}\nseeds done before: {done} of {}",
                        located::described(file, &sql, 0, &error),
                        files.len()
                    ));
                    match located::advice(&sql, 0, &error) {
                        Some(advice) => stop.hint(advice),
                        None => stop,
                    }
                }
            })?;
        }
        progress.step();
    }
    if !files.is_empty() {
        let what = names::count(files.len(), "seed");
        context
            .output
            .info(format!("{}: {what} applied", source.name));
    }
    Ok(())
}

/// The files of these names (with or without their folders), or all.
fn named(
    folder: &Path,
    files: Vec<PathBuf>,
    names: &[String],
    lenient: bool,
) -> Outcome<Vec<PathBuf>> {
    if names.is_empty() {
        return Ok(files);
    }
    let name_of = |file: &PathBuf| {
        file.file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let known: Vec<String> = files.iter().map(name_of).collect();
    let mut chosen = Vec::new();
    for wanted in names {
        let whole = folder.join(wanted);
        let wanted = wanted.rsplit('/').next().unwrap_or_default();
        let exact = files.iter().position(|file| *file == whole);
        match exact.or_else(|| known.iter().position(|name| name == wanted)) {
            Some(index) => chosen.extend(files.get(index).cloned()),
            None if lenient => {}
            None => {
                let stop = Stop::failed(format!("there is no seed file \"{wanted}\""));
                return Err(
                    match suggest::closest(wanted, known.iter().map(String::as_str)) {
                        Some(close) => stop.hint(format!("did you mean \"{close}\"?")),
                        None => stop,
                    },
                );
            }
        }
    }
    Ok(chosen)
}
