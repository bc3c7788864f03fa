//! `console`: the console for a project. It is served here and works on the server through us:
//! what it changes there is written into the project too, as migrations and metadata.
//!
//! * `guarding`: who may ask. `forwarding`: what passes, requests and sockets.
//! * `recording`: from a request that succeeded to files.

mod forwarding;
mod guarding;
mod recording;

use crate::program::Start;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use forwarding::Forwarder;
use guarding::Guard;
use howdah_console_assets::Console as Assets;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use recording::Recorder;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

/// `console`.
#[derive(Debug, clap::Args)]
pub struct Console {
    /// Address to serve at; others than this machine's let everybody in who can reach it
    #[arg(long, default_value = "localhost", value_name = "HOST")]
    address: String,
    /// Port to serve at
    #[arg(long, default_value_t = 9695, value_name = "PORT")]
    console_port: u16,
    /// Do not open a browser
    #[arg(long)]
    no_browser: bool,
    /// Browser to open instead of the usual one
    #[arg(long, value_name = "PROGRAM", conflicts_with = "no_browser")]
    browser: Option<String>,
    /// Folder with a console that was built elsewhere
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    static_dir: Option<PathBuf>,
    /// Write nothing into the project
    #[arg(long)]
    no_record: bool,
    /// For scripts of older tools: migrations are made at the console's own port
    #[arg(long, hide = true, value_name = "PORT")]
    api_port: Option<u16>,
    /// For scripts of older tools, see --api-port
    #[arg(long, hide = true, value_name = "HOST")]
    api_host: Option<String>,
    /// For scripts of older tools: the browser speaks with us, not with the server
    #[arg(long, hide = true, value_name = "URL")]
    console_hge_endpoint: Option<String>,
    /// For scripts of older tools: the console is part of this program
    #[arg(long, hide = true)]
    use_server_assets: bool,
}

/// Carries out `console`: until Ctrl-C.
pub async fn run(args: &Console, context: &Context, start: &Start) -> Outcome {
    let project = context.project()?;
    let client = context.client()?;
    client
        .version()
        .await
        .map_err(|error| Stop::server("ask the server", &error))?;
    crate::remote::state(&client)
        .await
        .map_err(|error| Stop::server("ask the server", &error))?;
    tell_of_old_flags(args, context);
    let mut assets = Assets::embedded();
    if let Some(folder) = &args.static_dir {
        assets = assets
            .with_folder(folder)
            .map_err(|fault| Stop::usage(format!("{}: {fault}", folder.display())))?;
    }
    let listener = TcpListener::bind((args.address.as_str(), args.console_port))
        .await
        .map_err(|fault| {
            Stop::failed(format!(
                "cannot serve at {}:{}: {fault}",
                args.address, args.console_port
            ))
            .hint("--console-port names another port")
        })?;
    let port = listener
        .local_addr()
        .map_err(|fault| Stop::failed(fault.to_string()))?
        .port();
    let guard = Guard::new(&args.address, port);
    let recorder = match args.no_record {
        true => None,
        false => Some(Recorder::new(
            project.clone(),
            client.clone(),
            context.output,
        )),
    };
    let url = guard.url();
    let forwarder = Arc::new(Forwarder {
        client,
        guard,
        recorder,
        assets,
        version: start.version,
        output: context.output,
    });
    context.output.info(format!(
        "console running at {url}\nchanges are {}; Ctrl-C ends it",
        match args.no_record {
            true => "not recorded".to_owned(),
            false => format!("written to {}", project.root().display()),
        }
    ));
    open_browser(args, &url, context);
    tokio::select! {
        () = accept(listener, forwarder) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(Exit::Done)
}

async fn accept(listener: TcpListener, forwarder: Arc<Forwarder>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, most likely: others will be closed.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let forwarder = Arc::clone(&forwarder);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let forwarder = Arc::clone(&forwarder);
                async move { Ok::<_, Infallible>(forwarder.answer(request).await) }
            });
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades()
                .await;
        });
    }
}

fn tell_of_old_flags(args: &Console, context: &Context) {
    let old = [
        (args.api_port.is_some(), "--api-port"),
        (args.api_host.is_some(), "--api-host"),
        (
            args.console_hge_endpoint.is_some(),
            "--console-hge-endpoint",
        ),
        (args.use_server_assets, "--use-server-assets"),
    ];
    for (_, flag) in old.iter().filter(|(given, _)| *given) {
        context.output.warn(format!(
            "{flag} has no effect: this program serves the console, its migrations and the way \
             to the server at one port"
        ));
    }
}

/// A browser that does not come is no failure: the address was told.
fn open_browser(args: &Console, url: &str, context: &Context) {
    if args.no_browser || (args.browser.is_none() && !context.prompt.asks()) {
        return;
    }
    let opened = match &args.browser {
        Some(program) => open::with_detached(url, program),
        None => open::that_detached(url),
    };
    if let Err(fault) = opened {
        context
            .output
            .debug(format!("no browser could be opened: {fault}"));
    }
}
