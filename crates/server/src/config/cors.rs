//! Which origins browsers may call from: the value of `--cors-domain` and the matching of
//! an `Origin` header against it.

/// The policy for origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cors {
    /// No header is ever sent.
    Disabled,
    /// Every origin (`*`).
    Everybody,
    /// Listed origins; an empty list allows none.
    Listed(Vec<Origin>),
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    /// Whether exactly one more label stands in front of `host`.
    wildcard: bool,
    host: String,
    port: Option<String>,
}

impl Cors {
    /// Whether a browser at `origin` (the value of the header) may read answers.
    pub fn allows(&self, origin: &str) -> bool {
        match self {
            Cors::Disabled => false,
            Cors::Everybody => true,
            Cors::Listed(list) => match Origin::split(origin) {
                Some((scheme, host, port)) => list.iter().any(|o| o.admits(scheme, host, port)),
                None => false,
            },
        }
    }
}

impl Origin {
    fn split(text: &str) -> Option<(&str, &str, Option<&str>)> {
        let (scheme, rest) = text.split_once("://")?;
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        Some((scheme, host, port))
    }

    fn parse(text: &str) -> Option<Origin> {
        let (scheme, host, port) = Origin::split(text)?;
        let (wildcard, host) = match host.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, host),
        };
        let label = |l: &str| {
            !l.is_empty()
                && l.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let digits = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
        let scheme_ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        let ok = scheme_ok && host.split('.').all(label) && port.is_none_or(digits);
        ok.then(|| Origin {
            scheme: scheme.to_ascii_lowercase(),
            wildcard,
            host: host.to_ascii_lowercase(),
            port: port.map(str::to_owned),
        })
    }

    fn admits(&self, scheme: &str, host: &str, port: Option<&str>) -> bool {
        let host = if self.wildcard {
            match host.split_once('.') {
                Some((label, rest)) if !label.is_empty() => rest,
                _ => return false,
            }
        } else {
            host
        };
        self.scheme.eq_ignore_ascii_case(scheme)
            && self.host.eq_ignore_ascii_case(host)
            && self.port.as_deref() == port
    }
}

/// Reads a list of origins: `*`, or `https://a.example, http://*.b.example:3000`.
pub fn domains(text: &str) -> Result<Cors, String> {
    let text = text.trim();
    match text {
        "*" => return Ok(Cors::Everybody),
        "" => return Ok(Cors::Listed(Vec::new())),
        _ => {}
    }
    text.split(',')
        .map(str::trim)
        .map(|domain| Origin::parse(domain).ok_or_else(|| format!("invalid domain: '{domain}'")))
        .collect::<Result<_, _>>()
        .map(Cors::Listed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_exactly_one_label() {
        let cors = domains("https://*.foo.bar.com:8080, http://*.localhost, http://localhost:3000")
            .unwrap();
        for yes in [
            "https://a.foo.bar.com:8080",
            "http://x.localhost",
            "http://localhost:3000",
            "http://LOCALHOST:3000",
        ] {
            assert!(cors.allows(yes), "{yes}");
        }
        for no in [
            "https://a.b.foo.bar.com:8080",
            "https://foo.bar.com:8080",
            "https://a.foo.bar.com",
            "http://a.foo.bar.com:8080",
            "https://.foo.bar.com:8080",
            "http://localhost",
            "http://localhost:3000.evil.com",
            "null",
            "",
        ] {
            assert!(!cors.allows(no), "{no}");
        }
    }

    #[test]
    fn nobody_is_allowed_by_an_empty_list() {
        assert!(!domains("").unwrap().allows("http://localhost"));
        assert!(domains("*").unwrap().allows("http://localhost"));
    }

    #[test]
    fn origins_without_scheme_or_with_paths_are_refused() {
        for bad in [
            "localhost",
            "http://a/b",
            "http://*.*.a",
            "http://a.*.b",
            ",",
            "http://",
            "http://a:",
        ] {
            assert!(
                domains(bad).unwrap_err().starts_with("invalid domain: '"),
                "{bad}"
            );
        }
    }
}
