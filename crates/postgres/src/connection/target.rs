//! Parameters → which servers to try, how, and with which TLS policy.

use super::conninfo::{Environment, InvalidConninfo, Parameters};
use super::passfile;
use super::settings::SslSettings;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres::config::ChannelBinding;

/// How much TLS is wanted: libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// Where certificates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pem {
    File(PathBuf),
    Text(String),
}

/// Whom to trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    System,
    Pem(Pem),
}

/// The password of a key. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct KeyPassword(pub(super) String);

impl fmt::Debug for KeyPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPassword(..)")
    }
}

/// The TLS part of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TlsPolicy {
    pub(super) mode: SslMode,
    pub(super) direct: bool,
    pub(super) roots: Option<Roots>,
    pub(super) revocation_list: Option<PathBuf>,
    pub(super) client: Option<(Pem, Pem)>,
    /// Of the client's key.
    pub(super) key_password: Option<KeyPassword>,
    pub(super) server_name_indication: bool,
    pub(super) only_tls12: bool,
    pub(super) only_tls13: bool,
}

/// Which state a server must be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionAttributes {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// A server's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Host name, numeric address or socket folder.
    pub(super) host: String,
    /// The numeric address to use instead of looking `host` up.
    pub(super) hostaddr: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) password: Option<String>,
}

impl Address {
    pub(super) fn is_socket(&self) -> bool {
        self.hostaddr.is_none() && self.host.starts_with('/')
    }
}

/// Everything that connecting needs to know.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    pub(super) addresses: Vec<Address>,
    pub(super) shuffle: bool,
    pub(super) attributes: SessionAttributes,
    pub(super) timeout: Duration,
    pub(super) user: String,
    pub(super) database: String,
    pub(super) options: Option<String>,
    pub(super) application_name: String,
    pub(super) channel_binding: ChannelBinding,
    pub(super) keepalives: bool,
    pub(super) keepalives_idle: Duration,
    pub(super) keepalives_interval: Duration,
    pub(super) keepalives_count: u32,
    pub(super) tcp_user_timeout: Option<Duration>,
    pub(super) tls: TlsPolicy,
}

/// Patience for one server when the string does not say: a dead address must not hold a request
/// for the minutes that TCP would.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a network may not confirm what was sent when the string does not say: as long as the
/// usual keepalives allow on a connection on which nothing is sent, not the quarter of an hour of TCP.
const SILENCE: Duration = Duration::from_secs(90);

type Result<T> = std::result::Result<T, InvalidConninfo>;

fn invalid<T>(text: impl Into<String>) -> Result<T> {
    Err(InvalidConninfo(text.into()))
}

impl Target {
    /// Resolves parameters; `ssl` wins over them.
    pub(super) fn new(
        parameters: &Parameters,
        ssl: Option<&SslSettings>,
        environment: &Environment,
    ) -> Result<Target> {
        refuse_unsupported(parameters)?;
        let Some(user) = parameters.get("user").map(str::to_owned) else {
            return invalid("the connection string names no user");
        };
        let database = parameters.get("dbname").unwrap_or(&user).to_owned();
        let mut addresses = addresses(parameters)?;
        fill_passwords(&mut addresses, parameters, environment, &database, &user);
        Ok(Target {
            addresses,
            shuffle: choice(
                parameters,
                "load_balance_hosts",
                &[("disable", false), ("random", true)],
            )?
            .unwrap_or(false),
            attributes: choice(
                parameters,
                "target_session_attrs",
                &[
                    ("any", SessionAttributes::Any),
                    ("read-write", SessionAttributes::ReadWrite),
                    ("read-only", SessionAttributes::ReadOnly),
                    ("primary", SessionAttributes::Primary),
                    ("standby", SessionAttributes::Standby),
                    ("prefer-standby", SessionAttributes::PreferStandby),
                ],
            )?
            .unwrap_or(SessionAttributes::Any),
            timeout: timeout(parameters)?,
            user,
            database,
            options: parameters.get("options").map(str::to_owned),
            application_name: parameters
                .get("application_name")
                .or_else(|| parameters.get("fallback_application_name"))
                .unwrap_or("howdah")
                .to_owned(),
            channel_binding: choice(
                parameters,
                "channel_binding",
                &[
                    ("disable", ChannelBinding::Disable),
                    ("prefer", ChannelBinding::Prefer),
                    ("require", ChannelBinding::Require),
                ],
            )?
            .unwrap_or(ChannelBinding::Prefer),
            keepalives: number(parameters, "keepalives")? != Some(0),
            keepalives_idle: seconds(parameters, "keepalives_idle", 60)?,
            keepalives_interval: seconds(parameters, "keepalives_interval", 10)?,
            keepalives_count: match number(parameters, "keepalives_count")? {
                Some(n) if n > 0 => u32::try_from(n).unwrap_or(u32::MAX),
                _ => 3,
            },
            tcp_user_timeout: match number(parameters, "tcp_user_timeout")? {
                None => Some(SILENCE),
                Some(ms) if ms > 0 => Some(Duration::from_millis(ms.unsigned_abs())),
                Some(_) => None,
            },
            tls: tls_policy(parameters, ssl, environment)?,
        })
    }
}

