//! The tree of commands. Each command's own flags stand with the command.

use super::Start;
use super::exit::CODES;
use crate::commands::{
    absent, completion, console, deploy, doctor, init, man, metadata, migrate, permissions,
    scripts, seed, types, version,
};
use clap::{Args, CommandFactory, Parser, Subcommand};
use std::path::PathBuf;

/// A GraphQL engine on PostgreSQL, and the tool for its projects.
#[derive(Debug, Parser)]
#[command(
    name = "howdah",
    disable_version_flag = true,
    arg_required_else_help = true,
    subcommand_required = true,
    infer_long_args = false,
    after_help = CODES
)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Folder of the project [default: the current folder or the first above it that is one]
    #[arg(long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub project: Option<PathBuf>,
    /// File with variables, in the project's folder [default: .env]
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub envfile: Option<PathBuf>,
    /// Address of the server [variable: HASURA_GRAPHQL_ENDPOINT]
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Admin secret of the server [variable: HASURA_GRAPHQL_ADMIN_SECRET]
    #[arg(
        long,
        global = true,
        value_name = "SECRET",
        conflicts_with = "admin_secret_file"
    )]
    pub admin_secret: Option<String>,
    /// File with the admin secret; - is standard input
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub admin_secret_file: Option<PathBuf>,
    /// Former name of --admin-secret
    #[arg(long, global = true, hide = true, value_name = "SECRET")]
    pub access_key: Option<String>,
    /// File with the authority that signed the server's certificate [variable: HASURA_GRAPHQL_CERTIFICATE_AUTHORITY]
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub certificate_authority: Option<PathBuf>,
    /// Do not check the server's certificate [variable: HASURA_GRAPHQL_INSECURE_SKIP_TLS_VERIFY]
    #[arg(long, global = true)]
    pub insecure_skip_tls_verify: bool,
    /// Answer every question with yes
    #[arg(long, short = 'y', global = true)]
    pub yes: bool,
    /// Ask nothing: fail where a question would be [variable: HASURA_GRAPHQL_DISABLE_INTERACTIVE]
    #[arg(long, global = true)]
    pub disable_interactive: bool,
    /// Do not colour what is written
    #[arg(long, global = true)]
    pub no_color: bool,
    /// How much is told: debug, info, warn, error, fatal
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        default_value = "info",
        ignore_case = true,
        value_parser = ["debug", "info", "warn", "error", "fatal"]
    )]
    pub log_level: String,
    /// For scripts of older tools: there is no update check to skip
    #[arg(long, global = true, hide = true)]
    pub skip_update_check: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the folder of a new project
    Init(init::Init),
    /// Serve the console for a project and record what is changed in it
    Console(console::Console),
    /// Create, apply and look after migrations
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    /// Apply, export and look after metadata
    #[command(subcommand, visible_alias = "md")]
    Metadata(metadata::MetadataCommand),
    /// Ask what the rules of roles do
    #[command(subcommand, visible_alias = "permission")]
    Permissions(permissions::Permissions),
    /// Create and apply seeds
    #[command(subcommand, visible_alias = "seeds", alias = "sd")]
    Seed(seed::Seed),
    /// Bring a whole project to a server: metadata, migrations, and seeds if wanted
    Deploy(deploy::Deploy),
    /// Check that project, server and databases are well, and say what mends them
    Doctor(doctor::Doctor),
    /// Write what a role sees: the schema as SDL, or types of TypeScript
    #[command(subcommand)]
    Types(types::Types),
    /// Helpers for older projects
    #[command(subcommand)]
    Scripts(scripts::Scripts),
    /// Write the completions of a shell
    #[command(visible_alias = "completions")]
    Completion(completion::Completion),
    /// Write man pages
    Man(man::Man),
    /// Tell the versions of this program and of the server
    Version(version::Version),
    /// Not here: scaffolding of actions
    #[command(hide = true)]
    Actions(absent::Words),
    /// Not here: parts of the tool that are installed later
    #[command(hide = true, alias = "plugin")]
    Plugins(absent::Words),
    /// Not here: this program is updated as it was installed
    #[command(name = "update-cli", hide = true)]
    UpdateCli(absent::Words),
}

/// The whole tree, with the commands that others carry out.
pub fn tree(start: &Start) -> clap::Command {
    let mut tree = Cli::command().name(start.name.clone());
    tree = tree.bin_name(start.name.clone());
    for other in &start.others {
        tree = tree.subcommand(other.clone());
    }
    tree
}

/// The long names of the flags that every command has.
pub fn global_flags() -> Vec<String> {
    let tree = Cli::command();
    let global = tree
        .get_arguments()
        .filter(|argument| argument.is_global_set());
    global
        .filter_map(|argument| argument.get_long().map(str::to_owned))
        .collect()
}
