//! libpq's connection strings: the URI form and the `key=value` form, into parameters.
//!
//! Texts of errors never quote what stands where a password may stand.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Parameters by libpq's keyword; only keywords libpq knows.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Parameters(BTreeMap<&'static str, String>);

/// Why a connection string cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConninfo(pub(crate) String);

impl fmt::Display for InvalidConninfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidConninfo {}

fn invalid<T>(text: impl Into<String>) -> Result<T, InvalidConninfo> {
    Err(InvalidConninfo(text.into()))
}

/// What libpq takes from the process around it.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Environment variables whose name begins with `PG`.
    pub variables: BTreeMap<String, String>,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// The name of the operating system's user.
    pub user: Option<String>,
}

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        Environment {
            variables: std::env::vars_os()
                .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
                .filter(|(k, _)| k.starts_with("PG"))
                .collect(),
            home: variable("HOME").map(PathBuf::from),
            user: variable("USER").or_else(|| variable("LOGNAME")),
        }
    }
}

/// Keywords that are used, with the environment variable that sets the default.
const KEYWORDS: [(&str, &str); 51] = [
    ("service", "PGSERVICE"),
    ("servicefile", "PGSERVICEFILE"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("passfile", "PGPASSFILE"),
    ("dbname", "PGDATABASE"),
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("client_encoding", ""),
    ("options", "PGOPTIONS"),
    ("application_name", "PGAPPNAME"),
    ("fallback_application_name", ""),
    ("keepalives", ""),
    ("keepalives_idle", ""),
    ("keepalives_interval", ""),
    ("keepalives_count", ""),
    ("tcp_user_timeout", ""),
    ("sslmode", "PGSSLMODE"),
    ("sslnegotiation", "PGSSLNEGOTIATION"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("sslcertmode", "PGSSLCERTMODE"),
    ("sslpassword", ""),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcrl", "PGSSLCRL"),
    ("sslcrldir", "PGSSLCRLDIR"),
    ("sslsni", "PGSSLSNI"),
    ("sslcompression", ""),
    ("sslkeylogfile", ""),
    ("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"),
    ("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"),
    ("requiressl", ""),
    ("requirepeer", "PGREQUIREPEER"),
    ("require_auth", "PGREQUIREAUTH"),
    ("channel_binding", "PGCHANNELBINDING"),
    ("gssencmode", "PGGSSENCMODE"),
    ("gsslib", ""),
    ("gssdelegation", ""),
    ("krbsrvname", ""),
    ("replication", ""),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    ("min_protocol_version", ""),
    ("max_protocol_version", ""),
    ("scram_client_key", ""),
    ("scram_server_key", ""),
    ("oauth_issuer", ""),
    ("oauth_client_id", ""),
    ("oauth_scope", ""),
];

fn keyword(name: &str) -> Option<&'static str> {
    KEYWORDS.iter().find(|(k, _)| *k == name).map(|(k, _)| *k)
}

impl Parameters {
    /// Reads either form; the environment is not looked at.
    ///
    /// # Errors
    /// With libpq's words where they cannot give away a password.
    pub fn parse(text: &str) -> Result<Self, InvalidConninfo> {
        if text.contains('\0') {
            return invalid("a connection string must not contain a NUL byte");
        }
        let rest = ["postgresql://", "postgres://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        match rest {
            Some(rest) => parse_uri(rest),
            None => parse_pairs(text),
        }
    }

    /// Fills what is missing from the environment, as libpq does.
    #[must_use]
    pub fn with_defaults(mut self, environment: &Environment) -> Self {
        for (keyword, variable) in KEYWORDS {
            if let Some(value) = environment.variables.get(variable)
                && !self.0.contains_key(keyword)
            {
                self.0.insert(keyword, value.clone());
            }
        }
        if self.get("user").is_none()
            && let Some(user) = &environment.user
        {
            self.0.insert("user", user.clone());
        }
        self
    }

    /// A parameter that is there and not empty.
    pub fn get(&self, keyword: &str) -> Option<&str> {
        self.0
            .get(keyword)
            .map(String::as_str)
            .filter(|v| !v.is_empty())
    }

    /// All parameters that are there and not empty.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(keyword, value)| (*keyword, value.as_str()))
            .filter(|(_, value)| !value.is_empty())
    }

    fn insert(&mut self, name: &str, value: String) -> bool {
        match keyword(name) {
            Some(keyword) => {
                self.0.insert(keyword, value);
                true
            }
            None => false,
        }
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(k, v)| {
                let secret = matches!(*k, "password" | "sslpassword") || k.starts_with("scram_");
                (k, if secret { "…" } else { v.as_str() })
            }))
            .finish()
    }
}