/// What would be silently weaker or different if ignored.
fn refuse_unsupported(parameters: &Parameters) -> Result<()> {
    for keyword in ["requirepeer", "require_auth", "sslcrldir", "service"] {
        if parameters.get(keyword).is_some() {
            return invalid(format!("connection option \"{keyword}\" is not supported"));
        }
    }
    if parameters.get("gssencmode") == Some("require") {
        return invalid("GSSAPI encryption is not supported (gssencmode=require)");
    }
    match parameters.get("replication") {
        None | Some("false" | "off" | "no" | "0") => Ok(()),
        Some(_) => invalid("replication connections cannot be used"),
    }
}

fn addresses(parameters: &Parameters) -> Result<Vec<Address>> {
    let list = |keyword| -> Vec<&str> {
        parameters
            .get(keyword)
            .map(|v| v.split(',').collect())
            .unwrap_or_default()
    };
    let (hosts, hostaddrs, ports) = (list("host"), list("hostaddr"), list("port"));
    if !hosts.is_empty() && !hostaddrs.is_empty() && hosts.len() != hostaddrs.len() {
        return invalid(format!(
            "could not match {} host names to {} hostaddr values",
            hosts.len(),
            hostaddrs.len()
        ));
    }
    let count = hosts.len().max(hostaddrs.len()).max(1);
    if ports.len() > 1 && ports.len() != count {
        return invalid(format!(
            "could not match {} port numbers to {count} hosts",
            ports.len()
        ));
    }
    (0..count)
        .map(|i| {
            let hostaddr = match hostaddrs.get(i).filter(|a| !a.is_empty()) {
                Some(text) => match text.parse::<IpAddr>() {
                    Ok(address) => Some(address),
                    Err(_) => {
                        return invalid(format!("could not parse network address \"{text}\""));
                    }
                },
                None => None,
            };
            let host = hosts.get(i).copied().unwrap_or_default();
            if host.starts_with('@') {
                return invalid("abstract unix sockets are not supported");
            }
            if host.contains('@') && !host.starts_with('/') {
                // What stands before it is the end of a password, which no error may show.
                return invalid("the host has an \"@\"; that of a password is written %40");
            }
            Ok(Address {
                host: match (host, hostaddr) {
                    ("", Some(address)) => address.to_string(),
                    ("", None) => default_socket_folder(),
                    (host, _) => host.to_owned(),
                },
                hostaddr,
                port: port(ports.get(i).or(ports.first()).copied().unwrap_or_default())?,
                password: None,
            })
        })
        .collect()
}

fn port(text: &str) -> Result<u16> {
    match text.trim() {
        "" => Ok(5432),
        text => match text.parse() {
            Ok(port) if port > 0 => Ok(port),
            _ if text.bytes().all(|b| b.is_ascii_digit()) => {
                invalid(format!("invalid port number: \"{text}\""))
            }
            // It may be the end of a password.
            _ => invalid("invalid port number"),
        },
    }
}

/// Where distributions put the socket; libpq has the place compiled in.
fn default_socket_folder() -> String {
    ["/var/run/postgresql", "/run/postgresql"]
        .into_iter()
        .find(|folder| Path::new(folder).is_dir())
        .unwrap_or("/tmp")
        .to_owned()
}

fn fill_passwords(
    addresses: &mut [Address],
    parameters: &Parameters,
    environment: &Environment,
    database: &str,
    user: &str,
) {
    let given = parameters.get("password");
    let file = match given {
        Some(_) => None,
        None => parameters
            .get("passfile")
            .map(PathBuf::from)
            .or_else(|| environment.home.as_ref().map(|h| h.join(".pgpass")))
            .and_then(|path| std::fs::read_to_string(path).ok()),
    };
    for address in addresses {
        let host = match address.is_socket() && address.host == default_socket_folder() {
            true => "localhost",
            false => &address.host,
        };
        address.password = given
            .map(str::to_owned)
            .or_else(|| passfile::password(file.as_deref()?, host, address.port, database, user));
    }
}

