//! `migrate apply`: up, down, to a version, or one version.

use super::runner::{self, Manner};
use super::sides::{Sides, current_state, of};
use crate::api::Api;
use crate::databases::Databases;
use crate::names;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use crate::program::interrupt::Interrupt;
use crate::program::output::{Format, ListOutput};
use crate::remote::{self, RemoteSource};
use howdah_project::{Direction, Migration, MigrationState, Project, Refusal, Step, Target, plan};
use serde_json::{Map, Value, json};

/// `migrate apply`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(group = clap::ArgGroup::new("what").multiple(false))]
pub struct Apply {
    #[command(flatten)]
    databases: Databases,
    /// Apply so many migrations, or all
    #[arg(long, value_name = "N|all", group = "what", value_parser = Steps::parse)]
    up: Option<Steps>,
    /// Revert so many migrations, or all
    #[arg(long, value_name = "N|all", group = "what", value_parser = Steps::parse)]
    down: Option<Steps>,
    /// Apply and revert until this version is the last one
    #[arg(long, value_name = "VERSION", group = "what")]
    goto: Option<u64>,
    /// Apply (or with --type down revert) this migration only
    #[arg(long, value_name = "VERSION", group = "what")]
    version: Option<u64>,
    /// Direction of --version
    #[arg(long = "type", value_name = "up|down", requires = "version", value_parser = ["up", "down"])]
    kind: Option<String>,
    /// Run nothing, only note the migrations as applied (or reverted)
    #[arg(long)]
    skip_execution: bool,
    /// Show what would be run, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// Run each statement by itself instead of each file in one transaction [variable: HASURA_GRAPHQL_NO_TRANSACTION]
    #[arg(long)]
    no_transaction: bool,
    /// For scripts of older tools: bars are drawn on terminals only
    #[arg(long, hide = true)]
    progressbar_logs: bool,
    #[command(flatten)]
    list: OptionalList,
}

/// The form of the list that a dry run gives.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
struct OptionalList {
    /// How the list of --dry-run is written
    #[arg(long, short, value_enum)]
    output: Option<Format>,
}

/// `N` or `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// So many.
    Some(usize),
    /// Every one.
    All,
}

impl Steps {
    fn parse(text: &str) -> Result<Steps, String> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Steps::All);
        }
        match text.parse() {
            Ok(0) | Err(_) => Err("expecting a number from 1 on, or all".into()),
            Ok(number) => Ok(Steps::Some(number)),
        }
    }

    fn count(self) -> Option<usize> {
        match self {
            Steps::Some(number) => Some(number),
            Steps::All => None,
        }
    }
}

impl Apply {
    fn target(&self) -> Target {
        if let Some(version) = self.version {
            let direction = match self.kind.as_deref() {
                Some("down") => Direction::Down,
                _ => Direction::Up,
            };
            return Target::Version(version, direction);
        }
        match (self.goto, self.down, self.up) {
            (Some(version), _, _) => Target::Goto(version),
            (_, Some(steps), _) => Target::Down(steps.count()),
            (_, _, steps) => Target::Up(steps.and_then(Steps::count)),
        }
    }
}

/// What is applied, for other commands that apply migrations too.
#[derive(Debug, Clone)]
pub struct Applying {
    /// Which.
    pub target: Target,
    /// How.
    pub manner: Manner,
}

/// The plan for one database.
struct Planned {
    source: RemoteSource,
    steps: Vec<Step>,
    state: MigrationState,
}

/// Carries out `migrate apply`.
pub async fn run(args: &Apply, context: &Context) -> Outcome {
    let sides = Sides::read(&args.databases, context).await?;
    let applying = Applying {
        target: args.target(),
        manner: Manner {
            skip_execution: args.skip_execution,
            no_transaction: args.no_transaction || context.is_set("HASURA_GRAPHQL_NO_TRANSACTION"),
            interrupt: Interrupt::listen(),
        },
    };
    let mut planned = Vec::new();
    for source in &sides.sources {
        let of_source = of(&sides.migrations, source);
        let is_bare = of_source.is_empty() && sides.state.applied(&source.name).is_empty();
        if args.databases.all_databases && is_bare {
            context
                .output
                .debug(format!("{} has no migrations", source.name));
            continue;
        }
        planned.push(planned_for(
            sides.project,
            source,
            of_source,
            &sides.state,
            applying.target,
        )?);
    }
    if args.dry_run {
        show(&planned, args.list.output.unwrap_or(Format::Table), context);
        return Ok(Exit::Done);
    }
    carry_out(&sides.client, planned, &applying, context).await?;
    Ok(Exit::Done)
}

