//! The process between howdah and PostgreSQL. It starts the server, and it stops the server
//! when its standard input ends, which happens when howdah dies, however that comes about.
//!
//! Command line: `howdah __pg-watchdog [--uid N --gid N] [--remove FOLDER] -- PROGRAM ARG…`.
//! Standard input: [`STOP`] stops the server in order; end of input stops it within three
//! seconds. The watchdog knows nothing of clusters and connections.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use tokio::io::AsyncReadExt;
use tokio::process::Child;
use tokio::signal::unix::{SignalKind, signal};

use crate::process;

/// The first argument, by which the binary knows that it is to be a watchdog. Not for people.
pub const COMMAND: &str = "__pg-watchdog";

/// The order to stop the server, letting it write everything down.
pub const STOP: &[u8] = b"stop\n";

/// After an order: how long the server may take before it is stopped without a checkpoint.
const ORDERLY: Duration = Duration::from_secs(30);
/// After the end of input: the same. Together with [`HARD`] less than three seconds.
const HURRIED: Duration = Duration::from_millis(1500);
/// How long the stop without a checkpoint may take before the process is killed.
const HARD: Duration = Duration::from_millis(1000);

/// What the command line says.
#[derive(Debug, PartialEq)]
struct Task {
    account: Option<(u32, u32)>,
    remove: Option<PathBuf>,
    program: OsString,
    arguments: Vec<OsString>,
}

/// Runs the watchdog with the arguments that follow [`COMMAND`]; answers the exit status for
/// the process: 0 after an ordered stop. Must not be called inside an async runtime.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let task = match Task::parse(args) {
        Ok(task) => task,
        Err(reason) => return fail(&reason),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(watch(&task));
            // The thread that reads standard input cannot be interrupted.
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(error.to_string()),
    };
    if let Some(folder) = &task.remove {
        // Only ever our own temporary folder; the system's cleaner takes what is left.
        let _ = std::fs::remove_dir_all(folder);
    }
    match ended {
        Ok(code) => code,
        Err(reason) => fail(&reason),
    }
}

/// What makes the watchdog stop the server.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Order {
    /// Somebody asked for it.
    Stop,
    /// howdah is gone.
    Abandoned,
}

async fn watch(task: &Task) -> Result<ExitCode, String> {
    // Installed before the server exists, so that no signal can end us and leave it behind.
    let mut orders = Orders::new().map_err(|error| error.to_string())?;
    let mut server = spawn(task)?;
    let order = tokio::select! {
        ended = server.wait() => {
            let status = ended.map_err(|error| error.to_string())?;
            return Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        order = orders.next() => order,
    };
    stop(&mut server, order, &mut orders).await
}

fn spawn(task: &Task) -> Result<Child, String> {
    let mut command = std::process::Command::new(&task.program);
    command.args(&task.arguments).stdin(Stdio::null());
    if let Some((uid, gid)) = task.account {
        command.uid(uid).gid(gid);
    }
    tokio::process::Command::from(command)
        .spawn()
        .map_err(|error| format!("cannot run {}: {error}", task.program.display()))
}

/// SIGINT lets PostgreSQL drop its clients and write a checkpoint; SIGQUIT does without, the
/// next start recovers; SIGKILL is for a server that hangs.
async fn stop(server: &mut Child, order: Order, orders: &mut Orders) -> Result<ExitCode, String> {
    send(server, Signal::INT);
    let mut patience = match order {
        Order::Stop => ORDERLY,
        Order::Abandoned => HURRIED,
    };
    if order == Order::Stop {
        tokio::select! {
            _ = server.wait() => return Ok(ExitCode::SUCCESS),
            () = tokio::time::sleep(patience) => patience = Duration::ZERO,
            () = orders.abandoned() => patience = HURRIED,
        }
    }
    if tokio::time::timeout(patience, server.wait()).await.is_ok() {
        return Ok(ExitCode::SUCCESS);
    }
    send(server, Signal::QUIT);
    if tokio::time::timeout(HARD, server.wait()).await.is_ok() {
        return Ok(ExitCode::FAILURE);
    }
    send(server, Signal::KILL);
    server.wait().await.map_err(|error| error.to_string())?;
    Ok(ExitCode::FAILURE)
}

/// Signals the server; nothing happens once it was waited for.
fn send(server: &Child, kind: Signal) {
    if let Some(pid) = server.id() {
        process::signal(pid, kind);
    }
}

/// Where orders come from.
struct Orders {
    input: tokio::io::Stdin,
    ended: bool,
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

impl Orders {
    fn new() -> std::io::Result<Self> {
        Ok(Orders {
            input: tokio::io::stdin(),
            ended: false,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next order. A hang-up is none: when the terminal closes, howdah decides.
    async fn next(&mut self) -> Order {
        loop {
            let mut byte = [0];
            tokio::select! {
                read = self.input.read(&mut byte), if !self.ended => match read {
                    Ok(1..) => return Order::Stop,
                    _ => {
                        self.ended = true;
                        return Order::Abandoned;
                    }
                },
                _ = self.terminate.recv() => return Order::Stop,
                _ = self.interrupt.recv() => return Order::Stop,
                _ = self.hang_up.recv() => {}
            }
        }
    }

    /// Completes when howdah is gone.
    async fn abandoned(&mut self) {
        while self.next().await != Order::Abandoned {}
    }
}

impl Task {
    fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut args = args.into_iter();
        let (mut uid, mut gid, mut remove) = (None, None, None);
        while let Some(argument) = args.next() {
            match argument.to_str() {
                Some("--uid") => uid = Some(number(args.next())?),
                Some("--gid") => gid = Some(number(args.next())?),
                Some("--remove") => remove = args.next().map(PathBuf::from),
                Some("--") => break,
                _ => return Err(format!("unexpected argument {}", argument.display())),
            }
        }
        let account = match (uid, gid) {
            (Some(uid), Some(gid)) => Some((uid, gid)),
            (None, None) => None,
            _ => return Err("--uid and --gid go together".to_owned()),
        };
        Ok(Task {
            account,
            remove,
            program: args.next().ok_or("no program to run")?,
            arguments: args.collect(),
        })
    }
}

fn number(argument: Option<OsString>) -> Result<u32, String> {
    argument
        .as_ref()
        .and_then(|argument| argument.to_str()?.parse().ok())
        .ok_or_else(|| "a number was expected".to_owned())
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("{COMMAND}: {reason}");
    ExitCode::from(2)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Task, String> {
        Task::parse(text.split_whitespace().map(OsString::from))
    }

    #[test]
    fn arguments_after_the_dashes_are_the_servers() {
        let task = parse("--uid 107 --gid 115 --remove /tmp/x -- postgres -D /data --uid 0");
        let task = task.unwrap();
        assert_eq!(task.account, Some((107, 115)));
        assert_eq!(task.remove, Some(PathBuf::from("/tmp/x")));
        assert_eq!(task.program, "postgres");
        assert_eq!(task.arguments, ["-D", "/data", "--uid", "0"]);
    }

    #[test]
    fn half_an_account_or_no_program_is_refused() {
        for wrong in [
            "--uid 1 -- postgres",
            "--",
            "",
            "--uid x --gid 1 -- p",
            "-x",
        ] {
            parse(wrong).unwrap_err();
        }
    }

    #[test]
    fn an_abandoned_server_is_gone_within_three_seconds() {
        assert!(HURRIED + HARD < Duration::from_secs(3));
    }
}