/// libpq: zero, negative or absent means no limit, and one second means two.
fn timeout(parameters: &Parameters) -> Result<Duration> {
    Ok(match number(parameters, "connect_timeout")? {
        Some(n) if n > 0 => Duration::from_secs(n.unsigned_abs().max(2)),
        _ => CONNECT_TIMEOUT,
    })
}

fn number(parameters: &Parameters, keyword: &str) -> Result<Option<i64>> {
    match parameters.get(keyword).map(|v| (v, v.trim().parse())) {
        None => Ok(None),
        Some((_, Ok(n))) => Ok(Some(n)),
        Some((text, Err(_))) => invalid(format!(
            "invalid integer value \"{text}\" for connection option \"{keyword}\""
        )),
    }
}

fn seconds(parameters: &Parameters, keyword: &str, usual: u64) -> Result<Duration> {
    Ok(match number(parameters, keyword)? {
        Some(n) if n > 0 => Duration::from_secs(n.unsigned_abs()),
        _ => Duration::from_secs(usual),
    })
}

fn choice<T: Copy>(
    parameters: &Parameters,
    keyword: &str,
    choices: &[(&str, T)],
) -> Result<Option<T>> {
    parameters
        .get(keyword)
        .map(|given| chosen(keyword, given, choices))
        .transpose()
}

fn chosen<T: Copy>(keyword: &str, given: &str, choices: &[(&str, T)]) -> Result<T> {
    match choices.iter().find(|(name, _)| *name == given) {
        Some((_, value)) => Ok(*value),
        None => invalid(format!("invalid {keyword} value: \"{given}\"")),
    }
}

