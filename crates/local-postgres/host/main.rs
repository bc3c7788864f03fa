//! A process that holds a managed PostgreSQL until its standard input ends: for tests that
//! need a process to kill. Usage: `howdah-postgres-host FOLDER`; it prints the URL.

use std::process::ExitCode;

use howdah_local_postgres::{Options, start, watchdog};

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let first = args.next();
    if first.as_deref() == Some(watchdog::COMMAND.as_ref()) {
        return watchdog::main(args);
    }
    let (Some(folder), Ok(exe)) = (first, std::env::current_exe()) else {
        eprintln!("usage: howdah-postgres-host FOLDER");
        return ExitCode::from(2);
    };
    match hold(Options::new(folder, exe)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn hold(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let managed = start(options).await?;
        println!("{}", managed.url());
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        managed.stop().await?;
        Ok(())
    })
}
