//! Accepting connections until told to stop, and ending well: idle connections are closed at
//! once, running requests may end within a time.

use super::listening::{Listener, bind};
use super::stalls::Patient;
use super::{App, console, exchange};
use crate::alarms::Alarms;
use crate::auth::Authenticator;
use crate::config::{Config, Fatal, HttpSettings};
use crate::logs::{Level, LogType, Logger};
use crate::service::Service;
use crate::websocket::counters::Counters;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use serde_json::json;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Room for the request line besides the headers.
const REQUEST_LINE: usize = 64 * 1024;
/// The pause after a failed accept (out of file descriptors, mostly).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Binds, makes authentication ready, logs the start, and serves until SIGTERM or SIGINT. From
/// here on panics are log lines too. `started` is when the process began, for the log.
///
/// # Errors
/// The port cannot be had, or keys of tokens cannot be fetched.
pub async fn run_server<S: Service>(
    config: Arc<Config>,
    service: Arc<S>,
    logger: Logger,
    started: Instant,
) -> Result<(), Fatal> {
    let listener = bind(&config.http).await?;
    let auth = Authenticator::start(&config.auth, &config.egress, &logger).await?;
    // Every connection is a file. Where more may not be had, what there is must do.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    logger.catch_panics();
    logger.listening(listener.address(), started.elapsed());
    serve_with(
        listener,
        service,
        config,
        auth,
        logger.clone(),
        stop_signal(),
    )
    .await
    .map_err(|e| Fatal::new(format!("cannot listen: {e}")))?;
    logger.flush();
    Ok(())
}

/// Makes authentication ready, then serves as [`serve_with`] does.
///
/// # Errors
/// The port cannot be opened, or keys of tokens cannot be fetched.
pub async fn serve<S: Service>(
    listener: Listener,
    service: Arc<S>,
    config: Arc<Config>,
    logger: Logger,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut stop = std::pin::pin!(stop);
    let auth = tokio::select! {
        biased;
        () = &mut stop => return Ok(()),
        auth = Authenticator::start(&config.auth, &config.egress, &logger) => auth,
    };
    let auth = auth.map_err(|fatal| io::Error::other(fatal.reason().to_owned()))?;
    serve_with(listener, service, config, auth, logger, stop).await
}

/// Serves until `stop` is ready, then until running requests end or
/// `--graceful-shutdown-timeout` has passed.
///
/// # Errors
/// The port cannot be opened.
pub async fn serve_with<S: Service>(
    listener: Listener,
    service: Arc<S>,
    config: Arc<Config>,
    auth: Authenticator,
    logger: Logger,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let listener = listener.open()?;
    let mut builder = builder(&config.http);
    builder.http1().preserve_header_case(auth.wants_spelling());
    let patience = config.http.graceful_shutdown;
    let console = console::load(&config.http, &logger);
    let follows = config.websockets.close_on_metadata_change;
    let changes = follows.then(|| service.metadata_changes()).flatten();
    let app = Arc::new(App {
        config,
        auth,
        service,
        logger,
        alarms: Alarms::new(changes),
        websockets: Arc::new(Counters::default()),
        console,
    });
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => connect(&builder, &app, stream, peer),
            Err(e) => {
                let detail = json!({"message": "a connection could not be accepted", "reason": e.to_string()});
                app.logger.log(Level::Warn, LogType::Unstructured, detail);
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    app.logger.startup(
        Level::Info,
        "server",
        json!({"message": "stopping: no new connections are taken"}),
    );
    if tokio::time::timeout(patience, app.alarms.stop())
        .await
        .is_err()
    {
        let detail = json!({"message": "stopping with requests still running"});
        app.logger.log(Level::Warn, LogType::Unstructured, detail);
    }
    Ok(())
}

fn connect<S: Service>(
    builder: &Builder<TokioExecutor>,
    app: &Arc<App<S>>,
    stream: TcpStream,
    peer: SocketAddr,
) {
    // Answers are written whole; waiting for more bytes would only delay them.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Patient::new(stream, app.config.http.stall_timeout));
    let stopping = app.alarms.stopping();
    let serving = Arc::clone(app);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let app = Arc::clone(&serving);
        async move { Ok::<_, Infallible>(exchange::answer(&app, peer, request).await) }
    });
    let connection = builder
        .serve_connection_with_upgrades(io, service)
        .into_owned();
    // An error here is the peer's going away: nothing anybody could do.
    app.alarms.spawn(async move {
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = stopping => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    });
}

fn builder(http: &HttpSettings) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(http.stall_timeout)
        .max_buf_size(http.max_header_bytes.saturating_add(REQUEST_LINE));
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(http.stall_timeout)
        .max_header_list_size(u32::try_from(http.max_header_bytes).unwrap_or(u32::MAX));
    builder
}

/// Ready when the process is asked to end: SIGTERM or SIGINT.
pub async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}