/// What follows `postgresql://`: `[user[:password]@][host[:port],…][/database][?key=value&…]`.
fn parse_uri(text: &str) -> Result<Parameters, InvalidConninfo> {
    let mut found = Parameters::default();
    let mut rest = text;
    if let Some(at) = text.find(['@', '/'])
        && text[at..].starts_with('@')
    {
        let (user, password) = match text[..at].split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (&text[..at], None),
        };
        if !user.is_empty() {
            found.insert("user", decode(user)?);
        }
        if let Some(password) = password {
            found.insert("password", decode(password)?);
        }
        rest = &text[at + 1..];
    }
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    loop {
        let host_end = if let Some(inner) = rest.strip_prefix('[') {
            let Some(close) = inner.find(']') else {
                return invalid(
                    "end of string reached when looking for matching \"]\" in IPv6 host address in URI",
                );
            };
            hosts.push(decode(&inner[..close])?);
            rest = &inner[close + 1..];
            if !rest.is_empty() && !rest.starts_with([':', '/', '?', ',']) {
                return invalid(
                    "unexpected character after an IPv6 host address in URI (expected \":\" or \"/\")",
                );
            }
            0
        } else {
            let end = rest.find([':', '/', '?', ',']).unwrap_or(rest.len());
            hosts.push(decode(&rest[..end])?);
            end
        };
        rest = &rest[host_end..];
        let mut port = String::new();
        if let Some(after) = rest.strip_prefix(':') {
            let end = after.find(['/', '?', ',']).unwrap_or(after.len());
            port = decode(&after[..end])?;
            rest = &after[end..];
        }
        ports.push(port);
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None => break,
        }
    }
    if hosts.iter().any(|h| !h.is_empty()) {
        found.insert("host", hosts.join(","));
    }
    if ports.iter().any(|p| !p.is_empty()) {
        found.insert("port", ports.join(","));
    }
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    if let Some(database) = path.strip_prefix('/')
        && !database.is_empty()
    {
        found.insert("dbname", decode(database)?);
    }
    for pair in query.into_iter().flat_map(|q| q.split('&')) {
        if pair.is_empty() {
            continue;
        }
        let Some((name, value)) = pair.split_once('=') else {
            return invalid("missing key/value separator \"=\" in URI query parameter");
        };
        let (name, value) = (decode(name)?, decode(value)?);
        // As JDBC writes it.
        let (name, value) = match (&*name, &*value) {
            ("ssl", "true") => ("sslmode".to_owned(), "require".to_owned()),
            _ => (name, value),
        };
        if !found.insert(&name, value) {
            return invalid(match is_word(&name) {
                true => format!("invalid URI query parameter: \"{name}\""),
                false => "invalid URI query parameter".to_owned(),
            });
        }
    }
    Ok(found)
}

fn decode(text: &str) -> Result<String, InvalidConninfo> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut input = text.bytes();
    while let Some(byte) = input.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || input.next().and_then(|b| char::from(b).to_digit(16));
        match (digit(), digit()) {
            (Some(0), Some(0)) => {
                return invalid("forbidden value %00 in percent-encoded value");
            }
            (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => return invalid("invalid percent-encoded token in connection URI"),
        }
    }
    String::from_utf8(bytes)
        .or_else(|_| invalid("percent-encoded value in connection URI is not valid UTF-8"))
}

/// `host=localhost password='it\'s'`.
fn parse_pairs(text: &str) -> Result<Parameters, InvalidConninfo> {
    let mut found = Parameters::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '=' || c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let name = &rest[..end];
        let Some(after) = rest[end..].trim_start().strip_prefix('=') else {
            return invalid("missing \"=\" in a connection info string");
        };
        let (value, after) = pair_value(after.trim_start())?;
        if !found.insert(name, value) {
            return invalid(match is_word(name) {
                true => format!("invalid connection option \"{name}\""),
                false => "invalid connection option".to_owned(),
            });
        }
        rest = after.trim_start();
    }
    Ok(found)
}

