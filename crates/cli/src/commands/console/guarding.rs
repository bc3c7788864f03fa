//! Who may ask. Requests get the admin secret here, so that no page of another address may make a
//! browser send them (its `Origin` tells), nor under a name that was bent to this machine (its
//! `Host` tells).

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

/// The addresses under which the console is known.
#[derive(Debug, Clone)]
pub struct Guard {
    hosts: Vec<String>,
    /// Served beyond this machine: then its names are not known to us.
    is_open: bool,
}

/// The ways to say "this machine".
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl Guard {
    /// For an address and a port.
    pub fn new(address: &str, port: u16) -> Self {
        let address = match address.contains(':') && !address.starts_with('[') {
            true => format!("[{address}]"),
            false => address.to_ascii_lowercase(),
        };
        let names = std::iter::once(address.as_str()).chain(LOCAL);
        Guard {
            is_open: matches!(address.as_str(), "0.0.0.0" | "[::]"),
            hosts: names.map(|name| format!("{name}:{port}")).collect(),
        }
    }

    /// The address to open.
    pub fn url(&self) -> String {
        let host = match self.is_open {
            true => self.hosts.get(1),
            false => self.hosts.first(),
        };
        format!("http://{}/console/", host.map_or("", String::as_str))
    }

    /// Whether a request may pass.
    pub fn allows(&self, headers: &HeaderMap) -> bool {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_ascii_lowercase)
        };
        let Some(host) = text(HOST) else {
            return false;
        };
        if !self.is_open && !self.hosts.contains(&host) {
            return false;
        }
        match text(ORIGIN) {
            None => true,
            // Of this very page: nobody else's address has the same host.
            Some(origin) => origin == format!("http://{host}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn allows(guard: &Guard, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        guard.allows(&headers)
    }

    #[test]
    fn pages_of_other_addresses_are_kept_out() {
        let guard = Guard::new("localhost", 9695);
        assert_eq!(guard.url(), "http://localhost:9695/console/");
        assert!(allows(&guard, "localhost:9695", None));
        assert!(allows(
            &guard,
            "127.0.0.1:9695",
            Some("http://127.0.0.1:9695")
        ));
        for (host, origin) in [
            ("evil.example:9695", None),
            ("localhost:9695", Some("http://evil.example")),
            ("localhost:9695", Some("null")),
            ("localhost:9695", Some("https://localhost:9695")),
            ("localhost:1", None),
        ] {
            assert!(!allows(&guard, host, origin), "{host} {origin:?}");
        }
        assert!(!guard.allows(&HeaderMap::new()));
    }

    #[test]
    fn an_open_address_has_any_name_but_one_origin() {
        let guard = Guard::new("0.0.0.0", 9695);
        assert_eq!(guard.url(), "http://localhost:9695/console/");
        assert!(allows(&guard, "box:9695", Some("http://box:9695")));
        assert!(!allows(&guard, "box:9695", Some("http://evil.example")));
    }
}
