//! Tries the servers of a target and sets the session up.

use super::conninfo::{Environment, Parameters};
use super::secret_file;
use super::settings::{SourceSettings, SslSettings};
use super::target::{Address, SessionAttributes, SslMode, Target};
use super::tls::TlsProblem;
use crate::execution::errors;
use crate::introspection::quote_identifier;
use futures_util::future::poll_fn;
use howdah_error::{Code, Error, Result};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::AbortHandle;
use tokio_postgres::config::{SslMode as DriverSslMode, SslNegotiation};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Config, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a request to cancel may take to reach the server.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens connections to one source.
#[derive(Clone)]
pub struct Connector {
    url: String,
    secrets_folder: Option<PathBuf>,
    ssl: Option<SslSettings>,
    extensions_schema: String,
    time_for_all_servers: Duration,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connector")
            .field(&super::redact(&self.url))
            .finish()
    }
}

/// An open connection whose session is set up, driven by a task in the background.
pub struct Established {
    /// To send statements with.
    pub client: Client,
    /// To cancel what runs.
    pub cancel: CancelHandle,
    /// Ends the background task, closing the socket at once.
    pub task: AbortHandle,
}

impl fmt::Debug for Established {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Established").finish_non_exhaustive()
    }
}

/// A connection that only listens to one channel.
#[derive(Debug)]
pub struct Listener {
    notifications: mpsc::UnboundedReceiver<String>,
    /// Closed with this value.
    established: Established,
}

impl Listener {
    /// The payload of the next notification; `None` when the connection is lost.
    pub async fn next(&mut self) -> Option<String> {
        self.notifications.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.established.task.abort();
    }
}

/// Can cancel what runs on one connection, from anywhere.
#[derive(Clone)]
pub struct CancelHandle {
    token: CancelToken,
    tls: Option<MakeRustlsConnect>,
}

impl fmt::Debug for CancelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelHandle").finish_non_exhaustive()
    }
}

impl CancelHandle {
    /// Asks the server to stop what runs. When this returns `true` the server has seen the
    /// request; whether it stopped anything is not known.
    pub async fn cancel(&self) -> bool {
        let sent = async {
            match &self.tls {
                Some(tls) => self.token.cancel_query(tls.clone()).await,
                None => self.token.cancel_query(NoTls).await,
            }
        };
        matches!(tokio::time::timeout(CANCEL_TIMEOUT, sent).await, Ok(Ok(())))
    }
}

/// A failed attempt on one server.
struct Failure {
    text: String,
    /// The server's own answer, if it got that far.
    state: Option<SqlState>,
    /// Whether an attempt with the other kind of encryption makes sense.
    other_encryption: bool,
}

impl Connector {
    /// Checks that the settings can be understood at all.
    ///
    /// # Errors
    /// `invalid-configuration` for a connection string that makes no sense.
    pub fn new(settings: &SourceSettings) -> Result<Self> {
        let mut connector = Connector {
            url: settings.url.clone(),
            secrets_folder: settings.secrets_folder.clone(),
            ssl: settings.ssl.clone(),
            extensions_schema: settings.extensions_schema.clone(),
            time_for_all_servers: Duration::ZERO,
        };
        // A string in a file is read when connecting: the file may not be there yet.
        if secret_file::path(&connector.url).is_none() {
            let target = connector.resolve(&connector.url)?;
            if let Ok(servers @ 2..) = u32::try_from(target.addresses.len()) {
                connector.time_for_all_servers = target.timeout.saturating_mul(servers);
            }
        }
        Ok(connector)
    }

    /// How long trying all servers of a list may take; nothing where there is one only.
    pub(crate) fn time_for_all_servers(&self) -> Duration {
        self.time_for_all_servers
    }

    /// Opens a connection: the first server that accepts.
    ///
    /// # Errors
    /// `postgres-error` "connection error" with the reasons in `internal`,
    /// `postgres-max-connections-error` when the server is full.
    pub async fn connect(&self) -> Result<Established> {
        self.connect_with(None).await
    }

    /// Opens a connection that hears of a channel's notifications.
    ///
    /// # Errors
    /// As [`Connector::connect`].
    pub async fn listen(&self, channel: &str) -> Result<Listener> {
        let (heard, notifications) = mpsc::unbounded_channel();
        let established = self.connect_with(Some(heard)).await?;
        established
            .client
            .batch_execute(&format!("listen {}", quote_identifier(channel)))
            .await
            .map_err(|e| errors::connection_error(errors::describe(&e)))?;
        Ok(Listener {
            notifications,
            established,
        })
    }

