//! Which addresses may be called. A webhook's URL comes from people who may write metadata, its
//! name's address from whoever runs that name server: neither may lead to the services that give
//! out a machine's cloud credentials.

use crate::network::{Network, embedded_v4};
use std::net::{IpAddr, Ipv6Addr};

/// Addresses under which clouds give out credentials, and the ranges where such services live.
const CLOUD_METADATA: [Network; 8] = [
    // Link-local: 169.254.169.254 (nearly everybody), 169.254.170.2 and .23 (containers).
    Network::v4([169, 254, 0, 0], 16),
    Network::v4([100, 100, 100, 200], 32),
    Network::v4([168, 63, 129, 16], 32),
    Network::v4([192, 0, 0, 192], 32),
    Network::v6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    Network::v6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32),
    Network::v6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0), 32),
    Network::v6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0), 32),
];

/// Everything that is not the public internet.
const PRIVATE: [Network; 15] = [
    Network::v4([0, 0, 0, 0], 8),
    Network::v4([10, 0, 0, 0], 8),
    Network::v4([100, 64, 0, 0], 10),
    Network::v4([127, 0, 0, 0], 8),
    Network::v4([172, 16, 0, 0], 12),
    Network::v4([192, 0, 0, 0], 24),
    Network::v4([192, 168, 0, 0], 16),
    Network::v4([198, 18, 0, 0], 15),
    Network::v4([224, 0, 0, 0], 3),
    Network::v6(Ipv6Addr::LOCALHOST, 128),
    Network::v6(Ipv6Addr::UNSPECIFIED, 128),
    Network::v6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    Network::v6(Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10),
    Network::v6(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
    Network::v6(Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    All,
    NoMetadata,
    Public,
}

/// The addresses that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    reach: Reach,
    exceptions: Vec<Network>,
}

impl Default for Egress {
    /// Everything but the metadata services of clouds.
    fn default() -> Self {
        Egress {
            reach: Reach::NoMetadata,
            exceptions: Vec::new(),
        }
    }
}

impl Egress {
    /// Reads a rule: `no-metadata`, `public` or `all`, then addresses and ranges (`10.1.0.0/16`)
    /// that may be called all the same, separated by commas.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut items = text.split(',').map(str::trim);
        let reach = match items.next().unwrap_or_default() {
            "no-metadata" => Reach::NoMetadata,
            "public" => Reach::Public,
            "all" => Reach::All,
            _ => {
                return Err(
                    "Only expecting no-metadata / public / all, followed by addresses or \
                            ranges like 10.1.0.0/16 that are allowed as well, separated by commas"
                        .into(),
                );
            }
        };
        let exceptions = items
            .map(|item| {
                Network::parse(item).ok_or_else(|| {
                    format!("{item:?} is neither an address nor a range like 10.1.0.0/16")
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Egress { reach, exceptions })
    }

    /// Whether this address may be called.
    pub fn allows(&self, address: IpAddr) -> bool {
        if self.reach == Reach::All || within(&self.exceptions, address) {
            return true;
        }
        if let IpAddr::V6(outer) = address
            && let Some(inner) = embedded_v4(outer)
        {
            return self.allows(IpAddr::V4(inner));
        }
        !within(&CLOUD_METADATA, address)
            && (self.reach != Reach::Public || !within(&PRIVATE, address))
    }
}

fn within(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn allows(egress: &Egress, address: &str) -> bool {
        egress.allows(address.parse().unwrap())
    }

    #[test]
    fn metadata_services_are_refused_by_default_in_every_spelling() {
        let egress = Egress::default();
        for address in [
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "fd00:ec2::254",
            "fe80::a9fe:a9fe",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::",
        ] {
            assert!(!allows(&egress, address), "{address}");
        }
        for address in [
            "127.0.0.1",
            "10.0.0.1",
            "::1",
            "8.8.8.8",
            "fd12::1",
            "2001:db8::1",
        ] {
            assert!(allows(&egress, address), "{address}");
        }
    }

    #[test]
    fn public_leaves_private_networks_out_but_for_exceptions() {
        let egress = Egress::parse("public, 10.1.0.0/16, ::1").unwrap();
        for address in [
            "127.0.0.1",
            "10.2.0.1",
            "192.168.1.1",
            "::ffff:10.2.0.1",
            "fd12::1",
            "169.254.169.254",
            "224.0.0.1",
            "0.0.0.0",
        ] {
            assert!(!allows(&egress, address), "{address}");
        }
        for address in [
            "8.8.8.8",
            "10.1.2.3",
            "::1",
            "2606:4700::1111",
            "::ffff:10.1.0.1",
        ] {
            assert!(allows(&egress, address), "{address}");
        }
    }

    #[test]
    fn an_exception_or_all_opens_a_metadata_service() {
        let open = Egress::parse("no-metadata,169.254.170.2").unwrap();
        assert!(allows(&open, "169.254.170.2") && !allows(&open, "169.254.169.254"));
        assert!(allows(&Egress::parse("all").unwrap(), "169.254.169.254"));
    }

    #[test]
    fn rules_that_mean_nothing_are_refused() {
        assert!(
            Egress::parse("")
                .unwrap_err()
                .contains("no-metadata / public / all")
        );
        assert!(Egress::parse("10.0.0.0/8").is_err());
        assert!(
            Egress::parse("public,example.com")
                .unwrap_err()
                .contains("example.com")
        );
        assert_eq!(Egress::parse("no-metadata"), Ok(Egress::default()));
    }
}
