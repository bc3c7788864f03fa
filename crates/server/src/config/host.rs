//! The address to listen on: `*`, `*4`, `!4`, `*6`, `!6`, an IP address or a host name.

use std::fmt;

/// What `--server-host` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// Every address of the machine, IPv6 and IPv4 alike (`*`, `*6`).
    Any,
    /// Every IPv4 address (`*4`, `!4`).
    AnyIpv4,
    /// Every IPv6 address and no IPv4 (`!6`).
    OnlyIpv6,
    /// One address or name.
    Named(String),
}

/// Reads a host.
pub fn host(text: &str) -> Result<Host, String> {
    Ok(match text.trim() {
        "" => return Err("empty string not allowed".into()),
        "*" | "*6" => Host::Any,
        "*4" | "!4" => Host::AnyIpv4,
        "!6" => Host::OnlyIpv6,
        name => Host::Named(
            name.trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
        ),
    })
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Host::Any => "*",
            Host::AnyIpv4 => "!4",
            Host::OnlyIpv6 => "!6",
            Host::Named(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        assert_eq!(host("*"), Ok(Host::Any));
        assert_eq!(host("!4"), Ok(Host::AnyIpv4));
        assert_eq!(host("!6"), Ok(Host::OnlyIpv6));
        assert_eq!(host("[::1]"), Ok(Host::Named("::1".into())));
        assert_eq!(host("127.0.0.1"), Ok(Host::Named("127.0.0.1".into())));
        assert!(host(" ").is_err());
    }
}