    async fn connect_with(&self, heard: Option<UnboundedSender<String>>) -> Result<Established> {
        let url = match secret_file::path(&self.url) {
            Some(path) => secret_file::read(path, self.secrets_folder.as_deref()).await?,
            None => self.url.clone(),
        };
        let target = self.resolve(url.trim())?;
        let tls = target.tls.connector().map_err(tls_error)?;
        let mut order: Vec<&Address> = target.addresses.iter().collect();
        if target.shuffle {
            // No need for a good generator to spread load.
            let by = std::time::UNIX_EPOCH
                .elapsed()
                .map_or(0, |t| t.subsec_nanos() as usize);
            order.rotate_left(by % target.addresses.len().max(1));
        }
        let passes: &[SessionAttributes] = match target.attributes {
            SessionAttributes::PreferStandby => {
                &[SessionAttributes::Standby, SessionAttributes::Any]
            }
            _ => &[target.attributes],
        };
        let mut failures = Vec::new();
        for attributes in passes {
            for address in &order {
                match try_address(&target, address, tls.as_ref(), *attributes, heard.as_ref()).await
                {
                    Ok(established) => {
                        self.set_up(&established).await?;
                        return Ok(established);
                    }
                    Err(failure) => {
                        let text = format!("{}: {}", place(address), failure.text);
                        if failure.state == Some(SqlState::TOO_MANY_CONNECTIONS) {
                            return Err(Error::new(
                                Code::PostgresMaxConnections,
                                "max connections reached on postgres",
                            )
                            .with_internal(text.into()));
                        }
                        // As in libpq, a server that answered "no" ends the search, except
                        // while it starts or stops.
                        let refused = failure
                            .state
                            .as_ref()
                            .is_some_and(|s| *s != SqlState::CANNOT_CONNECT_NOW);
                        failures.push(text);
                        if refused {
                            return Err(errors::connection_error(failures.join("; ")));
                        }
                    }
                }
            }
        }
        Err(errors::connection_error(failures.join("; ")))
    }

    fn resolve(&self, url: &str) -> Result<Target> {
        let environment = Environment::of_process();
        Parameters::parse(url)
            .and_then(|p| {
                let parameters = p.with_defaults(&environment);
                Target::new(&parameters, self.ssl.as_ref(), &environment)
            })
            .map_err(|e| {
                Error::invalid_configuration(format!("invalid database connection string: {e}"))
            })
    }

    /// What answers depend on and a server might have set otherwise. Time zone, interval style
    /// and the like are left as the server has them. Compiling to machine code is off: statements
    /// made of many small expressions take minutes and gigabytes that way.
    async fn set_up(&self, established: &Established) -> Result<()> {
        let mut sql = String::from(
            "set client_min_messages = warning; set standard_conforming_strings = on; \
             select set_config('jit', 'off', false) where current_setting('jit', true) = 'on'",
        );
        if self.extensions_schema != "public" {
            let schema = self.extensions_schema.replace('\'', "''");
            let quoted = quote_identifier(&self.extensions_schema).replace('\'', "''");
            sql.push_str(&format!(
                "; select set_config('search_path', current_setting('search_path') || \
                 case current_setting('search_path') when '' then '' else ', ' end || '{quoted}', \
                 false) where '{schema}' <> all (current_schemas(false)) \
                 and exists (select from pg_catalog.pg_namespace where nspname = '{schema}')"
            ));
        }
        established
            .client
            .batch_execute(&sql)
            .await
            .map_err(|e| errors::connection_error(errors::describe(&e)))
    }
}

fn place(address: &Address) -> String {
    match address.is_socket() {
        true => format!(
            "connection to server on socket \"{}/.s.PGSQL.{}\" failed",
            address.host, address.port
        ),
        false => format!(
            "connection to server at \"{}\", port {} failed",
            address.host, address.port
        ),
    }
}

fn tls_error(problem: TlsProblem) -> Error {
    let (message, text) = match problem {
        TlsProblem::Root(text) => ("root certificate error", text),
        TlsProblem::Certificate(text) => ("certificate error", text),
        TlsProblem::Key(text) => ("private-key error", text),
    };
    Error::new(Code::PostgresError, message).with_internal(text.into())
}

/// Encryption to try in turn, as libpq's modes say. Sockets are never encrypted.
fn attempts(mode: SslMode, address: &Address) -> &'static [DriverSslMode] {
    use DriverSslMode::{Disable, Prefer, Require};
    match mode {
        _ if address.is_socket() => &[Disable],
        SslMode::Disable => &[Disable],
        SslMode::Allow => &[Disable, Require],
        SslMode::Prefer => &[Prefer, Disable],
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Require],
    }
}