fn tls_policy(
    parameters: &Parameters,
    ssl: Option<&SslSettings>,
    environment: &Environment,
) -> Result<TlsPolicy> {
    let default_file = |name: &str| {
        let path = environment.home.as_ref()?.join(".postgresql").join(name);
        path.exists().then_some(path)
    };
    let file = |keyword| parameters.get(keyword).map(PathBuf::from);
    let text = |pick: fn(&SslSettings) -> &Option<String>| {
        ssl.and_then(|s| pick(s).as_deref())
            .filter(|t| !t.is_empty())
    };
    let roots = match (text(|s| &s.root_certificate), parameters.get("sslrootcert")) {
        (Some(pem), _) => Some(Roots::Pem(Pem::Text(pem.to_owned()))),
        (None, Some("system")) => Some(Roots::System),
        (None, Some(path)) => Some(Roots::Pem(Pem::File(path.into()))),
        (None, None) => default_file("root.crt").map(|path| Roots::Pem(Pem::File(path))),
    };
    let mode = match text(|s| &s.mode).or_else(|| parameters.get("sslmode")) {
        Some(given) => chosen(
            "sslmode",
            given,
            &[
                ("disable", SslMode::Disable),
                ("allow", SslMode::Allow),
                ("prefer", SslMode::Prefer),
                ("require", SslMode::Require),
                ("verify-ca", SslMode::VerifyCa),
                ("verify-full", SslMode::VerifyFull),
            ],
        )?,
        None if roots == Some(Roots::System) => SslMode::VerifyFull,
        None => SslMode::Prefer,
    };
    if roots == Some(Roots::System) && mode != SslMode::VerifyFull {
        return invalid(
            "weak sslmode may not be used with sslrootcert=system (use \"verify-full\")",
        );
    }
    let direct = choice(
        parameters,
        "sslnegotiation",
        &[("postgres", false), ("direct", true)],
    )?
    .unwrap_or(false);
    if direct && mode < SslMode::Require {
        return invalid(
            "weak sslmode may not be used with sslnegotiation=direct (use \"require\", \
             \"verify-ca\", or \"verify-full\")",
        );
    }
    let client = match (text(|s| &s.certificate), text(|s| &s.key)) {
        (Some(certificate), Some(key)) => {
            Some((Pem::Text(certificate.to_owned()), Pem::Text(key.to_owned())))
        }
        _ if parameters.get("sslcertmode") == Some("disable") => None,
        _ => file("sslcert")
            // Like libpq: without the file the server has the final say.
            .filter(|path| path.exists())
            .or_else(|| default_file("postgresql.crt"))
            .and_then(|certificate| {
                let key = file("sslkey").or_else(|| default_file("postgresql.key"))?;
                Some((Pem::File(certificate), Pem::File(key)))
            }),
    };
    let versions = [("TLSv1", 0), ("TLSv1.1", 1), ("TLSv1.2", 2), ("TLSv1.3", 3)];
    let least = choice(parameters, "ssl_min_protocol_version", &versions)?.unwrap_or(2);
    let most = choice(parameters, "ssl_max_protocol_version", &versions)?.unwrap_or(3);
    if most < 2 || least > most {
        return invalid("invalid SSL protocol version range (TLSv1.2 and TLSv1.3 are supported)");
    }
    Ok(TlsPolicy {
        mode,
        direct,
        roots,
        revocation_list: file("sslcrl").filter(|path| path.exists()),
        client,
        key_password: text(|s| &s.password)
            .or_else(|| parameters.get("sslpassword"))
            .map(|password| KeyPassword(password.to_owned())),
        server_name_indication: parameters.get("sslsni") != Some("0"),
        only_tls12: most == 2,
        only_tls13: least == 3,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn target(text: &str) -> Result<Target> {
        Target::new(&Parameters::parse(text)?, None, &Environment::default())
    }

    #[test]
    fn hosts_pair_with_ports_and_addresses() {
        let hosts = |text| {
            target(text).map(|t| {
                t.addresses
                    .into_iter()
                    .map(|a| (a.host, a.port))
                    .collect::<Vec<_>>()
            })
        };
        let one = |h: &str, p| (h.to_owned(), p);
        assert_eq!(
            hosts("postgres://u@a,b:2").unwrap(),
            [one("a", 5432), one("b", 2)]
        );
        assert_eq!(
            hosts("user=u host=a,b port=7").unwrap(),
            [one("a", 7), one("b", 7)]
        );
        assert_eq!(hosts("user=u hostaddr=::1").unwrap(), [one("::1", 5432)]);
        assert_eq!(hosts("user=u host=/s").unwrap(), [one("/s", 5432)]);
        assert!(hosts("user=u").unwrap()[0].0.starts_with('/'));
        for wrong in [
            "user=u host=a,b port=1,2,3",
            "user=u host=a,b hostaddr=::1",
            "user=u hostaddr=nonsense",
            "user=u port=70000",
            "host=a",
        ] {
            assert!(hosts(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_may_be_a_password_is_not_shown() {
        let refusal = |text| target(text).unwrap_err().to_string();
        for text in [
            "postgres://u:a@secret@h:1/d",
            "postgres://u:a@b:secret@h:1/d",
            "postgres://u:a@secret,b@h/d",
        ] {
            assert!(!refusal(text).contains("secret"), "{}", refusal(text));
        }
        assert!(refusal("postgres://u@h:70000").ends_with("\"70000\""));
        assert_eq!(
            target("user=u host=/a@b").unwrap().addresses[0].host,
            "/a@b"
        );
    }

    #[test]
    fn the_database_defaults_to_the_user() {
        assert_eq!(target("postgres://u@h").unwrap().database, "u");
    }

    #[test]
    fn timeouts_follow_libpq() {
        let timeout = |text| target(text).unwrap().timeout.as_secs();
        assert_eq!(timeout("postgres://u@h?connect_timeout=1"), 2);
        assert_eq!(timeout("postgres://u@h?connect_timeout=7"), 7);
        assert_eq!(
            timeout("postgres://u@h?connect_timeout=0"),
            CONNECT_TIMEOUT.as_secs()
        );
        assert!(target("postgres://u@h?connect_timeout=soon").is_err());
    }

    #[test]
    fn weak_modes_are_refused_where_libpq_refuses_them() {
        let mode = |text| target(text).map(|t| t.tls.mode);
        assert_eq!(mode("postgres://u@h").unwrap(), SslMode::Prefer);
        assert_eq!(
            mode("postgres://u@h?sslrootcert=system").unwrap(),
            SslMode::VerifyFull
        );
        assert!(mode("postgres://u@h?sslrootcert=system&sslmode=require").is_err());
        assert!(mode("postgres://u@h?sslmode=sometimes").is_err());
        assert!(mode("postgres://u@h?sslnegotiation=direct").is_err());
        assert!(mode("postgres://u@h?requirepeer=postgres").is_err());
    }
}