fn is_word(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

fn pair_value(text: &str) -> Result<(String, &str), InvalidConninfo> {
    let (quoted, body) = match text.strip_prefix('\'') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let mut value = String::new();
    let mut characters = body.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            '\'' if quoted => return Ok((value, &body[at + 1..])),
            c if !quoted && c.is_ascii_whitespace() => return Ok((value, &body[at..])),
            c => value.push(c),
        }
    }
    if quoted {
        return invalid("unterminated quoted string in connection info string");
    }
    Ok((value, ""))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<(&'static str, String)> {
        Parameters::parse(text).unwrap().0.into_iter().collect()
    }

    fn pairs(expected: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let mut expected: Vec<_> = expected
            .iter()
            .map(|(k, v)| (*k, (*v).to_owned()))
            .collect();
        expected.sort();
        expected
    }

    #[test]
    fn uris_mean_what_libpq_means() {
        for (text, expected) in [
            ("postgresql://", &[][..]),
            ("postgres://localhost", &[("host", "localhost")]),
            (
                "postgres://localhost:5433",
                &[("host", "localhost"), ("port", "5433")],
            ),
            ("postgres:///mydb", &[("dbname", "mydb")]),
            ("postgres://user@", &[("user", "user")]),
            (
                "postgresql://us%65r:se%40cret%2F@h/db?connect_timeout=10&application_name=my%20app",
                &[
                    ("user", "user"),
                    ("password", "se@cret/"),
                    ("host", "h"),
                    ("dbname", "db"),
                    ("connect_timeout", "10"),
                    ("application_name", "my app"),
                ],
            ),
            (
                "postgresql://host1:123,host2:456/db?target_session_attrs=any",
                &[
                    ("host", "host1,host2"),
                    ("port", "123,456"),
                    ("dbname", "db"),
                    ("target_session_attrs", "any"),
                ],
            ),
            (
                "postgresql://host1,host2:456",
                &[("host", "host1,host2"), ("port", ",456")],
            ),
            (
                "postgresql://[2001:db8::1]:5/database",
                &[
                    ("host", "2001:db8::1"),
                    ("port", "5"),
                    ("dbname", "database"),
                ],
            ),
            (
                "postgresql:///dbname?host=/var/lib/postgresql&port=1",
                &[
                    ("dbname", "dbname"),
                    ("host", "/var/lib/postgresql"),
                    ("port", "1"),
                ],
            ),
            (
                "postgresql://%2Fvar%2Frun/dbname",
                &[("host", "/var/run"), ("dbname", "dbname")],
            ),
            (
                "postgres://h?ssl=true",
                &[("host", "h"), ("sslmode", "require")],
            ),
            (
                "postgres://u:p?w@h/",
                &[("user", "u"), ("password", "p?w"), ("host", "h")],
            ),
            (
                "postgres://h/db?options=-c%20search_path%3Da",
                &[
                    ("host", "h"),
                    ("dbname", "db"),
                    ("options", "-c search_path=a"),
                ],
            ),
            ("postgres://:pw@h", &[("password", "pw"), ("host", "h")]),
        ] {
            assert_eq!(parsed(text), pairs(expected), "{text}");
        }
    }

    #[test]
    fn keyword_strings_mean_what_libpq_means() {
        for (text, expected) in [
            ("", &[][..]),
            (
                "host=localhost port = 5432",
                &[("host", "localhost"), ("port", "5432")],
            ),
            (
                r"  user='it\'s me' password=a\ b\\ dbname='' ",
                &[("user", "it's me"), ("password", r"a b\"), ("dbname", "")],
            ),
            ("host= port=1", &[("host", "port=1")][..]),
        ] {
            assert_eq!(parsed(text), pairs(expected), "{text}");
        }
    }

    #[test]
    fn errors_say_what_is_wrong_but_no_password() {
        for (text, message) in [
            ("postgres://u:secret%zz@h/", "invalid percent-encoded token"),
            ("postgres://u:secret%00@h/", "forbidden value %00"),
            ("postgres://[::1", "matching \"]\""),
            ("postgres://[::1]x", "IPv6"),
            (
                "postgres://h?nonsense=1",
                "invalid URI query parameter: \"nonsense\"",
            ),
            ("postgres://h?sslmode", "missing key/value separator"),
            ("password = my secret", "missing \"=\""),
            ("password='secret", "unterminated quoted string"),
            ("Secret/x=1", "invalid connection option"),
            ("mysql=1", "invalid connection option \"mysql\""),
        ] {
            let error = Parameters::parse(text).unwrap_err().to_string();
            assert!(error.contains(message), "{text}: {error}");
            assert!(!error.to_lowercase().contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_environment_fills_gaps_only() {
        let environment = Environment {
            variables: [("PGHOST", "e"), ("PGPORT", "6"), ("PGSSLMODE", "require")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            home: None,
            user: Some("me".to_owned()),
        };
        let found = Parameters::parse("postgres://h/db")
            .unwrap()
            .with_defaults(&environment);
        assert_eq!(found.get("host"), Some("h"));
        assert_eq!(found.get("port"), Some("6"));
        assert_eq!(found.get("sslmode"), Some("require"));
        assert_eq!(found.get("user"), Some("me"));
    }

    #[test]
    fn debugging_shows_no_password() {
        let text = format!("{:?}", Parameters::parse("postgres://u:pw@h/").unwrap());
        assert!(!text.contains("pw"), "{text}");
    }
}