async fn try_address(
    target: &Target,
    address: &Address,
    tls: Option<&MakeRustlsConnect>,
    attributes: SessionAttributes,
    heard: Option<&UnboundedSender<String>>,
) -> Result<Established, Failure> {
    let attempts = attempts(target.tls.mode, address);
    let mut first: Option<Failure> = None;
    for mode in attempts {
        let config = driver_config(target, address, *mode);
        let attempt = async {
            let tls = tls.filter(|_| *mode != DriverSslMode::Disable);
            let established = open(&config, tls, heard.cloned()).await?;
            check_attributes(&established.client, attributes).await?;
            Ok(established)
        };
        let failure = match tokio::time::timeout(target.timeout, attempt).await {
            Ok(Ok(established)) => return Ok(established),
            Ok(Err(failure)) => failure,
            Err(_) => Failure {
                text: "timeout expired".to_owned(),
                state: None,
                other_encryption: false,
            },
        };
        let go_on = failure.other_encryption;
        // What the second attempt says is a consequence; the first tells the reason.
        first = Some(first.unwrap_or(failure));
        if !go_on {
            break;
        }
    }
    Err(first.unwrap_or(Failure {
        text: "no way to connect".to_owned(),
        state: None,
        other_encryption: false,
    }))
}

fn driver_config(target: &Target, address: &Address, mode: DriverSslMode) -> Config {
    let mut config = Config::new();
    config
        .user(&target.user)
        .dbname(&target.database)
        .application_name(&target.application_name)
        .port(address.port)
        .ssl_mode(mode)
        .channel_binding(target.channel_binding)
        .keepalives(target.keepalives)
        .keepalives_idle(target.keepalives_idle)
        .keepalives_interval(target.keepalives_interval)
        .keepalives_retries(target.keepalives_count);
    match address.is_socket() {
        true => config.host_path(&address.host),
        false => config.host(&address.host),
    };
    if let Some(numeric) = address.hostaddr {
        config.hostaddr(numeric);
    }
    if let Some(password) = &address.password {
        config.password(password);
    }
    if let Some(options) = &target.options {
        config.options(options);
    }
    if let Some(timeout) = target.tcp_user_timeout {
        config.tcp_user_timeout(timeout);
    }
    if target.tls.direct && mode == DriverSslMode::Require {
        config.ssl_negotiation(SslNegotiation::Direct);
    }
    config
}

async fn open(
    config: &Config,
    tls: Option<&MakeRustlsConnect>,
    heard: Option<UnboundedSender<String>>,
) -> Result<Established, Failure> {
    let (client, task) = match tls {
        Some(tls) => {
            let (client, connection) = config.connect(tls.clone()).await.map_err(failure)?;
            (client, drive(connection, heard))
        }
        None => {
            let (client, connection) = config.connect(NoTls).await.map_err(failure)?;
            (client, drive(connection, heard))
        }
    };
    let cancel = CancelHandle {
        token: client.cancel_token(),
        tls: tls.cloned(),
    };
    Ok(Established {
        client,
        cancel,
        task,
    })
}

/// Runs a connection in the background; what it hears of channels goes to whoever asked for it.
fn drive<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    heard: Option<UnboundedSender<String>>,
) -> AbortHandle
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Some(heard) = heard else {
        return tokio::spawn(connection).abort_handle();
    };
    let run = async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message {
                // Whoever listened may be gone, and the connection with it soon.
                let _ = heard.send(notification.payload().to_owned());
            }
        }
    };
    tokio::spawn(run).abort_handle()
}

fn failure(error: tokio_postgres::Error) -> Failure {
    let state = error.code().cloned();
    let text = errors::describe(&error);
    let tls_failed = text.starts_with("error performing TLS handshake");
    Failure {
        // Rejected by pg_hba.conf, where encrypted and plain connections have rules of their
        // own, or not able to agree on TLS.
        other_encryption: tls_failed || state.as_ref().is_some_and(|s| s.code().starts_with("28")),
        state,
        text,
    }
}

async fn check_attributes(client: &Client, wanted: SessionAttributes) -> Result<(), Failure> {
    let (sql, good, text) = match wanted {
        SessionAttributes::Any => return Ok(()),
        SessionAttributes::ReadWrite => {
            ("show transaction_read_only", "off", "session is read-only")
        }
        SessionAttributes::ReadOnly => (
            "show transaction_read_only",
            "on",
            "session is not read-only",
        ),
        SessionAttributes::Primary => (
            "select pg_catalog.pg_is_in_recovery()",
            "f",
            "server is in hot standby mode",
        ),
        SessionAttributes::Standby | SessionAttributes::PreferStandby => (
            "select pg_catalog.pg_is_in_recovery()",
            "t",
            "server is not in hot standby mode",
        ),
    };
    let answer = client.simple_query(sql).await.map_err(failure)?;
    let found = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    match found == Some(good) {
        true => Ok(()),
        false => Err(Failure {
            text: text.to_owned(),
            state: None,
            other_encryption: false,
        }),
    }
}
