//! The binary: `serve`, `dev` and the commands of the tool. It puts the parts together and decides
//! nothing that one of them could decide.
//!
//! * `program`: the server's command line or the tool's.
//! * `project_at_start`: what `serve` applies before it serves.
//! * `serve`: starts the engine and the server. `settings`: from flags to the engine's options.
//! * `dev`: the same on a project folder. `managed`: the PostgreSQL that either may bring along.
//! * `service`: the engine as the server sees it. `poller_log`, `judgement_log`: what it does, for the log.

mod dev;
mod judgement_log;
mod managed;
mod poller_log;
mod program;
mod project_at_start;
mod serve;
mod service;
mod settings;

use howdah_local_postgres::watchdog;
use howdah_server::config::arguments::{Arguments, Word};
use howdah_server::config::process_input;
use howdah_server::{Command, Config, Fatal};
use std::process::ExitCode;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Documents and rules may nest deeply; what walks them recurses.
const THREAD_STACK: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    let started = Instant::now();
    // Before anything else: the watchdog of a managed PostgreSQL is this program too, and must not
    // read settings or start threads.
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == watchdog::COMMAND) {
        return watchdog::main(words);
    }
    match run(started) {
        Ok(code) => code,
        Err(fatal) => {
            eprintln!("{fatal}");
            ExitCode::from(fatal.code())
        }
    }
}

fn run(started: Instant) -> Result<ExitCode, Fatal> {
    let (words, environment) = process_input()?;
    let name = std::env::args_os().next().unwrap_or_default();
    if let Some(start) = program::start(&name.to_string_lossy(), &words, &environment) {
        return Ok(runtime()?.block_on(program::carry_out(start)));
    }
    serve_line(words, environment, started).map(|()| ExitCode::SUCCESS)
}

fn serve_line(
    words: Vec<String>,
    environment: Vec<(String, String)>,
    started: Instant,
) -> Result<(), Fatal> {
    let arguments = Arguments::split(words.clone())?;
    // The project may say what some settings are, so it is looked at before they are read.
    if arguments.command == Some(Word::Dev) && !arguments.help {
        let project = arguments.project;
        return runtime()?.block_on(dev::run(project, words, environment, started));
    }
    match Config::from(words, environment)? {
        Command::Print(text) => {
            println!("{text}");
            Ok(())
        }
        Command::Serve(config) => runtime()?.block_on(serve::serve(*config, started)),
        Command::Dev { .. } => Err(Fatal::usage("dev reads its settings after the project")),
        Command::Downgrade { config, target } => {
            runtime()?.block_on(serve::downgrade(&config, &target))
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Fatal> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(THREAD_STACK)
        .build()
        .map_err(|e| Fatal::new(format!("cannot start threads: {e}")))
}