/// Applies everything that a project has and its databases have not. Gives how many.
///
/// # Errors
/// The first migration that fails.
pub async fn apply_all(
    api: &impl Api,
    project: &Project,
    migrations: &[(String, Vec<Migration>)],
    sources: &[RemoteSource],
    applying: &Applying,
    context: &Context,
) -> Outcome<usize> {
    let state = current_state(api, sources).await?;
    let mut planned = Vec::new();
    for source in sources {
        let of_source = of(migrations, source);
        planned.push(planned_for(
            project,
            source,
            of_source,
            &state,
            applying.target,
        )?);
    }
    carry_out(api, planned, applying, context).await
}

fn planned_for(
    project: &Project,
    source: &RemoteSource,
    migrations: &[Migration],
    state: &MigrationState,
    target: Target,
) -> Outcome<Planned> {
    let applied = state.applied(&source.name);
    let steps = plan(migrations, &applied, target).map_err(|refusal| {
        let stop = Stop::failed(format!("{}: {refusal}", source.name));
        match refusal {
            Refusal::Unknown(_) => stop.hint(format!(
                "the folder is {}",
                project.migrations_folder(&source.name).display()
            )),
            Refusal::Applied(_) | Refusal::NotApplied(_) | Refusal::NoFile(..) => stop,
        }
    })?;
    Ok(Planned {
        source: source.clone(),
        steps,
        state: state.clone(),
    })
}

fn show(planned: &[Planned], format: Format, context: &Context) {
    let rows: Vec<Map<String, Value>> = planned
        .iter()
        .flat_map(|planned| planned.steps.iter().map(|step| (&planned.source, step)))
        .filter_map(|(source, step)| {
            let direction = match step.direction {
                Direction::Up => "up",
                Direction::Down => "down",
            };
            let row = json!({
                "database": source.name, "version": step.version, "name": step.name,
                "direction": direction, "file": step.file.display().to_string(),
            });
            row.as_object().cloned()
        })
        .collect();
    if rows.is_empty() && format == Format::Table {
        context.output.line("nothing to apply");
        return;
    }
    let columns = [
        ("database", "DATABASE"),
        ("version", "VERSION"),
        ("name", "NAME"),
        ("direction", "DIRECTION"),
    ];
    let list = ListOutput { output: format };
    context.output.list(&rows, &columns, list.output);
}

async fn carry_out(
    api: &impl Api,
    planned: Vec<Planned>,
    applying: &Applying,
    context: &Context,
) -> Outcome<usize> {
    let output = context.output;
    let mut total = 0;
    let mut changed = Vec::new();
    let mut result = Ok(());
    for plan in planned {
        let name = &plan.source.name;
        if plan.steps.is_empty() {
            output.info(format!("{name}: nothing to apply"));
            continue;
        }
        let ran = runner::run(
            api,
            &plan.source,
            &plan.steps,
            &plan.state,
            &applying.manner,
            output,
        )
        .await;
        changed.push(name.clone());
        match ran {
            Ok(done) => {
                let what = match applying.manner.skip_execution {
                    true => "noted, not run",
                    false => "done",
                };
                let told = names::count(done, "migration");
                output.info(format!("{name}: {told} {what}"));
                total += done;
            }
            Err(stop) => {
                result = Err(stop);
                break;
            }
        }
    }
    // Whatever ran may have changed what the server knows of the database.
    if !changed.is_empty() && !applying.manner.skip_execution {
        let reloaded = remote::reload(api, false, true).await;
        if result.is_ok() {
            reloaded.map_err(|error| Stop::server("reload the metadata", &error))?;
        }
    }
    result.map(|()| total)
}
